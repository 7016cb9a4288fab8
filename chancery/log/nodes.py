"""Which nodes of the Merkle tree a proof consists of: a function of sizes alone (RFC 6962, section 2.1).

A *node* is named by (level, index): it covers the leaves from index * 2^level up to and without (index + 1) * 2^level, as far as
there are any. Level 0 are the leaves. A node at the right edge that has only a left child is that child. Whoever holds the
leaves, whoever holds tiles and whoever only checks go by the same plan, and only what it asks for is ever read.
"""

from collections.abc import Iterable, Iterator

Node = tuple[int, int]
"""(level, index)."""


def path(index: int, size: int) -> list[Node]:
    """The nodes of an inclusion proof, from the leaf up (RFC 9162, 2.1.3.1). Raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return _upwards(0, index, size)


def span(first: int, second: int) -> list[Node]:
    """The nodes of a consistency proof between two sizes (RFC 9162, 2.1.4.1); none from 0 and between equal sizes.

    Raises ValueError unless 0 <= first <= second.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} does not follow on one of {first}")
    if first in (0, second):
        return []
    level, index = last_whole(first)
    own = [] if index == 0 else [(level, index)]  # a power of two: the first root is that node
    return own + _upwards(level, index, second)


def cover(positions: Iterable[int], size: int) -> list[Node]:
    """The nodes that, with the leaves at these positions (from 1), give the root of a tree; sorted.

    Without any position, the root itself. Raises ValueError for a position outside 1 … size.
    """
    known = {position - 1 for position in positions}
    if known and not (min(known) >= 0 and max(known) < size):
        raise ValueError(
            f"position {(min(known) if min(known) < 0 else max(known)) + 1} is not in 1 … {size}"
        )
    if not known:
        return [(top(size), 0)] if size else []
    wanted: list[Node] = []
    last = size - 1
    level = 0
    while last:
        wanted += sorted((level, i ^ 1) for i in known if (i ^ 1) <= last and (i ^ 1) not in known)
        known = {i >> 1 for i in known}
        last >>= 1
        level += 1
    return wanted


def top(size: int) -> int:
    """The level of the root of a tree that has leaves."""
    return (size - 1).bit_length()


def _upwards(level: int, index: int, size: int) -> list[Node]:
    """The siblings between a node and the root; where there is none, the node goes up as it is."""
    last = (size - 1) >> level
    found = []
    while last:
        if index ^ 1 <= last:
            found.append((level, index ^ 1))
        index, last, level = index >> 1, last >> 1, level + 1
    return found


def last_whole(size: int) -> Node:
    """The smallest of the complete subtrees that a tree consists of: its last one."""
    level = (size & -size).bit_length() - 1
    return level, (size >> level) - 1


def subtrees(size: int) -> Iterator[Node]:
    """The complete subtrees that a tree consists of, the largest first."""
    done = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            yield level, done >> level
            done += 1 << level
