"""The doors of the command line: to the installation, to who acts, and to the desk. Imports what is heavy when it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from chancery.cli.faults import Fault
from chancery.cli.output import say, show
from chancery.cli.state import state
from chancery.clock import Clock, SystemClock
from domain.envelope import OPERATOR, Actor

if TYPE_CHECKING:
    from chancery.installation import Installation
    from chancery.settings import Settings
    from chancery.streams import Receipt
    from domain.commands import Command

PATIENCE: Final = 5
"""Seconds that the database has to answer the first knock."""


def system_clock() -> Clock:
    """The clock of this run; tests put another in its place."""
    return SystemClock()


def settings() -> Settings:
    """What the environment chose. Raises SettingsRefused."""
    from chancery.settings import load

    return load()


def logged(chosen: Settings) -> None:
    """Send log lines to standard error, only errors unless the environment asks for more: one answer, one line."""
    import os

    from chancery import logs

    level = chosen.log_level if os.environ.get("CHANCERY_LOG_LEVEL") else "critical"
    logs.configure(chosen.log_format, level)


@asynccontextmanager
async def installed(*, connections: int = 2) -> AsyncIterator[Installation]:
    """The installation that the environment names, with an open desk.

    Knocks at the database first, so that one that is away is said at once. Raises SettingsRefused, EmbeddedRefused,
    Unavailable, KeyStoreUnsafe.
    """
    import psycopg

    from chancery.desk import Unavailable
    from chancery.embedded.supervise import EmbeddedRefused
    from chancery.installation import database_url, opened

    chosen = settings()
    logged(chosen)
    if chosen.database_url is None and not (chosen.data_dir / "postgres").exists():
        raise EmbeddedRefused("postgres.down", "Nothing was ever started here.")
    url = database_url(chosen)
    try:
        knock = await psycopg.AsyncConnection.connect(url, connect_timeout=PATIENCE)
        await knock.close()
    except psycopg.OperationalError as problem:
        raise Unavailable(type(problem).__name__) from None
    async with opened(chosen, system_clock(), connections=connections) as here:
        yield here


def command_id() -> UUID:
    """The id of this run's change: the one given, or a new one. The same throughout the run."""
    now = state()
    if now.command_id is None:
        now.command_id = uuid4()
    return now.command_id


async def actor_for(here: Installation, mission: str | None = None, default: Actor | None = None) -> Actor:
    """Who acts: `--as`, an officer's code or a posting's, as the posting that runs now.

    An officer in several missions acts in `--mission`, else in `mission`, if they are posted there. Raises Fault
    `who-acts`, `no-such-officer`, `which-posting`.
    """
    who = state().who
    if who is None:
        if default is not None:
            return default
        raise Fault(
            "who-acts", "Say who acts: --as OFFICER, or CHANCERY_AS (an officer's code such as Q-103)."
        )
    if who == OPERATOR.code:
        return OPERATOR
    running = await running_postings(here, who)
    wanted = state().mission
    own = [row for row in running if row["mission"] == (wanted or mission)]
    chosen = own or ([] if wanted else running)
    if not chosen:
        raise Fault(
            "no-such-officer", "{who} has no posting in mission {mission} today.", who=who, mission=wanted
        )
    if len(chosen) > 1:
        names = ", ".join(f"{row['posting']} ({row['mission']} {row['post']})" for row in chosen)
        raise Fault(
            "which-posting",
            "{who} serves in several posts: {names}. Say which with --mission, or --as POSTING.",
            who=who,
            names=names,
        )
    return Actor("officer", chosen[0]["posting"], chosen[0]["mission"])


async def postings_of(here: Installation, who: str) -> list[dict[str, Any]]:
    """Every posting, past and present, behind an officer's code or a posting's. Raises Fault `no-such-officer`."""
    from chancery import queries

    codes = set(await here.directory.postings_of(here.pool, who)) | {who}
    found = [row for row in await queries.postings(here.log) if row["posting"] in codes]
    if not found:
        raise Fault(
            "no-such-officer",
            "There is no officer or posting {who} in any mission; `chancery mission show` lists who serves.",
            who=who,
        )
    return found


async def running_postings(here: Installation, who: str, at: datetime | None = None) -> list[dict[str, Any]]:
    """The postings of somebody that run today (or ran at `at`), each by its mission's own day.

    Raises Fault `no-such-officer`.
    """
    from chancery import queries

    zones = {row["code"]: row["zone"] for row in await queries.missions(here.log)}
    found = await postings_of(here, who)
    now = at or here.clock.now()
    running = [row for row in found if row["first"] <= _day(now, zones[row["mission"]]) <= row["last"]]
    if not running:
        raise Fault("no-such-officer", "{who} is in no post today.", who=who)
    return running


def _day(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


async def submit(
    here: Installation,
    command: Command,
    *,
    mission: str | None = None,
    default: Actor | None = None,
    sealed: Sequence[Any] = (),
    actor: Actor | None = None,
) -> Receipt:
    """Hand a command to the desk, as whoever `--as` names, or as `actor`. Where the outcome is unknown it is asked again.

    Raises Refused, BadInput, Unavailable, Fault.
    """
    from chancery.desk import Unknown
    from chancery.office import send

    if actor is None:
        actor = await actor_for(here, mission or getattr(command, "mission", None), default)
    try:
        return await send(here, command, actor, sealed)
    except Unknown:
        raise Fault(
            "outcome-unknown",
            "It is not known whether this was carried out; run it again with --command-id {id} to finish it or find out.",
            id=command.command_id,
        ) from None


def show_receipt(receipt: Receipt, **more: object) -> None:
    """Say where the change lies. Under --json the receipt whole, with what the caller adds."""
    if state().json:
        data = {
            "position": receipt.position,
            "leaf": receipt.leaf,
            "stream": receipt.stream,
            "version": receipt.version,
            "events": list(receipt.events),
            "fresh": receipt.fresh,
            "command_id": str(command_id()),
        }
        show("receipt", data | more, list)
    elif not receipt.position:
        say("Nothing had to change.")
    elif receipt.fresh:
        say(
            "Recorded at position {position}, receipt {leaf}.",
            position=receipt.position,
            leaf=receipt.leaf,
        )
    else:
        say(
            "This request was carried out before: position {position}, receipt {leaf}.",
            position=receipt.position,
            leaf=receipt.leaf,
        )
