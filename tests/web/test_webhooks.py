"""Webhooks: a real receiver on this machine is told in order, at least once, signed; killed and back; replayed; never our own walls."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

import psycopg
import pytest

from chancery.clock import ManualClock
from chancery.kept import rows
from chancery.web.api import courier, reach
from chancery.web.api.courier import Courier
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import HEAD, adoption, cid, opening
from tests.web.api import client, is_problem, keyed
from tests.web.conftest import Web


@dataclass
class Receiver:
    """What another system is: takes what it is sent, or answers as it is told to."""

    port: int = 0
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hear"

    @property
    def positions(self) -> list[int]:
        return [e["position"] for _, body in self.got for e in json.loads(body)["events"]]

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.server.wait_closed(), 2)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        if 200 <= self.status < 300:
            self.got.append((headers, body))
        location = "Location: http://127.0.0.1:1/\r\n" if self.status // 100 == 3 else ""
        writer.write(
            f"HTTP/1.1 {self.status} X\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        with suppress(ConnectionError):
            await writer.drain()
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


async def until(true: Callable[[], Any], what: str) -> None:
    """Wait until something holds that another task brings about."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)
    assert true(), what


async def hooked(api: Any, url: str, name: str = "h") -> dict[str, Any]:
    answer = await api.post("/hooks", json={"url": url, "mission": "Q"}, headers=keyed(name))
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def state(web: Web, id_: str) -> dict[str, Any]:
    [row] = await rows(web.house.here.pool, "SELECT * FROM web.hook WHERE id = %s", [id_])
    return row


async def open_more(web: Web, *numbers: int) -> None:
    for number in numbers:
        await web.house.here.desk.submit(opening(f"o-{number}", period=f"2026-{number:02}"), ENGINE_TICK)


