"""What a kill trial stands on: PostgreSQL, Temporal's dev server with a store, and `worker.py`, each a process of its own.

Nothing is arranged for the trial but what an installation may have too: the real program, its real settings, the real role.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chancery import db
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.supervise import Child
from chancery.embedded.temporal import EmbeddedTemporal
from tests.conftest import APP_PASSWORD, READER_PASSWORD

PROJECT: Final = Path(__file__).parents[2]
VICTIMS: Final = ("worker", "temporal", "postgres")


@dataclass(slots=True)
class Ground:
    """The three processes, and how each is killed and brought back."""

    folder: Path
    postgres: EmbeddedPostgres
    temporal: EmbeddedTemporal
    database: str = "chancery"
    _worker: Child = field(default_factory=Child)

    @property
    def url(self) -> str:
        """The application's own. A fixed port: the socket of a restarted server lies elsewhere."""
        return f"postgresql://chancery_app:{APP_PASSWORD}@127.0.0.1:{self.postgres.port}/{self.database}"

    @property
    def admin_url(self) -> str:
        """The owner's, to look at what the application must not see."""
        return self.postgres.admin_url(self.database)

    def use(self, database: str) -> None:
        """Go on with a fresh database, in a fresh namespace of the same Temporal."""
        self.database = database
        url = self.postgres.admin_url(database)
        db.prepare(url, app_password=APP_PASSWORD, reader_password=READER_PASSWORD)

    def start_worker(self) -> None:
        """Start `worker.py`. It ends when this process does."""
        settings = {
            "DATABASE_URL": self.url,
            "TEMPORAL_ADDRESS": self.temporal.address,
            "CHANCERY_DATA_DIR": str(self.folder),
            "CHANCERY_LOG_FORMAT": "json",
        }
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(PROJECT / "worker.py")],
                cwd=PROJECT, env=kept | settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._worker.took(process, signal.SIGKILL)

    def kill_worker(self) -> None:
        """SIGKILL: nothing is said goodbye to."""
        pid = self._worker.pid
        assert pid is not None, f"the worker had died by itself: {self.last_words()}"
        os.kill(pid, signal.SIGKILL)
        self._worker.gone(pid, 30)
        self._worker.forget()

    def kill(self, victim: str) -> None:
        """SIGKILL one of the three."""
        {"worker": self.kill_worker, "temporal": self.temporal.kill, "postgres": self.postgres.kill}[victim]()

    def restore(self, victim: str) -> None:
        """Bring it back, with what its disk held."""
        {"worker": self.start_worker, "temporal": self.temporal.start, "postgres": self.postgres.start}[
            victim
        ]()

    def last_words(self) -> str:
        """The end of the worker's own log."""
        return (self.folder / "worker.log").read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """End all three."""
        if self._worker.pid is not None:
            self.kill_worker()
        self.temporal.stop()
        self.postgres.stop()


@contextmanager
def standing(folder: Path) -> Iterator[Ground]:
    """The ground, without a worker yet; gone afterwards."""
    folder.mkdir(mode=0o711, parents=True)
    ground = Ground(
        folder,
        EmbeddedPostgres(folder / "pg", port=_free_port(), guarded=True),
        EmbeddedTemporal(folder / "temporal"),
    )
    try:
        ground.postgres.start()
        ground.use("chancery")
        ground.temporal.start()
        yield ground
    finally:
        ground.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
