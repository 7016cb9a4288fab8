"""A witness signs one history: every answer of the protocol, many at once, over HTTP, and killed at any moment."""

import asyncio
import json
import random  # noqa: TID251 - seeded, and only to choose
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from chancery.clock import ManualClock
from chancery.log import merkle, notes
from chancery.log.checkpoints import Checkpoint
from chancery.log.keys import KeyRefused
from chancery.log.notes import COSIGNATURE, Note, NoteRefused, SigningKey
from chancery.log.witness import LARGEST_REQUEST, Answer, Witness, request
from chancery.witnessing import KEY, LOGS, serving, status_of, witness_in

LEAVES = [merkle.leaf_hash(n.to_bytes(2, "big")) for n in range(400)]
FORK = [*LEAVES[:50], merkle.leaf_hash(b"rewritten"), *LEAVES[51:]]
LOG = SigningKey.of("chancery-test", bytes(range(32)))
STRANGER = SigningKey.of("chancery-test", bytes(32))
WITNESS = SigningKey.of("audit.example/w", bytes(range(1, 33)), COSIGNATURE)


@pytest.fixture
def witness(tmp_path: Path, clock: ManualClock) -> Witness:
    return Witness(tmp_path / "w.sqlite", WITNESS, [LOG.verifier], clock)


def note(
    size: int, leaves: list[bytes] = LEAVES, key: SigningKey = LOG, origin: str = "chancery-test"
) -> str:
    text = Checkpoint(origin, size, merkle.root(leaves[:size])).text()
    return str(Note(text, (key.sign(text),)))


def asked(old: int, size: int, leaves: list[bytes] = LEAVES, **more: object) -> bytes:
    proof = merkle.consistency(leaves, old, size) if old <= size else []
    return request(old, proof, note(size, leaves, **more))  # type: ignore[arg-type]


def cosigned(answer: Answer, size: int, leaves: list[bytes] = LEAVES) -> bool:
    """Whether an answer holds a good cosignature over this tree."""
    text = Checkpoint("chancery-test", size, merkle.root(leaves[:size])).text()
    return answer.status == 200 and all(
        WITNESS.verifier.verifies(text, s) for s in notes.parse_signatures(answer.text)
    )


def test_it_follows_a_log_that_only_grows(witness: Witness, clock: ManualClock) -> None:
    old = 0
    for size in (0, 1, 7, 7, 64, 65, 399):
        clock.advance(timedelta(minutes=1))
        answer = witness.add_checkpoint(asked(old, size))
        assert cosigned(answer, size), answer
        [line] = notes.parse_signatures(answer.text)
        assert notes.time_of(line) == int(clock.now().timestamp())
        old = size
    latest = witness.latest("chancery-test")
    assert latest is not None
    assert latest.checkpoint.size == 399
    assert latest.signed_by([LOG.verifier]) == [LOG.verifier]
    assert list(latest.witnessed([WITNESS.verifier])) == ["audit.example/w"]
    assert witness.latest("chancery-other") is None


def test_every_refusal_has_its_status_and_changes_nothing(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 100)).status == 200
    good = asked(100, 200)
    cases = {
        404: [asked(100, 200, origin="chancery-other")],
        403: [asked(100, 200, key=STRANGER), asked(100, 200).replace(b"\n200\n", b"\n201\n")],
        409: [asked(0, 200), asked(99, 200), asked(50, 60), asked(101, 200)],
        422: [
            request(100, [], note(200)),
            request(100, merkle.consistency(LEAVES, 100, 200)[1:], note(200)),
            request(100, merkle.consistency(LEAVES, 99, 200), note(200)),
            request(100, merkle.consistency(FORK, 100, 200), note(200, FORK)),
            request(100, [LEAVES[0]], note(100)),
        ],
        400: [
            asked(200, 100),
            b"",
            b"old 100\n",
            good.replace(b"old 100", b"old 0100"),
            good.replace(b"old 100", b"old -1"),
            good.replace(b"old 100", b"new 100"),
            good.replace(b"old 100\n", b"old 100\nAAAA\n"),
            good.replace(b"old 100\n", b"old 100\n \n"),
            good.replace(b"\n\n", b"\n", 1),
            good[:-5],
            good + b"\xff\n",
            request(100, [LEAVES[0]] * 64, note(200)),
            b"x" * (LARGEST_REQUEST + 1),
        ],
    }
    for status, bodies in cases.items():
        for body in bodies:
            answer = witness.add_checkpoint(body)
            assert answer.status == status, (status, body[:80], answer)
            if status == 409:
                assert answer == Answer(409, "100\n", "text/x.tlog.size")
    latest = witness.latest("chancery-test")
    assert latest is not None
    assert latest.checkpoint.size == 100
    assert cosigned(witness.add_checkpoint(good), 200)  # the control: the good one was good