async def test_events_come_in_order_signed_and_without_what_they_say(working: Web) -> None:
    desk = working.house.here.desk
    async with receiving() as receiver, await client(working, "Q-p-fp") as api:
        before = await desk.log.head()
        made = await hooked(api, receiver.url)
        assert made["position"] == before and len(made["secret"]) > 40
        assert (await hooked(api, receiver.url)) == made  # sent twice, it is one
        await desk.submit(adoption("T", "TN", "Africa/Tunis"), OPERATOR)  # not its mission's
        await open_more(working, 2, 3)
        head = await desk.log.head()
        await until(lambda: len(receiver.positions) >= 2, "two events")
        assert receiver.positions == [head - 1, head]
        for headers, body in receiver.got:
            stamp = headers["chancery-signature"].split(",")[0].removeprefix("t=")
            mac = hmac.new(made["secret"].encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
            assert headers["chancery-signature"] == f"t={stamp},v1={mac}"
            for event in json.loads(body)["events"]:
                assert set(event) == {"position", "type", "stream", "recorded"}
        listed = (await api.get("/hooks")).json()
        assert [h["id"] for h in listed] == [made["id"]] and "secret" not in listed[0]
        [row] = await rows(working.house.here.pool, "SELECT h::text AS line FROM web.hook AS h")
        assert made["secret"] not in row["line"] and str(receiver.port) not in row["line"]


async def test_a_receiver_that_was_killed_misses_nothing(working: Web, clock: ManualClock) -> None:
    async with receiving() as receiver, await client(working, "Q-p-fp") as api:
        made = await hooked(api, receiver.url)
        await open_more(working, 2)
        await until(lambda: len(receiver.positions) == 1, "the first")
        await receiver.stop()
        await open_more(working, 3, 4)
        waited = []
        for wait in courier.LADDER[:3]:
            await _failures(working, made["id"], len(waited) + 1)
            row = await state(working, made["id"])
            assert row["last_code"] == "no-answer"
            waited.append((row["next_try"] - clock.now()).total_seconds())
            clock.advance(timedelta(seconds=wait))
        assert waited == [1, 5, 30]
        await receiver.start()
        clock.advance(timedelta(seconds=courier.LADDER[3]))
        await until(lambda: len(receiver.positions) >= 3, "what it missed")
        assert receiver.positions == sorted(receiver.positions)
        assert receiver.positions[-1] == await working.house.here.log.head()
        async with asyncio.timeout(20):
            while (await state(working, made["id"]))["failures"]:
                await asyncio.sleep(0.02)
        row = await state(working, made["id"])
        assert (row["last_code"], row["failing_since"], row["next_try"]) == ("taken", None, None)
        assert row["position"] == await working.house.here.log.head()


async def _failures(web: Web, id_: str, number: int) -> None:
    async with asyncio.timeout(20):
        while (await state(web, id_))["failures"] < number:
            await asyncio.sleep(0.02)


async def test_what_is_not_taken_is_tried_again_and_after_three_days_it_ends(
    working: Web, clock: ManualClock
) -> None:
    async with receiving() as receiver, await client(working, "Q-p-fp") as api:
        receiver.status = 302  # a redirect is not followed: it could lead inside
        made = await hooked(api, receiver.url)
        await open_more(working, 2)
        await _failures(working, made["id"], 1)
        assert (await state(working, made["id"]))["last_code"] == "http-302"
        clock.advance(courier.GIVE_UP - timedelta(seconds=1))
        await _failures(working, made["id"], 2)
        assert (await state(working, made["id"]))["ended_at"] is None  # the control: a second before
        clock.advance(timedelta(hours=1, seconds=1))
        async with asyncio.timeout(20):
            while (await state(working, made["id"]))["ended_at"] is None:
                await asyncio.sleep(0.02)
        assert (await state(working, made["id"]))["last_code"] == "given-up"
        assert receiver.got == []


async def test_a_replay_sends_again_from_a_position(working: Web) -> None:
    async with (
        receiving() as receiver,
        await client(working, "Q-p-fp") as api,
        await client(working, "Q-p-hom") as other,
    ):
        made = await hooked(api, receiver.url)
        replay = f"/hooks/{made['id']}/replay"
        is_problem(await other.post(replay, json={"from_position": 1}), 404, "not-found")
        is_problem(await api.post(replay, json={"from_position": 999_999}), 404, "not-found")
        assert (await api.post(replay, json={"from_position": 1})).json()["position"] == 0
        head = await working.house.here.log.head()
        await until(lambda: len(receiver.positions) >= head, "everything")
        assert receiver.positions == list(range(1, head + 1))
        assert (await api.delete(f"/hooks/{made['id']}")).status_code == 204
        is_problem(await other.delete(f"/hooks/{made['id']}"), 404, "not-found")
        is_problem(await api.post(replay, json={"from_position": 1}), 404, "not-found")


async def test_it_ends_with_the_posting(working: Web, clock: ManualClock) -> None:
    async with receiving() as receiver, await client(working, "Q-p-pol") as api:
        made = await hooked(api, receiver.url)
        await open_more(working, 2)
        await until(lambda: len(receiver.positions) == 1, "the control")
        ending = c.EndPosting(command_id=cid("leaves"), mission="Q", posting="p-pol", until="2026-05-05")
        await working.house.here.desk.submit(ending, HEAD)
        await until(lambda: len(receiver.positions) == 2, "the last")
        clock.advance(timedelta(days=1))
        await open_more(working, 3)
        async with asyncio.timeout(20):
            while (await state(working, made["id"]))["ended_at"] is None:
                await asyncio.sleep(0.02)
        assert (await state(working, made["id"]))["last_code"] == "posting-ended"
        # What was on its way when the day ended may have arrived; nothing comes after that.
        arrived = len(receiver.positions)
        assert arrived in (2, 3)
        await open_more(working, 4)
        await asyncio.sleep(0.5)
        assert len(receiver.positions) == arrived


async def test_only_one_process_carries_and_another_takes_over(working: Web) -> None:
    """The house's own courier holds the lock; a second one waits, and goes on when the first one's connection is gone."""
    async with receiving() as receiver, await client(working, "Q-p-fp") as api:
        await hooked(api, receiver.url)
        await open_more(working, 2)
        await until(lambda: len(receiver.positions) == 1, "the control")
        second = Courier(working.house, look=0.05)
        running = asyncio.create_task(second.run())
        try:
            await asyncio.sleep(0.3)
            async with await psycopg.AsyncConnection.connect(
                working.house.here.url, autocommit=True
            ) as looking:
                cursor = await looking.execute(
                    "SELECT l.pid, l.granted FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                    "WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.granted"
                )
                held = await cursor.fetchall()
                assert len(held) == 1
                await looking.execute("SELECT pg_terminate_backend(%s)", [held[0][0]])
            await open_more(working, 3)
            await until(lambda: len(receiver.positions) >= 2, "what came after")
            assert receiver.positions[-1] == await working.house.here.log.head()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_who_may_make_one_and_how_many(working: Web) -> None:
    await working.house.here.desk.submit(adoption("T", "TN", "Africa/Tunis"), OPERATOR)
    async with await client(working, "Q-p-fp") as api:
        foreign = {"url": "http://127.0.0.1:1/", "mission": "T"}
        is_problem(await api.post("/hooks", json=foreign, headers=keyed("t")), 404, "not-found")
        for url in (
            "https://10.0.0.1/",
            "http://example.org/",
            "https://u:p@example.org/",
            "ftp://example.org/",
        ):
            body = {"url": url, "mission": "Q"}
            is_problem(await api.post("/hooks", json=body, headers=keyed("u")), 422, "bad-hook-address")
        for number in range(5):
            await hooked(api, "http://127.0.0.1:1/", f"h{number}")
        more = await api.post(
            "/hooks", json={"url": "http://127.0.0.1:1/", "mission": "Q"}, headers=keyed("h5")
        )
        is_problem(more, 409, "too-many-hooks")


REFUSED = (
    "http://example.org/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/",
    "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://intranet/", "https://a@example.org/",
    "https://example.org:99999/", "https://example.org/#x", "https://exam ple.org/", "https:///x", "file:///etc/passwd",
    "https://example.org\\@127.0.0.1/", "https://" + "a" * 600 + ".org/", "",
)  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_leads_elsewhere_is_not_called(url: str) -> None:
    with pytest.raises(reach.NotReachable):
        reach.check(url, loopback=False)


def test_an_address_with_a_public_name_is_called() -> None:
    for url in ("https://receiver.example.org/hear?x=1", "https://receiver.example.org:8443"):
        assert reach.check(url, loopback=False).hostname == "receiver.example.org"
    assert reach.check("http://localhost:9000/", loopback=True).port == 9000
    with pytest.raises(reach.NotReachable):
        reach.check("http://localhost:9000/", loopback=False)
    assert reach.allows_loopback("http://localhost:8080", demo=False)
    assert not reach.allows_loopback("https://chancery.example.org", demo=False)


INSIDE = (
    "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "64:ff9b::0a00:0001", "2001:0:1::1", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_called(address: str) -> None:
    assert not reach.is_public(ip_address(address))


def test_an_address_outside_is() -> None:
    for address in ("93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"):
        assert reach.is_public(ip_address(address)), address


async def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a name answers is looked at each time, and all of it: one address inside is enough."""
    answers = [["93.184.215.14"], ["93.184.215.14", "10.0.0.1"], ["169.254.169.254"]]

    async def resolve(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", (address, 443)) for address in answers.pop(0)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    to = await reach.target("https://receiver.example.org/hear?x=1", loopback=False)
    assert (to.url, to.name) == ("https://93.184.215.14:443/hear?x=1", "receiver.example.org")
    for _ in range(2):
        with pytest.raises(reach.NotReachable):
            await reach.target("https://receiver.example.org/hear", loopback=True)
