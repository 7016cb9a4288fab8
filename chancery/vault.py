"""What may not stand in the log: sealed here, under a key that can be destroyed.

An event holds a reference and a keyed commitment; the ciphertext commits in the same transaction. A row names its
mission (which the streams show anyway) and no case: whoever holds a case's key knows its rows by their marker, and
when the key is gone nothing links them, to the case or to each other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Final, LiteralString, NamedTuple, TypeAlias
from uuid import UUID, uuid4

import psycopg
import rfc8785
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from chancery import sealing
from chancery.keystore import BadKeyId, KeyMissing, KeyStore, Shredded
from chancery.log.pipeline import BatchRefused, Statement
from chancery.sealing import Binding, NotGenuine, VaultError

Plaintext: TypeAlias = str | bytes | dict[str, Any]
Source: TypeAlias = psycopg.AsyncConnection[Any] | AsyncConnectionPool[Any]

PUT: Final = "SELECT vault.put(%b::uuid[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[])"
GET: Final = "SELECT reference, mission, marker, nonce, ciphertext, commitment FROM vault.get(%s::uuid[])"
KINDS: Final = ("mission", "case", "posting")
"""Whose keys seal fields: a mission's, a case's, and, of words about a member of staff, their posting's: they go with it."""
_TEXT, _BYTES, _JSON = b"t", b"b", b"j"


class NotFound(VaultError):
    """No row has this reference."""

    code = "vault.not_found"


class CommitmentMismatch(VaultError):
    """What is sealed here is not what the event speaks of."""

    code = "vault.commitment"


class ReferenceTaken(VaultError):
    """The reference already holds other words."""

    code = "vault.reference_taken"


class PostingTaken(VaultError):
    """The posting already stands for another officer, or was erased."""

    code = "vault.posting_taken"


_REFUSALS: Final[dict[str, type[VaultError]]] = {"VA001": ReferenceTaken, "VA002": PostingTaken}


class Opened(NamedTuple):
    """What was sealed, as what."""

    kind: str
    plaintext: Plaintext


@dataclass(frozen=True, slots=True)
class Sealed:
    """A field ready to be stored. Only `event()` may enter an event; the rest is one row of `vault.sealed`."""

    reference: UUID
    commitment: str
    mission: str
    marker: bytes
    nonce: bytes
    ciphertext: bytes

    def event(self) -> dict[str, str]:
        """What stands for the words in the log."""
        return {"ref": str(self.reference), "commit": self.commitment}


