"""`make demo`: real input through the real engine, then a live installation to try.

History is played by the rehearsal's driver into a log of the demonstration's own, which stays; from the present on a live
worker goes on from that log alone: its workflows are rebuilt from it. The log says of itself that it is a rehearsal.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Final

import httpx2
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from temporalio.client import Client

from chancery import demo_ending, installation, logs
from chancery.clock import SystemClock
from chancery.codec import KeyRing
from chancery.conductor import Conductor
from chancery.db import prepare
from chancery.desk import Desk
from chancery.embedded.beside import Beside, environment_of
from chancery.keystore import FileKeyStore
from chancery.leader import Leader
from chancery.rebuild import rebuild_workflows
from chancery.rehearse.ledger import Ledger
from chancery.rehearse.play import Player, ends_of, starts_of
from chancery.rehearse.script import Script, load
from chancery.rehearse.stage import Place, staged_at
from chancery.settings import Settings
from chancery.vault import Vault
from chancery.web.serve import serving
from worker import build

SCRIPT: Final = Path(__file__).resolve().parent.parent / "rehearsals" / "demo.toml"
ORIGIN: Final = "chancery-demonstration"
_MARK: Final = "this-folder-is-a-demonstration"

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "servers": (
        "PostgreSQL and Temporal start, from packages",
        "PostgreSQL et Temporal démarrent, depuis des paquets",
    ),
    "play": (
        "a trial of 2019 from its court list, then the year 2026, through the real workflows",
        "un procès de 2019 depuis son rôle d'audience, puis l'année 2026, par les vrais processus",
    ),
    "played": (
        "{obligations} obligations, {tasks} tasks, {events} events",
        "{obligations} obligations, {tasks} tâches, {events} événements",
    ),
    "rebuild": (
        "Temporal starts empty: {count} open obligations come back from the log alone",
        "Temporal démarre vide : {count} obligations ouvertes reviennent du seul journal",
    ),
    "page": (
        "Open {address} in a browser: sign in as whom you like. Nothing there is real.",
        "Ouvrez {address} dans un navigateur : connectez-vous en tant que qui vous voulez. Rien n'y est réel.",
    ),
    "no_page": (
        "The pages at {address} did not answer.",
        "Les pages à l'adresse {address} n'ont pas répondu.",
    ),
    "look": ("what you would type", "ce que vous taperiez"),
    "off_script": (
        "The history did not go as written: {what}.",
        "L'histoire ne s'est pas déroulée comme écrit : {what}.",
    ),
    "stay": (
        "A live worker runs. In another terminal, in this folder:",
        "Un agent d'exécution tourne. Dans un autre terminal, dans ce dossier :",
    ),
    "stop": ("Ctrl-C ends it.", "Ctrl-C l'arrête."),
    "busy": (
        "A demonstration runs in {folder} already; end it first.",
        "Une démonstration tourne déjà dans {folder} ; arrêtez-la d'abord.",
    ),
    "foreign": (
        "{folder} is not a demonstration's folder; nothing was touched.",
        "{folder} n'est pas le dossier d'une démonstration ; rien n'a été touché.",
    ),
}
SHOWN: Final[Sequence[Sequence[str]]] = (
    ("sla", "--mission", "Q"),
    ("task", "list", "--mission", "T"),
    ("review", "show", "REVIEW", "--as", demo_ending.READER),
    ("log", "verify"),
)
"""What the demonstration types for its reader; REVIEW stands for the code of the review that was signed."""
NEXT: Final[Sequence[str]] = (
    "task list --mine --as Q-105",
    "task show Q-EG:MEET-ANNUAL:2026/hold.1",
    "report staff R-404 --from 2019-06-01 --to 2020-03-31",
    "mission show T",
    "review list --as Q-103",
    "doctor",
)


class DemoRefused(Exception):
    """The demonstration cannot run here: a code and one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


