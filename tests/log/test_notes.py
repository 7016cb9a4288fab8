"""Signed notes and checkpoints: Go's and C2SP's own examples, one spelling of everything, nothing altered is believed."""

import base64
import random  # noqa: TID251 - seeded, and only to choose
from pathlib import Path

import pytest

from chancery.log import notes
from chancery.log.checkpoints import Checkpoint, Kept, Signed, line_of, opened
from chancery.log.keys import KeyRefused, make_key, read_keys
from chancery.log.merkle import leaf_hash
from chancery.log.notes import COSIGNATURE, Note, NoteRefused, SigningKey, Verifier
from chancery.log.policy import Policy, PolicyRefused

# golang.org/x/mod/sumdb/note: the key and the note of its documentation.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT
    + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# c2sp.org/tlog-cosignature: the checkpoint of its documentation (its keys are not published).
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
LOG = SigningKey.of("chancery-test", bytes(range(32)))
WITNESS = SigningKey.of("audit.example/w", bytes(range(1, 33)), COSIGNATURE)


def test_gos_example_to_the_byte() -> None:
    key, known = SigningKey.parse(SKEY), Verifier.parse(VKEY)
    assert key.verifier == known
    assert str(known) == VKEY
    assert key.text() == SKEY
    assert str(Note(TEXT, (key.sign(TEXT),))) == SIGNED
    assert notes.signed_by(notes.parse(SIGNED), [known]) == [known]
    assert SKEY.split("+", 4)[4] not in repr(key)  # a key in a traceback shows its public half


def test_c2sps_example_is_read() -> None:
    note = notes.parse(EXAMPLE)
    assert str(note) == EXAMPLE
    assert Checkpoint.parse(note.text).size == 20852163
    assert Checkpoint.parse(note.text).text() == note.text
    assert [s.name for s in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert notes.time_of(note.signatures[1]) == 1679315147  # the specification says so
    assert notes.time_of(note.signatures[0]) is None


def test_a_cosignature_says_when_and_is_no_other_signature() -> None:
    text = Checkpoint("chancery-test", 5, leaf_hash(b"x")).text()
    line = WITNESS.sign(text, 1_777_961_400)
    key = WITNESS.verifier
    assert notes.time_of(line) == 1_777_961_400
    assert key.verifies(text, line)
    later = notes.Signature(line.name, line.key_id, (1_777_961_401).to_bytes(8, "big") + line.value[8:])
    assert not key.verifies(text, later)
    assert not key.verifies(text.replace("5", "6"), line)
    assert not LOG.verifier.verifies(text, line)
    # One secret under two types gives two keys: what a witness signs is never a log's signature.
    as_log = SigningKey.of(WITNESS.verifier.name, WITNESS.seed)
    assert as_log.verifier.key_id != key.key_id
    assert not as_log.verifier.verifies(
        text, notes.Signature(line.name, as_log.verifier.key_id, line.value[8:])
    )


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no signature\n",
        "text\n\n",
        TEXT,
        SIGNED[:-1],
        SIGNED.replace("\n\n", "\n"),
        SIGNED.replace("\u2014 ", "- "),
        SIGNED.replace("\u2014 ", "\u2013 "),
        SIGNED.replace("\u2014 ", "\u2014  "),
        SIGNED.replace("\u2014 PeterNeumann ", "\u2014  "),
        SIGNED.replace("PeterNeumann x", "Peter+Neumann x"),
        SIGNED.replace("PeterNeumann x", "Peter\u00a0Neumann x"),
        SIGNED.replace("JnAM=", "JnAN="),  # the same bytes in another spelling
        SIGNED.replace("JnAM=", "JnAM"),
        SIGNED.replace("x08g", "x0 8g"),
        SIGNED.replace("x08go", "x08g_"),
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("think", "thi\tnk"),
        SIGNED + "\n",
        SIGNED + "more\n",
        SIGNED + "\u2014 a YWJj\n",
        "\n\n\u2014 a YWJjZGU=\n",
        SIGNED + "\u2014 a YWJjZGU=\n" * 100,
    ],
)
def test_a_note_that_is_not_in_form_is_refused(bad: str) -> None:
    with pytest.raises(NoteRefused) as refused:
        notes.parse(bad)
    assert refused.value.code == "note.form"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NoteRefused):
        notes.parse(SIGNED.encode().replace(b"think", b"\xff\xfe"))
    assert str(notes.parse(SIGNED.encode())) == SIGNED


def test_the_last_empty_line_divides() -> None:
    text = "one\n\ntwo\n\n\nthree\n"
    note = notes.parse(str(Note(text, (LOG.sign(text),))))
    assert note.text == text
    assert notes.signed_by(note, [LOG.verifier]) == [LOG.verifier]


