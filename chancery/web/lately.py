"""Who was here a moment ago: the session, account and posts of a browser that asks several things at once are read once.

Two seconds, and only in this process: a sign-out here counts at once, one in another process after that.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from chancery.accounts import Account
    from chancery.queries import Row
    from chancery.web.sessions import Session

SECONDS: Final = 2.0
MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a session, and until when it may be used (the loop's own time)."""

    until: float
    session: "Session"
    account: "Account"
    postings: "tuple[Row, ...]"


class Lately:
    """Sessions seen in the last two seconds, by the hash of their cookie."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, Seen] = OrderedDict()

    def get(self, id_: bytes) -> Seen | None:
        """What was read of a session, if that was a moment ago."""
        found = self._seen.get(id_)
        if found is not None and found.until < asyncio.get_running_loop().time():
            del self._seen[id_]
            return None
        return found

    def put(self, session: "Session", account: "Account", postings: "tuple[Row, ...]") -> None:
        """Remember what was just read."""
        until = asyncio.get_running_loop().time() + SECONDS
        self._seen[session.id] = Seen(until, session, account, postings)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)

    def forget(self, account: UUID | None = None, session: bytes | None = None) -> None:
        """Something of an account or a session changed: it is read anew."""
        gone = [k for k, s in self._seen.items() if k == session or s.account.id == account]
        for key in gone:
            del self._seen[key]
