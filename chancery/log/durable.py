"""Files that must be on the disk before anything else may happen: replaced whole, or only appended to.

Calls go through `os`, so that a test can end the process at any of them.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE = 0o644
"""Checkpoints and hashes of the tree say nothing of what is in the log: whoever may enter the folder may read them."""
PRIVATE = 0o600


class Busy(Exception):
    """Another process holds the folder."""

    code = "signer.busy"


def make_folder(path: Path) -> None:
    """Make a folder and those above it; their names are on the disk on return."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder: without it a crash may forget a name though the file was flushed."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes, mode: int = READABLE) -> None:
    """Put a file in the place of what was there: a reader finds the old one or the new one, never half; on the disk on return."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)  # noqa: PTH105 - see above
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append(path: Path, line: bytes) -> None:
    """Add a line at the end of a file, made if it is not there; on the disk on return."""
    new = not path.exists()
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, READABLE)
    try:
        os.fchmod(handle, READABLE)
        _write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(path.parent)


def mend(path: Path) -> None:
    """Cut off a last line that a crash left half written."""
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())


def sweep(folder: Path) -> None:
    """Remove drafts that a crash left behind in a folder."""
    for draft in folder.glob(".*.draft"):
        draft.unlink(missing_ok=True)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes for as long as this lasts. Raises Busy."""
    handle = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Busy(f"signer.busy: another process works in {folder}") from None
    finally:
        os.close(handle)


def _write(handle: int, content: bytes) -> None:
    """All of it: a disk that is nearly full takes a part, and the next write says so."""
    while content:
        content = content[os.write(handle, content) :]
