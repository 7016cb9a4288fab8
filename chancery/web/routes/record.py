"""`/record`: one's own record, first and for nobody else: every figure with its list, each item with its entries of the log."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.i18n import language, tr
from chancery.oversight import first as seen_first
from chancery.oversight import load, looks, table
from chancery.oversight.halfyear import HalfYear
from chancery.reports.paper.forms import CARRY_CHECKPOINT
from chancery.reports.regimes import NoReport
from chancery.reports.render import sections
from chancery.reports.staff import StaffReport, staff_report
from chancery.reports.words import UNSEEN
from chancery.reports.words import word as report_word
from chancery.reviews import signed_size
from chancery.telling import names
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.papers import FILES, file_form, handed_out
from chancery.web.routes.headquarters import LINES, area_title, start_of
from chancery.web.visitor import At, Someone, Visitor

router: Final = APIRouter()
LED: Final = ("posts", "absences", "acting", "load", "plan", "sources", "definitions")
FIRST: Final = 6
"""Items of a figure that stand on the page itself; the whole list is behind it, or the page would be heavy on a poor line."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked for: days of the missions, a position to make it from (None: now), a regime of appraisal."""

    first: date
    last: date
    as_of: int | None
    regime: str | None
    wrong: dict[str, str]

    def query(self, **more: str) -> str:
        """The same period as an address holds it."""
        asked = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        asked |= {"regime": self.regime} if self.regime else {}
        return urlencode(asked | ({"as_of": str(self.as_of)} if self.as_of is not None else {}) | more)


@router.get("/record")
async def show(request: Request, at: At, who: Someone) -> Response:
    """One's own record, with what others are shown of it and from when. To open it is to have seen it."""
    postings = await _own(at, who)
    today = (who.mission.day if who.mission else _utc_day)(at.here.clock.now())
    asked = _period(request, today)
    head = await at.here.log.head()
    report, problem = await _report(at, who, postings, asked)
    data = report.data() if report is not None else None
    pending = await _pending(at, postings, noted=asked.as_of is None)
    if (
        postings and asked.as_of is None
    ):  # once all of it was read, for the position from which it is complete
        await seen_first.note_seen(at.here, postings, head)
    looked = await looks.of(at.here, postings)
    request.state.position = data["log"]["position"] if data else at.tail.head
    return render(
        request,
        "record.html",
        status=422 if asked.wrong else 200,
        asked=asked,
        wrong=asked.wrong,
        problem=problem,
        report=data,
        parts=sections(data, language()) if data else [],
        led=LED,
        unseen=[report_word(f"unseen.{code}", language()) for code in UNSEEN],
        load=_chart(load.over_time(data, today)) if data else None,
        pending=pending,
        looked=looked,
        readers=await names.officers(at.here, {r["reader"] for r in looked}),
        printed=bool(request.query_params.get("print")),
        first=FIRST,
        forms=FILES,
        zone=_zone(data, who),
    )


@router.get("/record/{figure}")
async def one_list(request: Request, at: At, who: Someone, figure: str) -> Response:
    """The whole list behind one figure of one's own record, a page at a time."""
    asked = _period(request, (who.mission.day if who.mission else _utc_day)(at.here.clock.now()))
    report, _ = await _report(at, who, await _own(at, who), asked)
    data = report.data() if report is not None else {"figures": {}}
    if figure not in data["figures"]:
        raise NotHere("no-such-page")
    (part,) = [one for one in sections(data, language()) if one.name == figure]
    begin = start_of(request)
    request.state.position = data["log"]["position"]
    return render(
        request,
        "record-list.html",
        part=part,
        entries=part.entries[begin : begin + LINES],
        begin=begin,
        following=asked.query(start=str(begin + LINES)) if begin + LINES < len(part.entries) else None,
        back="/record?" + asked.query(),
        zone=_zone(data, who),
    )


@router.get("/record.{form}")
async def as_file(request: Request, at: At, who: Someone, form: str) -> Response:
    """The same as a file, byte for byte what the command line gives; PDF and HTML rest on a signed size where there is one."""
    form = file_form(form)
    asked = _period(request, (who.mission.day if who.mission else _utc_day)(at.here.clock.now()))
    if asked.as_of is None and form in CARRY_CHECKPOINT:
        asked = replace(asked, as_of=await signed_size(at.here.log, at.here.settings.checkpoints))
    report, _ = await _report(at, who, await _own(at, who), asked)
    if report is None:
        raise NotHere("no-such-page")
    return await handed_out(request, at, report.data(), form, "record")


