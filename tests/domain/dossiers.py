"""Given / when / then for dossiers: a mission, headquarters, and one stream of its own. No mocks: the rules themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain import commands as c
from domain import dossier, events, mission_decide, policy
from domain import mission as missions
from domain.envelope import OPERATOR, Actor, Event
from domain.events import New
from domain.mission import Mission
from domain.refusals import Refused
from domain.task import text
from tests.domain.spec import cairo
from tests.made import adoption, cid, posts

RV, WP, EX = "rv-0123456789ab", "wp-0123456789ab", "ex-0123456789ab"
ROOT, DIGEST, LATER = "cd" * 32, "ab" * 32, "ef" * 32
WORDS: Any = {"ref": "00000000-0000-4000-8000-0000000000aa", "commit": "ab" * 32}

OFFICER = Actor("officer", "p-fp", "Q")
MANAGER = Actor("officer", "p-hom", "Q")
DEPUTY = Actor("officer", "p-dep", "Q")
SECOND = Actor("officer", "p-hq", "HQ")
DPO = Actor("officer", "p-dpo", "HQ")
COMMITTEE = Actor("officer", "p-com", "HQ")
AUDITOR = Actor("officer", "p-aud", "HQ")


def headquarters() -> tuple[c.PostLine, ...]:
    table = (
        ("HQ-HR", "hq_human_rights", "p-hq"),
        ("HQ-DPO", "data_protection_officer", "p-dpo"),
        ("HQ-COM", "staff_committee", "p-com"),
        ("HQ-AUD", "auditor", "p-aud"),
        ("HQ-HEAD", "head_of_mission", "p-hqh"),
    )
    return tuple(
        c.PostLine(
            post=post, role=role, share_percent=0, local_agent=False, posting=posting,
            from_day="2024-01-01", until=None,
        )
        for post, role, posting in table
    )  # fmt: skip


@dataclass(slots=True)
class Office:
    """Two missions and every dossier's stream; who stands at the desk, and when."""

    missions: dict[str, Mission] = field(default_factory=dict)
    streams: dict[str, list[Event]] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: cairo("2026-05-05 09:10"))
    actor: Actor = OPERATOR
    said: list[New] | Refused = field(default_factory=list)
    asked: int = 0

    def at(self, written: str) -> Office:
        self.now = cairo(written)
        return self

    def by(self, actor: Actor) -> Office:
        home = self.missions.get(actor.mission or "")
        self.actor = replace(actor, role=home.role_of(actor.code) if home else None)
        return self

    def state(self, stream: str) -> Any:
        return dossier.fold(stream, self.streams.get(stream, []))

    def mission(self, command: c.MissionCommand) -> Office:
        state = self.missions.setdefault(command.mission, Mission())
        for one in mission_decide.decide(command, state, self.now, self.actor):
            missions.evolve(state, self._event(one, f"mission/{command.mission}", state.version + 1))
        return self

    def asks(self, command: c.DossierCommand) -> Office:
        """The command at the desk: the policy, the decision, the events. What it said stands in `said`."""
        stream = f"{command.room}/{command.dossier}"
        state = self.state(stream)
        beside = {name: self.state(name) for name in command.beside}
        elsewhere = {code: self.missions[code] for code in command.elsewhere}
        mission = self.missions[command.mission]
        try:
            policy.check(command, self.actor, None, mission, state.parties())
            context = dossier.Context(mission, elsewhere, beside)
            self.said = dossier.decide(command, state, context, self.now, self.actor)
        except Refused as refusal:
            self.said = refusal
            return self
        log = self.streams.setdefault(stream, [])
        for one in self.said:
            events.validate(one.type, one.data)
            log.append(self._event(one, stream, len(log) + 1))
        return self

    def _event(self, new: New, stream: str, version: int) -> Event:
        self.asked += 1
        by = self.actor.to_data()
        return Event(
            str(cid(f"e{self.asked}")),
            new.type,
            stream,
            version,
            text(self.now),
            by,
            "c",
            new.data,
            self.asked,
        )

    @property
    def made(self) -> list[str]:
        """The types of what the last command made; it must not have been refused."""
        assert not isinstance(self.said, Refused), self.said
        return [one.type for one in self.said]

    @property
    def code(self) -> str:
        """The code of the last refusal."""
        assert isinstance(self.said, Refused), self.said
        return self.said.code


def office() -> Office:
    """Mission Q and headquarters with their people."""
    made = Office()
    made.mission(adoption())
    made.mission(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()))
    made.mission(adoption("HQ", "BE", "Europe/Brussels").model_copy(update={"kind": "headquarters"}))
    made.mission(c.RecordPosts(command_id=cid("hq"), mission="HQ", lines=headquarters()))
    return made


def ask(kind: type[Any], name: str | None = None, **data: Any) -> Any:
    """A command with what its dossier is called, unless the test says so."""
    known: dict[str, Any] = {"mission": "Q"}
    if issubclass(kind, c.OpenReview | c.ReadReview) or hasattr(kind, "model_fields"):
        for field_, code in (("review", RV), ("workplan", WP), ("export", EX)):
            if field_ in kind.model_fields:
                known[field_] = code
    return kind.model_validate({"command_id": cid(name or str(sorted(data.items()))), **known, **data})


def state_purpose(months: int = 60) -> Any:
    return ask(c.StatePurpose, mission="HQ", retention_months=months, opinion="agreed")


def stated() -> Office:
    """Both have said what staff reports are for."""
    made = office()
    for who in (DPO, COMMITTEE):
        assert made.by(who).asks(state_purpose()).made == ["PurposeStated"]
    return made


def open_review(**more: Any) -> Any:
    data = {
        "postings": ("p-fp",), "manager": "p-hom", "manager_mission": "Q", "second": "p-hq",
        "second_mission": "HQ", "first": "2026-01-01", "last": "2026-04-30", "size": 4210, "root": ROOT,
        "digest": DIGEST,
    }  # fmt: skip
    return ask(c.OpenReview, **(data | more))


def opened() -> Office:
    """A review of the focal point, by the head of mission; headquarters answers."""
    made = stated()
    assert made.by(MANAGER).asks(open_review()).made == ["ReviewOpened"]
    return made


def seen() -> Office:
    """The person concerned has opened it."""
    made = opened()
    assert made.by(OFFICER).asks(ask(c.ReadReview, "read")).made == ["ReviewRead"]
    return made
