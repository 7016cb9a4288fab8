"""PyPI `eventsourcing` on the same PostgreSQL, as its manual says to use it, with threads as its callers."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

THREADS = (1, 2, 4, 8, 16)


def environment(url: str, *, functions: bool = False, threads: int = 16) -> dict[str, str]:
    """Its settings for a database. `functions` switches on its newer way of inserting."""
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts["port"]),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts["password"]),
        "POSTGRES_POOL_SIZE": str(threads),
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes" if functions else "no",
    }


def in_threads(threads: int, count: int, call: Callable[[int, int], object]) -> float:
    """Calls a second; `call(thread, n)` is made `count` times in all."""
    each = count // threads
    with ThreadPoolExecutor(threads) as executor:
        begun = time.perf_counter()
        for done in [executor.submit(_repeat, call, thread, each) for thread in range(threads)]:
            done.result()
        return threads * each / (time.perf_counter() - begun)


def _repeat(call: Callable[[int, int], object], thread: int, count: int) -> None:
    for number in range(count):
        call(thread, number)


class Recorder:
    """Its recorder by itself: single events, each thread growing a stream of its own."""

    def __init__(self, url: str, *, functions: bool) -> None:
        env = Environment(env=environment(url, functions=functions))
        factory: Any = InfrastructureFactory.construct(env)
        assert isinstance(factory, PostgresFactory)
        self._factory = factory
        self._recorder = factory.application_recorder()
        assert isinstance(self._recorder, PostgresApplicationRecorder)

    def append(self, threads: int, count: int, state: bytes) -> float:
        """Appends a second."""
        streams = [uuid4() for _ in range(threads)]

        def one(thread: int, number: int) -> None:
            self._recorder.insert_events([StoredEvent(streams[thread], number + 1, "bench:Event", state)])

        return in_threads(threads, count, one)

    def close(self) -> None:
        """Give its connections back."""
        self._factory.close()


class Work(Aggregate):
    """The smallest aggregate that can be opened, accepted and completed."""

    @event("Opened")
    def __init__(self, mission: str, code: str) -> None:
        self.mission = mission
        self.code = code
        self.accepted_by: str | None = None
        self.outcome: str | None = None

    @event("Accepted")
    def accept(self, by: str) -> None:
        """The second event, so that loading folds as many as ours."""
        self.accepted_by = by

    @event("Completed")
    def complete(self, at: str, checklist: list[str], evidence: list[dict[str, Any]]) -> None:
        """The third."""
        self.outcome, self.checklist, self.evidence = at, checklist, evidence


class Tasks(Application[UUID]):
    """Load, change, save: no policy, no sealing, no view."""

    def open(self) -> UUID:
        """One that waits to be completed."""
        work = Work(mission="B", code="COORD-LOCAL")
        work.accept("p-fp")
        self.save(work)
        return work.id

    def finish(self, id_: UUID) -> None:
        """The measured part."""
        work: Work = self.repository.get(id_)
        evidence = [{"kind": "minutes", "digest": "ab" * 32, "bytes": 1200, "marking": "limite"}]
        work.complete("2026-05-05T06:10:00Z", ["risk_list"], evidence)
        self.save(work)


def tasks_at(url: str, *, functions: bool) -> Tasks:
    """The application on a database."""
    return Tasks(env={**os.environ, **environment(url, functions=functions)})


def load_and_save(app: Tasks, threads: int, count: int) -> float:
    """Completed tasks a second; what they are completed on is opened before the clock runs."""
    each = count // threads
    ready = [[app.open() for _ in range(each)] for _ in range(threads)]
    return in_threads(threads, each * threads, lambda thread, number: app.finish(ready[thread][number]))
