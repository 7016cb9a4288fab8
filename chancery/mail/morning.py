"""A mission's digests of one working morning: each reader once, and at most once, whatever happens meanwhile.

An account's claim on the day is written down before its digest is sent and taken back if that did not go out: a crash
between costs one digest, which tomorrow's makes good, and never brings two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from chancery import i18n, queries
from chancery.accounts import Account
from chancery.installation import Installation
from chancery.kept import Box
from chancery.mail import digest
from chancery.mail.addresses import language_of, readers
from chancery.mail.calls import calls
from chancery.mail.digest import Counts, Key
from chancery.mail.ledger import checkpoint, claim, move, note, noted, release, sent_since
from chancery.mail.sender import Away, Later, Line, Never, Server, Unsure
from chancery.streams import as_event
from chancery.workplans import waiting_by_posting
from domain.calendar import Calendar
from domain.instrument import HEADQUARTERS
from domain.mission import Mission

PAGE: Final = 500
MOST_A_WEEK: Final = 15
"""Nobody gets a digest who had so many messages since Monday: what is urgent goes out all the same (DESIGN.md, rule 6)."""
_log = structlog.get_logger()


@dataclass(slots=True)
class Round:
    """One look at one instant (UTC): what several missions' digests share is read once."""

    here: Installation
    now: datetime
    missions: dict[str, Mission] = field(default_factory=dict)
    counted: dict[str, dict[str, Counts]] = field(default_factory=dict)

    async def mission(self, code: str) -> Mission:
        """A mission."""
        if code not in self.missions:
            self.missions[code] = await self.here.desk.mission(code)
        return self.missions[code]

    async def counts(self, code: str) -> dict[str, Counts]:
        """What everybody of a mission is told this morning."""
        if code not in self.counted:
            mission = await self.mission(code)
            roles = HEADQUARTERS if mission.kind == "headquarters" else ()
            rows = await queries.tasks(self.here.log, postings_=[*mission.postings, *roles])
            calendars = {row["mission"]: await self._calendar(row["mission"]) for row in rows}
            news = await self._news(code)
            counted = digest.count(mission, rows, news, calendars, self.now)
            for posting, number in (await waiting_by_posting(self.here, sorted(counted), self.now)).items():
                counted[posting].other += number
            self.counted[code] = counted
        return self.counted[code]

    async def _calendar(self, code: str) -> Calendar:
        return (await self.mission(code)).clock

    async def _news(self, code: str) -> set[Key]:
        """Tasks that came to somebody, or of which somebody was reminded, since the mission's last digests."""
        head = await self.here.log.head()
        at = await checkpoint(self.here.pool, _name(code), otherwise=head)
        found: set[Key] = set()
        while events := await self.here.log.read(at, PAGE):
            at = events[-1].position
            found |= {(call.obligation, call.task) for call in calls(as_event(e) for e in events)}
        return found


async def look(here: Installation, server: Server, address: str, done: dict[str, str]) -> int:
    """Send the digests that are due in any mission now; how many went out. Raises Away, Later; called again, it goes on from there.

    `done`: mission → the local day whose digests are all out, as this process knows; it is written on here.
    """
    now = here.clock.now()
    round_ = Round(here, now)
    number, all_whole = 0, True
    for row in await queries.missions(here.log):
        mission = await round_.mission(row["code"])
        day = mission.day(now).isoformat()
        if done.get(mission.code) == day or digest.morning_of(mission, now) is None:
            continue
        if not await noted(here.pool, _place(here, mission.code), [_closed(day)]):
            head = await here.log.head()
            sent, whole = await _send(round_, mission, day, server, address)
            number += sent
            all_whole = all_whole and whole
            if not whole:
                continue
            await _close(here, mission.code, day, head)
        done[mission.code] = day
    if not all_whole:
        raise Later("some-later")
    return number


async def _send(round_: Round, mission: Mission, day: str, server: Server, address: str) -> tuple[int, bool]:
    """Send a mission's digests of a day: how many went out, and whether nobody has to be tried again. Raises Away."""
    here = round_.here
    counts = await round_.counts(mission.code)
    due = [
        (account, told)
        for account, postings in _by_account(await readers(here, sorted(counts)))
        if account.preferences.get("digest", True) is not False
        and (told := await _told(round_, account, mission.code, postings))
        and await sent_since(here.pool, account.id, _monday(mission, round_.now)) < MOST_A_WEEK
    ]
    number, whole = 0, True
    if not due:
        return number, whole
    async with server.connected() as line:
        for account, told in due:
            key = f"digest:{day}"
            if await claim(here.pool, account.id, key, here.clock.now()):
                went = await _one(here, line, account, told, key, address)
                number += went is True
                whole = whole and went is not None
    if number:
        _log.info("digests sent", mission=mission.code, count=number)
    return number, whole


async def _one(
    here: Installation, line: Line, account: Account, told: Counts, key: str, address: str
) -> bool | None:
    """Whether it went out; None if it is to be tried again. Raises Away, with the claim taken back."""
    before = i18n.language()
    i18n.use(language_of(account, here.settings.language))
    try:
        now = here.clock.now()
        content = digest.text(told, address)
        await line.send(str(account.email), digest.subject(), content, i18n.language(), now)
    except Later as problem:
        _log.warning("digest waits", code=problem.code)
        await release(here.pool, account.id, key)
        return None
    except Unsure as problem:
        _log.warning("digest unsure", code=problem.code)  # perhaps it went out: not twice
    except Never as problem:
        _log.error("digest refused", code=problem.code)
        return False
    except Away:
        await release(here.pool, account.id, key)
        raise
    finally:
        i18n.use(before)
    return True


def _by_account(known: dict[str, Account]) -> Iterable[tuple[Account, list[str]]]:
    grouped: dict[object, tuple[Account, list[str]]] = {}
    for posting, account in known.items():
        grouped.setdefault(account.id, (account, []))[1].append(posting)
    return grouped.values()


async def _told(round_: Round, account: Account, mission: str, postings: list[str]) -> Counts:
    """All that somebody is told, in every post that they are in: one digest, whichever mission's morning comes first."""
    total = Counts()
    here = await round_.counts(mission)
    for posting in postings:
        total += here[posting]
    codes = await round_.here.directory.postings_of(round_.here.pool, account.officer)
    for row in await queries.postings_by_code(round_.here.log, codes):
        if row["mission"] != mission:
            elsewhere = await round_.counts(row["mission"])
            total += elsewhere.get(row["posting"], Counts())
    return total


async def _close(here: Installation, code: str, day: str, head: int) -> None:
    """The mission's digests of a day are out: what comes from here on is tomorrow's news, whoever leads by then."""
    at = await checkpoint(here.pool, _name(code), otherwise=head)
    if at < head:
        await move(here.pool, _name(code), at, head)
    await note(here.pool, _place(here, code), [_closed(day)], here.clock.now())


def _place(here: Installation, code: str) -> UUID:
    """Where it is written down what went out for a whole mission: no account's id."""
    return Box(here.keys, here.origin).place(f"digests:{code}")


def _closed(day: str) -> str:
    return f"closed:{day}"


def _name(code: str) -> str:
    return f"digest:{code}"


def _monday(mission: Mission, now: datetime) -> datetime:
    today = mission.day(now)
    return mission.clock.start_of(today - timedelta(days=today.weekday()))
