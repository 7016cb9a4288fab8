"""How the key store touches the disk: written once, flushed before it counts, overwritten before it goes."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the one lock under which a key store changes, against other threads and other processes."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone; its name is on the disk on return."""
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder: without it a crash may forget a file's name though the file was flushed."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_once(path: Path, content: bytes) -> None:
    """Write a file, mode 0600, whole or not at all, and on the disk on return.

    Raises FileExistsError if it is there: `link`, unlike `rename`, never replaces.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def shred(path: Path) -> None:
    """Overwrite a file with random bytes and remove it, both on the disk on return; no error if it is not there.

    A flash disk or a copying file system may keep the old bytes: what is left then is a wrapped key.
    """
    try:
        with path.open("r+b") as file:
            file.write(os.urandom(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink()
    sync_folder(path.parent)


def open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may read, write or enter it."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
