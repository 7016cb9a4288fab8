"""What must not happen twice, asked for twice at once: fifty times in `make test`, a thousand in `make trials`."""

from __future__ import annotations

import random  # noqa: TID251 - seeded, and only for who is let go first
from datetime import timedelta
from functools import partial

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.invariants import check
from chancery.streams import Receipt, as_event, obligation_stream
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_TIMER, ENGINE_WORKFLOW, OPERATOR, Actor, Event
from tests.conftest import Database
from tests.log.tools import tell
from tests.made import ALTERNATE, DEPUTY, FOCAL, HEAD, POLITICAL, adoption, cid, opening, posts
from tests.races.ground import SEED, Said, Tally, raced, two_desks

FEW, MANY = 50, 1000
often = pytest.mark.parametrize(
    "times", [FEW, pytest.param(MANY, marks=[pytest.mark.trials, pytest.mark.timeout(1800)])]
)
IN_ONE = 25
"""So many sittings in one obligation: a stream in which every race before has left its mark."""


async def adopted(desk: Desk) -> None:
    await desk.submit(adoption(), OPERATOR)
    await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)


def command(
    kind: type[c.ObligationCommand], obligation: str, key: str, **data: object
) -> c.ObligationCommand:
    id_ = cid(f"{kind.__name__} {obligation} {key}")
    return kind.model_validate({"command_id": id_, "mission": "Q", "obligation": obligation, **data})


async def events_of(desk: Desk, obligation: str) -> list[Event]:
    return [as_event(one) for one in await desk.log.read_stream(obligation_stream(obligation))]


# ── two claims of one sitting ────────────────────────────────────────────────────────────────────────────────────


@often
async def test_of_two_claims_one_observes_and_the_other_stands_in(
    times: int, database: Database, clock: ManualClock
) -> None:
    chance, tally = random.Random(SEED), Tally()
    async with two_desks(database, clock) as desks:
        await adopted(desks[0])
        for number in range(times):
            trial, sitting = f"o-{number // IN_ONE}", f"s-{number}"
            if number % IN_ONE == 0:
                await desks[0].submit(opening(trial, "TRIAL-OBS", None), ENGINE_TICK)
            await offered(desks[0], trial, sitting, clock)
            said = await raced(
                partial(desks[0].submit, claim(trial, sitting, ALTERNATE), ALTERNATE),
                partial(desks[1].submit, claim(trial, sitting, POLITICAL), POLITICAL),
                chance,
            )
            answers = claimed(await events_of(desks[0], trial), sitting)
            assert wrong_claims(said, answers) == [], sitting
            tally.won[answers[0][0]] += 1
            tally.told[answers[1][1]] += 1
    tell(f"{times} claims at once: {tally}")
    assert len(tally.won) == 2, "now one is quicker, now the other: else it was no race"


def claim(trial: str, sitting: str, actor: Actor) -> c.ObligationCommand:
    return command(c.AnswerRota, trial, f"{sitting} {actor.code}", appointment=sitting, claim=True)


async def offered(desk: Desk, trial: str, sitting: str, clock: ManualClock) -> None:
    starts = clock.now() + timedelta(
        days=20, minutes=int(sitting[2:])
    )  # two at the same minute are the same one
    line = c.Sitting(appointment=sitting, starts=starts, day=starts.date().isoformat(), whole_day=False)
    await desk.submit(command(c.RecordSittings, trial, sitting, sittings=[line.model_dump()]), FOCAL)
    await desk.submit(command(c.OfferRota, trial, sitting, appointment=sitting), ENGINE_WORKFLOW)


def claimed(events: list[Event], sitting: str) -> list[tuple[str, str]]:
    """Who answered what, in the order of the log."""
    return [
        (e.data["posting"], e.data["answer"])
        for e in events
        if e.type == "RotaAnswered" and e.data["appointment"] == sitting
    ]


def wrong_claims(said: tuple[Said, Said], answers: list[tuple[str, str]]) -> list[str]:
    """What is wrong with a race of two claims: one observes, the other, who was told so, stands in."""
    wrong = [f"refused: {one}" for one in said if isinstance(one, str)]
    if [answer for _, answer in answers] != ["observer", "backup"]:
        wrong.append(f"the log says {answers}")
    if len({posting for posting, _ in answers}) != 2:
        wrong.append("one person has both")
    return wrong


def test_the_control_two_observers_are_seen() -> None:
    receipt = Receipt(1, "00", ("RotaAnswered",), "s", 1)
    assert wrong_claims((receipt, receipt), [("a", "observer"), ("b", "backup")]) == []
    assert wrong_claims((receipt, receipt), [("a", "observer"), ("b", "observer")])
    assert wrong_claims((receipt, receipt), [("a", "observer"), ("a", "backup")])
    assert wrong_claims((receipt, receipt), [("a", "observer")])
    assert wrong_claims((receipt, "already-answered"), [("a", "observer"), ("b", "backup")])


