"""`/reviews`: the record of a person for a period, which they see first; what each of the three sides reads in it.

What is done in a review is in `review_verbs`. A review is there for its three parties; heads of the mission see that there is one.
"""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.i18n import language, tr
from chancery.log.store import Recorded
from chancery.reports.paper import staff
from chancery.reports.paper.model import Data, Section
from chancery.reports.review import review_report
from chancery.reports.review import sections as review_sections
from chancery.reviews import ReportChanged, report_of, reviews_for, signed_size, words_of
from chancery.streams import as_event, dossier_stream
from chancery.telling import course, names
from chancery.telling import dossiers as dossier_sentences
from chancery.web.faults import NotHere
from chancery.web.mission_page import Again
from chancery.web.pages import problem_page, receipt_of, render
from chancery.web.papers import file_form, handed_out
from chancery.web.reviewing import PARTS, Stand, note, postings_of, stand_of, to_do
from chancery.web.routes.headquarters import LINES, start_of
from chancery.web.routes.record import FIRST, LED
from chancery.web.visitor import At, Someone, Visitor
from chancery.workplans import plans_waiting
from domain import vocabulary
from domain.commands import PURPOSE
from domain.kinds import instant
from domain.mission import Mission
from domain.review import Edition, Review

router: Final = APIRouter()


@router.get("/reviews")
async def listed(request: Request, at: At, who: Someone) -> Response:
    """One's own reviews, by the side on which one takes part; for heads which there are in the mission, and no more."""
    await receipt_of(request, at)
    mine = await postings_of(at, who)
    if who.is_operator:
        raise NotHere("no-such-page")
    now = at.here.clock.now()
    own: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS}
    for row in await reviews_for(at.here.log, sorted(mine)):
        try:
            stand = await stand_of(at, who, row["code"])
        except NotHere:  # as manager or second person they took part in a post that they have left
            continue
        if stand.is_party:
            own[stand.part].append({"review": stand.review, "next": to_do(stand, now)})
    known = {one["review"].code for rows in own.values() for one in rows}
    others = await reviews_for(at.here.log, mission=who.home.code) if who.is_head else []
    request.state.position = at.tail.head
    return render(
        request,
        "reviews.html",
        own=own,
        others=[row for row in others if row["code"] not in known],
        heads=who.is_head,
        plans_wait=await plans_waiting(at.here, [row["posting"] for row in who.postings], now),
        may_open=who.is_head or who.role == "hq_human_rights",
        stated=(await at.here.desk.dossier("purpose", PURPOSE)).stated,
    )


@router.get("/reviews/{code}")
async def show(request: Request, at: At, who: Someone, code: str) -> Response:
    """A review, as the visitor's side sees it."""
    await receipt_of(request, at)
    return await page(request, at, await stand_of(at, who, code), Again())


async def page(request: Request, at: At, stand: Stand, again: Again) -> Response:
    """The review; after a refusal with what was typed. What others than the person are shown is written down before."""
    review, now = stand.review, at.here.clock.now()
    shown = shown_of(stand, now)
    await note(at, stand, "report" if shown is not None else "review")
    people = await names.officers(at.here, _people(review) | {stand.posting})
    known: dict[str, Any] = {"report": None, "parts": [], "words": {}, "addenda": [], "history": []}
    if stand.is_party:
        known["history"] = await _history(at, stand, people)
    if shown is not None:
        try:
            data = (await report_of(at.here.log, review, shown)).data()
        except ReportChanged as problem:
            return problem_page(request, 409, problem.code, _changed())
        known |= {"report": data, "parts": _sections(data), "words": await words_of(at.here, review)}
        known["addenda"] = await _addenda(at, stand, now)
    request.state.position = at.tail.head
    return render(
        request,
        "review.html",
        status=again.status,
        stand=stand,
        review=review,
        shown=shown,
        edition=review.now,
        people=people,
        zone_of=stand.mission.clock.zone,
        next=to_do(stand, now),
        may_see=stand.may_see(review.now, now),
        open_now=stand.is_shown(review.now, now),
        late=now >= instant(review.now.reply_until),
        led=LED,
        first=FIRST,
        retention=await retention(at),
        reasons=vocabulary.REVIEWER_REASONS,
        ends=vocabulary.REVIEW_ENDS,
        choices=await reviewer_choices(at, stand.mission) if stand.part == "head" or _is_head(stand) else [],
        may_replace=_is_head(stand),
        **known,
        **again.context(),
    )


@router.get("/reviews/{code}/figures/{figure}")
async def one_list(request: Request, at: At, who: Someone, code: str, figure: str) -> Response:
    """The whole list behind one figure of the report, a page at a time."""
    stand, data = await _report(at, who, code)
    found = [one for one in _sections(data) if one.name == figure and one.count is not None]
    if not found:
        raise NotHere("no-such-page")
    begin = start_of(request)
    part = found[0]
    more = begin + LINES < len(part.entries)
    return render(
        request,
        "review-list.html",
        stand=stand,
        review=stand.review,
        part=part,
        entries=part.entries[begin : begin + LINES],
        begin=begin,
        following=f"start={begin + LINES}" if more else None,
        contests=may_contest(stand, at.here.clock.now()),
    )


@router.get("/reviews/{code}/contest")
async def contest_form(request: Request, at: At, who: Someone, code: str) -> Response:
    """One item of the report, and the form to contest it: the figure and its entries are filled in from the list."""
    stand, _ = await _report(at, who, code)
    if not may_contest(stand, at.here.clock.now()):
        raise NotHere("no-such-page")
    return contest_page(request, stand, Again())


