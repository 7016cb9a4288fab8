"""Sealing: what goes in comes out, at its own place, under its own key, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery import sealing
from chancery.sealing import BadKey, Binding, NotGenuine, TooLong

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PLACE = Binding("chancery.test", "sealed", "case:c1", UUID(int=7), "body")


@given(st.binary(max_size=2000), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens_again(plaintext: bytes, key: bytes) -> None:
    nonce, ciphertext = sealing.seal(key, PLACE, plaintext)
    assert sealing.unseal(key, PLACE, nonce, ciphertext) == plaintext
    assert plaintext not in ciphertext or len(plaintext) < 4


@given(st.integers(0, 252), st.integers(0, 252))
def test_short_texts_all_have_one_length(one: int, other: int) -> None:
    assert len(sealing.seal(KEY, PLACE, b"x" * one)[1]) == len(sealing.seal(KEY, PLACE, b"x" * other)[1])


@pytest.mark.parametrize(("length", "padded"), [(0, 256), (252, 256), (253, 512), (508, 512), (509, 768)])
def test_sizes_grow_by_buckets(length: int, padded: int) -> None:
    assert len(sealing.pad(b"x" * length)) == padded


@given(st.data(), st.binary(max_size=600))
def test_one_altered_bit_anywhere_is_refused(data: st.DataObject, plaintext: bytes) -> None:
    nonce, ciphertext = sealing.seal(KEY, PLACE, plaintext)
    whole = bytearray(nonce + ciphertext)
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[at // 8] ^= 1 << (at % 8)
    with pytest.raises(NotGenuine):
        sealing.unseal(KEY, PLACE, bytes(whole[:12]), bytes(whole[12:]))


@given(st.integers(0, 12 + 512 + 15))
def test_every_cut_is_refused(length: int) -> None:
    nonce, ciphertext = sealing.seal(KEY, PLACE, b"x" * 300)
    whole = (nonce + ciphertext)[:length]
    with pytest.raises(NotGenuine):
        sealing.unseal(KEY, PLACE, whole[:12], whole[12:])


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, origin="chancery.other"),
        replace(PLACE, kind="directory"),
        replace(PLACE, key_id="case:c2"),
        replace(PLACE, reference=UUID(int=8)),
        replace(PLACE, field="other"),
        # The same letters, parted elsewhere.
        replace(PLACE, origin="chancery.tests", kind="ealed"),
    ],
)
def test_a_ciphertext_opens_only_at_its_own_place(elsewhere: Binding) -> None:
    nonce, ciphertext = sealing.seal(KEY, PLACE, b"the words")
    with pytest.raises(NotGenuine):
        sealing.unseal(KEY, elsewhere, nonce, ciphertext)
    assert sealing.unseal(KEY, PLACE, nonce, ciphertext) == b"the words"


def test_another_key_is_refused() -> None:
    nonce, ciphertext = sealing.seal(KEY, PLACE, b"the words")
    with pytest.raises(NotGenuine):
        sealing.unseal(OTHER, PLACE, nonce, ciphertext)


def test_the_nonce_is_never_the_same() -> None:
    assert len({sealing.seal(KEY, PLACE, b"")[0] for _ in range(500)}) == 500


@given(st.binary(max_size=600), st.integers(1, 255), st.integers(0, 10_000))
def test_padding_that_we_did_not_write_is_refused(plaintext: bytes, change: int, at: int) -> None:
    padded = bytearray(sealing.pad(plaintext))
    end = 4 + len(plaintext)
    if end == len(padded):
        padded += bytes(sealing.BUCKET)  # a whole bucket too much
    else:
        padded[end + at % (len(padded) - end)] ^= change
    with pytest.raises(NotGenuine):
        sealing.unpad(bytes(padded))


@given(st.lists(st.binary(max_size=20), max_size=5), st.lists(st.binary(max_size=20), max_size=5))
def test_frames_are_unambiguous(one: list[bytes], other: list[bytes]) -> None:
    assert (sealing.framed(*one) == sealing.framed(*other)) is (one == other)
    assert sealing.unframed(sealing.framed(*one), len(one)) == one


@given(st.lists(st.binary(max_size=20), max_size=5), st.binary(min_size=1, max_size=9))
def test_a_frame_with_something_behind_it_is_refused(parts: list[bytes], more: bytes) -> None:
    with pytest.raises(NotGenuine):
        sealing.unframed(sealing.framed(*parts) + more, len(parts))


def test_a_commitment_depends_on_key_place_and_words_only() -> None:
    commitment = sealing.commit(KEY, PLACE.reference, b"words")
    assert commitment == sealing.commit(KEY, PLACE.reference, b"words")
    assert len({
        commitment,
        sealing.commit(OTHER, PLACE.reference, b"words"),
        sealing.commit(KEY, UUID(int=8), b"words"),
        sealing.commit(KEY, PLACE.reference, b"word"),
    }) == 4  # fmt: skip


def test_a_keyed_hash_finds_equal_texts_under_one_label_and_key() -> None:
    composed, combining = "Cafe\u0301", "Caf\u00e9"
    assert sealing.blind(KEY, "uid", composed) == sealing.blind(KEY, "uid", combining)
    assert sealing.blind(KEY, "uid", "a") != sealing.blind(KEY, "officer", "a")
    assert sealing.blind(KEY, "uid", "a") != sealing.blind(OTHER, "uid", "a")
    assert sealing.blind(KEY, "uid", "a") != sealing.blind(KEY, "ui", "da")


def test_each_use_has_a_subkey_of_its_own() -> None:
    uses = ("encrypt", "commit", "blind", "marker")
    assert len({sealing.subkey(KEY, use) for use in uses}) == len(uses)


def test_what_is_too_long_or_no_key_is_refused_with_a_code() -> None:
    with pytest.raises(TooLong) as long:
        sealing.seal(KEY, PLACE, bytes(sealing.LIMIT + 1))
    assert (long.value.code, "1048576" in str(long.value)) == ("vault.too_long", True)
    with pytest.raises(BadKey) as bad:
        sealing.seal(KEY[:16], PLACE, b"")
    assert bad.value.code == "vault.bad_key"
    sealing.seal(KEY, PLACE, bytes(sealing.LIMIT))