# ── hand-over against completion ─────────────────────────────────────────────────────────────────────────────────

HELD = {"kind": "minutes", "digest": "ab" * 32, "bytes": 256, "marking": "limite"}


@often
async def test_a_task_is_handed_over_or_completed_never_both(
    times: int, database: Database, clock: ManualClock
) -> None:
    chance, tally = random.Random(SEED), Tally()
    async with two_desks(database, clock) as desks:
        await adopted(desks[0])
        for number in range(times):
            meeting = f"o-{number}"
            await desks[0].submit(opening(meeting), ENGINE_TICK)
            await desks[0].submit(command(c.OpenTask, meeting, "hold", step="hold"), ENGINE_WORKFLOW)
            hand_over = command(c.ReassignTask, meeting, "to", task="hold.1", posting=DEPUTY.code)
            complete = command(
                c.CompleteTask, meeting, "done", task="hold.1", checklist=("risk_list",), evidence=(HELD,)
            )
            said = await raced(
                partial(desks[0].submit, hand_over, HEAD), partial(desks[1].submit, complete, FOCAL), chance
            )
            events = await events_of(desks[0], meeting)
            assert wrong_hand_over(said, events) == [], meeting
            tally.won["completion" if isinstance(said[1], Receipt) else "hand-over"] += 1
            tally.told[next(one for one in said if isinstance(one, str))] += 1
    tell(f"{times} hand-overs against completions: {tally}")
    assert len(tally.won) == 2, "now one is quicker, now the other: else it was no race"


def wrong_hand_over(said: tuple[Said, Said], events: list[Event]) -> list[str]:
    """What is wrong with such a race: one came first, the other was told that it is no longer theirs, or has ended."""
    moved = [e for e in events if e.type == "TaskAssigned"]
    ended = [e for e in events if e.type == "TaskCompleted"]
    wrong = [] if len(moved) + len(ended) == 1 else [f"{len(moved)} hand-overs, {len(ended)} completions"]
    expected = ("task-ended", 1) if ended else ("not-your-task", 0)
    loser, winner = (said[0], said[1]) if ended else (said[1], said[0])
    if loser != expected[0]:
        wrong.append(f"the loser was told {loser}")
    if not isinstance(winner, Receipt):
        wrong.append(f"the winner was told {winner}")
    return wrong


def test_the_control_a_task_completed_by_who_no_longer_holds_it_is_seen() -> None:
    receipt = Receipt(1, "00", ("TaskCompleted",), "s", 1)
    moved, ended = (told(kind, 1, task="hold.1") for kind in ("TaskAssigned", "TaskCompleted"))
    assert wrong_hand_over((receipt, "not-your-task"), [moved]) == []
    assert wrong_hand_over(("task-ended", receipt), [ended]) == []
    assert wrong_hand_over((receipt, receipt), [moved, ended])
    assert wrong_hand_over(("stale-stream", receipt), [ended])
    assert wrong_hand_over((receipt, "task-ended"), [moved])


def made(kind: str) -> Event:
    return Event(
        "", kind, "obligation/o", 1, "2026-05-05T06:10:00Z", {"code": "p-fp"}, "c", {"task": "hold.1"}
    )


# ── a withdrawal against a publication ───────────────────────────────────────────────────────────────────────────

STATEMENT = "consent:statement"


@often
async def test_a_withdrawal_always_stands_and_nothing_is_made_public_after_it(
    times: int, database: Database, clock: ManualClock
) -> None:
    """At the very second: a timer makes what was released, and somebody takes their consent back."""
    chance, tally = random.Random(SEED), Tally()
    async with two_desks(database, clock) as desks:
        await adopted(desks[0])
        for number in range(times):
            consult, statement = f"c-{number}", f"o-{number}"
            await agreed(desks[0], consult, statement)
            await desks[0].submit(command(c.ReleasePublication, statement, "now"), HEAD)
            makes = clock.now() + timedelta(seconds=60)
            clock.set(makes)
            wake = command(c.Wake, statement, "made", planned=makes)
            said = await raced(
                partial(desks[0].submit, withdrawal(consult, statement), ALTERNATE),
                partial(desks[1].submit, wake, ENGINE_TIMER),
                chance,
            )
            events = await events_of(desks[0], statement)
            assert wrong_publication(said[0], events) == [], statement
            tally.won["publication" if "PublicationMade" in kinds(events) else "withdrawal"] += 1
            assert isinstance(said[1], Receipt), "a timer that came too late is told nothing went out"
            tally.told[", ".join(said[1].events) or "nothing"] += 1
        found = check(await whole(desks[0]), clock.now(), timedelta(days=1))
        assert [f for f in found if f.code in ("published-without", "consent-passed-over", "gate-shut")] == []
    tell(f"{times} withdrawals against publications: {tally}")
    assert len(tally.won) == 2, "now one is quicker, now the other: else it was no race"


