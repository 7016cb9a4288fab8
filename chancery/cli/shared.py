"""What every command is made with: nouns, verbs with the common options, refusals, and the doors to the installation.

    app = noun("calendar", "A mission's working days.")

    @verb(app, "revise", examples=("chancery calendar revise Q --add 2026-05-31=Eid --as Q-103",), changes=True)
    async def revise(mission: Annotated[str, typer.Argument(help="The mission's code.")]) -> None:
        \"\"\"Change a mission's calendar.\"\"\"
        async with installed() as here:
            receipt = await submit(here, c.ReviseCalendar(command_id=command_id(), mission=mission, ...))
            show_receipt(receipt)

Raise `Refused`, `BadInput` or `Fault` wherever something is wrong: `chancery.cli.main` prints the one line and leaves with
the documented code. Nothing here imports the database or Temporal before a command needs them.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from chancery import i18n
from chancery.cli.acting import actor_for, command_id, installed, show_receipt, submit, system_clock
from chancery.cli.faults import Fault
from chancery.cli.helping import Group, Verb
from chancery.cli.output import Table, say, show
from chancery.cli.state import State, state
from chancery.i18n import tr, word
from chancery.telling.moments import local, words

__all__ = [
    "Fault", "State", "Table",
    "actor_for", "command_id", "installed", "local", "noun", "say", "show", "show_receipt", "state",
    "submit", "system_clock", "tr", "verb", "word", "words",
]  # fmt: skip

_COMMON: Final = (
    inspect.Parameter(
        "json_",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")],
    ),
    inspect.Parameter(
        "quiet",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, typer.Option("--quiet", "-q", help="Print data and errors only.")],
    ),
    inspect.Parameter(
        "no_input",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, typer.Option("--no-input", help="Never ask; fail instead.")],
    ),
    inspect.Parameter(
        "language",
        inspect.Parameter.KEYWORD_ONLY,
        default="en",
        annotation=Annotated[
            str, typer.Option("--language", envvar="CHANCERY_LANGUAGE", help="en or fr.", metavar="en|fr")
        ],
    ),
)
_ACTING: Final = (
    inspect.Parameter(
        "who",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[
            str | None,
            typer.Option(
                "--as",
                envvar="CHANCERY_AS",
                metavar="OFFICER",
                help="Who acts: an officer's code (Q-103), a posting's, or operator.",
            ),
        ],
    ),
    inspect.Parameter(
        "of_mission",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[
            str | None,
            typer.Option(
                "--mission",
                metavar="MISSION",
                help="In which mission the officer acts, if they serve in several.",
            ),
        ],
    ),
    inspect.Parameter(
        "again",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[
            str | None,
            typer.Option(
                "--command-id",
                metavar="UUID",
                help="Repeat a request safely: the same id is carried out once.",
            ),
        ],
    ),
)


def noun(name: str, help_: str) -> typer.Typer:
    """A group of commands about one thing. Help is the English sentence; French stands in `chancery/locale`."""
    return typer.Typer(name=name, help=help_, cls=Group, rich_markup_mode=None, no_args_is_help=True)


def verb(
    app: typer.Typer, name: str, *, examples: Sequence[str] = (), changes: bool = False, acts: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Declare a command. Adds --json, --quiet, --no-input and --language, and for what `changes` (or `acts`) --as too.

    The function may be `async`. Its docstring is the help.
    """
    acting = _ACTING if changes else _ACTING[:2] if acts else ()

    def declare(function: Callable[..., Any]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)

        @wraps(function)
        def call(**given: Any) -> None:
            _take(given)
            outcome = function(**given)
            if isinstance(outcome, Coroutine):
                asyncio.run(outcome)

        # A command with a --mission of its own means the mission that it is about: there the officer acts.
        more = [
            *_COMMON,
            *(p for p in acting if p.name != "of_mission" or "mission" not in signature.parameters),
        ]
        own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in signature.parameters.values()]
        vars(call)["__signature__"] = signature.replace(parameters=[*own, *more], return_annotation=None)
        call.__annotations__ = {p.name: p.annotation for p in (*own, *more)}
        del vars(call)["__wrapped__"]  # or the signature would be read from the function behind
        help_ = inspect.cleandoc(function.__doc__ or "")
        app.command(name, cls=Verb, help=help_, epilog="\n".join(examples))(call)
        return call

    return declare


def _take(given: dict[str, Any]) -> None:
    """Move the common options from a call into the run's state."""
    now = state()
    now.json, now.quiet, now.no_input = given.pop("json_"), given.pop("quiet"), given.pop("no_input")
    language = given.pop("language")
    found = next((known for known in i18n.LANGUAGES if known == language), None)
    if found is None:
        raise Fault("usage", "--language: {given} is not a language; en and fr are.", given=language)
    now.language = found
    i18n.use(found)
    now.who = given.pop("who", None)
    now.mission = given.pop("of_mission", None)
    again = given.pop("again", None)
    if again is not None:
        try:
            now.command_id = UUID(again)
        except ValueError:
            raise Fault("usage", "--command-id: {given} is not a UUID.", given=again) from None
