"""A full export: asked for with a purpose and a recipient, agreed to by a second person, made, and written into the log.

The rules are `domain.release`; here it is carried out. What is handed out appears only after the log says that it was.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chancery.export.anchoring import anchor
from chancery.export.files import ExportRefused, check_free
from chancery.export.making import make
from chancery.export.ranges import Ranges
from chancery.export.request import Chooser, Everything, Made, Request
from chancery.installation import Installation
from chancery.kept import rows
from chancery.log.store import EventLog, Recorded
from chancery.log.tree import LogTree
from chancery.oversight.entry import missions_of
from domain.refusals import Refused
from domain.release import Export

_DOSSIERS: Final = "SELECT stream, mission FROM view.dossier WHERE stream = ANY(%s)"


@dataclass(frozen=True, slots=True)
class OfMission:
    """Gives the bytes of what belongs to one mission, its dossiers too, and of the events of the approval."""

    log: EventLog
    mission: str
    approval: frozenset[int]

    async def of(self, recorded: Sequence[Recorded], /) -> set[int]:
        """The positions among these that are its own."""
        whose = await missions_of(self.log, recorded)
        unknown = [stream for stream, mission in whose.items() if not mission]
        whose |= {r["stream"]: r["mission"] for r in await rows(self.log.pool, _DOSSIERS, [unknown])}
        return {
            one.position
            for one in recorded
            if whose[one.stream] == self.mission or one.position in self.approval
        }


async def release(
    here: Installation,
    tree: LogTree,
    code: str,
    target: Path,
    record: Callable[[Export, Made], Awaitable[object]],
) -> Made:
    """Make an export that was approved. `record` hands `RecordExport` to the desk; if that is refused, nothing is left.

    Raises Refused (`no-such-dossier`, `export-not-approved`, and whatever `record` meets), ExportRefused, NoteRefused.
    """
    check_free(target)
    state: Export = await here.desk.dossier("export", code)
    if not state.version:
        raise Refused("no-such-dossier", dossier=f"export/{code}")
    if state.status == "made":
        raise ExportRefused("export-made", export=code)
    if state.status != "approved":
        raise Refused("export-not-approved", export=code, status=state.status)
    approval = {"proposed": state.proposed_position, "answered": state.answered_position}
    against = await anchor(here.settings, here.log, reach=max(state.upto, *approval.values()))
    # The approval is part of what is handed out, so that its reader sees who asked and who agreed.
    wanted = Ranges.of([(state.after + 1, state.upto)]) | Ranges.positions(approval.values())
    whole = state.scope == "installation"
    bodies: Chooser = (
        Everything() if whole else OfMission(here.log, state.mission, frozenset(approval.values()))
    )
    request = Request(
        wanted=wanted,
        bodies=bodies,
        redaction="nothing" if whole else "mission",
        purpose=state.purpose,
        recipient=state.recipient,
        approval=approval,
        more={"export": code},
    )

    async def released(made: Made) -> None:
        await record(state, made)

    return await make(here.log, tree, against, request, target, released=released)
