"""The duties of a rehearsal's mission: those that its file names and no others."""

from datetime import date
from pathlib import Path

import pytest

from chancery.rehearse.script import Cast, ScriptRefused, load, shipped_codes

FILE = """
title = "One duty"
starts = 2026-01-01
ends = 2026-02-01

[[mission]]
code = "Q"
host = "EG"
zone = "Africa/Cairo"
on = 2026-01-01
duties = ["{duty}"]
"""


def cast(duties: tuple[str, ...] = (), switched_off: tuple[str, ...] = ()) -> Cast:
    return Cast(
        code="Q",
        host="EG",
        zone="Africa/Cairo",
        on=date(2026, 1, 1),
        duties=duties,
        switched_off=switched_off,
    )


def test_what_is_not_named_is_off() -> None:
    assert set(cast(("MAP", "TRAIN")).off) == shipped_codes() - {"MAP", "TRAIN"}
    assert set(cast(("MAP", "TRAIN"), ("TRAIN",)).off) == shipped_codes() - {"MAP"}
    usual = set(cast().off)
    assert {"RECOGNISE", "NHRI"} <= usual  # what a text calls optional is off until somebody switches it on
    assert usual.isdisjoint({"MAP", "TRIAL-OBS"})
    assert set(cast(switched_off=("MAP",)).off) == usual | {"MAP"}


def test_a_duty_that_no_instrument_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(FILE.format(duty="MAP"))
    assert load(path).cast("Q").duties == ("MAP",)
    path.write_text(FILE.format(duty="MAPS"))
    with pytest.raises(ScriptRefused, match=r"one.toml: mission.1.duties: no instrument has a duty MAPS"):
        load(path)
