"""A mission-year through the real workflows: every recurring duty, cases, people who come and go; nothing left lying.

`make test` plays twenty cases with four people, once for all that is asked of it; `make trials` two hundred with everybody.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.instruments import shipped
from chancery.invariants import check
from chancery.invariants.reading import ENDS, recorded
from chancery.rehearse.play import ends_of, starts_of
from chancery.rehearse.stage import staged
from chancery.settings import Settings
from chancery.streams import as_event
from domain.envelope import Event
from tests.log.tools import tell
from tests.rehearsals.staff import Staff
from tests.rehearsals.workload import Workload
from tests.rehearsals.year import Year

TASKS_A_WEEK, NOTICES_A_WEEK = 12, 15
"""What four people with 1.2 posts and twenty cases can carry (DESIGN.md, rule 6)."""
MORNINGS_A_WEEK = 5

REFUSED = {
    "obligation-closed",
    "task-ended",
    "gate-shut",
    "appointment-ended",
    "already-accepted",
    "nothing-asked",
}
"""What staff may be told in a year without having done anything wrong: somebody, or a wish, was quicker."""


@dataclass(frozen=True)
class Played:
    """A year that was played: its log, its end, and what its staff were told."""

    events: list[Event]
    ended: datetime
    told: Counter[str]
    seconds: float


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    folder = short_dir / "year"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


@pytest.fixture(scope="module")
def played(settings: Settings) -> Callable[[int, bool], Played]:
    """A year of so many cases, played once."""
    years: dict[tuple[int, bool], Played] = {}

    def play(cases: int, small: bool) -> Played:
        if (cases, small) not in years:
            years[cases, small] = asyncio.run(_play(Year(cases, small=small), settings))
        return years[cases, small]

    return play


async def _play(year: Year, settings: Settings) -> Played:
    script = year.script()
    begun = monotonic()
    async with staged(settings, starts_of(script), script.seed, lambda _: None) as stage:
        given = (script, Path(), stage, lambda _: None, ends_of(script))
        staff = Staff(*given, observers=year.observers)
        ledger = await staff.play()
        staff.told.update(r["code"] for r in ledger.refusals if not r["expected"])
        events = [as_event(one) for one in await stage.desk.log.read(0, 10_000_000)]
    return Played(events, ends_of(script), staff.told, monotonic() - begun)


cases = pytest.mark.parametrize(
    ("number", "small"),
    [
        (20, True),
        pytest.param(200, False, marks=[pytest.mark.trials, pytest.mark.timeout(7200)]),
    ],
)


@cases
@pytest.mark.timeout(900)
def test_a_year_leaves_no_task_unowned_no_deadline_untimed_and_no_wish_passed_over(
    number: int, small: bool, played: Callable[[int, bool], Played]
) -> None:
    year = played(number, small)
    assert check(year.events, year.ended) == []
    timers = [e for e in year.events if e.type in ("NoticeRecorded", "DeadlinePassed")]
    assert {e.at for e in timers if recorded(e) != e.at} == set(), "each at its very instant"
    kinds = Counter(e.type for e in year.events)
    tell(
        f"a year of {number} cases: {len(year.events)} events, {kinds['ObligationOpened']} obligations, {kinds['TaskOpened']} "
        f"tasks, {kinds['NoticeRecorded']} notices, {kinds['DeadlinePassed']} deadlines passed, "
        f"{kinds['TaskAssigned']} hand-overs, {year.seconds:.0f} s; told: {dict(year.told)}"
    )
    assert set(year.told) <= REFUSED


@cases
@pytest.mark.timeout(900)
def test_a_year_has_every_recurring_duty_and_ends_what_it_began(
    number: int, small: bool, played: Callable[[int, bool], Played]
) -> None:
    year = played(number, small)
    opened = {e.stream: e.data["definition"] for e in year.events if e.type == "ObligationOpened"}
    codes = {d["code"] for d in opened.values()}
    [instrument] = [i for code, i in shipped().items() if code == "eu-hrd"]
    yearly = {
        d["code"]
        for d in instrument["definition"]
        if d["cadence"].get("months", 99) <= 12 and (d["group"] != "optional" or not small)
    }
    assert yearly <= codes
    if number >= 200:
        asked = {d["code"] for d in instrument["definition"]} - codes
        assert asked <= {"UPR", "LIS-ADOPT"}, (
            "these come round less than once a year, and the mission has a strategy"
        )
    ends = {stream: ending(stream, year) for stream, d in opened.items() if d["code"] == "CONSULT"}
    # What was agreed in a case can be taken back for as long as anything of it stands; then its consultation ends.
    assert {stream for stream, (closed, over) in ends.items() if closed != over} == set()
    assert number < 200 or {closed for closed, _ in ends.values()} == {True, False}


def ending(stream: str, year: Played) -> tuple[bool, bool]:
    """Of a consultation: whether it ended; and whether it should have: the case closed, nothing agreed left, no task open."""
    closed, told = False, False
    gates: dict[str, bool] = {}
    tasks: set[str] = set()
    for event in year.events:
        if event.stream != stream:
            continue
        closed |= event.type == "ObligationClosed"
        told |= event.type == "AnswerRecorded"
        if event.type == "GateSet" and event.data["gate"].startswith("consent:"):
            gates[event.data["gate"]] = event.data["open"]
        elif event.type == "TaskOpened":
            tasks.add(event.data["task"])
        elif event.type in ENDS:
            tasks.discard(event.data["task"])
    return closed, told and not any(gates.values()) and not tasks


@pytest.mark.timeout(900)
def test_four_people_with_twenty_cases_can_carry_it(played: Callable[[int, bool], Played]) -> None:
    load = Workload.of(played(20, True).events, "Q")
    notices = load.notices()
    peak, most = max(load.tasks.values()), notices.most_common(5)
    tell(
        f"four people, 20 cases: {sum(load.tasks.values())} tasks, {load.average():.1f} a week, {peak} in the fullest; most "
        f"notices of a person in a week {[n for _, n in most]}; most tasks: {load.by_definition.most_common(12)}"
    )
    assert load.average() <= TASKS_A_WEEK
    assert max(notices.values()) <= NOTICES_A_WEEK
    # Mail tells of what presses on every working morning, new or not: so much at most goes out to anybody.
    assert max(load.called().values()) + MORNINGS_A_WEEK <= NOTICES_A_WEEK
