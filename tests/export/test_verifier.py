"""The verifier stands alone, is short enough to be read, and its own Ed25519 is Ed25519."""

from __future__ import annotations

import ast
import random  # noqa: TID251 - seeded
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chancery.export.making import VERIFIER
from chancery.log import merkle
from chancery.log.notes import COSIGNATURE, SigningKey
from tests.export.made import WITNESS, Ground, verify

alone: Any = import_module("chancery.data.verify")

# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def test_it_is_one_short_file_of_the_standard_library() -> None:
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {
        alias.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names
    }
    imported |= {str(n.module).partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names and "hashlib" in imported


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(secret: str, public: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert key.public_key().public_bytes_raw().hex() == public  # copied rightly
    assert alone.signs(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


def test_it_agrees_with_another_ed25519_and_refuses_every_mutant() -> None:
    chance = random.Random(25519)
    for _ in range(5):
        key, message = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)), chance.randbytes(40)
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert alone.signs(public, message, signature)
        bit = chance.randrange(64 * 8)
        bent = bytearray(signature)
        bent[bit // 8] ^= 1 << bit % 8
        assert not alone.signs(public, message, bytes(bent))
        assert not alone.signs(public, message + b"!", signature)
        assert not alone.signs(
            Ed25519PrivateKey.generate().public_key().public_bytes_raw(), message, signature
        )
        # The same signature with the order added to its second half: RFC 8032, 5.1.7 refuses it.
        s = int.from_bytes(signature[32:], "little") + alone.ORDER
        assert not alone.signs(public, message, signature[:32] + s.to_bytes(32, "little"))
        assert not alone.signs(public, message, signature[:-1]) and not alone.signs(
            public, message, signature + b"\0"
        )


def test_its_tree_is_the_tree_at_every_size_and_every_cut() -> None:
    leaves = [merkle.leaf_hash(bytes([n % 256, n // 256])) for n in range(130)]
    for size in [*range(1, 70), 127, 128, 129, 130]:
        tree = alone.Tree(size, range(size))
        assert tree.fill(enumerate(leaves[:size], 1), {}) == merkle.root(leaves[:size])
        assert all(tree.roots[cut] == merkle.root(leaves[:cut]) for cut in range(size))
        some = random.Random(size).sample(range(1, size + 1), min(size, 5))
        bundle = merkle.bundle(leaves, some, size)
        given = [(p, leaves[p - 1]) for p in sorted(some)]
        assert alone.Tree(size).fill(given, bundle["nodes"]).hex() == bundle["root"]
        for name in list(bundle["nodes"])[:3]:
            rest = {key: value for key, value in bundle["nodes"].items() if key != name}
            with pytest.raises(ValueError, match=r"gap|ends at"):
                alone.Tree(size).fill(given, rest)


async def test_an_old_python_runs_it(ground: Ground, tmp_path: Path) -> None:
    old = next((found for v in ("3.9", "3.10") if (found := shutil.which(f"python{v}"))), None)
    if old is None:
        pytest.skip("no older Python here")
    await ground.export(tmp_path / "export")
    code, said = verify(tmp_path / "export", "--key", ground.vkey, program=old)
    if "not found" in said:
        pytest.skip("no older Python here")
    assert code == 0 and said.count("OK ") == 4, said


async def test_keys_are_held_against_those_known_from_elsewhere(ground: Ground, tmp_path: Path) -> None:
    await ground.export(tmp_path / "export")
    stranger = SigningKey.of(ground.key.verifier.name, b"s" * 32)
    code, said = verify(tmp_path / "export", "--key", stranger.verifier)
    assert code == 1 and "WRONG  signature: there is no signature by the key" in said
    other = SigningKey.of("witness.example/other", b"o" * 32, COSIGNATURE)
    assert verify(tmp_path / "export", "--key", ground.vkey, "--witness", other.verifier)[0] == 1
    code, said = verify(tmp_path / "export", "--witness", WITNESS.verifier)
    assert code == 0 and "NOTE   no --key of the log was given" in said and "prove nothing" in said


async def test_a_fork_is_seen_by_whoever_kept_an_older_checkpoint(ground: Ground, tmp_path: Path) -> None:
    """The stolen key signs another history; the note of the true one contradicts it."""
    from chancery.log.checkpoints import Checkpoint
    from chancery.log.notes import Note

    await ground.export(tmp_path / "export")
    origin, _ = await ground.log.origin()
    text = Checkpoint(origin, 12, b"\x01" * 32).text()
    (tmp_path / "fork.txt").write_text(str(Note(text, (ground.key.sign(text),))), encoding="utf-8")
    code, said = verify(tmp_path / "export", "--key", ground.vkey, "--older", tmp_path / "fork.txt")
    assert code == 1 and "a fork" in said
    true = (await ground.signed(12)).note_text
    (tmp_path / "true.txt").write_text(true, encoding="utf-8")
    assert verify(tmp_path / "export", "--key", ground.vkey, "--older", tmp_path / "true.txt")[0] == 0
    unsigned = true.replace(true.split("— ")[1], WITNESS.sign("x", 1).line()[2:])
    (tmp_path / "unsigned.txt").write_text(unsigned, encoding="utf-8")
    assert verify(tmp_path / "export", "--key", ground.vkey, "--older", tmp_path / "unsigned.txt")[0] == 1


async def test_wrong_use_is_two(ground: Ground, tmp_path: Path) -> None:
    await ground.export(tmp_path / "export")
    (tmp_path / "text").write_text("no export", encoding="utf-8")
    for arguments in (
        [],
        [tmp_path / "nowhere"],
        [tmp_path / "text"],
        [tmp_path / "export", "--key", "chancery+00000000+AAAA"],
        [tmp_path / "export", "--older", tmp_path / "text"],
        [tmp_path / "export", "--report", tmp_path / "text"],
        [tmp_path / "export", "--what"],
    ):
        code, said = verify(*arguments)
        assert code == 2 and "Traceback" not in said, said
