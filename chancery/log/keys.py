"""The private keys of signer and witness, each in a file that only its owner may read. Never an argument, never in the log."""

import os
from pathlib import Path
from typing import Final

from chancery import keyfiles
from chancery.log.notes import SIGNATURE, NoteRefused, SigningKey
from domain.refusals import Told


class KeyRefused(Told):
    """A file of keys that cannot be used."""

    sentences: Final = {  # type: ignore[misc]
        "key.missing": (
            "There is no key in {path}; make one with `chancery key make`.",
            "Il n'y a pas de clé dans {path} ; faites-en une avec `chancery key make`.",
        ),
        "key.there": (
            "There is a file {path} already; a key is never written over.",
            "Il y a déjà un fichier {path} ; une clé n'est jamais écrasée.",
        ),
        "key.open": (
            "{path} is open to others: close it (chmod 600), and think about a new key.",
            "{path} est ouvert à d'autres : fermez-le (chmod 600), et songez à une nouvelle clé.",
        ),
        "key.file": (
            "{path} holds nothing that can be used as a key here.",
            "{path} ne contient rien qui puisse servir de clé ici.",
        ),
        "key.several": (
            "{path} holds several keys; a witness has one.",
            "{path} contient plusieurs clés ; un témoin en a une.",
        ),
        "key.logs": (
            "{path} is to hold the public keys of the logs to watch, one a line; it is missing, or another thing is in it.",
            "{path} doit contenir les clés publiques des journaux à surveiller, une par ligne ; il manque, ou il contient autre chose.",
        ),
    }


def make_key(path: Path, name: str, kind: int = SIGNATURE) -> SigningKey:
    """Make a key and write it into a new file, mode 0600.

    Raises KeyRefused `key.there` (a key is never written over), NoteRefused `note.name`, OSError.
    """
    key = SigningKey.of(name, os.urandom(32), kind)
    keyfiles.make_folder(path.parent)
    try:
        keyfiles.write_once(path, f"{key.text()}\n".encode())
    except FileExistsError:
        raise KeyRefused("key.there", path=path) from None
    return key


def read_keys(path: Path, kind: int = SIGNATURE) -> list[SigningKey]:
    """The keys in a file, one a line; several sign together while one takes over from another.

    Raises KeyRefused: `key.missing`, `key.open` (somebody else may read it), `key.file` (there is no such key in it); OSError.
    """
    try:
        if keyfiles.open_to_others(path):
            raise KeyRefused("key.open", path=path)
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = [SigningKey.parse(line) for line in lines if line.strip()]
    except FileNotFoundError:
        raise KeyRefused("key.missing", path=path) from None
    except (NoteRefused, UnicodeDecodeError):
        raise KeyRefused("key.file", path=path) from None
    if not keys or any(key.verifier.kind != kind for key in keys):
        raise KeyRefused("key.file", path=path)
    return keys
