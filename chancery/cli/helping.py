"""Help as it should read: what it does, examples first, options after; in English or French; with a hint at a near miss."""

import re
from collections.abc import Sequence
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

from chancery.i18n import language, tr

_HEADINGS: Final = ("Usage:", "Arguments:", "Options:", "Commands:", "Examples:")
_TYPERS: Final = ("[required]", "[default: ", "[env var: ", "default: ", "Show this message and exit.")
"""What Typer writes itself, in English only."""


class Verb(TyperCommand):
    """A command whose examples stand above its options. Typer keeps them in `epilog`."""

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it does, examples, arguments and options."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        _examples(self.epilog, formatter)
        self.format_options(ctx, formatter)

    @override
    def get_help(self, ctx: Any) -> str:
        """The whole page, in the language that is spoken."""
        return spoken(self, super().get_help, ctx)


class Group(TyperGroup):
    """A noun. Help goes to standard output and ends with 0, asked for or not."""

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it is about, examples, options, commands."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        _examples(self.epilog, formatter)
        self.format_options(ctx, formatter)

    @override
    def get_help(self, ctx: Any) -> str:
        """The whole page, in the language that is spoken."""
        for command in self.commands.values():
            _speak(command)
        return spoken(self, super().get_help, ctx)


def spoken(command: Any, get_help: Any, ctx: Any) -> str:
    """A help page with its texts and headings in the language that is spoken."""
    _speak(command)
    page: str = get_help(ctx)
    if language() == "en":
        return page
    for heading in _HEADINGS:
        page = re.sub(rf"^{heading}", tr(heading), page, flags=re.MULTILINE)
    for own in _TYPERS:
        page = page.replace(own, tr(own))
    return page


def _speak(command: Any) -> None:
    """Put the help of a command and of its options into the language that is spoken. Once French, it stays so."""
    command.help = command.help and tr(command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = tr(parameter.help)


def _examples(epilog: str | None, formatter: Any) -> None:
    lines: Sequence[str] = (epilog or "").splitlines()
    if lines:
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
