"""A rehearsal's file (TOML): missions and their staff, habits, and a timed script of commands.

Names stand in a file for what is random in a log: `trial` for an obligation, `first` for a sitting, an officer's code for a
posting. A local time without an offset is in the zone of the mission that the line speaks of.
"""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chancery.instruments import optional, shipped
from domain.calendar import Calendar
from domain.commands import COMMANDS
from domain.instrument import ROLES
from domain.kinds import Code


class ScriptRefused(Exception):
    """A rehearsal's file that cannot be played: where, what, and what would be right."""

    code = "bad-rehearsal"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Posted(_Part):
    """An officer in a post, from the first to the last day."""

    post: Code
    role: Code
    officer: Code
    first: date
    last: date | None = None
    share: Annotated[int, Field(ge=0, le=100)] = 20
    local_agent: bool = False
    appraisal: Code | None = None


class HolidaySet(_Part):
    """A holiday that the mission's calendar has beside (or instead of) those of the host country."""

    day: date
    name: str
    estimated: bool = False


class Cast(_Part):
    """A mission with its staff: from a `posts` file (the lines of this mission), or as `post` entries, or both.

    `duties`: the only ones that are on here; where none is named, all are but the optional
    ones and those `switched_off`.
    """

    code: Code
    host: Code
    zone: str
    kind: Literal["mission", "headquarters"] = "mission"
    on: date
    posts: str | None = None
    post: tuple[Posted, ...] = ()
    last_done: dict[Code, date] = {}
    switched_off: tuple[Code, ...] = ()
    duties: tuple[Code, ...] = ()
    partners: tuple[Code, ...] = ()
    holiday: tuple[HolidaySet, ...] = ()

    @property
    def off(self) -> tuple[str, ...]:
        """The duties that are switched off in this mission from its adoption."""
        if not self.duties:
            return tuple(
                sorted({*self.switched_off, *optional({c: i["version"] for c, i in shipped().items()})})
            )
        return tuple(sorted(shipped_codes() - set(self.duties) | set(self.switched_off)))


def shipped_codes() -> set[str]:
    """The code of every definition of every instrument that is shipped."""
    return {d["code"] for instrument in shipped().values() for d in instrument["definition"]}


class Habit(_Part):
    """What staff do of themselves: end each task of a step some time after it opened, if it is still open then.

    `after` is a term of working days or hours counted from the opening; `ends` from what it ends.
    """

    mission: Code
    definition: Code | None = None
    step: Code
    after: str
    result: dict[Code, Code] = {}
    outcome: Code | None = None
    reason: Code | None = None


class Move(_Part):
    """One line of the script: at an instant, somebody asks for something. `refused`: the refusal that must come."""

    at: datetime
    by: Code = "operator"
    mission: Code
    do: Code
    refused: Code | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")


class Expect(_Part):
    """What must come out, for whoever plays the file as a test: how the duty ends, and every task that it takes."""

    outcome: Code
    tasks: tuple[Code, ...]


class Script(_Part):
    """A whole rehearsal."""

    title: str
    starts: date
    ends: date
    seed: Annotated[str, Field(min_length=1, max_length=64)] = "rehearsal"
    mission: Annotated[tuple[Cast, ...], Field(min_length=1)]
    habit: tuple[Habit, ...] = ()
    move: tuple[Move, ...] = ()
    hearings: dict[Code, str] = {}
    expect: Expect | None = None

    def cast(self, code: str) -> Cast:
        """The mission of that code. KeyError if there is none (`load` has looked)."""
        return {m.code: m for m in self.mission}[code]

    def instant(self, move: Move) -> datetime:
        """When a move happens (UTC)."""
        if move.at.tzinfo is not None:
            return move.at.astimezone(UTC)
        return move.at.replace(tzinfo=ZoneInfo(self.cast(move.mission).zone)).astimezone(UTC)


def load(path: Path) -> Script:
    """A rehearsal from its file. Raises ScriptRefused naming file and place; FileNotFoundError becomes one too."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ScriptRefused(f"{path.name}: cannot be read ({problem.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ScriptRefused(f"{path.name}: not TOML: {problem}") from None
    try:
        script = Script.model_validate(raw)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise ScriptRefused(f"{path.name}: {where}: {first['msg']}") from None
    _check(script, path.name)
    return script


def _check(script: Script, name: str) -> None:
    known = {m.code for m in script.mission}
    if script.ends <= script.starts:
        raise ScriptRefused(f"{name}: ends: {script.ends} is not after starts, {script.starts}")
    if script.ends - script.starts > timedelta(days=3660):
        raise ScriptRefused(f"{name}: ends: a rehearsal runs for at most ten years")
    for number, cast in enumerate(script.mission, start=1):
        _check_cast(cast, f"{name}: mission.{number}")
    for number, habit in enumerate(script.habit, start=1):
        if habit.mission not in known:
            raise ScriptRefused(
                f"{name}: habit.{number}.mission: there is no mission {habit.mission} in this file"
            )
    commands = set(COMMANDS) | {"ImportHearings"}
    for number, move in enumerate(script.move, start=1):
        if move.mission not in known:
            raise ScriptRefused(
                f"{name}: move.{number}.mission: there is no mission {move.mission} in this file"
            )
        if move.do not in commands:
            raise ScriptRefused(
                f"{name}: move.{number}.do: {move.do} is no command; {', '.join(sorted(commands))} are"
            )
        if not script.starts <= move.at.date() <= script.ends:
            raise ScriptRefused(
                f"{name}: move.{number}.at: {move.at.date()} lies outside {script.starts} to {script.ends}"
            )


def _check_cast(cast: Cast, where: str) -> None:
    for posted in cast.post:
        if posted.role not in ROLES:
            raise ScriptRefused(f"{where}.post: {posted.role} is no role")
    unknown = sorted(set(cast.duties) - shipped_codes())
    if unknown:
        raise ScriptRefused(f"{where}.duties: no instrument has a duty {unknown[0]}")


def calendar_of(cast: Cast, first: int, last: int) -> Calendar:
    """The mission's calendar: the host country's, with the file's own holidays."""
    from chancery import hostcalendar
    from domain.calendar import Holiday

    calendar = hostcalendar.seed(cast.host, cast.zone, range(first, last + 1))
    for one in cast.holiday:
        calendar = calendar.with_holiday(one.day, Holiday(one.name, one.estimated, "file"))
    return calendar
