"""Several instruments at once, several versions of one: what is shipped, what satisfies what, what a new version changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from chancery import instruments
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.instruments import Library, also_satisfies, carried_by, definition, read, shipped, texts
from chancery.tick import open_due
from domain import commands as c
from domain.envelope import OPERATOR
from domain.instrument import InstrumentRefused
from tests.made import cid

EU, OSCE, SWISS = ({code: i["version"]} for code, i in shipped().items())
ALL = {**EU, **OSCE, **SWISS}
AMENDED = "2031.1"


def amended() -> dict[str, str]:
    """What is shipped, and an amended version of the European text in which coordination has another step and term."""
    files = texts()
    parts = {n.replace("eu_hrd", "eu_hrd_2031"): t for n, t in files.items() if n.startswith("eu_hrd")}
    main = parts["eu_hrd_2031.toml"].replace(f'version = "{EU["eu-hrd"]}"', f'version = "{AMENDED}"')
    before, after = main.split('code = "COORD-LOCAL"', 1)
    after = after.replace('term = "period"', 'term = "20wd"', 1)
    return {**files, **parts, "eu_hrd_2031.toml": f'{before}code = "COORD-LOCAL"{after}'}


@pytest.fixture
def with_the_amended(mission: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Library:
    """An installation that ships both versions, read from a folder as the shipped ones are; the mission came before."""
    for name, text in amended().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    library = read(instruments.files_of(tmp_path))
    monkeypatch.setattr(instruments, "library", lambda: library)
    return library


# ── what is shipped ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_maps_to_another_text_is_of_its_scope_and_comes_round_as_it_does() -> None:
    for code, instrument in shipped().items():
        for one in instrument["definition"]:
            for target in one.get("maps", ()):
                other, _, name = target.partition(":")
                found = definition(other, name)
                assert found is not None, f"{one['code']}: {target}"
                assert other != code
                assert found["scope"] == one["scope"]
                assert found["cadence"]["kind"] == one["cadence"]["kind"]


def test_what_the_european_text_has_not_is_a_duty_of_its_own() -> None:
    own = {(i, d["code"]) for i in ("osce", "swiss") for d in shipped()[i]["definition"] if not d.get("maps")}
    assert own == {("osce", "OSCE-HOME"), ("swiss", "CH-VISA"), ("swiss", "CH-COMPANY")}


# ── one task for several ─────────────────────────────────────────────────────────────────────────────────────────


def test_one_task_satisfies_all_that_map_to_it() -> None:
    assert also_satisfies(ALL, "eu-hrd", "TRIAL-OBS") == ("osce:OSCE-TRIAL", "swiss:CH-TRIAL")
    assert carried_by(ALL, "osce", "OSCE-TRIAL") == "eu-hrd:TRIAL-OBS"
    assert carried_by(ALL, "swiss", "CH-TRIAL") == "eu-hrd:TRIAL-OBS"
    assert carried_by(ALL, "eu-hrd", "TRIAL-OBS") is None
    assert also_satisfies(ALL, "eu-hrd", "MAP") == ()


def test_a_mission_without_the_european_text_carries_the_first_that_it_has() -> None:
    two = {**OSCE, **SWISS}
    assert carried_by(two, "osce", "OSCE-TRIAL") is None
    assert also_satisfies(two, "osce", "OSCE-TRIAL") == ("swiss:CH-TRIAL",)
    assert carried_by(two, "swiss", "CH-TRIAL") == "osce:OSCE-TRIAL"
    # Both map to URGENT and neither to the other: one of them is enough.
    assert carried_by(two, "swiss", "CH-THREAT") == "osce:OSCE-PROTECT"
    assert carried_by(SWISS, "swiss", "CH-THREAT") is None


def test_what_is_unknown_is_carried_by_nothing() -> None:
    assert carried_by(ALL, "osce", "DANCE") is None
    assert carried_by({"osce": "1999.1"}, "osce", "OSCE-TRIAL") is None
    assert also_satisfies({"eu-hrd": "1999.1"}, "eu-hrd", "TRIAL-OBS") == ()


@pytest.mark.parametrize("taken", [dict(t) for n in (1, 2, 3) for t in combinations(ALL.items(), n)])
def test_everything_is_carried_once(taken: Mapping[str, str]) -> None:
    """Each definition of a mission's instruments is carried out for itself, or by exactly one that is."""
    everything = [(i, d["code"]) for i in taken for d in shipped()[i]["definition"]]
    for instrument, code in everything:
        carrier = carried_by(taken, instrument, code)
        name = f"{instrument}:{code}"
        carriers = [f"{i}:{k}" for i, k in everything if name in also_satisfies(taken, i, k)]
        assert carriers == ([] if carrier is None else [carrier]), name
        if carrier is not None:
            other, _, of = carrier.partition(":")
            assert carried_by(taken, other, of) is None, f"{name} is carried by {carrier}, which is not"


