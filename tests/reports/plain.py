"""The figures of a staff report a second time: over the raw bytes, in plain Python, sharing no line with the report.

Slower and simpler on purpose: it walks day by day and event by event, and asks one question at a time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
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


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


class Plain:
    """Everything that happened, grouped by task, for one posting and one period of one mission."""

    def __init__(self, bodies: Iterable[bytes], posting: str, first: date, last: date) -> None:
        events = [json.loads(b) for b in bodies]
        self.me, self.first, self.last = posting, first, last
        adopted = next(e["data"] for e in events if e["type"] == "MissionAdopted")
        self.zone = ZoneInfo(adopted["calendar"]["zone"])
        self.weekend = set(adopted["calendar"]["weekend"])
        self.off = {h["date"] for h in adopted["calendar"]["holidays"]}
        self.away = [e["data"] for e in events if e["type"] == "AbsenceRecorded"]
        self.begin = self.midnight(first)
        self.end = self.midnight(last + timedelta(days=1))
        self.now = max(when(e["at"]) for e in events)
        self.tasks: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.sits: dict[tuple[str, str], datetime] = {}
        self.after: set[tuple[str, str]] = set()
        for e in events:
            if e["type"] in ("AppointmentSet", "AppointmentMoved") and when(e["at"]) < self.end:
                self.sits[e["stream"], e["data"]["appointment"]] = when(e["data"]["starts"])
            if e["type"] == "ObligationOpened":
                steps = e["data"]["definition"]["step"]
                self.after |= {(e["stream"], s["code"]) for s in steps if s["bound"] == "after"}
            if "task" in e["data"]:
                self.tasks.setdefault((e["stream"], e["data"]["task"]), []).append(e)

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def counts(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for task in self.tasks.values():
            self.count(task, found)
        return found

    def count(self, task: list[dict[str, Any]], found: Counter[str]) -> None:  # noqa: C901, PLR0912 - a clerk's list
        """Walk a task as a clerk would: who has it now, did it come, did it go, did it end."""
        mine, due, ended = False, "", None
        for e in task:
            kind, data, at = e["type"], e["data"], when(e["at"])
            if (
                ended
                and kind == "TimelinessConfirmed"
                and mine
                and data["confirmed"]
                and ended == "reported_in_time"
            ):
                days, day = 0, when(self.last_end["at"]).astimezone(self.zone).date()
                while days < 5:
                    day += timedelta(days=1)
                    days += self.works(day)
                if at < self.midnight(day + timedelta(days=1)):
                    found["reported_in_time"] -= 1
                    found["on_time"] += 1
            if at >= self.end:
                continue
            inside = at >= self.begin
            if kind in ("TaskOpened", "TaskAssigned"):
                comes = data["posting"] == self.me
                if comes and not mine:
                    found["assigned"] += inside
                    found["carried_in"] += not inside
                if mine and not comes:
                    found["handed_on"] += inside
                    found["carried_in"] -= not inside
                mine = comes
            if kind in ("TaskOpened", "DeadlineMoved"):
                due = data["deadline"]["due_at"]
            if kind == "TaskAccepted" and mine:
                found["accepted"] += inside
            if kind in ENDS and data.get("approved", True):
                ended, self.last_end = ENDS[kind], e
                if mine and not inside:
                    found["carried_in"] -= 1
                if mine and inside:
                    if ended == "done":
                        limit = when(due) + timedelta(seconds=1)
                        ended = "on_time" if at < limit else "reported_in_time"
                        if when(data["happened_at"]) >= limit:
                            ended = "late"
                    found[ended] += 1
        if mine and not ended:
            found["carried_out"] += 1

    def works(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day.isoformat() not in self.off

    def own_days(self) -> int:
        """Working days of tasks that were once this posting's, walked day by day."""
        return sum(self.own_of(task) for task in self.tasks.values() if self.held_in_period(task))

    def held_in_period(self, task: list[dict[str, Any]]) -> bool:
        counted: Counter[str] = Counter()
        self.count(task, counted)
        return counted["assigned"] + counted["carried_in"] > 0

    def own_of(self, task: list[dict[str, Any]]) -> int:
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
        end = next(
            (
                e
                for e in task
                if e["type"] in ENDS and e["data"].get("approved", True) and when(e["at"]) < self.end
            ),
            None,
        )
        if mine_until is None and end is not None:
            stop = when(end["data"].get("happened_at", end["at"]))
            stop = min(stop, when(end["at"]))
        elif mine_until is not None:
            stop = mine_until
        days = 0
        day = self.begins(task).astimezone(self.zone).date() + timedelta(days=1)
        while self.midnight(day) < stop:
            if self.first <= day <= self.last and self.works(day) and self.is_mine(task, day, stop):
                days += 1
            day += timedelta(days=1)
        return days

    def begins(self, task: list[dict[str, Any]]) -> datetime:
        """A report on a sitting begins with the sitting; anything else when it opened, or before if its term did."""
        opened, stream = task[0]["data"], task[0]["stream"]
        if (stream, opened["step"]) in self.after and opened["appointment"]:
            return self.sits[stream, opened["appointment"]]
        return min(when(task[0]["at"]), when(opened["starts"]))

    def is_mine(self, task: list[dict[str, Any]], day: date, stop: datetime) -> bool:  # noqa: C901
        dawn, dusk = self.midnight(day), self.midnight(day + timedelta(days=1))
        paused: datetime | None = None
        for e in task:
            at = min(when(e["at"]), stop)
            if e["type"] == "ClockPaused":
                paused = at
            ends = e["type"] == "ClockResumed" or (e["type"] in ENDS and e["data"].get("approved", True))
            if paused is not None and ends:
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
        for absence in self.away:
            if absence["posting"] == holder and absence["from_day"] <= day.isoformat() <= absence["until"]:
                holder = absence["substitute"]
                break
        return holder == self.me
