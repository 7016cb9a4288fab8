"""A full export of the log: asked for with a purpose and a recipient, agreed to by a second person, made, and written down.

What leaves unredacted leaves for good. The stream is `export/<code>`; an approval lapses after fourteen days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor, Event
from domain.events import New
from domain.instrument import HEADQUARTERS
from domain.kinds import instant, instant_text
from domain.refusals import Refused

DAYS: Final = 14
"""So long may what was asked for be agreed to and made."""
WHOLE: Final = frozenset({"auditor", "data_protection_officer"}) | HEADQUARTERS
"""Who may ask for, or agree to, an export of the whole installation; a mission's head asks for that mission alone."""


@dataclass(slots=True)
class Export:
    """An export as its events say. `status`: `proposed`, `approved`, `refused`, `made`."""

    code: str = ""
    version: int = 0
    mission: str = ""
    purpose: str = ""
    recipient: str = ""
    scope: str = ""
    after: int = 0
    upto: int = 0
    expires: str = ""
    proposer: str = ""
    approver: str | None = None
    status: str = ""
    proposed_position: int = 0
    answered_position: int = 0
    size: int = 0
    root: str = ""
    digest: str = ""

    def parties(self) -> Mapping[str, frozenset[str]]:
        """Who asked for it."""
        return {"proposer": frozenset({self.proposer})}


def evolve(state: Export, event: Event) -> Export:
    """Apply one event, in place."""
    d = event.data
    match event.type:
        case "ExportProposed":
            state.code, state.mission, state.purpose = d["export"], d["mission"], d["purpose"]
            state.recipient, state.scope = d["recipient"], d["scope"]
            state.after, state.upto, state.expires = d["after"], d["upto"], d["expires"]
            state.proposer, state.status = event.by, "proposed"
            state.proposed_position = event.position
        case "ExportAnswered":
            state.approver, state.status = event.by, "approved" if d["approved"] else "refused"
            state.answered_position = event.position
        case "ExportMade":
            state.size, state.root, state.digest, state.status = d["size"], d["root"], d["digest"], "made"
        case _:
            raise KeyError(event.type)
    state.version = event.version
    return state


def decide(command: Any, state: Export, _c: Any, now: datetime, actor: Actor) -> list[New]:
    """What a command makes of an export. Raises Refused."""
    if isinstance(command, c.ProposeExport):
        return _propose(command, state, now, actor)
    if not state.version:
        raise Refused("no-such-dossier", dossier=f"export/{command.export}")
    if isinstance(command, c.AnswerExport):
        return _answer(command, state, now, actor)
    if state.status == "made":
        return []
    if state.status != "approved":
        raise Refused("export-not-approved", export=state.code, status=state.status)
    _in_time(state, now)
    return [New("ExportMade", {"size": command.size, "root": command.root, "digest": command.digest})]


def _propose(command: c.ProposeExport, state: Export, now: datetime, actor: Actor) -> list[New]:
    vocabulary.check("purpose", command.purpose, vocabulary.EXPORT_PURPOSES)
    vocabulary.check("recipient", command.recipient, vocabulary.EXPORT_RECIPIENTS)
    if state.version:
        raise Refused("dossier-exists", dossier=f"export/{command.export}")
    if command.upto <= command.after:
        raise Refused("export-range", after=command.after, upto=command.upto)
    if command.scope == "installation" and actor.role not in WHOLE:
        raise Refused("export-whole", role=actor.role or actor.kind, roles=", ".join(sorted(WHOLE)))
    return [
        New(
            "ExportProposed",
            {
                "export": command.export,
                "mission": command.mission,
                "purpose": command.purpose,
                "recipient": command.recipient,
                "scope": command.scope,
                "after": command.after,
                "upto": command.upto,
                "expires": instant_text((now + timedelta(days=DAYS)).replace(microsecond=0)),
            },
        )
    ]


def _answer(command: c.AnswerExport, state: Export, now: datetime, actor: Actor) -> list[New]:
    if state.status != "proposed":
        raise Refused("export-answered", export=state.code, status=state.status)
    if actor.code == state.proposer:
        raise Refused("export-own", export=state.code)
    if state.scope == "installation" and actor.role not in WHOLE:
        raise Refused("export-whole", role=actor.role or actor.kind, roles=", ".join(sorted(WHOLE)))
    _in_time(state, now)
    return [New("ExportAnswered", {"approved": command.approved})]


def _in_time(state: Export, now: datetime) -> None:
    if now >= instant(state.expires):
        raise Refused("export-lapsed", export=state.code, at=state.expires)