async def test_the_daily_tick_opens_it_once_and_says_what_it_satisfies_too(mission: Desk) -> None:
    """The test mission has taken up all three texts."""
    opened = await open_due(mission, "Q")
    assert "Q-EG:MEET-ANNUAL:2026" in opened
    assert not [o for o in opened if ":OSCE-" in o or ":CH-" in o]
    meeting = await mission.obligation("Q-EG:MEET-ANNUAL:2026")
    assert meeting.also == ("osce:OSCE-CONTACT", "swiss:CH-CONTACT")
    assert (await mission.obligation("Q-EG:COORD-LOCAL:2026-05")).also == ()
    assert not [o for o in opened if ":COHOM-" in o]  # headquarters' own


# ── an amended text ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_amended_text_opens_what_is_new_and_leaves_what_was_due(
    with_the_amended: Library, mission: Desk, clock: ManualClock
) -> None:
    assert list(with_the_amended["eu-hrd"]) == [EU["eu-hrd"], AMENDED]
    await open_due(mission, "Q")
    old = await mission.obligation("Q-EG:COORD-LOCAL:2026-05")
    assert (old.instrument_version, term_of(old.definition)) == (EU["eu-hrd"], "period")
    take = c.AdoptInstrument(
        command_id=cid("take up"),
        mission="Q",
        instrument="eu-hrd",
        version=AMENDED,
        checksum=with_the_amended["eu-hrd"][AMENDED].checksum,
    )
    await mission.submit(take, OPERATOR)
    assert await open_due(mission, "Q") == []  # what is open already is not opened anew under the new text
    clock.set(datetime(2026, 7, 2, 8, tzinfo=UTC))
    assert "Q-EG:COORD-LOCAL:2026-07" in await open_due(mission, "Q")
    new = await mission.obligation("Q-EG:COORD-LOCAL:2026-07")
    assert (new.instrument_version, term_of(new.definition)) == (AMENDED, "20wd")
    old = await mission.obligation("Q-EG:COORD-LOCAL:2026-05")
    assert old.is_open and (old.instrument_version, term_of(old.definition)) == (EU["eu-hrd"], "period")


async def test_a_mission_that_has_not_taken_it_up_goes_on_as_before(
    with_the_amended: Library, mission: Desk
) -> None:
    await open_due(mission, "Q")
    assert (await mission.obligation("Q-EG:COORD-LOCAL:2026-05")).instrument_version == EU["eu-hrd"]


def term_of(snapshot: Mapping[str, Any]) -> str:
    """The term of the one step by which coordination is done."""
    return str(next(s["term"] for s in snapshot["step"] if s["code"] == "hold"))


# ── files that collide ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"eu_hrd_again.toml": "eu_hrd.toml"}, "is also in eu_hrd.toml"),
        ({"z.toml": "osce.toml"}, "OSCE-PROTECT is a definition of osce already; give it another code"),
    ],
)
def test_two_files_that_collide_are_refused(more: Mapping[str, str], says: str) -> None:
    files = texts()
    added = {name: files.get(of, "") for name, of in more.items()}
    if "z.toml" in added:
        added["z.toml"] = added["z.toml"].replace('code = "osce"', 'code = "z"')
    if "eu_hrd_again.toml" in added:
        added |= {
            n.replace("eu_hrd", "eu_hrd_again"): t for n, t in files.items() if n.startswith("eu_hrd.part_")
        }
    with pytest.raises(InstrumentRefused, match=says.replace("(", r"\(")):
        read({**files, **added})


def test_versions_stand_in_the_order_of_their_numbers() -> None:
    osce = texts()["osce.toml"]
    files = {
        f"osce_{n}.toml": osce.replace('version = "2014.1"', f'version = "{n}"')
        for n in ("2014.10", "2014.9")
    }
    assert list(read({"osce.toml": osce, **files})["osce"]) == ["2014.1", "2014.9", "2014.10"]
