"""A staff table that comes again with changes, and what it may not change."""

from typing import Any
from uuid import uuid4

import pytest

from chancery import queries
from chancery.desk import Desk, Unavailable, Unknown
from chancery.importers.posts import PartlyImported, import_posts
from chancery.importers.problems import ImportRefused
from domain.envelope import Actor
from domain.instant import BadInput
from domain.refusals import Refused
from tests.imports.conftest import POSTS, Here
from tests.imports.made import FOCAL, HEAD, table


async def test_a_changed_end_and_a_successor_in_one_table(staffed: Here) -> None:
    old = b"Q;EG;Africa/Cairo;Q-POL-1;focal_point;Q-103;2025-09-01;2028-08-31;40;en,ar,fr;no"
    new = (
        old.replace(b"2028-08-31", b"2026-06-30")
        + b"\n"
        + old.replace(b"Q-103;2025-09-01", b"Q-109;2026-07-01")
    )
    head = await staffed.head()
    raw = POSTS.replace(old, new)
    outcome = await staffed.posts(raw)
    q = outcome.missions[0]
    assert (q.posts, q.began, q.ended, q.unchanged, outcome.events) == (0, 1, 1, 7, 2)
    made = [(e.event["type"], e.event["data"].get("until")) for e in await staffed.events(head)]
    assert made == [("PostingEnded", "2026-06-30"), ("PostingBegan", "2028-08-31")]
    assert (await staffed.posts(raw)).events == 0


async def test_the_same_officer_in_another_post_is_another_posting(staffed: Here) -> None:
    line = b"Q;EG;Africa/Cairo;Q-POL-9;political_officer;Q-103;2028-09-01;;40;en;no\n"
    await staffed.posts(POSTS + line)
    codes = await staffed.directory.postings_of(staffed.desk.log.pool, "Q-103")
    held = {r["posting"]: r["post"] for r in await queries.postings(staffed.desk.log, "Q")}
    assert sorted(held[code] for code in codes) == ["Q-POL-1", "Q-POL-9"]


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        (b"Q-POL-3;political_officer", b"Q-POL-3;press_officer", "role", "another-role"),
        (b"Q;EG;Africa/Cairo", b"Q;EG;Africa/Tripoli", "zone", "another-zone"),
        (b"Q;EG;Africa/Cairo", b"Q;SD;Africa/Cairo", "host", "another-host"),
        (b"Q-POL-3;political_officer;Q-105", b"Q-POL-3;political_officer;Q-110", "from", "posting-overlaps"),
        (b"Q-POL-3;political_officer", b"Q-DESK;hq_desk", "role", "no-such-role"),
    ],
)
async def test_what_a_table_cannot_change(
    staffed: Here, old: bytes, new: bytes, field: str, code: str
) -> None:
    head = await staffed.head()
    assert old in POSTS
    with pytest.raises(ImportRefused) as refused:
        await staffed.posts(POSTS.replace(old, new))
    first = refused.value.problems[0]
    assert (first.field, first.code) == (field, code)
    assert await staffed.head() == head


async def test_what_the_log_has_no_event_for_is_said(staffed: Here) -> None:
    raw = POSTS.replace(b";2028-08-31;40;", b";;45;")
    outcome = await staffed.posts(raw)
    assert outcome.events == 0
    assert outcome.missions[0].notes == (
        "Q-POL-1: the share stays 40 %; the table's 45 % is not recorded.",
        "Q-POL-1: the posting from 2025-09-01 still ends on 2028-08-31; the table names no end.",
    )


async def test_directory_and_log_hold_the_same_postings(staffed: Here) -> None:
    recorded = {r["posting"] for r in await queries.postings(staffed.desk.log)}
    officers = {line.split(";")[5] for line in POSTS.decode().splitlines()[1:]}
    known = {code for o in officers for code in await staffed.directory.postings_of(staffed.desk.log.pool, o)}
    assert recorded == known
    assert len(recorded) == 25


async def test_who_may_not(staffed: Here) -> None:
    rows = await queries.postings(staffed.desk.log, "Q")
    actor = Actor("officer", rows[0]["posting"], "Q")
    head = await staffed.head()
    with pytest.raises(Refused, match="may not RecordPosts"):
        await import_posts(staffed, table(), "x.csv", uuid4(), adopt_on="2026-01-01", actor=actor)
    assert await staffed.head() == head


async def test_a_day_of_adoption_that_is_no_day(here: Here) -> None:
    with pytest.raises(BadInput, match="is not a date"):
        await here.posts(adopt_on="tomorrow")


class Failing:
    """A desk whose submissions fail from one on: `at` counts them, `how` is what is raised, `times` how often."""

    def __init__(self, desk: Desk, at: int, how: Exception, times: int = 99) -> None:
        self._desk, self._at, self._how, self._times = desk, at, how, times
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    async def submit(self, *asked: Any, **_: Any) -> Any:
        self._count += 1
        if self._count >= self._at and self._times:
            self._times -= 1
            raise self._how
        return await self._desk.submit(*asked)


def failing(here: Here, at: int, how: Exception, times: int = 99) -> Here:
    return Here(Failing(here.desk, at, how, times), here.keys, here.vault, here.directory)  # type: ignore[arg-type]


async def test_a_failure_on_the_way_is_said_and_the_same_file_ends_the_work(here: Here) -> None:
    with pytest.raises(PartlyImported) as partly:
        await failing(here, 4, Unavailable("gone")).posts(adopt_on="2019-01-01")
    assert partly.value.recorded == ("the adoption of Q", "posts of Q", "the adoption of T")
    assert partly.value.left == ("T", "R", "HQ")
    assert partly.value.code == "database-unavailable"
    ended = await here.posts(adopt_on="2019-01-01")
    assert [(m.mission, m.began) for m in ended.missions] == [("Q", 0), ("T", 6), ("R", 6), ("HQ", 5)]


async def test_a_failure_at_once_is_no_partial_import(here: Here) -> None:
    with pytest.raises(Unavailable):
        await failing(here, 1, Unavailable("gone")).posts(adopt_on="2019-01-01")
    assert await here.head() == 0


async def test_an_unknown_outcome_is_asked_again(here: Here) -> None:
    outcome = await failing(here, 2, Unknown("broke"), times=2).posts(
        table(HEAD, FOCAL), adopt_on="2026-01-01"
    )
    assert outcome.missions[0].began == 2
    with pytest.raises(PartlyImported):
        more = table(HEAD, FOCAL, FOCAL.replace("POL", "POL-2")).replace(b"X", b"Y")
        await failing(here, 2, Unknown("broke")).posts(more, adopt_on="2026-01-01")
