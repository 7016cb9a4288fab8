"""What Temporal may see of our payloads: nothing. A strict codec, which refuses whatever it did not write.

Temporal's server, its store and its operators are not trusted with content, nor to tell the truth. Each payload is
sealed with AES-256-GCM and bound to the namespace and the workflow it belongs to, for the workflow and for its
activities alike. A payload in clear, moved from another workflow, cut short, or under a key that was retired is
refused: on a worker that fails the workflow's task, which Temporal tries again and the alarm shows. It never fails
the workflow, and never lets it go on.

Not covered, since Temporal reads them itself: ids, type names, search attributes, memo keys, and headers, which
carry codes only. A Schedule adds a timestamp to its workflow's id, so what it would carry itself never opens: ticks are
started with nothing. But Temporal hands each run of a Schedule what the run before it returned, or how it failed: so the
runs of one mission's tick are one place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    PayloadConverter,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from typing_extensions import override

from chancery import sealing
from chancery.keystore import KeyStore
from chancery.sealing import NONCE_BYTES, NotGenuine, VaultError

ENCODING: Final = b"binary/chancery-sealed-1"
PURPOSE: Final = "temporal"
_TICK: Final = re.compile(r"(tick:.+)-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""What a Schedule makes of the id `tick:<mission>`: each day's run bears the time for which it was planned."""


class CodecRefused(VaultError):
    """A payload that may not be read or written. Not an ApplicationError: that could end a workflow."""

    code = "codec.refused"


class PlaintextRefused(CodecRefused):
    """A payload or failure that came without our seal."""

    code = "codec.plaintext"


class UnknownKeyRefused(CodecRefused):
    """A payload under a key that was retired, or is not ours."""

    code = "codec.unknown_key"


class NotGenuineRefused(CodecRefused):
    """A payload that was altered, cut short, or moved from another workflow."""

    code = "codec.not_genuine"


class NoContextRefused(CodecRefused):
    """A payload that belongs to no workflow, and so can be bound to none."""

    code = "codec.no_context"


@dataclass(frozen=True)
class KeyRing:
    """The keys of payloads by id: `current` seals; every one here opens; one that is not here was retired.

    To rotate: add a key on every worker, then make it current, and drop the old one when the last history under it
    has passed its retention.
    """

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise UnknownKeyRefused(f"The current payload key {self.current} is not among the keys given.")

    @classmethod
    def derived(cls, secret: bytes, current: str, known: Sequence[str] = ()) -> Self:
        """The ring whose keys are derived from one secret of 32 bytes, one for each id. Raises BadKey."""
        return cls(current, {one: sealing.subkey(secret, f"payload/{one}") for one in (current, *known)})

    @classmethod
    def from_store(cls, keystore: KeyStore, current: str, known: Sequence[str] = ()) -> Self:
        """The ring derived from the key store's key for Temporal, made at the first use."""
        return cls.derived(keystore.get(keystore.create_purpose(PURPOSE)), current, known)


class StrictCodec(PayloadCodec, WithSerializationContext):
    """Seals each payload, whole with its metadata, and opens only what it sealed in the same namespace and workflow."""

    def __init__(self, ring: KeyRing, place: tuple[str, str] | None = None) -> None:
        """`place` is (namespace, workflow id); without one, as the client gives it, nothing passes."""
        self._ring = ring
        self._place = place

    @override
    def with_context(self, context: SerializationContext) -> Self:
        match context:
            case WorkflowSerializationContext(namespace=namespace, workflow_id=workflow_id):
                return type(self)(self._ring, (namespace, _bound_to(workflow_id)))
            case ActivitySerializationContext(namespace=namespace, workflow_id=str(workflow_id)):
                return type(self)(self._ring, (namespace, _bound_to(workflow_id)))
            case _:
                return type(self)(self._ring)

    @override
    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NoContextRefused, TooLong."""
        return [self._seal(payload) for payload in payloads]

    @override
    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises PlaintextRefused, UnknownKeyRefused, NotGenuineRefused, NoContextRefused."""
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        key_id = self._ring.current
        aad = self._aad(key_id)
        nonce, ciphertext = sealing.encrypt(self._ring.keys[key_id], aad, payload.SerializeToString())
        return Payload(metadata={"encoding": ENCODING, "key": key_id.encode()}, data=nonce + ciphertext)

    def _open(self, payload: Payload) -> Payload:
        metadata = dict(payload.metadata)
        if metadata.pop("encoding", None) != ENCODING:
            raise PlaintextRefused("A payload came without our seal; only sealed ones are read.")
        key_id = metadata.pop("key", b"").decode(errors="replace")
        key = self._ring.keys.get(key_id)
        if key is None:
            raise UnknownKeyRefused("A payload is sealed under a key that was retired or is not ours.")
        if metadata or payload.external_payloads:
            raise NotGenuineRefused("A payload carries metadata that we did not write.")
        nonce, ciphertext = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(sealing.decrypt(key, self._aad(key_id), nonce, ciphertext))
        except (NotGenuine, DecodeError):
            raise NotGenuineRefused(
                "A payload was altered, cut short, or moved from another workflow."
            ) from None

    def _aad(self, key_id: str) -> bytes:
        if self._place is None:
            raise NoContextRefused("A payload that belongs to no workflow cannot be sealed or opened.")
        namespace, workflow_id = self._place
        return sealing.framed(ENCODING, key_id.encode(), namespace.encode(), workflow_id.encode())


def _bound_to(workflow_id: str) -> str:
    """What payloads of a workflow are bound to: its id, and for the runs of one tick the id that they share."""
    tick = _TICK.fullmatch(workflow_id)
    return workflow_id if tick is None else tick[1]


class StrictFailureConverter(DefaultFailureConverterWithEncodedAttributes):
    """Seals the text of failures, and refuses an application's failure that came without our seal.

    The server itself writes timeouts, cancellations and terminations, in clear: those are its word to give. What an
    activity or a workflow failed with is ours, and its type, which Temporal needs in clear for its retry policy, must
    equal the one sealed with the text.
    """

    @override
    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        super().to_failure(exception, payload_converter, failure)
        if failure.HasField("application_failure_info"):
            [attributes] = payload_converter.from_payloads([failure.encoded_attributes], [dict[str, Any]])
            attributes["type"] = failure.application_failure_info.type
            attributes["non_retryable"] = failure.application_failure_info.non_retryable
            failure.encoded_attributes.CopyFrom(payload_converter.to_payloads([attributes])[0])

    @override
    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        """Raises PlaintextRefused, NotGenuineRefused."""
        if failure.HasField("application_failure_info"):
            if not failure.HasField("encoded_attributes"):
                raise PlaintextRefused("A failure came without our seal; only sealed ones are read.")
            [attributes] = payload_converter.from_payloads([failure.encoded_attributes], [dict[str, Any]])
            info = failure.application_failure_info
            if (attributes.get("type"), attributes.get("non_retryable")) != (info.type, info.non_retryable):
                raise NotGenuineRefused("A failure's type was altered on its way.")
        return super().from_failure(failure, payload_converter)


def data_converter(ring: KeyRing) -> DataConverter:
    """The converter that every client, worker and replayer of ours is given."""
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        payload_codec=StrictCodec(ring),
        failure_converter_class=StrictFailureConverter,
    )
