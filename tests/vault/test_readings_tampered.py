"""The access log altered in the real table by the database's superuser, with every leaf made again: found, and where is named."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 - seeded by the attack and the trial's number

import psycopg
import pytest

from chancery.clock import ManualClock
from chancery.log.merkle import leaf_of
from chancery.readings import book, keeping
from chancery.readings.entry import Entry, Note
from chancery.readings.verify import Findings, verify
from tests.conftest import Database
from tests.rebuild.conftest import Opened, rehearsing  # noqa: F401
from tests.vault.reading_here import CASE, Here, Signer, entries, look

SIZE, REMOVED = 24, 5
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "100"))
START = datetime(2026, 5, 1, 8, tzinfo=UTC)


@dataclass(slots=True)
class Auditor:
    """Checkpoints and leaf hashes kept outside, and the table as it was."""

    here: Here
    signer: Signer
    database: Database
    rows: list[Entry]
    source: str = "kept elsewhere"

    @property
    def size(self) -> int:
        return len(self.rows)

    def leaf(self, position: int) -> bytes | None:
        return self.rows[position - 1].leaf

    async def verify(self, *, checkpoints: bool = True, leaves: bool = True) -> Findings:
        evidence = self.signer.evidence()
        if not checkpoints:
            evidence.statements.clear()
        if leaves:
            evidence.leaves.append(self)
        return await verify(self.here.pool, evidence)

    def write(self, rows: list[Entry]) -> None:
        """The whole table, as these rows: no trigger, no constraint, no right stands in a superuser's way."""
        with psycopg.connect(self.database.admin_url) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("ALTER TABLE vault.reading DROP CONSTRAINT IF EXISTS reading_leaf")
            connection.execute("ALTER TABLE vault.reading DROP CONSTRAINT IF EXISTS reading_whole_or_removed")
            connection.execute("TRUNCATE vault.reading")
            put = "INSERT INTO vault.reading (position, recorded_us, salt, body, leaf) VALUES (%s, %s, %s, %s, %s)"
            with connection.cursor() as cursor:
                cursor.executemany(put, [(r.position, r.recorded_us, r.salt, r.body, r.leaf) for r in rows])


@pytest.fixture
async def auditor(rehearsing: Opened, database: Database) -> AsyncIterator[Auditor]:  # noqa: F811
    """A log of 24 entries over a year, the first five without content by now; signed at three sizes."""
    async with rehearsing(ManualClock(START)) as desk:
        here = Here(desk)
        signer = await Signer.of(here)
        for n in range(SIZE - 1):
            desk.clock.set(START + timedelta(days=n))  # type: ignore[attr-defined]
            await book.put(here, [CASE if n % 2 else look(n)])
            if n in (7, 15):
                await signer.sign()
        desk.clock.set(START + timedelta(days=365 + REMOVED - 1, hours=1))  # type: ignore[attr-defined]
        assert await keeping.forget(here) == REMOVED
        await signer.sign()
        yield Auditor(here, signer, database, await entries(here))


def made(position: int, at: int, salt: bytes | None, body: bytes | None, leaf: bytes) -> Entry:
    """An entry with its leaf made again, as far as it has content."""
    if salt is None or body is None:
        return Entry(position, at, salt, body, leaf)
    return Entry(position, at, salt, body, leaf_of(position, at, salt + body))


def again(rows: list[Entry]) -> list[Entry]:
    """Positions without a gap, times that never run back, every leaf made again: what a careful forger leaves behind."""
    out: list[Entry] = []
    for n, row in enumerate(rows, start=1):
        at = max(row.recorded_us, out[-1].recorded_us if out else 0)
        out.append(made(n, at, row.salt, row.body, row.leaf))
    return out


