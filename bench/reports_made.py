"""A log of any length for the reports: missions with their posts, and two years of obligations, loaded past the desk.

Every event is of a kind that the desk writes, in canonical bytes, with its true leaf (a generated column); the order is that of time.
The same facts go, column by column, into a Parquet file. Nobody in it exists.
"""

import csv
import random  # noqa: TID251 - seeded, for what is made up
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import duckdb
import psycopg

from bench import made
from chancery import hostcalendar
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.instruments import checksums, shipped
from chancery.log.canonical import canonical
from chancery.log.store import EventLog, Pool
from chancery.views.rebuild import rebuild
from domain import commands as c
from domain.calendar import Calendar
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR, Actor
from domain.kinds import instant_text

BEGINS: Final = datetime(2024, 1, 2, 6, tzinfo=UTC)
DAYS: Final = 728
"""Two years, but for its first days."""
A_YEAR: Final = (date(2025, 1, 1), date(2025, 12, 31))
EACH: Final = 5
"""Events of an obligation, about."""
TASKS: Final = 250
"""Tasks of an officer in the two years; so many officers are there as the log's length asks for."""
PEOPLE: Final = (
    ("HOM", "head_of_mission", "hom"),
    ("POL-1", "focal_point", "fp"),
    ("POL-2", "focal_point_alternate", "alt"),
    ("POL-3", "political_officer", "pol"),
)
HOLDERS: Final = ("fp", "alt", "pol")
COLUMNS: Final = ("position", "told", "type", "stream", "mission", "task", "posting", "due_at", "happened_at")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Planned:
    """One event to be: when, of which obligation, of which type, and what of it is not the same in all."""

    at: datetime
    obligation: int
    version: int
    type: str
    said: dict[str, str]


def calendar() -> Calendar:
    """The calendar of every mission here."""
    return hostcalendar.seed("EG", "Africa/Cairo", range(2023, 2029))


async def missions(pool: Pool, codes: list[str]) -> dict[str, str]:
    """Adopt the missions through the desk, and one obligation of each course; type → canonical bytes with gaps to fill."""
    clock = ManualClock(BEGINS - timedelta(days=1))
    async with Desk(pool, clock, keeps_time=True) as desk:
        for code in codes:
            await desk.submit(_adoption(code), OPERATOR)
            lines = tuple(
                c.PostLine(
                    post=f"{code}-{post}", role=role, share_percent=20, local_agent=False, posting=f"p-{code}-{short}",
                    from_day="2023-01-01", until=None,
                )
                for post, role, short in PEOPLE
            )  # fmt: skip
            await desk.submit(c.RecordPosts(command_id=uuid4(), mission=code, lines=lines), OPERATOR)
        return await _templates(desk, codes[0])


def _adoption(code: str) -> c.AdoptMission:
    return c.AdoptMission(
        command_id=uuid4(),
        mission=code,
        on="2023-01-01",
        accreditations=(c.Accreditation(code=f"{code}-EG", country="EG"),),
        calendar=calendar().to_data(),
        calendar_source="host",
        instruments={text: i["version"] for text, i in shipped().items()},
        checksums=dict(checksums()),
    )


