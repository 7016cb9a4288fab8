"""What tests of the access log share: something to write readings with, and readings to write."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from chancery.desk import Desk
from chancery.log.checkpoints import Checkpoint
from chancery.log.evidence import Evidence, gather, policy_of
from chancery.log.notes import Note as SignedNote
from chancery.log.notes import SigningKey
from chancery.readings import book
from chancery.readings.entry import Entry, Mark, Note
from chancery.readings.tree import ReadingTree, origin_of

MARK = Mark("0b1f6f0e-5f0c-4c38-9a5e-7c9b0c8f4a11", "ab" * 16)
CASE = Note("case", "p-fp", "holder", "Q", mark=MARK)


@dataclass(slots=True)
class Here:
    """All that readings ask of an installation."""

    desk: Desk

    @property
    def pool(self) -> Any:
        return self.desk.log.pool


def look(n: int) -> Note:
    """A look at the record of a person of its own."""
    return Note("person", "p-h-audit", "oversight", "Q", (f"p-{n}",), form="page")


async def entries(here: Here) -> list[Entry]:
    """Everything in the access log."""
    return await book.page(here.pool, 0, 1_000_000, 1_000_000)


async def some(here: Here, n: int) -> None:
    """So many readings, one by one."""
    for number in range(1, n + 1):
        await book.put(here, [CASE if number % 3 == 0 else look(number)])


class Signer:
    """A checkpoint of the access log as it stands, kept outside the database: what a signer and an auditor do."""

    def __init__(self, here: Here, origin: str) -> None:
        self.here = here
        self.origin = origin
        self.key = SigningKey.of(origin, secrets.token_bytes(32))
        self.notes: list[tuple[str, str]] = []

    @classmethod
    async def of(cls, here: Here) -> Signer:
        return cls(here, await origin_of(here.desk.log))

    async def sign(self) -> None:
        tree = ReadingTree(self.here.pool)
        size = await tree.head()
        text = Checkpoint(self.origin, size, await tree.root(size)).text()
        self.notes.append((str(size), str(SignedNote(text, (self.key.sign(text),)))))

    def evidence(self, kept: Path | None = None) -> Evidence:
        return gather(self.origin, policy_of([str(self.key.verifier)], ()), given=self.notes, kept=kept)


def as_superuser(url: str, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """What the database's own administrator does: no trigger, no constraint, no right stands in the way."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE vault.reading DROP CONSTRAINT IF EXISTS reading_leaf")
        connection.execute("ALTER TABLE vault.reading DROP CONSTRAINT IF EXISTS reading_whole_or_removed")
        for statement, parameters in statements:
            connection.execute(statement.encode(), parameters)
