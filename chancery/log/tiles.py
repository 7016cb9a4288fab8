"""The hashes of the tree as files (c2sp.org/tlog-tiles): what the signer saw, kept outside the database.

A tile at level L holds up to 256 hashes, each of a complete subtree of 256^L leaves: `tile/0/x001/x234/067`, and while it is
not full `tile/0/x001/x234/067.p/5`. Full tiles never change. With them any proof can be made without the database, and where
the database holds another leaf than was signed, its position can be named.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from chancery.log import durable, merkle
from chancery.log.merkle import HASH_BYTES
from chancery.log.nodes import Node, path, span, subtrees

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT


class TilesDamaged(Exception):
    """A tile is missing or is not what its size asks for: the folder must be put back from a copy."""

    code = "signer.tiles"


def place(level: int, index: int, width: int = WIDTH) -> str:
    """Where a tile lies below its log's folder; `width` below 256 for one that is not full yet."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" + ("" if width == WIDTH else f".p/{width}")


class Tiles:
    """Reading tiles out of a folder. Every method raises TilesDamaged for what is not there, OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hashes(self, level: int, index: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile, which may have grown since."""
        for name in (place(level, index, width), place(level, index)):
            try:
                return _split((self.folder / name).read_bytes(), width, name)
            except FileNotFoundError:
                continue
        wider = sorted(
            int(found.name)
            for found in (self.folder / f"{place(level, index)}.p").glob("[0-9]*")
            if int(found.name) > width
        )
        for other in wider:
            name = place(level, index, other)
            return _split((self.folder / name).read_bytes(), other, name)[:width]
        raise TilesDamaged(f"signer.tiles: {place(level, index, width)} is missing")

    def leaves(self, after: int, upto: int) -> Iterator[bytes]:
        """The leaves at positions after < p <= upto, as the signer saw them, a tile at a time."""
        while after < upto:
            index, skip = divmod(after, WIDTH)
            width = min(WIDTH, upto - index * WIDTH)
            yield from self.hashes(0, index, width)[skip:]
            after += width - skip

    def node(self, level: int, index: int, size: int) -> bytes:
        """The hash of a node in the tree of `size`."""
        first = index << level
        upto = min(size, (index + 1) << level)
        if first >= upto:
            raise TilesDamaged(f"signer.tiles: a tree of {size} has no node {level}/{index}")
        parts = [(low, i + (first >> low)) for low, i in subtrees(upto - first)]
        return merkle.joined([self._whole(*part) for part in parts])

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves."""
        return merkle.joined([self._whole(*part) for part in subtrees(size)])

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof for the leaf at a position (from 1). Raises ValueError too, for one outside the tree."""
        return self._of(path(position - 1, size), size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof between two sizes. Raises ValueError too, for impossible ones."""
        return self._of(span(first, second), second)

    def _of(self, nodes: Iterable[Node], size: int) -> list[bytes]:
        return [self.node(level, index, size) for level, index in nodes]

    def _whole(self, level: int, index: int) -> bytes:
        """A complete node, out of the tile that holds the hashes below it."""
        row, depth = divmod(level, HEIGHT)
        tile, start = divmod(index << depth, WIDTH)
        stop = start + (1 << depth)
        return merkle.root(self.hashes(row, tile, stop)[start:stop])


class Growing:
    """The tiles of a tree that grows. Full ones are written as they fill up, the others by `flush`.

    Nothing here is a statement: what was written beyond the last signed size is written over, the same or not.
    """

    def __init__(self, folder: Path, size: int) -> None:
        """Go on from a tree of `size` that `flush` has written. Raises TilesDamaged, OSError."""
        self.folder = folder
        self.size = size
        self._rows: list[list[bytes]] = []
        self._flushed: dict[int, tuple[int, int]] = {}
        tiles, row = Tiles(folder), 0
        while size >> (HEIGHT * row):
            index, width = divmod(size >> (HEIGHT * row), WIDTH)
            self._rows.append(tiles.hashes(row, index, width) if width else [])
            self._flushed[row] = (index, width)
            row += 1
        self._settle()
        self.last = next(tiles.leaves(size - 1, size)) if size else b""

    def _settle(self) -> None:
        """Take away what a run that ended early wrote beyond this size: the log may have gone on in another way."""
        for level in range(64):
            if level >= len(self._rows) and not (self.folder / "tile" / str(level)).exists():
                return
            index, width = self._flushed.get(level, (0, 0))
            full = self.folder / place(level, index)
            if full.exists() and width:
                self._write(level, index, self._rows[level])  # before the only file that holds it goes
            beyond = [full]
            while beyond[-1].exists() or beyond[-1].with_name(f"{beyond[-1].name}.p").exists():
                beyond.append(self.folder / place(level, index + len(beyond)))
            for tile in reversed(beyond):  # from the end: what is left by another crash is found again
                partial = tile.with_name(f"{tile.name}.p")
                for other in partial.glob("*"):
                    if tile != full or not other.name.isdigit() or int(other.name) > width:
                        other.unlink()
                tile.unlink(missing_ok=True)

    def append(self, leaf: bytes) -> None:
        """Add a leaf."""
        self.last = leaf
        made, self.size = leaf, self.size + 1
        for level in range(64):
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(made)
            if len(row) < WIDTH:
                return
            index = (self.size >> (HEIGHT * (level + 1))) - 1
            self._write(level, index, row)
            shutil.rmtree(self.folder / f"{place(level, index)}.p", ignore_errors=True)
            made = merkle.root(row)
            row.clear()

    def root(self) -> bytes:
        """The root of the tree so far."""
        parts: list[bytes] = []
        for row in reversed(self._rows):
            parts += [merkle.root(row[i << low : (i + 1) << low]) for low, i in subtrees(len(row))]
        return merkle.joined(parts)

    def flush(self) -> None:
        """Write the tiles that are not full; all are on the disk on return."""
        for level, row in enumerate(self._rows):
            at = (self.size >> (HEIGHT * (level + 1)), len(row))
            if row and self._flushed.get(level) != at:
                self._write(level, at[0], row)
            self._flushed[level] = at

    def _write(self, level: int, index: int, row: Sequence[bytes]) -> None:
        target = self.folder / place(level, index, len(row))
        durable.make_folder(target.parent)
        durable.replace(target, b"".join(row))


def _split(content: bytes, width: int, name: str) -> list[bytes]:
    if len(content) < width * HASH_BYTES or len(content) % HASH_BYTES:
        raise TilesDamaged(f"signer.tiles: {name} has {len(content)} bytes")
    return [content[i : i + HASH_BYTES] for i in range(0, width * HASH_BYTES, HASH_BYTES)]