async def _templates(desk: Desk, code: str) -> dict[str, str]:
    """Each type of event as the desk writes it."""
    for name, taken in (("done", True), ("left", False)):
        base = made.opening(f"template-{name}")
        given: dict[str, Any] = {
            "mission": code,
            "accreditation": f"{code}-EG",
            "period": "2024-01",
            "due_day": "2024-06-30",
        }
        await desk.submit(base.model_copy(update=given), ENGINE_TICK)
        about: dict[str, Any] = {"mission": code, "obligation": f"template-{name}"}
        await desk.submit(c.OpenTask(command_id=uuid4(), step="hold", **about), ENGINE_WORKFLOW)
        task, holder = {**about, "task": "hold.1"}, Actor("officer", f"p-{code}-fp", code)
        if taken:
            await desk.submit(c.AcceptTask(command_id=uuid4(), **task), holder)
            said = {"checklist": ("risk_list",), "evidence": made.EVIDENCE}
            await desk.submit(c.CompleteTask.model_validate({"command_id": uuid4(), **said, **task}), holder)
        else:
            await desk.submit(c.ReassignTask(command_id=uuid4(), posting=f"p-{code}-alt", **task), holder)
            step = (await desk.obligation(f"template-{name}")).step("hold") or {}
            left: dict[str, Any] = {"outcome": step["outcomes"][0], "reason": step["reasons"][0]}
            await desk.submit(
                c.NotAct(command_id=uuid4(), **left, **task), Actor("officer", f"p-{code}-alt", code)
            )
        await desk.submit(c.CloseObligation(command_id=uuid4(), outcome="done", **about), ENGINE_WORKFLOW)
    found: dict[str, str] = {}
    for recorded in await desk.log.read(0, 100_000):
        if recorded.stream.startswith("obligation/"):
            found.setdefault(recorded.event["type"], _gaps(recorded.event))
    return found


def _gaps(event: dict[str, Any]) -> str:
    """The event's canonical text with `@name@` where each obligation says something of its own."""
    data = dict(event["data"])
    for name in ("obligation", "mission", "accreditation", "posting", "starts", "happened_at", "timing"):
        if name in data:
            data[name] = f"@{name}@"
    if "deadline" in data:
        data["deadline"] = {
            **data["deadline"],
            "due_at": "@due@",
            "local_date": "@due_day@",
            "explanation": [],
        }
        data["notices"] = []
    actor = {k: f"@by_{k}@" if k in ("code", "mission") else v for k, v in event["actor"].items()}
    if event["actor"]["kind"] != "officer":
        actor = dict(event["actor"])
    command = {**event["command"], "id": "@command@"}
    whole = {
        **event,
        "data": data,
        "actor": actor,
        "command": command,
        "id": "@id@",
        "at": "@at@",
        "stream": "@stream@",
    }
    return canonical({**whole, "version": 987654321}).decode().replace("987654321", "@version@")


def plan(events: int, codes: list[str], seed: int = 1) -> list[Planned]:
    """So many events (or a few more), in the order of time."""
    rng, cal = random.Random(seed), calendar()
    due = {}
    for n in range(DAYS + 40):
        day = BEGINS.date() + timedelta(days=n)
        due[day] = cal.end_of(cal.add_working(day, 3))
    found: list[Planned] = []
    number = -1
    while len(found) < events:
        number += 1
        code, short = codes[number % len(codes)], HOLDERS[rng.randrange(len(HOLDERS))]
        opened = BEGINS + timedelta(days=rng.randrange(DAYS), minutes=rng.randrange(600))
        by = due[cal.day_of(opened)]
        holder = f"p-{code}-{short}"
        said = {"mission": code, "accreditation": f"{code}-EG", "obligation": f"o-{number}"}
        task = {
            **said,
            "posting": holder,
            "starts": instant_text(opened),
            "due": instant_text(by),
            "due_day": str(cal.day_of(by)),
        }
        course = [(opened, "ObligationOpened", said), (opened + timedelta(seconds=1), "TaskOpened", task)]
        at = opened + timedelta(hours=2)
        if rng.random() < 0.15:
            holder = f"p-{code}-{HOLDERS[(HOLDERS.index(short) + 1) % 3]}"
            course.append((at + timedelta(days=1), "TaskAssigned", {**said, "posting": holder}))
            at += timedelta(days=1, hours=1)
        course.append((at, "TaskAccepted", {**said, "holder": holder}))
        ended = at + timedelta(days=rng.choice((1, 1, 2, 2, 3, 3, 4, 9)), minutes=rng.randrange(300))
        kind = "TaskNotActed" if rng.random() < 0.1 else "TaskCompleted"
        timing = "on_time" if ended < by + timedelta(seconds=1) else "after_due"
        end = {**said, "holder": holder, "happened_at": instant_text(ended), "timing": timing}
        course += [(ended, kind, end), (ended + timedelta(seconds=1), "ObligationClosed", said)]
        found += [Planned(when, number, n, what, more) for n, (when, what, more) in enumerate(course, 1)]
    found.sort(key=lambda p: (p.at, p.obligation, p.version))
    return found


