"""Load over time: the tasks in somebody's hands in each week, with the list, beside the share of their posts."""

from __future__ import annotations

import json
import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chancery.reports.load import load, weeks
from chancery.reports.render import sections
from chancery.reports.subject import Held
from domain import commands as c
from domain.record import Asked
from tests.conftest import NOW
from tests.made import HEAD, POLITICAL
from tests.reports.conftest import Story

DAYS = st.dates(date(2025, 12, 1), date(2027, 2, 28))


@given(first=DAYS, length=st.integers(0, 400))
def test_weeks_cover_every_day_once_and_end_on_sundays(first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    found = list(weeks(first, last))
    days = [date.fromordinal(n) for _, a, b in found for n in range(a.toordinal(), b.toordinal() + 1)]
    assert days == [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    assert all(b.weekday() == 6 for _, _, b in found[:-1])
    assert all(name == "{}-W{:02d}".format(*a.isocalendar()[:2]) for name, a, _ in found)


@given(spans=st.lists(st.tuples(DAYS, st.integers(0, 60)), max_size=8), first=DAYS, length=st.integers(0, 60))
def test_a_task_counts_in_every_week_of_which_it_was_held_on_a_day(
    spans: list[tuple[date, int]], first: date, length: int
) -> None:
    held = [
        Held(a, date.fromordinal(a.toordinal() + n), {"step": "hold"}, k) for k, (a, n) in enumerate(spans, 1)
    ]
    last = date.fromordinal(first.toordinal() + length)
    asked = Asked(frozenset({"p"}), first, last, NOW)
    for week in load(held, [lambda day: day.day], asked, last):
        days = range(
            date.fromisoformat(week["first"]).toordinal(), date.fromisoformat(week["last"]).toordinal() + 1
        )
        expected = [
            h.position for h in held if any(h.first.toordinal() <= d <= h.last.toordinal() for d in days)
        ]
        assert week["positions"] == expected and week["open"] == len(expected) == len(week["items"])
        assert week["share_percent"] == max(date.fromordinal(d).day for d in days)


async def test_what_was_handed_on_counts_until_then_and_nothing_after_the_position(story: Story) -> None:
    await story.on(3).task("o-1", term="15wd")
    await story.task("o-2", term="15wd")
    await story.on(12).act(c.ReassignTask, HEAD, "o-1", posting="p-pol")
    await story.on(20).complete(POLITICAL, "o-1")
    mine = (await story.report()).data()["load"]
    assert [(w["week"], w["open"]) for w in mine] == [
        ("2026-W18", 2),
        ("2026-W19", 2),
        ("2026-W20", 2),
        ("2026-W21", 1),
    ], "up to the week of the position: what comes after is not known"
    theirs = (await story.report("p-pol")).data()["load"]
    assert [w["open"] for w in theirs] == [0, 0, 1, 1]
    assert {w["share_percent"] for w in mine} == {20}


async def test_nothing_is_worked_out_from_it(story: Story) -> None:
    """No ratio, no mean, no line: a week has its number, its list and the share as agreed, and nothing else."""
    await story.on(3).task()
    await story.on(12).complete()
    report = await story.report()
    for week in report.data()["load"]:
        assert set(week) == {"week", "first", "last", "open", "share_percent", "items", "positions"}
    [part] = [one for one in sections(report.data(), "en") if one.name == "load"]
    [chart] = part.charts
    assert chart.table.rows == tuple(
        (w["week"], w["open"], w["share_percent"]) for w in report.data()["load"]
    )
    numbers = re.findall(r"\d+\.\d+", json.dumps(report.data()["load"]))
    assert numbers == []