@often
async def test_whoever_publishes_as_consent_is_taken_back_is_told_so_or_it_is_stopped(
    times: int, database: Database, clock: ManualClock
) -> None:
    """Before it is made the withdrawal wins, whoever was quicker at the desk."""
    chance, tally = random.Random(SEED), Tally()
    async with two_desks(database, clock) as desks:
        await adopted(desks[0])
        for number in range(times):
            consult, statement = f"c-{number}", f"o-{number}"
            await agreed(desks[0], consult, statement)
            said = await raced(
                partial(desks[0].submit, withdrawal(consult, statement), ALTERNATE),
                partial(desks[1].submit, command(c.ReleasePublication, statement, "now"), HEAD),
                chance,
            )
            later = clock.now() + timedelta(seconds=61)
            clock.set(later)
            await desks[1].submit(command(c.Wake, statement, "made", planned=later), ENGINE_TIMER)
            events = await events_of(desks[0], statement)
            assert wrong_release(said, events) == [], statement
            released = isinstance(said[1], Receipt)
            tally.won["release first, then stopped" if released else "withdrawal first"] += 1
            tally.told["PublicationCancelled" if released else str(said[1])] += 1
    tell(f"{times} releases against withdrawals: {tally}")
    assert len(tally.won) == 2, "now one is quicker, now the other: else it was no race"


async def agreed(desk: Desk, consult: str, statement: str) -> None:
    """A consultation in which a statement was agreed to, and the statement."""
    await desk.submit(opening(consult, "CONSULT", None), ENGINE_TICK)
    await desk.submit(opening(statement, "STATEMENT", None), ENGINE_TICK)
    agreed = command(c.SetGates, consult, "agreed", others={statement: "1"}, opened=[STATEMENT])
    await desk.submit(agreed, FOCAL)
    await desk.submit(command(c.OpenTask, statement, "release", step="release"), ENGINE_WORKFLOW)


def withdrawal(consult: str, statement: str) -> c.ObligationCommand:
    return command(c.SetGates, consult, "taken back", others={statement: "1"}, closed=[STATEMENT])


def kinds(events: list[Event]) -> list[str]:
    return [e.type for e in events]


async def whole(desk: Desk) -> list[Event]:
    return [as_event(one) for one in await desk.log.read(0, 1_000_000)]


def wrong_publication(withdrawn: Said, events: list[Event]) -> list[str]:
    """What is wrong: the withdrawal was refused, or something was made public after it, or neither made nor cancelled."""
    wrong = [] if isinstance(withdrawn, Receipt) else [f"the withdrawal was refused: {withdrawn}"]
    shut = next((e.version for e in events if e.type == "GateSet" and not e.data["open"]), None)
    if shut is None:
        return [*wrong, "the withdrawal is not there"]
    ends = [e for e in events if e.type in ("PublicationMade", "PublicationCancelled")]
    if len(ends) != 1:
        wrong.append(f"{len(ends)} ends of one publication")
    if any(e.type == "PublicationMade" and e.version > shut for e in events):
        wrong.append("made public after the withdrawal")
    return wrong


def wrong_release(said: tuple[Said, Said], events: list[Event]) -> list[str]:
    """What is wrong where nothing may be made public at all: it was, or whoever released was told something else."""
    wrong = [] if isinstance(said[0], Receipt) else [f"the withdrawal was refused: {said[0]}"]
    if "PublicationMade" in kinds(events):
        wrong.append("made public although consent was taken back")
    if isinstance(said[1], Receipt):
        wrong += [] if "PublicationCancelled" in kinds(events) else ["released and not stopped"]
    elif said[1] != "gate-shut":
        wrong.append(f"who released was told {said[1]}")
    return wrong


def test_the_control_a_publication_after_the_withdrawal_is_seen() -> None:
    receipt = Receipt(1, "00", ("GateSet",), "s", 1)
    shut = told("GateSet", 5, gate=STATEMENT, open=False)
    before, after, stopped = (
        told("PublicationMade", 4),
        told("PublicationMade", 6),
        told("PublicationCancelled", 6),
    )
    assert wrong_publication(receipt, [before, shut]) == [] == wrong_publication(receipt, [shut, stopped])
    assert wrong_publication(receipt, [shut, after])
    assert wrong_publication(receipt, [shut])
    assert wrong_publication(receipt, [before])
    assert wrong_publication("stale-stream", [before, shut])
    assert (
        wrong_release((receipt, "gate-shut"), [shut])
        == []
        == wrong_release((receipt, receipt), [shut, stopped])
    )
    assert wrong_release((receipt, receipt), [shut])
    assert wrong_release((receipt, "stale-stream"), [shut])
    assert wrong_release((receipt, receipt), [before, shut])


def told(kind: str, version: int, **data: object) -> Event:
    return Event("", kind, "obligation/o", version, "2026-05-05T06:10:00Z", {"code": "p-fp"}, "c", data)
