"""For which duties a substitute can stand in: those that the mission has taken up. Command line and pages ask here."""

from collections.abc import Sequence

from chancery import instruments
from domain.mission import Mission
from domain.refusals import Refused


def duties(mission: Mission) -> list[tuple[str, str]]:
    """(instrument, definition) of everything that the mission has taken up, in the order of the instruments."""
    found = []
    for instrument in mission.instruments:
        data = instruments.taken_up(mission.instruments, instrument)
        found += [(instrument, d["code"]) for d in data["definition"]] if data else []
    return found


def check_scope(mission: Mission, scope: Sequence[str]) -> None:
    """A slip in a duty's code would leave its tasks to the fallback. Raises Refused `no-such-definition`."""
    known = {code for _, code in duties(mission)}
    for code in scope:
        if mission.version and code not in known:
            raise Refused("no-such-definition", mission=mission.code, definition=code)
