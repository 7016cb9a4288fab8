"""Who read what never comes into a report: the same bytes before and after, and nothing in the reports' room that asks for it."""

from __future__ import annotations

from pathlib import Path

import chancery.reports
from chancery.readings import book
from chancery.readings.entry import Note
from tests.made import FOCAL, HEAD
from tests.reports.conftest import Story
from tests.vault.reading_here import CASE, Here

READ = (
    CASE,
    Note("person", HEAD.code, "head", "Q", (FOCAL.code,), form="page"),
    Note("report", HEAD.code, "manager", "Q", (FOCAL.code,), form="pdf"),
    Note("report", FOCAL.code, "self", "Q", (FOCAL.code,), form="page"),
    Note("review", HEAD.code, "second", "Q", (FOCAL.code,)),
)


async def test_a_report_is_the_same_to_the_byte_however_often_it_was_read(story: Story) -> None:
    await story.on(4).task()
    await story.on(5).complete()
    head = await story.desk.log.head()
    before = (await story.report(as_of=head)).json()
    now = (await story.report()).json()
    noted = await book.put(Here(story.desk), READ)
    assert len(noted) == len(READ)
    assert (await story.report(as_of=head)).json() == before
    assert (await story.report()).json() == now
    assert await story.desk.log.head() == head  # a reading is no event of the log
    await story.on(6).task("o-2")
    assert (await story.report()).json() != now  # the control: what happened does change it


def test_nothing_in_the_reports_room_names_the_access_log() -> None:
    files = sorted(Path(chancery.reports.__file__).parent.rglob("*.py"))
    assert files
    said = {
        path.name for path in files if "vault.reading" in path.read_text() or "readings_" in path.read_text()
    }
    assert said == set()
