"""The two files of the project, imported for real: once, and a second time."""

from collections import Counter
from uuid import uuid4

from chancery import queries
from tests.imports.conftest import Here


async def test_the_staff_table(here: Here) -> None:
    outcome = await here.posts(adopt_on="2019-01-01")
    assert [(m.mission, m.adopted, m.posts, m.began, m.unchanged) for m in outcome.missions] == [
        ("Q", True, 8, 8, 0),
        ("T", True, 5, 6, 0),
        ("R", True, 5, 6, 0),
        ("HQ", True, 5, 5, 0),
    ]
    assert Counter(e.event["type"] for e in await here.events()) == {
        "MissionAdopted": 4,
        "PostCreated": 23,
        "PostingBegan": 25,
    }
    head = await here.head()
    assert outcome.events == head == outcome.missions[-1].position

    assert {m["code"]: m["kind"] for m in await queries.missions(here.desk.log)} == {
        "Q": "mission", "T": "mission", "R": "mission", "HQ": "headquarters",
    }  # fmt: skip
    held = await queries.postings(here.desk.log, "T")
    officers = await here.directory.officers_of(here.desk.log.pool, [row["posting"] for row in held])
    assert sorted((officers[r["posting"]], r["post"], r["first"], r["last"]) for r in held)[2:4] == [
        ("T-203", "T-POL-1", "2023-09-01", "2026-07-31"),
        ("T-204", "T-POL-2", "2025-09-01", "2029-08-31"),
    ]


async def test_a_second_import_changes_nothing(staffed: Here) -> None:
    head = await staffed.head()
    again = await staffed.posts()
    assert (again.events, await staffed.head()) == (0, head)
    assert [(m.unchanged, m.position) for m in again.missions] == [(8, 0), (6, 0), (6, 0), (5, 0)]


async def test_the_same_request_twice_is_one(here: Here) -> None:
    id_ = uuid4()
    await here.posts(adopt_on="2019-01-01", id_=id_)
    head = await here.head()
    assert (await here.posts(adopt_on="2019-01-01", id_=id_)).events == 0
    assert await here.head() == head


async def test_headquarters_owes_what_it_owes_under_its_own_code(staffed: Here) -> None:
    headquarters = await staffed.desk.mission("HQ")
    assert headquarters.accreditations == {"HQ": "BE"}
    assert set(headquarters.instruments) == set((await staffed.desk.mission("Q")).instruments)
    assert (await staffed.desk.mission("Q")).accreditations == {"Q-EG": "EG"}


async def test_no_officer_stands_in_the_log(staffed: Here) -> None:
    log = b"\n".join(e.body for e in await staffed.events())
    assert b"Q-POL-1" in log  # the search finds what is there: a post
    for number in (103, 203, 405, 305):
        assert f'-{number}"'.encode() not in log


async def test_the_court_list(trial: Here) -> None:
    outcome = await trial.hearings()
    assert (outcome.opened, outcome.new, outcome.events) == (True, 6, 7)
    state = await trial.desk.obligation(outcome.obligation)
    assert [(a.day, a.starts, a.whole_day, a.status) for a in state.appointments.values()] == [
        ("2019-06-24", "2019-06-24T06:00:00Z", True, "set"),
        ("2019-07-18", "2019-07-18T06:00:00Z", True, "set"),
        ("2019-10-08", "2019-10-08T06:00:00Z", True, "set"),
        ("2019-12-24", "2019-12-24T06:00:00Z", True, "set"),
        ("2020-01-28", "2020-01-28T06:00:00Z", True, "set"),
        ("2020-02-18", "2020-02-18T06:00:00Z", True, "set"),
    ]
    assert len({a.match for a in state.appointments.values()} - {None}) == 6
    assert (state.accreditation, state.case_bound, state.code) == ("R-TR", True, "TRIAL-OBS")
    head = await trial.head()
    again = await trial.hearings()
    assert (again.events, again.unchanged, again.opened, again.position) == (0, 6, False, 0)
    assert (await trial.head(), again.obligation) == (head, outcome.obligation)
