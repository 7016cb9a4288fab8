"""eventsourcing's projection runner, with one view of one row for each aggregate, as its manual shows."""

import asyncio
import os
import time
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier
from typing_extensions import override

from bench.eventsourced import Tasks, Work, environment


class Inbox(PostgresTrackingRecorder):
    """The view: one row a task, written together with how far it has read."""

    def __init__(self, datastore: Any, **more: Any) -> None:
        super().__init__(datastore, **more)
        self._table = SQL("{}.{}").format(Identifier(datastore.schema), Identifier("bench_inbox"))
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (id uuid PRIMARY KEY, mission text, holder text, outcome text)"
            ).format(self._table)
        )
        self._put = SQL(
            "INSERT INTO {} AS v VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET "
            "mission = coalesce(excluded.mission, v.mission), holder = coalesce(excluded.holder, v.holder), "
            "outcome = coalesce(excluded.outcome, v.outcome)"
        ).format(self._table)

    def put(self, tracking: Tracking, id_: UUID, *values: str | None) -> None:
        """One row and the tracking, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._put, [id_, *values], prepare=True)


class InboxProjection(Projection[Inbox]):
    """From its events to the view."""

    @singledispatchmethod
    @override
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        raise TypeError(type(domain_event).__name__)

    @process_event.register
    def _(self, domain_event: Work.Opened, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.put(tracking, domain_event.originator_id, domain_event.mission, None, None)

    @process_event.register
    def _(self, domain_event: Work.Accepted, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.put(tracking, domain_event.originator_id, None, domain_event.by, None)

    @process_event.register
    def _(self, domain_event: Work.Completed, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.put(tracking, domain_event.originator_id, None, None, domain_event.at)


async def projection(url: str) -> float:
    """Events a second, from an empty view to the last event."""
    return await asyncio.to_thread(_run, url)


def _run(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE '%track%'").fetchall()
        for (name,) in [*left, ("bench_inbox",)]:
            connection.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(name)))
        row = connection.execute("SELECT max(notification_id), count(*) FROM tasks_events").fetchone()
        assert row is not None
        last, events = row
    begun = time.perf_counter()
    with ProjectionRunner(
        application_class=Tasks,
        projection_class=InboxProjection,
        view_class=Inbox,
        env={**os.environ, **environment(url, threads=4)},
    ) as runner:
        runner.wait(last, timeout=120)
        return int(events) / (time.perf_counter() - begun)
