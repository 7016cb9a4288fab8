"""No record of a person for another's eyes before its purpose is stated (Regulation (EU) 2018/1725, articles 4 and 5).

One's own record is a right of access (article 17) and never waits for this.
"""

from chancery.log.store import EventLog
from chancery.streams import as_event, dossier_stream
from domain import commands as c
from domain import dossier
from domain.purpose import Purpose


async def purpose_of(log: EventLog) -> Purpose:
    """What data protection officer and staff committee have stated, as the log stands."""
    stream = dossier_stream("purpose", c.PURPOSE)
    found: Purpose = dossier.fold(stream, [as_event(one) for one in await log.read_stream(stream)])
    return found


async def require_purpose(log: EventLog) -> None:
    """Raises Refused `purpose-not-stated`, naming whose word is missing, unless both stand behind it now."""
    (await purpose_of(log)).require()
