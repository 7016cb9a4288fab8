"""Asking witnesses: they catch up, and whatever one does or says, the signer signs on and the alarm is on its disk."""

import asyncio
import http.server
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from chancery.clock import ManualClock
from chancery.log import alarms
from chancery.log.asking import Asking, HttpWitness, LocalWitness, sign_once
from chancery.log.checkpoints import Kept
from chancery.log.notes import COSIGNATURE, SigningKey
from chancery.log.signer import Signer
from chancery.log.sources import LogSource
from chancery.log.witness import Answer, Witness
from chancery.witnessing import serving
from tests.log.test_tree import grow

Connection = psycopg.Connection[TupleRow]
OURS = SigningKey.of("audit.example/w", bytes(range(1, 33)), COSIGNATURE)
OTHER = SigningKey.of("other.example/w", bytes(32), COSIGNATURE)


@pytest.fixture
async def signer(
    source: LogSource, key: SigningKey, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[Signer]:
    async with Signer(source, tmp_path / "log", [key], clock) as made:
        yield made


@pytest.fixture
def witness(tmp_path: Path, key: SigningKey, clock: ManualClock) -> Witness:
    return Witness(tmp_path / "w.sqlite", OURS, [key.verifier], clock)


class Says:
    """A witness that always gives one answer."""

    def __init__(self, answer: Answer | Exception, name: str = "bad") -> None:
        self.name, self.key, self._answer = name, OTHER.verifier, answer

    async def add_checkpoint(self, body: bytes) -> Answer:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


async def test_a_witness_catches_up_from_wherever_it_is(
    app: Connection, signer: Signer, witness: Witness, tmp_path: Path
) -> None:
    here = LocalWitness("here", OURS.verifier, witness)
    asking = Asking(signer, [here])
    for upto, asks in ((5, True), (9, False), (300, True), (301, True)):
        grow(app, upto)
        await signer.step()
        if asks:
            assert await asking.ask() == {"here": None}
            assert await asking.ask() == {}  # not twice about the same
            latest = Kept(tmp_path / "log").latest()
            assert latest is not None
            assert list(latest.witnessed([OURS.verifier])) == ["audit.example/w"]
    # A signer that has forgotten what the witness knows asks from nothing, is told, and proves the rest.
    (tmp_path / "log" / "witnesses").unlink()
    grow(app, 310)
    await signer.step()
    assert await Asking(signer, [here]).ask() == {"here": None}
    assert witness.watched()[0].size == 310
    assert witness.watched()[0].evidence == 0
    exact = Kept(tmp_path / "log").exactly(301)
    assert exact is not None
    assert exact.witnessed([OURS.verifier])  # history has it with its cosignature


async def test_a_heartbeat_renews_the_cosignature_and_no_history(
    app: Connection, signer: Signer, witness: Witness, clock: ManualClock, tmp_path: Path
) -> None:
    grow(app, 3)
    asking = Asking(signer, [LocalWitness("here", OURS.verifier, witness)])
    times = []
    for _ in range(3):
        await signer.step()
        await asking.ask()
        latest = Kept(tmp_path / "log").latest()
        assert latest is not None
        times.append(latest.witnessed([OURS.verifier])["audit.example/w"])
        clock.advance(timedelta(seconds=300))
    assert times == [times[0], times[0] + 300, times[0] + 600]
    assert len(list(Kept(tmp_path / "log").all())) == 2  # signed; cosigned


BAD: dict[str, tuple[Callable[[], Answer | Exception], str]] = {
    "away": (lambda: OSError("no route"), "witness.away"),
    "silent": (TimeoutError, "witness.away"),
    "broken": (lambda: Answer(500, "oops"), "witness.refuses"),
    "unknown log": (lambda: Answer(404, "who?\n"), "witness.log-unknown"),
    "unknown key": (lambda: Answer(403, "who?\n"), "witness.key-unknown"),
    "another history": (lambda: Answer(422, "no\n"), "witness.forked"),
    "ahead": (lambda: Answer(409, "9999\n"), "witness.ahead"),
    "no size": (lambda: Answer(409, "many\n"), "witness.nonsense"),
    "always behind": (lambda: Answer(409, "1\n"), "witness.nonsense"),
    "no signature": (lambda: Answer(200, "thanks\n"), "witness.nonsense"),
    "a stranger's signature": (lambda: Answer(200, OURS.sign("x\n", 1).line()), "witness.nonsense"),
    "a false signature": (lambda: Answer(200, OTHER.sign("x\n", 1).line()), "witness.nonsense"),
}


@pytest.mark.parametrize("name", BAD)
async def test_whatever_one_says_the_signer_signs_on(
    name: str, app: Connection, signer: Signer, witness: Witness, tmp_path: Path
) -> None:
    make, code = BAD[name]
    good = LocalWitness("here", OURS.verifier, witness)
    asking = Asking(signer, [Says(make()), good])
    for upto in (4, 8):
        grow(app, upto)
        made = await signer.step()
        assert made is not None
        assert await asking.ask(patient=False) == {"bad": code, "here": None}
        latest = Kept(tmp_path / "log").latest()
        assert latest is not None
        assert [s.name for s in latest.note.signatures][1:] == ["audit.example/w"]
    states = {state.name: state for state in alarms.witnesses(tmp_path / "log")}
    assert states["bad"].problem == code
    assert (states["here"].problem, states["here"].size) == (None, 8)
    assert alarms.standing(tmp_path / "log") is None


async def test_one_that_does_not_answer_is_left_in_peace_for_a_while(app: Connection, signer: Signer) -> None:
    asking = Asking(signer, [Says(OSError())])
    grow(app, 1)
    await signer.step()
    assert await asking.ask() == {"bad": "witness.away"}
    assert await asking.ask() == {}
    await asyncio.sleep(1.05)
    assert await asking.ask() == {"bad": "witness.away"}
    await asyncio.sleep(1.05)
    assert await asking.ask() == {}  # longer each time


async def test_a_second_history_gets_no_cosignature(  # noqa: PLR0917 - fixtures
    app: Connection,
    admin: Connection,
    source: LogSource,
    key: SigningKey,
    witness: Witness,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    """The key is stolen, the folder made anew over an edited log: signed, but not by who saw the first history."""
    here = [LocalWitness("here", OURS.verifier, witness)]
    grow(app, 30)
    await sign_once(source, tmp_path / "one", [key], clock, here)
    admin.execute(
        "UPDATE log.event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'R-3', 'R-4'), 'UTF8') WHERE position = 7"
    )
    for upto, problem in ((30, "witness.forked"), (40, "witness.forked")):
        grow(app, upto)
        forged = await sign_once(source, tmp_path / f"two-{upto}", [key], clock, here)
        assert forged.signed_by([key.verifier]) == [key.verifier]
        assert forged.witnessed([OURS.verifier]) == {}
        [state] = alarms.witnesses(tmp_path / f"two-{upto}")
        assert state.problem == problem
    assert witness.watched()[0].evidence == 2


@pytest.fixture
def deaf() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


class Garbage(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.wfile.write(b"SSH-2.0-what\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def garbage() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Garbage)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    running.join()
    server.server_close()


async def test_over_the_line(
    app: Connection, signer: Signer, witness: Witness, deaf: str, garbage: str, tmp_path: Path
) -> None:
    grow(app, 12)
    await signer.step()
    async with serving(witness, "127.0.0.1", 0) as address:
        good = HttpWitness("good", OURS.verifier, f"{address}/")
        others = [
            HttpWitness("deaf", OTHER.verifier, deaf, patience=0.3),
            HttpWitness("garbage", OTHER.verifier, garbage),
            HttpWitness("nobody", OTHER.verifier, "http://127.0.0.1:1"),
            HttpWitness("no name", OTHER.verifier, "http://nowhere.invalid"),
        ]
        started = time.monotonic()
        found = await Asking(signer, [good, *others]).ask()
        assert found == {"good": None} | {each.name: "witness.away" for each in others}
        assert time.monotonic() - started < 20
    assert witness.watched()[0].size == 12