def test_a_second_history_is_never_cosigned_and_is_kept_as_evidence(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 100)).status == 200
    # The same size with another root; a longer one; with the stolen key, for all that a witness can tell.
    assert witness.add_checkpoint(asked(100, 100, FORK)).status == 409
    assert witness.add_checkpoint(asked(100, 200, FORK)).status == 422
    assert witness.add_checkpoint(asked(100, 200, FORK)).status == 422  # the same evidence again is no more
    assert sorted((kind, seen) for _, kind, seen, _ in witness.evidence("chancery-test")) == [
        ("no-proof", 100),
        ("other-root", 100),
    ]
    for _, _, _, kept in witness.evidence("chancery-test"):  # whoever has the key's public half can check it
        said = notes.parse(kept.partition("\n\n")[2])
        assert notes.signed_by(said, [LOG.verifier]) == [LOG.verifier]
    [watched] = witness.watched()
    assert watched.evidence == 2
    assert not status_of(witness)["ok"]


def test_what_somebody_replayed_without_its_proof_is_cleared_by_the_proof(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 100)).status == 200
    assert witness.add_checkpoint(request(100, [], note(200))).status == 422
    assert witness.watched()[0].evidence == 1
    assert witness.add_checkpoint(asked(100, 200)).status == 200
    assert witness.watched()[0].evidence == 0


def test_a_log_put_back_is_answered_with_what_was_seen(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 300)).status == 200
    for size in (10, 299):
        assert witness.add_checkpoint(asked(0, size)) == Answer(409, "300\n", "text/x.tlog.size")


def test_silence_is_seen_and_heard_again(witness: Witness, clock: ManualClock) -> None:
    def silent() -> bool:
        return witness.watched()[0].silent

    assert not silent()
    clock.advance(timedelta(seconds=901))
    assert silent()  # never anything
    assert witness.add_checkpoint(asked(0, 5)).status == 200
    assert not silent()
    clock.advance(timedelta(seconds=900))
    assert not silent()
    clock.advance(timedelta(seconds=1))
    assert silent()
    assert witness.add_checkpoint(asked(5, 5)).status == 200  # a heartbeat
    assert not silent()


def test_the_last_of_each_hour_is_kept(witness: Witness, clock: ManualClock) -> None:
    old = 0
    for size in (1, 2, 3, 4, 5, 6):
        assert witness.add_checkpoint(asked(old, size)).status == 200
        clock.advance(timedelta(minutes=25))
        old = size
    assert [s.checkpoint.size for s in witness.hourly("chancery-test")] == [2, 5, 6]


def test_what_others_signed_is_not_kept(witness: Witness) -> None:
    text = Checkpoint("chancery-test", 5, merkle.root(LEAVES[:5])).text()
    many = Note(text, (STRANGER.sign(text), LOG.sign(text), SigningKey.of("else", bytes(32)).sign(text)))
    assert witness.add_checkpoint(request(0, [], str(many))).status == 200
    latest = witness.latest("chancery-test")
    assert latest is not None
    assert [s.name for s in latest.note.signatures] == ["chancery-test", "audit.example/w"]


