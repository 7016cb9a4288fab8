"""What changed in a mission, or in all of them, since a position of the log: the latest entries first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from chancery.kept import rows
from chancery.log.store import Pool, Recorded
from chancery.streams import as_event
from domain.envelope import Event

MOST: Final = 50
LOOKED_AT: Final = 50_000
"""So many entries are looked through, counted back from the head: whoever stayed away longer reads the rest in the log."""

QUIET: Final = ("NoticeRecorded", "GateAnswered", "ProceedingAsked")
"""What happens by itself and changes nothing that anybody did."""

_QUERY: Final[LiteralString] = """
SELECT e.position, e.recorded_us, s.name, e.version, e.body, e.leaf, o.mission, o.instrument, o.definition
  FROM log.event e
  JOIN log.stream s ON s.id = e.stream
  LEFT JOIN view.obligation o ON starts_with(s.name, 'obligation/') AND o.id = substr(s.name, 12)
 WHERE e.position > %s AND e.position <= %s AND e.type <> ALL(%s)
   AND (o.mission = ANY(%s) OR s.name = ANY(%s))
 ORDER BY e.position DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry. `obligation` None: it is about the mission itself."""

    event: Event
    obligation: str | None
    mission: str
    instrument: str = ""
    definition: str = ""


async def since(pool: Pool, missions: Sequence[str], after: int, head: int) -> tuple[list[Change], bool]:
    """At most MOST entries after a position, the newest first; and whether there are more, or may be."""
    start = max(after, head - LOOKED_AT)
    found = await rows(
        pool,
        _QUERY,
        [start, head, list(QUIET), list(missions), [f"mission/{code}" for code in missions], MOST + 1],
    )
    changes = [
        Change(
            as_event(
                Recorded(r["position"], r["recorded_us"], r["name"], r["version"], r["body"], r["leaf"])
            ),
            r["name"].partition("/")[2] if r["mission"] else None,
            r["mission"] or r["name"].partition("/")[2],
            r["instrument"] or "",
            r["definition"] or "",
        )
        for r in found[:MOST]
    ]
    return changes, len(found) > MOST or start > after
