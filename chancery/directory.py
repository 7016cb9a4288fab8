"""The directory of officers: who stood behind a posting code. It lies beside the log, and an entry can be erased.

The log knows a posting by a random code only. Each entry is sealed under a key of its own, so that to erase it is to
destroy that key. Entries are found by a keyed hash of the officer's code, under a key of the installation's own.
"""

import base64
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from chancery import sealing
from chancery.keystore import KeyStore
from chancery.log.pipeline import Statement
from chancery.sealing import Binding, VaultError
from chancery.vault import Source, fetch

PUT: Final = "SELECT vault.directory_put(%s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::bytea[])"
FIND: Final = "SELECT * FROM vault.directory_find(%s)"
GET: Final = "SELECT posting, nonce, ciphertext FROM vault.directory_get(%s::text[])"
ERASE: Final = "SELECT vault.directory_erase(%s)"
_INDEX: Final = "directory"
_CODE_BYTES: Final = 7
_CODE_LETTERS: Final = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """An officer in a posting. `officer` is an administrative code such as Q-103, never a name."""

    posting: str
    mission: str
    officer: str


class Directory:
    """Turns posting codes into officers and back, for the log named `origin`."""

    def __init__(
        self, keystore: KeyStore, origin: str, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        """`random_bytes` gives the bytes of new codes: a rehearsal passes a seeded source, to print the same twice."""
        self._keystore = keystore
        self._origin = origin
        self._random_bytes = random_bytes

    def new_posting(self) -> str:
        """A new code for a posting: `p-` and ten letters and digits, 50 random bits."""
        return "p-" + base64.b32encode(self._random_bytes(_CODE_BYTES)).decode()[:_CODE_LETTERS].lower()

    def statement(self, entries: Sequence[Entry]) -> Statement:
        """What stores the entries: it goes into the transaction of the append, before it.

        Makes the key of each posting first, and the installation's index key at the first use. The same posting with
        the same officer changes nothing; with another the database refuses (`chancery.vault.refusal`).
        Raises VaultLocked, Shredded, KeyMissing, BadKeyId.
        """
        sealed = [self._seal(entry) for entry in entries]
        columns = (
            [entry.posting for entry in entries],
            [entry.mission for entry in entries],
            [self._mac(entry.officer) for entry in entries],
            [nonce for nonce, _ in sealed],
            [ciphertext for _, ciphertext in sealed],
        )
        return Statement(PUT, columns)

    async def postings_of(self, source: Source, officer: str) -> list[str]:
        """Every posting of an officer, in every mission, but those erased. Works while a vault is locked."""
        return [row[0] for row in await fetch(source, FIND, [self._mac(officer)])]

    async def officers_of(self, source: Source, postings: Iterable[str]) -> dict[str, str]:
        """The officer of each posting; the posting's own code where the entry is erased, locked or unknown."""
        asked = list(dict.fromkeys(postings))
        found = {row[0]: self._open(*row) for row in await fetch(source, GET, [asked])}
        return {posting: found.get(posting, posting) for posting in asked}

    async def erase(self, source: Source, posting: str) -> None:
        """Erase an entry: its key is destroyed first, then the row is emptied. Repeating it is no error."""
        self._keystore.destroy(f"posting:{posting}")
        await fetch(source, ERASE, [posting])

    def _seal(self, entry: Entry) -> tuple[bytes, bytes]:
        key_id = self._keystore.create_posting(entry.mission, entry.posting)
        return sealing.seal(self._keystore.get(key_id), self._binding(entry.posting), entry.officer.encode())

    def _open(self, posting: str, nonce: bytes, ciphertext: bytes) -> str:
        try:
            key = self._keystore.get(f"posting:{posting}")
        except VaultError:
            return posting
        return sealing.unseal(key, self._binding(posting), nonce, ciphertext).decode()

    def _mac(self, officer: str) -> bytes:
        key = self._keystore.get(self._keystore.create_purpose(_INDEX))
        return bytes.fromhex(sealing.blind(key, "officer", officer))

    def _binding(self, posting: str) -> Binding:
        reference = uuid5(NAMESPACE_URL, f"chancery:posting:{posting}")
        return Binding(self._origin, "directory", f"posting:{posting}", reference, "officer")
