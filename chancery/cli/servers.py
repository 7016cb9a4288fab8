"""`up`, `worker`, `web`, `version`: what runs here."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.acting import settings, system_clock
from chancery.cli.shared import Fault, noun, say, show, verb

if TYPE_CHECKING:
    from chancery.settings import Settings

app: Final = noun("", "")


@verb(app, "up", examples=("chancery up", "CHANCERY_DATA_DIR=/srv/chancery chancery up"))
async def up() -> None:
    """Start everything here: PostgreSQL, Temporal, the pages, a worker, a signer and a witness, until Ctrl-C.

    With DATABASE_URL or TEMPORAL_ADDRESS set, those are used instead of the embedded servers.
    """
    from worker import serve

    chosen = settings()
    _configure(chosen)
    with ExitStack() as stack:
        stack.enter_context(_only_one(chosen))
        _servers(chosen, stack)
        signs = await _signer(chosen, stack)
        address = _pages(stack)
        data = {"data_dir": str(chosen.data_dir), "pid": os.getpid(), "pages": address, "signer": signs}
        show("up", data, list)
        say("Everything runs, with its data in {folder}. Ctrl-C stops it.", folder=chosen.data_dir)
        if address is None:
            say("The pages could not start; `chancery web` says why.")
        else:
            say("Pages: {address}", address=address)
        if not signs:
            say(
                "Nothing signs the record: set DATABASE_READER_URL, or run `chancery signer` where its key is."
            )
        say("In another terminal, in the same folder:")
        say("  chancery doctor                    what works and what does not")
        say("  chancery mission adopt --help      begin with a mission")
        say("  chancery task list                 what has to be done")
        await serve(chosen)
    say("Stopped.")


async def _signer(chosen: Settings, stack: ExitStack) -> bool:
    """Signer and witness, as programs of their own; whether there is anybody for the signer to come in as."""
    from chancery.embedded.beside import Beside
    from chancery.installation import opened, reader_url

    if reader_url(chosen) is None:
        return False
    async with opened(chosen, system_clock()) as here:
        origin = here.origin
    stack.enter_context(Beside(chosen, origin))
    return True


def _pages(stack: ExitStack) -> str | None:
    """The pages, as a program of their own; their address, or None if they ended at once."""
    pages = subprocess.Popen([sys.executable, "-m", "chancery.web"], stderr=subprocess.PIPE, text=True)
    stack.callback(pages.wait)
    stack.callback(pages.terminate)
    assert pages.stderr is not None
    for line in pages.stderr:
        if line.startswith("http"):
            # What it logs from here on is for whoever runs this, like our own.
            threading.Thread(target=shutil.copyfileobj, args=(pages.stderr, sys.stderr), daemon=True).start()
            return line.strip()
    return None


def _servers(chosen: Settings, stack: ExitStack) -> None:
    """The embedded servers that are wanted, running and migrated; stopped in good order at the end."""
    from chancery.installation import postgres_of, prepare_database, temporal_of

    if chosen.database_url is None:
        say("Starting PostgreSQL …")
        postgres = postgres_of(chosen)
        postgres.start(progress=lambda told: say("{told}", told=told))
        stack.callback(postgres.stop)
    prepare_database(chosen)
    if chosen.temporal_address is None:
        say("Starting Temporal …")
        temporal = temporal_of(chosen)
        temporal.start(progress=lambda told: say("{told}", told=told))
        stack.callback(temporal.stop)


@contextmanager
def _only_one(chosen: Settings) -> Iterator[None]:
    """Hold the folder: a second `up` in it says that it runs. Raises Fault `already-up`."""
    from chancery.embedded.places import make_passable
    from chancery.embedded.supervise import usable

    with usable(chosen.data_dir):
        make_passable(chosen.data_dir)
        handle = (chosen.data_dir / "up.lock").open("a+")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Fault(
                "already-up",
                "It runs already in {folder}, as process {pid}; use it from here, or stop that one first.",
                folder=chosen.data_dir,
                pid=handle.read().strip() or "?",
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


@verb(app, "worker", examples=("chancery worker", "chancery worker --check"))
async def worker(
    check: Annotated[bool, typer.Option("--check", help="Build everything, then leave.")] = False,
) -> None:
    """Run a worker against a database and a Temporal that run already. More of them share the work."""
    from worker import serve

    chosen = settings()
    _configure(chosen)
    await serve(chosen, check=check)
    if check:
        say("The worker could run.")


def _configure(chosen: Settings) -> None:
    from chancery import logs

    logs.configure(chosen.log_format, chosen.log_level)


@verb(app, "web", examples=("chancery web", "CHANCERY_WEB_PORT=8443 chancery web"))
def web() -> None:
    """Serve the pages and the API, against a database that runs already, until Ctrl-C."""
    settings()  # a setting that cannot be used is said here, in one line
    sys.stderr.flush()
    # Pages and command line know nothing of each other: the pages are a program of their own.
    os.execv(sys.executable, [sys.executable, "-m", "chancery.web"])  # noqa: S606 - our own module, no shell


@verb(app, "version", examples=("chancery version --json",))
def version() -> None:
    """Say which version this is, and of what it depends on for deadlines."""
    data: dict[str, Any] = {"version": _version("chancery")}
    data["parts"] = {
        name: _version(name) for name in ("holidays", "tzdata", "temporalio", "psycopg", "pydantic")
    }

    def page() -> list[str]:
        parts = ", ".join(f"{name} {number}" for name, number in data["parts"].items())
        return [f"chancery {data['version']} ({parts})"]

    show("version", data, page)


def _version(name: str) -> str:
    try:
        return installed_version(name)
    except PackageNotFoundError:
        return "unknown"
