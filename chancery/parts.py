"""Files larger than one sealed field: sealed in parts, which lie beside the manifest that names them.

A part is bound to its manifest's reference and to its number, and the manifest holds a commitment to each, so that none can be
left out, exchanged or moved. Large ones are stored ahead of their command, in a transaction of their own, so that nobody else at
the desk waits for them; those whose command never came are swept after a day, by a function that can take no others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final
from uuid import UUID, uuid5

from chancery import sealing
from chancery.log.pipeline import Statement
from chancery.log.store import Pool
from chancery.sealing import Binding
from chancery.vault import CommitmentMismatch, NotFound, fetch

SIZE: Final = 1_000_000
"""Bytes of a file that one part holds."""
AT_ONCE: Final = 4
"""So many parts go to the database, or come from it, in one statement."""

_PUT: Final = (
    "SELECT vault.part_put(%b::uuid[], %b::text[], %b::uuid[], %b::bytea[], %b::bytea[], %b::bytea[])"
)
_AWAIT: Final = "SELECT vault.part_await(%b::uuid[], %b::text[])"
_GET: Final = "SELECT reference, nonce, ciphertext, commitment FROM vault.part_get(%s::uuid[])"
_SWEEP: Final = "SELECT vault.part_sweep()"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts of one file belong: the log's name, the key, the mission, the reference of the manifest."""

    origin: str
    key_id: str
    mission: str
    manifest: UUID

    def binding(self, number: int) -> Binding:
        """The one place at which part `number` may be read."""
        return Binding(self.origin, "part", self.key_id, self.reference(number), str(number))

    def reference(self, number: int) -> UUID:
        """Where part `number` lies."""
        return uuid5(self.manifest, f"part {number}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part, sealed: a row of `vault.part`."""

    reference: UUID
    mission: str
    manifest: UUID
    nonce: bytes
    ciphertext: bytes
    commitment: str


def sealed(key: bytes, place: Place, content: bytes) -> list[Part]:
    """The parts of a file, sealed. The same file at the same place has the same commitments. Raises BadKey."""
    made = []
    for number, start in enumerate(range(0, len(content), SIZE)):
        piece = content[start : start + SIZE]
        reference = place.reference(number)
        nonce, ciphertext = sealing.seal(key, place.binding(number), piece)
        commitment = sealing.commit(key, reference, piece)
        made.append(Part(reference, place.mission, place.manifest, nonce, ciphertext, commitment))
    return made


def statement(parts: Sequence[Part]) -> Statement:
    """What stores parts. One that is there already as the same words is left; as others, the database refuses (VA001)."""
    return Statement(
        _PUT,
        (
            [one.reference for one in parts],
            [one.mission for one in parts],
            [one.manifest for one in parts],
            [one.nonce for one in parts],
            [one.ciphertext for one in parts],
            [bytes.fromhex(one.commitment) for one in parts],
        ),
    )


async def store_ahead(pool: Pool, parts: Sequence[Part]) -> None:
    """Store parts before their command comes, all or none; and sweep those whose command never came.

    Raises psycopg.Error (VA001 where other words lie under a reference).
    """
    whose = {one.manifest: one.mission for one in parts}
    async with pool.connection() as connection:
        async with connection.transaction():
            await connection.execute(_AWAIT, [list(whose), list(whose.values())])
            for few in _few(parts):
                put = statement(few)
                await connection.execute(put.sql.encode(), put.parameters)
        await connection.execute(_SWEEP)


async def joined(pool: Pool, key: bytes, place: Place, commitments: Sequence[str]) -> bytes:
    """A file out of its parts, each checked against its commitment. Raises NotFound, NotGenuine, CommitmentMismatch."""
    content = bytearray()
    for first in range(0, len(commitments), AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, len(commitments)))
        wanted = [place.reference(number) for number in numbers]
        rows = {row[0]: row for row in await fetch(pool, _GET, [wanted])}
        for number, reference in zip(numbers, wanted, strict=True):
            if reference not in rows:
                raise NotFound(f"Part {number} of the file is not in the vault.")
            _, nonce, ciphertext, _ = rows[reference]
            piece = sealing.unseal(key, place.binding(number), bytes(nonce), bytes(ciphertext))
            if not compare_digest(sealing.commit(key, reference, piece), commitments[number]):
                raise CommitmentMismatch(f"Part {number} of the file is not what its manifest speaks of.")
            content += piece
    return bytes(content)


def _few(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    for first in range(0, len(parts), AT_ONCE):
        yield parts[first : first + AT_ONCE]
