"""Headquarters' calendar: what stands in it, and what it calls for in a mission on each of its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain import commands as c
from domain.cadence import Past
from domain.dates import called_for
from domain.envelope import OPERATOR, Actor
from domain.mission import Mission
from domain.mission_parts import KnownDate
from tests.domain.spec import World, mission_q, types
from tests.made import adoption, cid

DIVISION = Actor("officer", "p-rights", "HQ", "hq_human_rights")
UPR = KnownDate("upr_session.2026-11-02.UPR", "upr_session", date(2026, 11, 2), None, "UPR", 120, ("EG",))


def headquarters() -> World:
    made = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    person = c.PostLine(
        post="HQ-HR", role="hq_human_rights", share_percent=100, local_agent=False, posting="p-rights",
        from_day="2024-01-01", until=None,
    )  # fmt: skip
    posts = c.RecordPosts(command_id=cid("hq posts"), mission="HQ", lines=(person,))
    return World().at("2026-05-05 09:00").by(OPERATOR).having(made, posts).by(DIVISION)


def setting(*lines: c.DateLine, mission: str = "HQ") -> c.SetDates:
    return c.SetDates(command_id=cid(f"dates {lines}"), mission=mission, dates=lines)


def line(**changed: object) -> c.DateLine:
    data = {"kind": "upr_session", "day": "2026-11-02", "definition": "UPR", "days_before": 120} | changed
    return c.DateLine.model_validate(data)


def test_a_date_is_set_once_and_changed_and_removed() -> None:
    world = headquarters()
    assert types(world.when(setting(line(countries=("EG", "AF", "EG"))))) == ["DateSet"]
    assert list(world.mission.dates) == ["upr_session.2026-11-02.UPR"]
    assert world.mission.dates["upr_session.2026-11-02.UPR"].countries == ("AF", "EG")
    world.when(setting(line(countries=("AF", "EG")))).nothing()
    both = setting(line(until="2026-11-13"), line(kind="hrc_session", definition="MULTI"))
    assert types(world.when(both)) == ["DateSet", "DateSet"]
    gone = c.RemoveDate(command_id=cid("gone"), mission="HQ", date="upr_session.2026-11-02.UPR")
    assert types(world.when(gone)) == ["DateRemoved"]
    world.when(gone.model_copy(update={"command_id": cid("again")})).refused("no-such-date")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((line(day="2026-05-04"),), "ends-before-start"),
        ((line(until="2026-11-01"),), "ends-before-start"),
        ((line(), line(days_before=30)), "date-twice"),
        ((line(kind="somebody"),), "code-unknown"),
        ((line(definition="MULTI"), line(kind="somebody")), "code-unknown"),
    ],
)
def test_what_cannot_be_is_refused_whole(lines: tuple[c.DateLine, ...], code: str) -> None:
    world = headquarters()
    world.when(setting(*lines)).refused(code)
    assert not world.mission.dates


def test_a_mission_keeps_no_such_calendar() -> None:
    world = mission_q().by(DIVISION)
    world.when(setting(line(), mission="Q")).refused("not-headquarters")


def called(
    today: str, dates: list[KnownDate], history: list[Past] | None = None, mission: Mission | None = None
) -> list[str]:
    found = called_for(
        mission or mission_q().mission, dates, {"UPR", "MAP"}, history or [], date.fromisoformat(today)
    )
    return [f"{one.obligation} {one.due_day}" for one in found]


def test_a_date_calls_from_its_first_day_to_its_own_and_not_after() -> None:
    expected = ["Q-EG:UPR:upr_session.2026-11-02 2026-11-02"]
    assert called("2026-07-04", [UPR]) == []
    assert called("2026-07-05", [UPR]) == expected
    assert called("2026-11-02", [UPR]) == expected
    assert called("2026-11-03", [UPR]) == []
    done = Past("Q-EG", "UPR", "upr_session.2026-11-02", None)
    assert called("2026-08-01", [UPR], [done]) == []


def test_only_the_countries_that_are_named_and_the_duties_that_are_on() -> None:
    assert called("2026-08-01", [replace(UPR, countries=("AF",))]) == []
    assert len(called("2026-08-01", [replace(UPR, countries=())])) == 1
    assert called("2026-08-01", [replace(UPR, definition="MULTI")]) == []


def test_nothing_is_called_for_before_adoption() -> None:
    early = replace(UPR, day=date(2025, 12, 20))
    assert called("2025-12-19", [early]) == []
    assert called("2026-08-01", [UPR], mission=Mission()) == []
