"""The Merkle tree over the log: RFC 6962, section 2.1 (the same tree and proofs as RFC 9162, section 2.1). Pure arithmetic.

Which nodes a proof consists of stands in `nodes`; here is what is in them.

Leaves are counted from 0 here, as in the RFCs; positions of the log count from 1, so leaf = position - 1. Hashes are 32 bytes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from struct import Struct
from typing import Any, Final, Self

from chancery.log.nodes import Node, cover, last_whole, path, span, top

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""
HASH_BYTES: Final = 32
_PLACE: Final = Struct(">qq")


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00, data) (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01, left, right) (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(position: int, recorded_us: int, body: bytes) -> bytes:
    """The leaf of an event: over position, log time (microseconds since 1970, UTC) and bytes. Raises struct.error beyond 64 bits."""
    return hashlib.sha256(b"\x00" + _PLACE.pack(position, recorded_us) + body).digest()


# --- over leaves in memory --------------------------------------------------------------------------------------------


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; EMPTY without any (RFC 6962, 2.1)."""
    row = list(leaves)
    if not row:
        return EMPTY
    while len(row) > 1:
        row = paired(row)
    return row[0]


def paired(row: Sequence[bytes]) -> list[bytes]:
    """The row of nodes above a row; an odd last one goes up as it is."""
    above = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
    return above + list(row[-1:]) if len(row) % 2 else above


def inclusion(leaves: Sequence[bytes], index: int, size: int | None = None) -> list[bytes]:
    """The proof that leaf `index` is in the tree of the first `size` leaves. Raises ValueError outside it."""
    size = _size(leaves, size)
    return _of(leaves, size, path(index, size))


def consistency(leaves: Sequence[bytes], first: int, second: int | None = None) -> list[bytes]:
    """The proof that the tree of `second` leaves only added to that of `first`. Raises ValueError for impossible sizes."""
    second = _size(leaves, second)
    return _of(leaves, second, span(first, second))


def bundle(leaves: Sequence[bytes], positions: Iterable[int], size: int | None = None) -> dict[str, Any]:
    """One proof for many positions (from 1) of the tree of the first `size` leaves; see `as_bundle`. Raises ValueError."""
    size = _size(leaves, size)
    chosen = sorted(set(positions))
    nodes = cover(chosen, size)
    found = dict(zip(nodes, _of(leaves, size, nodes), strict=True))
    return as_bundle(size, root(leaves[:size]), {p: leaves[p - 1] for p in chosen}, found)


def _size(leaves: Sequence[bytes], size: int | None) -> int:
    size = len(leaves) if size is None else size
    if not 0 <= size <= len(leaves):
        raise ValueError(f"there are {len(leaves)} leaves, not {size}")
    return size


def _of(leaves: Sequence[bytes], size: int, nodes: Sequence[Node]) -> list[bytes]:
    return [root(leaves[index << level : min(size, (index + 1) << level)]) for level, index in nodes]


# --- checking ---------------------------------------------------------------------------------------------------------


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that a leaf is in the tree with this size and root (RFC 9162, 2.1.3.2). Never raises."""
    if not 0 <= index < size:
        return False
    nodes = path(index, size)
    if len(nodes) != len(proof) or not _hashes((leaf, root, *proof)):
        return False
    made = leaf
    for (level, sibling), other in zip(nodes, proof, strict=True):
        made = node_hash(other, made) if sibling < index >> level else node_hash(made, other)
    return made == root


def check_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the second tree only added to the first (RFC 9162, 2.1.4.2). Never raises.

    From an empty tree (root EMPTY) to any other the proof is empty; between equal sizes too, and the roots are equal.
    """
    if not 0 <= first <= second or not _hashes((first_root, second_root, *proof)):
        return False
    if first in (0, second):
        return (
            not proof
            and first_root == (EMPTY if first == 0 else second_root)
            and (second > 0 or second_root == EMPTY)
        )
    nodes = span(first, second)
    if len(nodes) != len(proof):
        return False
    level, index = last_whole(first)
    rest = list(zip(nodes, proof, strict=True))
    old = new = first_root if index == 0 else rest.pop(0)[1]
    for (at, sibling), other in rest:
        if sibling < index >> (at - level):  # to the left: the first tree had it too
            old, new = node_hash(other, old), node_hash(other, new)
        else:
            new = node_hash(new, other)
    return old == first_root and new == second_root


