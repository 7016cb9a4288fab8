"""The figures of a staff report a second time: over the raw bytes, in plain Python, sharing no line with the report.

Slower and simpler on purpose: it walks day by day and event by event, and asks one question at a time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ENDS = {
    "TaskCompleted": "done",
    "TaskNotActed": "not_acted",
    "TaskCancelled": "cancelled",
    "WaiverAnswered": "waived",
}
FALLBACKS = ("alternate", "deputy", "head_of_mission", "mission")
DAY = timedelta(days=1)

Raw = dict[str, Any]
"""One event as its bytes say, with `position` and `recorded` (the log's own time) beside."""


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


class Plain:
    """Everything that happened, grouped by task, for one posting and one period of one mission.

    `rows`: (position, the log's time in microseconds, bytes) of every event.
    """

    def __init__(self, rows: Iterable[tuple[int, int, bytes]], posting: str, first: date, last: date) -> None:
        self.events: list[Raw] = []
        for position, recorded_us, body in rows:
            event = json.loads(body)
            event["position"] = position
            event["recorded"] = datetime.fromtimestamp(recorded_us // 1_000_000, UTC)
            self.events.append(event)
        self.me, self.first, self.last = posting, first, last
        adopted = next(e["data"] for e in self.events if e["type"] == "MissionAdopted")
        self.zone = ZoneInfo(adopted["calendar"]["zone"])
        self.weekend = set(adopted["calendar"]["weekend"])
        self.off = {h["date"] for h in adopted["calendar"]["holidays"]}
        self.away = [e["data"] for e in self.events if e["type"] == "AbsenceRecorded"]
        self.begin = self.midnight(first)
        self.end = self.midnight(last + DAY)
        self.now: datetime = self.events[-1]["recorded"]
        self.tasks: dict[tuple[str, str], list[Raw]] = {}
        self.streams: dict[str, list[Raw]] = {}
        self.sits: dict[tuple[str, str], datetime] = {}
        self.steps: dict[tuple[str, str], Raw] = {}
        self.definition: dict[str, str] = {}
        for e in self.events:
            self.streams.setdefault(e["stream"], []).append(e)
            if e["type"] in ("AppointmentSet", "AppointmentMoved") and when(e["at"]) < self.end:
                self.sits[e["stream"], e["data"]["appointment"]] = when(e["data"]["starts"])
            if e["type"] == "ObligationOpened":
                self.definition[e["stream"]] = e["data"]["definition"]["code"]
                self.steps |= {(e["stream"], s["code"]): s for s in e["data"]["definition"]["step"]}
            if "task" in e["data"]:
                self.tasks.setdefault((e["stream"], e["data"]["task"]), []).append(e)

    # --- days ---------------------------------------------------------------------------------------------------------

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def works(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day.isoformat() not in self.off

    def inside(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def absent(self, posting: str, day: date) -> list[Raw]:
        return [
            a for a in self.away if a["posting"] == posting and a["from_day"] <= day.isoformat() <= a["until"]
        ]

    # --- stints -------------------------------------------------------------------------------------------------------

    def stints(self, task: list[Raw]) -> list[tuple[Raw, str, Raw | None]]:
        """(came, how it went, with which event) for each time that the task was this posting's, as far as in the period."""
        found: list[tuple[Raw, str, Raw | None]] = []
        came: Raw | None = None
        for e in task:
            if when(e["at"]) >= self.end:
                continue
            if e["type"] in ("TaskOpened", "TaskAssigned"):
                if e["data"]["posting"] == self.me:
                    came = came or e
                elif came:
                    found.append((came, "handed_on", e))
                    came = None
            if self.is_end(e) and came:
                found.append((came, self.how(task, e), e))
                came = None
        if came:
            found.append((came, "carried_out", None))
        return [s for s in found if s[2] is None or when(s[2]["at"]) >= self.begin]

    def is_end(self, e: Raw) -> bool:
        return e["type"] in ENDS and e["data"].get("approved", True)

    def end_of(self, task: list[Raw]) -> Raw | None:
        return next((e for e in task if self.is_end(e) and when(e["at"]) < self.end), None)

    def how(self, task: list[Raw], end: Raw) -> str:
        """How an end counts: by when it happened, if a second person said so in five working days."""
        if end["type"] != "TaskCompleted":
            return ENDS[end["type"]]
        due = [
            e["data"]["deadline"]["due_at"]
            for e in task
            if "deadline" in e["data"] and e["position"] <= end["position"]
        ]
        limit = when(due[-1]) + timedelta(seconds=1)
        entered, happened = when(end["at"]), when(end["data"]["happened_at"])
        corrected = [e for e in task if e["type"] == "TaskCorrected" and e["data"]["field"] == "happened_at"]
        if corrected:
            return "on_time" if when(corrected[-1]["data"]["value"]) < limit else "late"
        if happened >= limit:
            return "late"
        if entered < limit:
            return "on_time"
        for e in task:
            if e["type"] == "TimelinessConfirmed" and e["data"]["confirmed"]:
                days, day = 0, self.day(entered)
                while days < 5:
                    day += DAY
                    days += self.works(day)
                if when(e["at"]) < self.midnight(day + DAY):
                    return "on_time"
        return "reported_in_time"

    def mine(self) -> Iterator[tuple[list[Raw], list[tuple[Raw, str, Raw | None]]]]:
        """Every task that was this posting's in the period, with its stints."""
        for task in self.tasks.values():
            stints = self.stints(task)
            if stints:
                yield task, stints

    def ended_mine(self) -> Iterator[tuple[list[Raw], str, Raw]]:
        """Every task that ended in this posting's hands in the period: how, and with which event."""
        for task, stints in self.mine():
            _, how, end = stints[-1]
            if end is not None and how != "handed_on":
                yield task, how, end

    def counts(self) -> Counter[str]:
        """How many stints came and went, each way."""
        found: Counter[str] = Counter()
        for task, stints in self.mine():
            for came, how, _ in stints:
                found["assigned" if when(came["at"]) >= self.begin else "carried_in"] += 1
                found[how] += 1
            held = ""
            for e in task:
                if e["type"] in ("TaskOpened", "TaskAssigned"):
                    held = e["data"]["posting"]
                if e["type"] == "TaskAccepted" and held == self.me and self.inside(when(e["at"])):
                    found["accepted"] += 1
        return found

    # --- own days, walked one by one ----------------------------------------------------------------------------------

    def own_days(self) -> int:
        """Working days of tasks that were once this posting's, walked day by day."""
        return sum(self.own_of(task) for task, _ in self.mine())

    def own_of(self, task: list[Raw], *, entered: bool = False) -> int:
        """`entered`: count up to when the end was entered rather than to when it is said to have happened."""
        assert not task[0]["data"]["deadline"]["term"].endswith("h")
        stop = min(self.now, self.end)
        holders = [
            (when(e["at"]), e)
            for e in task
            if e["type"] in ("TaskOpened", "TaskAssigned") and when(e["at"]) < self.end
        ]
        mine_until = None
        for (_, e), later in zip(holders, [*holders[1:], None], strict=True):
            if e["data"]["posting"] == self.me:
                mine_until = later[0] if later else None
        end = self.end_of(task)
        if mine_until is None and end is not None:
            stop = when(end["at"]) if entered else min(self.happened(task, end), when(end["at"]))
        elif mine_until is not None:
            stop = mine_until
        days, day = 0, self.day(self.begins(task)) + DAY
        while self.midnight(day) < stop:
            if self.first <= day <= self.last and self.works(day) and self.is_mine(task, day, stop):
                days += 1
            day += DAY
        return days

    def happened(self, task: list[Raw], end: Raw) -> datetime:
        corrected = [e for e in task if e["type"] == "TaskCorrected" and e["data"]["field"] == "happened_at"]
        if corrected:
            return when(corrected[-1]["data"]["value"])
        return when(end["data"].get("happened_at", end["at"]))

    def begins(self, task: list[Raw]) -> datetime:
        """A report on a sitting begins with the sitting; anything else when it opened, or before if its term did."""
        opened, stream = task[0]["data"], task[0]["stream"]
        if self.steps[stream, opened["step"]]["bound"] == "after" and opened["appointment"]:
            return self.sits[stream, opened["appointment"]]
        return min(when(task[0]["at"]), when(opened["starts"]))

    def is_mine(self, task: list[Raw], day: date, stop: datetime) -> bool:
        dawn, dusk = self.midnight(day), self.midnight(day + DAY)
        paused: datetime | None = None
        for e in task:
            at = min(when(e["at"]), stop)
            if e["type"] == "ClockPaused":
                paused = at
            if paused is not None and (e["type"] == "ClockResumed" or self.is_end(e)):
                if paused < dusk and at > dawn and at > paused:
                    return False
                paused = None
        if paused is not None and paused < dusk and stop > paused:
            return False
        holder, why, accepted = None, "", False
        for e in task:
            if when(e["at"]) > dawn:
                break
            if e["type"] in ("TaskOpened", "TaskAssigned"):
                holder, why, accepted = e["data"]["posting"], e["data"]["why"], False
            if e["type"] == "TaskAccepted":
                accepted = True
        if why in FALLBACKS and not accepted:
            return False
        # Where absences overlap, one with a substitute counts before one without.
        away = sorted(self.absent(holder or "", day), key=lambda a: a["substitute"] is None)
        if away:
            holder = away[0]["substitute"]
        return holder == self.me
