"""Where "now" comes from. Everything that needs the time is handed a Clock."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved, never backwards: for rehearsals and tests."""

    def __init__(self, at: datetime) -> None:
        self._now = _utc(at)

    def now(self) -> datetime:
        """The instant it was last set to, in UTC."""
        return self._now

    def set(self, at: datetime) -> None:
        """Move to an aware instant. Raises ValueError if it is naive or earlier: the log's time never goes back."""
        at = _utc(at)
        if at < self._now:
            raise ValueError(
                f"the clock stands at {self._now.isoformat()}; it cannot go back to {at.isoformat()}"
            )
        self._now = at

    def advance(self, by: timedelta) -> None:
        """Move on by a duration. Raises ValueError if it is negative."""
        self.set(self._now + by)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at.isoformat()}")
    return at.astimezone(UTC)


def use_pinned_zones() -> None:
    """Take time-zone rules from the pinned ``tzdata`` package alone.

    ``ZoneInfo`` prefers the system's files, so two machines could compute two deadlines. Every entry point calls this.
    """
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
