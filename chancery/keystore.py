"""Where keys live: apart from the database, so that its WAL and its backups never hold one.

    root key ─wraps→ mission key ─wraps→ case keys, posting keys
             └wraps→ purpose keys (Temporal's payloads, the directory's index)

To shred a case is to destroy its key. Backups of the key store are kept for 30 days at most: until the last of them
is gone, so is not the key. `docs/vault.md` has the drill.
"""

import base64
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chancery import keyfiles
from chancery.sealing import KEY_BYTES, NONCE_BYTES, VaultError, framed

_KEY_ID: Final = re.compile(r"(mission|case|posting|purpose):([A-Za-z0-9][A-Za-z0-9_-]{0,63})")


class VaultLocked(VaultError):
    """The mission's vault was closed by its Head of Mission or by headquarters' duty."""

    code = "vault.locked"


class Shredded(VaultError):
    """The key was destroyed: nothing sealed under it can be read again, by anyone."""

    code = "vault.shredded"


class KeyMissing(VaultError):
    """No such key was ever made here."""

    code = "vault.key_missing"


class BadKeyId(VaultError):
    """A key id that is not `kind:code`."""

    code = "vault.bad_key_id"


class KeyStoreUnsafe(VaultError):
    """The key store is open to others, or its files do not belong to this root key."""

    code = "vault.key_store"


class KeyStore(Protocol):
    """What the vault asks of a key store: a folder here, a KMS or another cluster in real use.

    Key ids: `mission:Q`, `case:<random code>`, `posting:<posting code>`, `purpose:<name>`. To make a key that exists
    is no error and changes nothing; to make one that was destroyed is refused with Shredded.
    """

    def create_mission(self, mission: str) -> str:
        """Make the mission's key and return its id."""
        ...

    def create_case(self, mission: str, case: str) -> str:
        """Make a case's key, wrapped by the mission's, and return its id."""
        ...

    def create_posting(self, mission: str, posting: str) -> str:
        """Make the key of one directory entry, wrapped by the mission's, and return its id."""
        ...

    def create_purpose(self, name: str) -> str:
        """Make a key of the installation's own and return its id."""
        ...

    def get(self, key_id: str) -> bytes:
        """The key, 32 bytes. Raises VaultLocked, Shredded, KeyMissing; at once when another process asked for it."""
        ...

    def mission_of(self, key_id: str) -> str:
        """The mission under whose key this one is wrapped. Raises KeyMissing, Shredded."""
        ...

    def keys(self, mission: str, kind: str | None = None) -> tuple[str, ...]:
        """The ids of a mission's living keys, its own first, readable even while it is locked."""
        ...

    def destroy(self, key_id: str) -> None:
        """Destroy a key for good. Repeating it is no error; a key never seen here can then never be made."""
        ...

    def lock(self, mission: str) -> None:
        """Close a mission's vault for every process."""
        ...

    def unlock(self, mission: str) -> None:
        """Open a mission's vault again."""
        ...

    def locked(self, mission: str) -> bool:
        """Whether a mission's vault is closed."""
        ...


@dataclass(frozen=True, slots=True)
class _Held:
    key: bytes
    stamp: tuple[int, int]
    until: float


