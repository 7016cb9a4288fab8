"""How the pages are served: an answer goes out when it is made."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import uvicorn

from chancery.clock import ManualClock
from chancery.settings import Settings
from chancery.web import serve
from tests.web.conftest import Web


async def _delays(address: str, server: uvicorn.Server) -> list[int]:
    """Of each connection, whether it sends at once (1) or waits to fill its packets (0)."""
    web: Any = Web(address, None, None, None)  # type: ignore[arg-type]
    async with web.nobody() as client:
        assert (await client.get("/help")).status_code == 200
        sockets = [one.transport.get_extra_info("socket") for one in server.server_state.connections]  # type: ignore[union-attr]
        return [one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in sockets]


@pytest.mark.parametrize("named", [True, False])
async def test_no_answer_waits_for_the_browser_to_acknowledge_its_headers(
    named: bool, web_settings: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 ms for each answer on a kept connection, else. The control: a socket that is not named as TCP."""
    servers: list[uvicorn.Server] = []

    class Seen(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            servers.append(self)

    monkeypatch.setattr(serve.uvicorn, "Server", Seen)
    if not named:
        monkeypatch.setattr(serve.socket, "IPPROTO_TCP", 0)
    async with serve.serving(web_settings, clock) as address:
        monkeypatch.undo()
        [server] = servers
        assert await _delays(address, server) == [1 if named else 0]
