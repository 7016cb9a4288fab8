"""`/reports`: the structural report of a mission and headquarters' audit, on a page and as files, each on a signed size of the log."""

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from chancery import apart, queries
from chancery.i18n import language, tr
from chancery.oversight.halfyear import HalfYear, NoSuchHalf
from chancery.readings import book
from chancery.reports.audit import audit_report
from chancery.reports.paper.charts import svg
from chancery.reports.paper.making import paper_of
from chancery.reports.paper.model import Chart
from chancery.reports.proof import tree_of
from chancery.reports.regimes import NoReport
from chancery.reports.structural import structural_report
from chancery.web import papers
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.visitor import At, Officer, Visitor

router: Final = APIRouter()
KINDS: Final = ("structural", "audit")
LARGE: Final = 20_000
"""Events from which on a report is made apart: below it takes about as long as starting a process does."""
PATIENCE: Final = 900.0
"""Seconds after which it is given up."""
_one_at_a_time: Final = asyncio.Semaphore(1)
HALVES: Final = 6
"""So many half-years are offered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as an address asks for it. `mission` None: all of them."""

    kind: str
    mission: str | None
    first: date
    last: date
    by: str
    as_of: int | None

    def request(self, who: Visitor) -> dict[str, Any]:
        """The same as a report's file holds it."""
        if self.kind == "audit":
            return {
                "kind": "audit",
                "half": HalfYear.of(self.first).code,
                "by": self.sorted_by,
                "missions": None,
            }
        return {
            "kind": "structural",
            "mission": self.mission,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "audience": "outside" if who.oversees else "mission",
        }

    @property
    def sorted_by(self) -> Literal["paragraph", "definition"]:
        """By what an audit stands."""
        return "definition" if self.by == "definition" else "paragraph"

    @property
    def query(self) -> str:
        """The same as an address holds it."""
        said = {"mission": self.mission or "", "first": self.first.isoformat(), "last": self.last.isoformat()}
        if self.kind == "audit":
            said = {"half": HalfYear.of(self.first).code, "by": self.by}
        return urlencode(said | ({"as_of": str(self.as_of)} if self.as_of is not None else {}))


@router.get("/reports")
async def index(request: Request, at: At, who: Officer) -> Response:
    """What reports there are for this visitor, and the forms that ask for them."""
    _may(who)
    return await _index(request, at, who)


@router.get("/reports/{kind}.{form}")
async def file(request: Request, at: At, who: Officer, kind: str, form: str) -> Response:
    """The same as a file to keep."""
    form = papers.file_form(form)
    asked, wrong = await _asked(request, at, who, kind)
    if wrong:
        raise NotHere("no-such-page")
    try:
        data = await _data(at, who, asked)
    except NoReport:
        raise NotHere("no-such-page") from None
    await _noted(at, who, asked, form)
    name = f"{kind}-{asked.mission or 'all'}-{data['log']['position']}"
    return await papers.handed_out(request, at, data, form, name)


@router.get("/reports/{kind}")
async def show(request: Request, at: At, who: Officer, kind: str) -> Response:
    """A report on a page."""
    asked, wrong = await _asked(request, at, who, kind)
    if wrong:
        return await _index(request, at, who, wrong)
    try:
        data = await _data(at, who, asked)
    except NoReport as refusal:
        return await _index(request, at, who, {"form": _said(refusal)})
    await _noted(at, who, asked, "page")
    request.state.position = data["log"]["position"]
    fixed = Asked(kind, asked.mission, asked.first, asked.last, asked.by, data["log"]["position"])
    return render(
        request,
        "report-paper.html",
        paper=paper_of(data, language()),
        drawn=_drawn,
        files=papers.FILES,
        query=fixed.query,
        kind=kind,
        anybodys=who.oversees,
    )


def _may(who: Visitor, kind: str = "structural") -> None:
    """Heads see their mission's structural report, who looks across missions both. Raises NotHere for anybody else."""
    if not (who.oversees or (who.is_head and kind == "structural")):
        raise NotHere("no-such-page")


async def _data(at: At, who: Visitor, asked: Asked) -> dict[str, Any]:
    """The report's data; on a long log made apart, so that nobody else's page waits."""
    log = at.here.log
    head = await log.head()
    if head > LARGE:
        return await _apart(at, asked, who, head)
    if asked.kind == "audit":
        made = await audit_report(
            log,
            HalfYear.of(asked.first).code,
            asked.as_of,
            by=asked.sorted_by,
            tree=tree_of(log),
        )
    else:
        made = await structural_report(
            log,
            asked.mission,
            asked.first,
            asked.last,
            asked.as_of,
            audience="outside" if who.oversees else "mission",
            tree=tree_of(log),
        )
    return made.data()


