"""`/feed`: whole days for a calendar program; nothing that leads to anybody. Off until somebody makes an address for a device."""

from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from chancery import i18n
from chancery.feeds import days_of, feed_of, feeds_allowed
from chancery.i18n import LANGUAGES, tr
from chancery.web import tokens
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import command, hand_in, new_id, onward, sent
from chancery.web.house import House
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain import vocabulary

router: Final = APIRouter()
DEVICES: Final = ("phone", "tablet", "computer")
"""On what a feed is read."""
_PLACE: Final = "/feed/{}.ics"


@router.api_route("/feed/{secret}.ics", methods=["GET", "HEAD"])
async def feed(request: Request, at: At, secret: str) -> Response:
    """The feed of one device: 404, without a word, if its token does not work or the mission has forbidden feeds."""
    token = await tokens.check(at, "calendar", secret)
    if token is None or token["mission"] is None:
        return _nothing()
    mission = await at.here.desk.mission(token["mission"])
    account = await at.accounts.get(token["account"])
    if account is None or not feeds_allowed(mission):
        return _nothing()
    chosen = account.preferences.get("language")
    i18n.use(next((code for code in LANGUAGES if code == chosen), at.here.settings.language))
    now = at.here.clock.now()
    days = await days_of(at.here.log, mission, token["posting"], now)
    content = feed_of(days, mission.clock.zone, token["id"], mission.day(now))
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow"}
    if _known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/feed")
async def page(request: Request, at: At, who: Officer) -> Response:
    """What a feed shows, the devices that have one, and how to make or end one."""
    await receipt_of(request, at)
    return await _page(request, at, who)


@router.post("/feed/new")
async def make(request: Request, at: At, who: Officer) -> Response:
    """Make an address for a device. It is shown on this page and never again."""
    form = await sent(request)
    if not feeds_allowed(who.home):
        return await _page(request, at, who, status=409)
    try:
        label = form.need("device")
        if label not in DEVICES:
            raise FormFault(device=tr("Choose one of these."))
        _, secret = await tokens.issue(at, who, "calendar", label)
    except tokens.TooManyTokens:
        wrong = FormFault(device=tr("There are too many addresses; end one first."))
        return await _page(request, at, who, status=422, problem=wrong, typed=form.typed)
    except FormFault as problem:
        return await _page(request, at, who, status=422, problem=problem, typed=form.typed)
    return await _page(request, at, who, address=at.origin + _PLACE.format(secret))


@router.post("/feed/{id_}/end")
async def end(request: Request, at: At, who: Officer, id_: UUID) -> Response:
    """End the feed of a device at once."""
    await sent(request)
    mine = {row["id"] for row in await _devices(at, who)}
    if id_ not in mine or not await tokens.revoke(at, who.account.id, id_):
        raise NotHere("no-such-page")
    return onward("/feed")


@router.post("/feed/rule")
async def rule(request: Request, at: At, who: Officer) -> Response:
    """Forbid feeds in the mission, or allow them again: for the Head of Mission."""
    form = await sent(request)
    try:
        asked = command(
            "SetFeeds",
            command_id=form.command_id,
            mission=who.home.code,
            allowed=form.text("rule") == "allow",
            reason=form.need("reason"),
        )
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, status=422, problem=problem, typed=form.typed)
    return onward("/feed", receipt)


async def _page(
    request: Request,
    at: House,
    who: Visitor,
    *,
    status: int = 200,
    address: str | None = None,
    problem: Exception | None = None,
    typed: dict[str, list[str]] | None = None,
) -> HTMLResponse:
    allowed = feeds_allowed(who.home)
    now = at.here.clock.now()
    given: dict[str, Any] = {name: values[0] for name, values in (typed or {}).items()}
    return render(
        request,
        "feeds.html",
        status=status,
        allowed=allowed,
        address=address,
        picture=_picture(address) if address is not None else None,
        devices=await _devices(at, who),
        labels=DEVICES,
        may_rule=may("SetFeeds", who.actor, who.home, now),
        reasons=vocabulary.FEEDS_FORBIDDEN if allowed else vocabulary.FEEDS_ALLOWED,
        command_id=new_id(),
        problem=said(problem) if problem is not None else None,
        wrong=problem.fields if isinstance(problem, FormFault) else {},
        typed=given,
    )


async def _devices(at: House, who: Visitor) -> list[dict[str, Any]]:
    """The addresses that were not ended, with whether their posting still runs."""
    running = {row["posting"] for row in who.postings}
    found = await tokens.of(at, who.account.id)
    return [
        row | {"runs": row["posting"] in running}
        for row in found
        if row["kind"] == "calendar" and row["revoked_at"] is None
    ]


def _picture(address: str) -> Markup:
    """The address as a code that a phone reads from the screen: drawn here, black on white in any scheme."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="code", lineclass=None)
    return Markup(drawn)  # noqa: S704 - our own drawing of an address of ours


def _known(given: str, tag: str) -> bool:
    """Whether a program has this very content already (RFC 9110, 13.1.2: weak comparison)."""
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))


def _nothing() -> Response:
    """As for what never was. Said without a page, which would repeat the address."""
    return Response("404\n", status_code=404, media_type="text/plain", headers={"X-Robots-Tag": "noindex"})
