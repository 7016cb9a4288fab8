"""A court list becomes sittings of the obligation that observes a case's trial. What could name anybody is sealed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from chancery import adoption, cases
from chancery.cases.opening import open_for
from chancery.importers import courtlist
from chancery.importers.courtlist import Listed
from chancery.office import Office, send
from chancery.streams import Receipt
from chancery.vault import Sealed
from domain import commands as c
from domain import policy
from domain.envelope import OPERATOR, Actor
from domain.mission import Mission
from domain.obligation import Appointment, Obligation
from domain.refusals import Refused
from domain.task import text

INSTRUMENT = "eu-hrd"


@dataclass(frozen=True, slots=True)
class HearingsOutcome:
    """What a list meant: numbers of sittings by what became of them, and the position of the last event, 0 if none.

    `left` are sittings that the list moves or cancels although they were held, or lists after the end: they stay as they are.
    """

    obligation: str
    opened: bool
    new: int
    moved: int
    cancelled: int
    unchanged: int
    left: int
    events: int
    position: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a sitting of a list would mean, were it recorded now: new, moved, cancelled, unchanged, left."""

    listed: Listed
    what: str


async def foreseen(
    office: Office, raw: bytes, filename: str, *, case: str, mission: str, actor: Actor = OPERATOR
) -> tuple[list[Foreseen], bool]:
    """What a court list would mean for a case that there is, and whether its trial's obligation would be opened.

    Nothing is changed. Raises BadInput (`bad-case`), ImportRefused, Refused, VaultError (no such key: KeyMissing).
    """
    cases.check_case(case)
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    listed = courtlist.parse(raw, filename, state.clock)
    await adoption.resident_accreditation(office.desk, mission)
    _may(office, state, case, actor)
    trial = _Trial(office, UUID(int=0), case, mission, cases.trial_obligation(office.vault, case), actor)
    known = await office.desk.obligation(trial.obligation)
    return [Foreseen(one, kind) for _, one, kind in _kinds(trial, listed, known)], not known.version


async def import_hearings(
    office: Office,
    raw: bytes,
    filename: str,
    command_id: UUID,
    *,
    case: str,
    mission: str,
    actor: Actor = OPERATOR,
    instrument: str = INSTRUMENT,
) -> HearingsOutcome:
    """Record a court list for a case's trial; the obligation to observe it is opened if it is not yet.

    Sittings are known again by a keyed hash of their UID, so a list that is recorded already changes nothing. Past
    sittings are recorded too. Raises BadInput (`bad-case`), ImportRefused (nothing was recorded), Refused, VaultError, and
    Unavailable or Unknown; after one of the last two the same import ends the work.
    """
    cases.check_case(case)
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    listed = courtlist.parse(raw, filename, state.clock)
    accreditation = await adoption.resident_accreditation(office.desk, mission)
    _may(office, state, case, actor)
    cases.open_case(office.keys, mission, case)
    trial = _Trial(office, command_id, case, mission, cases.trial_obligation(office.vault, case), actor)
    known = await office.desk.obligation(trial.obligation)
    events, position = 0, 0
    if not known.version:
        _, receipt = await open_for(
            office, actor, state, case, cases.TRIAL, uuid5(command_id, "open"),
            instrument=instrument, accreditation=accreditation,
        )  # fmt: skip
        if receipt is not None:
            events, position = len(receipt.events), receipt.position
    found = _sort(trial, listed, known)
    if found.changes:
        receipt = await _record(trial, found.changes)
        events, position = events + len(receipt.events), receipt.position or position
    return HearingsOutcome(
        trial.obligation, not known.version, found.new, found.moved, found.cancelled, found.unchanged, found.left,
        events, position,
    )  # fmt: skip


