"""Small questions to the web's own tables, and a box that seals what they must not show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg.rows import dict_row

from chancery import sealing
from chancery.keystore import KeyStore
from chancery.log.store import Pool
from chancery.sealing import Binding

Row = dict[str, Any]
_PURPOSE: Final = "web"


async def rows(pool: Pool, query: LiteralString, parameters: Sequence[Any] = ()) -> list[Row]:
    """What a query gives, as dicts; nothing for a statement that gives nothing."""
    async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall() if cursor.description else []


async def one(pool: Pool, query: LiteralString, parameters: Sequence[Any] = ()) -> Row | None:
    """The first row of a query, if there is one."""
    found = await rows(pool, query, parameters)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Box:
    """Seals what the web keeps, under one key of the installation; opens it again at the same place only."""

    keys: KeyStore
    origin: str

    def seal(self, place: UUID, what: str, content: bytes) -> tuple[bytes, bytes]:
        """(nonce, ciphertext) of something that lies at `place` as `what`. Raises TooLong."""
        key_id = self.keys.create_purpose(_PURPOSE)
        return sealing.seal(self.keys.get(key_id), Binding(self.origin, "web", key_id, place, what), content)

    def open(self, place: UUID, what: str, nonce: bytes, ciphertext: bytes) -> bytes:
        """What was sealed there. Raises NotGenuine."""
        key_id = self.keys.create_purpose(_PURPOSE)
        binding = Binding(self.origin, "web", key_id, place, what)
        return sealing.unseal(self.keys.get(key_id), binding, bytes(nonce), bytes(ciphertext))

    def mac(self, label: str, text: str) -> bytes:
        """A keyed hash to find something by."""
        return bytes.fromhex(sealing.blind(self.keys.get(self.keys.create_purpose(_PURPOSE)), label, text))

    def place(self, text: str) -> UUID:
        """A place with a name of its own."""
        return uuid5(NAMESPACE_URL, f"chancery:web:{text}")
