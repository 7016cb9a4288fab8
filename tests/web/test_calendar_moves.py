"""What a change of a mission's days would move is what the engine then records; a look writes nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chancery import calendar_moves
from chancery.telling import year
from domain import commands as c
from domain.calendar import Calendar, Holiday, Suspension
from domain.envelope import Actor
from domain.refusals import Refused
from tests.made import cid
from tests.web.conftest import Web
from tests.web.days_made import HEAD, OPEN, dues, open_all, refreshed, revision, stop


@pytest.fixture
async def planned(staffed: Web) -> Web:
    """Four open tasks, each with another kind of term."""
    return await open_all(staffed)


CHANGES: list[c.MissionCommand] = [
    revision("bridge", add={"2026-05-14": "Bridge day"}),
    revision("confirmed", add={"2026-05-27": "Eid al-Adha"}),
    revision("moved", add={"2026-05-25": "Eid al-Adha"}, remove=("2026-05-29",)),
    revision("worked", remove=("2026-05-26", "2026-05-27", "2026-05-28")),
    revision("tomorrow", add={"2026-05-06": "Closing day"}),
    stop(datetime(2026, 5, 5, 6, 10, tzinfo=UTC), 10),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: str(one.command_id)[:4])
async def test_what_is_shown_before_is_what_the_engine_then_records(
    planned: Web, change: c.MissionCommand
) -> None:
    desk, log = planned.house.here.desk, planned.house.here.log
    head, before = await log.head(), await dues(planned)
    seen = await calendar_moves.outlook(desk, change, HEAD)
    assert await log.head() == head and await dues(planned) == before  # a look changes nothing
    assert (await desk.mission("Q")).clock.version == 1 and not (await desk.mission("Q")).suspensions
    receipt = await desk.submit(change, HEAD)
    await refreshed(planned)
    after = await dues(planned)
    expected = before | {(m.obligation, m.task): m.due for m in seen.moves}
    assert after == expected
    recorded = await calendar_moves.change_at(log, "Q", receipt.position)
    assert recorded is not None
    told = {(m.obligation, m.task, m.was, m.due, m.provisional, m.effect) for m in seen.moves}
    assert {(m.obligation, m.task, m.was, m.due, m.provisional, m.effect) for m in recorded.moves} == told
    assert seen.looked_at == len(OPEN)


async def test_the_effects_are_called_by_their_names(planned: Web) -> None:
    """The control of the test above: the changes do move something, and in every way."""
    desk = planned.house.here.desk
    seen = {}
    for change in CHANGES:
        moves = (await calendar_moves.outlook(desk, change, HEAD)).moves
        seen[change.command_id] = {m.obligation: m.effect for m in moves}
    assert seen[cid("bridge")] == {"o-1": "later"}
    assert seen[cid("moved")] == {"o-1": "later"} and not seen[cid("confirmed")]
    assert seen[cid("worked")] == {"o-1": "sooner"}
    assert seen[cid("tomorrow")] == {"o-1": "later", "t-1": "later"}
    stopped = seen[cid("stop")]
    assert stopped["o-1"] == stopped["t-1"] == "later"
    assert stopped["u-1"] == stopped["o-2"] == "flagged"  # hours run on; a stated date stays


async def test_confirming_all_estimates_makes_deadlines_firm(planned: Web) -> None:
    days = {"2026-05-26": "Day of Arafah"} | dict.fromkeys(
        ("2026-05-27", "2026-05-28", "2026-05-29"), "Eid al-Adha"
    )
    seen = await calendar_moves.outlook(planned.house.here.desk, revision("all", add=days), HEAD)
    assert {m.obligation: (m.effect, m.moves) for m in seen.moves}["o-1"] == ("firm", False)


async def test_what_moved_counts_with_the_last_change_before_it(planned: Web) -> None:
    desk, log = planned.house.here.desk, planned.house.here.log
    first = await desk.submit(CHANGES[0], HEAD)
    await refreshed(planned)
    second = await desk.submit(CHANGES[-1], HEAD)
    await refreshed(planned)
    changes = await calendar_moves.history(log, "Q")
    assert [one.event.position for one in changes] == [second.position, first.position]
    assert [m.obligation for m in changes[1].moves] == ["o-1"]
    assert {m.obligation for m in changes[0].moves} == {name for name, *_ in OPEN}
    for change in changes:
        alone = await calendar_moves.change_at(log, "Q", change.event.position)
        assert alone is not None and alone.moves == change.moves
    assert await calendar_moves.change_at(log, "Q", first.position + 1) is None
    assert await calendar_moves.change_at(log, "Q", 10**9) is None


async def test_a_look_is_refused_as_the_change_would_be(planned: Web) -> None:
    desk = planned.house.here.desk
    refusals = (
        ("not-allowed", CHANGES[0], Actor("officer", "p-pol", "Q")),
        ("calendar-unchanged", revision("none", remove=("2026-05-06",)), HEAD),
        ("not-allowed", CHANGES[-1], Actor("officer", "p-dep", "Q")),
        ("no-such-mission", revision("none", mission="X"), HEAD),
    )
    for code, change, actor in refusals:
        with pytest.raises(Refused) as refused:
            await calendar_moves.outlook(desk, change, actor)
        assert refused.value.code == code


def test_months_hold_every_day_once_and_say_what_it_is() -> None:
    feast = date(2026, 5, 27)
    calendar = Calendar(
        "Africa/Cairo", frozenset({4, 5}),
        {feast: Holiday("Eid", estimated=True), date(2026, 12, 31): Holiday("Closing day")},
        working_days=frozenset({date(2026, 1, 2)}), years=frozenset({2026}),
    )  # fmt: skip
    stopped = Suspension("s", datetime(2026, 12, 30, 10, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC))
    months = year.months(calendar, [stopped], 2026, feast)
    cells = [cell for m in months for week in m.weeks for cell in week if cell is not None]
    assert [cell.day for cell in cells] == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert all(
        cell.day.weekday() == n for m in months for week in m.weeks for n, cell in enumerate(week) if cell
    )
    by_day = {cell.day: cell for cell in cells}
    assert by_day[feast].said == "Eid (estimated); today" and by_day[feast].kind == "estimated"
    assert by_day[date(2026, 12, 31)].said == "Closing day; suspension"
    assert by_day[date(2026, 1, 2)].kind == "make_up" and by_day[date(2026, 1, 9)].kind == "weekend"
    assert not by_day[date(2026, 12, 29)].suspended and months[11].title == "December"
    assert year.bridges(calendar, date(2026, 5, 1), date(2026, 5, 31)) == [date(2026, 5, 28)]
