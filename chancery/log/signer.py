"""The signer: re-reads the log's bytes and signs how long it is and what its root is.

It reads with a role that can do nothing else, keeps its own tree in files, and signs only trees that add to what it signed
before. What it is about to sign is on its disk *before* the signature leaves it (`state`), so that neither a kill at any
instant nor a log put back to an older copy can make it sign a second history. The order of a signature: tiles, state,
history, checkpoint.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from chancery.clock import Clock
from chancery.log import alarms, durable
from chancery.log.alarms import HEARTBEAT, Alarm, SignerStopped, State
from chancery.log.checkpoints import Checkpoint, Kept, Signed, last_of, line_of
from chancery.log.notes import Note, Signature, SigningKey
from chancery.log.reread import PAGE, Reread
from chancery.log.sources import Source
from chancery.log.tiles import Growing, Tiles, TilesDamaged

_log: Final = structlog.get_logger(__name__)


class Signer:
    """Signs one log into one folder. Use it as `async with Signer(…) as signer`, and call `step` again and again.

    Entering raises durable.Busy (another signer has the folder), SignerStopped (an alarm stands, or the folder is not what it
    was), OSError. Every method may raise psycopg.OperationalError and OSError: try again later.
    """

    def __init__(
        self,
        source: Source,
        folder: Path,
        keys: Sequence[SigningKey],
        clock: Clock,
        *,
        heartbeat: int = HEARTBEAT,
    ) -> None:
        """`keys`: all of them sign, so that a new key can be introduced beside the old one. `heartbeat`: in seconds."""
        self.folder = folder
        self.clock = clock
        self.latest: Signed | None = None
        self.signatures = 0
        """How often this process has signed; a heartbeat counts too."""
        self._source = source
        self._keys = list(keys)
        self._heartbeat = heartbeat
        self._held = ExitStack()
        self._origin = ""
        self._day, self._published, self._signed_at = "", -1, 0

    async def __aenter__(self) -> Self:
        durable.make_folder(self.folder / "history")
        self._held.enter_context(durable.held(self.folder))
        try:
            await self._open()
        except BaseException:
            self._held.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def tiles(self) -> Tiles:
        """The hashes of the tree, for proofs."""
        return Tiles(self.folder)

    @property
    def name(self) -> str:
        """Of the log: `log`, `readings`."""
        return self._source.name

    @property
    def size(self) -> int:
        """How much of the log is in its tree."""
        return self._rows.tree.size

    async def step(self) -> Signed | None:
        """Sign what the log has come to; None if it has not grown and no heartbeat is due.

        Raises SignerStopped, after the alarm is on the disk: nothing more will be signed.
        """
        try:
            found = await self._source.origin()
            if found != self._origin:
                raise SignerStopped("signer.origin", found=found, origin=self._origin)
            await self._rows.take()
        except (SignerStopped, TilesDamaged) as problem:
            raise self._stop(problem) from None
        now = self._now()
        grown = self.latest is None or self.latest.checkpoint.size != self._rows.tree.size
        if not grown and now < self._signed_at + self._heartbeat:
            return None
        return self._sign(now)  # not in a thread: `add` must not come between

    async def look_back(self, limit: int = PAGE) -> int:
        """Compare so many of the rows that were signed long ago with what was signed, and go round and round. Where it is now.

        Raises SignerStopped, after the alarm is on the disk.
        """
        try:
            return await self._rows.look_back(max(self._published, 0), limit)
        except (SignerStopped, TilesDamaged) as problem:
            raise self._stop(problem) from None

    def add(self, size: int, cosignatures: Sequence[Signature]) -> None:
        """Keep what witnesses added to the newest checkpoint; of one that is not the newest any more it is forgotten."""
        if self.latest is None or self.latest.checkpoint.size != size or not cosignatures:
            return
        had = {(s.name, s.key_id) for s in self.latest.note.signatures}
        self.latest = Signed(self.latest.checkpoint, str(self.latest.note.with_signatures(cosignatures)))
        if any((s.name, s.key_id) not in had for s in cosignatures):  # only the time is another: no news
            self._remember(self.latest)
        self._replace("checkpoint", self.latest.note_text.encode())

    def _sign(self, now: int) -> Signed:
        tree = self._rows.tree
        checkpoint = Checkpoint(self._origin, tree.size, tree.root())
        text = checkpoint.text()
        tree.flush()
        # Before any signature over it leaves this function.
        self._replace("state", State(self._origin, tree.size, checkpoint.root, now).line())
        self._signed_at = now
        note = Note(text, tuple(key.sign(text) for key in self._keys))
        if self.latest is not None and self.latest.note.text == text:
            note = self.latest.note.with_signatures(note.signatures)
        made = Signed(checkpoint, str(note))
        if self._published < tree.size:
            self._remember(made)
        self._replace("checkpoint", made.note_text.encode())
        self.latest = made
        self.signatures += 1
        return made

    def _remember(self, made: Signed) -> None:
        """Add a line to history; never to an older day than the last, because its sizes only grow, whatever the clock says."""
        self._day = max(self.clock.now().date().isoformat(), self._day)
        durable.append(self.folder / "history" / self._day, line_of(made, self._now()))
        self._published = made.checkpoint.size

    def _stop(self, problem: SignerStopped | TilesDamaged) -> SignerStopped:
        why = problem if isinstance(problem, SignerStopped) else _altered(str(problem))
        self._replace("alarm", Alarm(self._now(), why).line())
        _log.error("alarm: the signer stops", code=why.code, position=why.position, kind=self.name)
        return why

    def _replace(self, name: str, content: bytes) -> None:
        durable.replace(self.folder / name, content)

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    # --- opening ------------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        """Find out what was signed before. What is not as it was left is refused: rather no signature than a second history."""
        alarm = alarms.standing(self.folder)
        if alarm is not None:
            raise alarm.why
        self._origin = await self._source.origin()
        for key in self._keys:
            if key.verifier.name != self._origin:
                raise SignerStopped("signer.key", name=key.verifier.name, origin=self._origin)
        try:
            self._rows = Reread(self._source, await asyncio.to_thread(self._left))
        except (ValueError, KeyError, TilesDamaged) as problem:
            raise _altered(str(problem)) from None
        self.signatures = int(self.latest is not None)
        vkeys = "".join(f"{key.verifier}\n" for key in self._keys)
        self._replace("vkey", vkeys.encode())

    def _left(self) -> Growing:
        """The tree as it was signed last. Raises SignerStopped, ValueError, KeyError, TilesDamaged."""
        durable.sweep(self.folder)
        days = sorted((self.folder / "history").glob("????-??-??"))
        for day in days[-1:]:
            durable.mend(day)
            self._day = day.name
        self._published = next((size for size in map(last_of, reversed(days)) if size is not None), -1)
        state = alarms.signed(self.folder)
        self.latest = Kept(self.folder).latest()
        if state is None:
            if self._published >= 0 or self.latest is not None:
                raise _altered("state is missing")
            return Growing(self.folder, 0)
        if state.origin != self._origin:
            raise SignerStopped("signer.origin", found=self._origin, origin=state.origin)
        tree = Growing(self.folder, state.size)
        if tree.root() != state.root or self._published > state.size:
            raise _altered("tiles or history are not those of the state")
        if self.latest is not None:
            stated = self.latest.checkpoint
            if stated.size > state.size or (stated.size == state.size and stated.root != state.root):
                raise _altered("the checkpoint is not that of the state")
        self._signed_at = state.at
        return tree


def _altered(what: str) -> SignerStopped:
    return SignerStopped("signer.state", what=what)


def acknowledge(folder: Path) -> Alarm | None:
    """Put away the alarm that stands in a folder, into the list of past ones; None if there is none.

    For a person who has looked into it. The signer then looks at the log again and stops again if it is still so.
    """
    alarm = alarms.standing(folder)
    if alarm is not None:
        durable.append(folder / "alarms", alarm.line())
        (folder / "alarm").unlink()
        durable.sync_folder(folder)
    return alarm