def _hashes(values: Iterable[object]) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)


# --- many at once -----------------------------------------------------------------------------------------------------


def as_bundle(
    size: int, root: bytes, leaves: Mapping[int, bytes], nodes: Mapping[Node, bytes]
) -> dict[str, Any]:
    """A proof for many positions as plain JSON, always in the same order.

    `{"size": n, "root": hex, "leaves": {"<position>": hex}, "nodes": {"<level>/<index>": hex}}`, positions from 1.
    """
    return {
        "size": size,
        "root": root.hex(),
        "leaves": {str(position): leaves[position].hex() for position in sorted(leaves)},
        "nodes": {f"{level}/{index}": nodes[level, index].hex() for level, index in sorted(nodes)},
    }


def check_bundle(bundle: Any) -> bool:
    """Whether leaves and nodes of a bundle give its root: every leaf is used, and exactly the nodes that are needed. Never raises.

    It says nothing about whose root it is, nor that the tree has just this size (trees of other sizes can have the same nodes
    there): compare size and root with a checkpoint that somebody signed.
    """
    try:
        size, stated, leaves, nodes = _parsed(bundle)
        if set(cover(leaves, size)) != nodes.keys():
            return False
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    if not leaves:
        return stated == (nodes[top(size), 0] if size else EMPTY)
    row = {position - 1: leaf for position, leaf in leaves.items()}
    last, level = size - 1, 0
    while last:
        row |= {index: value for (at, index), value in nodes.items() if at == level}
        row = {
            i >> 1: row[i] if i == last else node_hash(row[i], row[i + 1]) for i in sorted(row) if i % 2 == 0
        }
        last, level = last >> 1, level + 1
    return row[0] == stated


def _parsed(bundle: Any) -> tuple[int, bytes, dict[int, bytes], dict[Node, bytes]]:
    """A bundle's parts, each in the one spelling it may have. Raises ValueError, TypeError, KeyError, AttributeError."""
    if bundle.keys() != {"size", "root", "leaves", "nodes"} or type(bundle["size"]) is not int:
        raise ValueError("not the keys of a bundle")
    if bundle["size"] < 0:
        raise ValueError("a size below nothing")
    leaves = {_number(key): _hash(value) for key, value in bundle["leaves"].items()}
    nodes = {}
    for key, value in bundle["nodes"].items():
        level, _, index = key.partition("/")
        nodes[_number(level), _number(index)] = _hash(value)
    return bundle["size"], _hash(bundle["root"]), leaves, nodes


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or str(int(text)) != text:
        raise ValueError("a number has one spelling")
    return int(text)


def _hash(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != HASH_BYTES or value.hex() != text:
        raise ValueError("a hash is 64 hexadecimal digits in lower case")
    return value


# --- growing ----------------------------------------------------------------------------------------------------------


class Frontier:
    """What must be kept of a tree so that it can grow: the roots of its complete subtrees, at most 63 hashes."""

    __slots__ = ("_hashes", "size")

    def __init__(self) -> None:
        self.size = 0
        self._hashes: list[bytes] = []

    @classmethod
    def of(cls, size: int, hashes: Iterable[bytes]) -> Self:
        """The frontier of a tree as `hashes` gave it, largest subtree first. Raises ValueError if it cannot be one."""
        made = cls()
        made._hashes = list(hashes)
        if size < 0 or len(made._hashes) != size.bit_count() or not _hashes(made._hashes):
            raise ValueError(
                f"a tree of {size} has {max(size, 0).bit_count()} subtrees, each with a hash of 32 bytes"
            )
        made.size = size
        return made

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash at the end."""
        made = leaf
        size = self.size
        while size & 1:
            made = node_hash(self._hashes.pop(), made)
            size >>= 1
        self._hashes.append(made)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree so far."""
        return joined(self._hashes)

    def hashes(self) -> list[bytes]:
        """The roots of the complete subtrees, the largest first."""
        return list(self._hashes)


def joined(subtrees: Sequence[bytes]) -> bytes:
    """The root over the complete subtrees of a tree, the largest first; EMPTY without any."""
    if not subtrees:
        return EMPTY
    made = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        made = node_hash(left, made)
    return made
