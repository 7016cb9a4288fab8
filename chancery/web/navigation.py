"""Where somebody can go from any page: by their role, in one row."""

from dataclasses import dataclass

from chancery.i18n import tr
from chancery.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Link:
    """One way on."""

    to: str
    text: str
    current: bool


def links_of(who: Visitor, path: str) -> list[Link]:
    """The ways on for this visitor; where they are now is marked."""
    found: list[tuple[str, str]] = []
    if who.posting is not None:
        found.append(("/inbox", tr("Inbox")))
        if not who.oversees:
            found.append(("/capture", tr("Capture")))
            found.append(("/cases", tr("Cases")))
            found.append(("/obligations", tr("Obligations")))
        if who.is_lead or who.oversees:
            found.append(("/board", tr("Board")))
        if not who.oversees:
            found += [("/rota", tr("Rota")), ("/people", tr("People"))]
            found += [("/calendar", tr("Calendar")), ("/documents", tr("Documents"))]
        if who.oversees:
            found += [("/headquarters", tr("Missions")), ("/dates", tr("Dates"))]
        if who.oversees or who.is_head:
            found += [("/reports", tr("Reports")), ("/audit", tr("Audit"))]
        found.append(("/search", tr("Search")))
    if who.is_operator:
        found += [("/adoption", tr("Adoption")), ("/jobs", tr("What runs"))]
    else:
        found.append(("/record", tr("My record")))
        found.append(("/reviews", tr("Reviews")))
    return [Link(to, text, path == to or path.startswith(f"{to}/")) for to, text in found]
