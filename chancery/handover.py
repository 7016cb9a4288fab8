"""Hand-over in bulk: what moves when somebody leaves, to whom, what cannot move and why; then the moves, and the signatures.

A plan asks the rules themselves and writes nothing: what it says will be refused, is. Whoever is named takes over; where
they cannot (not in post that day, a local agent who would go alone, somebody who declined the task), it goes down the
chain that every vacancy follows: alternate, deputy, Head of Mission.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid5

from chancery import queries
from chancery.desk import Desk
from chancery.office import Office, send
from chancery.streams import Receipt
from domain import commands as c
from domain import deciding, policy, routing
from domain.deciding.clocks import in_hours
from domain.envelope import Actor
from domain.mission import NOBODY, Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import Task

DEFINITION: Final = "FP-HANDOVER"
Side = Literal["out", "in"]


@dataclass(frozen=True, slots=True)
class Move:
    """One open task of whoever leaves. `to` None: it stays, and `refusal` says why; both set: somebody else than named."""

    obligation: str
    task: str
    definition: str
    due: str
    revision: int
    to: str | None
    why: str | None
    refusal: str | None = None
    sentence: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a move: the receipt, or the refusal that it met."""

    move: Move
    receipt: Receipt | None
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class Officers:
    """Who leaves and, where named, who comes; by their postings in one mission."""

    mission: str
    leaver: str
    successor: str | None = None


async def plan(desk: Desk, who: Officers, actor: Actor, keep: Collection[str] = ()) -> list[Move]:
    """What moves, the soonest due first; obligations in `keep` stay. Nothing is written.

    `actor` is whoever will run it, with their role. Raises Refused `no-such-mission`, `no-such-posting`, `not-allowed`.
    """
    mission = await desk.mission(who.mission)
    if not mission.version:
        raise Refused("no-such-mission", mission=who.mission)
    now = desk.clock.now()
    for code in (who.leaver, who.successor):
        if code is not None and code not in mission.postings:
            raise Refused("no-such-posting", posting=code, mission=who.mission, day=mission.day(now))
    moves: list[Move] = []
    for row in await queries.tasks(desk.log, mission=who.mission, postings_=[who.leaver]):
        state = await desk.obligation(row["obligation"])
        task = state.tasks[row["task"]]
        if task.is_open and task.posting == who.leaver and state.id not in keep:
            moves.append(_move(task, state, mission, who, _named(actor, mission), desk))
    return moves


def _named(actor: Actor, mission: Mission) -> Actor:
    """The actor as the desk names them in their own mission."""
    role = mission.role_of(actor.code) if actor.mission == mission.code else actor.role
    return Actor(actor.kind, actor.code, actor.mission, role)


def _move(task: Task, state: Obligation, mission: Mission, who: Officers, actor: Actor, desk: Desk) -> Move:
    now = desk.clock.now()
    step = state.step(task.step)
    assert step is not None, "a task is opened from a step of its own snapshot"
    hours = in_hours(task.deadline["term"])
    refused = [*task.refused_by, who.leaver]
    nearest = routing.assignee(step, mission, now, refused, definition=state.code, hours=hours)
    chain = [(nearest[0], nearest[1])]
    if who.successor is not None:
        chain.insert(0, (who.successor, "named"))
    met: Refused | None = None
    for to, why in chain:
        if to == NOBODY or to in routing.OUTSIDERS or to == who.leaver:
            continue
        if to in task.refused_by and why == "named":
            met = Refused("declined-already", task=task.id, posting=to)
            continue
        ask = _reassign(UUID(int=0), task, state, to)
        try:
            policy.check(ask, actor, state, mission)
            deciding.decide(ask, state, mission, now, actor)
        except Refused as refusal:
            met = met or refusal
            continue
        return Move(state.id, task.id, state.code, task.due, task.revision, to, why, *_said(met))
    met = met or Refused("nobody-else", task=task.id, mission=mission.code)
    return Move(state.id, task.id, state.code, task.due, task.revision, None, None, *_said(met))


def _said(refusal: Refused | None) -> tuple[str | None, tuple[str, str] | None]:
    return (
        (None, None) if refusal is None else (refusal.code, (refusal.sentence("en"), refusal.sentence("fr")))
    )


def _reassign(command_id: UUID, task: Task, state: Obligation, to: str) -> c.ReassignTask:
    return c.ReassignTask(
        command_id=command_id,
        mission=state.mission,
        obligation=state.id,
        task=task.id,
        seen=task.revision,
        posting=to,
    )


async def run(
    office: Office, mission: str, moves: Sequence[Move], command_id: UUID, actor: Actor
) -> list[Moved]:
    """Carry out the moves of a plan, each a command of its own: what changed since the plan is refused and said so.

    The same `command_id` with the same plan moves nothing twice. Raises what `Desk.submit` raises but Refused.
    """
    made: list[Moved] = []
    for move in moves:
        if move.to is None:
            continue
        ask = c.ReassignTask(
            command_id=uuid5(command_id, f"{move.obligation}|{move.task}"),
            mission=mission,
            obligation=move.obligation,
            task=move.task,
            seen=move.revision,
            posting=move.to,
        )
        try:
            made.append(Moved(move, await send(office, ask, actor), None))
        except Refused as refusal:
            made.append(Moved(move, None, refusal))
    return made


async def signature(
    desk: Desk, who: Officers, side: Side, queried: Sequence[str], command_id: UUID
) -> c.SignHandover:
    """The command with which one side signs for the departure of `who.leaver`.

    Who leaves signs for every open obligation in which they hold or held an open task; who comes for the same list, and
    says what they query. Raises Refused `no-handover`, `handover-unsigned`.
    """
    rows = await queries.obligations(desk.log, mission=who.mission, status="open", definition=DEFINITION)
    found = [row["id"] for row in rows if str(row["period"]).startswith(f"{who.leaver}.")]
    if not found:
        raise Refused("no-handover", posting=who.leaver, mission=who.mission)
    state = await desk.obligation(found[-1])
    if side == "in":
        given = state.handed.get("out")
        if given is None:
            raise Refused("handover-unsigned", obligation=state.id)
        items = given
    else:
        items = tuple(await _held(desk, who, state.id))
    return c.SignHandover(
        command_id=command_id,
        mission=who.mission,
        obligation=state.id,
        side=side,
        items=items,
        queried=tuple(queried),
    )


async def _held(desk: Desk, who: Officers, handover: str) -> list[str]:
    """Open obligations with an open task that the leaver holds or held, but the hand-over itself."""
    held: list[str] = []
    for code in await queries.involved(desk.log, [who.leaver]):
        state = await desk.obligation(code)
        theirs = any(h.posting == who.leaver for t in state.open_tasks() for h in t.holdings)
        if code != handover and state.is_open and state.mission == who.mission and theirs:
            held.append(code)
    return held
