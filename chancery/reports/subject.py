"""What a report gathers, and what an item of it says that it is about, without a code that could point at anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.course import Course
from domain.envelope import Event
from domain.record import Asked, Background, Stint

Item = dict[str, Any]

NAMES: Final = (
    "assigned",
    "carried_in",
    "accepted",
    "on_time",
    "reported_in_time",
    "late",
    "not_acted",
    "waived",
    "cancelled",
    "handed_on",
    "carried_out",
    "own_time",
    "waiting",
    "stood_in",
    "acted_for",
    "escalations",
    "rota",
    "sittings",
    "refused_entry",
    "corrections",
    "corrections_not_made",
)
"""Every figure, in the order of the report."""


@dataclass(slots=True)
class Gathered:
    """What the obligations gave so far, figure by figure, and the numbers that cases and sittings were given."""

    asked: Asked
    background: Background
    figures: dict[str, list[Item]] = field(default_factory=lambda: {name: [] for name in NAMES})
    cases: dict[str, int] = field(default_factory=dict)
    definitions: dict[tuple[str, ...], bool] = field(default_factory=dict)


class Subject:
    """What an item says it is about, without a code that could point at anybody."""

    def __init__(self, events: Sequence[Event], into: Gathered) -> None:
        self.opened = events[0]
        data = self.opened.data
        self._into = into
        self._obligation = data["obligation"]
        sittings = [e.data["appointment"] for e in events if e.type == "AppointmentSet"]
        self.sitting = {code: n for n, code in enumerate(sittings, 1)}
        self.placed = {e.data["appointment"]: e.position for e in events if e.type == "AppointmentSet"}

    def item(self, step: str | None, appointment: str | None) -> Item:
        """The head of an item: definition, step, and a case's number or an obligation's period."""
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
        else:
            item["obligation"] = self._obligation
            item["period"] = data["period"]
        if appointment is not None:
            item["sitting"] = self.sitting.get(appointment, 0)
        return item

    def of(self, course_or_stint: Course | Stint) -> Item:
        """The head of an item about a task."""
        data = course_or_stint.opened.data
        item = self.item(data["step"], data["appointment"])
        if data["appointment"] is None and data["occurrence"] != "1":
            item["occurrence"] = data["occurrence"]
        return item
