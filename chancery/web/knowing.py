"""`?as_of=`: a page can be asked what was known at a position of the log, or at an instant."""

from datetime import UTC, datetime

from fastapi import Request

from chancery.asof import NoSuchPosition, Reading, Then, reading
from chancery.web.faults import NotHere
from chancery.web.house import House


async def reading_of(request: Request, at: House) -> Reading:
    """Where a page reads from: now, or as known then (UTC, where no offset is given). Raises NotHere for a time that is none."""
    text = (request.query_params.get("as_of") or "").strip()
    try:
        return await reading(at.here.desk, _place(text))
    except (NoSuchPosition, ValueError, OverflowError):
        raise NotHere("no-such-page") from None


def _place(text: str) -> int | datetime | None:
    if not text:
        return None
    if text.isascii() and text.isdigit():
        if len(text) > 18:
            raise ValueError
        return int(text)
    given = datetime.fromisoformat(text)
    return given if given.tzinfo is not None else given.replace(tzinfo=UTC)


def then_of(seen: Reading) -> dict[str, object] | None:
    """What a page says of itself when it shows what was known then; None if it shows what is known now."""
    return {"position": seen.position, "at": seen.at} if isinstance(seen, Then) else None
