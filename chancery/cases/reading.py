"""Who may read what is sealed of a case, and the log of who did.

A reading is recorded before anything is opened, in the vault's own log of readings (docs/adr/0009). Its rows name the mission
and the reader; which case it was is known, as everywhere in the vault, to who holds the case's key, and to nobody after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Final, Literal, get_args
from uuid import uuid4

from chancery.cases.codes import key_of
from chancery.cases.refusals import CaseRefused
from chancery.office import Office
from chancery.vault import fetch
from domain.envelope import Actor
from domain.instrument import HEADQUARTERS
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

Basis = Literal["holder", "lead", "partner", "break_glass"]
Reason = Literal["audit", "complaint", "data_subject_request", "escalation", "incident", "legal_duty"]
REASONS: Final[tuple[str, ...]] = get_args(Reason)
"""Why headquarters or an auditor may open a case. A code: words about a case have no place outside it."""

LEADS: Final = frozenset(
    {"focal_point", "focal_point_alternate", "deputy_head_of_mission", "head_of_mission"}
)
GLASS: Final = HEADQUARTERS | {"auditor", "data_protection_officer"}
"""Roles that read a case only with a reason."""
OVERSEERS: Final = frozenset({"head_of_mission", "deputy_head_of_mission"})

_NOTE: Final = "SELECT vault.note_reading(%s, %s, %s, %s, %s, %s)"
_ALL: Final = "SELECT id, marker, reader, basis, reason, read_at FROM vault.readings(%s)"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: which posting, on which ground, for which reason (of those who need one), when (UTC, the database's clock)."""

    reader: str
    basis: Basis
    reason: str | None
    at: datetime


async def identified(office: Office, actor: Actor) -> Actor:
    """The actor with the role that their mission's stream gives them now. Raises Refused `no-such-posting`.

    What the desk does for commands; reading is none, and needs it too.
    """
    if actor.kind != "officer":
        return replace(actor, mission=None, role=None)
    home = await office.desk.mission(actor.mission or "")
    now = office.desk.clock.now()
    if not home.version or not home.runs(actor.code, now):
        day = home.day(now) if home.version else instant_text(now)[:10]
        raise Refused("no-such-posting", posting=actor.code, mission=actor.mission or "?", day=day)
    return replace(actor, role=home.role_of(actor.code))


def ground(
    who: Actor, mission: Mission, obligations: Iterable[Obligation], now: datetime, reason: str | None
) -> Basis:
    """On which ground an identified actor may read a case of a mission. Raises CaseRefused `case-not-yours`, `reason-to-read`.

    The operator and the engine never may: who runs the machine reads no case.
    """
    if who.kind == "officer" and _holds(who, mission, obligations, now):
        return "holder"
    if who.kind == "officer" and who.mission == mission.code and who.role in LEADS:
        return "lead"
    if who.kind == "officer" and who.role in GLASS:
        if reason not in REASONS:
            raise CaseRefused("reason-to-read", codes=", ".join(REASONS))
        return "break_glass"
    raise CaseRefused("case-not-yours")


def _holds(who: Actor, mission: Mission, obligations: Iterable[Obligation], now: datetime) -> bool:
    """Whether somebody holds an open task of these obligations, or acts for an absent holder; at headquarters also one
    that passed to their role.
    """
    holders = {who.code} | ({who.role} if who.role in HEADQUARTERS else set())
    return any(
        task.posting in holders
        or (who.mission == mission.code and mission.substitute_for(task.posting, now, one.code) == who.code)
        for one in obligations
        for task in one.open_tasks()
    )


async def record(office: Office, case: str, who: Actor, basis: Basis, reason: str | None) -> None:
    """Write down that somebody reads a case. Nothing may be opened before this has returned. Raises VaultError."""
    id_, key = uuid4(), key_of(case)
    marker, mission = office.vault.marker(key, id_), office.keys.mission_of(key)
    said = reason if basis == "break_glass" else None
    await fetch(office.desk.log.pool, _NOTE, [id_, mission, marker, who.code, basis, said])


async def readings(office: Office, actor: Actor, case: str) -> list[Reading]:
    """Who read a case, the earliest first. For the mission's heads, the data protection officer and auditors.

    No content is shown, so this takes no reason and leaves no row. Raises CaseRefused, Refused, VaultError.
    """
    key = key_of(case)
    code = office.keys.mission_of(key)
    who = await identified(office, actor)
    own = who.mission == code and who.role in OVERSEERS
    if who.kind != "officer" or not (own or who.role in GLASS):
        raise CaseRefused("case-not-yours")
    rows = await fetch(office.desk.log.pool, _ALL, [code])
    return [
        Reading(reader, basis, reason, at.astimezone(UTC))
        for id_, marker, reader, basis, reason, at in rows
        if compare_digest(office.vault.marker(key, id_), bytes(marker))
    ]


async def readings_of_mission(office: Office, actor: Actor, mission: str) -> list[Reading]:
    """Who read any case of a mission, the latest first, without saying which case: for the same people as `readings`.

    Raises CaseRefused `case-not-yours`, Refused.
    """
    who = await identified(office, actor)
    own = who.mission == mission and who.role in OVERSEERS
    if who.kind != "officer" or not (own or who.role in GLASS):
        raise CaseRefused("case-not-yours")
    rows = await fetch(office.desk.log.pool, _ALL, [mission])
    found = [Reading(reader, basis, reason, at.astimezone(UTC)) for _, _, reader, basis, reason, at in rows]
    return found[::-1]
