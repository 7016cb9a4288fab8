"""Whatever bit of an export is changed is found, or stands where the verifier says that nothing is signed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random  # noqa: TID251 - seeded, and only to choose
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.export.made import WITNESS, Ground, Only

alone: Any = import_module("chancery.data.verify")
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "200"))
UNSIGNED = ("README.txt", "verify.py", "tile/")
"""What proves nothing, as the verifier says at its end."""
FREE = {
    "schema",
    "rehearsal",
    "positions",
    "redacted",
    "redaction",
    "older",
    "made_with",
    "purpose",
    "recipient",
}
"""What manifest.json says and nothing else repeats, where no export was approved."""


def checked(target: Path, vkey: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = alone.main([str(target), "--key", vkey, "--witness", str(WITNESS.verifier)])
    return code, capsys.readouterr().out


def flipped(target: Path, seed: int) -> Generator[tuple[str, bytes, bytes], None, None]:
    """For ever: one bit of one file changed, every byte of the export as likely as any other, and put back."""
    chance = random.Random(seed)
    names = sorted(f.relative_to(target).as_posix() for f in target.rglob("*") if f.is_file())
    weights = [max(400, (target / name).stat().st_size) for name in names]  # small files are looked at too
    while True:
        [name] = chance.choices(names, weights)
        before = (target / name).read_bytes()
        after = bytearray(before)
        bit = chance.randrange(len(before) * 8)
        after[bit // 8] ^= 1 << bit % 8
        (target / name).write_bytes(after)
        yield name, before, bytes(after)
        (target / name).write_bytes(before)


@pytest.mark.parametrize("times", [12, pytest.param(TRIALS, marks=pytest.mark.trials)])
async def test_every_bit_by_accident(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str], times: int
) -> None:
    target = tmp_path / "export"
    await ground.export(target, bodies=Only(frozenset(range(1, 30))))
    assert checked(target, ground.vkey, capsys)[0] == 0
    places = flipped(target, seed=times)
    for _ in range(times):
        name, *_ = next(places)
        code, said = checked(target, ground.vkey, capsys)
        assert code == 1 and "WRONG" in said, f"{name} (seed {times})"
    places.close()


@pytest.mark.parametrize("times", [30, pytest.param(TRIALS, marks=pytest.mark.trials)])
async def test_every_bit_on_purpose(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str], times: int
) -> None:
    """Whoever changes a bit makes SHA256SUMS agree: then signatures, leaves and the tree have to find it."""
    target = tmp_path / "export"
    await ground.export(target, (1, 7), (12, 30), bodies=Only(frozenset(range(1, 20))), cuts=(25,))
    places, found = flipped(target, seed=times), 0
    for _ in range(times):
        name, before, after = next(places)
        sums(target)
        code, _ = checked(target, ground.vkey, capsys)
        assert code == 1 or nothing_signed(name, before, after), f"{name} (seed {times})"
        found += code
    places.close()
    assert found > times / 4


def sums(target: Path) -> None:
    names = sorted(f.relative_to(target).as_posix() for f in target.rglob("*") if f.is_file())
    text = "".join(
        f"{hashlib.sha256((target / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
        if name != "SHA256SUMS"
    )
    (target / "SHA256SUMS").write_text(text, encoding="utf-8")


def nothing_signed(name: str, before: bytes, after: bytes) -> bool:
    """Whether a change stands where nothing is signed, or changes the spelling and not what is said."""
    if name.startswith(UNSIGNED) or name == "SHA256SUMS":
        return True
    if name == "manifest.json":
        old, new = json.loads(before), json.loads(after)
        return {k for k in old if old[k] != new.get(k)} <= FREE
    if name == "proof.json":
        nodes = [json.loads(text)["nodes"] for text in (before, after)]
        return bool(nodes[0] == {place: value.lower() for place, value in nodes[1].items()})
    if name == "checkpoint":  # the last of base64's six bits may be idle
        parts = [[base64.b64decode(word) for word in text.split()[4::3]] for text in (before, after)]
        return before.split()[:4] == after.split()[:4] and parts[0] == parts[1]
    return False


async def test_lines_dropped_doubled_swapped_or_moved(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "export"
    await ground.export(target, bodies=Only(frozenset({2, 3})))
    path = target / "events.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    moved = json.loads(whole[10]) | {"position": 99}
    ways = {
        "dropped": whole[:10] + whole[11:],
        "cut off": whole[:-1],
        "doubled": [*whole[:10], whole[9], *whole[10:]],
        "swapped": [*whole[:10], whole[11], whole[10], *whole[12:]],
        "moved": [*whole[:10], json.dumps(moved, separators=(",", ":")).encode() + b"\n", *whole[11:]],
        "told again": [*whole, whole[-1]],
    }
    for way, given in ways.items():
        path.write_bytes(b"".join(given))
        sums(target)
        code, said = checked(target, ground.vkey, capsys)
        assert code == 1 and "WRONG  events" in said, way
    path.write_bytes(b"".join(whole))
    sums(target)
    assert checked(target, ground.vkey, capsys)[0] == 0  # the control


async def test_a_file_too_many_and_one_too_few(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "export"
    await ground.export(target)
    (target / "more.txt").write_text("slipped in", encoding="utf-8")
    assert "WRONG  files: more.txt" in checked(target, ground.vkey, capsys)[1]
    (target / "more.txt").unlink()
    for name in ("README.txt", "proof.json", "keys", "manifest.json", "events.jsonl", "checkpoint"):
        before = (target / name).read_bytes()
        (target / name).unlink()
        code, said = checked(target, ground.vkey, capsys)
        assert code == 1 and f"{name} is missing" in said
        (target / name).write_bytes(before)
    assert checked(target, ground.vkey, capsys)[0] == 0
