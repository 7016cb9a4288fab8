"""Which statement shows what: exact where leaf hashes speak for it, a range that always holds the truth where they do not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.log import merkle
from chancery.log.against import GIVEN, KEPT, SEEN, WITNESSED, Comparison, Receipts, Statement
from chancery.log.findings import Finding
from chancery.log.merkle import Frontier


@dataclass(frozen=True)
class Known:
    """All leaf hashes of a tree, from elsewhere."""

    leaves: list[bytes]
    source: str = "tiles"

    @property
    def size(self) -> int:
        return len(self.leaves)

    def leaf(self, position: int) -> bytes | None:
        return self.leaves[position - 1]


def leaves(count: int, name: str = "") -> list[bytes]:
    return [merkle.leaf_hash(f"{name}{n}".encode()) for n in range(count)]


def said(made: list[bytes], size: int, standing: int = WITNESSED) -> Statement:
    return Statement(
        size, merkle.root(made[:size]), {KEPT: "kept", SEEN: "state"}.get(standing, "file:w"), standing
    )


def compared(
    log: list[bytes], statements: list[Statement], *others: Known | Receipts, start: int = 0
) -> tuple[list[Finding], Comparison]:
    tree = Frontier()
    for leaf in log[:start]:
        tree.append(leaf)
    comparison = Comparison(statements, others, tree)
    for position in range(start + 1, len(log) + 1):
        comparison.take(position, log[position - 1])
    return comparison.finish(len(log)), comparison


SIZES = st.integers(1, 40)


@given(st.data())
def test_nothing_is_found_in_a_log_that_only_grew(data: st.DataObject) -> None:
    log = leaves(data.draw(SIZES))
    sizes = data.draw(st.lists(st.integers(0, len(log)), max_size=6))
    standings = st.sampled_from((KEPT, GIVEN, WITNESSED, SEEN))
    statements = [said(log, size, data.draw(standings)) for size in sizes]
    known = Known(log[: data.draw(st.integers(0, len(log)))])
    start = data.draw(st.integers(0, len(log)))
    found, comparison = compared(log, statements, known, Receipts({1: log[0]}, "receipt"), start=start)
    assert found == []
    assert comparison.older == sum(size < start for size in sizes)
    assert max((s.size for s in comparison.agreeing), default=0) == max(
        (s for s in sizes if s >= start), default=0
    )


@given(st.data())
def test_the_first_change_is_named_with_leaves_and_lies_in_the_range_without(data: st.DataObject) -> None:
    """Edited, shortened, lengthened: whatever the attacker made of it, up to a size that a witness has seen."""
    true = leaves(data.draw(SIZES))
    at = data.draw(st.integers(1, len(true)))
    rest = data.draw(st.integers(0, len(true) + 3 - at))
    log = true[: at - 1] + leaves(rest, "false")
    statements = [
        said(true, size) for size in {*data.draw(st.lists(st.integers(0, len(true)), max_size=5)), len(true)}
    ]
    for standing in data.draw(st.lists(st.sampled_from((KEPT, GIVEN)), max_size=3)):
        # The attacker signs what there is now, with the stolen key.
        statements.append(said(log, data.draw(st.integers(0, len(log))), standing))
    exact = compared(log, statements, Known(true))[0]
    first = min(f.position for f in exact if f.position)
    assert first == at
    assert all(f.exact for f in exact if f.position == at)
    [ranged] = [f for f in compared(log, statements)[0] if f.position]
    assert ranged.position <= at <= (ranged.upto or ranged.position)
    assert (ranged.position == 1) or any(s.size == ranged.position - 1 for s in statements)


@given(st.data())
def test_a_gap_is_where_it_is(data: st.DataObject) -> None:
    true = leaves(data.draw(st.integers(2, 40)))
    gone = data.draw(st.sets(st.integers(1, len(true) - 1), min_size=1, max_size=4))
    comparison = Comparison([said(true, len(true))], [Known(true)])
    for position in range(1, len(true) + 1):
        if position not in gone:
            comparison.take(position, true[position - 1])
    [found] = comparison.finish(len(true))
    assert (found.position, found.code, found.params["differing"]) == (min(gone), "log.changed", len(gone))


def test_the_key_alone_is_not_believed_against_a_witness() -> None:
    """A forged checkpoint in the signer's folder, and a log that the witness agrees with: the log is right, the key is not."""
    log, false = leaves(20), leaves(20, "x")
    found, _ = compared(log, [said(log, 20), said(false, 12, KEPT)])
    assert [f.code for f in found] == ["checkpoint.fork"]
    assert compared(log, [said(log, 20, KEPT), said(log, 12, KEPT)])[0] == []


def test_two_signed_histories_are_a_fork_and_the_witness_decides_where() -> None:
    """The forger's checkpoints agree with the forged log, beyond the fork too: they must not narrow the range."""
    true = leaves(20)
    log = true[:9] + leaves(20, "x")
    statements = [said(true, 5), said(true, 18), said(log, 14, KEPT), said(log, 25, KEPT)]
    found, _ = compared(log, statements)
    assert [(f.code, f.position, f.upto) for f in found] == [
        ("log.root", 6, 18),
        ("checkpoint.fork", 0, None),
    ]


def test_leaf_hashes_that_were_altered_are_not_believed() -> None:
    log = leaves(10)
    false = [*log[:4], b"\0" * 32, *log[5:]]
    found, _ = compared(log, [said(log, 8)], Known(false))
    assert [(f.code, f.position) for f in found] == [("leaves.changed", 5)]
    found, _ = compared(log, [said(log, 3)], Known(false))
    assert [(f.code, f.position) for f in found] == [("log.leaves", 5)], (
        "and where nobody has signed, nobody knows"
    )
    changed = [*log[:6], b"\1" * 32, *log[7:]]
    found, _ = compared(changed, [said(log, 8)], Known(false))
    assert [(f.code, f.position) for f in found] == [("log.root", 1), ("log.leaves", 5)]


def test_a_receipt_names_its_own_event() -> None:
    log = leaves(10)
    changed = [*log[:6], b"\1" * 32, *log[7:]]
    found, _ = compared(changed, [], Receipts({7: log[6]}, "receipt"))
    assert [(f.code, f.position, f.exact) for f in found] == [("log.leaves", 7, True)]
    found, _ = compared(log[:6], [], Receipts({7: log[6]}, "receipt"))
    assert [(f.code, f.position) for f in found] == [("log.short", 7)]


@pytest.mark.parametrize("size", [0, 1, 7])
def test_a_checkpoint_of_an_empty_log_agrees_with_every_log(size: int) -> None:
    assert compared(leaves(size), [said([], 0)])[0] == []
