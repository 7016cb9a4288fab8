"""The desk of a case and what serves it, without a database: several streams, decided together, each folded from its own events."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from domain import commands as c
from domain import deciding, events, mission_decide, policy
from domain import mission as missions
from domain import obligation as obligations
from domain.envelope import ENGINE_TIMER, ENGINE_WORKFLOW, Actor, Event
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import text
from tests.made import cid

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DEFINITIONS = {
    "consult": "CONSULT", "consult2": "CONSULT", "trial": "TRIAL-OBS", "demarche": "DEMARCHE", "statement": "STATEMENT",
}  # fmt: skip
WISHED = (
    "consent:attend",
    "consent:demarche",
    "consent:statement",
    "consent:publish_name",
    "consent:share_eu",
)
PROCEDURES = (
    ("trial", "decide-and-staff"), ("trial", "attend-and-report"), ("demarche", "propose"), ("statement", "draft"),
    ("statement", "release"), ("statement", "release-named"),
)  # fmt: skip
LEADS = ("p-hom", "p-dep", "p-fp", "p-alt")
ROLE_OF = {"p-hom": "head_of_mission", "p-dep": "deputy_head_of_mission", "p-fp": "focal_point", "p-alt": "focal_point_alternate"}  # fmt: skip


def officer(posting: str) -> Actor:
    return Actor("officer", posting, "Q", missions_role(posting))


def missions_role(posting: str) -> str:
    return ROLE_OF.get(posting, "political_officer")


class CaseDesk:
    """One mission, its obligations, the hour (in minutes from `START`). `reached`: events and refusals that came, by name."""

    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.now = 0
        self.position = 0
        self.mission = Mission()
        self.states = {code: Obligation() for code in DEFINITIONS}

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=self.now)

    @property
    def day(self) -> int:
        return (self.at.date() - START.date()).days

    def ask(
        self, actor: Actor, kind: type[c.Command], obligation: str | None = None, **data: Any
    ) -> str | None:
        """Ask for it; the code of the refusal, None if there was none."""
        self.number += 1
        given = {"command_id": cid(f"story {self.number}"), "mission": "Q", **data}
        command = kind.model_validate(given if obligation is None else {**given, "obligation": obligation})
        return self.carry_out(actor, command)

    def carry_out(self, actor: Actor, command: c.Command) -> str | None:
        target = self.states[command.obligation] if isinstance(command, c.ObligationCommand) else None
        try:
            policy.check(command, actor, target, self.mission)
            if isinstance(command, c.MissionCommand):
                made = [(None, mission_decide.decide(command, self.mission, self.at, actor))]
            else:
                assert isinstance(command, c.ObligationCommand)
                others = {code: self.states[code] for code in command.also_reads}
                made = []
                for code in (command.obligation, *command.also_writes):
                    new = deciding.decide(command, self.states[code], self.mission, self.at, actor, others)
                    made.append((code, new))
        except Refused as refusal:
            self.reached[refusal.code] += 1
            return refusal.code
        for code, new in made:
            for one in new:
                events.validate(one.type, one.data)
                self.reached[one.type] += 1
                self._take(code, one, actor, str(command.command_id))
        return None

    def _take(self, code: str | None, new: Any, actor: Actor, command: str) -> None:
        self.position += 1
        state: Any = self.mission if code is None else self.states[code]
        id_ = f"00000000-0000-0000-0000-{self.position:012d}"
        event = Event(
            id_,
            new.type,
            "s",
            state.version + 1,
            new.at or text(self.at),
            actor.to_data(),
            command,
            new.data,
            self.position,
        )
        (missions.evolve if code is None else obligations.evolve)(state, event)

    def wake(self, *, staffed: bool = False) -> None:
        """Timers ring and nudges arrive: every obligation looks at its clocks and its people."""
        for code in DEFINITIONS:
            if staffed:
                self.ask(ENGINE_WORKFLOW, c.Refresh, code)
            self.ask(ENGINE_TIMER, c.Wake, code, planned=self.at)
