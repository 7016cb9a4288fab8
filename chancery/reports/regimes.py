"""Under which regime a posting is appraised decides whether there is a staff report of it, and which postings share one.

A posting may be under no appraisal at all (`none`, in the staff table): then nobody makes a staff report of it, since a record
of a person that serves nothing is not kept in view. Whoever serves under two regimes gets two reports.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from domain.mission import Mission

NONE: Final = "none"
UNNAMED: Final = "unnamed"
"""Of a posting of which no staff table named a regime."""


class NoReport(Exception):
    """There is no such report. `code` is stable; the message says what would be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def postings_under(
    regime: str | None,
    officer: str,
    missions: Iterable[Mission],
    mine: frozenset[str],
    first: date,
    last: date,
) -> tuple[str, frozenset[str]]:
    """The regime, and those of the person's postings that are under it: the one named, or the only one in the period.

    Raises NoReport: `report.no-appraisal` where nobody is appraised, `report.regimes` where there are several to choose
    from, `report.no-such-regime`.
    """
    of: dict[str, str] = {}
    current: set[str] = set()
    for mission in missions:
        for posting in mission.postings.values():
            if posting.code in mine:
                of[posting.code] = posting.appraisal or UNNAMED
                if posting.first <= last and posting.last >= first:
                    current.add(of[posting.code])
    current = current or set(of.values())
    if regime == NONE or current == {NONE}:
        raise NoReport(
            "report.no-appraisal",
            f"{officer} is under no appraisal in this period; no staff report is made of such a posting.",
        )
    known = sorted(current - {NONE})
    if regime is not None and regime not in known:
        raise NoReport(
            "report.no-such-regime",
            f"{officer} is not appraised under {regime} in this period; one of these is right: {', '.join(known)}.",
        )
    if regime is None and len(known) > 1:
        raise NoReport(
            "report.regimes",
            f"{officer} is appraised under {' and '.join(known)}; each has a report of its own: name one.",
        )
    chosen = regime or known[0]
    return chosen, frozenset(code for code, under in of.items() if under == chosen)
