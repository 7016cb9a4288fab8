"""The figures of audit and structural report a second time: over the raw bytes, in plain Python, sharing no line with either.

Slower and simpler on purpose: it walks task by task and day by day, and asks one question at a time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

OUTSIDE = {"eu_delegation": "partner", "hq_desk": "headquarters", "hq_duty": "headquarters", "hq_human_rights": "headquarters"}  # fmt: skip
FALLBACKS = ("alternate", "deputy", "head_of_mission", "mission")
SECOND = timedelta(seconds=1)


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def second(text: str) -> datetime:
    return when(text).replace(microsecond=0)


class Mission:
    """What a mission's own events say, as far as these figures ask."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        adopted = events[0]["data"]
        self.kind, calendar = adopted["kind"], adopted["calendar"]
        self.zone, self.weekend = ZoneInfo(calendar["zone"]), set(calendar["weekend"])
        self.off = {h["date"] for h in calendar["holidays"]}
        self.posts: dict[str, dict[str, Any]] = {}
        self.postings: dict[str, dict[str, Any]] = {}
        self.absences: dict[str, dict[str, Any]] = {}
        for e in events:
            data = e["data"]
            if e["type"] in ("PostCreated", "JobDescribed"):
                self.posts.setdefault(data["post"], {"at": e["at"]}).update(data)
            if e["type"] in ("PostingBegan", "PostingEnded"):
                self.postings.setdefault(data["posting"], {}).update(data)
            if e["type"] in ("AbsenceRecorded", "AbsenceEnded"):
                self.absences.setdefault(data["absence"], {}).update(data)

    def works(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day.isoformat() not in self.off

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def in_post(self, posting: str, day: date) -> bool:
        held = self.postings.get(posting)
        return held is not None and held["from_day"] <= day.isoformat() <= (held["until"] or "9999-12-31")

    def present_percent(self, day: date) -> int:
        there = set()
        for code, held in self.postings.items():
            away = any(
                a["posting"] == code and a["from_day"] <= day.isoformat() <= a["until"]
                for a in self.absences.values()
            )
            if self.in_post(code, day) and not away:
                there.add(held["post"])
        return sum(self.posts[post]["share_percent"] for post in there)

    def without_substitute(self, first: date, last: date) -> list[tuple[str, str]]:
        found = []
        for a in self.absences.values():
            begins, ends = max(a["from_day"], first.isoformat()), min(a["until"], last.isoformat())
            if (a["substitute"] is None or a["scope"]) and begins <= ends:
                found.append((begins, ends))
        return sorted(found)

    def empty_days(self, post: str, first: date, last: date) -> int:
        days, day = 0, first
        while day <= last:
            days += not any(
                h["post"] == post and self.in_post(code, day) for code, h in self.postings.items()
            )
            day += timedelta(days=1)
        return days


class Task:
    """One task's events, read by a clerk."""

    def __init__(self, opened: dict[str, Any], origin: dict[str, Any], mission: Mission) -> None:
        self.opened, self.origin, self.mission = opened, origin["data"], mission
        self.events = [opened]
        self.sitting: datetime | None = None

    @property
    def data(self) -> dict[str, Any]:
        return self.opened["data"]

    def end(self) -> dict[str, Any] | None:
        for e in self.events:
            if e["type"] in ("TaskCompleted", "TaskNotActed", "TaskCancelled"):
                return e
            if e["type"] == "WaiverAnswered" and e["data"]["approved"]:
                return e
        return None

    def due(self) -> datetime:
        return when(
            [e for e in self.events if e["type"] in ("TaskOpened", "DeadlineMoved")][-1]["data"]["deadline"][
                "due_at"
            ]
        )

    def moves(self) -> list[dict[str, Any]]:
        return [e for e in self.events if e["type"] in ("TaskOpened", "TaskAssigned")]

    def lay(self) -> str:
        end = self.end()
        at = min(self.due(), when(end["at"])) if end else self.due()
        holder = self.moves()[0]["data"]["posting"]
        for e in self.moves():
            if when(e["at"]) <= at:
                holder = e["data"]["posting"]
        if self.mission.kind == "headquarters":
            return "headquarters"
        return OUTSIDE.get(holder, "mission")

    def waits_now(self) -> bool:
        return [e["type"] for e in self.events if e["type"] in ("ClockPaused", "ClockResumed")][-1:] == [
            "ClockPaused"
        ]

    def place(self, now: datetime) -> str:  # noqa: PLR0911 - a clerk's list
        end, due = self.end(), self.due()
        if end is None:
            return "overdue" if not self.waits_now() and now >= due + SECOND else "open"
        if end["type"] == "TaskCancelled":
            return "cancelled"
        if end["type"] == "WaiverAnswered":
            passed = any(
                e["type"] == "DeadlinePassed" and when(e["data"]["due_at"]) == due for e in self.events
            )
            return "late_reasoned" if passed and self.data["source"] == "guideline" else "reasoned"
        done = end["type"] == "TaskCompleted"
        if second(end["at"]) < due + SECOND:
            return "on_time" if done else "reasoned"
        if when(end["data"]["happened_at"]) >= due + SECOND:
            return "late" if done else "late_reasoned"
        for e in self.events:
            if e["type"] == "TimelinessConfirmed" and e["data"]["confirmed"]:
                return "on_time" if done else "reasoned"
        return "unconfirmed"

    def took_days(self) -> int | None:
        end = self.end()
        if end is None or end["type"] != "TaskCompleted":
            return None
        day, last, days = self.mission.day(when(self.data["starts"])), self.mission.day(when(end["data"]["happened_at"])), 0  # fmt: skip
        while day < last:
            day += timedelta(days=1)
            days += self.mission.works(day)
        return days

    def evidence(self) -> bool | None:
        end = self.end()
        steps = {s["code"]: s["evidence"] for s in self.origin["definition"]["step"]}
        if end is None or end["type"] != "TaskCompleted" or not steps[self.data["step"]]:
            return None
        return bool(end["data"]["evidence"] or "act" in end["data"])

    def begins(self) -> datetime:
        bounds = {s["code"]: s["bound"] for s in self.origin["definition"]["step"]}
        if self.sitting is not None and bounds[self.data["step"]] == "after":
            return self.sitting
        return min(second(self.opened["at"]), when(self.data["starts"]))

    def days(self, first: date, last: date, now: datetime) -> Counter[tuple[str, str, str]]:
        """Working days in the period by account: the day after the beginning is the first that is anybody's."""
        end, limit = self.end(), self.mission.midnight(last + timedelta(days=1))
        if end is not None and when(end["at"]) < limit:
            stop = min(when(end["data"].get("happened_at", end["at"])), when(end["at"]))
        else:
            stop = min(limit, now)
        found: Counter[tuple[str, str, str]] = Counter()
        day = self.mission.day(self.begins()) + timedelta(days=1)
        while self.mission.midnight(day) < stop:
            if first <= day <= last and self.mission.works(day):
                found[self.account(day, stop)] += 1
            day += timedelta(days=1)
        return found

    def account(self, day: date, stop: datetime) -> tuple[str, str, str]:
        dawn, dusk = self.mission.midnight(day), self.mission.midnight(day + timedelta(days=1))
        for starts, ends, party in self.waits(stop):
            if starts < dusk and ends > dawn and ends > starts:
                return (
                    ("headquarters", "", "waited")
                    if party == "headquarters"
                    else ("outside", party, "waited")
                )
        holder, why, accepted = "", "", False
        for e in self.events:
            if when(e["at"]) > dawn:
                break
            if e["type"] in ("TaskOpened", "TaskAssigned"):
                holder, why, accepted = e["data"]["posting"], e["data"]["why"], False
            accepted = accepted or e["type"] == "TaskAccepted"
        if why in FALLBACKS and not accepted:
            return ("vacancy", "", "")
        if holder in OUTSIDE:
            return (
                ("headquarters", "", "held")
                if OUTSIDE[holder] == "headquarters"
                else ("outside", holder, "held")
            )
        away = [
            a
            for a in self.mission.absences.values()
            if a["posting"] == holder and a["from_day"] <= day.isoformat() <= a["until"]
        ]
        if away:
            return ("holder", "", "") if any(a["substitute"] for a in away) else ("vacancy", "", "")
        return ("holder", "", "") if self.mission.in_post(holder, day) else ("vacancy", "", "")

    def waits(self, stop: datetime) -> Iterator[tuple[datetime, datetime, str]]:
        begun: dict[str, Any] | None = None
        lapses = stop
        for e in self.events:
            if e["type"] == "ClockPaused":
                begun, lapses = e, when(e["data"]["lapses"])
            if e["type"] == "WaitRenewed":
                lapses = when(e["data"]["lapses"])
            ends = e["type"] == "ClockResumed" or (self.end() is e)
            if begun is not None and ends:
                yield second(begun["at"]), min(second(e["at"]), lapses, stop), begun["data"]["party"]
                begun = None
        if begun is not None:
            yield second(begun["at"]), min(stop, lapses), begun["data"]["party"]

    def open_at(self, at: datetime) -> bool:
        end = self.end()
        if when(self.opened["at"]) >= at or (end is not None and when(end["at"]) < at):
            return False
        holder = [e for e in self.moves() if when(e["at"]) < at][-1]["data"]["posting"]
        return holder not in OUTSIDE


class World:
    """Every task of a log, by the mission that it belongs to."""

    def __init__(self, bodies: Iterable[bytes], now: datetime) -> None:
        events = [json.loads(b) for b in bodies]
        self.now = now
        streams: dict[str, list[dict[str, Any]]] = {}
        for e in events:
            streams.setdefault(e["stream"], []).append(e)
        self.missions = {
            name.removeprefix("mission/"): Mission(found)
            for name, found in streams.items()
            if name.startswith("mission/")
        }
        self.tasks: list[Task] = []
        for name, found in streams.items():
            if name.startswith("obligation/"):
                self.tasks += self.of(found)

    def of(self, events: list[dict[str, Any]]) -> list[Task]:
        mission = self.missions[events[0]["data"]["mission"]]
        found: dict[str, Task] = {}
        sittings = {}
        for e in events:
            if e["type"] in ("AppointmentSet", "AppointmentMoved"):
                sittings[e["data"]["appointment"]] = when(e["data"]["starts"])
            code = e["data"].get("task")
            if e["type"] == "TaskOpened":
                found[code] = Task(e, events[0], mission)
            elif code in found:
                found[code].events.append(e)
        for task in found.values():
            task.sitting = sittings.get(task.data["appointment"])
        return list(found.values())

    def cells(self, first: date, last: date, by: str) -> dict[tuple[str, str], dict[str, Any]]:
        """(row, area) → every number of the audit, hidden or not."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for task in self.tasks:
            place = task.place(self.now)
            if place == "cancelled" or not first <= task.mission.day(task.due()) <= last:
                continue
            definition = task.origin["definition"]
            area = definition["code"] if by == "definition" else definition["paragraph"]
            row = "~" if task.lay() == "headquarters" else task.origin["mission"]
            cell = found.setdefault(
                (row, area), {"places": Counter(), "sources": Counter(), "days": [], "asked": 0, "lacking": 0}
            )
            cell["places"][place] += 1
            cell["sources"][task.data["source"]] += place in ("late", "late_reasoned", "overdue")
            if task.took_days() is not None:
                cell["days"].append(task.took_days())
            if task.evidence() is not None:
                cell["asked"] += 1
                cell["lacking"] += not task.evidence()
        return found


def middle(days: list[int]) -> str:
    return f"{median(days):g}"
