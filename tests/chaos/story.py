"""The script of a kill trial: two hundred trials of defenders, each observed from triage to follow-up, by the real clock.

Time is honest: no process is given another clock. The definition is the shipped one with hours for most of its terms, and with
the report bound to the sitting's beginning. When its observer is named the sitting is moved to some tens of real seconds ahead,
so that the report's deadline lies there, to the second. In odd stories it passes, and a verdict follows; in even ones the
report is done before and the proceeding is withdrawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg_pool import PoolTimeout

from chancery import hostcalendar, queries
from chancery.desk import Desk, Unavailable, Unknown
from chancery.instruments import checksums, definition, shipped
from chancery.log.store import EventLog
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from domain.instrument import snapshot
from tests.made import FOCAL, POLITICAL, cid, posts

TERMS: Final = {"triage": "1h", "decide-and-staff": "3h", "verdict-flash": "2h", "decide-follow-up": "3h"}
REPORT: Final = {"kind": "sitting_report", "digest": "ab" * 32, "bytes": 1, "marking": "limite"}


def in_hours() -> dict[str, Any]:
    """The shipped definition of a trial's observation, with terms of hours, and the report due when the sitting begins."""
    chosen = definition("eu-hrd", "TRIAL-OBS")
    assert chosen is not None
    made = snapshot(chosen)
    for step in made["step"]:
        step["term"] = TERMS.get(step["code"], step["term"])
        step["bound"] = "appointment" if step["code"] == "attend-and-report" else "none"
    return made


@dataclass
class Acked:
    """What the outside world was told, kept outside of everything that is killed."""

    receipts: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """Command id to the position of its last event and the types of all of them."""
    retried: int = 0


