"""Signer and witness as programs of their own beside `up` and the demonstration; one that dies is started again.

One that says that it may not go on (exit code 0, 1 or 2: told to stop, the record is not what was signed, a wrong setting) is let
rest: starting it again would change nothing but the length of the log lines.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Self

from chancery import trust
from chancery.embedded.supervise import Warden

if TYPE_CHECKING:
    from chancery.settings import Settings

AGAIN: Final = 1.0
"""Seconds until a program that died is started again."""
_FINAL: Final = frozenset({0, 1, 2})


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a program of ours finds these settings, and not others that happen to be set: the demonstration
    must never come near a real installation's database, keys or checkpoints.
    """
    found = dict(os.environ)
    for variable, url in (
        ("DATABASE_URL", settings.database_url),
        ("DATABASE_ADMIN_URL", settings.database_admin_url),
        ("DATABASE_READER_URL", settings.database_reader_url),
    ):
        if url is None:
            found.pop(variable, None)
            found.pop(f"{variable}_FILE", None)
    for variable, path in (
        ("CHANCERY_DATA_DIR", settings.data_dir),
        ("CHANCERY_KEY_DIR", settings.key_dir),
        ("CHANCERY_CHECKPOINT_DIR", settings.checkpoint_dir),
        ("CHANCERY_SIGNER_KEY_DIR", settings.signer_key_dir),
        ("CHANCERY_POLICY", settings.policy),
        ("CHANCERY_WITNESS_DIR", settings.witness_dir),
    ):
        found.pop(variable, None)
        if path is not None:
            found[variable] = str(path)
    return found | {"CHANCERY_LANGUAGE": settings.language}


class Program:
    """One program of ours in a process of its own. `heard` is told each line that it prints."""

    def __init__(
        self, verb: str, environment: Mapping[str, str], heard: Callable[[str], None] | None = None
    ) -> None:
        self.environment = dict(environment)
        self._command = [sys.executable, "-m", "chancery.cli.main", verb]
        self._heard = heard or (lambda _: None)
        self._ending = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keeps {verb}", daemon=True)

    @property
    def pid(self) -> int:
        """Of the process that runs now, or ran last; 0 before the first."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it, and keep it running."""
        self._keeper.start()

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        self._ending.set()
        while self._keeper.is_alive():
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
            self._keeper.join(0.2)

    def _keep(self) -> None:
        while not self._ending.is_set():
            # In a group of its own: Ctrl-C is for us, and we stop it in good order.
            with subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                env=self.environment,
                process_group=0,
            ) as process:
                self._process = process
                warden = Warden(process.pid, signal.SIGTERM)  # it does not outlive us
                assert process.stdout is not None
                for line in process.stdout:
                    self._heard(line.strip())
                code = process.wait()
                warden.dismiss()
            if code in _FINAL:
                return
            self._ending.wait(AGAIN)


class Beside:
    """A signer, and a witness unless a policy names others. Use it as a context; it waits for neither of them.

    `origin`: of the log, which is migrated. Entering raises KeyRefused, OSError.
    """

    def __init__(self, settings: Settings, origin: str) -> None:
        self._settings = settings
        self._origin = origin
        self._environment = environment_of(settings)
        self._programs: dict[str, Program] = {}
        self._ended = False
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        trust.log_keys(self._settings, self._origin)
        if not trust.brings_witness(self._settings):
            self._run("signer")
            return self
        trust.witness_folder(self._settings, self._origin)
        # A free port: nobody types it, and the usual one may be another installation's.
        self._run("witness", {"CHANCERY_WITNESS_PORT": "0"}, self._listens)
        return self

    def __exit__(self, *_: object) -> None:
        with self._turn:
            self._ended = True
        for program in reversed(self._programs.values()):
            program.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now, by verb."""
        return {verb: program.pid for verb, program in self._programs.items()}

    def _listens(self, line: str) -> None:
        """The witness says where it is: then the policy can say so, and the signer can start."""
        if line.startswith("http") and "signer" not in self._programs:
            # Started again, it takes the same port.
            self._programs["witness"].environment["CHANCERY_WITNESS_PORT"] = line.rpartition(":")[2]
            trust.write_policy(self._settings, self._origin, line)
            self._run("signer")

    def _run(
        self,
        verb: str,
        environment: Mapping[str, str] | None = None,
        heard: Callable[[str], None] | None = None,
    ) -> None:
        with self._turn:
            if not self._ended:
                program = Program(verb, {**self._environment, **(environment or {})}, heard)
                self._programs[verb] = program
                program.start()
