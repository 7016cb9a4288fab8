"""An export holds what was asked for, to the byte, and the verifier that runs alone agrees with it."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from pathlib import Path

import pytest

from chancery.export.files import ExportRefused
from chancery.export.ranges import Ranges
from chancery.log import merkle
from chancery.log.tiles import Tiles
from tests.export.made import WITNESS, Ground, Only, lines, verify


def files(target: Path) -> dict[str, bytes]:
    return {f.relative_to(target).as_posix(): f.read_bytes() for f in target.rglob("*") if f.is_file()}


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_whole_log_with_every_byte(ground: Ground, tmp_path: Path) -> None:
    made = await ground.export(tmp_path / "export")
    head = await ground.log.head()
    assert (made.size, made.events, made.bodies) == (head, head, head)
    events = await ground.log.read(0, head)
    assert [(e["position"], e["recorded_us"], e["leaf"], e["body"]) for e in lines(tmp_path / "export")] == [
        (e.position, e.recorded_us, e.leaf.hex(), e.body.decode()) for e in events
    ]
    code, said = verify(tmp_path / "export", "--key", ground.vkey, "--witness", WITNESS.verifier)
    assert code == 0, said
    assert "signed by witness.example/audit" in said and "2026-05-05T06:00:00Z" in said
    assert "What it does not prove" in said and made.digest in said


async def test_the_same_request_gives_the_same_bytes(ground: Ground, tmp_path: Path) -> None:
    for name in ("a", "b", "a.zip", "b.zip"):
        await ground.export(tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files(tmp_path / "a")
    assert verify(tmp_path / "a.zip", "--key", ground.vkey)[0] == 0
    await ground.export(tmp_path / "c", (1, 7))  # the control: another request
    assert files(tmp_path / "c") != files(tmp_path / "a")


@pytest.mark.parametrize(
    "parts", [[(1, 1)], [(5, 9)], [(2, 2), (17, 17), (30, 33)], [(20, 10**9)], [(1, 3), (4, 38)]]
)
async def test_a_part_is_proved_without_the_rest(
    ground: Ground, tmp_path: Path, parts: list[tuple[int, int]]
) -> None:
    head = await ground.log.head()
    made = await ground.export(tmp_path / "export", *parts)
    asked = [p for p in range(1, head + 1) if any(a <= p <= b for a, b in parts)]
    assert [line["position"] for line in lines(tmp_path / "export")] == asked and made.bodies == len(asked)
    code, said = verify(tmp_path / "export", "--key", ground.vkey)
    assert code == 0 and f"{len(asked)} of {head}" in said, said
    assert not (tmp_path / "export" / "tile").exists()


async def test_what_may_not_be_read_is_there_by_its_leaf_alone(ground: Ground, tmp_path: Path) -> None:
    made = await ground.export(tmp_path / "export", bodies=Only(frozenset({3, 8})))
    assert made.bodies == 2
    for line in lines(tmp_path / "export"):
        assert set(line) == (
            {"position", "recorded_us", "leaf", "body"}
            if line["position"] in (3, 8)
            else {"position", "leaf"}
        )
    assert verify(tmp_path / "export", "--key", ground.vkey)[0] == 0
    whole = b"".join(files(tmp_path / "export").values())
    hidden = await ground.log.at(30)
    assert hidden.event["id"].encode() not in whole and str(hidden.recorded_us).encode() not in whole
    assert (await ground.log.at(8)).event["id"].encode() in whole  # the control


async def test_its_tiles_are_those_of_the_log(ground: Ground, tmp_path: Path) -> None:
    await ground.export(tmp_path / "export")
    head = await ground.log.head()
    tiles = Tiles(tmp_path / "export")
    assert list(tiles.leaves(0, head)) == [e.leaf for e in await ground.log.read(0, head)]
    assert tiles.root(head) == await ground.tree.root(head)


async def test_an_older_size_is_proved_within_the_newer(ground: Ground, tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text((await ground.signed(21)).note_text, encoding="utf-8")
    await ground.export(tmp_path / "with", (5, 6), cuts=(21,))
    await ground.export(tmp_path / "without", (5, 6))
    code, said = verify(tmp_path / "with", "--key", ground.vkey, "--older", old)
    assert code == 0 and "the log only added to it" in said
    code, said = verify(tmp_path / "without", "--key", ground.vkey, "--older", old)
    assert code == 1 and "WRONG  older checkpoint" in said and "not checked" in said


async def test_an_export_of_an_older_size_goes_no_further(ground: Ground, tmp_path: Path) -> None:
    made = await ground.export(tmp_path / "export", size=20)
    assert made.events == 20 and verify(tmp_path / "export", "--key", ground.vkey)[0] == 0


async def test_nothing_is_written_over_and_nothing_half_stays(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ExportRefused, match="never written over"):
        await ground.export(tmp_path / "there")
    with pytest.raises(ExportRefused, match="Nothing is asked for"):
        await ground.export(tmp_path / "none", (10**6, 10**7))

    class Breaks:
        async def of(self, _: object, /) -> set[int]:
            raise RuntimeError("on the way")

    for name in ("folder", "file.zip"):
        with pytest.raises(RuntimeError):
            await ground.export(tmp_path / name, bodies=Breaks())
    assert listed(tmp_path) == ["there"]
    await ground.export(tmp_path / "kept")
    await ground.export(tmp_path / "kept.zip")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "kept.zip").stat().st_mode) == 0o600
    assert {stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "kept").iterdir() if f.is_file()} == {0o600}


async def test_a_log_that_is_not_what_was_signed_is_not_exported(ground: Ground, tmp_path: Path) -> None:
    anchor = await ground.anchor()
    from dataclasses import replace

    from chancery.export.making import make
    from chancery.export.request import LeavesOnly, Request
    from chancery.log.checkpoints import Checkpoint, Signed

    other = Checkpoint(anchor.signed.checkpoint.origin, anchor.signed.checkpoint.size, b"\x07" * 32)
    for part in ((1, 10**6), (4, 5)):
        request = Request(Ranges.of([part]), LeavesOnly(), "leaves")
        with pytest.raises(ExportRefused, match="no longer gives the root"):
            forged = replace(anchor, signed=Signed(other, anchor.signed.note_text))
            await make(ground.log, ground.tree, forged, request, tmp_path / "export")


def test_ranges() -> None:
    made = Ranges.of([(5, 9), (10, 12), (20, 19), (1, 2), (8, 8)])
    assert made.parts == ((1, 2), (5, 12)) and made.ends == [1, 2, 5, 12]
    assert [p for p in range(15) if p in made] == [1, 2, *range(5, 13)]
    assert list(made.chunks(3)) == [(0, 2), (4, 7), (7, 10), (10, 12)]
    assert Ranges.of([(1, 7)]).whole(7) and not Ranges.of([(1, 7)]).whole(8) and Ranges().whole(0)
    assert Ranges.positions([3, 1, 2]).parts == ((1, 3),)


def test_a_proof_for_the_ends_of_ranges_proves_all_between() -> None:
    """Against the whole tree, at every size up to 40: what lies outside the ranges and nothing else is covered by nodes."""
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(40)]
    for size in range(1, 41):
        for first in range(1, size + 1, 3):
            ranges = Ranges.of([(first, min(size, first + 4)), (size, size)])
            nodes = merkle.bundle(leaves, ranges.ends, size)["nodes"]
            kept = [tuple(map(int, name.split("/"))) for name in nodes]
            outside = [n for n in kept if not ranges.cover((n[0], n[1]), size)]
            covered = [
                p for level, i in outside for p in range((i << level) + 1, min(size, (i + 1) << level) + 1)
            ]
            assert sorted([*covered, *(p for p in range(1, size + 1) if p in ranges)]) == list(
                range(1, size + 1)
            )


async def test_its_digest_stands_for_all_of_it(ground: Ground, tmp_path: Path) -> None:
    made = await ground.export(tmp_path / "export")
    sums = (tmp_path / "export" / "SHA256SUMS").read_bytes()
    assert made.digest == hashlib.sha256(sums).hexdigest()
    listed = {line.split("  ")[1] for line in sums.decode().splitlines()}
    assert listed == set(files(tmp_path / "export")) - {"SHA256SUMS"}
