"""Work plans as an office runs them: what an objective can name in this mission, what it says in words, how a plan is kept.

Pages and command line share this. The plan beside the record is `chancery.reports.plan`; nothing here weighs one against the other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from chancery import asof, queries, sharing
from chancery.absences import duties
from chancery.i18n import tr
from chancery.log.store import EventLog
from chancery.office import Office, send
from chancery.queries import Row
from chancery.streams import Receipt, dossier_stream
from chancery.telling import names
from domain import commands as c
from domain.envelope import Actor
from domain.instant import BadInput
from domain.mission import Mission
from domain.refusals import Refused
from domain.review import Review
from domain.workplan import NEEDS, WorkPlan

_GOING: Final = ("draft", "amending", "unseen", "replying", "addendum")
KINDS: Final = tuple(NEEDS)
"""The kinds of objectives, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What an objective can name in one mission: definition → its title, in the instruments' order; and regions."""

    definitions: Mapping[str, str]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan is put down with."""

    mission: str
    posting: str
    manager: str
    first: date
    last: date
    objectives: tuple[c.Objective, ...]


async def offered(here: Office, mission: Mission) -> Offered:
    """The definitions that the mission has taken up, titled in the language that is spoken, and the regions of its map and visits."""
    seen = await asof.reading(here.desk)
    areas = (await sharing.shared(seen, mission.code)).areas if mission.version else ()
    titles = {code: names.definition_title(instrument, code) for instrument, code in duties(mission)}
    return Offered(titles, tuple(one.area for one in areas))


def check(objectives: Sequence[c.Objective], known: Offered, mission: Mission) -> None:
    """A slip in a code would leave nothing to lay the record beside.

    Raises Refused `no-such-definition`, BadInput `no-such-region` where the mission's map names regions and this is none.
    """
    for one in objectives:
        for code in one.definitions:
            if code not in known.definitions:
                raise Refused("no-such-definition", mission=mission.code, definition=code)
        for region in one.regions:
            if known.regions and region not in known.regions:
                said = tr(
                    "{region} is no region of this mission's map; these are: {known}.",
                    region=region,
                    known=", ".join(known.regions),
                )
                raise BadInput("no-such-region", said)


async def draft(here: Office, actor: Actor, asked: Draft, request: UUID) -> Receipt:
    """Put a plan down. `request` is the command's id, by which the plan has its code: sent twice, it is one. Raises as `send`."""
    command = c.DraftWorkPlan(
        command_id=request,
        mission=asked.mission,
        workplan=f"wp-{request.hex[:12]}",
        posting=asked.posting,
        manager=asked.manager,
        first=asked.first.isoformat(),
        last=asked.last.isoformat(),
        objectives=asked.objectives,
    )
    return await send(here, command, actor)


async def plan_of(here: Office, code: str) -> WorkPlan:
    """A plan as it stands. Raises Refused `no-such-dossier`."""
    found: WorkPlan = await here.desk.dossier("workplan", code)
    if not found.version:
        raise Refused("no-such-dossier", dossier=dossier_stream("workplan", code))
    return found


async def plans_for(
    log: EventLog, postings: Sequence[str] | None = None, mission: str | None = None
) -> list[Row]:
    """Plans to which one of these postings is a party, or of a mission; the latest period first."""
    return await queries.dossiers(log, "workplan", parties=postings, mission=mission)


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────


def kind_words(kind: str) -> str:
    """What an objective of a kind is, before anything is filled in."""
    match kind:
        case "rota":
            return tr("Observe the sittings on the rota")
        case "in_time":
            return tr("Answer these tasks in time")
        case "training":
            return tr("Be trained in these")
        case "number":
            return tr("Carry out so many of these")
        case _:
            return tr("Visit each of these regions")


def objective_words(one: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """An objective as a sentence. `titles`: definition → what it is called."""
    said = {
        "definitions": ", ".join(f"{titles[d]} ({d})" if d in titles else d for d in one["definitions"])
        or "-",
        "regions": ", ".join(one["regions"]) or "-",
        "n": one["count"],
    }
    match one["kind"]:
        case "rota":
            return tr("Observe the sittings on the rota: {definitions}.", **said)
        case "in_time":
            return tr("Answer these tasks in time: {definitions}.", **said)
        case "training":
            return tr("Be trained in these: {definitions}.", **said)
        case "number":
            return tr("Carry out {n} of these: {definitions}.", **said)
        case _ if one["definitions"]:
            return tr("Visit each of these regions: {regions}, for {definitions}.", **said)
        case _:
            return tr("Visit each of these regions: {regions}.", **said)


# ── what waits for somebody ──────────────────────────────────────────────────────────────────────────────────────


async def waiting(here: Office, postings: Sequence[str], now: datetime) -> int:
    """How many plans and reviews wait for one of these postings to do something. A number, and nothing of what they are."""
    turns = await _turns(here, "workplan", postings, now) + await _turns(here, "review", postings, now)
    return sum(bool(turn) for turn in turns)


async def waiting_by_posting(here: Office, postings: Sequence[str], now: datetime) -> Counter[str]:
    """The same for each of them by itself, asked once for all."""
    turns = await _turns(here, "workplan", postings, now) + await _turns(here, "review", postings, now)
    return Counter(posting for turn in turns for posting in turn)


async def plans_waiting(here: Office, postings: Sequence[str], now: datetime) -> int:
    """How many plans wait for the word of one of these postings."""
    return sum(bool(turn) for turn in await _turns(here, "workplan", postings, now))


async def _turns(here: Office, room: str, postings: Sequence[str], now: datetime) -> list[set[str]]:
    """Of each plan or review that is going on: which of these postings have something to do in it now."""
    found = []
    rows = await queries.dossiers(here.desk.log, room, parties=postings) if postings else []
    for row in rows:
        if row["status"] in _GOING:
            state = await here.desk.dossier(room, row["code"])
            mine = set(postings) & set(row["parties"])
            found.append({posting for posting in mine if _its_turn(state, posting, now)})
    return found


def _its_turn(state: WorkPlan | Review, posting: str, now: datetime) -> bool:
    return state.waits_for(posting) if isinstance(state, WorkPlan) else state.waits_for(posting, now)
