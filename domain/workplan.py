"""A work plan: what an officer and a manager agreed that a posting would do in a period, in a form the record can be laid beside.

The stream is `workplan/<code>`. An edition holds once both have agreed to it; until then the former holds. The plan asks,
the review compares, and nothing follows from it by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor, Event
from domain.events import New
from domain.refusals import Refused

PARTS: Final = ("officer", "manager")
NEEDS: Final[Mapping[str, str]] = {
    "rota": "definitions",
    "in_time": "definitions",
    "training": "definitions",
    "number": "definitions",
    "regions": "regions",
}
"""What an objective of each kind has to name, or there is nothing to lay the record beside."""


@dataclass(slots=True)
class Edition:
    """One edition: its objectives, where it stands in the log, and who agreed to it (part → position)."""

    number: int
    objectives: list[dict[str, Any]]
    position: int
    reason: str | None
    agreed: dict[str, int] = field(default_factory=dict)
    at: str = ""

    @property
    def holds(self) -> bool:
        """Whether both agreed."""
        return all(part in self.agreed for part in PARTS)


@dataclass(slots=True)
class WorkPlan:
    """A work plan as its events say."""

    code: str = ""
    version: int = 0
    mission: str = ""
    posting: str = ""
    manager: str = ""
    first: str = ""
    last: str = ""
    share_percent: int = 0
    answers_for: tuple[str, ...] = ()
    editions: list[Edition] = field(default_factory=list)
    ended: str | None = None
    ended_at: str | None = None

    def parties(self) -> Mapping[str, frozenset[str]]:
        """The officer and the manager."""
        return {"subject": frozenset({self.posting}), "manager": frozenset({self.manager})}

    def waits_for(self, posting: str) -> bool:
        """Whether it is this posting's turn: the last edition waits for its word."""
        part = {self.posting: "officer", self.manager: "manager"}.get(posting)
        return part is not None and self.ended is None and part not in self.editions[-1].agreed

    @property
    def in_force(self) -> Edition | None:
        """The last edition that both agreed to."""
        return next((e for e in reversed(self.editions) if e.holds), None)

    @property
    def status(self) -> str:
        """`draft`, `in_force`, `amending` (another edition waits to be agreed) or `ended`."""
        if self.ended is not None:
            return "ended"
        if self.in_force is None:
            return "draft"
        return "in_force" if self.editions[-1].holds else "amending"


def evolve(state: WorkPlan, event: Event) -> WorkPlan:
    """Apply one event, in place."""
    d = event.data
    match event.type:
        case "WorkPlanDrafted":
            state.code, state.mission, state.posting = d["workplan"], d["mission"], d["posting"]
            state.manager, state.first, state.last = d["manager"], d["first"], d["last"]
            state.share_percent, state.answers_for = d["share_percent"], tuple(d["answers_for"])
            state.editions = [Edition(1, d["objectives"], event.position, None, at=event.at)]
        case "WorkPlanAgreed":
            state.editions[d["edition"] - 1].agreed.setdefault(d["part"], event.position)
        case "WorkPlanAmended":
            state.editions.append(
                Edition(d["edition"], d["objectives"], event.position, d["reason"], at=event.at)
            )
        case "WorkPlanEnded":
            state.ended, state.ended_at = d["reason"], event.at
        case _:
            raise KeyError(event.type)
    state.version = event.version
    return state


def decide(command: Any, state: WorkPlan, context: Any, now: datetime, actor: Actor) -> list[New]:
    """What a command makes of a work plan. Raises Refused."""
    if isinstance(command, c.DraftWorkPlan):
        return _draft(command, state, context, now)
    if not state.version:
        raise Refused("no-such-dossier", dossier=f"workplan/{command.workplan}")
    if state.ended is not None:
        raise Refused("workplan-ended", workplan=state.code, reason=state.ended)
    if isinstance(command, c.AgreeWorkPlan):
        return _agree(command, state, actor)
    if isinstance(command, c.AmendWorkPlan):
        return _amend(command, state)
    vocabulary.check("reason", command.reason, vocabulary.PLAN_ENDS)
    return [New("WorkPlanEnded", {"reason": command.reason})]


def _draft(command: c.DraftWorkPlan, state: WorkPlan, context: Any, now: datetime) -> list[New]:
    if state.version:
        raise Refused("dossier-exists", dossier=f"workplan/{command.workplan}")
    mission = context.mission
    if command.last < command.first:
        raise Refused("ends-before-start", what=command.workplan, end=command.last, start=command.first)
    for posting in (command.posting, command.manager):
        held = mission.postings.get(posting)
        if held is None or held.last.isoformat() < command.first or held.first.isoformat() > command.last:
            raise Refused("no-such-posting", posting=posting, mission=command.mission, day=command.first)
    if command.posting == command.manager:
        raise Refused("two-others", dossier=f"workplan/{command.workplan}", posting=command.posting)
    post = mission.posts[mission.postings[command.posting].post]
    return [
        New(
            "WorkPlanDrafted",
            {
                "workplan": command.workplan,
                "mission": command.mission,
                "posting": command.posting,
                "manager": command.manager,
                "first": command.first,
                "last": command.last,
                "objectives": _objectives(command.objectives),
                "share_percent": post.share_percent,
                "answers_for": list(post.answers_for),
            },
        )
    ]


def _objectives(asked: tuple[c.Objective, ...]) -> list[dict[str, Any]]:
    made = []
    for n, one in enumerate(asked, start=1):
        if not getattr(one, NEEDS[one.kind]):
            raise Refused("objective-empty", n=n, kind=one.kind, needs=NEEDS[one.kind])
        if one.kind == "number" and one.count is None:
            raise Refused("objective-empty", n=n, kind=one.kind, needs="count")
        made.append(
            {
                "objective": f"o{n}",
                "kind": one.kind,
                "definitions": sorted(set(one.definitions)),
                "regions": sorted(set(one.regions)),
                "count": one.count,
            }
        )
    return made


def _agree(command: c.AgreeWorkPlan, state: WorkPlan, actor: Actor) -> list[New]:
    part = "officer" if actor.code == state.posting else "manager"
    if command.edition != len(state.editions):
        raise Refused(
            "edition-superseded", workplan=state.code, edition=command.edition, last=len(state.editions)
        )
    if part in state.editions[-1].agreed:
        return []
    return [New("WorkPlanAgreed", {"edition": command.edition, "part": part})]


def _amend(command: c.AmendWorkPlan, state: WorkPlan) -> list[New]:
    vocabulary.check("reason", command.reason, vocabulary.PLAN_AMENDMENTS)
    objectives = _objectives(command.objectives)
    if objectives == state.editions[-1].objectives:
        raise Refused("workplan-unchanged", workplan=state.code)
    data = {"edition": len(state.editions) + 1, "objectives": objectives, "reason": command.reason}
    return [New("WorkPlanAmended", data)]
