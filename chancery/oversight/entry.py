"""One entry of the log: what it says, how it lies there, and whether its leaf is what its bytes give."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Any, Final

from chancery.kept import one, rows
from chancery.log.canonical import canonical
from chancery.log.store import EventLog, Recorded
from chancery.streams import as_event
from domain import obligation as obligations
from domain.course import ENDS
from domain.envelope import Event
from domain.obligation import Obligation

_PLACE: Final = Struct(">qq")
_BESIDE: Final = """
SELECT e.position, e.event_id::text AS id, e.type, e.version, e.command_id::text AS command,
       (SELECT b.position FROM log.event b WHERE b.stream = e.stream AND b.version = e.version - 1) AS before,
       (SELECT a.position FROM log.event a WHERE a.stream = e.stream AND a.version = e.version + 1) AS after
  FROM log.event e WHERE e.position = %s
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with what was checked of it. `before` and `after`: its neighbours in its stream (positions)."""

    recorded: Recorded
    event: Event
    mission: str
    computed: bytes
    leaf_equal: bool
    canonical_equal: bool
    columns_equal: bool
    before: int | None
    after: int | None

    @property
    def body(self) -> str:
        """The bytes, as text: canonical JSON is UTF-8."""
        return self.recorded.body.decode()

    @property
    def envelope(self) -> dict[str, Any]:
        """The event as it was written, its data aside."""
        return {k: v for k, v in self.recorded.event.items() if k != "data"}


def leaf_of(position: int, recorded_us: int, body: bytes) -> bytes:
    """SHA-256(0x00, position, log time, body): the leaf of RFC 6962's tree, from nothing but what is shown."""
    return sha256(b"\x00" + _PLACE.pack(position, recorded_us) + body).digest()


async def entry(log: EventLog, position: int) -> Entry | None:
    """The entry at a position, or None. Raises LogDamaged where the log has a hole."""
    if not 1 <= position <= await log.head():
        return None
    found = await log.at(position)
    beside = await one(log.pool, _BESIDE, [position])
    assert beside is not None
    body = found.event
    computed = leaf_of(found.position, found.recorded_us, found.body)
    columns = (beside["id"], beside["type"], beside["version"], beside["command"])
    written = (body["id"], body["type"], body["version"], body["command"]["id"])
    return Entry(
        recorded=found,
        event=as_event(found),
        mission=await mission_of(log, found),
        computed=computed,
        leaf_equal=computed == found.leaf,
        canonical_equal=canonical(body) == found.body,
        columns_equal=columns == written and body["stream"] == found.stream,
        before=beside["before"],
        after=beside["after"],
    )


async def mission_of(log: EventLog, recorded: Recorded) -> str:
    """Whose work an entry belongs to: a mission's code; empty for a stream that belongs to none."""
    return (await missions_of(log, [recorded]))[recorded.stream]


async def missions_of(log: EventLog, recorded: Iterable[Recorded]) -> dict[str, str]:
    """Stream → the mission whose work it is, in one question."""
    streams = {one.stream for one in recorded}
    known = {s: s.removeprefix("mission/") if s.startswith("mission/") else "" for s in streams}
    ids = sorted(s.removeprefix("obligation/") for s in streams if s.startswith("obligation/"))
    found = await rows(log.pool, "SELECT id, mission FROM view.obligation WHERE id = ANY(%s)", [ids])
    return known | {f"obligation/{row['id']}": row["mission"] for row in found}


_NAMED: Final = ("posting", "observer", "backup", "support", "substitute", "approver", "requester")
_STOPS: Final = frozenset({"SuspensionDeclared", "SuspensionRenewed", "SuspensionLifted", "CalendarRevised"})
_SITTINGS: Final = frozenset({"AppointmentSet", "AppointmentMoved"})


def concerns(events: Sequence[Event], event: Event, mine: Collection[str]) -> bool:
    """Whether an entry is about somebody's own work: it stays open to them when they have left the mission.

    What they did, or what names them; an obligation in which they held a task, as it opened; a task that they held, until
    it went to somebody else, and whole where they held it at its end; the end of a sitting's task that they observed or
    supported; what stopped their mission's clocks. `events`: the whole stream.
    """
    data, given = event.data, event.data.get("to", ())
    if event.by in mine or event.actor.get("for") in mine or any(data.get(name) in mine for name in _NAMED):
        return True
    if isinstance(given, (list, tuple)) and any(p in mine for p in given):
        return True
    if event.stream.startswith("mission/"):
        return event.type in _STOPS and any(e.data.get("posting") in mine for e in events)
    return _of_own_task(obligations.fold(events), event, mine)


def _of_own_task(state: Obligation, event: Event, mine: Collection[str]) -> bool:
    held = {t.id: t for t in state.tasks.values() if any(h.posting in mine for h in t.holdings)}
    attended = {
        a.id for a in state.appointments.values() if any(p in mine for p in (a.observer, a.backup, a.support))
    }
    if event.type == "ObligationOpened":
        return bool(held or attended)
    if event.type in _SITTINGS:
        return bool(held) or event.data["appointment"] in attended
    code = str(event.data.get("task", ""))
    if event.type in ENDS and code in state.tasks and state.tasks[code].appointment in attended:
        return True
    if code not in held:
        return False
    holdings = held[code].holdings
    last = max(n for n, h in enumerate(holdings) if h.posting in mine)
    return last + 1 == len(holdings) or event.position <= holdings[last + 1].position
