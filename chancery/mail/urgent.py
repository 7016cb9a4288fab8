"""What cannot wait for the morning: calls on tasks whose term is in hours. At any hour, and saying nothing but that.

The log is followed from a checkpoint of its own, which begins at the log's end when mail is first switched on. It moves on
once everybody was told; who was told is written down after sending, so a crash between repeats at most what was under way,
and nobody goes untold. A message that may have gone out is sent once more, not oftener. Several calls that wait together
are one message, which stands for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select

from chancery import i18n, queries
from chancery.accounts import Account
from chancery.i18n import tr
from chancery.installation import Installation
from chancery.mail.addresses import language_of, readers, serving_in
from chancery.mail.calls import Call, calls
from chancery.mail.ledger import checkpoint, move, note, noted
from chancery.mail.sender import Away, Later, Line, Never, Server, Unsure
from chancery.streams import as_event
from chancery.views import tables as v
from domain.deciding.clocks import in_hours
from domain.mission import Mission

NAME: Final = "mail"
PAGE: Final = 500
GIVE_UP: Final = timedelta(hours=1)
"""So long a server is asked again that will not take a message for one reader; then the digest has to say it."""
AGAIN, UNSURE, TOLD = "later", "unsure", "urgent"
"""What is written down of a call: refused for now, perhaps told, told."""
_log = structlog.get_logger()


@dataclass(slots=True)
class _Told:
    """What one reader has to be told: the keys of its calls, and the position of the first."""

    account: Account
    first: int
    keys: set[str] = field(default_factory=set)

    def under(self, kind: str) -> list[str]:
        """The keys as they are written down."""
        return [f"{kind}:{key}" for key in sorted(self.keys)]


async def look(here: Installation, server: Server, address: str) -> int:
    """Tell everybody what the log holds since the last time; how many messages went out. Raises Away, Later, Deposed.

    `address`: where people open Chancery.
    """
    head = await here.log.head()
    at = await checkpoint(here.pool, NAME, otherwise=head)
    if at == head:
        return 0
    waiting = await _waiting(here, at, head)
    unsent = head
    number = 0
    if waiting:
        try:
            async with server.connected() as line:
                for one in waiting:
                    done = await _tell(here, line, one, address)
                    number += done
                    if not done:
                        unsent = min(unsent, one.first - 1)
        except Away:
            # Whoever was told is written down; the rest is found again from the same place.
            _log.warning("urgent mail waits", count=len(waiting) - number)
            raise
    await move(here.pool, NAME, at, unsent)
    if unsent < head:
        raise Later("some-later")
    return number


async def _tell(here: Installation, line: Line, one: _Told, address: str) -> bool:
    """Whether a reader is done with: told, or not to be told any more. Raises Away."""
    now = here.clock.now()
    before = i18n.language()
    i18n.use(language_of(one.account, here.settings.language))
    try:
        subject = tr("Something urgent waits for you")
        inbox = tr("Your inbox: {address}", address=f"{address}/inbox")
        text = "\n".join([tr("Something urgent waits for you."), "", inbox, ""])
        await line.send(str(one.account.email), subject, text, i18n.language(), now)
    except Later as problem:
        first = await noted(here.pool, one.account.id, one.under(AGAIN))
        await note(here.pool, one.account.id, one.under(AGAIN), now)
        if now - min(first.values(), default=now) < GIVE_UP:
            return False
        _log.error("urgent mail given up", code=problem.code)
    except Unsure as problem:
        _log.warning("urgent mail unsure", code=problem.code)
        before_that = await noted(here.pool, one.account.id, one.under(UNSURE))
        await note(here.pool, one.account.id, one.under(UNSURE), now)
        if set(before_that) != set(one.under(UNSURE)):
            return False
    except Never as problem:
        _log.error("urgent mail refused", code=problem.code)
    finally:
        i18n.use(before)
    await note(here.pool, one.account.id, one.under(TOLD), now)
    return True


async def _waiting(here: Installation, after: int, upto: int) -> list[_Told]:
    """Who has to be told what, of the events between two positions: open tasks with a term in hours, not told before."""
    found: dict[UUID, _Told] = {}
    at = after
    while at < upto and (events := await here.log.read(at, PAGE, upto)):
        at = events[-1].position
        urgent = await _urgent(here, list(calls(as_event(e) for e in events)))
        for call, account in await _addressed(here, urgent):
            one = found.setdefault(account.id, _Told(account, call.position))
            one.keys.add(call.key)
    for one in found.values():
        one.keys -= {
            known.partition(":")[2] for known in await noted(here.pool, one.account.id, one.under(TOLD))
        }
    return [one for one in found.values() if one.keys]


async def _urgent(here: Installation, made: list[Call]) -> list[Call]:
    """Those on tasks that are still open and have a term in hours."""
    if not made:
        return []
    t = v.task
    query = select(t.c.obligation, t.c.task, t.c.term).where(
        t.c.obligation.in_(sorted({call.obligation for call in made})), t.c.status == "open"
    )
    rows = await queries.rows(here.log, query)
    pressing = {(row["obligation"], row["task"]) for row in rows if in_hours(row["term"])}
    return [call for call in made if (call.obligation, call.task) in pressing]


async def _addressed(here: Installation, made: list[Call]) -> list[tuple[Call, Account]]:
    """Each call with each account that it reaches: for somebody away, their substitute's; for a role, whoever serves."""
    if not made:
        return []
    now = here.clock.now()
    missions: dict[str, Mission] = {}
    postings = {
        row["posting"]: row["mission"]
        for row in await queries.postings_by_code(here.log, sorted({p for call in made for p in call.to}))
    }
    served = await serving_in(here, {one for call in made for one in call.to} - set(postings))
    reached: dict[int, list[str]] = defaultdict(list)
    for number, call in enumerate(made):
        for one in call.to:
            if one not in postings:
                reached[number] += served.get(one, [])
                continue
            code = postings[one]
            if code not in missions:
                missions[code] = await here.desk.mission(code)
            definition = (await here.desk.obligation(call.obligation)).code if call.came else None
            instead = missions[code].substitute_for(one, now, definition) if call.came else None
            reached[number].append(instead or one)
    known = await readers(here, _each(reached.values()))
    return [
        (call, known[posting])
        for number, call in enumerate(made)
        for posting in dict.fromkeys(reached[number])
        if posting in known
    ]


def _each(lists: Iterable[list[str]]) -> list[str]:
    return sorted({one for listed in lists for one in listed})
