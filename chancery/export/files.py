"""Where an export is written: a folder or a .zip, the same bytes for the same contents, whole or not at all."""

import contextlib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol
from uuid import uuid4

from domain.refusals import Told

SUMS: Final = "SHA256SUMS"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""What a .zip writes as the time of every file: the log says when, not the machine that made a copy."""


class ExportRefused(Told):
    """An export that cannot be made."""

    sentences: Final = {  # type: ignore[misc]
        "export-there": (
            "There is something at {path} already; an export is never written over. Name another place.",
            "Il y a déjà quelque chose à l'emplacement {path} ; un export n'est jamais écrasé. Indiquez un autre emplacement.",
        ),
        "export-nothing": (
            "Nothing is asked for: under its checkpoint the log has the positions 1 to {size}.",
            "Rien n'est demandé : sous son point de contrôle, le journal compte les positions 1 à {size}.",
        ),
        "export-unsigned": (
            "No checkpoint covers position {position} yet; `chancery doctor` says whether the signer runs.",
            "Aucun point de contrôle ne couvre encore la position {position} ; `chancery doctor` dit si le signataire fonctionne.",
        ),
        "export-made": (
            "Export {export} was made already and handed out; for another copy a second person agrees anew.",
            "L'export {export} a déjà été établi et remis ; pour une autre copie, une seconde personne donne un nouvel accord.",
        ),
        "export-altered": (
            "The log no longer gives the root signed at size {size}; `chancery log verify` says where they part.",
            "Le journal ne donne plus la racine signée à la taille {size} ; `chancery log verify` dit où ils divergent.",
        ),
    }


class Sums:
    """The digests of the files written so far."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    @contextmanager
    def watched(self, name: str, file: IO[bytes]) -> "Iterator[Digested]":
        """A file that is hashed as it is written."""
        made = Digested(file)
        yield made
        self._of[name] = made.hexdigest()

    def text(self) -> bytes:
        """The file SHA256SUMS, as `sha256sum --check` reads it."""
        return "".join(f"{digest}  {name}\n" for name, digest in sorted(self._of.items())).encode()


class Digested:
    """A file for writing that knows its own digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Write, and hash what is written."""
        self._digest.update(data)
        self._file.write(data)

    def hexdigest(self) -> str:
        """Of all that was written."""
        return self._digest.hexdigest()


class Sink(Protocol):
    """Where files go, one after another."""

    def open(self, name: str) -> "contextlib.AbstractContextManager[IO[bytes]]":
        """A new file; the one before is closed by then."""
        ...


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(mode=0o700)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        place = self._path / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100600 << 16
        with self._archive.open(info, "w", force_zip64=True) as file:
            yield file


def check_free(target: Path) -> None:
    """Raises ExportRefused `export-there` if something is there."""
    if target.exists() or target.is_symlink():
        raise ExportRefused("export-there", path=target)


@contextmanager
def written(target: Path) -> Iterator[Sink]:
    """Files for `target`: a .zip if it is called so, else a folder. It appears whole at the end, and not at all after an error.

    Open to its owner only. Raises ExportRefused `export-there`, OSError.
    """
    check_free(target)
    beside = target.with_name(f".{target.name}.{uuid4().hex[:12]}.part")
    try:
        if target.suffix == ".zip":
            with (
                os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as raw,
                zipfile.ZipFile(raw, "w", compresslevel=6) as archive,
            ):
                yield _Zip(archive)
        else:
            yield _Folder(beside)
        check_free(target)
        beside.rename(target)
    except BaseException:
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.unlink(missing_ok=True)
        raise