class Officers:
    """Everybody who works in the mission: they wait for a task, end it, and send again what got no answer."""

    def __init__(self, desk: Desk, tag: str, margin: float, pace: float) -> None:
        """`margin`: seconds from the moment an observer is named to the sitting, which is when the report is due.

        `pace`: seconds from one story's beginning to the next one's.
        """
        self.acked = Acked()
        self.tag = tag
        self._desk = desk
        self._margin = timedelta(seconds=margin)
        self._pace = pace
        self._tasks: Mapping[tuple[str, str], Mapping[str, Any]] = {}
        self._seen = asyncio.Condition()

    async def adopt(self) -> None:
        """The mission, with a calendar of these years and its staff."""
        year = datetime.now(UTC).year
        adopt = c.AdoptMission(
            command_id=cid(f"adopt {self.tag}"),
            mission="Q",
            on="2026-01-01",
            accreditations=(c.Accreditation(code="Q-EG", country="EG"),),
            calendar=hostcalendar.seed("EG", "Africa/Cairo", range(year - 1, year + 2)).to_data(),
            calendar_source="host",
            instruments={code: i["version"] for code, i in shipped().items()},
            checksums=dict(checksums()),
            # Recurring duties stay out of the story, whatever day it is played on.
            switched_off=("MEET-ANNUAL", "COORD-LOCAL", "LIS-REVIEW"),
        )
        await self._send(adopt, OPERATOR)
        lines = c.RecordPosts(command_id=cid(f"posts {self.tag}"), mission="Q", lines=posts())
        await self._send(lines, OPERATOR)

    async def play(self, count: int) -> None:
        """All stories to their end. Returns when every one of them is closed in the log."""
        watching = asyncio.create_task(self._watch())
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(count):
                    group.create_task(self._story(number))
                group.create_task(self._absence())
        finally:
            watching.cancel()

    def name(self, number: int) -> str:
        """The obligation of a story."""
        return f"o-{self.tag}-{number:03}"

    async def _story(self, number: int) -> None:
        await asyncio.sleep(number * self._pace)
        name, late = self.name(number), number % 2 == 1
        sitting = f"h-{self.tag}-{number:03}"
        await self._do(name, c.OpenObligation, **_opening())
        far = datetime.now(UTC) + timedelta(hours=5)
        await self._do(name, c.RecordSittings, key="set", sittings=(_sitting(sitting, far),))
        await self._open(name, "triage.1")
        await self._do(name, c.CompleteTask, task="triage.1", checklist=("logged", "consulted"))
        await self._open(name, f"decide-and-staff.{sitting}")
        await self._do(name, c.AnswerRota, POLITICAL, appointment=sitting, claim=True)
        near = datetime.now(UTC).replace(microsecond=0) + self._margin
        await self._do(name, c.RecordSittings, key="moved", sittings=(_sitting(sitting, near),))
        await self._do(
            name, c.CompleteTask, task=f"decide-and-staff.{sitting}", checklist=("briefed",),
            result={"decision": "observe", "observer": POLITICAL.code},
        )  # fmt: skip
        report = f"attend-and-report.{sitting}"
        await self._open(name, report, passed=late)
        await self._do(
            name, c.CompleteTask, POLITICAL, task=report, checklist=("attended",), evidence=(REPORT,),
            result={"admitted": "yes"}, reason="capacity" if late else None,
        )  # fmt: skip
        if late:
            await self._do(name, c.RecordSittingHeld, POLITICAL, appointment=sitting, outcome="verdict")
            await self._open(name, "verdict-flash.1")
            await self._do(name, c.CompleteTask, task="verdict-flash.1")
        else:
            await self._do(name, c.EndProceeding, cause="withdrawn")
        await self._open(name, "decide-follow-up.1")
        await self._do(
            name,
            c.CompleteTask,
            task="decide-follow-up.1",
            checklist=("feedback",),
            result={"follow_up": "none"},
        )

    async def _absence(self) -> None:
        """Somebody else goes on leave meanwhile: every workflow is nudged, and nothing may come of it."""
        await asyncio.sleep(8)
        today = datetime.now(UTC).date()
        away = c.RecordAbsence(
            command_id=cid(f"absence {self.tag}"), mission="Q", posting="p-la",
            from_day=today.isoformat(), until=(today + timedelta(days=3)).isoformat(),
        )  # fmt: skip
        await self._send(away, FOCAL)

    async def _do(
        self,
        obligation: str,
        kind: type[c.ObligationCommand],
        actor: Actor = FOCAL,
        key: str = "",
        **data: Any,
    ) -> None:
        identity = f"{obligation}|{kind.__name__}|{data.get('task', key)}"
        await self._send(
            kind.model_validate(
                {"command_id": cid(identity), "mission": "Q", "obligation": obligation, **data}
            ),
            actor,
        )

    async def _send(self, command: c.Command, actor: Actor) -> None:
        """Until it is acknowledged: an unknown outcome and an absent database are both answered by sending it again."""
        while True:
            try:
                receipt = await self._desk.submit(command, actor)
            except (Unavailable, Unknown):
                self.acked.retried += 1
                await asyncio.sleep(0.3)
                continue
            assert receipt.events, f"{command.name} changed nothing"
            self.acked.receipts[str(command.command_id)] = (receipt.position, receipt.events)
            return

    # ── what they see of it ──────────────────────────────────────────────────────────────────────────────────────

    async def _open(self, obligation: str, task: str, *, passed: bool = False) -> None:
        """Wait until the task is open; `passed`: and the log says that its deadline has passed."""

        def there() -> bool:
            row = self._tasks.get((obligation, task))
            return row is not None and (bool(row["passed"]) or not passed)

        async with self._seen:
            await self._seen.wait_for(there)

    async def _watch(self) -> None:
        while True:
            rows = await patiently(self._desk.log)
            async with self._seen:
                self._tasks = {(r["obligation"], r["task"]): r for r in rows}
                self._seen.notify_all()
            await asyncio.sleep(0.3)


async def patiently(log: EventLog) -> list[dict[str, Any]]:
    """The open tasks, however long the database takes to come back."""
    while True:
        try:
            return await queries.tasks(log, status="open")
        except (psycopg.Error, PoolTimeout):
            await asyncio.sleep(0.2)


def _opening() -> dict[str, Any]:
    return {
        "accreditation": "Q-EG",
        "instrument": "eu-hrd",
        "instrument_version": shipped()["eu-hrd"]["version"],
        "definition": "TRIAL-OBS",
        "definition_data": in_hours(),
    }


def _sitting(code: str, at: datetime) -> c.Sitting:
    # The match is the keyed hash of a calendar's UID in real life; here it only has to stay the same.
    match = cid(code).hex * 2
    return c.Sitting(appointment=code, starts=at, day=at.date().isoformat(), whole_day=False, match=match)