def _may(office: Office, state: Mission, case: str, actor: Actor) -> None:
    """Ask the policy before a key is made for a case: who may not import leaves nothing behind. Raises Refused."""
    if actor.kind == "officer":
        actor = replace(actor, role=state.role_of(actor.code) if actor.mission == state.code else None)
    any_id, code = UUID(int=0), state.code
    policy.check(
        c.RecordSittings(command_id=any_id, mission=code, obligation="o", sittings=()), actor, None, state
    )
    if f"case:{case}" not in office.keys.keys(code, "case"):
        opening = c.OpenObligation(
            command_id=any_id, mission=code, obligation="o", accreditation="a", instrument="i", definition="d",
            definition_data={}, instrument_version="v",
        )  # fmt: skip
        policy.check(opening, actor, None, state)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One import: the case, its obligation, and who asks."""

    office: Office
    command_id: UUID
    case: str
    mission: str
    obligation: str
    actor: Actor

    @property
    def key(self) -> str:
        """The id of the case's key."""
        return f"case:{self.case}"


@dataclass(slots=True)
class _Sorted:
    """The list against what is recorded. Only `changes` (match, sitting) are sent, so that nothing else is sealed."""

    changes: list[tuple[str, Listed]]
    new: int = 0
    moved: int = 0
    cancelled: int = 0
    unchanged: int = 0
    left: int = 0


def _sort(trial: _Trial, listed: list[Listed], known: Obligation) -> _Sorted:
    found = _Sorted([])
    for match, one, kind in _kinds(trial, listed, known):
        setattr(found, kind, getattr(found, kind) + 1)
        if kind in ("new", "moved", "cancelled"):
            found.changes.append((match, one))
    return found


def _kinds(trial: _Trial, listed: list[Listed], known: Obligation) -> Iterator[tuple[str, Listed, str]]:
    """Each sitting with what it is known again by, and what the list means for it."""
    by_match = {a.match: a for a in known.appointments.values() if a.match is not None}
    by_hand = {a.starts: a for a in known.appointments.values() if a.match is None}
    for one in listed:
        match = trial.office.vault.blind(trial.key, "uid", one.uid)
        yield match, one, _kind(one, by_match.get(match) or by_hand.get(text(one.starts)), known)


def _kind(one: Listed, old: Appointment | None, known: Obligation) -> str:
    """What the list means for a sitting, as `domain.deciding.sittings` will decide it."""
    if old is None:
        return "unchanged" if one.cancelled else "new"
    if one.cancelled:
        return {"set": "cancelled", "held": "left"}.get(old.status, "unchanged")
    same = text(one.starts) == old.starts
    if old.status == "set":
        return "unchanged" if same else "moved"
    if old.status == "cancelled" and known.ended_cause is None:
        return "new"  # the court lists it again
    return "unchanged" if same and old.status == "held" else "left"


async def _record(trial: _Trial, changes: list[tuple[str, Listed]]) -> Receipt:
    own = uuid5(trial.command_id, "sittings")
    vault = trial.office.vault
    sealed: list[Sealed] = []
    sittings: list[c.Sitting] = []
    for match, one in changes:
        words: Sealed | None = None
        if not one.cancelled:
            words = vault.seal(trial.key, "sitting", dict(one.words), reference=uuid5(own, f"words {match}"))
            sealed.append(words)
        sittings.append(
            c.Sitting(
                appointment=f"h-{uuid5(own, match).hex[:12]}",
                starts=one.starts,
                day=one.day.isoformat(),
                whole_day=one.whole_day,
                match=match,
                sealed=cases.ref(words) if words else None,
                cancelled=one.cancelled,
            )
        )
    command = c.RecordSittings(
        command_id=own, mission=trial.mission, obligation=trial.obligation, sittings=tuple(sittings)
    )
    return await send(trial.office, command, trial.actor, [vault.statement(sealed)] if sealed else [])


def to_data(outcome: HearingsOutcome) -> dict[str, Any]:
    """As plain JSON."""
    return {
        "obligation": outcome.obligation,
        "opened": outcome.opened,
        "new": outcome.new,
        "moved": outcome.moved,
        "cancelled": outcome.cancelled,
        "unchanged": outcome.unchanged,
        "left": outcome.left,
        "events": outcome.events,
        "position": outcome.position,
    }