async def run(settings: Settings, once: bool, language: str = "en") -> int:
    """The whole demonstration. `once`: ends by itself. Returns the exit code. Raises DemoRefused, EmbeddedRefused."""
    say = _sayer(language)
    here = settings.model_copy(
        update={
            "data_dir": settings.data_dir / "demo",
            "key_dir": None,
            "database_url": None,
            "database_admin_url": None,
            "database_reader_url": None,
            "checkpoint_dir": None,
            "signer_key_dir": None,
            "policy": None,
            "witness_dir": None,
            "temporal_address": None,
        }
    )
    _clear(here.data_dir, language)
    logs.configure("auto", "error")
    async with AsyncExitStack() as stack:
        say("servers")
        place = await _ground(here, stack)
        say("play")
        ledger, events = await _play(here, place)
        tasks = sum(len(o["tasks"]) for o in ledger.obligations)
        for one in ledger.refusals:
            if not one["expected"]:
                word = _WORDS["off_script"][language == "fr"]
                raise DemoRefused("demo.script", word.format(what=" ".join(map(str, one.values()))))
        say("played", obligations=len(ledger.obligations), tasks=tasks, events=events)
        stack.enter_context(Beside(here, ORIGIN))
        await stack.enter_async_context(_live(here, place, say))
        say("look")
        try:
            review = await demo_ending.signed_review(here)
            for command in SHOWN:
                if await _type(here, [review if part == "REVIEW" else part for part in command], language):
                    return 1
            await demo_ending.end(here, review, language, say)
        except demo_ending.EndingFailed as problem:
            words = demo_ending.WORDS[problem.words][language == "fr"]
            raise DemoRefused(problem.code, words.format(**problem.params)) from None
        address = await stack.enter_async_context(_pages(here, language))
        await _greet(address, language)
        say("page", address=address)
        say("see", address=address, review=review)
        if not once:
            await _stay(here, say)
    return 0


def _sayer(language: str) -> Callable[..., None]:
    out = Console(stderr=True, highlight=False)

    def say(key: str, **values: object) -> None:
        english, french = (_WORDS | demo_ending.WORDS)[key]
        out.print(f"[bold]»[/bold] {(french if language == 'fr' else english).format(**values)}")

    return say


def _clear(folder: Path, language: str) -> None:
    """An empty folder to play in: only one that an earlier demonstration marked as its own is emptied."""
    word = 1 if language == "fr" else 0
    if folder.exists():
        if not (folder / _MARK).exists():
            raise DemoRefused("demo.folder", _WORDS["foreign"][word].format(folder=folder))
        old = installation.postgres_of(Settings(data_dir=folder))
        if old.is_up():
            if _worker_runs(folder):
                raise DemoRefused("demo.running", _WORDS["busy"][word].format(folder=folder))
            old.stop()
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()


def _worker_runs(folder: Path) -> bool:
    noted = folder / "pid"
    with suppress(OSError, ValueError):
        os.kill(int(noted.read_text()), 0)
        return int(noted.read_text()) != os.getpid()
    return False


async def _ground(settings: Settings, stack: AsyncExitStack) -> Place:
    (settings.data_dir / "pid").write_text(str(os.getpid()))
    postgres = installation.postgres_of(settings, guarded=True)
    temporal = installation.temporal_of(settings)
    await asyncio.to_thread(postgres.start)
    stack.callback(postgres.stop)
    await asyncio.to_thread(temporal.start)
    stack.callback(temporal.stop)
    app, reader = postgres.password_of(installation.APP), postgres.password_of(installation.READER)
    admin = postgres.admin_url(installation.DATABASE)
    await asyncio.to_thread(
        prepare, admin, app_password=app, reader_password=reader, origin=ORIGIN, rehearsal=True
    )
    keys = FileKeyStore(installation.key_folder(settings))
    ring = KeyRing.from_store(keys, installation.PAYLOAD_KEY)
    return Place(installation.database_url(settings), ORIGIN, keys, ring)


