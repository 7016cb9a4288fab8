"""A signer that is ended at every single call that touches the disk; run by test_crash.py as a program of its own.

Each trial is a child made by fork: it lets the signer work and ends itself with SIGKILL at the n-th call. With `cut` the power
goes too: what had not been flushed is lost, in full or in part: appended bytes, and names that were put in place. Another child
then finds what is left and goes on, sometimes over a log whose unsigned end is another by then.

Every signature that was ever to be seen anywhere is collected, and all of them must tell one history.
"""

import asyncio
import json
import os
import random  # noqa: TID251 - seeded
import shutil
import signal
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog

from chancery.clock import ManualClock
from chancery.log import alarms, merkle
from chancery.log.alarms import SignerStopped
from chancery.log.checkpoints import Kept, opened
from chancery.log.notes import SigningKey
from chancery.log.signer import Signer
from chancery.log.sources import Row

KEY: Final = SigningKey.of("chancery-test", bytes(32))
STEPS: Final = (3, 250, 258, 530)
"""How long the log is at each signature: across the ends of tiles."""


class Memory:
    """A log in memory; from `fork` on its bodies are others."""

    name = "log"

    def __init__(self, fork: int | None) -> None:
        self.size = 0
        self._fork = fork

    def row(self, position: int) -> Row:
        other = self._fork is not None and position > self._fork
        body = b"other" if other else b"body"
        return Row(position, position, body, merkle.leaf_of(position, position, body))

    async def origin(self) -> str:
        return "chancery-test"

    async def head(self) -> int:
        return self.size

    async def rows(self, after: int, limit: int) -> list[Row]:
        return [self.row(p) for p in range(after + 1, min(self.size, after + limit) + 1)]


