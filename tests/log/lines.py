"""A way to the server that can be long, or go deaf: it then carries what we say and none of the answers."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import make_url


class Line:
    """Use as `async with Line(url, folder) as line`, and connect to `line.url`."""

    def __init__(self, url: str, folder: Path, delay: float = 0.0) -> None:
        parts = make_url(url)
        folder.mkdir()
        self.deaf = False
        self._server = f"{parts.query['host']}/.s.PGSQL.{parts.query['port']}"
        self._socket = folder / ".s.PGSQL.5432"
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        here = parts.update_query_dict({"host": str(folder), "port": "5432"})
        self.url = here.render_as_string(hide_password=False)

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_unix_server(self._serve, self._socket)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # for the transports to be gone

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._server)
        self._writers += [writer, up_writer]
        for job in (
            self._carry(reader, up_writer, answers=False),
            self._carry(up_reader, writer, answers=True),
        ):
            self._tasks.add(asyncio.create_task(job))

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        later = asyncio.get_running_loop().call_later
        while data := await reader.read(65536):
            if answers and self.deaf:
                await asyncio.sleep(0.5)  # the commit is done by now
                break
            later(self._delay, writer.write, data)
        later(self._delay, writer.close)
