"""A staff table with something wrong: file, line and field are named, and nothing is imported."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.importers import staff
from chancery.importers.posts import import_posts
from chancery.importers.problems import MOST_BYTES, ImportRefused, Problem
from tests.imports.conftest import POSTS, Here
from tests.imports.made import FOCAL, HEAD, HEADER, table

BAD = [
    (b"", 1, "file", "empty"),
    (b" \r\n\t\n", 1, "file", "empty"),
    (b"x" * (MOST_BYTES + 1), 1, "file", "too-large"),
    (table(HEAD, FOCAL).replace(b"X-POL", b"X\0POL"), 3, "text", "nul"),
    (table(HEAD, FOCAL).replace(b"en,ar", b"\xff\xfe"), 3, "text", "not-utf-8"),
    (table(HEAD, FOCAL).decode().encode("utf-16"), 1, "text", "not-utf-8"),
    (HEADER.encode() + b"\n", 2, "file", "empty"),
    (table(HEAD, header=HEADER.replace(";zone", "")), 1, "zone", "bad-header"),
    (table(HEAD, header=HEADER + ";salary"), 1, "header", "bad-header"),
    (table(HEAD, header=HEADER.replace("post", "role")), 1, "post", "bad-header"),
    (table(HEAD, FOCAL + ";more"), 3, "line", "wrong-width"),
    (table(HEAD, FOCAL.replace("X-POL", '"X-POL')), 3, "line", "not-csv"),
    (table(HEAD, FOCAL.replace("focal_point", "focal point")), 3, "role", "unknown-role"),
    (table(HEAD, FOCAL.replace("Africa/Cairo", "Africa/Kairo")), 3, "zone", "unknown_zone"),
    (table(HEAD, FOCAL.replace(";EG;", ";Egypt;")), 3, "host", "unknown_country"),
    (table(HEAD, FOCAL.replace(";EG;", ";;")), 3, "host", "unknown_country"),
    (table(HEAD, FOCAL.replace("X;EG", "X/../Y;EG")), 3, "mission", "bad-mission"),
    (table(HEAD, FOCAL.replace("2024-01-01", "01.01.2024")), 3, "from", "bad_date"),
    (table(HEAD, FOCAL.replace("2024-01-01", "")), 3, "from", "bad_date"),
    (table(HEAD, FOCAL.replace("2026-12-31", "2026-02-30")), 3, "to", "bad_date"),
    (table(HEAD, FOCAL.replace("2026-12-31", "2999-12-31")), 3, "to", "year_out_of_range"),
    (table(HEAD, FOCAL.replace("2026-12-31", "2023-12-31")), 3, "to", "ends-before-start"),
    (table(HEAD, FOCAL.replace(";40;", ";101;")), 3, "hrd_share_percent", "bad-share"),
    (table(HEAD, FOCAL.replace(";40;", ";-1;")), 3, "hrd_share_percent", "bad-share"),
    (table(HEAD, FOCAL.replace(";40;", ";12.5;")), 3, "hrd_share_percent", "bad-share"),
    (table(HEAD, FOCAL.replace("en,ar", "en,Arabic")), 3, "languages", "bad-language"),
    (table(HEAD, FOCAL.replace(";no", ";maybe")), 3, "local_agent", "bad-local-agent"),
    (table(HEAD, FOCAL.replace(";no", ";yes")), 3, "local_agent", "bad-local-agent"),
    (table(HEAD, FOCAL.replace("focal_point", "local_agent")), 3, "local_agent", "bad-local-agent"),
    (table(HEAD, FOCAL.replace("X-2", "Ambassador")), 3, "officer", "looks-like-a-name"),
    (table(HEAD, FOCAL.replace("X-2", "X 2")), 3, "officer", "bad-code"),
    (table(HEAD, FOCAL.replace("X-POL", "=1+1")), 3, "post", "bad-code"),
    (table(HEAD, FOCAL, FOCAL), 4, "line", "duplicate-line"),
    (table(HEAD, FOCAL, FOCAL.replace("2024-01-01", "2025-01-01")), 4, "from", "posting-overlaps"),
    (table(HEAD, FOCAL, FOCAL.replace("X-2", "X-3").replace("2024", "2026")), 4, "from", "posting-overlaps"),
    (table(HEAD, FOCAL.replace("Africa/Cairo", "Africa/Tunis")), 3, "zone", "two-zones"),
    (table(HEAD, FOCAL.replace(";EG;", ";TN;")), 3, "host", "two-hosts"),
    (table(HEAD, FOCAL, FOCAL.replace("2024-01-01;2026-12-31", "2027-01-01;").replace("40", "50")), 4, "hrd_share_percent", "two-posts"),
]  # fmt: skip
BAD_FOR_A_MISSION = [
    (table(FOCAL), 2, "mission", "nobody-leads"),
    (table(HEAD, FOCAL.replace("focal_point", "hq_desk")), 3, "role", "no-such-role"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "line", "field", "code"), BAD, ids=[f"{n}-{row[3]}" for n, row in enumerate(BAD)]
)
def test_it_is_named(raw: bytes, line: int, field: str, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        staff.parse(raw, "posts.csv")
    named(refused.value, line, field, code)


def named(refused: ImportRefused, line: int, field: str, code: str) -> None:
    first = refused.problems[0]
    assert (first.file, first.line, first.field, first.code) == ("posts.csv", line, field, code)
    assert str(refused).startswith(f"posts.csv:{line}: {field}: ")


async def test_nothing_is_imported(here: Here) -> None:
    head = await here.head()
    for raw, line, field, code in BAD + BAD_FOR_A_MISSION:
        with pytest.raises(ImportRefused) as refused:
            await here.posts(raw, adopt_on="2026-01-01")
        named(refused.value, line, field, code)
    assert await here.head() == head
    assert not list((here.keys._folder / "missions").iterdir())


@pytest.mark.parametrize(
    "raw",
    [
        table(),
        b"\xef\xbb\xbf" + table(),
        table().replace(b"\n", b"\r\n"),
        table().replace(b"en,fr", b'"en,fr"').replace(b"en,ar", b'"en,ar"').replace(b";", b","),
        table() + b"\n;;;;;;;;;;\n",
        table(HEAD, FOCAL, FOCAL.replace("X-2;2024-01-01;2026-12-31", "X-3;2027-01-01;")),
    ],
    ids=[
        "plain",
        "with a byte order mark",
        "from Windows",
        "by commas",
        "blank lines",
        "one after the other",
    ],
)
async def test_what_is_sound_goes_in(here: Here, raw: bytes) -> None:
    """The control of the table above: its two sound lines do import."""
    outcome = await here.posts(raw, adopt_on="2026-01-01")
    assert outcome.missions[0].posts == 2
    assert await here.head() == outcome.events > 0


def test_every_problem_is_listed_up_to_twenty() -> None:
    lines = [HEAD, *(FOCAL.replace("X-POL", f"X-{n}").replace("focal_point", "nobody") for n in range(30))]
    with pytest.raises(ImportRefused) as refused:
        staff.parse(table(*lines), "posts.csv")
    assert len(refused.value.problems) == 30
    shown = refused.value.lines()
    assert (len(shown), shown[-1]) == (21, "posts.csv: and 10 more")


async def test_a_mission_that_is_not_adopted(here: Here) -> None:
    with pytest.raises(
        ImportRefused, match=r"posts.csv:2: mission: Q is not adopted; `chancery mission adopt Q --host EG"
    ):
        await here.posts()
    assert await here.head() == 0


async def test_one_bad_line_of_one_mission_keeps_all_missions_out(here: Here) -> None:
    with pytest.raises(ImportRefused):
        await here.posts(
            POSTS.replace(b"R-LA-1;local_agent;R-406", b"R-LA-1;local_agent;R 406"), adopt_on="2019-01-01"
        )
    assert await here.head() == 0


FUZZ = settings(max_examples=150, deadline=None)


@FUZZ
@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_break_it(raw: bytes) -> None:
    refused_or_read(raw)


@FUZZ
@given(st.text(alphabet=st.sampled_from(';,"\n\rX1-=é\u2028 \t'), max_size=200), st.integers(0, 250))
def test_nor_does_a_table_with_something_thrown_in(thrown: str, at: int) -> None:
    sound = table()
    refused_or_read(sound[:at] + thrown.encode() + sound[at:])


def refused_or_read(raw: bytes) -> None:
    """Either it is read, or every problem has its place: nothing else ever comes out."""
    problems: list[Problem] = []
    try:
        found = staff.parse(raw, "posts.csv")
    except ImportRefused as refused:
        found, problems = {}, refused.problems
    assert bool(found) != bool(problems)
    assert all(p.line >= 1 and p.field and p.message for p in problems)


def test_the_importer_is_a_coroutine_that_asks_nothing_before_it_has_read() -> None:
    with pytest.raises(ImportRefused):
        asyncio.run(import_posts(None, b"", "posts.csv", uuid4()))  # type: ignore[arg-type]
