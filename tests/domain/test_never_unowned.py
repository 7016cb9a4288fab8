"""No instant without an owner: over any staff table, any absences, any hand-overs, told day by day.

The oracle knows nothing of routing: from the staff table it says who is in post and who is there on a day, and asks of each
holder only whether somebody real had the task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.mission import NOBODY
from domain.whose import intervals_of
from tests.domain.spec import World, at_q, cairo, on, open_task, refresh
from tests.made import HEAD, adoption, opening

START = date(2026, 5, 3)
DAYS = 24
ROLES = (
    "head_of_mission",
    "deputy_head_of_mission",
    "focal_point",
    "focal_point_alternate",
    "political_officer",
    "local_agent",
)


@dataclass(frozen=True)
class Staffing:
    """A posting from one day to another, counted from the start, and its absences with substitutes and scopes."""

    posting: str
    role: str
    first: int
    last: int


spans = st.tuples(st.integers(0, DAYS), st.integers(0, DAYS)).map(sorted)
people = st.lists(st.tuples(st.sampled_from(ROLES), spans), min_size=1, max_size=7).map(
    lambda found: [Staffing(f"p-{n}", role, a, b) for n, (role, (a, b)) in enumerate(found)]
)
absences = st.lists(
    st.tuples(st.integers(0, 7), spans, st.none() | st.integers(0, 7), st.booleans()), max_size=6
)
handovers = st.lists(st.tuples(st.integers(0, DAYS), st.integers(0, 7)), max_size=4)


def day(n: int) -> str:
    return (START + timedelta(days=n)).isoformat()


def mission_of(staff: list[Staffing]) -> World:
    lines = tuple(
        c.PostLine(
            post=f"Q-{n}",
            role=one.role,
            share_percent=10,
            local_agent=one.role == "local_agent",
            posting=one.posting,
            from_day=day(one.first),
            until=day(one.last),
        )
        for n, one in enumerate(staff)
    )
    # Somebody founded the mission: its head of the years before, who has left by the time that is told.
    head = c.PostLine(
        post="Q-OLD", role="head_of_mission", share_percent=1, local_agent=False, posting="p-hom",
        from_day="2020-01-01", until=day(-1),
    )  # fmt: skip
    world = World().at("2026-01-01 08:00").having(adoption())
    return world.by(OPERATOR).having(at_q(c.RecordPosts, lines=(*lines, head)))


def in_post(staff: list[Staffing], n: int) -> set[str]:
    return {one.posting for one in staff if one.first <= n <= one.last and one.role != "local_agent"}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people, absences, handovers, st.sampled_from(("focal_point", "head_of_mission", "political_officer")))
def test_every_instant_has_an_owner(
    staff: list[Staffing],
    away: list[tuple[int, list[int], int | None, bool]],
    moves: list[tuple[int, int]],
    role: str,
) -> None:
    world = mission_of(staff)
    for who, (first, last), substitute, scoped in away:
        if who < len(staff):
            stands = f"p-{substitute}" if substitute is not None and substitute < len(staff) else None
            world.when(
                at_q(
                    c.RecordAbsence, posting=f"p-{who}", from_day=day(first), until=day(last), substitute=stands,
                    scope=("TRIAL-OBS",) if scoped and stands else (),
                )
            )  # fmt: skip
    _opened(world, role)
    for n in range(DAYS + 1):
        world.at(cairo(f"{day(n)} 00:00")).staffed()
        _looked_at(world, staff, n)
        world.at(cairo(f"{day(n)} 11:00")).by(HEAD)
        for when, to in moves:
            if when == n:
                world.by(_somebody(staff, n) or OPERATOR).when(
                    on(c.ReassignTask, task="hold.1", posting=f"p-{to}")
                )
        world.by(ENGINE_WORKFLOW).when(refresh(world))
        _looked_at(world, staff, n)
    _whole(world)


def _opened(world: World, role: str) -> None:
    base = opening("o-1")
    steps = [{**base.definition_data["step"][0], "owner": role}]  # type: ignore[index]
    changed = base.model_copy(update={"definition_data": {**base.definition_data, "step": steps}})
    world.at(cairo(f"{day(0)} 00:00")).by(ENGINE_WORKFLOW).having(changed, open_task("hold"))


def _somebody(staff: list[Staffing], n: int) -> Actor | None:
    """Whoever may reassign on that day."""
    leads = ("head_of_mission", "deputy_head_of_mission", "focal_point", "focal_point_alternate")
    found = [s.posting for s in staff if s.first <= n <= s.last and s.role in leads]
    return Actor("officer", found[0], "Q") if found else None


def _looked_at(world: World, staff: list[Staffing], n: int) -> None:
    """Whoever holds it is in post; nobody only where nobody is."""
    holder, there = world.task("hold.1").posting, in_post(staff, n)
    if holder == NOBODY:
        assert not there, f"day {n}: {sorted(there)} are in post and nobody holds the task"
    else:
        agents = {one.posting for one in staff if one.first <= n <= one.last and one.role == "local_agent"}
        assert holder in there | agents, f"day {n}: {holder} holds the task and is not in post"
    mission, at = world.mission, world.now
    if holder != NOBODY and not mission.is_present(holder, at):
        acting = mission.substitute_for(holder, at, "COORD-LOCAL")
        able = [p for p in there if mission.is_present(p, at)]
        lead = {"head_of_mission", "deputy_head_of_mission", "focal_point", "focal_point_alternate"}
        leads = [p for p in able if mission.role_of(p) in lead]
        assert acting is not None or not leads, (
            f"day {n}: {holder} is away, nobody acts for them, and {leads} are there"
        )


def _whole(world: World) -> None:
    """The holdings leave no gap, and the accounts cut the whole time, each instant once."""
    task = world.task("hold.1")
    assert task.holdings[0].since == task.opened
    since = [h.since for h in task.holdings]
    assert since == sorted(since)
    parts = intervals_of(task, world.obligation, world.mission, world.now)
    assert parts[0].starts.isoformat()[:19] == task.opened[:19]
    assert all(one.ends == other.starts for one, other in pairwise(parts))
    assert parts[-1].ends == world.now


def test_the_oracle_sees_a_task_that_was_left_with_somebody_gone() -> None:
    """The control: without a wake the task stays with who left, and the same look says so."""
    staff = [Staffing("p-0", "focal_point", 0, 2), Staffing("p-1", "head_of_mission", 0, DAYS)]
    world = mission_of(staff)
    _opened(world, "focal_point")
    world.at(cairo(f"{day(5)} 00:00"))
    with pytest.raises(AssertionError, match="p-0 holds the task and is not in post"):
        _looked_at(world, staff, 5)
