"""A log that looks another way to each who reads it: what stands between a reader and the rows is found."""

from __future__ import annotations

import pytest

from chancery.log.faces import two_faced
from chancery.log.verify import verify
from chancery.verifying import Wanted, verified
from tests.conftest import NOW
from tests.tamper import hands
from tests.tamper.ground import Ground


@pytest.mark.parametrize(
    ("statements", "table", "what"),
    [
        (
            (
                "ALTER TABLE log.event ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY hides ON log.event TO chancery_app USING (true)",
            ),
            "log.event",
            "row-policy",
        ),
        (
            (
                "ALTER TABLE log.stream RENAME TO other",
                "CREATE VIEW log.stream AS SELECT id, name FROM log.other",
                "GRANT SELECT ON log.stream TO chancery_app",
            ),
            "log.stream",
            "no-table",
        ),
        (
            ("CREATE TABLE log.more () INHERITS (log.event)", "GRANT SELECT ON log.more TO chancery_app"),
            "log.event",
            "inheritance",
        ),
        (("CREATE RULE quiet AS ON UPDATE TO view.task DO INSTEAD NOTHING",), "view.task", "rule"),
    ],
)
async def test_what_stands_between_is_named(
    ground: Ground, statements: tuple[str, ...], table: str, what: str
) -> None:
    with ground.copy() as trial:
        async with trial.log() as log:
            assert await two_faced(log) == []
            with trial.admin() as admin:
                for statement in statements:
                    admin.execute(statement.encode())
            assert (await verify(log)).ok, "the control: what this reader is shown is whole"
            found = await verified(log, Wanted(views=False), NOW)
        assert [(f.code, dict(f.params)) for f in found.found] == [
            ("log.table", {"table": table, "what": what})
        ]


async def test_bytes_that_no_view_can_hold_are_a_finding_and_no_crash(ground: Ground) -> None:
    """A flipped bit once made a due instant that PostgreSQL refuses: `2026-p8-06`."""
    with ground.copy() as trial:
        with trial.admin() as admin:
            hands.frozen(admin)
            one = next(e for e in hands.entries(admin) if b'"due_at":"2026-0' in e.body)
            worn = one.body.replace(b'"due_at":"2026-0', b'"due_at":"2026-p')
            admin.execute("UPDATE log.event SET body = %s WHERE position = %s", [worn, one.position])
        async with trial.log() as log:
            found = await verified(log, Wanted(), NOW)
    assert {f.code for f in found.found} >= {"log.leaf", "view.unreadable"}
    assert found.first is not None
    assert (found.first.position, found.first.exact) == (one.position, True)
