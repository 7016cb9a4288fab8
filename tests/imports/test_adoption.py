"""A mission begins: what its first event holds, and what is refused before anything is made."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chancery import adoption, tick
from chancery.adoption import Plan
from chancery.instruments import shipped
from domain.envelope import Actor
from domain.instant import BadInput
from domain.refusals import Refused
from tests.imports.conftest import Here

Q = Plan("Q", "eg", "Africa/Cairo", "2026-01-01")


async def test_the_first_event(here: Here) -> None:
    plan = replace(Q, last_done={"MEET-ANNUAL": "2025-11-20"}, partners=("EUD-CAIRO",), covers=("SD",))
    receipt = await adoption.adopt(here, plan, uuid4())
    [first] = await here.events()
    data = first.event["data"]
    assert (receipt.position, first.event["actor"]["code"]) == (1, "operator")
    assert data["accreditations"] == [
        {"code": "Q-EG", "country": "EG", "resident": True},
        {"code": "Q-SD", "country": "SD", "resident": False},
    ]
    assert (data["calendar"]["weekend"], data["calendar"]["years"]) == (
        [4, 5],
        [2025, 2026, 2027, 2028, 2029],
    )
    assert (data["last_done"], data["partners"]) == ({"MEET-ANNUAL": "2025-11-20"}, ["EUD-CAIRO"])
    assert list(data["instruments"]) == list(data["checksums"]) == ["eu-hrd"]
    assert here.keys.get("mission:Q")
    assert await adoption.resident_accreditation(here.desk, "Q") == "Q-EG"


async def test_weekend_and_years_as_asked(here: Here) -> None:
    await adoption.adopt(here, replace(Q, weekend="sat, Sunday", years="2026-2027"), uuid4())
    clock = (await here.desk.mission("Q")).clock
    assert (clock.weekend, clock.years) == (frozenset({5, 6}), frozenset({2026, 2027}))


async def test_a_second_adoption(here: Here) -> None:
    await adoption.adopt(here, Q, uuid4())
    with pytest.raises(Refused, match="has been adopted already"):
        await adoption.adopt(here, replace(Q, zone="Africa/Tunis"), uuid4())
    assert await here.head() == 1


async def test_headquarters_owes_its_own_duties_and_no_missions(here: Here) -> None:
    """However it was adopted: what recurs at headquarters is opened there by its daily tick, under its own code."""
    plan = Plan("HQ", "BE", "Europe/Brussels", "2026-01-01", kind="headquarters")
    await adoption.adopt(here, plan, uuid4())
    headquarters = await here.desk.mission("HQ")
    assert headquarters.accreditations == {"HQ": "BE"}
    opened = await tick.open_due(here.desk, "HQ")
    theirs = {d["code"] for d in shipped()["eu-hrd"]["definition"] if d["scope"] == "headquarters"}
    states = [await here.desk.obligation(one) for one in opened]
    assert "COHOM-REVIEW" in {state.code for state in states} <= theirs
    assert {(state.mission, state.accreditation) for state in states} == {("HQ", "HQ")}
    with pytest.raises(BadInput, match="accredited nowhere"):
        await adoption.resident_accreditation(here.desk, "HQ")


def test_a_rehearsal_adopts_headquarters_as_the_command_line_does() -> None:
    by_hand = adoption.command(
        Plan("HQ", "BE", "Europe/Brussels", "2026-01-01", kind="headquarters"), uuid4()
    )
    assert adoption.accreditations("HQ", "headquarters", ("BE",)) == by_hand.accreditations
    assert adoption.accreditations("Q", "mission", ("EG", "SD"))[1].code == "Q-SD"


async def test_who_may_not_adopt_makes_no_key(here: Here) -> None:
    with pytest.raises(Refused, match="may not AdoptMission"):
        await adoption.adopt(here, Q, uuid4(), Actor("officer", "p-1", "Q"))
    assert not list((here.keys._folder / "missions").iterdir())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mission": ""}, "bad-mission"),
        ({"mission": "Q/../R"}, "bad-mission"),
        ({"mission": "Mission of Egypt"}, "bad-mission"),
        ({"host": "Egypt"}, "unknown_country"),
        ({"zone": "Cairo"}, "unknown_zone"),
        ({"on": "1 January"}, "bad_date"),
        ({"on": "1066-10-14"}, "year_out_of_range"),
        ({"weekend": "fri,sun,moon"}, "bad_weekend"),
        ({"weekend": "mon,tue,wed,thu,fri,sat,sun"}, "bad_weekend"),
        ({"weekend": "friend"}, "bad_weekend"),
        ({"years": "2029-2025"}, "bad-years"),
        ({"years": "soon"}, "bad-years"),
        ({"years": "1990-2100"}, "bad-years"),
        ({"instruments": ("eu-hdr",)}, "unknown-instrument"),
        ({"last_done": {"MEET": "2025-01-01"}}, "bad-last-done"),
        ({"last_done": {"MEET-ANNUAL": "2026-01-02"}}, "bad-last-done"),
        ({"last_done": {"MEET-ANNUAL": "2025"}}, "bad_date"),
        ({"partners": ("the Swiss",)}, "bad-code"),
        ({"covers": ("Sudan",)}, "unknown_country"),
    ],
)
def test_what_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        adoption.command(replace(Q, **change), uuid4())
    assert refused.value.code == code


def test_the_control_is_accepted() -> None:
    assert adoption.command(Q, uuid4()).mission == "Q"