@pytest.mark.parametrize(
    "bad",
    [
        VKEY.replace("c74f", "c74e"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("ARpc", "ARpd"),
        VKEY.replace("+AR", "+Ag"),
        VKEY[:-1],
        VKEY.replace("PeterNeumann", ""),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
        "x" + VKEY,
        "",
        SKEY,
    ],
)
def test_a_key_that_was_copied_wrongly_is_refused(bad: str) -> None:
    with pytest.raises(NoteRefused):
        Verifier.parse(bad)
    with pytest.raises(NoteRefused):
        SigningKey.parse("PRIVATE+KEY+" + bad)


def test_a_false_signature_by_a_known_key_spoils_the_note_and_an_unknown_one_does_not() -> None:
    text = "text\n"
    stranger = SigningKey.of("stranger", bytes(32))
    good = Note(text, (LOG.sign(text), stranger.sign(text)))
    assert notes.signed_by(good, [LOG.verifier]) == [LOG.verifier]
    false = Note(text, (LOG.sign("other\n"), stranger.sign(text)))
    with pytest.raises(NoteRefused) as refused:
        notes.signed_by(false, [LOG.verifier, stranger.verifier])
    assert refused.value.code == "note.signature"
    assert notes.signed_by(false, [stranger.verifier]) == [stranger.verifier]
    namesake = SigningKey.of("chancery-test", bytes(32))
    assert notes.signed_by(good, [namesake.verifier]) == []


@pytest.mark.parametrize(
    "bad",
    [
        "o\n5\n",
        "o\n5\nAAAA\n",
        "\n5\n{root}\n",
        "o\n05\n{root}\n",
        "o\n-5\n{root}\n",
        "o\n+5\n{root}\n",
        "o\n5 \n{root}\n",
        "o\n\u0665\n{root}\n",
        "o\n9223372036854775808\n{root}\n",
        "o\n99999999999999999999\n{root}\n",
        "o\n5\n{root}",
        "o\n5\n{root}\n\nmore\n",
        "o\n5\n {root}\n",
    ],
)
def test_a_checkpoint_has_one_spelling(bad: str) -> None:
    root = base64.b64encode(leaf_hash(b"")).decode()
    with pytest.raises(NoteRefused) as refused:
        Checkpoint.parse(bad.replace("{root}", root))
    assert refused.value.code == "note.checkpoint"


def test_a_checkpoint_may_say_more_and_keeps_it() -> None:
    made = Checkpoint("o", 0, leaf_hash(b""), ("more", "and more"))
    assert Checkpoint.parse(made.text()) == made


def signed(size: int, *witnesses: SigningKey, at: int = 1) -> Signed:
    checkpoint = Checkpoint("chancery-test", size, leaf_hash(str(size).encode()))
    text = checkpoint.text()
    return Signed(checkpoint, str(Note(text, (LOG.sign(text), *(w.sign(text, at) for w in witnesses)))))


def test_opening_a_checkpoint_says_what_is_wrong_with_it() -> None:
    note = signed(7, WITNESS).note_text
    assert opened(note, "chancery-test", [LOG.verifier]).checkpoint.size == 7
    other = SigningKey.of("chancery-test", bytes(32))
    for code, text, origin, keys in (
        ("note.origin", note, "chancery-other", [LOG.verifier]),
        ("note.unsigned", note, "chancery-test", [other.verifier]),
        ("note.unsigned", note, "chancery-test", []),
        ("note.unsigned", note, "chancery-test", [WITNESS.verifier]),
        ("note.signature", note.replace("\n7\n", "\n8\n"), "chancery-test", [LOG.verifier]),
        ("note.form", note[:-3], "chancery-test", [LOG.verifier]),
    ):
        with pytest.raises(NoteRefused) as refused:
            opened(text, origin, keys)
        assert refused.value.code == code


# --- kept -------------------------------------------------------------------------------------------------------------


def test_nothing_is_kept_yet(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert kept.latest() is kept.at_least(0) is kept.exactly(1) is None
    assert list(kept.all()) == []


def test_history_is_found_by_halving_at_every_size(tmp_path: Path) -> None:
    """Over several days, sizes repeated with more cosignatures, lines of uneven length, a last line half written."""
    chance = random.Random(4)
    (tmp_path / "history").mkdir()
    sizes: list[int] = []
    size = 0
    for day in range(1, 6):
        with (tmp_path / "history" / f"2026-05-0{day}").open("ab") as file:
            for _ in range(chance.randint(1, 40)):
                size += chance.choice((1, 1, 2, 17))
                sizes.append(size)
                file.write(line_of(signed(size), 0))
                if chance.random() < 0.5:
                    file.write(line_of(signed(size, WITNESS), 0))
            if day == 5:
                file.write(line_of(signed(size + 1), 0)[:-20])
    kept = Kept(tmp_path)
    for wanted in range(size + 3):
        expected = min((s for s in sizes if s >= wanted), default=None)
        found = kept.at_least(wanted)
        assert (found.checkpoint.size if found else None) == expected, wanted
        exact = kept.exactly(wanted)
        assert (exact is not None) == (wanted in sizes)
    assert sorted({s.checkpoint.size for s in kept.all()}) == sizes
    assert {s.checkpoint.size for s in kept.all(sizes[20])} == set(sizes[20:])
    twice = next(s for s in kept.all() if len(s.note.signatures) == 2)
    found = kept.exactly(twice.checkpoint.size)
    assert found is not None
    assert found.witnessed([WITNESS.verifier]) == {"audit.example/w": 1}  # the line with the most


# --- keys in files ----------------------------------------------------------------------------------------------------


def test_a_key_lives_in_a_file_of_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.skey"
    made = make_key(path, "chancery-test")
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_keys(path) == [made]
    with pytest.raises(KeyRefused) as refused:
        make_key(path, "chancery-test")
    assert refused.value.code == "key.there"
    assert read_keys(path) == [made]
    with pytest.raises(KeyRefused) as refused:
        read_keys(path, COSIGNATURE)
    assert refused.value.code == "key.file"
    path.chmod(0o640)
    with pytest.raises(KeyRefused) as refused:
        read_keys(path)
    assert refused.value.code == "key.open"
    with pytest.raises(KeyRefused) as refused:
        read_keys(tmp_path / "none")
    assert refused.value.code == "key.missing"
    path.chmod(0o600)
    path.write_text(made.text().replace("+", "-", 1))
    with pytest.raises(KeyRefused) as refused:
        read_keys(path)
    assert refused.value.code == "key.file"
    assert made.text().split("+", 4)[4] not in str(refused.value)  # never the secret


# --- policy -----------------------------------------------------------------------------------------------------------


def witness(name: str, n: int) -> SigningKey:
    return SigningKey.of(name, bytes([n]) * 32, COSIGNATURE)


W1, W2, W3 = witness("w.example/1", 1), witness("w.example/2", 2), witness("w.example/3", 3)
POLICY = f"""\
# who is believed
log {LOG.verifier}
witness one {W1.verifier} https://w.example/1
  witness two\t{W2.verifier}

witness three {W3.verifier}
group some 1 one two
group both all some three
quorum both
"""


def test_a_policy_says_how_many_are_enough() -> None:
    policy = Policy.parse(POLICY)
    assert policy.logs_of("chancery-test") == [LOG.verifier]
    assert policy.logs_of("chancery-other") == []
    assert [w.url for w in policy.witnesses] == ["https://w.example/1", None, None]
    enough = {
        (): False,
        (W1,): False,
        (W3,): False,
        (W1, W2): False,
        (W1, W3): True,
        (W2, W3): True,
        (W1, W2, W3): True,
        (W1, WITNESS): False,
    }
    for keys, holds in enough.items():
        assert policy.witnessed(signed(3, *keys)) is holds
    assert Policy.parse("quorum none\n").witnessed(signed(3))
    false = signed(3, W1, W3).note_text.replace("\n3\n", "\n4\n")
    with pytest.raises(NoteRefused):
        policy.witnessed(Signed.parse(false))


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ("", 0),
        ("quorum none", 0),
        (POLICY.replace("quorum both\n", ""), 0),
        (POLICY + "quorum some\n", 10),
        (POLICY.replace("quorum both", "quorum all"), 9),
        (POLICY.replace("group some 1", "group some 3"), 7),
        (POLICY.replace("group some 1", "group some 0"), 7),
        (POLICY.replace("all some three", "all some one"), 8),
        (POLICY.replace("witness three", "witness one"), 6),
        (POLICY.replace(str(W3.verifier), str(W1.verifier)), 6),
        (POLICY.replace(str(W3.verifier), str(LOG.verifier)), 6),
        (POLICY.replace(f"log {LOG.verifier}", f"log {W1.verifier}"), 2),
        (POLICY.replace("https://", "ftp://"), 3),
        (POLICY.replace("group some", "crowd some"), 7),
        (POLICY.replace("\n", "\r\n"), 0),
    ],
)
def test_a_policy_that_cannot_be_read_is_refused_by_its_line(bad: str, line: int) -> None:
    with pytest.raises(PolicyRefused, match=f"line {line}:" if line else "log.policy"):
        Policy.parse(bad)