def load(url: str, planned: list[Planned], templates: dict[str, str], folder: Path) -> Path:
    """Into the log by its owner, and the same facts into a Parquet file, whose path is returned."""
    rows = folder / "facts.csv"
    with psycopg.connect(url) as connection, rows.open("w", newline="") as text:
        connection.execute(
            "SET session_replication_role = replica"
        )  # the superuser's: no check of each row at commit
        [(last, stream)] = connection.execute(
            "SELECT (SELECT max(position) FROM log.event), (SELECT max(id) FROM log.stream)"
        ).fetchall()
        count = 1 + max(p.obligation for p in planned)
        with connection.cursor().copy("COPY log.stream (id, name) FROM STDIN") as copy:
            for number in range(count):
                copy.write_row((stream + 1 + number, f"obligation/o-{number}"))
        into = "COPY log.event (position, recorded_us, stream, body) FROM STDIN (FORMAT binary)"
        facts = csv.writer(text)
        facts.writerow(COLUMNS)
        with connection.cursor().copy(into) as copy:
            copy.set_types(("int8", "int8", "int8", "bytea"))
            for position, one in enumerate(planned, last + 1):
                us = (one.at - _EPOCH) // timedelta(microseconds=1)
                copy.write_row((position, us, stream + 1 + one.obligation, _body(one, templates).encode()))
                facts.writerow(_fact(position, one))
        connection.commit()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE log.event, log.stream")
        connection.execute("CHECKPOINT")
    parquet = folder / "facts.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{rows}')) TO '{parquet}' (FORMAT parquet)")
    rows.unlink()
    return parquet


_numbers = random.Random(2)


def _body(one: Planned, templates: dict[str, str]) -> str:
    said = one.said
    more = {
        "at": instant_text(one.at),
        "id": str(UUID(int=_numbers.getrandbits(128))),
        "command": str(UUID(int=_numbers.getrandbits(128))),
        "stream": f"obligation/o-{one.obligation}",
        "version": str(one.version),
        "by_code": said.get("holder", f"p-{said['mission']}-hom"),
        "by_mission": said["mission"],
    }
    parts = templates[one.type].split("@")
    parts[1::2] = [more[name] if name in more else said[name] for name in parts[1::2]]
    return "".join(parts)


def _fact(position: int, one: Planned) -> tuple[object, ...]:
    said = one.said
    posting = said.get("posting", "")
    task = "hold.1" if one.type.startswith("Task") else ""
    at = one.at.replace(tzinfo=None).isoformat(" ")
    return (
        position, at, one.type, f"obligation/o-{one.obligation}", said["mission"], task, posting,
        _plain(said.get("due")), _plain(said.get("happened_at")),
    )  # fmt: skip


def _plain(text: str | None) -> str | None:
    return text and text.replace("T", " ").removesuffix("Z")


def codes_for(events: int) -> list[str]:
    """So many missions that an officer has the load of a real one."""
    tasks = events // EACH
    return [f"B{number:03d}" for number in range(max(1, tasks // (TASKS * len(HOLDERS))))]


async def prepare(pool: Pool, url: str, events: int, folder: Path) -> tuple[Path, str]:
    """The whole log with its views, and the Parquet file; with it the posting on which a report is made."""
    codes = codes_for(events)
    templates = await missions(pool, codes)
    parquet = load(url, plan(events, codes), templates, folder)
    await rebuild(EventLog(pool))
    return parquet, f"p-{codes[-1]}-fp"


def days() -> Iterator[tuple[date, datetime]]:
    """Working days of the year that is reported on, each with the instant at which it begins."""
    cal, day = calendar(), A_YEAR[0]
    while day <= A_YEAR[1]:
        if cal.is_working(day):
            yield day, cal.start_of(day)
        day += timedelta(days=1)
