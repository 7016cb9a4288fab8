"""Signed notes (c2sp.org/signed-note) with Ed25519, and the cosignatures of witnesses (c2sp.org/tlog-cosignature, v1).

A note is a text that ends in a newline, an empty line, and a line for each signature. A key is written as Go's sumdb writes it:
public `name+hash+base64` (a vkey), private `PRIVATE+KEY+name+hash+base64` (an skey). Everything is parsed strictly: of two
spellings of the same note one is refused.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import override

SIGNATURE: Final = 1
"""The type of a log's own signature (signed-note: 0x01)."""
COSIGNATURE: Final = 4
"""The type of a witness's signature with the time at which it was made (tlog-cosignature: 0x04)."""
MOST_SIGNATURES: Final = 100
LARGEST_NOTE: Final = 1 << 20

_DASH: Final = "\u2014 "
_PRIVATE: Final = "PRIVATE+KEY+"
_LATEST: Final = 2**63 - 1


class NoteRefused(ValueError):
    """A note or a key that cannot be used: a stable code and one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose, the four bytes that tell keys of a name apart, and the signature itself."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """As it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {_encode(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @override
    def __str__(self) -> str:
        return f"{self.text}\n{''.join(s.line() for s in self.signatures)}"

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """The same note with other signatures added; one by the same key takes the place of the old one."""
        added = {(s.name, s.key_id): s for s in (*self.signatures, *more)}
        return Note(self.text, tuple(added.values()))


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name and what kind of signatures it makes."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """A key from its text `name+hash+base64`. Raises NoteRefused `note.key`."""
        name, hash_, encoded = _split_key(vkey)
        material = _decode(encoded)
        if material is None or len(material) != 33 or material[0] not in (SIGNATURE, COSIGNATURE):
            raise NoteRefused("note.key", "the key is not an Ed25519 key of a log or a witness")
        made = cls(name, material[0], material[1:])
        if made.key_id.hex() != hash_:
            raise NoteRefused("note.key", f"the key of {name} does not match its hash; it was copied wrongly")
        return made

    @property
    def key_id(self) -> bytes:
        """Four bytes: SHA-256(name, newline, kind, key)[:4]."""
        return _key_id(self.name, self.kind, self.public)

    @override
    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_encode(bytes([self.kind]) + self.public)}"

    def made(self, signature: Signature) -> bool:
        """Whether a signature says that it is by this key."""
        return signature.name == self.name and signature.key_id == self.key_id

    def verifies(self, text: str, signature: Signature) -> bool:
        """Whether a signature is by this key and over this text."""
        value, message = signature.value, text.encode()
        if not self.made(signature):
            return False
        if self.kind == COSIGNATURE:
            at = time_of(signature)
            if at is None:
                return False
            value, message = value[8:], _stamped(text, at)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its name and the kind of signatures it makes. Never shown: `repr` names its public half."""

    verifier: Verifier
    seed: bytes

    @classmethod
    def of(cls, name: str, seed: bytes, kind: int = SIGNATURE) -> Self:
        """A key from 32 secret bytes. Raises NoteRefused `note.name`."""
        check_name(name)
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(Verifier(name, kind, public), seed)

    @classmethod
    def parse(cls, skey: str) -> Self:
        """A key from its text `PRIVATE+KEY+name+hash+base64`. Raises NoteRefused `note.key`, without the text in it."""
        if not skey.startswith(_PRIVATE):
            raise NoteRefused("note.key", "this is not a private key: it does not begin with PRIVATE+KEY+")
        name, hash_, encoded = _split_key(skey.removeprefix(_PRIVATE))
        material = _decode(encoded)
        if material is None or len(material) != 33 or material[0] not in (SIGNATURE, COSIGNATURE):
            raise NoteRefused("note.key", "the private key is not an Ed25519 key of a log or a witness")
        made = cls.of(name, material[1:], material[0])
        if made.verifier.key_id.hex() != hash_:
            raise NoteRefused(
                "note.key", f"the private key of {name} does not match its hash; it was copied wrongly"
            )
        return made

    @override
    def __repr__(self) -> str:
        return f"SigningKey({self.verifier})"

    def text(self) -> str:
        """The private key as text. For a file that only its owner may read, and for nothing else."""
        v = self.verifier
        return f"{_PRIVATE}{v.name}+{v.key_id.hex()}+{_encode(bytes([v.kind]) + self.seed)}"

    def sign(self, text: str, at: int = 0) -> Signature:
        """A signature over a text. `at`: seconds since 1970, UTC, which a cosignature states."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.verifier.kind == COSIGNATURE:
            value = at.to_bytes(8, "big") + private.sign(_stamped(text, at))
        else:
            value = private.sign(text.encode())
        return Signature(self.verifier.name, self.verifier.key_id, value)


def parse(note: str | bytes) -> Note:
    """A note from its text, strictly. Raises NoteRefused `note.form`."""
    if isinstance(note, bytes):
        try:
            note = note.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise NoteRefused("note.form", "the note is not UTF-8") from None
    if len(note) > LARGEST_NOTE or any(c < " " and c != "\n" for c in note):
        raise NoteRefused("note.form", "the note is too large or holds control characters")
    # The last empty line divides: the text may hold empty lines of its own.
    text, divider, lines = note.rpartition("\n\n")
    if not divider or not text or not lines.endswith("\n"):
        raise NoteRefused("note.form", "the note has no text, or no signatures after an empty line")
    return Note(text + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines, each with its newline. Raises NoteRefused `note.form`."""
    if not lines.endswith("\n"):
        raise NoteRefused("note.form", "the last line has no end")
    found = [_parse_line(line) for line in lines[:-1].split("\n")]
    if len(found) > MOST_SIGNATURES:
        raise NoteRefused("note.form", f"more than {MOST_SIGNATURES} signatures")
    return tuple(found)


def signed_by(note: Note, keys: Sequence[Verifier]) -> list[Verifier]:
    """Which of these keys signed a note. Signatures of unknown keys are passed over.

    Raises NoteRefused `note.signature` if one that claims to be by a known key is not: the whole note is bad then.
    """
    found = []
    for key in keys:
        claimed = [s for s in note.signatures if key.made(s)]
        if not all(key.verifies(note.text, s) for s in claimed):
            raise NoteRefused("note.signature", f"a signature that names {key.name} is not by that key")
        if claimed:
            found.append(key)
    return found


def time_of(cosignature: Signature) -> int | None:
    """The seconds since 1970 that a cosignature states; None if it is not shaped like one."""
    if len(cosignature.value) != 72:
        return None
    at = int.from_bytes(cosignature.value[:8], "big")
    return at if at <= _LATEST else None


def check_name(name: str) -> None:
    """A key's name: not empty, no space of any kind, no plus. Raises NoteRefused `note.name`."""
    if not name or any(
        c == "+" or c < " " or c.isspace() or unicodedata.category(c) in ("Zs", "Zl", "Zp", "Cs")
        for c in name
    ):
        raise NoteRefused("note.name", "a key's name has at least one character, and no space and no plus")


def _parse_line(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    value = _decode(encoded) if line.startswith(_DASH) else None
    if value is None or len(value) < 5:
        raise NoteRefused("note.form", "a line that should be a signature is none")
    try:
        check_name(name)
    except NoteRefused:
        raise NoteRefused("note.form", "a signature line has no proper name") from None
    return Signature(name, value[:4], value[4:])


def _split_key(text: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text.strip())
    if found is None:
        raise NoteRefused("note.key", "a key looks like name+hash+base64")
    check_name(found[1])
    return found[1], found[2], found[3]


def _stamped(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decode(text: str) -> bytes | None:
    """The bytes of standard base64 in its one spelling; None for anything else."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None
    return value if _encode(value) == text else None