async def _apart(at: At, asked: Asked, who: Visitor, head: int) -> dict[str, Any]:
    """The same, made in a process of its own; one at a time."""
    wanted = json.dumps(asked.request(who))
    position = str(head if asked.as_of is None else asked.as_of)
    try:
        async with _one_at_a_time, asyncio.timeout(PATIENCE):
            return await apart.run(
                at.here.settings,
                "report",
                lambda _done, _of: None,
                kind=asked.kind,
                request=wanted,
                position=position,
            )
    except apart.ApartFailed as failed:
        raise NoReport(failed.code, "The report could not be made apart.") from None
    except TimeoutError:
        raise NoReport("report.too-slow", f"The report was given up after {PATIENCE:.0f} seconds.") from None


async def _noted(at: At, who: Visitor, asked: Asked, form: str) -> None:
    """The look stands in the access log before anything is shown."""
    basis: Any = "oversight" if who.oversees else "head"
    await book.note(
        at.here,
        kind="export",
        who=who.actor.code,
        basis=basis,
        mission=asked.mission,
        form=form,  # type: ignore[arg-type]
    )


async def _asked(request: Request, at: At, who: Visitor, kind: str) -> tuple[Asked, dict[str, str]]:
    if kind not in KINDS:
        raise NotHere("no-such-page")
    _may(who, kind)
    given, wrong = request.query_params, {}
    today = who.home.day(at.here.clock.now())
    half = HalfYear.of(today)
    if kind == "audit" or who.oversees:
        try:
            half = (
                HalfYear.parse(given.get("half", half.code))
                if "first" not in given
                else HalfYear.of(_day(given["first"]))
            )
        except (NoSuchHalf, ValueError):
            wrong["half"] = tr("Choose a half-year.")
        days = (half.first, half.last)
    else:
        days, wrong = _days(given.get("first", ""), given.get("last", ""), half)
    mission = given.get("mission", "").strip() or None
    if not who.oversees:
        mission = who.home.code
    elif mission is not None and not (await at.here.desk.mission(mission)).version:
        raise NotHere("no-such-page")
    text = given.get("as_of", "").strip()
    as_of = int(text) if text.isdecimal() and text.isascii() and len(text) < 18 else None
    return Asked(kind, mission, *days, given.get("by", "paragraph"), as_of), wrong


def _days(first: str, last: str, half: HalfYear) -> tuple[tuple[date, date], dict[str, str]]:
    found, wrong = [half.first, half.last], {}
    for n, (name, text) in enumerate((("first", first), ("last", last))):
        if text.strip():
            try:
                found[n] = _day(text.strip())
            except ValueError:
                wrong[name] = tr("Write a day such as 2026-05-05.")
    if not wrong and found[1] < found[0]:
        wrong["last"] = tr("The period ends before it begins.")
    return (found[0], found[1]), wrong


def _day(text: str) -> date:
    """A day that a report can be about. Raises ValueError."""
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2198:
        raise ValueError(text)
    return day


async def _index(request: Request, at: At, who: Visitor, wrong: dict[str, str] | None = None) -> Response:
    half = HalfYear.of(who.home.day(at.here.clock.now()))
    halves = [half]
    while len(halves) < HALVES:
        halves.append(halves[-1].before())
    missions = [r["code"] for r in await queries.missions(at.here.log) if r["kind"] == "mission"]
    return render(
        request,
        "reports.html",
        status=422 if wrong else 200,
        wrong=wrong or {},
        halves=[(h.code, h.code) for h in halves],
        missions=[(code, code) for code in missions],
        first=request.query_params.get("first") or half.first.isoformat(),
        last=request.query_params.get("last") or half.last.isoformat(),
        chosen=request.query_params,
        oversees=who.oversees,
    )


def _said(refusal: NoReport) -> str:
    match refusal.code:
        case "report.too-slow":
            return tr(
                "This report takes too long here; ask whoever runs the installation to make it on the command line."
            )
        case "report.position":
            return tr("The log has no such position; leave it empty for what is known now.")
        case _:
            return tr("There is no such report ({code}).", code=refusal.code)


def _drawn(chart: Chart, name: str) -> Markup:
    """A picture of ours: its texts are escaped where it is drawn."""
    return Markup(svg(chart, name))  # noqa: S704 - nothing of it comes from outside unescaped
