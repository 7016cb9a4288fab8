"""What a change of a mission's calendar or suspensions moves: reckoned before it is made, read from the log afterwards.

Before: the change is decided on a copy, and every open deadline is reckoned by the very rules that `Refresh` follows once
the change is recorded. Nothing is written. After: the deadlines that did move, each under the change that moved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from chancery import queries
from chancery.desk import Desk
from chancery.log.store import EventLog, Recorded
from chancery.streams import as_event, mission_stream
from domain import commands as c
from domain import mission as missions
from domain import mission_decide, policy
from domain.deciding.clocks import recompute
from domain.envelope import Actor, Event
from domain.kinds import instant, instant_text
from domain.mission import CLOCK, Mission
from domain.refusals import Refused

Effect = Literal["later", "sooner", "flagged", "firm", "provisional"]
"""What becomes of a deadline. The last three stay where they are: flagged as running through a suspension; firm, because no
estimated day lies in it any more; provisional, because one does now."""

CAUSES: Final = frozenset({"calendar", "suspension", "refreshed"})
"""The causes under which a moved deadline names its mission's days."""
CHANGES: Final = CLOCK | {"OutageDeclared"}
"""What stands in the history of a mission's days. An outage moves nothing."""
LATEST: Final = 40
"""So many changes are looked at together; older ones one by one."""


@dataclass(frozen=True, slots=True)
class Move:
    """One open deadline that a change moves, or marks where it stands. Instants as RFC 3339 text (UTC)."""

    obligation: str
    task: str
    instrument: str
    definition: str
    step: str
    posting: str
    was: str
    due: str
    provisional: bool
    effect: Effect
    position: int = 0

    @property
    def moves(self) -> bool:
        """Whether the deadline comes to lie elsewhere, and is not only marked."""
        return self.was != self.due


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a command would do: the mission after it, and the deadlines that it touches, the soonest first."""

    before: Mission
    after: Mission
    moves: tuple[Move, ...]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a mission's days as the log has it, with the deadlines that moved by it."""

    event: Event
    moves: list[Move] = field(default_factory=list)


async def outlook(desk: Desk, command: c.MissionCommand, actor: Actor) -> Outlook:
    """What the command would move if it were sent now. Nothing is written.

    Raises Refused (what the desk would answer: not allowed, or the rules say no) and BadInput.
    """
    now = desk.clock.now()
    before = await desk.mission(command.mission)
    if not before.version:
        raise Refused("no-such-mission", mission=command.mission)
    named = actor
    if actor.kind == "officer" and actor.mission == before.code:
        named = replace(actor, role=before.role_of(actor.code))
    policy.check(command, named, None, before)
    after = replace(before, suspensions=dict(before.suspensions))
    for made in mission_decide.decide(command, before, now, named):
        assert made.type in CLOCK, "only what moves clocks is looked ahead at"
        stream, version = mission_stream(before.code), after.version + 1
        event = Event(
            "", made.type, stream, version, made.at or instant_text(now), named.to_data(), "", made.data
        )
        missions.evolve(after, event)
    moves: list[Move] = []
    looked_at = 0
    for row in await queries.open_obligations(desk.log, before.code):
        state = await desk.obligation(row["id"])
        for task in state.open_tasks():
            looked_at += 1
            for made in recompute(task, after.moved_by, state, after, now):
                old, new = task.deadline, made.data["deadline"]
                effect = _effect(task.due, new["due_at"], old["provisional"], new["provisional"])
                moves.append(
                    Move(
                        state.id, task.id, state.instrument, state.code, task.step, task.posting, task.due,
                        new["due_at"], new["provisional"], effect,
                    )
                )  # fmt: skip
    moves.sort(key=lambda m: (not m.moves, m.was, m.obligation, m.task))
    return Outlook(before, after, tuple(moves), looked_at)


def _effect(was: str, due: str, provisional_before: bool, provisional: bool) -> Effect:
    if was != due:
        return "later" if due > was else "sooner"
    if provisional_before == provisional:
        return "flagged"
    return "provisional" if provisional else "firm"


_MOVED: Final = """
SELECT o.instrument, o.definition, e.position, e.recorded_us, s.name, e.version, e.body, e.leaf
  FROM view.obligation o
 CROSS JOIN LATERAL (SELECT id, name FROM log.stream WHERE name = 'obligation/' || o.id LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT * FROM log.event e WHERE e.stream = s.id ORDER BY e.version OFFSET 0) AS e
 WHERE o.mission = %s AND (o.closed IS NULL OR o.closed >= %s)
   AND e.type IN ('TaskOpened', 'DeadlineMoved') AND e.position < %s
 ORDER BY e.position
"""


async def history(log: EventLog, mission: str) -> list[Change]:
    """The latest changes of a mission's calendar, suspensions and outages, newest first, with what each moved.

    A deadline that moved counts with the last change before it: that is what it was reckoned by.
    """
    events = [as_event(e) for e in await log.read_stream(mission_stream(mission))]
    changes = [Change(e) for e in events if e.type in CHANGES][-LATEST:]
    await _fill(log, mission, changes, 2**62)
    return changes[::-1]


async def change_at(log: EventLog, mission: str, position: int) -> Change | None:
    """The change of a mission's days that lies at that position of the log; None if there is none."""
    events = [as_event(e) for e in await log.read_stream(mission_stream(mission))]
    found = [e for e in events if e.type in CHANGES and e.position >= position]
    if not found or found[0].position != position:
        return None
    change = Change(found[0])
    later = next((e.position for e in found[1:] if e.type in CLOCK), 2**62)
    await _fill(log, mission, [change], later)
    return change


async def _fill(log: EventLog, mission: str, changes: Sequence[Change], until: int) -> None:
    """Put under each change what moved by it; `changes` in the log's order, `until` the position where the last ends."""
    clocks = [one for one in changes if one.event.type in CLOCK]
    if not clocks:
        return
    since = instant(clocks[0].event.at)
    async with log.pool.connection() as conn:
        cursor = await conn.execute(_MOVED.encode(), [mission, since, until])
        found = [(row[0], row[1], as_event(Recorded(*row[2:]))) for row in await cursor.fetchall()]
    opened: dict[tuple[str, str], Event] = {}
    provisional: dict[tuple[str, str], bool] = {}
    for instrument, definition, event in found:
        key = (event.stream.partition("/")[2], str(event.data["task"]))
        new = event.data["deadline"]
        before = provisional.get(key, False)
        provisional[key] = new["provisional"]
        if event.type == "TaskOpened":
            opened[key] = event
            continue
        by = next((one for one in reversed(clocks) if one.event.position < event.position), None)
        if by is None or event.data["cause"] not in CAUSES:
            continue
        was, due = event.data["was"], new["due_at"]
        effect = _effect(was, due, before, new["provisional"])
        step, posting = opened[key].data["step"], opened[key].data["posting"]
        by.moves.append(
            Move(
                *key,
                instrument,
                definition,
                step,
                posting,
                was,
                due,
                new["provisional"],
                effect,
                event.position,
            )
        )