def contest_page(request: Request, stand: Stand, again: Again) -> Response:
    """The form; after a refusal with what was typed."""
    asked = request.query_params
    return render(
        request,
        "review-contest.html",
        status=again.status,
        review=stand.review,
        figure=asked.get("figure", "")[:40],
        positions=asked.get("positions", "")[:2000],
        figures=vocabulary.FIGURES,
        grounds=vocabulary.CONTEST_GROUNDS,
        **again.context(),
    )


@router.get("/reviews/{code}/report.{form}")
async def as_file(request: Request, at: At, who: Someone, code: str, form: str) -> Response:
    """The review as a file: the report, what was said and contested, who signed. Each is a reading."""
    form = file_form(form)
    stand = await stand_of(at, who, code)
    if not stand.is_shown(stand.review.now, at.here.clock.now()):
        raise NotHere("no-such-page")
    await note(at, stand, "review", form)
    settings = at.here.settings
    size = await signed_size(at.here.log, settings.checkpoints) if form in ("pdf", "html") else None
    try:
        made = await review_report(at.here, code, as_of=size)
    except ReportChanged as problem:
        return problem_page(request, 409, problem.code, _changed())
    return await handed_out(request, at, made.data(), form, code)


# ── what is theirs to see ────────────────────────────────────────────────────────────────────────────────────────


def shown_of(stand: Stand, now: datetime) -> Edition | None:
    """The edition that the page shows: the one that is read now, once it is open to them; else the one that was signed."""
    if stand.is_shown(stand.review.now, now):
        return stand.review.signed or stand.review.now
    signed = stand.review.signed
    return signed if signed is not None and stand.is_shown(signed, now) else None


def may_contest(stand: Stand, now: datetime) -> bool:
    """Whether they may contest an item: the person concerned, in post, once they opened the report, while it goes on."""
    going = stand.review.status in ("replying", "addendum", "signed")
    return (
        stand.part == "officer"
        and stand.actor is not None
        and going
        and stand.is_shown(stand.review.now, now)
    )


async def _report(at: At, who: Visitor, code: str) -> tuple[Stand, Data]:
    """The report that the page shows, noted. Raises NotHere where none is theirs to see."""
    stand = await stand_of(at, who, code)
    shown = shown_of(stand, at.here.clock.now())
    if shown is None:
        raise NotHere("no-such-page")
    await note(at, stand, "report")
    try:
        return stand, (await report_of(at.here.log, stand.review, shown)).data()
    except ReportChanged:
        raise NotHere("no-such-page") from None


def _sections(data: Data) -> list[Section]:
    return staff.sections(data, language())


async def _addenda(at: At, stand: Stand, now: datetime) -> list[Section]:
    """What editions after the signed one say otherwise, in words; nothing while the last is not theirs to see."""
    review = stand.review
    if not any(one.addendum for one in review.editions) or not stand.is_shown(review.now, now):
        return []
    data = (await review_report(at.here, review.code)).data()
    return [one for one in review_sections(data, language()) if one.name.startswith("addendum-")]


async def _history(at: At, stand: Stand, people: dict[str, str]) -> list[dict[str, Any]]:
    """What happened in the review, the newest first."""
    recorded: list[Recorded] = await at.here.log.read_stream(dossier_stream("review", stand.review.code))
    events = [as_event(one) for one in recorded]
    held = people | await names.officers(at.here, course.people(events))
    zone = stand.mission.clock.zone
    return [
        {"at": e.at, "position": e.position, "sentence": dossier_sentences.sentence(e, zone, held)}
        for e in reversed(events)
    ]


def _people(review: Review) -> set[str]:
    found = {*review.postings, review.opened_by, *(posting for posting, _ in review.reviewers.values())}
    found |= {one.by for one in review.readings} | {one.by for one in review.comments}
    return found | {one.answered_by for one in review.contests.values() if one.answered_by}


def _is_head(stand: Stand) -> bool:
    """Whether they may name another reviewer: heads of the mission; of nobody's own review."""
    actor = stand.actor
    heads = actor is not None and actor.mission == stand.review.mission
    return heads and actor is not None and actor.role in _HEADS and stand.part != "officer"


_HEADS: Final = ("deputy_head_of_mission", "head_of_mission")


def _changed() -> str:
    return tr(
        "The report does not come out as it was when the review was opened: another version of the program made it, or the log "
        "was altered. Nothing is shown. Tell whoever audits the log."
    )


async def retention(at: At) -> int | None:
    """How many months a review is kept, as was stated; None while nobody stated it."""
    purpose = await at.here.desk.dossier("purpose", PURPOSE)
    return purpose.retention_months if purpose.statements else None


async def reviewer_choices(at: At, mission: Mission) -> list[tuple[str, str]]:
    """Who can review or answer: whoever is in a post of the mission or of headquarters, as `POSTING@MISSION` and in words."""
    now, found = at.here.clock.now(), []
    homes = [mission]
    for row in await queries.missions(at.here.log, "headquarters"):
        if row["code"] != mission.code:
            homes.append(await at.here.desk.mission(row["code"]))
    for home in homes:
        running = sorted((p for p in home.postings if home.runs(p, now)), key=lambda p: home.postings[p].post)
        running = [p for p in running if home.code == mission.code or not home.is_local_agent(p)]
        officers = await names.officers(at.here, running)
        found += [(f"{p}@{home.code}", f"{officers.get(p, p)} · {home.postings[p].post}") for p in running]
    return found
