"""Positions that are asked for, as ranges: a million of them take no more room than two."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from chancery.log.nodes import Node


@dataclass(frozen=True, slots=True)
class Ranges:
    """Disjoint ranges (first, last), both included, in order and not touching. Positions count from 1."""

    parts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, parts: Iterable[tuple[int, int]]) -> Self:
        """Put together from any ranges; empty ones (last before first) are passed over."""
        made: list[tuple[int, int]] = []
        for first, last in sorted(part for part in parts if part[0] <= part[1]):
            if made and first <= made[-1][1] + 1:
                made[-1] = (made[-1][0], max(made[-1][1], last))
            else:
                made.append((first, last))
        return cls(tuple(made))

    @classmethod
    def positions(cls, positions: Iterable[int]) -> Self:
        """Of single positions."""
        return cls.of((p, p) for p in positions)

    def __or__(self, other: "Ranges") -> "Ranges":
        return Ranges.of((*self.parts, *other.parts))

    def __contains__(self, position: int) -> bool:
        low, high = 0, len(self.parts)
        while low < high:
            middle = (low + high) // 2
            first, last = self.parts[middle]
            if position < first:
                high = middle
            elif position > last:
                low = middle + 1
            else:
                return True
        return False

    def chunks(self, most: int) -> Iterator[tuple[int, int]]:
        """(after, upto) in order, each of at most so many positions."""
        for first, last in self.parts:
            for start in range(first, last + 1, most):
                yield start - 1, min(last, start + most - 1)

    @property
    def ends(self) -> list[int]:
        """The first and last position of each range: a proof for them proves all between."""
        return sorted({end for part in self.parts for end in part})

    def cover(self, node: Node, size: int) -> bool:
        """Whether every leaf of a node is in one of the ranges."""
        level, index = node
        first, last = (index << level) + 1, min(size, (index + 1) << level)
        return any(a <= first and last <= b for a, b in self.parts)

    def whole(self, size: int) -> bool:
        """Whether it is every position of a log of that size."""
        return self.parts == (((1, size),) if size else ())
