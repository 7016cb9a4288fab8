"""One of everything: a small world in which every address of the pages leads somewhere, and whom each address is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from chancery.credentials import Credentials
from chancery.web import tokens
from chancery.web.pages import static
from domain import commands as c
from tests.imports.made import event, ics
from tests.made import FOCAL, cid
from tests.web import reviews_made
from tests.web.casework import a_case, serving
from tests.web.conftest import Web, adopt, open_task
from tests.web.days_made import HEAD, stop
from tests.web.oversight_made import Half, headquarters, mission
from tests.web.signing_made import signed
from tests.web.sittings_made import trial
from tests.web.test_imports import SECOND, table, upload
from tests.web.test_thread import fields
from tests.web.ways_in import enrolled

WORDS = "canary-5e1d what somebody said at night"
FOCAL_POINT, LEADER, RUNS_IT, AUDIT = "Q-p-fp", "Q-p-hom", "operator", "HQ-h-audit"
NOBODY = ""
API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Sample:
    """An address that is there: whose it is to see (NOBODY: anybody's), and whether a page answers."""

    path: str
    officer: str = FOCAL_POINT
    page: bool = True


@dataclass(slots=True)
class World:
    """The running pages, and a sample of each address by the route's own path."""

    web: Web
    case: str
    gets: dict[str, Sample]
    posts: dict[str, Sample]
    people: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    routes: list[tuple[str, str]] = field(default_factory=list)

    async def as_(self, officer: str) -> httpx2.AsyncClient:
        """A browser in which somebody is signed in, or nobody is."""
        if officer not in self.people:
            self.people[officer] = (
                await self.web.as_(officer)
                if officer
                else await self.web.stack.enter_async_context(self.web.nobody())
            )
        return self.people[officer]

    async def form(self, officer: str) -> dict[str, str]:
        """A form's token, for whoever is signed in."""
        if officer not in self.forms:
            page = await (await self.as_(officer)).get("/help")
            self.forms[officer] = str(fields(page.text, "/sign-out")["csrf"])
        return {"csrf": self.forms[officer], "command_id": str(cid(f"{officer} form"))}

    def forget(self, officer: str) -> None:
        """They signed out: next time they come in anew."""
        del self.people[officer], self.forms[officer]

    async def head(self) -> int:
        """Where the log ends: nothing was recorded while it stands still."""
        return await self.web.house.here.log.head()


def addresses(app: FastAPI) -> Iterator[tuple[str, str]]:
    """(method, path) of every route of an application, in whatever it is wrapped; HEAD goes with GET."""
    yield from _walked(app.routes, "")


def _walked(routes: Any, before: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(route, "original_router", route)
        if getattr(route, "methods", None):
            yield from ((method, before + route.path) for method in sorted(route.methods - {"HEAD"}))
        elif getattr(inner, "routes", None) is not None:
            yield from _walked(inner.routes, before + getattr(route, "path", ""))
        else:
            raise AssertionError(f"no route that this walk knows: {route!r}")


async def made(web: Web) -> World:
    """Missions Q and T, headquarters, and one of everything in Q."""
    here = web.house.here
    await adopt(web)
    await open_task(web)
    await mission(web, "T")
    await headquarters(web)
    half = Half(web)
    ended = await half.opened()
    await half.complete(ended)
    case = await a_case(web, WORDS)
    consultation = await serving(web, case, "CONSULT")
    await trial(web)
    desk = here.desk
    stopped = await desk.submit(stop(web.clock.now() + timedelta(days=20), 2), HEAD)
    away = c.RecordAbsence(
        command_id=cid("away"), mission="Q", posting="p-alt", from_day="2026-05-20", until="2026-05-22"
    )
    await desk.submit(away, FOCAL)
    now = web.clock.now()
    out = c.DeclareOutage(
        command_id=cid("out"), mission="Q", starts=now - timedelta(hours=9), ends=now - timedelta(hours=8)
    )
    await desk.submit(out, HEAD)
    await reviews_made.stated_there(web)
    work = await reviews_made.plan(web, agreed=False)
    review = await reviews_made.opened_now(web, (work,))
    await reviews_made.act(web, FOCAL, c.ReadReview, review)
    state = await desk.mission("Q")
    world = World(web, case, {}, {})
    code, _ = await Credentials(web.house.accounts).invite("Q-p-pol", now)
    ids = await _waiting(world, case)
    await signed(web)
    focal = await web.house.accounts.ensure(FOCAL_POINT)
    await enrolled(web, "Q-p-dep")
    view = await web.house.views.save(focal.id, "inbox", "late", "overdue=1", None)
    assert view
    saved = (await web.house.views.of(focal.id, "inbox", "Q"))[0]["id"]
    known = {
        "obligation": "o-1", "task": "hold.1", "ended": ended, "case": case, "consultation": consultation,
        "position": str(stopped.position), "absence": next(iter(state.absences)), "outage": next(iter(state.outages)),
        "code": code, "view": str(saved), "review": review, "work": work, **ids,
    }  # fmt: skip
    world.gets, world.posts = _gets(known), _posts(known)
    return world


async def _waiting(world: World, case: str) -> dict[str, str]:
    """What waits to be recorded, a job that has ended, a device's token: under ids of their own."""
    web = world.web
    runs, lead = await world.as_(RUNS_IT), await world.as_(FOCAL_POINT)
    sent = await upload(runs, "/adoption/staff", table(SECOND))
    where = sent.headers["location"]
    begun = await runs.post(where, data=fields((await runs.get(where)).text, where))
    job = begun.headers["location"].rpartition("/")[2]
    staff = (await upload(runs, "/adoption/staff", table(SECOND))).headers["location"].rpartition("/")[2]
    listed = (
        (await upload(lead, "/rota/import", ics(event()), case=case)).headers["location"].rpartition("/")[2]
    )
    page = await lead.get("/feed")
    shown = await lead.post("/feed/new", data=fields(page.text, "/feed/new") | {"device": "phone"})
    found = re.search(r"/feed/([A-Za-z0-9_-]{30,})\.ics", shown.text)
    assert found is not None, shown.text
    account = await web.house.accounts.ensure(FOCAL_POINT)
    own = next(row for row in await tokens.of(web.house, account.id) if row["kind"] == "calendar")
    return {"job": job, "staff": staff, "list": listed, "feed": found[1], "token": str(own["id"])}


def _gets(k: dict[str, str]) -> dict[str, Sample]:
    """Every address that is asked for, by its route."""
    case, task = k["case"], f"{k['obligation']}/{k['task']}"
    head = LEADER
    return {
        "/static/{version}/{name}": Sample(static("chancery.css"), NOBODY, page=False),
        "/live": Sample("/live", page=False),
        "/help": Sample("/help", NOBODY),
        "/accessibility": Sample("/accessibility", NOBODY),
        "/sign-in": Sample("/sign-in", NOBODY),
        "/sign-in/oidc": Sample("/sign-in/oidc", NOBODY, page=False),
        "/sign-in/oidc/back": Sample("/sign-in/oidc/back", NOBODY, page=False),
        "/enrol/{code}": Sample(f"/enrol/{k['code']}", NOBODY),
        "/": Sample("/", NOBODY, page=False),
        "/inbox": Sample("/inbox"),
        "/tasks/{obligation}/{task}": Sample(f"/tasks/{task}"),
        "/account": Sample("/account"),
        "/account/tokens": Sample("/account/tokens"),
        "/account/password": Sample("/account/password", "Q-p-dep"),
        "/account/second-factor": Sample("/account/second-factor", "Q-p-dep"),
        "/obligations": Sample("/obligations"),
        "/obligations/open": Sample("/obligations/open"),
        "/obligations/{id_}": Sample("/obligations/o-t5qzw"),
        "/rota": Sample("/rota"),
        "/rota/sheet": Sample("/rota/sheet?day=2026-05-09"),
        "/rota/import": Sample("/rota/import"),
        "/rota/import/{upload}": Sample(f"/rota/import/{k['list']}"),
        "/board": Sample("/board"),
        "/board/tasks": Sample("/board/tasks?pile=open"),
        "/headquarters": Sample("/headquarters?by=definition", AUDIT),
        "/headquarters/{row}/{instrument}/{area:path}": Sample(
            "/headquarters/Q/eu-hrd/COORD-LOCAL?half=2026-1&by=definition", AUDIT
        ),
        "/log/{position}": Sample(f"/log/{k['position']}"),
        "/log/{position}/proof.json": Sample(f"/log/{k['position']}/proof.json", page=False),
        "/checkpoints": Sample("/checkpoints"),
        "/checkpoints/latest": Sample("/checkpoints/latest", page=False),
        "/reports": Sample("/reports", head),
        "/reports/{kind}": Sample("/reports/structural", head),
        "/reports/{kind}.{form}": Sample("/reports/structural.csv", head, page=False),
        "/audit": Sample("/audit", head),
        "/audit/export.{form}": Sample("/audit/export.csv?mission=Q", head, page=False),
        "/audit/readings": Sample("/audit/readings?mission=Q", head),
        "/audit/readings/export.{form}": Sample("/audit/readings/export.csv?mission=Q", head, page=False),
        "/record": Sample("/record"),
        "/record/{figure}": Sample("/record/assigned"),
        "/record.{form}": Sample("/record.json", page=False),
        "/reviews": Sample("/reviews"),
        "/reviews/new": Sample("/reviews/new", head),
        "/reviews/{code}": Sample(f"/reviews/{k['review']}"),
        "/reviews/{code}/figures/{figure}": Sample(f"/reviews/{k['review']}/figures/on_time"),
        "/reviews/{code}/contest": Sample(f"/reviews/{k['review']}/contest?figure=late&positions=7"),
        "/reviews/{code}/report.{form}": Sample(f"/reviews/{k['review']}/report.json", page=False),
        "/workplans": Sample("/workplans"),
        "/workplans/new": Sample("/workplans/new"),
        "/workplans/{code}": Sample(f"/workplans/{k['work']}"),
        "/purpose": Sample("/purpose"),
        "/people": Sample("/people"),
        "/people/posts/{post}": Sample("/people/posts/Q-DHOM"),
        "/people/hand-over": Sample("/people/hand-over?leaver=p-fp&to=p-alt"),
        "/calendar": Sample("/calendar"),
        "/calendar/changes": Sample("/calendar/changes"),
        "/calendar/changes/{position}": Sample(f"/calendar/changes/{k['position']}"),
        "/calendar/explain": Sample("/calendar/explain?from_day=2026-05-21&from_time=10:00&n=5&unit=wd"),
        "/calendar/suspensions": Sample("/calendar/suspensions"),
        "/calendar/outages": Sample("/calendar/outages"),
        "/adoption": Sample("/adoption", RUNS_IT),
        "/adoption/new": Sample("/adoption/new", RUNS_IT),
        "/adoption/missions/{code}": Sample("/adoption/missions/Q"),
        "/adoption/staff": Sample("/adoption/staff", RUNS_IT),
        "/adoption/staff/{upload}": Sample(f"/adoption/staff/{k['staff']}", RUNS_IT),
        "/jobs": Sample("/jobs", RUNS_IT),
        "/jobs/{id_}": Sample(f"/jobs/{k['job']}", RUNS_IT),
        "/capture": Sample("/capture"),
        "/capture/killing": Sample("/capture/killing"),
        "/capture/{case}": Sample(f"/capture/{case}"),
        "/cases": Sample("/cases"),
        "/cases/vault": Sample("/cases/vault", head),
        "/cases/vault/{verb}": Sample("/cases/vault/lock", head, page=False),
        "/cases/vital/{consultation}": Sample(f"/cases/vital/{k['consultation']}", head),
        "/cases/{case}": Sample(f"/cases/{case}"),
        "/cases/{case}/write/{entry}": Sample(f"/cases/{case}/write/risk"),
        "/cases/{case}/consent": Sample(f"/cases/{case}/consent"),
        "/cases/{case}/consent/{which}": Sample(f"/cases/{case}/consent/given", page=False),
        "/cases/{case}/acts": Sample(f"/cases/{case}/acts"),
        "/cases/{case}/acts/{act}": Sample(f"/cases/{case}/acts/share"),
        "/search": Sample("/search?definition=COORD-LOCAL"),
        "/documents": Sample("/documents"),
        "/documents/{kind}/{code}": Sample("/documents/note_verbale/fr"),
        "/evidence/{obligation}/{task}/{n}": Sample(f"/evidence/{k['ended']}/hold.1/1"),
        "/feed": Sample("/feed"),
        "/feed/{secret}.ics": Sample(f"/feed/{k['feed']}.ics", NOBODY, page=False),
        "/dates": Sample("/dates"),
        f"{API}/": Sample(f"{API}/", NOBODY),
        f"{API}/problems": Sample(f"{API}/problems", NOBODY),
        f"{API}/problems/{{code}}": Sample(f"{API}/problems/not-found", NOBODY),
        f"{API}/openapi.json": Sample(f"{API}/openapi.json", NOBODY, page=False),
    } | {
        API + path: Sample(API + where, page=False)
        for path, where in {
            "/missions": "/missions",
            "/missions/{mission}": "/missions/Q",
            "/missions/{mission}/postings": "/missions/Q/postings",
            "/missions/{mission}/events": "/missions/Q/events",
            "/obligations": "/obligations?mission=Q",
            "/obligations/{obligation}": "/obligations/o-1",
            "/obligations/{obligation}/events": "/obligations/o-1/events",
            "/obligations/{obligation}/tasks/{task}": "/obligations/o-1/tasks/hold.1",
            "/tasks": "/tasks?mission=Q",
            "/log": "/log",
            "/log/{position}": f"/log/{k['position']}",
            "/instruments": "/instruments",
            "/instruments/{instrument}/versions/{version}": "/instruments/eu-hrd/versions/none",
            "/instruments/{instrument}/definitions/{definition}": "/instruments/eu-hrd/definitions/COORD-LOCAL",
            "/record": "/record?first=2026-01-01&last=2026-12-31",
            "/hooks": "/hooks",
        }.items()
    }


def _posts(k: dict[str, str]) -> dict[str, Sample]:
    """Every form of the pages, by its route; those of the API are met as they are."""
    case, task, head = k["case"], f"{k['obligation']}/{k['task']}", LEADER
    proof = f"/evidence/{k['ended']}/hold.1/1"
    other = "00000000-0000-0000-0000-000000000001"
    return {
        "/checkpoints": Sample("/checkpoints"),
        "/views/{id_}/forget": Sample(f"/views/{k['view']}/forget"),
        "/enrol/{code}": Sample(f"/enrol/{k['code']}", NOBODY),
        "/sign-in": Sample("/sign-in", NOBODY),
        "/sign-in/demo": Sample("/sign-in/demo", NOBODY),
        "/tasks/{obligation}/{task}/{verb}": Sample(f"/tasks/{task}/accept"),
        "/account/tokens/{id_}/revoke": Sample(f"/account/tokens/{k['token']}/revoke"),
        "/obligations/{id_}/{verb}": Sample("/obligations/o-t5qzw/end"),
        "/rota/import/{upload}": Sample(f"/rota/import/{k['list']}"),
        "/people/postings/{posting}/end": Sample("/people/postings/p-pol/end"),
        "/people/posts/{post}": Sample("/people/posts/Q-DHOM", head),
        "/reviews/{code}/{verb}": Sample(f"/reviews/{k['review']}/comment"),
        "/workplans/{code}/{verb}": Sample(f"/workplans/{k['work']}/amend"),
        "/people/absences/{absence}/end": Sample(f"/people/absences/{k['absence']}/end"),
        "/calendar/suspensions/{verb}/preview": Sample("/calendar/suspensions/declare/preview", head),
        "/calendar/suspensions/{verb}": Sample("/calendar/suspensions/declare", head),
        "/calendar/outages/{outage}/confirm": Sample(f"/calendar/outages/{k['outage']}/confirm"),
        "/adoption/new": Sample("/adoption/new", RUNS_IT),
        "/adoption/staff": Sample("/adoption/staff", RUNS_IT),
        "/adoption/staff/{upload}": Sample(f"/adoption/staff/{k['staff']}", RUNS_IT),
        "/adoption/missions/{code}/duty": Sample("/adoption/missions/Q/duty"),
        "/adoption/missions/{code}/invite": Sample("/adoption/missions/Q/invite", RUNS_IT),
        "/jobs/rehearsal": Sample("/jobs/rehearsal", RUNS_IT),
        "/jobs/{kind}": Sample("/jobs/verify", RUNS_IT),
        "/cases/vault/{verb}": Sample("/cases/vault/lock", head),
        "/cases/vital/{consultation}": Sample(f"/cases/vital/{k['consultation']}", head),
        "/cases/{case}/write/{entry}": Sample(f"/cases/{case}/write/risk"),
        "/cases/{case}/consent/given": Sample(f"/cases/{case}/consent/given"),
        "/cases/{case}/consent/withdrawn": Sample(f"/cases/{case}/consent/withdrawn"),
        "/cases/{case}/acts/{act}": Sample(f"/cases/{case}/acts/share"),
        "/cases/{case}": Sample(f"/cases/{case}"),
        "/documents/{kind}/{code}": Sample("/documents/note_verbale/en"),
        "/documents/{kind}/{code}/fill": Sample("/documents/note_verbale/en/fill"),
        "/evidence/{obligation}/{task}/{n}/open": Sample(proof + "/open"),
        "/evidence/{obligation}/{task}/{n}/file": Sample(proof + "/file"),
        "/feed/{id_}/end": Sample(f"/feed/{k['token']}/end"),
        "/feed/rule": Sample("/feed/rule", head),
        f"{API}/hooks/{{hook}}/replay": Sample(f"{API}/hooks/{other}/replay"),
        f"{API}/hooks/{{hook}}": Sample(f"{API}/hooks/{other}"),
    }
