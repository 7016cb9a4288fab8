"""The tree is RFC 6962's: its vectors, an independent implementation at every size, and nothing altered is believed.

The eight leaves and their roots and proofs are the ones that Certificate Transparency's implementations have always tested with.
"""

import random  # noqa: TID251 - seeded, and only to choose
from itertools import pairwise
from typing import Any

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.log import merkle
from chancery.log.merkle import (
    EMPTY,
    Frontier,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    leaf_of,
    node_hash,
    root,
)
from chancery.log.nodes import cover, path, span, subtrees

SIZES = 2048
LEAVES = [leaf_hash(n.to_bytes(3, "big")) for n in range(SIZES)]

EIGHT = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {
    (0, 1): [],
    (0, 8): [A, B, C],
    (5, 8): [D, E, ROOTS[4]],
    (2, 3): [ROOTS[2]],
    (1, 5): [ROOTS[1], B, D],
}
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[4]], (2, 5): [B, D]}


def plain(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(plain(leaves[:k]), plain(leaves[k:]))


def plain_proof(first: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2, SUBPROOF word for word."""
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if first <= k:
        return [*plain_proof(first, leaves[:k], whole=whole), root(leaves[k:])]
    return [*plain_proof(first - k, leaves[k:], whole=False), root(leaves[:k])]


@pytest.fixture(scope="module")
def theirs() -> pymerkle.InmemoryTree:
    """The independent implementation, over the same entries."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for n in range(SIZES):
        tree.append_entry(n.to_bytes(3, "big"))
    return tree


def hexes(values: list[bytes]) -> list[str]:
    return [value.hex() for value in values]


def test_the_vectors_of_certificate_transparency() -> None:
    eight = [leaf_hash(bytes.fromhex(entry)) for entry in EIGHT]
    assert hexes([root(eight[:size]) for size in range(9)]) == ROOTS
    for (index, size), proof in INCLUSION.items():
        assert hexes(inclusion(eight, index, size)) == proof
        assert check_inclusion(eight[index], index, size, inclusion(eight, index, size), root(eight[:size]))
    for (first, second), proof in CONSISTENCY.items():
        made = consistency(eight, first, second)
        assert hexes(made) == proof
        assert check_consistency(first, second, root(eight[:first]), root(eight[:second]), made)


def test_a_leaf_of_the_log_is_the_rfcs_leaf_over_place_and_bytes() -> None:
    data = (7).to_bytes(8, "big") + (1_777_000_000_000_000).to_bytes(8, "big") + b'{"a":1}'
    assert leaf_of(7, 1_777_000_000_000_000, b'{"a":1}') == leaf_hash(data)
    assert len({leaf_of(7, 8, b"x"), leaf_of(8, 7, b"x"), leaf_of(7, 8, b"y"), node_hash(EMPTY, EMPTY)}) == 4


def test_every_size_to_2048_agrees_with_another_implementation(theirs: pymerkle.InmemoryTree) -> None:
    frontier = Frontier()
    for size in range(SIZES + 1):
        expected = theirs.get_root(size)
        assert root(LEAVES[:size]) == expected, size
        assert frontier.root() == expected, size
        assert Frontier.of(size, frontier.hashes()).root() == expected, size
        if size < SIZES:
            frontier.append(LEAVES[size])
    assert plain(LEAVES[:777]) == root(LEAVES[:777])


def test_a_thousand_proofs_agree_with_another_implementation(theirs: pymerkle.InmemoryTree) -> None:
    chance = random.Random(6962)
    for _ in range(500):
        size = chance.randint(1, SIZES)
        index = chance.randrange(size)
        made = inclusion(LEAVES, index, size)
        other = theirs.prove_inclusion(index + 1, size)
        assert other.path == [LEAVES[index], *made]
        assert check_inclusion(LEAVES[index], index, size, made, theirs.get_root(size))
    for _ in range(500):
        second = chance.randint(1, SIZES)
        first = chance.randint(1, second)
        made = consistency(LEAVES, first, second)
        old, new = root(LEAVES[:first]), root(LEAVES[:second])
        other = theirs.prove_consistency(first, second)
        other.verify(old, new, first, second)
        # Their proof has another shape than RFC 6962's (parts of nodes, and the first root): it must prove our roots, and
        # ours must be the RFC's to the byte.
        assert made == (plain_proof(first, LEAVES[:second]) if first < second else [])
        assert check_consistency(first, second, old, new, made)


def mutants(proof: list[bytes], chance: random.Random) -> list[list[bytes]]:
    """Ways to alter a proof: a bit, one less, one more, two swapped, one twice."""
    found = [[*proof, EMPTY], [EMPTY, *proof], [*proof, *proof[-1:]] if proof else [EMPTY]]
    for at in range(len(proof)):
        bit = 1 << chance.randrange(256)
        flipped = (int.from_bytes(proof[at], "big") ^ bit).to_bytes(32, "big")
        found += [
            [*proof[:at], flipped, *proof[at + 1 :]],
            proof[:at] + proof[at + 1 :],
            [*proof[:at], proof[at] + b"\0", *proof[at + 1 :]],
            [*proof[:at], b"", *proof[at + 1 :]],
        ]
    found += [
        [*proof[:at], right, left, *proof[at + 2 :]]
        for at, (left, right) in enumerate(pairwise(proof))
        if left != right
    ]
    return found


def test_no_altered_inclusion_proof_is_believed() -> None:
    chance, tried = random.Random(1), 0
    for _ in range(150):
        size = chance.randint(1, 300)
        index = chance.randrange(size)
        proof, top = inclusion(LEAVES, index, size), root(LEAVES[:size])
        assert check_inclusion(LEAVES[index], index, size, proof, top)
        for altered in mutants(proof, chance):
            tried += 1
            assert not check_inclusion(LEAVES[index], index, size, altered, top)
        assert not check_inclusion(LEAVES[index + 1], index, size, proof, top)
        assert not check_inclusion(LEAVES[index], index, size, proof, root(LEAVES[: size + 1]))
        for other in {index - 1, index + 1, index ^ 2, -1, size, size + 7} - {index}:
            assert not check_inclusion(LEAVES[index], other, size, proof, top)
        assert not check_inclusion(LEAVES[index], index, 0, proof, top)
        assert not check_inclusion(LEAVES[index], index, -size, proof, top)
    assert tried > 3000


def test_no_altered_consistency_proof_is_believed() -> None:
    chance, tried = random.Random(2), 0
    for _ in range(150):
        second = chance.randint(2, 300)
        first = chance.randint(1, second - 1)
        proof = consistency(LEAVES, first, second)
        old, new = root(LEAVES[:first]), root(LEAVES[:second])
        assert check_consistency(first, second, old, new, proof)
        for altered in mutants(proof, chance):
            tried += 1
            assert not check_consistency(first, second, old, new, altered)
        wrong = root(LEAVES[1 : first + 1])
        assert not check_consistency(first, second, wrong, new, proof)
        assert not check_consistency(first, second, old, wrong, proof)
        assert not check_consistency(second, first, new, old, proof)
        assert not check_consistency(0, second, old, new, proof)
        assert not check_consistency(second, second, old, new, [])
    assert tried > 3000


def test_a_second_history_has_no_proof() -> None:
    """The leaf at 40 is another: whatever hashes of either tree are offered, nobody is convinced."""
    other = [*LEAVES[:40], leaf_hash(b"rewritten"), *LEAVES[41:100]]
    old, new = root(LEAVES[:64]), root(other)
    for proof in (consistency(LEAVES, 64, 100), consistency(other, 64, 100)):
        assert not check_consistency(64, 100, old, new, proof)
    assert check_consistency(40, 100, root(LEAVES[:40]), new, consistency(other, 40, 100))


def test_nothing_and_the_same_size() -> None:
    assert root([]) == EMPTY == Frontier().root()
    assert consistency(LEAVES, 0, 9) == consistency(LEAVES, 9, 9) == []
    assert check_consistency(0, 9, EMPTY, root(LEAVES[:9]), [])
    assert not check_consistency(0, 9, LEAVES[0], root(LEAVES[:9]), [])
    assert check_consistency(0, 0, EMPTY, EMPTY, [])
    assert not check_consistency(0, 0, EMPTY, LEAVES[0], [])
    assert check_consistency(9, 9, LEAVES[0], LEAVES[0], [])
    assert not check_consistency(9, 9, LEAVES[0], LEAVES[0], [EMPTY])


def test_what_cannot_be_is_refused() -> None:
    for bad in (
        lambda: path(5, 5),
        lambda: path(-1, 5),
        lambda: span(6, 5),
        lambda: span(-1, 5),
        lambda: cover([6], 5),
        lambda: cover([0], 5),
        lambda: inclusion(LEAVES[:3], 1, 4),
        lambda: Frontier.of(3, [EMPTY]),
        lambda: Frontier.of(-1, []),
        lambda: Frontier.of(2, [b"short"]),
    ):
        with pytest.raises(ValueError, match=r"."):
            bad()


@given(st.integers(0, 5000))
def test_the_subtrees_of_a_size_are_its_binary_digits(size: int) -> None:
    parts = list(subtrees(size))
    covered = [leaf for level, index in parts for leaf in (index << level, (index + 1) << level)]
    assert covered == sorted(covered)
    assert sum(1 << level for level, _ in parts) == size
    assert (
        merkle.joined([root(LEAVES[i << level : (i + 1) << level]) for level, i in parts])
        == root(LEAVES[:size])
        or size > SIZES
    )


# --- one proof for many -----------------------------------------------------------------------------------------------

SIZED = st.integers(0, 150).flatmap(
    lambda n: st.tuples(st.just(n), st.sets(st.integers(1, max(n, 1)), max_size=12 if n else 0))
)


@given(SIZED)
def test_a_bundle_gives_its_root(case: tuple[int, set[int]]) -> None:
    size, positions = case
    made = merkle.bundle(LEAVES, positions, size)
    assert merkle.check_bundle(made)
    assert made["root"] == root(LEAVES[:size]).hex()
    assert [int(key) for key in made["leaves"]] == sorted(positions)
    # No node that could be made of others, and together never more than proofs one by one.
    assert len(made["nodes"]) <= max(1, sum(len(path(p - 1, size)) for p in positions))


@given(SIZED, st.randoms(use_true_random=False))
def test_no_altered_bundle_is_believed(case: tuple[int, set[int]], chance: random.Random) -> None:
    size, positions = case
    made = merkle.bundle(LEAVES, positions, size)
    for altered in altered_bundles(made, chance):
        assert not merkle.check_bundle(altered), altered


def altered_bundles(made: dict[str, Any], chance: random.Random) -> list[Any]:
    found: list[Any] = [
        made | {"size": -1},
        made | {"size": str(made["size"])},
        made | {"size": True},
        made | {"root": leaf_hash(b"other").hex()},
        made | {"root": made["root"][:-2]},
        made | {"more": 1},
        {key: value for key, value in made.items() if key != "nodes"},
        made | {"nodes": made["nodes"] | {"63/1": made["root"]}},
        made | {"nodes": made["nodes"] | {"0/x": made["root"]}},
        made | {"nodes": list(made["nodes"])},
        made | {"leaves": made["leaves"] | {str(made["size"] + 1): made["root"]}},
        made | {"leaves": made["leaves"] | {"0": made["root"]}},
        None, [], "bundle",
    ]  # fmt: skip
    chosen = [int(key) for key in made["leaves"]]
    for size in (made["size"] + 1, made["size"] - 1, 2 * made["size"] + 3):
        # A proof says nothing of a size that would have the same nodes: that is what a checkpoint is for.
        if max(chosen, default=0) > size or cover(chosen, size) != cover(chosen, made["size"]):
            found.append(made | {"size": size})
    for part in ("leaves", "nodes"):
        for key, value in made[part].items():
            other = leaf_hash(bytes.fromhex(value)).hex()
            found += [
                made | {part: made[part] | {key: other}},
                made | {part: {k: v for k, v in made[part].items() if k != key}},
                made | {part: made[part] | {key: value[:-1]}},
                made | {part: made[part] | {key: value.upper()}} if value.upper() != value else None,
                made | {part: {(f"0{k}" if k == key else k): v for k, v in made[part].items()}},
            ]
    if made["leaves"]:
        moved = chance.choice(list(made["leaves"]))
        there = chance.choice([n for n in range(1, made["size"] + 2) if str(n) not in made["leaves"]])
        rest = {key: value for key, value in made["leaves"].items() if key != moved}
        found.append(made | {"leaves": rest | {str(there): made["leaves"][moved]}})
    return found


def test_a_bundle_without_positions_is_the_root_alone() -> None:
    assert merkle.bundle(LEAVES, [], 5)["nodes"] == {"3/0": root(LEAVES[:5]).hex()}
    assert merkle.bundle([], [], 0) == {"size": 0, "root": EMPTY.hex(), "leaves": {}, "nodes": {}}
    assert merkle.check_bundle(merkle.bundle([], [], 0))