class Vault:
    """Seals fields under the keys of a key store and opens them again, for the log named `origin`."""

    def __init__(self, keystore: KeyStore, origin: str) -> None:
        self.keystore = keystore
        self.origin = origin
        self._latest: dict[str, str] = {}

    def seal(self, key_id: str, kind: str, plaintext: Plaintext, reference: UUID | None = None) -> Sealed:
        """Seal words, bytes or a JSON object under the key of a mission, a case or a posting.

        A command that may be sent again passes a `reference` derived from its own id: the commitment is the same each
        time, so the row that came first serves. `kind` is sealed along, since it can tell as much as the words.
        Raises VaultLocked, Shredded, KeyMissing, BadKeyId, TooLong.
        """
        if key_id.partition(":")[0] not in KINDS:
            raise BadKeyId("A field is sealed under the key of a mission, of a case or of a posting.")
        key = self.keystore.get(key_id)
        place = uuid4() if reference is None else reference
        packed = _pack(kind, plaintext)
        nonce, ciphertext = sealing.seal(key, self._binding(key_id, place), packed)
        return Sealed(
            place,
            sealing.commit(key, place, packed),
            self.keystore.mission_of(key_id),
            sealing.marker(key, place),
            nonce,
            ciphertext,
        )

    def statement(self, sealeds: Sequence[Sealed]) -> Statement:
        """What stores the fields: it goes into the transaction of the append, before it.

        A reference that is there already with the same words is left as it is; with others the database refuses, and
        `refusal` names that.
        """
        columns = (
            [one.reference for one in sealeds],
            [one.mission for one in sealeds],
            [one.marker for one in sealeds],
            [one.nonce for one in sealeds],
            [one.ciphertext for one in sealeds],
            [bytes.fromhex(one.commitment) for one in sealeds],
        )
        return Statement(PUT, columns)

    def blind(self, key_id: str, label: str, text: str) -> str:
        """A keyed hash to find equal texts by, under the key of a case or mission. Raises as the key store does."""
        return sealing.blind(self.keystore.get(key_id), label, text)

    def marker(self, key_id: str, reference: UUID) -> bytes:
        """16 bytes by which the holder of a key knows its own rows. Raises as the key store does."""
        return sealing.marker(self.keystore.get(key_id), reference)

    async def open(self, source: Source, reference: UUID, commitment: str) -> Plaintext:
        """Read one field and check it against its event.

        Raises NotFound, VaultLocked, Shredded, CommitmentMismatch, NotGenuine, KeyMissing.
        """
        outcome = (await self.open_many(source, [(reference, commitment)]))[reference]
        if isinstance(outcome, VaultError):
            raise outcome
        return outcome.plaintext

    async def open_many(
        self, source: Source, wanted: Iterable[tuple[UUID, str]], under: Sequence[str] | None = None
    ) -> dict[UUID, Opened | VaultError]:
        """Read many fields in one round trip; one that cannot be read gives its reason in its place.

        `under`: only what is sealed under one of these keys; any other field counts as unreadable (Shredded), so that who may
        read one case of a proceeding does not read its neighbours.
        """
        commitments = dict(wanted)
        rows = {row[0]: row for row in await fetch(source, GET, [list(commitments)])}
        outcomes: dict[UUID, Opened | VaultError] = {}
        for reference, commitment in commitments.items():
            try:
                outcomes[reference] = self._open(reference, commitment, rows.get(reference), under)
            except VaultError as refusal:
                outcomes[reference] = refusal
        return outcomes

    async def find(
        self, source: Source, references: Iterable[UUID], under: Sequence[str] | None = None
    ) -> dict[UUID, Plaintext]:
        """What lies under references that only the holder of a key can make (a case's index); what is not there is left out.

        No event speaks of these, so nothing but the row itself says what it should hold. Raises VaultLocked, Shredded,
        NotGenuine.
        """
        rows = {row[0]: row for row in await fetch(source, GET, [list(references)])}
        return {
            reference: self._open(reference, bytes(row[5]).hex(), row, under).plaintext
            for reference, row in rows.items()
        }

    def _open(
        self,
        reference: UUID,
        commitment: str,
        row: tuple[Any, ...] | None,
        under: Sequence[str] | None = None,
    ) -> Opened:
        if row is None:
            raise NotFound(f"The vault has nothing under the reference {reference}.")
        _, mission, marker, nonce, ciphertext, stored = row
        key_id, key = self._key_of(mission, marker, reference, under)
        packed = sealing.unseal(key, self._binding(key_id, reference), nonce, ciphertext)
        actual = sealing.commit(key, reference, packed)
        if not compare_digest(actual, commitment) or not compare_digest(actual, bytes(stored).hex()):
            raise CommitmentMismatch(f"What is sealed under {reference} is not what the event speaks of.")
        return _unpack(packed)

    def _key_of(
        self, mission: str, marker: bytes, reference: UUID, under: Sequence[str] | None
    ) -> tuple[str, bytes]:
        """The living key that knows this row by its marker, the one that served last first."""
        for key_id in self._candidates(mission) if under is None else under:
            try:
                key = self.keystore.get(key_id)
            except (KeyMissing, Shredded):
                continue
            if compare_digest(sealing.marker(key, reference), marker):
                self._latest[mission] = key_id
                return key_id, key
        raise Shredded(f"The key of {reference} was destroyed; what it sealed cannot be read again.")

    def _candidates(self, mission: str) -> Iterator[str]:
        if mission in self._latest:
            yield self._latest[mission]
        for kind in KINDS:
            yield from self.keystore.keys(mission, kind)

    def _binding(self, key_id: str, reference: UUID) -> Binding:
        return Binding(self.origin, "sealed", key_id, reference, "body")


def refusal(error: psycopg.Error | BatchRefused) -> VaultError | None:
    """What the vault's functions meant by refusing, or None if the error is not theirs."""
    source = error.__cause__ if isinstance(error, BatchRefused) else error
    if not isinstance(source, psycopg.Error) or source.sqlstate not in _REFUSALS:
        return None
    return _REFUSALS[source.sqlstate](source.diag.message_primary or "The vault refused.")


def joined(sealed: Iterable[Statement]) -> list[Statement]:
    """What goes into the vault, as one call for the whole batch instead of one for each command.

    The vault's call takes columns, so many calls are one with longer columns; if the vault refuses it, the batch is
    halved like any other. Statements of another kind go as they are.
    """
    columns: list[list[Any]] | None = None
    others: list[Statement] = []
    for statement in sealed:
        if statement.sql != PUT:
            others.append(statement)
        elif columns is None:
            columns = [list(column) for column in _columns(statement)]
        else:
            for column, more in zip(columns, _columns(statement), strict=True):
                column.extend(more)
    return others if columns is None else [Statement(PUT, columns), *others]


def _columns(statement: Statement) -> Sequence[Sequence[Any]]:
    assert not isinstance(statement.parameters, Mapping)
    return statement.parameters


async def fetch(source: Source, query: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a query on a connection, or on one of a pool, and return its rows as tuples."""
    if isinstance(source, AsyncConnectionPool):
        async with source.connection() as connection:
            return await fetch(connection, query, parameters)
    async with source.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()


def _pack(kind: str, plaintext: Plaintext) -> bytes:
    match plaintext:
        case str():
            return sealing.framed(_TEXT, kind.encode(), plaintext.encode())
        case bytes():
            return sealing.framed(_BYTES, kind.encode(), plaintext)
        case dict():
            return sealing.framed(_JSON, kind.encode(), rfc8785.dumps(plaintext))


def _unpack(packed: bytes) -> Opened:
    mark, kind, content = sealing.unframed(packed, 3)
    match mark:
        case b"t":
            return Opened(kind.decode(), content.decode())
        case b"b":
            return Opened(kind.decode(), content)
        case b"j":
            return Opened(kind.decode(), json.loads(content))
    raise NotGenuine("The sealed bytes are of a type that this version does not know.")
