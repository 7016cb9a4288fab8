"""Asking witnesses for cosignatures. A witness that is away or objects never stops the signer: it is noted, and an alarm raised.

What a witness answers is not signed, unless it is a cosignature: somebody on the line could say anything, so nothing that it
says can make the signer stop. That a log was put back is for the signer to see by itself, and for the reader to see in a
checkpoint without cosignature.
"""

import asyncio
import http.client
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog

from chancery.clock import Clock
from chancery.log import alarms, durable, notes
from chancery.log.alarms import WitnessState
from chancery.log.checkpoints import Signed
from chancery.log.notes import NoteRefused, Signature, SigningKey, Verifier
from chancery.log.signer import Signer
from chancery.log.sources import Source
from chancery.log.tiles import TilesDamaged
from chancery.log.witness import Answer, Witness, request

PATIENCE: Final = 3.0
"""Seconds for an answer."""
AGAIN: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds until a witness that did not answer is asked again: longer each time."""
_LARGEST: Final = 1 << 16
_log: Final = structlog.get_logger(__name__)


class Asked(Protocol):
    """A witness that can be asked."""

    @property
    def name(self) -> str:
        """What we call it."""
        ...

    @property
    def key(self) -> Verifier:
        """By which its cosignatures are known."""
        ...

    async def add_checkpoint(self, body: bytes) -> Answer:
        """Its answer. Raises OSError when it cannot be reached."""
        ...


@dataclass(frozen=True, slots=True)
class HttpWitness:
    """A witness at an address: `url` is its submission prefix, without `/add-checkpoint`."""

    name: str
    key: Verifier
    url: str
    patience: float = PATIENCE

    async def add_checkpoint(self, body: bytes) -> Answer:
        """See Asked."""
        return await asyncio.to_thread(self._post, body)

    def _post(self, body: bytes) -> Answer:
        where = urlsplit(self.url)
        connection: http.client.HTTPConnection
        if where.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(where.netloc, timeout=self.patience, context=context)
        else:
            connection = http.client.HTTPConnection(where.netloc, timeout=self.patience)
        try:
            path = f"{where.path.rstrip('/')}/add-checkpoint"
            connection.request("POST", path, body, {"Content-Type": "text/plain; charset=utf-8"})
            answer = connection.getresponse()
            text = answer.read(_LARGEST).decode("utf-8", "replace")
            return Answer(answer.status, text, answer.headers.get("Content-Type", ""))
        except http.client.HTTPException as problem:
            raise OSError(type(problem).__name__) from None
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class LocalWitness:
    """A witness in this process: for tests."""

    name: str
    key: Verifier
    witness: Witness

    async def add_checkpoint(self, body: bytes) -> Answer:
        """See Asked."""
        return await asyncio.to_thread(self.witness.add_checkpoint, body)


class Asking:
    """Asks the witnesses of one signer, and keeps how each of them stands in the signer's folder (`witnesses`)."""

    def __init__(self, signer: Signer, witnesses: Sequence[Asked]) -> None:
        self._signer = signer
        self._witnesses = list(witnesses)
        try:
            known = alarms.witnesses(signer.folder)
        except (ValueError, TypeError, OSError):
            known = []
        self._states: dict[str, WitnessState] = {state.name: state for state in known}
        self._rest: dict[str, tuple[float, int]] = {}
        """Until when a witness is left in peace, and how often in a row it gave no good answer."""
        self._done: dict[str, int] = {}
        """Which signature of the signer a witness cosigned last."""

    @property
    def names(self) -> list[str]:
        """The witnesses, by what we call them."""
        return [witness.name for witness in self._witnesses]

    async def ask(
        self, names: Sequence[str] | None = None, *, patient: bool = True
    ) -> Mapping[str, str | None]:
        """Ask about the newest checkpoint; for each witness that was asked: None, or the code of what was wrong.

        With `patient`, one that cosigned the last signature is not asked again, and one that gave no good answer not so soon.
        """
        signed, signature = self._signer.latest, self._signer.signatures
        if signed is None:
            return {}
        chosen = [
            w
            for w in self._witnesses
            if (names is None or w.name in names) and (not patient or self._due(w.name, signature))
        ]
        if not chosen:
            return {}
        problems = await asyncio.gather(*(self._one(witness, signed) for witness in chosen))
        found = {witness.name: problem for witness, problem in zip(chosen, problems, strict=True)}
        self._done |= {name: signature for name, problem in found.items() if problem is None}
        states = [self._states[w.name] for w in self._witnesses if w.name in self._states]
        durable.replace(self._signer.folder / "witnesses", alarms.witness_lines(states))
        return found

    def _due(self, name: str, signature: int) -> bool:
        return self._done.get(name) != signature and self._rest.get(name, (0.0, 0))[0] <= time.monotonic()

    async def _one(self, witness: Asked, signed: Signed) -> str | None:
        try:
            problem, cosignatures = await self._converse(witness, signed)
        except OSError:
            problem, cosignatures = "witness.away", ()
        except (NoteRefused, ValueError, TilesDamaged):
            problem, cosignatures = "witness.nonsense", ()
        self._signer.add(signed.checkpoint.size, cosignatures)
        self._note(witness.name, signed.checkpoint.size, problem)
        return problem

    async def _converse(self, witness: Asked, signed: Signed) -> tuple[str | None, tuple[Signature, ...]]:
        """Ask, with the proof from where the witness says that it is."""
        size = signed.checkpoint.size
        known = self._states.get(witness.name)
        old = min(known.size, size) if known else 0
        own = notes.Note(
            signed.note.text, tuple(s for s in signed.note.signatures if s.name == signed.checkpoint.origin)
        )
        for _ in range(3):
            proof = await asyncio.to_thread(self._signer.tiles.consistency, old, size)
            answer = await witness.add_checkpoint(request(old, proof, str(own)))
            if answer.status == 200:
                true = [s for s in notes.parse_signatures(answer.text) if witness.key.verifies(own.text, s)]
                return (None, tuple(true)) if true else ("witness.nonsense", ())
            if answer.status != 409:
                return _CODES.get(answer.status, "witness.refuses"), ()
            found = re.fullmatch(r"(0|[1-9][0-9]{0,18})\n", answer.text)
            if found is None:
                return "witness.nonsense", ()
            seen = int(found[1])
            if seen == old == size:
                return "witness.forked", ()  # it knows another root of this very size
            if seen > size:
                return "witness.ahead", ()
            old = seen
        return "witness.nonsense", ()

    def _note(self, name: str, size: int, problem: str | None) -> None:
        now = int(self._signer.clock.now().timestamp())
        last = self._states.get(name) or WitnessState(name, 0, 0, None, now)
        since = last.since if last.problem == problem else now
        if problem is None:
            self._states[name] = WitnessState(name, size, now, None, since)
            self._rest.pop(name, None)
            return
        self._states[name] = WitnessState(name, last.size, last.at, problem, since)
        times = self._rest.get(name, (0.0, 0))[1]
        self._rest[name] = (time.monotonic() + AGAIN[min(times, len(AGAIN) - 1)], times + 1)
        if last.problem != problem:
            _log.error("alarm: a witness does not cosign", code=problem, kind=self._signer.name, size=size)


_CODES: Final = {
    400: "witness.refuses",
    403: "witness.key-unknown",
    404: "witness.log-unknown",
    422: "witness.forked",
}


async def sign_once(
    source: Source, folder: Path, keys: Sequence[SigningKey], clock: Clock, witnesses: Sequence[Asked] = ()
) -> Signed:
    """Sign a log as it is now, ask every witness, and let go of the folder. Raises what `Signer` raises."""
    async with Signer(source, folder, keys, clock) as signer:
        await signer.step()
        await Asking(signer, witnesses).ask(patient=False)
        assert signer.latest is not None
        return signer.latest