async def _play(settings: Settings, place: Place) -> tuple[Ledger, int]:
    script = load(SCRIPT)
    now = SystemClock().now().replace(microsecond=0)
    until = min(ends_of(script), now)
    past = tuple(move for move in script.move if script.instant(move) <= until)
    script = script.model_copy(update={"move": past})
    async with staged_at(place, settings, starts_of(script), script.seed) as stage:
        with _bar(script) as tell:
            ledger = await Player(script, SCRIPT.parent, stage, tell, until).play()
        return ledger, await stage.desk.log.head()


class _bar:  # noqa: N801 - used like a function
    """A progress bar over the days played, on a terminal; silence elsewhere."""

    def __init__(self, script: Script) -> None:
        self._first = script.starts.toordinal()
        self._last = script.ends.toordinal()
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)

    def __enter__(self) -> Callable[[str], None]:
        self._bar.start()
        task = self._bar.add_task("", total=self._last - self._first)

        def tell(text: str) -> None:
            with suppress(ValueError):
                day = date.fromisoformat(text)
                self._bar.update(task, completed=day.toordinal() - self._first, description=text)

        return tell

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


@asynccontextmanager
async def _live(settings: Settings, place: Place, say: Callable[..., None]) -> AsyncIterator[None]:
    """A live worker on the log that was played: its workflows come back from the log."""
    clock = SystemClock()
    async with installation.desk_at(place.url, clock, connections=8) as (_, desk):
        client = await installation.connect(settings, place.ring)
        conductor = Conductor(desk.log, client, clock)
        await conductor.take_over()
        counts = await rebuild_workflows(conductor, client, desk.log)
        say("rebuild", count=counts.started)
        vault = Vault(place.keys, place.origin)
        async with _working(client, desk, vault, conductor, place.url):
            yield


@asynccontextmanager
async def _working(
    client: Client, desk: Desk, vault: Vault, conductor: Conductor, url: str
) -> AsyncIterator[None]:
    async with build(client, desk, vault):
        leading = asyncio.create_task(Leader(desk, conductor, url).run())
        try:
            yield
        finally:
            leading.cancel()
            with suppress(asyncio.CancelledError):
                await leading


async def _type(settings: Settings, command: Sequence[str], language: str) -> int:
    """Type a command as a user would, in a process of its own, and let its output be seen."""
    sys.stderr.flush()
    Console(stderr=True, highlight=False).print(f"\n[bold]$ chancery {' '.join(command)}[/bold]")
    environment = {**environment_of(settings), "CHANCERY_LANGUAGE": language}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chancery.cli.main", *command, env=environment
    )
    return await process.wait()


@asynccontextmanager
async def _pages(settings: Settings, language: str) -> AsyncIterator[str]:
    """The pages, in which anybody may be anybody; on another port where the usual one is taken."""
    chosen = settings.model_copy(update={"web_host": "127.0.0.1", "web_url": None, "language": language})
    try:
        serving_ = serving(chosen, SystemClock(), demo=True)
        address = await serving_.__aenter__()
    except OSError:
        serving_ = serving(chosen.model_copy(update={"web_port": 0}), SystemClock(), demo=True)
        address = await serving_.__aenter__()
    try:
        yield address
    finally:
        await serving_.__aexit__(None, None, None)


async def _greet(address: str, language: str) -> None:
    """Ask for the first page as a browser would: what is announced answers. Raises DemoRefused."""
    async with httpx2.AsyncClient(base_url=address, headers={"Accept-Language": language}) as browser:
        answer = await browser.get("/sign-in")
        if answer.status_code != 200:
            raise DemoRefused("demo.pages", _WORDS["no_page"][language == "fr"].format(address=address))


async def _stay(settings: Settings, say: Callable[..., None]) -> None:
    say("stay")
    out = Console(stderr=True, highlight=False)
    program = Path(sys.executable).parent / "chancery"
    shown = program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program
    folder = settings.data_dir
    out.print(f"    export CHANCERY_DATA_DIR={folder}")
    for line in NEXT:
        out.print(f"    {shown} {line}")
    say("stop")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
