"""What both embedded servers need: refusals, accounts, processes, and a warden that outlives us.

Nothing here knows PostgreSQL or Temporal. POSIX only: Linux first, macOS where ``/proc`` is missing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

Progress = Callable[[str], None]
"""Told, in one short sentence, what a long start is waiting for."""


class EmbeddedRefused(Exception):
    """An embedded server could not do what was asked: a stable code and one clear sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account that a server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether a child must change to this account, because we run as another one."""
        return self.uid != os.geteuid()


def server_account(owner_uid: int | None = None) -> Account:
    """The account for a server that refuses to be root: ours, unless we are root.

    ``owner_uid`` is the owner of data that exists already; that account is kept.
    Raises EmbeddedRefused ``postgres.account`` if root finds no account to step down to, or if the data are another's.
    """
    if os.geteuid() != 0:
        if owner_uid is not None and owner_uid != os.geteuid():
            raise EmbeddedRefused(
                "postgres.account",
                f"The database files belong to user id {owner_uid} but this program runs as user id "
                f"{os.geteuid()}; run it as the user who made them, or choose another data directory.",
            )
        return Account("self", os.geteuid(), os.getegid())
    if owner_uid:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwuid(owner_uid)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedRefused(
        "postgres.account",
        "PostgreSQL refuses to run as root and there is no account 'postgres' or 'nobody' to run it as; "
        "create one, or run this program as an ordinary user.",
    )


def run_as(account: Account, *command: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a short command as an account, from ``/`` because the current folder may be closed to it.

    Raises EmbeddedRefused ``postgres.account`` if the system does not let us change to the account.
    """
    try:
        return subprocess.run(
            [str(part) for part in command],
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **identity(account),
        )
    except PermissionError as error:
        # Also raised when the command's own folder is closed to the account.
        return subprocess.CompletedProcess([str(part) for part in command], 126, "", str(error))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise EmbeddedRefused(
            "postgres.account", f"Cannot run {command[0]} as account '{account.name}': {error}."
        ) from None


class Identity(TypedDict):
    """The subprocess arguments that say who a child is."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def identity(account: Account) -> Identity:
    """Change to an account, and leave our other groups behind; nothing if the account is ours already."""
    if not account.is_other:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.uid, "group": account.gid, "extra_groups": [account.gid]}


def clean_environment() -> dict[str, str]:
    """Our environment without what would steer libpq or the server's language of messages."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C", "LANG": "C"}


def can_enter(account: Account, folder: Path) -> bool:
    """Whether the account can traverse every folder down to this one. Asked of the kernel, not computed from modes."""
    return run_as(account, "/bin/sh", "-c", 'cd -- "$0"', folder).returncode == 0


def alive(pid: int) -> bool:
    """Whether a process with this id runs; a zombie, which only waits to be reaped, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def command_line(pid: int) -> str:
    """The command line of a process, empty if it is gone."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    asked = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def children_of(pid: int) -> list[int]:
    """The direct children of a process."""
    if not Path("/proc/self").exists():
        asked = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)
        pairs = (line.split() for line in asked.stdout.splitlines())
        return [int(child) for child, parent in pairs if int(parent) == pid]
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry.name))
    return found


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until a process is gone; False if it is still there after so many seconds."""
    end = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Turn what the system says of a folder into a refusal: ``embedded.data_dir``."""
    try:
        yield
    except OSError as error:
        raise EmbeddedRefused(
            "embedded.data_dir",
            f"Cannot use the folder {folder}: {error.strerror}; choose another with CHANCERY_DATA_DIR.",
        ) from None


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold a lock file: two programs that start the same server wait for each other."""
    with usable(lock.parent):
        handle = lock.open("a")
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# Its standard input is a pipe that only we hold: end of file without "ok" means that we died without a word.
# A process descriptor is taken at once, so that a reused process id is never signalled.
_WARDEN = """
import os, signal, sys
pid, number = int(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGINT, signal.SIG_IGN)
send = lambda: os.kill(pid, number)
if hasattr(os, "pidfd_open"):
    try:
        descriptor = os.pidfd_open(pid)
        send = lambda: signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        sys.exit()
    except OSError:
        pass
if sys.stdin.buffer.read() != b"ok":
    try:
        send()
    except ProcessLookupError:
        pass
"""


class Warden:
    """A small process that ends a server when we die without stopping it.

    Not ``PR_SET_PDEATHSIG``: that fires when the starting *thread* ends, and only Linux has it.
    """

    def __init__(self, pid: int, how: signal.Signals) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WARDEN, str(pid), str(int(how))],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Send the warden home: the server is stopped, or is to stay."""
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate(b"ok")


class Child:
    """The server process that we started ourselves, if it was us who did; to reap it and to guard it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._warden: Warden | None = None

    def took(self, process: subprocess.Popen[bytes], guard: signal.Signals | None) -> None:
        """Remember a started process; with ``guard``, that signal ends it should we die without stopping it."""
        self._process = process
        self._warden = Warden(process.pid, guard) if guard else None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs: known to us even if somebody removes the folder where it is noted."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def ours(self) -> bool:
        """Whether we started it."""
        return self._process is not None

    @property
    def ended(self) -> bool:
        """Whether we started it and it has ended."""
        return self._process is not None and self._process.poll() is not None

    def gone(self, pid: int, seconds: float) -> bool:
        """Wait until the process is gone, reaping it if it is ours; False if it is still there after so many seconds."""
        if self._process is None or self._process.pid != pid:
            return wait_gone(pid, seconds)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def forget(self) -> None:
        """Reap it, whoever ended it, and send its warden home."""
        if self._process is not None:
            self._process.poll()
        if self._warden is not None:
            self._warden.dismiss()
        self._process = self._warden = None
