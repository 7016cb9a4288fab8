"""What counts as a checkpoint and what does not; and a table that holds a position twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chancery.log.against import GIVEN, WITNESSED
from chancery.log.alarms import Alarm, SignerStopped
from chancery.log.checkpoints import Checkpoint
from chancery.log.evidence import Evidence, gather, policy_of
from chancery.log.merkle import EMPTY
from chancery.log.notes import COSIGNATURE, Note, NoteRefused, SigningKey
from chancery.log.policy import Policy
from chancery.log.verify import verify
from chancery.verifying import Wanted, verified
from tests.conftest import NOW
from tests.tamper import hands
from tests.tamper.ground import ORIGIN, Ground

LOG = SigningKey.of(ORIGIN, b"l" * 32)
ONE, TWO, THREE = (SigningKey.of(f"w{n}.example", bytes([n]) * 32, COSIGNATURE) for n in (1, 2, 3))
THIEF = SigningKey.of(ORIGIN, b"t" * 32)


def note(*cosigners: SigningKey, origin: str = ORIGIN, key: SigningKey = LOG, size: int = 0) -> str:
    text = Checkpoint(origin, size, EMPTY).text()
    return str(Note(text, (key.sign(text), *(w.sign(text, 1) for w in cosigners))))


def given(policy: Policy, *notes: str) -> Evidence:
    return gather(ORIGIN, policy, given=[("note", text) for text in notes])


def keys(*witnesses: SigningKey) -> Policy:
    return policy_of([str(LOG.verifier)], [str(w.verifier) for w in witnesses])


def test_standing_is_what_the_signatures_make_of_it() -> None:
    both = given(keys(ONE, TWO), note(), note(TWO))
    assert [(s.standing, s.signed) for s in both.statements] == [(GIVEN, True), (WITNESSED, True)]
    assert given(keys(), note(ONE)).statements[0].standing == GIVEN, "a witness that nobody asked for"
    unknown = given(policy_of((), ()), note(key=THIEF))
    assert [(s.standing, s.signed) for s in unknown.statements] == [(GIVEN, False)]
    lines = "".join(f"witness w{n} {w.verifier}\n" for n, w in enumerate((ONE, TWO, THREE), 1))
    two_of_three = Policy.parse(f"log {LOG.verifier}\n{lines}group g 2 w1 w2 w3\nquorum g\n")
    counted = given(two_of_three, note(ONE), note(ONE, THREE))
    assert [s.standing for s in counted.statements] == [GIVEN, WITNESSED]


def _false_signature() -> str:
    return note().replace(LOG.sign(Checkpoint(ORIGIN, 0, EMPTY).text()).line(), LOG.sign("other\n").line())


def _false_cosignature() -> str:
    return note(ONE).replace(
        ONE.sign(Checkpoint(ORIGIN, 0, EMPTY).text(), 1).line(), ONE.sign("other\n", 1).line()
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (note(key=THIEF), "checkpoint.signature"),
        (_false_signature(), "checkpoint.signature"),
        (_false_cosignature(), "checkpoint.signature"),
        (note(origin="elsewhere", key=SigningKey.of("elsewhere", b"l" * 32)), "log.origin"),
        (note()[:-1], "checkpoint.unreadable"),
        (note().replace("\n0\n", "\n00\n"), "checkpoint.unreadable"),
        ("", "checkpoint.unreadable"),
    ],
)
def test_what_is_no_checkpoint_of_this_log_is_a_finding_and_counts_for_nothing(text: str, code: str) -> None:
    made = given(keys(ONE), text)
    assert ([f.code for f in made.found], made.statements) == ([code], [])
    assert made.found[0].message


def test_keys_of_the_other_kind_are_refused() -> None:
    with pytest.raises(NoteRefused, match="not the key of a witness"):
        policy_of([], [str(LOG.verifier)])
    with pytest.raises(NoteRefused, match="not the key of a log"):
        policy_of([str(ONE.verifier)], [])


def _forged(folder: Path, ground: Ground) -> None:
    text = Checkpoint(ORIGIN, ground.signed, b"\1" * 32).text()
    (folder / "checkpoint").write_text(str(Note(text, (THIEF.sign(text),))))


def _signed_twice(folder: Path, ground: Ground) -> None:
    text = Checkpoint(ORIGIN, ground.dumps[1].size, b"\1" * 32).text()
    (folder / "checkpoint").write_text(str(Note(text, (ground.log_key.sign(text),))))


def _spoiled(folder: Path, ground: Ground) -> None:
    day = min((folder / "history").iterdir())
    day.write_bytes(b"{}\n" + day.read_bytes())


def _tile(folder: Path, ground: Ground) -> None:
    for tile in (folder / "tile" / "0").rglob("*"):
        if tile.is_file():
            leaves = bytearray(tile.read_bytes())
            leaves[32 * 19] ^= 1
            tile.write_bytes(leaves)


def _alarm(folder: Path, ground: Ground) -> None:
    (folder / "alarm").write_bytes(Alarm(1, SignerStopped("signer.leaf", position=7)).line())


@pytest.mark.parametrize(
    ("spoil", "code", "position"),
    [
        (_forged, "checkpoint.signature", 0),
        (_signed_twice, "checkpoint.fork", 0),
        (_spoiled, "checkpoint.unreadable", 0),
        (_tile, "leaves.changed", 20),
        (_alarm, "signer.alarm", 7),
    ],
)
async def test_a_folder_that_was_tampered_with_is_found_though_the_log_is_whole(
    ground: Ground, tmp_path: Path, spoil: Callable[[Path, Ground], None], code: str, position: int
) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(ground.folder, folder)
    with ground.copy() as trial:
        async with trial.log() as log:
            wanted = Wanted(
                folder=folder,
                keys=[str(ground.log_key.verifier)],
                witnesses=[str(ground.witness_key.verifier)],
                views=False,
            )
            assert (await verified(log, wanted, NOW)).ok
            spoil(folder, ground)
            found = await verified(log, wanted, NOW)
            assert [(f.code, f.position) for f in found.found] == [(code, position)]
            shutil.rmtree(folder)
            bare = await verified(log, replace(wanted, keys=(), witnesses=()), NOW)
            assert bare.ok
            assert {n.code for n in bare.notices} == {"table-only", "views-not-compared"}


async def test_a_position_that_stands_there_twice_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground.copy() as trial:
        with trial.admin() as admin:
            admin.execute("ALTER TABLE log.event DROP CONSTRAINT event_pkey")
            admin.execute("ALTER TABLE log.event DROP CONSTRAINT event_stream_version_key")
            admin.execute("ALTER TABLE log.event DROP CONSTRAINT event_stream_event_id_key")
            one = hands.entries(admin)[9]
            hands.insert(admin, 10, one.recorded_us, one.stream, one.event)
        async with trial.log() as log:
            assert [(f.code, f.position) for f in (await verify(log)).found][:1] == [("log.twice", 10)]
            monkeypatch.setattr(
                "chancery.log.verify.PAGE", 10
            )  # the second one falls into the crack between pages
            assert [f.code for f in (await verify(log)).found] == ["log.count"]
