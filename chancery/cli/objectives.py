"""`--objective`: an objective of a work plan as it is typed, `kind:DEFINITIONS[@REGIONS][=NUMBER]`, and checked against the mission."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chancery.cli.faults import Fault

if TYPE_CHECKING:
    from chancery.workplans import Offered
    from domain import commands as c

FORMS: Final = (
    "rota:TRIAL-OBS, in_time:URGENT, number:CONTACT=6, training:TRAIN, regions:FIELD-VISIT@EG-MT,EG-ALX"
)
_MOST_NAMED: Final = 8
Objectives = Annotated[
    list[str],
    typer.Option(
        "--objective",
        metavar="KIND:…",
        help="rota:TRIAL-OBS, in_time:URGENT, number:CONTACT=6, training:TRAIN or regions:FIELD-VISIT@EG-MT,EG-ALX; "
        "may be given several times.",
    ),
]


def parse(typed: Sequence[str]) -> tuple[c.Objective, ...]:
    """The objectives that were typed. Raises Fault `usage` with what an objective looks like."""
    if not typed:
        raise Fault("usage", "A work plan needs at least one --objective, such as {forms}.", forms=FORMS)
    return tuple(_one(text) for text in typed)


def _one(text: str) -> c.Objective:
    from pydantic import ValidationError

    from domain import commands as c

    kind, colon, rest = text.partition(":")
    rest, equals, number = rest.partition("=")
    definitions, _, regions = rest.partition("@")
    if not colon or (equals and not (number.isascii() and number.isdigit())):
        raise _unclear(text)
    try:
        return c.Objective.model_validate(
            {
                "kind": kind.strip(),
                "definitions": _codes(definitions),
                "regions": _codes(regions),
                "count": int(number) if equals else None,
            }
        )
    except ValidationError:
        raise _unclear(text) from None


def _unclear(text: str) -> Fault:
    return Fault(
        "usage",
        "--objective {given} is not understood; write it like one of: {forms}.",
        given=text,
        forms=FORMS,
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def check(objectives: Sequence[c.Objective], known: Offered, mission: str) -> None:
    """Raises Fault `no-such-definition` or `no-such-region`, naming what would be right."""
    for one in objectives:
        check_definitions(one.definitions, known, mission)
        for region in one.regions:
            if known.regions and region not in known.regions:
                raise Fault(
                    "no-such-region",
                    "{region} is no region of mission {mission}; {known} are.",
                    region=region,
                    mission=mission,
                    known=_near(region, known.regions),
                )


def check_definitions(codes: Sequence[str], known: Offered, mission: str) -> None:
    """Raises Fault `no-such-definition`, naming what would be right."""
    for code in codes:
        if code not in known.definitions:
            raise Fault(
                "no-such-definition",
                "{definition} is no duty in the instruments of mission {mission}; {known} are.",
                definition=code,
                mission=mission,
                known=_near(code, tuple(known.definitions)),
            )


def _near(given: str, known: Sequence[str]) -> str:
    """What comes nearest to a slip; where nothing does, the first there are."""
    near = difflib.get_close_matches(given.upper(), known, n=_MOST_NAMED, cutoff=0.5)
    shown = near or sorted(known)[:_MOST_NAMED]
    return ", ".join(shown) + ("" if len(shown) == len(known) else ", …")
