"""Instants and codes as people read them."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from chancery.i18n import word


def local(at: datetime | str | None, zone: str) -> str:
    """An instant as people of that zone write it: `2026-05-05 12:10`; the end of a day as `24:00`."""
    if at is None:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    there = moment.astimezone(ZoneInfo(zone))
    ends_day = there.strftime("%H:%M:%S") == "23:59:59"
    return there.strftime("%Y-%m-%d 24:00" if ends_day else "%Y-%m-%d %H:%M")


def words(codes: Sequence[str]) -> str:
    """Codes by their names, in a row."""
    return ", ".join(word(code) for code in codes)