def edited(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(REMOVED, SIZE - 1)
    body = Note("person", "p-h-dpo", "oversight", "Q", ("p-somebody-else",)).body()
    return n + 1, again([*rows[:n], Entry(0, rows[n].recorded_us, rows[n].salt, body, b""), *rows[n + 1 :]])


def deleted(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(REMOVED, SIZE - 1)
    return n + 1, again([*rows[:n], *rows[n + 1 :]])


def inserted(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(REMOVED, SIZE - 1)
    return n + 1, again(
        [*rows[:n], Entry(0, rows[n].recorded_us, b"\7" * 16, look(99).body(), b""), *rows[n:]]
    )


def back_dated(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(REMOVED + 1, SIZE - 1)
    at = rows[n - 1].recorded_us + 1  # a day earlier, and still after the one before
    return n + 1, again([*rows[:n], Entry(0, at, rows[n].salt, rows[n].body, b""), *rows[n + 1 :]])


def swapped(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(REMOVED, SIZE - 2)
    one, two = rows[n], rows[n + 1]
    pair = [
        Entry(0, one.recorded_us, two.salt, two.body, b""),
        Entry(0, two.recorded_us, one.salt, one.body, b""),
    ]
    return n + 1, again([*rows[:n], *pair, *rows[n + 2 :]])


def emptied(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    """Content taken away before its year was over; the leaf stays, so the tree is whole."""
    n = dice.randrange(REMOVED, SIZE - 1)
    return n + 1, [*rows[:n], Entry(n + 1, rows[n].recorded_us, None, None, rows[n].leaf), *rows[n + 1 :]]


def leaf_of_removed(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(REMOVED)
    return n + 1, [
        *rows[:n],
        Entry(n + 1, rows[n].recorded_us, None, None, dice.randbytes(32)),
        *rows[n + 1 :],
    ]


def rolled_back(rows: list[Entry], dice: Random) -> tuple[int, list[Entry]]:
    n = dice.randrange(16, SIZE)
    return n + 1, rows[:n]


ATTACKS: list[Callable[[list[Entry], Random], tuple[int, list[Entry]]]] = [
    edited, deleted, inserted, back_dated, swapped, emptied, leaf_of_removed, rolled_back,
]  # fmt: skip


async def attacked(auditor: Auditor, attack: Callable[..., tuple[int, list[Entry]]], times: int) -> None:
    for seed in range(times):
        place, rows = attack(auditor.rows, Random(f"{attack.__name__} {seed}"))
        auditor.write(rows)
        findings = await auditor.verify()
        exact = [one.position for one in findings.found if one.position and one.position == one.upto]
        # Where the tail is gone, so is the entry that said what was tidied: that is found too, at the positions it was about.
        first = [n for n in exact if n > REMOVED] if attack is rolled_back else exact
        assert first and first[0] == place, (seed, place, findings.found)
        # Without leaf hashes kept elsewhere, checkpoints alone say between which two positions.
        bare = await auditor.verify(leaves=False)
        assert any(one.position <= place <= one.upto for one in bare.found), (seed, place, bare.found)
        auditor.write(auditor.rows)
        assert (await auditor.verify()).ok


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.__name__)
async def test_what_was_altered_is_found_and_its_place_named(
    auditor: Auditor, attack: Callable[..., tuple[int, list[Entry]]]
) -> None:
    await attacked(auditor, attack, 5)


@pytest.mark.trials
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.__name__)
async def test_what_was_altered_is_found_at_every_place(
    auditor: Auditor, attack: Callable[..., tuple[int, list[Entry]]]
) -> None:
    await attacked(auditor, attack, max(TRIALS, 100))


@pytest.mark.parametrize("attack", [edited, deleted, inserted, back_dated, swapped], ids=lambda a: a.__name__)
async def test_the_control_without_a_checkpoint_a_careful_forger_is_not_found(
    auditor: Auditor, attack: Callable[..., tuple[int, list[Entry]]]
) -> None:
    auditor.write(attack(auditor.rows, Random(attack.__name__))[1])
    findings = await auditor.verify(checkpoints=False, leaves=False)
    assert findings.ok, findings.found


async def test_careless_alterations_are_found_in_the_table_alone(auditor: Auditor) -> None:
    rows = auditor.rows
    twelfth = rows[11]
    assert twelfth.salt is not None and twelfth.body is not None
    body = Note("person", "p-h-dpo", "oversight", "Q", ("p-other",)).body()
    spaced = twelfth.body + b" "
    tried = {
        "readings.leaf": Entry(12, twelfth.recorded_us, twelfth.salt, body, twelfth.leaf),
        "readings.time": made(12, rows[9].recorded_us - 1, twelfth.salt, twelfth.body, b""),
        "readings.bytes": made(12, twelfth.recorded_us, twelfth.salt, spaced, b""),
        "readings.half": Entry(12, twelfth.recorded_us, None, twelfth.body, twelfth.leaf),
        "readings.removed": Entry(12, twelfth.recorded_us, None, None, twelfth.leaf),
    }
    for code, row in tried.items():
        auditor.write([*rows[:11], row, *rows[12:]])
        findings = await auditor.verify(checkpoints=False, leaves=False)
        assert (12, code) in [(one.position, one.code) for one in findings.found], (code, findings.found)
    auditor.write([*rows[:11], *rows[12:]])
    [gap] = (await auditor.verify(checkpoints=False, leaves=False)).found
    assert (gap.position, gap.upto, gap.code) == (12, 12, "readings.gap")


async def test_content_put_back_and_content_removed_too_early_are_found(auditor: Auditor) -> None:
    rows = auditor.rows
    back = made(3, rows[2].recorded_us, b"\1" * 16, look(1).body(), b"")
    auditor.write([*rows[:2], back, *rows[3:]])
    found = (await auditor.verify(checkpoints=False, leaves=False)).found
    assert [(one.position, one.code) for one in found] == [(3, "readings.not_removed")]
    # Everything up to 20 emptied, and a tidying forged that says so: the times say that its year was not over.
    bare = [Entry(r.position, r.recorded_us, None, None, r.leaf) for r in rows[:20]]
    last = made(
        SIZE, rows[-1].recorded_us, b"\2" * 16, Note("tidied", "engine", "engine", upto=20).body(), b""
    )
    auditor.write([*bare, *rows[20:-1], last])
    found = (await auditor.verify(checkpoints=False, leaves=False)).found
    assert [(one.position, one.code) for one in found] == [(SIZE, "readings.early")]


async def test_a_column_that_says_another_thing_than_the_bytes_is_found(auditor: Auditor) -> None:
    with psycopg.connect(auditor.database.admin_url) as admin:
        admin.execute("ALTER TABLE vault.reading ALTER COLUMN reader DROP EXPRESSION")
        admin.execute("UPDATE vault.reading SET reader = 'p-nobody' WHERE position = 9")
    found = (await auditor.verify()).found
    assert [(one.position, one.code) for one in found] == [(9, "readings.column")]


async def test_twenty_clean_runs_raise_no_alarm(auditor: Auditor) -> None:
    for n in range(20):
        await book.put(auditor.here, [look(n)])
        findings = await auditor.verify()
        assert findings.ok and findings.signed == SIZE and findings.size == SIZE + n + 1
