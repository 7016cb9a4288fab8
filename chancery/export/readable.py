"""Who may read the bytes of an event: one rule, for the page `/log/POSITION`, for exports, and for whatever else shows an entry."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chancery import queries
from chancery.kept import rows
from chancery.log.store import EventLog, Recorded
from chancery.oversight.entry import concerns, missions_of
from chancery.streams import as_event
from domain.envelope import Event
from domain.instrument import HEADQUARTERS

OVERSEERS: Final = HEADQUARTERS | {"auditor", "data_protection_officer"}
"""Roles that look across missions."""
PERSONAL: Final = frozenset({"review", "workplan"})
"""Dossiers about one person: for those who are parties to them, and for nobody else whatever their role."""
_STREAMS: Final = 256
"""So many streams are kept folded out at a time."""
_PARTIES: Final = "SELECT stream FROM view.dossier WHERE stream = ANY(%s) AND parties && %s"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. `mission` and `role`: of the post in which they act, None in none; `postings`: every one of theirs, past too."""

    mission: str | None = None
    role: str | None = None
    postings: frozenset[str] = frozenset()
    operator: bool = False

    @property
    def oversees(self) -> bool:
        """Whether they look across missions: headquarters, auditors, the data protection officer."""
        return self.role in OVERSEERS

    def may_see(self, mission: str) -> bool:
        """Whether a mission's work is theirs to see: their own, or any for whoever looks across missions."""
        return (self.mission is not None and self.mission == mission) or self.oversees or self.operator


class Readable:
    """Tells, for one reader, which events may be read in full. Remembers streams, so make one for each export."""

    def __init__(self, log: EventLog, reader: Reader) -> None:
        self._log = log
        self._reader = reader
        self._involved: frozenset[str] | None = None
        self._streams: OrderedDict[str, list[Event]] = OrderedDict()

    async def of(self, recorded: Sequence[Recorded]) -> set[int]:
        """The positions among these whose bytes the reader may read."""
        missions = await missions_of(self._log, recorded)
        party = await self._party(missions)
        return {one.position for one in recorded if await self._may(one, missions[one.stream], party)}

    async def _may(self, one: Recorded, mission: str, party: frozenset[str]) -> bool:
        room = one.stream.partition("/")[0]
        seen = self._reader.may_see(mission) if mission else self._reader.operator or self._reader.oversees
        if seen and room not in PERSONAL:
            return True
        return one.stream in party or await self._concerned(one)

    async def _concerned(self, one: Recorded) -> bool:
        """Whether it is about their own work, in whatever post they were, also where they see nothing else today."""
        mine = self._reader.postings
        if not mine:
            return False
        if self._involved is None:
            held = await queries.postings_by_code(self._log, sorted(mine))
            own = [f"obligation/{o}" for o in await queries.involved(self._log, sorted(mine))]
            self._involved = frozenset([*own, *(f"mission/{row['mission']}" for row in held)])
        # In a stream in which they never had a part an entry can still name them, or be their deed: it says so itself.
        around = await self._whole(one.stream) if one.stream in self._involved else []
        return concerns(around, as_event(one), mine)

    async def _whole(self, stream: str) -> list[Event]:
        if stream in self._streams:
            self._streams.move_to_end(stream)
        else:
            self._streams[stream] = [as_event(e) for e in await self._log.read_stream(stream)]
            if len(self._streams) > _STREAMS:
                self._streams.popitem(last=False)
        return self._streams[stream]

    async def _party(self, missions: Mapping[str, str]) -> frozenset[str]:
        """Of these streams, the dossiers to which the reader is a party."""
        names = [s for s in missions if s.partition("/")[0] not in ("mission", "obligation")]
        if not names or not self._reader.postings:
            return frozenset()
        found = await rows(self._log.pool, _PARTIES, [names, sorted(self._reader.postings)])
        return frozenset(row["stream"] for row in found)