class Disk:
    """Counts the calls that touch the disk, and ends the process at one of them; knows what a power cut would lose."""

    def __init__(self, at: int, *, cut: bool, seed: int) -> None:
        self._at, self._cut, self._chance = at, cut, random.Random(seed)
        self.calls = 0
        self._written: dict[str, int] = {}
        self._placed: list[tuple[str, bytes | None]] = []
        self._real = {name: getattr(os, name) for name in ("fsync", "replace", "write", "unlink", "rmdir")}
        for name in self._real:
            setattr(os, name, getattr(self, name))

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            if self._cut:
                self._lose()
            os.kill(os.getpid(), signal.SIGKILL)

    def _lose(self) -> None:
        for path, length in self._written.items():
            if os.path.exists(path):  # noqa: PTH110
                end = os.path.getsize(path)  # noqa: PTH202
                os.truncate(path, self._chance.randint(min(length, end), end))
        for path, before in reversed(self._placed):
            if self._chance.random() < 0.7:
                if before is None:
                    Path(path).unlink(missing_ok=True)
                elif os.path.isdir(os.path.dirname(path)):  # noqa: PTH112, PTH120
                    Path(path).write_bytes(before)

    def fsync(self, handle: int) -> None:
        self._call()
        path = str(Path(f"/proc/self/fd/{handle}").readlink())
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            self._placed = [each for each in self._placed if os.path.dirname(each[0]) != path]  # noqa: PTH120
        self._written.pop(path, None)

    def replace(self, source: Any, target: Any) -> None:
        self._call()
        before = Path(target).read_bytes() if Path(target).exists() else None
        self._placed.append((str(target), before))
        self._real["replace"](source, target)

    def write(self, handle: int, content: bytes) -> int:
        self._call()
        path = str(Path(f"/proc/self/fd/{handle}").readlink())
        if path.startswith("/") and "history" in path:
            self._written.setdefault(path, os.fstat(handle).st_size)
            if self.calls + 1 == self._at and not self._cut:
                content = content[: len(content) // 2]  # half a line, and then the end
        return int(self._real["write"](handle, content))

    def unlink(self, path: Any, **more: Any) -> None:
        self._call()
        self._real["unlink"](path, **more)

    def rmdir(self, path: Any, **more: Any) -> None:
        self._call()
        self._real["rmdir"](path, **more)


def work(folder: Path, source: Memory, upto: int, disk: Disk | None = None) -> None:
    """Let a signer work until the log has `upto` rows."""
    if disk is None:
        os.fsync = lambda _: None  # the machine stays up from here on

    async def run() -> None:
        async with Signer(source, folder, [KEY], ManualClock(datetime(2026, 5, 5, tzinfo=UTC))) as signer:
            for size in (*(s for s in STEPS if s < upto), upto):
                source.size = max(size, signer.size)
                await signer.step()

    asyncio.run(run())


def in_child(function: Any) -> int:
    """Run in a forked child; the signal that ended it, or its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 9
        try:
            function()
            code = 0
        except SignerStopped:
            code = 3
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def seen(folder: Path) -> dict[int, bytes]:
    """Every checkpoint that can be found. Raises AssertionError where two of a size differ or a signature is false."""
    kept = Kept(folder)
    found: dict[int, bytes] = {}
    for signed in (*kept.all(), *((kept.latest(),) if kept.latest() else ())):
        assert signed is not None
        opened(signed.note_text, "chancery-test", [KEY.verifier])
        root = found.setdefault(signed.checkpoint.size, signed.checkpoint.root)
        assert root == signed.checkpoint.root, "two roots of one size"
    return found


def trial(folder: Path, at: int, seed: int, *, cut: bool) -> str:
    """One end of the process at call `at`; what became of it."""
    chance = random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    ended = in_child(lambda: work(folder, Memory(None), STEPS[-1], Disk(at, cut=cut, seed=seed)))
    assert os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL, ended
    before = seen(folder)
    state = alarms.signed(folder)
    floor = state.size if state else 0
    assert max(before, default=0) <= floor, "a signature was out before the state was down"
    # The unsigned end is another by now; or the signed end is, which must stop it.
    below = chance.random() < 0.2 and floor > 0
    fork = chance.randint(0, floor - 1) if below else chance.choice((None, floor, floor + 1))
    again = in_child(lambda: work(folder, Memory(fork), STEPS[-1] + 70))
    after = seen(folder)
    assert {size: after[size] for size in before} == before, "a signature is gone"
    if below:
        assert os.WEXITSTATUS(again) == 3, again
        assert after == before, "it signed a second history"
        return "stopped"
    assert again == 0, again
    leaves = [Memory(fork).row(p).leaf for p in range(1, STEPS[-1] + 71)]
    for size, root in after.items():
        assert root == merkle.root(leaves[:size]), f"size {size} is of another history"
    assert max(after) == STEPS[-1] + 70
    return "went on"


def signs_first() -> None:
    """A control: a signer that publishes a signature and only then writes down that it made it."""
    replace, waiting = Signer._replace, {}

    def late(self: Signer, name: str, content: bytes) -> None:
        if name == "state":
            waiting["state"] = content
            return
        replace(self, name, content)
        if name == "checkpoint":
            replace(self, "state", waiting.pop("state"))

    Signer._replace = late  # type: ignore[method-assign]


def main(folder: Path, every: int, seed: int, *, control: bool) -> None:
    if control:
        signs_first()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    measured = folder / "calls"

    def count() -> None:
        disk = Disk(-1, cut=False, seed=0)
        work(folder / "whole", Memory(None), STEPS[-1], disk)
        measured.write_text(str(disk.calls))

    assert in_child(count) == 0
    calls = int(measured.read_text())
    outcomes: dict[str, int] = {}
    for at in range(1 + seed % every, calls + 1, every):
        for cut in (False, True):
            outcome = trial(folder / "log", at, seed * 100_003 + at * 2 + cut, cut=cut)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    sys.stdout.write(json.dumps({"calls": calls, "outcomes": outcomes}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), control="control" in sys.argv)
