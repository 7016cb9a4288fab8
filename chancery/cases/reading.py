"""Who may read what is sealed of a case, and who did.

A reading is recorded before anything is opened, in the access log (docs/adr/0009, 0019). Its entries name the mission and the
reader; which case it was is known, as everywhere in the vault, to who holds the case's key, and to nobody after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from typing import Final, Literal, cast, get_args
from uuid import UUID, uuid4

from chancery.cases.codes import key_of
from chancery.cases.refusals import CaseRefused
from chancery.office import Office
from chancery.readings import book
from chancery.readings.book import Wanted
from chancery.readings.entry import Entry, Form, Mark
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


async def record(
    office: Office, case: str, who: Actor, basis: Basis, reason: str | None, form: Form | None = None
) -> None:
    """Write down that somebody reads a case. Nothing may be opened before this has returned.

    Raises VaultError, psycopg.Error, psycopg_pool.PoolTimeout.
    """
    key = key_of(case)
    await book.note(
        office,
        kind="case",
        who=who.code,
        basis=basis,
        mission=office.keys.mission_of(key),
        reason=reason if basis == "break_glass" else None,
        form=form,
        mark=_mark(office, key),
    )


def _mark(office: Office, key: str) -> Mark:
    """A mark of a case, another one each time. Raises VaultError."""
    id_ = uuid4()
    return Mark(str(id_), office.vault.marker(key, id_).hex())


async def readings(office: Office, actor: Actor, case: str) -> list[Reading]:
    """Who read a case, the earliest first. For the mission's heads, the data protection officer and auditors.

    No content is shown, so this takes no reason; that they asked is an entry too. Raises CaseRefused, Refused, VaultError.
    """
    return [_reading(one) for one in reversed(await entries_of(office, actor, case))]


async def entries_of(
    office: Office, actor: Actor, case: str, wanted: Wanted | None = None, form: Form = "page"
) -> list[Entry]:
    """The access log's entries about a case, the latest first, within what else is asked for. As `readings`."""
    key = key_of(case)
    code = office.keys.mission_of(key)
    basis = await overseeing(office, actor, code)
    mark = _mark(office, key)
    await book.note(office, kind="readings", who=actor.code, basis=basis, mission=code, form=form, mark=mark)
    asked = replace(wanted or Wanted(), missions=(code,), kinds=("case",))
    return [one for one in await book.find(office, asked) if _about(office, key, one)]


def _about(office: Office, key: str, entry: Entry) -> bool:
    mark = entry.note.mark
    return mark is not None and compare_digest(office.vault.marker(key, UUID(mark.id)).hex(), mark.marker)


async def overseeing(office: Office, actor: Actor, mission: str | None) -> Literal["head", "oversight"]:
    """On which ground somebody sees the readings of a mission (None: of all).

    Raises CaseRefused `readings-not-yours`, Refused.
    """
    who = await identified(office, actor)
    if who.kind == "officer" and who.mission == mission and who.role in OVERSEERS:
        return "head"
    if who.kind == "officer" and who.role in GLASS:
        return "oversight"
    raise CaseRefused("readings-not-yours")


def _reading(entry: Entry) -> Reading:
    said = entry.note
    return Reading(said.by, cast("Basis", said.basis), said.reason, entry.at)