async def _own(at: At, who: Visitor) -> list[str]:
    """Every posting of whoever is signed in, past ones too. Nobody else's can be asked for here."""
    if who.is_operator:
        raise NotHere("no-such-page")
    return sorted(await at.here.directory.postings_of(at.here.pool, who.account.officer))


async def _report(
    at: At, who: Visitor, postings: list[str], asked: Period
) -> tuple[StaffReport | None, tuple[str, str] | None]:
    if asked.wrong:
        return None, ("form", tr("Something cannot be used as typed; see below. Nothing was recorded."))
    try:
        made = await staff_report(
            at.here.log,
            who.account.officer,
            postings,
            asked.first,
            asked.last,
            asked.as_of,
            regime=asked.regime,
        )
    except NoReport as refusal:
        return None, (refusal.code, _said(refusal))
    return made, None


def _said(refusal: NoReport) -> str:
    match refusal.code:
        case "report.period":
            return tr("The period ends before it begins.")
        case "report.position":
            return tr("The log has no such position; leave it empty for what is known now.")
        case "report.nobody":
            return tr("The log knows of no posting of yours.")
        case "report.no-appraisal":
            return tr(
                "Your posting is under no appraisal, so no record is drawn up of it: it would serve nothing."
            )
        case "report.regimes":
            return tr("You are appraised under several regimes, each with a record of its own: name one.")
        case _:
            return tr("You are not appraised under that regime in this period.")


def _period(request: Request, today: date) -> Period:
    asked, wrong = request.query_params, {}
    days: dict[str, date] = {"first": date(today.year, 1, 1), "last": date(today.year, 12, 31)}
    for name in days:
        text = asked.get(name, "").strip()
        if text:
            try:
                given = date.fromisoformat(text)
            except ValueError:
                given = None
            if given is None or not 1990 <= given.year <= 2198:
                wrong[name] = tr("Write a day such as 2026-05-05.")
            else:
                days[name] = given
    text = asked.get("as_of", "").strip()
    if text and not (text.isdecimal() and text.isascii() and len(text) < 18):
        wrong["as_of"] = tr("Write a whole number.")
    as_of = int(text) if text and "as_of" not in wrong else None
    return Period(days["first"], days["last"], as_of, asked.get("regime", "").strip()[:40] or None, wrong)


async def _pending(at: At, postings: list[str], *, noted: bool) -> list[dict[str, Any]]:
    """Figures about fewer than three people, of whom this is one: what they say, and from when others are shown it."""
    now = at.here.clock.now()
    found = []
    for code in await _missions(at, postings):
        mission = await at.here.desk.mission(code)
        half = HalfYear.of(mission.day(now))
        for each, by, line in await table.about(at.here, at.figures, postings, code, half, now):
            assert line.held is not None
            others = line.held.unseen - set(postings) if noted else line.held.unseen
            found.append(
                {
                    "half": each,
                    "title": area_title(line.area, by),
                    "row": line.row,
                    "figure": line.figure,
                    "zone": mission.clock.zone,
                    "until": line.held.until,
                    "others": bool(others) or not line.held.unseen,
                }
            )
    return found


async def _missions(at: At, postings: list[str]) -> list[str]:
    """Where these postings can have had a part: their own missions; every one for whoever serves at headquarters."""
    own = {row["mission"] for row in await queries.postings_by_code(at.here.log, postings)}
    every = await queries.missions(at.here.log)
    central = any(row["kind"] == "headquarters" for row in every if row["code"] in own)
    return sorted(row["code"] for row in every if central or row["code"] in own)


def _chart(points: list[tuple[date, int]]) -> dict[str, Any] | None:
    """A stepped line of 600 by 140, with its table."""
    if not points:
        return None
    most = max(4, *(n for _, n in points))
    wide = 540 / max(1, len(points) - 1)
    xy = [(40 + i * wide, 110 - 100 * n / most) for i, (_, n) in enumerate(points)]
    path = f"M{xy[0][0]:.1f} {xy[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in xy[1:])
    every = max(1, len(points) // 12)
    return {
        "path": path,
        "most": most,
        "first": points[0][0],
        "last": points[-1][0],
        "rows": [p for i, p in enumerate(points) if i % every == 0 or i == len(points) - 1],
    }


def _utc_day(now: Any) -> date:
    return date(now.year, now.month, now.day)


def _zone(data: dict[str, Any] | None, who: Visitor) -> str:
    zones = set(data["zones"].values()) if data else set()
    return str(zones.pop()) if len(zones) == 1 else who.zone
