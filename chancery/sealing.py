"""The vault's arithmetic: sealing, commitments and keyed hashes. Pure functions over keys that the caller holds.

AES-256-GCM (NIST SP 800-38D) hides the words and binds them to their place. GCM does not commit to its key: whoever
knows two keys can craft one ciphertext with two readings. So an event also carries an HMAC-SHA256 of the plaintext,
under a subkey of the same key. Subkeys come from HKDF-Expand (RFC 5869, 2.3); its extract step is left out, as
section 3.3 allows, because every key here is 32 uniformly random bytes.
"""

import hmac
import os
import unicodedata
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
BUCKET: Final = 256
LIMIT: Final = 1 << 20
_LENGTH_BYTES: Final = 4


class VaultError(Exception):
    """What the vault refuses. `code` is stable; the message is one sentence and holds nothing that was sealed."""

    code: ClassVar[str] = "vault.error"


class NotGenuine(VaultError):
    """The bytes were altered, moved to another place, or sealed under another key."""

    code = "vault.not_genuine"


class TooLong(VaultError):
    """More than one sealed field may hold."""

    code = "vault.too_long"


class BadKey(VaultError):
    """A key that is not 32 bytes."""

    code = "vault.bad_key"


@dataclass(frozen=True, slots=True)
class Binding:
    """The one place at which a ciphertext may be read: moved to another, it does not open.

    `origin` is the log's name, `kind` the store it lies in, `field` what it is there; `reference` names the row.
    """

    origin: str
    kind: str
    key_id: str
    reference: UUID
    field: str

    def aad(self) -> bytes:
        """The bytes that GCM authenticates beside the ciphertext."""
        return framed(
            b"chancery/sealed/1",
            self.origin.encode(),
            self.kind.encode(),
            self.key_id.encode(),
            self.reference.bytes,
            self.field.encode(),
        )


def framed(*parts: bytes) -> bytes:
    """Join parts so that no other list of parts gives the same bytes: each goes behind its length."""
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def unframed(joined: bytes, count: int) -> list[bytes]:
    """Undo `framed`, for exactly `count` parts. Raises NotGenuine."""
    parts, at = [], 0
    for _ in range(count):
        end = at + _LENGTH_BYTES + int.from_bytes(joined[at : at + _LENGTH_BYTES], "big")
        parts.append(joined[at + _LENGTH_BYTES : end])
        at = end
    if framed(*parts) != joined:
        raise NotGenuine("The sealed bytes are not framed the way they were written.")
    return parts


def subkey(key: bytes, label: str) -> bytes:
    """Derive the key for one use, 32 bytes (RFC 5869, HKDF-Expand with SHA-256, one block).

    Raises BadKey.
    """
    if len(key) != KEY_BYTES:
        raise BadKey(f"A key has {len(key)} bytes; {KEY_BYTES} are needed.")
    return hmac.digest(key, b"chancery/1/" + label.encode() + b"\x01", "sha256")


def pad(plaintext: bytes) -> bytes:
    """Put the length in front and fill up to a multiple of 256 bytes, so that sizes tell little. Raises TooLong."""
    if len(plaintext) > LIMIT:
        raise TooLong(f"A sealed field holds at most {LIMIT} bytes; this one has {len(plaintext)}.")
    filled = len(plaintext).to_bytes(_LENGTH_BYTES, "big") + plaintext
    return filled + bytes(-len(filled) % BUCKET)


def unpad(padded: bytes) -> bytes:
    """Undo `pad`, exactly: any other filling is refused. Raises NotGenuine."""
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    plaintext = padded[_LENGTH_BYTES:end]
    if len(padded) < BUCKET or end > len(padded) or pad(plaintext) != padded:
        raise NotGenuine("The sealed bytes are not filled the way they were written.")
    return plaintext


def encrypt(key: bytes, aad: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
    """Encrypt the padded plaintext under the key's own encryption subkey. Returns (nonce, ciphertext with tag).

    The nonce is random: 96 bits stay clear of repeats for 2**32 fields under one key (SP 800-38D, 8.3).
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce, AESGCM(subkey(key, "encrypt")).encrypt(nonce, pad(plaintext), aad)


def decrypt(key: bytes, aad: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    """Undo `encrypt`. Raises NotGenuine if one bit of key, nonce, ciphertext or `aad` differs."""
    if len(nonce) != NONCE_BYTES or len(ciphertext) < BUCKET + TAG_BYTES:
        raise NotGenuine("The sealed bytes are cut short.")
    try:
        padded = AESGCM(subkey(key, "encrypt")).decrypt(nonce, ciphertext, aad)
    except InvalidTag:
        raise NotGenuine("The sealed bytes were altered, moved, or sealed under another key.") from None
    return unpad(padded)


def seal(key: bytes, binding: Binding, plaintext: bytes) -> tuple[bytes, bytes]:
    """Seal a field at its place. Returns (nonce, ciphertext). Raises TooLong, BadKey."""
    return encrypt(key, binding.aad(), plaintext)


def unseal(key: bytes, binding: Binding, nonce: bytes, ciphertext: bytes) -> bytes:
    """Open a field at its place. Raises NotGenuine, BadKey."""
    return decrypt(key, binding.aad(), nonce, ciphertext)


def commit(key: bytes, reference: UUID, plaintext: bytes) -> str:
    """The keyed commitment that an event carries: hex, 64 digits, the same for the same words at the same place.

    Keyed, so that it cannot be searched by guessing, and dies with the key. Raises BadKey.
    """
    return hmac.digest(subkey(key, "commit"), framed(reference.bytes, plaintext), "sha256").hex()


def blind(key: bytes, label: str, text: str) -> str:
    """A keyed hash to find equal texts by (calendar UIDs, officer codes): hex, 64 digits.

    `label` keeps one use from matching another. The text is put in NFC first. Raises BadKey.
    """
    normal = unicodedata.normalize("NFC", text)
    return hmac.digest(subkey(key, "blind"), framed(label.encode(), normal.encode()), "sha256").hex()


def marker(key: bytes, reference: UUID) -> bytes:
    """16 bytes by which the holder of a key recognises its own rows, and nobody else any. Raises BadKey.

    A row does not name its key: that name, shared by all rows of a case, would go on linking a shredded case to
    its obligations.
    """
    return hmac.digest(subkey(key, "marker"), reference.bytes, "sha256")[:16]
