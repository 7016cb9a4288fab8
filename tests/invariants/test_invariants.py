"""Each invariant, with a log that keeps it and the same log doctored so that it does not: the check must say so, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chancery.invariants import INVARIANTS, Book, check, clocks
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Event
from domain.kinds import instant
from domain.task import text
from tests.domain.spec import (
    World,
    at_q,
    coordination,
    held,
    mission_q,
    on,
    open_task,
    refresh,
    staffed_trial,
)
from tests.made import FOCAL, HEAD, opening

Log = list[Event]
Doctor = Callable[[Log], Log]


def log_of(world: World) -> Log:
    """The world's events as one log: positions and streams as a real one has them, recorded when they happened."""
    said: Log = []
    for name, events in (("mission/Q", world.logs["mission"]), ("obligation/o-1", world.logs["obligation"])):
        said += [replace(e, stream=name) for e in events]
    said.sort(key=lambda e: e.position)
    clock, placed = 0, []
    for position, event in enumerate(said, start=1):
        clock = max(clock, int(instant(event.at).timestamp() * 1_000_000))
        placed.append(replace(event, position=position, recorded_us=clock))
    return placed


def overdue() -> World:
    """A coordination meeting that nobody held by the end of June; its reminders went out, its deadline passed."""
    return coordination().at("2026-07-06 10:00").woken()


def left() -> World:
    """The focal point's posting ends on 9 June; the alternate has it from the first instant of the tenth."""
    world = coordination().at("2026-06-01 09:00").by(OPERATOR)
    world.having(at_q(c.EndPosting, posting="p-fp", until="2026-06-09"))
    world.by(ENGINE_WORKFLOW).having(refresh(world))
    return world.at("2026-06-10 00:00").staffed().at("2026-06-12 10:00").woken()


def wished() -> World:
    """A trial with a task to attend behind consent; the wish is taken back before the sitting."""
    world = staffed_trial().at("2026-05-10 11:00").by(FOCAL)
    return world.having(on(c.SetGate, gate="consent:attend", open=False))


def done() -> World:
    """A coordination meeting held in time."""
    return coordination().at("2026-05-20 12:00").by(FOCAL).having(held())


def published() -> World:
    """A statement, behind a consent that stands, released and made a minute later."""
    world = mission_q().at("2026-06-07 10:00").by(ENGINE_WORKFLOW).having(opening("o-1", "STATEMENT", None))
    world.by(FOCAL).having(on(c.SetGate, gate="consent:statement", open=True))
    world.by(ENGINE_WORKFLOW).having(open_task("release"))
    world.by(HEAD).having(on(c.ReleasePublication))
    return world.at("2026-06-07 10:02").woken()


def shared() -> World:
    """A case's consultation: what it may be told was agreed, and then told."""
    world = mission_q().at("2026-06-07 10:00").by(ENGINE_WORKFLOW).having(opening("o-1", "CONSULT", None))
    world.by(FOCAL).having(on(c.SetGates, opened=("consent:share_eu",)))
    return world.having(
        on(c.RecordDisclosure, gate="consent:share_eu", to="eu_missions", arrangement="coordination")
    )


STORIES: Mapping[str, Callable[[], World]] = {
    "overdue": overdue,
    "left": left,
    "wished": wished,
    "done": done,
    "published": published,
    "shared": shared,
}


def found(log: Log, now: datetime, grace: timedelta = timedelta()) -> set[str]:
    return {one.code for one in check(log, now, grace)}


@pytest.mark.parametrize("story", STORIES)
def test_a_log_that_the_rules_made_keeps_every_invariant(story: str) -> None:
    world = STORIES[story]()
    assert check(log_of(world), world.now) == []


# ── the controls ─────────────────────────────────────────────────────────────────────────────────────────────────


def without(type_: str, nth: int = 0) -> Doctor:
    """The event never happened, and its stream counts on as if."""

    def doctor(log: Log) -> Log:
        gone = [e for e in log if e.type == type_][nth]
        return renumbered([e for e in log if e is not gone])

    return doctor


def twice(type_: str) -> Doctor:
    """The event stands there a second time, at the end."""

    def doctor(log: Log) -> Log:
        return renumbered([*log, next(e for e in log if e.type == type_)])

    return doctor


def saying(type_: str, **data: Any) -> Doctor:
    """The event says something else."""

    def doctor(log: Log) -> Log:
        first = next(e for e in log if e.type == type_)
        return [replace(e, data={**e.data, **data}) if e is first else e for e in log]

    return doctor


def at_time(type_: str, at: str) -> Doctor:
    """The event happened at another time."""

    def doctor(log: Log) -> Log:
        first = next(e for e in log if e.type == type_)
        return [replace(e, at=at) if e is first else e for e in log]

    return doctor


def renumbered(log: Log) -> Log:
    versions: dict[str, int] = {}
    clock, placed = 0, []
    for position, event in enumerate(log, start=1):
        versions[event.stream] = versions.get(event.stream, 0) + 1
        clock = max(clock, event.recorded_us)
        placed.append(replace(event, position=position, version=versions[event.stream], recorded_us=clock))
    return placed


def hole(log: Log) -> Log:
    """A position is gone, with its event."""
    return log[:4] + log[5:]


def backwards(log: Log) -> Log:
    """The log's time runs back."""
    return [*log[:-1], replace(log[-1], recorded_us=log[0].recorded_us - 1)]


