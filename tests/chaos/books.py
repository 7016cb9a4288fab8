"""What a kill trial is judged by: the log itself, read by its owner, against what was acknowledged outside of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from chancery.embedded.postgres import EmbeddedPostgres
from domain.envelope import Event, read_event
from domain.kinds import instant
from domain.obligation import fold
from domain.task import Task
from tests.chaos.story import Acked


@dataclass(frozen=True, slots=True)
class Books:
    """The whole log, in order."""

    positions: Sequence[int]
    events: Sequence[Event]

    @classmethod
    def read(cls, server: EmbeddedPostgres, database: str) -> Books:
        """Every event, past every view and cache."""
        with psycopg.connect(server.admin_url(database)) as admin:
            rows = admin.execute(
                "SELECT position, recorded_us, body FROM log.event ORDER BY position"
            ).fetchall()
        events = [read_event(json.loads(bytes(body)), at, recorded) for at, recorded, body in rows]
        return cls([row[0] for row in rows], events)

    def gaps(self) -> int:
        """Positions that are missing."""
        return (self.positions[-1] if self.positions else 0) - len(self.positions)

    def wrong_acks(self, acked: Acked) -> list[str]:
        """Acknowledged commands that are not in the log exactly as they were acknowledged, exactly once."""
        by_command: dict[str, list[Event]] = {}
        for event in self.events:
            by_command.setdefault(event.command, []).append(event)
        wrong = []
        for command, (position, types) in acked.receipts.items():
            found = by_command.get(command, [])
            if [e.type for e in found] != list(types) or found[-1].position != position:
                wrong.append(
                    f"{command}: acknowledged {types} at {position}, found {[e.type for e in found]}"
                )
        return wrong

    def twice(self) -> list[tuple[str, ...]]:
        """Deadlines and notices that stand in the log more than once."""
        keys: Counter[tuple[str, ...]] = Counter()
        for event in self.events:
            data = event.data
            if event.type == "DeadlinePassed":
                keys[(event.type, event.stream, data["task"], data["due_at"])] += 1
            elif event.type == "NoticeRecorded":
                keys[
                    (event.type, event.stream, data["task"], data["kind"], str(data["n"]), data["due_at"])
                ] += 1
        return [key for key, count in keys.items() if count > 1]

    def passed(self) -> int:
        """Deadlines that the log says have passed."""
        return sum(e.type == "DeadlinePassed" for e in self.events)

    def lateness(self) -> list[float]:
        """Seconds from the instant that each timer was set for to the moment that its event was recorded."""
        return sorted(
            e.recorded_us / 1_000_000 - instant(e.at).timestamp()
            for e in self.events
            if e.type in ("DeadlinePassed", "NoticeRecorded")
        )

    def by_watchdog(self) -> int:
        """How many events the watchdog had to record."""
        return sum(e.by == "watchdog" for e in self.events)

    def ledger(self, tag: str) -> dict[str, Any]:
        """The obligations of one script by business key: what was asked, of whom, when counted from its own start, and how
        it ended. No instants of the wall clock, no positions, no order between what may overlap.
        """
        streams: dict[str, list[Event]] = {}
        for event in self.events:
            if event.stream.startswith(f"obligation/o-{tag}-"):
                streams.setdefault(event.stream, []).append(event)
        return {stream.rpartition("-")[2]: _entry(events, tag) for stream, events in sorted(streams.items())}


def _entry(events: Sequence[Event], tag: str) -> dict[str, Any]:
    state = fold(events)
    sittings: dict[str | None, str] = {a.id: a.starts for a in state.sittings()}
    return {
        "outcome": state.outcome,
        "events": dict(sorted(Counter(e.type for e in events).items())),
        "gates": {
            f"{gate} {_plain(at, tag)}": passed for (gate, at), passed in sorted(state.gate_answers.items())
        },
        "sittings": [(a.status, a.outcome, a.observer, a.offered, dict(a.answers)) for a in state.sittings()],
        "tasks": {
            _plain(code, tag): _task(task, events, sittings.get(task.appointment))
            for code, task in sorted(state.tasks.items())
        },
    }


def _task(task: Task, events: Iterable[Event], sitting: str | None) -> dict[str, Any]:
    """A report's clock hangs on its sitting; every other's counts from the minute in which it began."""
    start = sitting if task.step == "attend-and-report" and sitting else f"{task.starts[:16]}:00Z"
    notices = [e.data for e in events if e.type == "NoticeRecorded" and e.data["task"] == task.id]
    return {
        "due": _seconds(start, task.due),
        "passed": [_seconds(start, due) for due in task.passed],
        "notices": sorted(
            (n["kind"], n["n"], _seconds(start, n["planned"]), tuple(n["to"])) for n in notices
        ),
        "holders": [(h.posting, h.why) for h in task.holdings],
        "outcome": task.outcome,
        "timing": task.timing,
        "reason": task.reason,
        "result": dict(task.result),
    }


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _plain(code: str, tag: str) -> str:
    return code.replace(f"h-{tag}-", "")


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Where two ledgers differ, by obligation."""
    return [
        f"{key}: {_parts(one.get(key) or {}, other.get(key) or {})}"
        for key in sorted({*one, *other})
        if one.get(key) != other.get(key)
    ]


def _parts(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The smallest parts that differ, so that a failure can be read."""
    parts = []
    for key in sorted({*one, *other}):
        mine, theirs = one.get(key), other.get(key)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            inner = _parts(mine, theirs)
            parts += [f"{key}: {inner}"] if inner else []
        elif mine != theirs:
            parts.append(f"{key}: {mine} != {theirs}")
    return "; ".join(parts)
