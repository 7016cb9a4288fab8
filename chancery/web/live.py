"""`/live`: tells open pages that the log moved. It says how far and nothing else; the page then asks for itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from chancery.web.visitor import At, Officer

router: Final = APIRouter()
BEAT: Final = 15.0
"""Seconds after which a line is sent although nothing moved, so that a dead connection is noticed."""
GATHER: Final = 0.5
LONGEST: Final = 1800.0
"""Seconds after which the stream ends and the browser comes again: a session that ended meanwhile is then noticed."""


@router.get("/live", include_in_schema=False)
async def live(request: Request, at: At, who: Officer) -> StreamingResponse:
    """Server-sent events: `moved`, with the log's head."""

    async def stream() -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST
        seen = at.tail.head
        yield f"retry: 3000\nevent: here\ndata: {seen}\n\n"
        while loop.time() < until and not at.closing.is_set():
            head = await at.tail.wait(seen, BEAT)
            if await request.is_disconnected():
                return
            if head > seen:
                await asyncio.sleep(GATHER)
                seen = at.tail.head
                yield f"event: moved\ndata: {seen}\n\n"
            else:
                yield ": still here\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")