def closed_with_a_task(log: Log) -> Log:
    """The obligation ended and its task did not."""
    one = log[-1]
    return [
        *log,
        replace(
            one,
            type="ObligationClosed",
            data={"outcome": "done"},
            position=one.position + 1,
            version=one.version + 1,
        ),
    ]


def elsewhere(log: Log) -> Log:
    """The obligation says that it is a mission's that was never adopted."""
    first = next(e for e in log if e.type == "ObligationOpened")
    return [replace(e, data={**e.data, "mission": "X"}) if e is first else e for e in log]


def as_it_is(log: Log) -> Log:
    """Nothing is changed, but later is looked at: the task was done and nothing ever ended the obligation."""
    return log


def after(type_: str, made: str, **data: Any) -> Doctor:
    """Right after an event something more happened."""

    def doctor(log: Log) -> Log:
        at = next(n for n, e in enumerate(log) if e.type == type_)
        return renumbered(
            [*log[: at + 1], replace(log[at], type=made, data=data, command="other"), *log[at + 1 :]]
        )

    return doctor


CONTROLS: Mapping[str, tuple[str, Doctor, str, timedelta]] = {
    "position": ("done", hole, "position-missing", timedelta()),
    "version": ("done", hole, "version-missing", timedelta()),
    "clock": ("done", backwards, "time-back", timedelta()),
    "begun": ("done", without("TaskOpened"), "stray", timedelta()),
    "begun-once": ("done", twice("TaskOpened"), "stray", timedelta()),
    "over": ("done", twice("TaskCompleted"), "after-end", timedelta()),
    "left-open": ("overdue", closed_with_a_task, "left-open", timedelta()),
    "passed": ("overdue", without("DeadlinePassed"), "passed-unrecorded", timedelta()),
    "passed-once": ("overdue", twice("DeadlinePassed"), "passed-twice", timedelta()),
    "passed-what": ("overdue", saying("DeadlinePassed", due_at="2026-06-29T20:59:59Z"), "passed-wrongly", timedelta()),
    "passed-when": ("overdue", at_time("DeadlinePassed", "2026-06-01T00:00:00Z"), "passed-wrongly", timedelta()),
    "notice": ("overdue", without("NoticeRecorded"), "notice-missing", timedelta()),
    "notice-once": ("overdue", twice("NoticeRecorded"), "notice-twice", timedelta()),
    "owner": ("left", without("TaskAssigned"), "unowned", timedelta()),
    "owner-late": ("left", at_time("TaskAssigned", "2026-06-10T05:00:00Z"), "unowned", timedelta()),
    "owner-gone": ("left", saying("TaskAssigned", posting="p-fp"), "unowned", timedelta()),
    "owner-nobody": ("left", saying("TaskAssigned", posting="vacant"), "unowned", timedelta()),
    "consent": ("wished", without("GateSet"), "gate-shut", timedelta()),
    "withdrawn": ("wished", without("TaskCancelled"), "consent-passed-over", timedelta()),
    "shared": ("shared", without("GateSet"), "shared-without", timedelta()),
    "publication": ("published", after("PublicationReleased", "GateSet", gate="consent:statement", open=False), "published-without", timedelta()),
    "publication-early": ("published", at_time("PublicationMade", "2026-06-07T07:00:30Z"), "published-early", timedelta()),
    "publication-unreleased": ("published", after("PublicationReleased", "PublicationCancelled", n=1, cause="gate"), "published-unreleased", timedelta()),
    "stopped-after": ("published", after("PublicationMade", "PublicationCancelled", n=1, cause="gate"), "stopped-unreleased", timedelta()),
    "no-mission": ("done", elsewhere, "no-mission", timedelta()),
    "idle": ("done", as_it_is, "idle", timedelta(days=3)),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTROLS)
def test_the_control_a_doctored_log_is_seen(name: str) -> None:
    story, doctor, code, later = CONTROLS[name]
    world = STORIES[story]()
    whole = log_of(world)
    assert found(whole, world.now) == set()
    assert code in found(doctor(whole), world.now + later)


def test_the_control_a_timer_that_comes_too_late_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the engine's own idea of what comes next forgot the deadline of a task."""
    world = coordination()
    assert found(log_of(world), world.now) == set()
    monkeypatch.setattr(clocks, "next_wake", lambda _: None)
    assert found(log_of(world), world.now) == {"no-timer"}


def test_every_invariant_has_a_control(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them, and not another one by chance, finds something in some doctored log."""
    silent = set(INVARIANTS) - {"timed"}
    for story, doctor, _, later in CONTROLS.values():
        world = STORIES[story]()
        book = Book.of(doctor(log_of(world)))
        now = text(world.now + later)
        silent -= {name for name in silent if any(True for _ in INVARIANTS[name](book, now, timedelta()))}
    assert silent == set()


@pytest.mark.parametrize(("off", "code"), [([], "gate-shut"), (["GENDER"], None)])
def test_a_check_holds_up_what_stands_behind_it_unless_its_duty_is_switched_off(
    off: list[str], code: str | None
) -> None:
    """As if whoever decides on a sitting had to wait for the check that nobody made."""
    world = staffed_trial()

    def behind_the_check(event: Event) -> Event:
        if event.type == "MissionAdopted":
            return replace(event, data={**event.data, "switched_off": off})
        if event.type != "ObligationOpened":
            return event
        steps = [
            {**step, "gates": ["gender"] if step["gates"] else []}
            for step in event.data["definition"]["step"]
        ]
        return replace(event, data={**event.data, "definition": {**event.data["definition"], "step": steps}})

    log = [behind_the_check(event) for event in log_of(world)]
    assert found(log, world.now) == ({code} if code else set())
