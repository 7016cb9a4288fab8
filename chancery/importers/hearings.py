"""A court list becomes sittings of the obligation that observes a case's trial. What could name anybody is sealed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from chancery import adoption, cases
from chancery.importers import courtlist
from chancery.importers.courtlist import Listed
from chancery.instruments import definition, shipped
from chancery.office import Office, send
from chancery.streams import Receipt
from chancery.vault import Sealed
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from domain.instrument import snapshot
from domain.kinds import instant_text
from domain.obligation import Appointment, Obligation
from domain.refusals import Refused

INSTRUMENT = "eu-hrd"


@dataclass(frozen=True, slots=True)
class HearingsOutcome:
    """What a list meant: numbers of sittings by what became of them, and the position of the last event, 0 if none.

    `left` are sittings that the list gives another time although they were held or cancelled: they stay as they are.
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
    cases.open_case(office.keys, mission, case)
    obligation = cases.trial_obligation(office.vault, case)
    known = await office.desk.obligation(obligation)
    events, position = 0, 0
    if not known.version:
        opening = _opening(office, command_id, case, mission, obligation, accreditation, instrument)
        receipt = await send(office, opening[0], actor, [office.vault.statement([opening[1]])])
        events, position = len(receipt.events), receipt.position
    sorted_ = _sort(office, case, listed, known)
    if sorted_.changes:
        receipt = await _record(office, command_id, case, mission, obligation, sorted_.changes, actor)
        events, position = events + len(receipt.events), receipt.position or position
    return HearingsOutcome(
        obligation, not known.version, sorted_.new, sorted_.moved, sorted_.cancelled, sorted_.unchanged,
        sorted_.left, events, position,
    )  # fmt: skip


@dataclass(slots=True)
class _Sorted:
    """The list against what is recorded. Only `changes` (match, sitting) are sent, so that nothing else is sealed."""

    changes: list[tuple[str, Listed]]
    new: int = 0
    moved: int = 0
    cancelled: int = 0
    unchanged: int = 0
    left: int = 0


def _sort(office: Office, case: str, listed: list[Listed], known: Obligation) -> _Sorted:
    by_match = {a.match: a for a in known.appointments.values() if a.match is not None}
    found = _Sorted([])
    for one in listed:
        match = office.vault.blind(f"case:{case}", "uid", one.uid)
        kind = _kind(one, by_match.get(match))
        setattr(found, kind, getattr(found, kind) + 1)
        if kind in ("new", "moved", "cancelled"):
            found.changes.append((match, one))
    return found


def _kind(one: Listed, old: Appointment | None) -> str:
    if old is None:
        return "unchanged" if one.cancelled else "new"
    if one.cancelled:
        return {"set": "cancelled", "held": "left"}.get(old.status, "unchanged")
    same = instant_text(one.starts) == old.starts
    if old.status == "set":
        return "unchanged" if same else "moved"
    return "unchanged" if same and old.status == "held" else "left"


def _opening(
    office: Office,
    command_id: UUID,
    case: str,
    mission: str,
    obligation: str,
    accreditation: str,
    instrument: str,
) -> tuple[c.OpenObligation, Sealed]:
    chosen = definition(instrument, cases.TRIAL)
    if chosen is None:
        raise Refused("no-such-definition", mission=mission, definition=cases.TRIAL)
    own = uuid5(command_id, "open")
    subject = cases.link(office.vault, case, own)
    return (
        c.OpenObligation(
            command_id=own,
            mission=mission,
            obligation=obligation,
            accreditation=accreditation,
            instrument=instrument,
            instrument_version=shipped()[instrument]["version"],
            definition=cases.TRIAL,
            definition_data=snapshot(chosen),
            subject={"ref": str(subject.reference), "commit": subject.commitment},
        ),
        subject,
    )


async def _record(
    office: Office,
    command_id: UUID,
    case: str,
    mission: str,
    obligation: str,
    changes: list[tuple[str, Listed]],
    actor: Actor,
) -> Receipt:
    own = uuid5(command_id, "sittings")
    sealed: list[Sealed] = []
    sittings: list[c.Sitting] = []
    for match, one in changes:
        words = office.vault.seal(
            f"case:{case}", "sitting", dict(one.words), reference=uuid5(own, f"words {match}")
        )
        if not one.cancelled:
            sealed.append(words)
        sittings.append(
            c.Sitting(
                appointment=f"h-{uuid5(own, match).hex[:12]}",
                starts=one.starts,
                day=one.day.isoformat(),
                whole_day=one.whole_day,
                match=match,
                sealed=None if one.cancelled else {"ref": str(words.reference), "commit": words.commitment},
                cancelled=one.cancelled,
            )
        )
    command = c.RecordSittings(
        command_id=own, mission=mission, obligation=obligation, sittings=tuple(sittings)
    )
    return await send(office, command, actor, [office.vault.statement(sealed)] if sealed else [])


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
