"""Lists, a page at a time: a cursor says after which item to go on. It is signed, and opens only the list that made it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from itsdangerous import BadData, URLSafeSerializer

from chancery.asof import Reading, reading
from chancery.web.api.door import At, Who
from chancery.web.api.problems import BASE, Problem, unusable
from chancery.web.house import House
from domain.kinds import instant_text

MOST: Final = 200
"""So many items at most on a page."""
USUAL: Final = 50
_AS_OF: Final = r"^(\d{1,18}|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))$"

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=2000, description="Where to go on: from `next` or the Link header of the page before."),
]
AsOf = Annotated[
    str | None,
    Query(
        pattern=_AS_OF,
        description="As known then: a position of the log, or an instant such as 2026-06-30T18:00:00Z.",
        examples=["4210", "2026-06-30T18:00:00Z"],
    ),
]


@dataclass(frozen=True, slots=True)
class Page:
    """One list as it was asked for: after which key, and how to say where the next page begins."""

    request: Request
    at: House
    who: Who
    limit: int
    after: tuple[Any, ...] | None
    as_of: int | None

    def answer(
        self, response: Response, items: Sequence[dict[str, Any]], last: Sequence[Any] | None, **more: Any
    ) -> dict[str, Any]:
        """The list as it is sent. `last`: the key of the last item here, if there are more after it."""
        following = None
        if last is not None:
            # As known then: the next page is read at the very position of the first.
            pinned = more.get("position") if "as_of" in self.request.query_params else None
            signed = _signer(self.at, self.who).dumps([_list_of(self.request), list(last), pinned])
            kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "cursor"]
            path = self.request.scope["path"].removeprefix(self.request.scope.get("root_path", ""))
            following = f"{BASE}{path}?{urlencode([*kept, ('cursor', str(signed))])}"
            response.headers["Link"] = f'<{following}>; rel="next"'
        return more | {"items": list(items), "next": following}

    def cut(
        self, response: Response, items: Sequence[dict[str, Any]], key: str, **more: Any
    ) -> dict[str, Any]:
        """A page out of a whole list that is short, in the order of one of its fields."""
        left = sorted(
            (i for i in items if self.after is None or [i[key]] > [*self.after]), key=lambda i: i[key]
        )
        shown = left[: self.limit]
        return self.answer(response, shown, [shown[-1][key]] if len(left) > self.limit else None, **more)


def page(request: Request, at: At, who: Who, limit: Limit = USUAL, cursor: Cursor = None) -> Page:
    """What a cursor says. Raises Problem `bad-cursor`."""
    if cursor is None:
        return Page(request, at, who, limit, None, None)
    try:
        made_for, after, as_of = _signer(at, who).loads(cursor)
    except (BadData, ValueError, UnicodeError):
        raise Problem("bad-cursor") from None
    if made_for != _list_of(request):
        raise Problem("bad-cursor")
    return Page(request, at, who, limit, tuple(after), as_of)


Asked = Annotated[Page, Depends(page)]


def _signer(at: House, who: Who) -> URLSafeSerializer:
    """Signs under a key of the installation's own, for one account: whoever has another's cursor can do nothing with it."""
    return URLSafeSerializer(at.box.mac("api", "cursor"), salt=str(who.account.id), serializer=json)


def _list_of(request: Request) -> str:
    """Which list this is: its path and every filter, but not how much of it."""
    kept = sorted((k, v) for k, v in request.query_params.multi_items() if k not in ("cursor", "limit"))
    return f"{request.scope['path']}?{urlencode(kept)}"


async def read_as_of(at: House, given: str | None, fixed: int | None = None) -> Reading:
    """What is known now, or was known then. `fixed`: the position at which the first page was read.

    Raises Problem `invalid`, NoSuchPosition.
    """
    if fixed is not None:
        return await reading(at.here.desk, fixed)
    if given is None:
        return await reading(at.here.desk)
    if given.isdigit():
        return await reading(at.here.desk, int(given))
    try:
        return await reading(at.here.desk, datetime.fromisoformat(given))
    except (ValueError, OverflowError):
        raise Problem("invalid", errors=[unusable({"parameter": "as_of"}, "as-of")]) from None


def stamp(seen: Reading) -> dict[str, Any]:
    """From where and when this was read: the log's position, and the instant (UTC)."""
    return {"position": seen.position, "at": instant_text(seen.at)}


def plain(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """Some fields of a view's row, instants as RFC 3339 in UTC."""
    return {n: instant_text(row[n]) if isinstance(row[n], datetime) else row[n] for n in names}
