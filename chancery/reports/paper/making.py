"""From a report's data to paper: the head, the sections of its kind in their own words, and what every report ends with.

A new kind of report needs a `Kind` here; a new figure needs words only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, NamedTuple

from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import (
    Data,
    Entry,
    Fact,
    Language,
    NoSuchForm,
    Paper,
    Section,
    kind_of,
    mapped_paper,
    plain,
)
from chancery.reports.paper.words import word

CHECKPOINT: Final = "checkpoint.txt"
"""Under which name a signed checkpoint is embedded."""


class Head(NamedTuple):
    """The top of a report: its title, a few lines under it, and what is known beside it."""

    title: str
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of report is put into words: where its `head` and its `sections` stand ("module:function")."""

    head: str
    sections: str


KINDS: Final[dict[str, Kind]] = {
    "staff": Kind("chancery.reports.paper.staff:head", "chancery.reports.paper.staff:sections"),
    "structural": Kind(
        "chancery.reports.paper.structural:head", "chancery.reports.paper.structural:sections"
    ),
    "audit": Kind("chancery.reports.audit:head", "chancery.reports.audit:sections"),
    "review": Kind("chancery.reports.review:head", "chancery.reports.review:sections"),
}


def paper_of(data: Data, language: Language, about: About | None = None, *, signed: bool = False) -> Paper:
    """The report as paper. `about`: which program made it (this one); `signed`: whether a checkpoint goes with it.

    Raises NoSuchForm: `report.schema` for data that are no report of a kind that is known.
    """
    kind = KINDS.get(kind_of(data))
    if kind is None:
        raise NoSuchForm("report.schema", f"{data['schema']} is no report that this program can lay out.")
    head = Head(*_function(kind.head)(data, language))
    found: list[Section] = list(_function(kind.sections)(data, language))
    paper = Paper(
        data=data,
        language=language,
        title=head.title,
        lines=(*head.lines, *([word("rehearsal", language)] if data["log"]["rehearsal"] else [])),
        facts=head.facts,
        sections=tuple(found),
        foot=tuple(_foot(data, language, about or About.mine(), signed=signed)),
        check=tuple(word(code, language, position=data["log"]["position"]) for code in _CHECKS),
    )
    return mapped_paper(paper, lambda text: spaced(plain(text), language))


def spaced(text: str, language: str) -> str:
    """French sets a space before some signs that may not begin a line: it becomes one that does not break."""
    if language == "fr":
        for sign in ":;?!%»":
            text = text.replace(f" {sign}", f"\u00a0{sign}")
    return text.replace(" %", "\u00a0%")


_CHECKS: Final = ("how_positions", "how_again", "how_proof", "how_not")


def _function(name: str) -> Callable[[Data, str], Any]:
    module, _, function = name.partition(":")
    found: Callable[[Data, str], Any] = getattr(import_module(module), function)
    return found


def _foot(data: Data, language: Language, about: About, *, signed: bool) -> Sequence[Fact]:
    """What the report rests on, the same for every kind."""
    log = data["log"]
    found = [Fact(word("log", language), log["origin"], exact=True)]
    found += [
        Fact(word("as_known", language), str(log["position"])),
        Fact(word("recorded", language), word("utc", language, instant=_seconds(log["recorded"]))),
    ]
    if "size" in log:
        found.append(Fact(word("size", language), str(log["size"])))
        found.append(Fact(word("root", language), log["root"], exact=True))
    found.append(Fact(word("leaf", language), log["leaf"], exact=True))
    if signed:
        found.append(Fact(word("checkpoint", language), word("checkpoint_in", language, file=CHECKPOINT)))
    found.append(Fact(word("data", language), str(data["schema"]), exact=True))
    found.append(Fact(word("program", language), about.program, exact=True))
    return found


def _seconds(recorded: str) -> str:
    return recorded.replace("T", " ").removesuffix("Z")


def unseen(data: Data, language: Language, say: Callable[[str, str], str]) -> Section:
    """What the system cannot see, out of `data["cannot_see"]`: the last section of every report."""
    entries = tuple(Entry(say(f"unseen.{code}", language)) for code in data["cannot_see"])
    return Section("cannot_see", word("cannot_see", language), entries)


__all__ = ["CHECKPOINT", "KINDS", "Head", "Kind", "NoSuchForm", "paper_of", "unseen"]
