"""`--as-of`: every read can be asked what was known at a position of the log, or at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chancery.cli.faults import Fault
from chancery.cli.output import say
from chancery.cli.times import moment
from domain.kinds import instant_text

if TYPE_CHECKING:
    from chancery.asof import Reading
    from chancery.installation import Installation

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="POSITION|TIME",
        help="As the log stood then (UTC, or with an offset); else now.",
    ),
]


def place(text: str | None) -> int | datetime | None:
    """A position, an instant, or None for now. Raises Fault `usage`."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() else moment(text, "UTC", "--as-of")


async def known(here: Installation, as_of: str | None) -> Reading:
    """What `--as-of` asks to read from; says which position that is. Raises Fault `usage`, `no-such-position`."""
    from chancery.asof import NoSuchPosition, Then, reading

    at = place(as_of)
    try:
        found = await reading(here.desk, at)
    except NoSuchPosition as problem:
        raise Fault(
            "no-such-position",
            "The log has positions 1 to {head}; {given} is none of them.",
            head=problem.head,
            given=as_of,
        ) from None
    if isinstance(found, Then):
        say(
            "As known at position {position}, {at} UTC.",
            position=found.position,
            at=f"{found.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        )
    return found


def stamp(found: Reading) -> dict[str, Any]:
    """What every answer says of itself: its position, and the instant to which its clocks are reckoned (UTC)."""
    return {"position": found.position, "at": instant_text(found.at)}
