"""The clock is handed in, stands still when it should, and zones come from the pinned package alone."""

import importlib.resources
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone

import pytest

from chancery.clock import ManualClock, SystemClock, use_pinned_zones

AT = datetime(2026, 5, 5, 6, 10, tzinfo=UTC)


def test_the_manual_clock_moves_only_when_moved() -> None:
    clock = ManualClock(AT)
    assert clock.now() == clock.now() == AT
    clock.advance(timedelta(days=1))
    assert clock.now() == datetime(2026, 5, 6, 6, 10, tzinfo=UTC)
    clock.set(datetime(2026, 5, 6, 9, 0, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now().isoformat() == "2026-05-06T07:00:00+00:00"


def test_it_never_goes_back_and_takes_no_naive_instant() -> None:
    clock = ManualClock(AT)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 5, 6, 9, 0))
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(datetime(2026, 5, 6, 9, 0))
    assert clock.now() == AT


def test_the_system_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)


def test_zones_come_from_the_package(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("zones")
    (folder / "Africa").mkdir()
    try:
        # A system whose files say that Tunis keeps the time of Kathmandu.
        wrong = importlib.resources.files("tzdata.zoneinfo.Asia").joinpath("Kathmandu").read_bytes()
        (folder / "Africa" / "Tunis").write_bytes(wrong)
        zoneinfo.reset_tzpath(to=(str(folder),))
        zoneinfo.ZoneInfo.clear_cache()
        summer = datetime(2026, 7, 1, 12)
        assert summer.replace(tzinfo=zoneinfo.ZoneInfo("Africa/Tunis")).utcoffset() == timedelta(
            hours=5, minutes=45
        )
        use_pinned_zones()
        assert summer.replace(tzinfo=zoneinfo.ZoneInfo("Africa/Tunis")).utcoffset() == timedelta(hours=1)
    finally:
        use_pinned_zones()
    assert zoneinfo.TZPATH == ()