class FileKeyStore:
    """A key store in a folder: one file a key, mode 0600, each made once and never overwritten while it lives.

    Several processes may share the folder. Every `get` looks at the folder first (four `stat` calls), so a lock or a
    destroyed key counts everywhere at once, whatever is held in memory; that is dropped after `ttl` seconds anyway.
    """

    def __init__(
        self,
        folder: Path,
        root_key: bytes | None = None,
        *,
        ttl: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open or make the store. Without `root_key` it is read from `root.key` there, made at the first use.

        Raises KeyStoreUnsafe if others may read the folder, or the root key is not 32 bytes.
        """
        self._folder = folder
        self._ttl = ttl
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._homes: dict[str, str] = {}
        self._paths: dict[tuple[str, str], Path] = {}
        for part in (folder, folder / "missions", folder / "purposes", folder / "gone"):
            keyfiles.make_folder(part)
        _refuse_open(folder)
        self._root = self._own_root() if root_key is None else root_key
        if len(self._root) != KEY_BYTES:
            raise KeyStoreUnsafe(f"The root key has {len(self._root)} bytes; {KEY_BYTES} are needed.")

    def create_mission(self, mission: str) -> str:
        """Make the mission's key. Returns its id. Raises Shredded, BadKeyId."""
        return self._create(f"mission:{mission}", mission)

    def create_case(self, mission: str, case: str) -> str:
        """Make a case's key, wrapped by the mission's. Raises KeyMissing, VaultLocked, Shredded, BadKeyId."""
        return self._create(f"case:{case}", mission)

    def create_posting(self, mission: str, posting: str) -> str:
        """Make the key of one directory entry. Raises KeyMissing, VaultLocked, Shredded, BadKeyId."""
        return self._create(f"posting:{posting}", mission)

    def create_purpose(self, name: str) -> str:
        """Make a key of the installation's own. Raises Shredded, BadKeyId."""
        return self._create(f"purpose:{name}", "")

    def get(self, key_id: str) -> bytes:
        """The key, 32 bytes. Raises VaultLocked, Shredded, KeyMissing, KeyStoreUnsafe, BadKeyId."""
        mission = self.mission_of(key_id)
        self._refuse_locked(mission)
        path = self._path(key_id, mission)
        try:
            seen = path.stat()
        except FileNotFoundError:
            raise self._absent(key_id) from None
        stamp, now = (seen.st_ino, seen.st_mtime_ns), self._clock()
        held = self._held.get(key_id)
        if held is not None and held.stamp == stamp and now < held.until:
            return held.key
        key = self._unwrap(key_id, mission, path)
        # Looked at again: a lock or a shredding that came while the file was read must win.
        self._refuse_gone(key_id)
        self._refuse_locked(mission)
        self._held = {name: one for name, one in self._held.items() if now < one.until}
        self._held[key_id] = _Held(key, stamp, now + self._ttl)
        return key

    def mission_of(self, key_id: str) -> str:
        """The mission a key belongs to; "" for a purpose. Raises KeyMissing, Shredded, BadKeyId."""
        self._refuse_gone(key_id)
        home = self._home(key_id)
        if home is None:
            raise self._absent(key_id)
        if home:
            self._refuse_gone(f"mission:{home}")
        return home

    def keys(self, mission: str, kind: str | None = None) -> tuple[str, ...]:
        """The ids of a mission's living keys, its own first. Raises KeyMissing, Shredded, BadKeyId."""
        self.mission_of(f"mission:{mission}")
        names = (
            path.stem.replace(".", ":", 1) for path in (self._folder / "missions" / mission).glob("*.key")
        )
        alive = sorted(name for name in names if not self._gone(name).exists())
        alive.sort(key=lambda name: not name.startswith("mission:"))
        return tuple(name for name in alive if kind is None or name.startswith(f"{kind}:"))

    def destroy(self, key_id: str) -> None:
        """Destroy a key for good; a mission's takes all that it wraps along. Raises BadKeyId.

        The tombstone is on the disk before the key goes: a crash in between leaves a key that is refused already,
        and destroying again ends the work. After a backup of the store is restored, every key that the log says was
        shredded is destroyed again.
        """
        _parse(key_id)
        with self._exclusive():
            home = self._home(key_id)
            if not self._gone(key_id).exists():
                keyfiles.write_once(self._gone(key_id), b"destroyed\n")
            if home is not None:
                keyfiles.shred(self._path(key_id, home))
            self._held.clear()
            self._homes.pop(key_id, None)

    def lock(self, mission: str) -> None:
        """Close a mission's vault for every process, from the next `get` on. Raises KeyMissing, Shredded, BadKeyId."""
        self.mission_of(f"mission:{mission}")
        with self._exclusive():
            if not self._latch(mission).exists():
                keyfiles.write_once(self._latch(mission), b"locked\n")
        self._held.clear()

    def unlock(self, mission: str) -> None:
        """Open a mission's vault again. Raises KeyMissing, Shredded, BadKeyId."""
        self.mission_of(f"mission:{mission}")
        with self._exclusive():
            self._latch(mission).unlink(missing_ok=True)
            keyfiles.sync_folder(self._latch(mission).parent)

    def locked(self, mission: str) -> bool:
        """Whether a mission's vault is closed. Raises KeyMissing, Shredded, BadKeyId."""
        self.mission_of(f"mission:{mission}")
        return self._latch(mission).exists()

    def _create(self, key_id: str, mission: str) -> str:
        _parse(key_id)
        # Mostly it is there already, and who only asks for its name need not wait for those who change something.
        self._refuse_gone(key_id)
        if self._home(key_id) == mission:
            return key_id
        with self._exclusive():
            self._refuse_gone(key_id)
            home = self._home(key_id)
            if home is not None and home != mission:
                raise KeyMissing(f"The key {key_id} belongs to another mission than {mission}.")
            if home is None:
                path = self._path(key_id, mission)
                wrapper, aad = self._wrapper(key_id, mission)
                nonce, key = os.urandom(NONCE_BYTES), os.urandom(KEY_BYTES)
                wrapped = AESGCM(wrapper).encrypt(nonce, key, aad)
                keyfiles.make_folder(path.parent)
                body = {"id": key_id, "nonce": _text(nonce), "wrapped": _text(wrapped)}
                keyfiles.write_once(path, json.dumps(body).encode() + b"\n")
        return key_id

    def _own_root(self) -> bytes:
        path = self._folder / "root.key"
        with self._exclusive():
            if not path.exists():
                if any((self._folder / "missions").iterdir()) or any((self._folder / "purposes").iterdir()):
                    raise KeyStoreUnsafe(
                        "root.key is missing from a key store that holds keys: restore it first."
                    )
                keyfiles.write_once(path, _text(os.urandom(KEY_BYTES)).encode() + b"\n")
        _refuse_open(path)
        try:
            return base64.b64decode(path.read_text().strip(), validate=True)
        except ValueError:
            raise KeyStoreUnsafe("root.key does not hold one key in base 64.") from None

    def _unwrap(self, key_id: str, mission: str, path: Path) -> bytes:
        wrapper, aad = self._wrapper(key_id, mission)
        try:
            body = json.loads(path.read_bytes())
            nonce, wrapped = (base64.b64decode(body[name], validate=True) for name in ("nonce", "wrapped"))
            return AESGCM(wrapper).decrypt(nonce, wrapped, aad)
        except FileNotFoundError:
            raise self._absent(key_id) from None
        except (InvalidTag, ValueError, KeyError, TypeError):
            # A key that is being destroyed is half overwritten for a moment.
            self._refuse_gone(key_id)
            raise KeyStoreUnsafe(
                f"The file of the key {key_id} was altered, or has another root key."
            ) from None

    def _wrapper(self, key_id: str, mission: str) -> tuple[bytes, bytes]:
        """The key that wraps this one, and what its wrapping is bound to."""
        own = f"mission:{mission}"
        wrapper_id = own if mission and key_id != own else "root"
        wrapper = self._root if wrapper_id == "root" else self.get(own)
        return wrapper, framed(b"chancery/key/1", key_id.encode(), wrapper_id.encode())

    def _home(self, key_id: str) -> str | None:
        """Where a key lies: its mission, "" for a purpose, None if nowhere."""
        kind, code = _parse(key_id)
        guess = {"mission": code, "purpose": ""}.get(kind, self._homes.get(key_id))
        if guess is not None and self._path(key_id, guess).exists():
            return guess
        if kind in ("mission", "purpose"):
            return None
        name = self._path(key_id, "").name
        for folder in (self._folder / "missions").iterdir():
            if (folder / name).exists():
                self._homes[key_id] = folder.name
                return folder.name
        return None

    def _path(self, key_id: str, mission: str) -> Path:
        return self._at(f"missions/{mission}" if mission else "purposes", key_id, ".key")

    def _gone(self, key_id: str) -> Path:
        return self._at("gone", key_id)

    def _latch(self, mission: str) -> Path:
        path = self._paths.get(("locked", mission))
        if path is None:
            path = self._paths["locked", mission] = self._folder / "missions" / mission / "locked"
        return path

    def _at(self, folder: str, key_id: str, ending: str = "") -> Path:
        """The file of a key in one of the store's folders; kept, since to build a Path costs more than to look."""
        path = self._paths.get((folder, key_id))
        if path is None:
            path = self._folder / folder / f"{'.'.join(_parse(key_id))}{ending}"
            self._paths[folder, key_id] = path
        return path

    def _exclusive(self) -> AbstractContextManager[None]:
        return keyfiles.exclusive(self._folder / "mutex")

    def _refuse_gone(self, key_id: str) -> None:
        if self._gone(key_id).exists():
            raise Shredded(f"The key {key_id} was destroyed; what it sealed cannot be read again.")

    def _refuse_locked(self, mission: str) -> None:
        if mission and self._latch(mission).exists():
            raise VaultLocked(f"The vault of mission {mission} is locked; tasks go on by their codes.")

    def _absent(self, key_id: str) -> VaultError:
        if self._gone(key_id).exists():
            return Shredded(f"The key {key_id} was destroyed; what it sealed cannot be read again.")
        return KeyMissing(f"There is no key {key_id} in this key store.")


def _parse(key_id: str) -> tuple[str, str]:
    found = _KEY_ID.fullmatch(key_id)
    if found is None:
        raise BadKeyId(
            "A key id is mission, case, posting or purpose, a colon, and a code of letters, digits, - and _."
        )
    return found[1], found[2]


def _refuse_open(path: Path) -> None:
    if keyfiles.open_to_others(path):
        raise KeyStoreUnsafe(
            f"{path.name} of the key store is open to others: its owner alone may enter (chmod go=)."
        )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
