"""Instants and days as people type them. A time without an offset is the mission's own."""

import re
from datetime import UTC, date, datetime
from typing import Final

from chancery.cli.faults import Fault
from domain.instant import BadInput, resolve

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def moment(text: str, zone: str, option: str) -> datetime:
    """The UTC instant that somebody typed; without an offset it is local to `zone`. Raises Fault `usage`."""
    if _MOMENT.fullmatch(text):
        try:
            typed = datetime.fromisoformat(text)
            if typed.tzinfo is not None:
                return typed.astimezone(UTC)
            return resolve(typed.date(), typed.time(), zone)
        except (ValueError, BadInput):
            pass  # the form is right and the date is not: the same refusal
    raise Fault(
        "usage", "{option}: {given} is not a time such as 2026-05-05T09:10.", option=option, given=text
    )


def day(text: str, option: str) -> str:
    """A local day, as typed. Raises Fault `usage`."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Fault(
            "usage", "{option}: {given} is not a day such as 2026-05-05.", option=option, given=text
        ) from None
