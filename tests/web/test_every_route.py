"""Every address of the pages and the API, met by those it is not for: nobody, a stranger, another mission, another site.

A route that nobody gave a sample of (tests/web/whole_world.py) makes `test_every_route_has_a_sample` fail.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse

from chancery.clock import ManualClock
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.settings import Settings
from chancery.web.app import create
from chancery.web.serve import serve_app
from tests.conftest import NOW, fresh_database
from tests.web import api
from tests.web.conftest import Web
from tests.web.holding import faults, headless, left_in_english
from tests.web.odd import NO_MISSIONS, STRANGE, asked_of
from tests.web.whole_world import API, FOCAL_POINT, NOBODY, WORDS, Sample, World, addresses, made

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 5.0
ELSEWHERE = "https://elsewhere.example"
ENGLISH = frozenset({f"{API}/"})
"""The description of the API, made from its own operations for whoever writes a program: it is in English."""
NO_TOKEN = frozenset({"/language"})
"""A choice of appearance: it takes no token and works before sign-in."""


@pytest.fixture(scope="module", autouse=True)
def _no_waiting() -> Iterator[None]:
    """No wait at a wrong sign-in: a slow page is not what is tried here."""
    from chancery.web.routes import signing

    patch = pytest.MonkeyPatch()
    patch.setattr(signing, "FLOOR", 0.0)
    yield
    patch.undo()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    postgres: EmbeddedPostgres, database_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """One of everything, on a real port, for all tests of this file."""
    folder, clock = tmp_path_factory.mktemp("world"), ManualClock(NOW)
    with fresh_database(postgres, database_template) as database:
        settings = Settings(
            database_url=database.app_url,  # type: ignore[arg-type]
            temporal_address="127.0.0.1:1", data_dir=folder / "data", key_dir=folder / "keys", web_port=0,
            web_requests_per_minute=0,
        )  # fmt: skip
        async with AsyncExitStack() as stack:
            holder: list[FastAPI] = []

            def make(origin: str) -> FastAPI:
                holder.append(create(settings, clock, origin=origin))
                return holder[0]

            address = await stack.enter_async_context(serve_app(settings, make))
            found = await made(Web(address, holder[0].state.house, clock, stack))
            _of_app(found, holder[0])
            yield found


def _of_app(world: World, app: FastAPI) -> None:
    """Routes without a blank to fill need no sample of their own: their address is their path."""
    for method, path in addresses(app):
        if method != "GET" and "{" not in path:
            world.posts.setdefault(path, Sample(path))
    world.routes = list(addresses(app))


def uncovered(routes: list[tuple[str, str]], world: World) -> list[str]:
    """Routes that have no sample, and samples that have no route."""
    gets = {path for method, path in routes if method == "GET"}
    posts = {path for method, path in routes if method != "GET"}
    return sorted(gets ^ set(world.gets)) + sorted(posts ^ set(world.posts))


def is_open(sample: Sample) -> bool:
    return sample.officer == NOBODY


def of_pages(samples: dict[str, Sample]) -> dict[str, Sample]:
    return {path: one for path, one in samples.items() if not path.startswith(API)}


def of_api(samples: dict[str, Sample]) -> dict[str, Sample]:
    return {path: one for path, one in samples.items() if path.startswith(API)}


async def first(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """An answer; of a stream that never ends, its beginning."""
    async with client.stream("GET", path) as answer:
        if "event-stream" not in answer.headers.get("content-type", ""):
            await answer.aread()
        return answer


# ── no route is forgotten ────────────────────────────────────────────────────────────────────────────────────────


async def test_every_route_has_a_sample(world: World) -> None:
    assert uncovered(world.routes, world) == []
    new = [*world.routes, ("GET", "/forgotten"), ("POST", "/forgotten/{too}")]
    assert uncovered(new, world) == ["/forgotten", "/forgotten/{too}"]  # the control


async def test_every_sample_is_there_for_whom_it_is_meant(world: World) -> None:
    wrong = []
    for route, sample in of_pages(world.gets).items():
        answer = await first(await world.as_(sample.officer), sample.path)
        if answer.status_code != 200 and (sample.page or answer.status_code not in (303, 404)):
            wrong.append((route, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


# ── nobody, a stranger, another site ─────────────────────────────────────────────────────────────────────────────


def not_shut(answer: httpx2.Response) -> bool:
    """Whether an address let somebody in who is not signed in."""
    return answer.status_code != 303 or not answer.headers["location"].startswith("/sign-in")


async def test_nobody_sees_anything_before_signing_in(world: World) -> None:
    nobody, wrong = await world.as_(NOBODY), []
    for route, sample in world.gets.items():
        if is_open(sample):
            continue
        answer = await first(nobody, sample.path)
        if answer.status_code != 401 if route.startswith(API) else not_shut(answer):
            wrong.append((route, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    for path in ("/help", "/people/nothing"):
        assert not_shut(
            await nobody.get(path)
        )  # the control: an open page and one that is none are told from a shut one


async def sends(
    world: World, typed: bool, signed_in: bool, officer: str | None = None, **headers: str
) -> dict[str, int]:
    """Send every form; what was answered. Raises AssertionError if anything was recorded."""
    head, found = await world.head(), {}
    for route, sample in world.posts.items():
        sender = officer or sample.officer
        client = await world.as_(sender if signed_in else NOBODY)
        data = await world.form(sender) if typed and sender else {}
        method = "DELETE" if route == f"{API}/hooks/{{hook}}" else "POST"
        answer = await client.request(method, sample.path, data=data, headers=headers)
        found[route] = answer.status_code
        if route == "/sign-out" and answer.status_code == 303:
            world.forget(sender)
    assert await world.head() == head, "something was recorded"
    return found


async def test_no_form_is_taken_from_nobody(world: World) -> None:
    answers = await sends(world, typed=False, signed_in=False)
    assert {r for r, s in answers.items() if s not in (401, 403)} == NO_TOKEN


async def test_no_form_is_taken_without_its_token(world: World) -> None:
    answers = await sends(world, typed=False, signed_in=True)
    wrong = {r: s for r, s in answers.items() if s != (401 if r.startswith(API) else 403)}
    assert set(wrong) == NO_TOKEN, wrong
    taken = await sends(
        world, typed=True, signed_in=True, officer="Q-p-la"
    )  # the control: with it they are read
    assert sum(status != 403 for route, status in taken.items() if not route.startswith(API)) > 40


@pytest.mark.parametrize("with_header", [True, pytest.param(False, marks=pytest.mark.trials)])
async def test_no_form_is_taken_from_another_site(world: World, with_header: bool) -> None:
    basic = {"Authorization": "Basic cTpx"} if with_header else {}
    answers = await sends(world, typed=True, signed_in=True, Origin=ELSEWHERE, **basic)
    assert {r: s for r, s in answers.items() if s != (401 if r.startswith(API) else 403)} == {}
    null = await sends(
        world, typed=True, signed_in=True, officer="Q-p-la", Origin="null", Referer=f"{ELSEWHERE}/x"
    )
    assert {r: s for r, s in null.items() if s != (401 if r.startswith(API) else 403)} == {}


# ── another mission, other posts ─────────────────────────────────────────────────────────────────────────────────


def of_q(world: World, route: str, sample: Sample) -> str:
    """The address that asks for mission Q's, if it names no other thing of Q's."""
    if "{" in route or "mission=" in sample.path:
        return sample.path
    return sample.path + ("&" if "?" in sample.path else "?") + "mission=Q"


def of_q_in(text: str) -> bool:
    """Whether an answer holds anything of mission Q: who is there, where they sit, what is at work, what was said."""
    return bool(re.search(r"Q-p-|Q-POL|Q-HOM|Q-EG|o-t5qzw\b.*<h1|canary", text))


async def test_another_mission_finds_nothing_of_q(world: World) -> None:
    wrong = []
    for officer in ("T-p-fp", "T-p-hom", "T-p-pol"):
        client = await world.as_(officer)
        for route, sample in of_pages(world.gets).items():
            if is_open(sample):
                continue
            answer = await first(client, of_q(world, route, sample))
            text = answer.text if answer.is_stream_consumed else ""
            if (route not in NO_MISSIONS and answer.status_code != 404) or of_q_in(text):
                wrong.append((officer, route, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    own = await (await world.as_(FOCAL_POINT)).get("/people")
    assert of_q_in(own.text)  # the control


async def test_another_mission_changes_nothing_of_q(world: World) -> None:
    client, head = await world.as_("T-p-fp"), await world.head()
    typed = await world.form("T-p-fp") | {"mission": "Q"}
    wrong = []
    for route, sample in of_pages(world.posts).items():
        if is_open(sample) or route in NO_TOKEN:
            continue
        answer = await client.post(sample.path, data=typed)
        named = "{" in route and not route.startswith(
            ("/documents/", "/calendar/", "/feed/", "/account/", "/views/")
        )
        if route == "/rota/import/{upload}":
            named = False  # an upload is one's own: another's is said to wait no longer
        if (named and answer.status_code != 404) or of_q_in(answer.text):
            wrong.append((route, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert await world.head() == head


async def test_another_mission_finds_nothing_of_q_in_the_api(world: World) -> None:
    async with (
        await api.client(world.web, "T-p-fp") as other,
        await api.client(world.web, FOCAL_POINT) as own,
    ):
        for route, sample in of_api(world.gets).items():
            path = sample.path.removeprefix(API)
            if is_open(sample) or ("Q" not in path and "o-1" not in path):
                continue
            answer = await other.get(path)
            assert answer.status_code == 404 and not of_q_in(answer.text), (route, answer.text)
            assert (await own.get(path)).status_code == 200, route  # the control
        entry = world.gets["/log/{position}"].path
        assert (await other.get(entry)).json()["body"] is None
        assert (await own.get(entry)).json()["body"] is not None


@pytest.mark.parametrize(
    "officers",
    [("Q-p-pol", "HQ-h-desk"), pytest.param(("Q-p-la", "operator"), marks=pytest.mark.trials)],
)
async def test_who_has_no_ground_sees_no_case(world: World, officers: tuple[str, ...]) -> None:
    wrong = []
    for officer in officers:
        client = await world.as_(officer)
        for route, sample in of_pages(world.gets).items():
            answer = await first(client, sample.path)
            text = answer.text if answer.is_stream_consumed else ""
            if WORDS.partition(" ")[0] in text:
                wrong.append((officer, route, "words"))
            # A link to come back, or to the page itself, holds the code that was typed.
            if world.case in text and world.case not in sample.path:
                wrong.append((officer, route, "code"))
    assert not wrong, "\n".join(map(str, wrong))
    own = await (await world.as_(FOCAL_POINT)).get(f"/cases/{world.case}")
    assert WORDS in own.text  # the control


async def test_the_operator_reads_no_case(world: World) -> None:
    client = await world.as_("operator")
    for route, sample in of_pages(world.gets).items():
        if route.startswith(("/cases", "/capture", "/evidence", "/search")):
            assert (await client.get(sample.path)).status_code == 404, route


# ── every page ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_page_is_whole_in_both_languages(world: World) -> None:
    wrong: dict[str, list[str]] = {}
    for route, sample in world.gets.items():
        if not sample.page:
            continue
        client = await world.as_(sample.officer)
        for language in ("en", "fr"):
            answer = await client.get(sample.path, headers={"Accept-Language": language})
            found = faults(answer, language)
            if language == "fr" and route not in ENGLISH:
                found += [f"in English: {text}" for text in left_in_english(answer.text)]
            wrong |= {f"{route} {language}": found} if found else {}
    assert not wrong, "\n".join(map(str, wrong.items()))


async def test_the_checker_of_pages_finds_what_is_wrong() -> None:
    app = FastAPI()

    @app.get("/bad")
    async def bad() -> Response:
        return HTMLResponse(
            '<html lang="en"><h1>a</h1><h1>b</h1><p style="color:red" onclick="x()">Nothing is ticked, so nothing moves.</p>'
            '<script>1</script><img src="https://elsewhere.example/x.png">' + "x" * 150_000
        )

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
        answer = await client.get("/bad")
    found = " ".join(faults(answer, "fr"))
    for said in (
        "language",
        "2 main",
        "style",
        "script",
        "another host",
        "bytes",
        "no Content-Security",
        "cache",
    ):
        assert said in found, said
    assert left_in_english(answer.text) == ["Nothing is ticked, so nothing moves."]
    assert len(headless({})) == len(headless(answer.headers))


# ── what is no address ───────────────────────────────────────────────────────────────────────────────────────────


async def odd(client: httpx2.AsyncClient, where: str) -> int:
    """What is answered; 599 if nothing is within some seconds."""
    try:
        async with asyncio.timeout(PATIENCE):
            return (await first(client, where)).status_code
    except TimeoutError:
        return 599


# A tenth of it each time, in turn from route to route; `make trials` asks all of it.
@pytest.mark.parametrize("most", [1, pytest.param(99, marks=[pytest.mark.trials, pytest.mark.timeout(1800)])])
async def test_no_address_makes_a_page_fail(world: World, most: int) -> None:
    wrong: list[Any] = []
    async with await api.client(world.web, FOCAL_POINT) as machine:
        for route, sample in world.gets.items():
            client = machine if route.startswith(API) else await world.as_(sample.officer)
            base = sample.path.removeprefix(API) if client is machine else sample.path
            pattern = route.removeprefix(API) if client is machine else route
            turn = len(route) % len(STRANGE)
            for text in (STRANGE[turn:] + STRANGE[:turn])[:most] if "{" in route else ():
                where = re.sub(r"\{[^}]+\}", lambda _, t=text: t, pattern)
                if (status := await odd(client, where)) >= 500:
                    wrong.append((where[:60], status))
            asked = asked_of(route)
            turn = len(route) % max(len(asked), 1)
            for query in (asked[turn:] + asked[:turn])[:most]:
                where = base + ("&" if "?" in base else "?") + query
                if (status := await odd(client, where)) >= 500:
                    wrong.append((where, status))
    assert not wrong, "\n".join(map(str, wrong))


async def test_a_page_that_fails_is_noticed() -> None:
    app = FastAPI()

    @app.get("/year/{n}")
    async def year(n: str) -> str:
        return str(1 // (0 if len(n) > 4 else 1))

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        assert [await odd(client, "/year/" + text) for text in ("2026", STRANGE[3])] == [200, 500]


@pytest.mark.parametrize(
    "back", ["//[", "//elsewhere.example", "/\\elsewhere.example", "https:elsewhere.example", "/\t/x"]
)
async def test_nobody_is_led_to_another_site(world: World, back: str) -> None:
    nobody, lead = await world.as_(NOBODY), await world.as_(FOCAL_POINT)
    switched = await nobody.post("/language", data={"language": "en", "back": back})
    entered = await lead.get("/sign-in", params={"back": back})
    saved = await lead.post(
        "/drafts/drop", data=await world.form(FOCAL_POINT) | {"form": "capture", "back": back}
    )
    for answer in (switched, entered, saved):
        assert answer.status_code == 303, answer.text
        assert re.fullmatch(r"/([^/\\].*)?", answer.headers["location"]), answer.headers["location"]
