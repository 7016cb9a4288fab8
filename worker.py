"""Runs the workflows, their activities and, in one process of all, the conductor. This is where the parts are wired.

`python worker.py` (or `chancery worker`); `--check` builds everything and leaves. More workers are more of these processes.
"""

import asyncio
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from importlib import import_module

import structlog
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.desk import DeskActivities
from activities.following import FollowingActivities
from activities.tick import TickActivities
from chancery import installation, logs, searchable
from chancery.clock import SystemClock, use_pinned_zones
from chancery.conductor import QUEUE, Conductor
from chancery.desk import Desk, Unavailable
from chancery.embedded.supervise import EmbeddedRefused
from chancery.leader import Leader
from chancery.mail import running as mail
from chancery.readings import keeping
from chancery.settings import Settings, SettingsRefused, load
from chancery.vault import Vault
from workflows import CATALOGUE
from workflows.mission_tick import MissionTick

WORKFLOWS: tuple[type, ...] = (
    *(getattr(import_module(module), name) for name, module in CATALOGUE.items()),
    MissionTick,
)
_log = structlog.get_logger()


def sandbox() -> SandboxedWorkflowRunner:
    """What procedures run in, live and replayed: nothing of the world but the rules."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules("domain", "structlog", "tzdata")
    return SandboxedWorkflowRunner(restrictions=restrictions)


def build(
    client: Client, desk: Desk, vault: Vault | None = None, *, cached: int = 500, patient: bool = False
) -> Worker:
    """A worker of every procedure. `cached=0` replays the whole history at each task: a test of determinism.

    Without a `vault` (a test of one procedure by itself) nothing follows from anything. `patient` is for rehearsals and
    tests alone: a procedure may then take as long as it likes by the clock on the wall.
    """
    of_desk, of_tick = DeskActivities(desk), TickActivities(desk)
    following = FollowingActivities(desk, vault)
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=WORKFLOWS,
        activities=[
            of_desk.submit,
            of_desk.read,
            of_tick.tick,
            following.follow,
            following.tell,
            following.spread,
        ],
        workflow_runner=sandbox(),
        max_cached_workflows=cached,
        max_concurrent_workflow_tasks=None if cached == 0 else 20,
        max_concurrent_activities=40,
        graceful_shutdown_timeout=timedelta(seconds=5),
        # The SDK takes a procedure that has not yielded in two seconds of wall time for a deadlock, throws an exception into its
        # thread wherever that stands, and lets the task be tried again. A real worker needs that. Where time is played it only
        # finds that the machine is busy with other things. This is the SDK's one switch for it; the sandbox stays
        # (`tests/rehearsals/test_slow_machine.py`), but for `breakpoint()`, and procedures run in the loop's own thread.
        debug_mode=patient,
    )


async def serve(settings: Settings, *, check: bool = False) -> None:
    """Until told to stop (SIGTERM, SIGINT). Temporal away: waits for it; the database away: likewise.

    With `check` it builds everything once and returns. Raises EmbeddedRefused, KeyStoreUnsafe; with `check` also
    Unavailable and TemporalUnavailable.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await _work(settings, stop, check=check)
        except (Unavailable, installation.TemporalUnavailable, RPCError) as problem:
            if check:
                raise
            _log.warning("worker waits", reason=type(problem).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)
        else:
            break
    _log.info("worker stopped")


async def _work(settings: Settings, stop: asyncio.Event, *, check: bool) -> None:
    async with installation.opened(settings, SystemClock(), connections=8) as here:
        client = await here.temporal()
        await searchable.register(client)
        worker = build(client, here.desk, here.vault)
        if check:
            return
        conducts = Conductor(here.log, client, here.clock)
        leader = Leader(here.desk, conducts, here.url, beside=(*mail.jobs(here), *keeping.jobs(here)))
        async with worker:
            _log.info("worker runs")
            conductor = asyncio.create_task(leader.run())
            told = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((conductor, told), return_when=asyncio.FIRST_COMPLETED)
                if conductor.done():
                    conductor.result()  # it ends by a fault alone: a worker without it must not look well
            finally:
                for job in (conductor, told):
                    job.cancel()
                    with suppress(asyncio.CancelledError):
                        await job


def main(arguments: list[str]) -> int:
    """The program. Exit code 0, 2 for a wrong call or setting, 6 when a server cannot be reached."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: worker.py [--check]\n")
        return 2
    use_pinned_zones()
    try:
        settings = load()
        logs.configure(settings.log_format, settings.log_level)
        asyncio.run(serve(settings, check=arguments == ["--check"]))
    except SettingsRefused as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except Unavailable as problem:
        sys.stderr.write(
            f"The database cannot be reached ({problem}); see DATABASE_URL, and whether the server runs.\n"
        )
        return 6
    except (installation.TemporalUnavailable, EmbeddedRefused) as problem:
        sys.stderr.write(f"{problem}\n")
        return 6
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