def test_many_at_once_get_one_history(tmp_path: Path, clock: ManualClock) -> None:
    """Two histories race through several threads and several witnesses on one file; what was cosigned is one of them."""
    given: list[tuple[int, list[bytes]]] = []
    statuses: set[int] = set()
    wrong: list[BaseException] = []

    def run(seed: int) -> None:
        try:
            chance = random.Random(seed)
            mine = Witness(tmp_path / "w.sqlite", WITNESS, [LOG.verifier], clock)
            leaves, old = (LEAVES if seed % 2 else FORK), 0
            for _ in range(25):
                size = min(old + chance.randint(0, 6), 390)
                answer = mine.add_checkpoint(asked(old, size, leaves))
                statuses.add(answer.status)
                if answer.status == 200:
                    assert cosigned(answer, size, leaves)
                    given.append((size, leaves))
                    old = size
                elif answer.status == 409:
                    old = int(answer.text)
        except BaseException as problem:  # noqa: BLE001 - shown below
            wrong.append(problem)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert {200, 409} <= statuses
    roots = {(size, merkle.root(leaves[:size])) for size, leaves in given}
    beyond = {leaves is FORK for size, leaves in given if size > 50}
    assert len({size for size, _ in roots}) == len(roots)  # one root for each size
    assert len(beyond) == 1  # where they differ, one of them
    latest = Witness(tmp_path / "w.sqlite", WITNESS, [LOG.verifier], clock).latest("chancery-test")
    assert latest is not None
    assert latest.checkpoint.size == max(size for size, _ in given)


def test_a_file_that_cannot_be_written_signs_nothing(witness: Witness, tmp_path: Path) -> None:
    assert witness.add_checkpoint(asked(0, 5)).status == 200
    with sqlite3.connect(tmp_path / "w.sqlite") as db:
        db.execute("CREATE TRIGGER no BEFORE INSERT ON hourly BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.Error):
        witness.add_checkpoint(asked(5, 9))
    latest = witness.latest("chancery-test")
    assert latest is not None
    assert latest.checkpoint.size == 5


def test_a_logs_key_makes_no_witness(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(NoteRefused):
        Witness(tmp_path / "w.sqlite", LOG, [LOG.verifier], clock)


# --- over HTTP, out of a folder of its own ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / KEY).write_text(f"{WITNESS.text()}\n")
    (tmp_path / KEY).chmod(0o600)
    (tmp_path / LOGS).write_text(f"# watched\n{LOG.verifier}\n")
    return tmp_path


async def test_over_http(folder: Path, clock: ManualClock) -> None:
    async with (
        serving(witness_in(folder, clock), "127.0.0.1", 0) as address,
        httpx2.AsyncClient(base_url=address) as client,
    ):
        answer = await client.post("/add-checkpoint", content=asked(0, 9))
        assert answer.status_code == 200
        assert cosigned(Answer(200, answer.text), 9)
        answer = await client.post("/add-checkpoint", content=asked(3, 9))
        assert (answer.status_code, answer.text) == (409, "9\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
        answer = await client.post("/add-checkpoint", content=b"x" * (LARGEST_REQUEST + 1))
        assert answer.status_code == 400
        assert (await client.get("/add-checkpoint")).status_code == 405
        status = await client.get("/status")
        assert status.status_code == 200
        said = json.loads(status.text)
        assert said["ok"] and said["key"] == str(WITNESS.verifier)
        assert said["logs"][0]["size"] == 9
        clock.advance(timedelta(hours=1))
        assert (await client.get("/status")).status_code == 503
        posts = [client.post("/add-checkpoint", content=asked(9, 9 + n)) for n in range(1, 9)]
        statuses = [answer.status_code for answer in await asyncio.gather(*posts)]
        assert sorted(statuses) == [200] + [409] * 7  # one of them was first


@pytest.mark.parametrize("spoil", ["open", "no logs", "bad logs", "witness in logs", "no key", "two keys"])
def test_a_folder_that_is_not_whole_is_refused(spoil: str, folder: Path, clock: ManualClock) -> None:
    match spoil:
        case "open":
            (folder / KEY).chmod(0o644)
        case "no logs":
            (folder / LOGS).unlink()
        case "bad logs":
            (folder / LOGS).write_text("what\n")
        case "witness in logs":
            (folder / LOGS).write_text(f"{WITNESS.verifier}\n")
        case "no key":
            (folder / KEY).unlink()
        case _:
            (folder / KEY).write_text(f"{WITNESS.text()}\n{WITNESS.text()}\n")
    with pytest.raises(KeyRefused):
        witness_in(folder, clock)
