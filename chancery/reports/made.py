"""A finished report, and the place in the log that one is made at: the same for every kind."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chancery.log.store import EventLog, Recorded
from chancery.reports.regimes import NoReport

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished report. The data are all there is: every form says the same in words."""

    _data: dict[str, Any]

    def data(self) -> dict[str, Any]:
        """Plain JSON in a fixed order. A copy: change it as you like."""
        copied: dict[str, Any] = json.loads(self.json())
        return copied

    def json(self) -> str:
        """The data as text, the same bytes whenever the report is made again."""
        return json.dumps(self._data, ensure_ascii=False, indent=2) + "\n"


async def placed(log: EventLog, as_of: int | datetime | None) -> Recorded:
    """The entry that a report is made at: at a position, at an instant (aware; the last that was recorded by then), or the head (None).

    Raises NoReport: `report.position`, `report.instant`; LogDamaged where the log has a hole.
    """
    head = await log.head()
    if isinstance(as_of, datetime):
        if as_of.tzinfo is None:
            raise NoReport("report.instant", "An instant needs an offset, such as 2026-06-30T22:00:00Z.")
        wanted = await log.last_before((as_of - _EPOCH) // timedelta(microseconds=1))
    else:
        wanted = head if as_of is None else as_of
    if not 1 <= wanted <= head:
        raise NoReport("report.position", f"The log has positions 1 to {head}; {as_of} is none of them.")
    return await log.at(wanted)


def recorded_at(entry: Recorded) -> datetime:
    """When the log recorded it (UTC)."""
    return _EPOCH + timedelta(microseconds=entry.recorded_us)
