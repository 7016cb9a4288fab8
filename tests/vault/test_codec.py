"""The strict codec by itself: rotation, and 1,000 abuses that are all refused."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    NexusSerializationContext,
    SerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from chancery.codec import (
    ENCODING,
    CodecRefused,
    KeyRing,
    NoContextRefused,
    NotGenuineRefused,
    PlaintextRefused,
    StrictCodec,
    UnknownKeyRefused,
    data_converter,
)
from chancery.keystore import FileKeyStore

SECRET = bytes(range(32))
RING = KeyRing.derived(SECRET, "t1")
HERE = WorkflowSerializationContext(namespace="chancery", workflow_id="obligation-1")


def activity(
    workflow_id: str | None = "obligation-1", namespace: str = "chancery"
) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace=namespace,
        activity_id=None,
        activity_type="any",
        activity_task_queue="io",
        workflow_id=workflow_id,
        workflow_type="Any",
        is_local=False,
    )


def codec(context: SerializationContext | None = HERE, ring: KeyRing = RING) -> StrictCodec:
    bare = StrictCodec(ring)
    return bare if context is None else bare.with_context(context)


async def sealed(data: bytes = b'"words"', ring: KeyRing = RING) -> Payload:
    [payload] = await codec(ring=ring).encode([Payload(metadata={"encoding": b"json/plain"}, data=data)])
    return payload


payloads = st.builds(
    lambda metadata, data: Payload(metadata=metadata, data=data),
    st.dictionaries(st.text(max_size=8), st.binary(max_size=20), max_size=3),
    st.binary(max_size=900),
)


@given(st.lists(payloads, max_size=4))
async def test_any_payload_comes_back_whole_through_workflow_and_activity(given_: list[Payload]) -> None:
    encoded = await codec().encode(given_)
    assert await codec().decode(encoded) == given_
    assert await codec(activity()).decode(encoded) == given_
    assert await codec().decode(await codec(activity()).encode(given_)) == given_


async def test_nothing_of_a_payload_shows() -> None:
    payload = await sealed(b'"the words of a case"')
    shown = payload.SerializeToString()
    assert b"words" not in shown
    assert b"json/plain" not in shown
    assert set(payload.metadata) == {"encoding", "key"}
    assert len((await sealed(b'"a"')).data) == len((await sealed(b'"' + b"a" * 150 + b'"')).data)


@pytest.mark.parametrize(
    "context",
    [
        WorkflowSerializationContext(namespace="chancery", workflow_id="obligation-2"),
        WorkflowSerializationContext(namespace="other", workflow_id="obligation-1"),
        WorkflowSerializationContext(namespace="chanceryo", workflow_id="bligation-1"),
        activity("obligation-2"),
        activity(namespace="other"),
    ],
)
async def test_a_payload_of_another_workflow_is_refused(context: SerializationContext) -> None:
    payload = await sealed()
    assert await codec().decode([payload])
    with pytest.raises(NotGenuineRefused):
        await codec(context).decode([payload])


@pytest.mark.parametrize(
    "context",
    [None, activity(None), NexusSerializationContext(endpoint="e", service="s", operation="o")],
)
async def test_what_belongs_to_no_workflow_is_neither_sealed_nor_opened(
    context: SerializationContext | None,
) -> None:
    for content in (
        Payload(metadata={"encoding": b"json/plain"}, data=b"1"),
        Payload(metadata={"encoding": b"binary/null"}),
    ):
        with pytest.raises(NoContextRefused):
            await codec(context).encode([content])
    with pytest.raises(NoContextRefused):
        await codec(context).decode([await sealed()])
    assert await codec(context).encode([]) == []


def _cut(payload: Payload, at: int, _: int) -> None:
    payload.data = payload.data[: at % len(payload.data)]


def _flip(payload: Payload, at: int, bit: int) -> None:
    changed = bytearray(payload.data)
    changed[at % len(changed)] ^= 1 << bit
    payload.data = bytes(changed)


def _append(payload: Payload, at: int, bit: int) -> None:
    payload.data += bytes([bit]) * (1 + at % 300)


def _unmark(payload: Payload, at: int, _: int) -> None:
    payload.metadata["encoding"] = [b"json/plain", b"binary/plain", b"binary/null", b"", ENCODING + b"2"][
        at % 5
    ]


def _remove(payload: Payload, at: int, _: int) -> None:
    del payload.metadata[["encoding", "key"][at % 2]]


def _rename_key(payload: Payload, at: int, _: int) -> None:
    payload.metadata["key"] = [b"t0", b"t2", b"", b"\xff"][at % 4]


def _add_metadata(payload: Payload, at: int, _: int) -> None:
    payload.metadata[f"more{at % 3}"] = b"1"


def _plaintext(payload: Payload, _: int, __: int) -> None:
    payload.CopyFrom(Payload(metadata={"encoding": b"json/plain"}, data=b'"deadline met"'))


def _plaintext_under_our_mark(payload: Payload, _: int, __: int) -> None:
    payload.data = Payload(metadata={"encoding": b"json/plain"}, data=b'"deadline met"').SerializeToString()


ABUSES: list[Callable[[Payload, int, int], None]] = [
    _cut, _flip, _append, _unmark, _remove, _rename_key, _add_metadata, _plaintext, _plaintext_under_our_mark,
]  # fmt: skip


@given(st.sampled_from(ABUSES), st.integers(0, 5000), st.integers(0, 7))
@settings(max_examples=1000, deadline=None)
async def test_a_thousand_abuses_are_all_refused(
    abuse: Callable[[Payload, int, int], None], at: int, bit: int
) -> None:
    """TRIALS.md, row 27. The second current key is there so that a swapped key id names a living key."""
    ring = KeyRing.derived(SECRET, "t1", ["t2"])
    payload = await sealed(b'"' + b"w" * (at % 400) + b'"', ring)
    assert await codec(ring=ring).decode([payload])  # the control: before the abuse it opens
    abuse(payload, at, bit)
    with pytest.raises(CodecRefused):
        await codec(ring=ring).decode([payload])


async def test_keys_rotate_and_a_retired_one_is_refused() -> None:
    old, both, new = (KeyRing.derived(SECRET, *ids) for ids in (("t1",), ("t2", ["t1"]), ("t2",)))
    before, after = await sealed(ring=old), await sealed(ring=both)
    assert (before.metadata["key"], after.metadata["key"]) == (b"t1", b"t2")
    assert await codec(ring=both).decode([before]) == await codec(ring=both).decode([after])
    assert await codec(ring=new).decode([after])
    with pytest.raises(UnknownKeyRefused):
        await codec(ring=new).decode([before])
    with pytest.raises(UnknownKeyRefused):
        KeyRing("t3", dict(both.keys))


async def test_another_installations_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(NotGenuineRefused):
        await codec(ring=KeyRing.derived(bytes(32), "t1")).decode([await sealed()])


async def test_the_ring_comes_from_the_key_store(tmp_path: pytest.TempPathFactory) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "keys"
    one, again = (KeyRing.from_store(FileKeyStore(folder), "t1") for _ in range(2))
    assert await codec(ring=again).decode([await sealed(ring=one)])
    assert "keys" not in repr(one)


async def test_a_batch_with_one_bad_payload_gives_nothing() -> None:
    with pytest.raises(PlaintextRefused):
        await codec().decode([await sealed(), Payload(metadata={"encoding": b"json/plain"}, data=b"1")])


async def failed(converter: DataConverter) -> Failure:
    failure, error = Failure(), ApplicationError("outer words", "detail words", type="a.code")
    error.__cause__ = ValueError("inner words")
    await converter.encode_failure(error, failure)
    return failure


async def test_a_failure_travels_sealed_and_comes_back_whole() -> None:
    converter = data_converter(RING).with_context(HERE)
    failure = await failed(converter)
    assert b"words" not in failure.SerializeToString()
    assert b"words" in (await failed(DataConverter.default)).SerializeToString()  # the control
    error = await converter.decode_failure(failure)
    assert isinstance(error, ApplicationError)
    assert (error.message, error.type, tuple(error.details)) == ("outer words", "a.code", ("detail words",))
    assert str(error.__cause__).endswith("inner words")


def _other_type(failure: Failure) -> None:
    failure.application_failure_info.type = "another.code"


def _other_finality(failure: Failure) -> None:
    failure.application_failure_info.non_retryable = True


def _other_cause(failure: Failure) -> None:
    failure.cause.application_failure_info.type = "another.code"


def _clear_text(failure: Failure) -> None:
    failure.ClearField("encoded_attributes")
    failure.message = "deadline met"


@pytest.mark.parametrize("abuse", [_other_type, _other_finality, _other_cause, _clear_text])
async def test_a_forged_failure_is_refused(abuse: Callable[[Failure], None]) -> None:
    converter = data_converter(RING).with_context(HERE)
    failure = await failed(converter)
    abuse(failure)
    with pytest.raises(CodecRefused):
        await converter.decode_failure(failure)


async def test_refusals_have_codes_and_repeat_nothing_of_the_payload() -> None:
    for refused, payload in (
        ("codec.plaintext", Payload(metadata={"encoding": b"json/plain"}, data=b'"canary"')),
        ("codec.unknown_key", Payload(metadata={"encoding": ENCODING, "key": b"canary"}, data=b"canary")),
        ("codec.not_genuine", Payload(metadata={"encoding": ENCODING, "key": b"t1"}, data=b"canary")),
    ):
        with pytest.raises(CodecRefused) as caught:
            await codec().decode([payload])
        assert caught.value.code == refused
        assert "canary" not in str(caught.value)


async def test_one_days_tick_reads_what_the_day_before_left_and_no_other_missions_does() -> None:
    def day(workflow_id: str) -> StrictCodec:
        return codec(WorkflowSerializationContext(namespace="chancery", workflow_id=workflow_id))

    left = await day("tick:Q-2026-05-05T06:00:00Z").encode([Payload(data=b"[]")])
    assert await day("tick:Q-2026-05-06T06:00:00Z").decode(left) == [Payload(data=b"[]")]
    for other in ("tick:Q2-2026-05-06T06:00:00Z", "tick:R-2026-05-06T06:00:00Z", "o-2026-05-06T06:00:00Z"):
        with pytest.raises(NotGenuineRefused):
            await day(other).decode(left)
