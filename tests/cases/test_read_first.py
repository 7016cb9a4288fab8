"""Nothing of a case is opened that is not written down first: the access log is committed, or nothing is shown."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from chancery.cases import record
from chancery.cases.intake import receive
from chancery.readings import book
from tests.cases.conftest import Bureau
from tests.made import FOCAL


async def test_where_the_access_log_cannot_be_written_nothing_of_a_case_is_opened(office: Bureau) -> None:
    case, _ = await receive(office, FOCAL, "Q", urgent=False, record={"words": "an alert"})
    with psycopg.connect(office.database.admin_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE vault.reading ADD CONSTRAINT shut CHECK (position < 0) NOT VALID")
        with pytest.raises(psycopg.Error):
            await record.history(office, FOCAL, case)
        admin.execute("ALTER TABLE vault.reading DROP CONSTRAINT shut")
    shown = await record.history(office, FOCAL, case)  # the control
    assert shown.lines
    [entry] = await book.page(office.desk.log.pool, 0, 10, 10)
    assert (entry.note.by, entry.note.basis, entry.note.mission) == (FOCAL.code, "lead", "Q")


async def test_the_reading_is_committed_before_the_vault_is_opened(
    office: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = await receive(office, FOCAL, "Q", urgent=False, record={"words": "an alert"})
    there: list[int] = []
    opens = type(office.vault).open_many

    async def watched(self: Any, source: Any, *more: Any, **named: Any) -> Any:
        async with await psycopg.AsyncConnection.connect(
            office.database.app_url
        ) as other:  # sees what is committed
            cursor = await other.execute("SELECT vault.readings_head()")
            there.extend(await cursor.fetchone() or ())
        return await opens(self, source, *more, **named)

    monkeypatch.setattr(type(office.vault), "open_many", watched)
    await record.history(office, FOCAL, case)
    assert there and min(there) == 1
