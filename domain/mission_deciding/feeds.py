"""Calendar feeds: whether the officers of a mission may have one. A phone that is seized shows what it holds."""

from datetime import datetime

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission


def set_(command: c.SetFeeds, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Forbidden, every feed ends at once, those of addresses made before too; allowed again, those answer again."""
    known = vocabulary.FEEDS_ALLOWED if command.allowed else vocabulary.FEEDS_FORBIDDEN
    vocabulary.check("reason", command.reason, known)
    if state.feeds_allowed == command.allowed:
        return []
    return [New("FeedsSet", {"allowed": command.allowed, "reason": command.reason})]
