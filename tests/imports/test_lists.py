"""A court list that comes again: moved, cancelled, listed anew; and what must never be found in the log."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import select

from chancery import adoption, cases, queries
from chancery.importers.hearings import import_hearings
from chancery.keystore import KeyMissing, Shredded
from chancery.sealing import blind
from chancery.views import tables
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.instant import BadInput
from domain.refusals import Refused
from tests.imports.conftest import CASE, HEARINGS, Here
from tests.imports.made import event, ics, moved

if TYPE_CHECKING:
    from tests.conftest import Database


async def test_one_moved_and_one_cancelled(trial: Here) -> None:
    first = await trial.hearings()
    after = await trial.head()
    outcome = await trial.hearings(moved())
    assert (outcome.moved, outcome.cancelled, outcome.unchanged, outcome.new) == (1, 1, 4, 0)
    events = [e.event for e in await trial.events(after)]
    made = [(e["type"], e["data"].get("starts")) for e in events if e["type"].startswith("Appointment")]
    assert made == [("AppointmentMoved", "2019-07-19T06:00:00Z"), ("AppointmentCancelled", None)]
    state = await trial.desk.obligation(first.obligation)
    assert [a.status for a in state.appointments.values()] == ["set"] * 5 + ["cancelled"]
    head = await trial.head()
    again = await trial.hearings(moved())
    assert (again.events, again.unchanged, await trial.head()) == (0, 6, head)


async def test_a_moved_sitting_takes_its_clocks_along(here: Here) -> None:
    plan = adoption.Plan("R", "TR", "Europe/Istanbul", "2026-01-01")
    await adoption.adopt(here, plan, uuid4())
    found = await here.hearings(ics(event(start="DTSTART:20260508T093000")))
    [sitting] = (await here.desk.obligation(found.obligation)).appointments
    wished = c.SetGates(
        command_id=uuid4(), mission="R", obligation=found.obligation, opened=("consent:attend",)
    )
    await here.desk.submit(wished, ENGINE_WORKFLOW)
    await here.desk.submit(
        c.OpenTask(
            command_id=uuid4(), mission="R", obligation=found.obligation, step="decide-and-staff", occurrence=sitting,
            appointment=sitting,
        ),
        ENGINE_WORKFLOW,
    )  # fmt: skip
    before = await here.head()
    await here.hearings(ics(event(start="DTSTART:20260507T093000")))
    types = [e.event["type"] for e in await here.events(before)]
    assert types[0] == "AppointmentMoved"
    assert "DeadlineMoved" in types
    [task] = (await here.desk.obligation(found.obligation)).tasks.values()
    assert task.due == "2026-05-07T06:30:00Z"


async def test_a_cancelled_sitting_that_the_court_lists_again_is_a_new_one(trial: Here) -> None:
    first = await trial.hearings(ics(event()))
    assert (await trial.hearings(ics(event(), head="METHOD:CANCEL"))).cancelled == 1
    assert (await trial.hearings(ics(event(), head="METHOD:CANCEL"))).events == 0
    assert (await trial.hearings(ics(event()))).new == 1
    assert (await trial.hearings(ics(event()))).events == 0
    state = await trial.desk.obligation(first.obligation)
    assert [a.status for a in state.appointments.values()] == ["cancelled", "set"]


async def test_a_sitting_that_was_held_stays_as_it_is(trial: Here) -> None:
    first = await trial.hearings(ics(event(start="DTSTART:20260423T093000")))
    [sitting] = (await trial.desk.obligation(first.obligation)).appointments
    table = b"R;TR;Europe/Istanbul;R-HOM;head_of_mission;R-1;2019-01-01;;5;en;no\n"
    head = b"mission;host;zone;post;role;officer;from;to;hrd_share_percent;languages;local_agent\n"
    await trial.posts(head + table)
    [row] = await queries.postings(trial.desk.log, "R")
    held = c.RecordSittingHeld(
        command_id=uuid4(),
        mission="R",
        obligation=first.obligation,
        appointment=sitting,
        outcome="adjourned_without_day",
    )
    await trial.desk.submit(held, Actor("officer", row["posting"], "R"))
    later = await trial.hearings(ics(event(start="DTSTART:20260701T093000")))
    assert (later.left, later.events) == (1, 0)
    assert (await trial.hearings(ics(event("STATUS:CANCELLED", start="DTSTART:20260423T093000")))).left == 1


async def test_two_who_import_the_same_list_at_once(trial: Here) -> None:
    outcomes = await asyncio.gather(*(trial.hearings() for _ in range(4)))
    assert len({o.obligation for o in outcomes}) == 1
    state = await trial.desk.obligation(outcomes[0].obligation)
    assert len(state.appointments) == 6
    assert sum(o.events for o in outcomes) == 7 == await trial.head() - 1


# ── what is sealed ───────────────────────────────────────────────────────────────────────────────────────────────

WORDS = ("CANARY-UID", "CANARY-SUMMARY", "CANARY-LOCATION", "CANARY-DESCRIPTION", "CANARY-COMMENT", CASE)
CANARY = ics(
    event(
        "SUMMARY:CANARY-SUMMARY", "LOCATION:CANARY-LOCATION", "DESCRIPTION:CANARY-DESCRIPTION", "COMMENT:CANARY-COMMENT",
        uid="CANARY-UID@list",
    )
)  # fmt: skip


async def everything_public(here: Here) -> str:
    """Every byte of the log, and every row of every view."""
    found = [e.body.decode() for e in await here.events()]
    for table in tables.ALL:
        found += [repr(row) for row in await queries.rows(here.desk.log, select(table))]
    return "\n".join(found)


async def test_no_word_of_a_list_is_in_the_log_or_the_views(trial: Here) -> None:
    found = await trial.hearings(CANARY)
    public = await everything_public(trial)
    assert [word for word in WORDS if word in public] == []
    assert found.obligation in public  # the search finds what is there


async def test_the_search_finds_a_word_that_slipped_into_an_event(trial: Here) -> None:
    """The control: the same words as a code, which an event may hold, are found."""
    found = await trial.hearings(CANARY)
    slipped = c.Sitting(
        appointment="CANARY-UID", starts=trial.desk.clock.now(), day="2026-05-05", whole_day=False, match=None
    )
    command = c.RecordSittings(
        command_id=uuid4(), mission="R", obligation=found.obligation, sittings=(slipped,)
    )
    await trial.desk.submit(command, OPERATOR)
    assert "CANARY-UID" in await everything_public(trial)


async def test_the_words_and_the_case_open_with_the_key_and_die_with_it(trial: Here) -> None:
    await trial.hearings(CANARY)
    refs = [
        ref
        for e in await trial.events()
        for ref in (e.event["data"].get("sealed"), e.event["data"].get("subject"))
        if ref
    ]
    pool = trial.desk.log.pool
    opened = [await trial.vault.open(pool, UUID(ref["ref"]), ref["commit"]) for ref in refs]
    assert opened == [
        {"case": CASE, "parent": None},
        {
            "uid": "CANARY-UID@list", "summary": "CANARY-SUMMARY", "location": "CANARY-LOCATION",
            "description": "CANARY-DESCRIPTION",
        },
    ]  # fmt: skip
    trial.keys.destroy(f"case:{CASE}")
    for ref in refs:
        with pytest.raises(Shredded):
            await trial.vault.open(pool, UUID(ref["ref"]), ref["commit"])
    head = await trial.head()
    with pytest.raises(Shredded):
        await trial.hearings(CANARY)
    assert await trial.head() == head


async def test_only_what_changes_is_sealed(trial: Here, database: Database) -> None:
    def sealed() -> int:
        with psycopg.connect(database.admin_url) as connection:
            row = connection.execute("SELECT count(*) FROM vault.sealed").fetchone()
        assert row is not None
        return int(row[0])

    await trial.hearings()
    assert sealed() == 8  # six sittings, the link to the case, and the line of its index
    await trial.hearings(moved())
    assert sealed() == 9
    await trial.hearings(moved())
    assert sealed() == 9


# ── who a case is ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_has_the_case_code_but_not_its_key_cannot_find_its_obligation(trial: Here) -> None:
    found = (await trial.hearings()).obligation
    assert found == cases.trial_obligation(trial.vault, CASE)
    key = trial.keys.get(f"case:{CASE}")
    other = bytes([key[0] ^ 1]) + key[1:]
    made = {
        blind(k, "obligation", cases.TRIAL) for k in (key, other, bytes(32), CASE.encode().ljust(32, b"\0"))
    }
    assert len(made) == 4
    trial.keys.destroy(f"case:{CASE}")
    with pytest.raises(Shredded):
        cases.trial_obligation(trial.vault, CASE)


async def test_two_cases_have_two_obligations_and_share_no_hash(trial: Here) -> None:
    first, second = await trial.hearings(), await trial.hearings(case="c-abc234defg")
    assert first.obligation != second.obligation
    matches = [
        a.match
        for o in (first, second)
        for a in (await trial.desk.obligation(o.obligation)).appointments.values()
    ]
    assert len(set(matches)) == 12


@pytest.mark.parametrize(
    "case", ["", "a", "Jane Doe", "jane", "Jane-1960", "c-mehmetoglu", "2019/123", "c 1", "é-1", "-1a", "a1\n", "x" * 50 + "1"]
)  # fmt: skip
async def test_what_could_be_a_name_is_no_case(trial: Here, case: str) -> None:
    with pytest.raises(BadInput, match="`chancery case new` makes one"):
        await trial.hearings(case=case)
    assert not trial.keys.keys("R", "case")


def test_new_cases_are_cases_and_differ() -> None:
    made = {cases.new_case() for _ in range(500)}
    assert len(made) == 500
    assert all(cases.check_case(code) == code for code in made)
    for code in ("c-7f3a", "case-0001", "R-17"):
        assert cases.check_case(code) == code


async def test_who_may_not_import_leaves_no_key_behind(staffed: Here) -> None:
    rows = await queries.postings(staffed.desk.log, "Q")
    press = next(row["posting"] for row in rows if row["role"] == "press_officer")
    focal = next(row["posting"] for row in rows if row["role"] == "focal_point")
    head = await staffed.head()
    ask = {"case": CASE, "mission": "Q"}
    with pytest.raises(Refused) as refused:
        await import_hearings(staffed, HEARINGS, "l.ics", uuid4(), **ask, actor=Actor("officer", press, "Q"))
    assert (refused.value.code, await staffed.head()) == ("not-allowed", head)
    assert not staffed.keys.keys("Q", "case")
    done = await import_hearings(
        staffed, HEARINGS, "l.ics", uuid4(), **ask, actor=Actor("officer", focal, "Q")
    )
    assert done.new == 6


async def test_a_mission_that_is_not_adopted_or_is_headquarters(staffed: Here) -> None:
    with pytest.raises(Refused, match="There is no mission Z"):
        await staffed.hearings(mission="Z")
    with pytest.raises(BadInput, match="HQ is accredited nowhere"):
        await staffed.hearings(mission="HQ")


async def test_a_case_of_another_mission_stays_there(staffed: Here) -> None:
    await staffed.hearings()
    head = await staffed.head()
    with pytest.raises(KeyMissing, match="belongs to another mission"):
        await staffed.hearings(mission="T")
    assert await staffed.head() == head


async def test_the_same_request_under_the_same_id_makes_the_same_sittings(trial: Here) -> None:
    id_ = uuid4()
    one = await import_hearings(trial, HEARINGS, "l.ics", id_, case=CASE, mission="R")
    ids = list((await trial.desk.obligation(one.obligation)).appointments)
    assert all(len(i) == 14 and i.startswith("h-") for i in ids)
    two = await import_hearings(trial, HEARINGS, "l.ics", id_, case=CASE, mission="R")
    assert dataclasses.replace(two, unchanged=0) == dataclasses.replace(
        one, opened=False, new=0, unchanged=0, events=0, position=0
    )
