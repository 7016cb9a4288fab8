"""Calendars of real host countries for the tests of the clock; zone rules from the pinned ``tzdata`` alone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import datetime

import pytest

from chancery.hostcalendar import seed
from domain.calendar import Calendar

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

Local = Callable[[str], datetime]


@pytest.fixture(scope="session")
def cairo() -> Calendar:
    """Mission Q: Egypt, weekend Friday and Saturday."""
    return seed("EG", "Africa/Cairo", range(2025, 2029))


@pytest.fixture(scope="session")
def brussels() -> Calendar:
    """Headquarters: Belgium, weekend Saturday and Sunday."""
    return seed("BE", "Europe/Brussels", range(2025, 2029))


@pytest.fixture(scope="session")
def tunis() -> Calendar:
    """Mission T: Tunisia, weekend Saturday and Sunday."""
    return seed("TN", "Africa/Tunis", range(2025, 2029))


@pytest.fixture(scope="session")
def at(cairo: Calendar) -> Local:
    """The UTC instant of a local time in Cairo, written ``2026-05-05T09:10``."""
    return lambda text: local(cairo, text)


def local(calendar: Calendar, text: str) -> datetime:
    """The UTC instant of a local time of ``calendar``."""
    wall = datetime.fromisoformat(text)
    return calendar.at(wall.date(), wall.time())
