"""Logs to export: events of real shape, a signer's key, a witness's, checkpoints as the signer writes them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chancery.export.making import VERIFIER, make
from chancery.export.ranges import Ranges
from chancery.export.request import Anchor, Chooser, Everything, Made, Request
from chancery.log.checkpoints import Checkpoint, Signed
from chancery.log.notes import COSIGNATURE, Note, SigningKey
from chancery.log.store import EventLog, Recorded
from chancery.log.tree import LogTree

WITNESS = SigningKey.of("witness.example/audit", b"w" * 32, COSIGNATURE)
COSIGNED = 1_777_960_800
"""When the witness cosigned: 2026-05-05T06:00:00Z."""


@dataclass(frozen=True, slots=True)
class Only:
    """Gives the bytes of these positions."""

    positions: frozenset[int]

    async def of(self, recorded: Sequence[Recorded], /) -> set[int]:
        return {one.position for one in recorded} & self.positions


@dataclass(frozen=True, slots=True)
class Ground:
    """A log with its keys."""

    log: EventLog
    tree: LogTree
    key: SigningKey

    @property
    def vkey(self) -> str:
        return str(self.key.verifier)

    async def signed(self, size: int | None = None) -> Signed:
        """The checkpoint of a size, by the log's key and the witness's."""
        size = await self.log.head() if size is None else size
        origin, _ = await self.log.origin()
        checkpoint = Checkpoint(origin, size, await self.tree.root(size))
        text = checkpoint.text()
        note = Note(text, (self.key.sign(text), WITNESS.sign(text, COSIGNED)))
        return Signed(checkpoint, str(note))

    async def anchor(self, size: int | None = None) -> Anchor:
        return Anchor(await self.signed(size), (self.vkey, str(WITNESS.verifier)), rehearsal=False)

    async def export(
        self,
        target: Path,
        *parts: tuple[int, int],
        size: int | None = None,
        bodies: Chooser | None = None,
        cuts: tuple[int, ...] = (),
        **more: object,
    ) -> Made:
        """An export of these ranges; without any, of the whole log."""
        anchor = await self.anchor(size)
        wanted = Ranges.of(parts or [(1, anchor.signed.checkpoint.size)])
        request = Request(wanted, bodies or Everything(), "reader", cuts=cuts, **more)  # type: ignore[arg-type]
        return await make(self.log, self.tree, anchor, request, target)


def verify(*arguments: object, program: str = sys.executable, script: Path = VERIFIER) -> tuple[int, str]:
    """Run the verifier by itself, without anything of ours to import; its exit code and all that it said."""
    done = subprocess.run(
        [program, "-I", str(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def lines(target: Path) -> list[dict[str, object]]:
    """The lines of a folder's events.jsonl."""
    return [json.loads(line) for line in (target / "events.jsonl").read_text(encoding="utf-8").splitlines()]
