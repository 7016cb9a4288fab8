"""What a report gathers, and what an item of it says that it is about, without a code that could point at anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from domain.course import Course
from domain.envelope import Event
from domain.record import ME, OTHER, Asked, Background, Stint

Item = dict[str, Any]

ENDS: Final = (
    "on_time",
    "reported_in_time",
    "late",
    "not_acted",
    "waived",
    "cancelled",
    "handed_on",
    "carried_out",
)
"""How a stint left the person's hands; each stands in one of these."""

NAMES: Final = (
    "assigned",
    "carried_in",
    "accepted",
    *ENDS,
    "own_time",
    "waiting",
    "pauses",
    "stood_in",
    "acted_for",
    "escalations",
    "rota",
    "swaps",
    "sittings",
    "refused_entry",
    "contacts",
    "training",
    "evidence",
    "without_evidence",
    "late_entries",
    "out_of_hours",
    "opened_by",
    "corrections",
    "corrections_not_made",
)
"""Every figure, in the order of the report."""


@dataclass(frozen=True, slots=True)
class Held:
    """A task was in the person's hands from one local day to another, both included: what the load is counted from."""

    first: date
    last: date
    item: Item
    position: int


@dataclass(slots=True)
class Gathered:
    """What the obligations gave so far, figure by figure, and the numbers that cases and matters were given.

    `background` is that of the obligation at hand: its mission as known at the position.
    """

    asked: Asked
    background: Background
    figures: dict[str, list[Item]] = field(default_factory=lambda: {name: [] for name in NAMES})
    cases: dict[str, int] = field(default_factory=dict)
    matters: dict[str, int] = field(default_factory=dict)
    definitions: dict[tuple[str, ...], bool] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)

    def add(self, figure: str, about: int, head: Item, **more: Any) -> None:
        """One item of a figure. `about`: the position of the entry that it is chiefly about, which finds it again later."""
        self.figures[figure].append(head | {"about": about} | more)

    def person(self, event: Event) -> str:
        """Who entered an event: `self`, or somebody's role. Other officers are never named here."""
        return self.somebody(event.by, event)

    def somebody(self, posting: str, event: Event | None = None) -> str:
        """`self`, or the role of a posting (of headquarters, as the event has it)."""
        if posting in self.asked.mine:
            return ME
        if event is not None and event.actor.get("kind") == "engine":
            return "engine"
        role = self.background.mission.role_of(posting) or (event.actor.get("role") if event else None)
        return str(role or OTHER)


class Subject:
    """What an item says it is about, without a code that could point at anybody."""

    def __init__(self, events: Sequence[Event], into: Gathered) -> None:
        self.opened = events[0]
        self._into = into
        self._obligation = self.opened.data["obligation"]
        sittings = [e.data["appointment"] for e in events if e.type == "AppointmentSet"]
        self.sitting = {code: n for n, code in enumerate(sittings, 1)}
        self.placed = {e.data["appointment"]: e.position for e in events if e.type == "AppointmentSet"}
        known = into.background.mission.postings
        self._others = [code for code in known if code not in into.asked.mine]
        period = self.opened.data["period"] or ""
        self._told = self._nobodys(self._obligation) and self._nobodys(period)

    def _nobodys(self, code: str) -> bool:
        """Whether a code names no colleague: those of a hand-over or a training do."""
        return not any(other in code for other in self._others)

    def item(self, step: str | None, appointment: str | None) -> Item:
        """The head of an item: definition, step, and a case's number or an obligation's period.

        An obligation whose code names a colleague is a matter with a number of this report.
        """
        data, into = self.opened.data, self._into
        definition = data["definition"]
        seen = (
            data["instrument"],
            data["instrument_version"],
            definition["code"],
            definition["paragraph"],
        )
        into.definitions[seen] = bool(definition["paragraph_confirmed"])
        item: Item = {"definition": definition["code"], "mission": data["mission"]}
        if step is not None:
            item["step"] = step
        if data["case_bound"]:
            item["case"] = into.cases.setdefault(self._obligation, len(into.cases) + 1)
        elif self._told:
            item["obligation"] = self._obligation
            item["period"] = data["period"]
        else:
            item["matter"] = into.matters.setdefault(self._obligation, len(into.matters) + 1)
        if appointment is not None:
            item["sitting"] = self.sitting.get(appointment, 0)
        return item

    def of(self, course_or_stint: Course | Stint) -> Item:
        """The head of an item about a task."""
        data = course_or_stint.opened.data
        item = self.item(data["step"], data["appointment"])
        occurrence = data["occurrence"]
        if data["appointment"] is None and occurrence != "1" and self._nobodys(occurrence):
            item["occurrence"] = occurrence
        return item

    def about(self, event: Event, courses: dict[str, Course]) -> Item:
        """The head of an item about an entry: its task's where it has one, its sitting's, or the obligation's."""
        course = courses.get(event.data.get("task", ""))
        return self.of(course) if course else self.item(None, event.data.get("appointment"))
