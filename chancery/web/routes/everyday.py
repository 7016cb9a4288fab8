"""What every page needs beside it: the language switch, drafts, saved views, help."""

import re
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from chancery.i18n import LANGUAGES, tr
from chancery.web.faults import FormFault, NotHere
from chancery.web.forms import onward, read, sent
from chancery.web.pages import render
from chancery.web.saved import LONGEST
from chancery.web.speaking import COOKIE
from chancery.web.visitor import At, Maybe, Officer, Someone

router: Final = APIRouter()
_FORM: Final = re.compile(r"[a-z-]{2,30}(:[A-Za-z0-9:._/-]{1,200})?")
_YEAR: Final = 31_536_000


@router.post("/language")
async def choose_language(request: Request, at: At, who: Maybe) -> Response:
    """Speak the other language from now on: a choice of appearance, so it takes no token and works before sign-in."""
    form = await read(request)
    chosen = form.text("language")
    answer = onward(form.text("back") or "/")
    if chosen in LANGUAGES:
        answer.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="lax", secure=at.secure, httponly=True)
        if who is not None:
            await at.accounts.prefer(who.account.id, language=chosen)
    return answer


@router.post("/drafts")
async def keep_draft(request: Request, at: At, who: Someone) -> Response:
    """Keep what was typed and not sent, sealed."""
    form = await sent(request)
    name = form.text("form")
    if not _FORM.fullmatch(name):
        raise NotHere("no-such-page")
    typed = {k: v for k, v in form.typed.items() if k not in ("form", "back", "seen", "shown")}
    typed["command_id"] = [form.text("command_id")]  # by which it is known later that the form was sent
    kept = await at.drafts.save(who.account.id, name, typed, at.here.clock.now())
    said = tr("The draft is kept.") if kept else tr("This is too long to be kept as a draft.")
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"said": said}, 200 if kept else 413)
    return onward(form.text("back") or "/")


@router.post("/drafts/drop")
async def drop_draft(request: Request, at: At, who: Someone) -> Response:
    """Throw a draft away."""
    form = await sent(request)
    await at.drafts.drop(who.account.id, form.text("form"))
    return onward(form.text("back") or "/")


@router.post("/views")
async def save_view(request: Request, at: At, who: Officer) -> Response:
    """Keep the filters of a page under a name, for oneself or for the mission."""
    form = await sent(request)
    name, back, page = form.need("name")[:LONGEST], form.text("back"), form.need("page")
    query = back.partition("?")[2]
    if not re.fullmatch(r"[a-z-]{2,30}", page) or not query or len(query) > 1000:
        raise NotHere("no-such-page")
    shared = who.home.code if form.flag("share") else None
    if not await at.views.save(who.account.id, page, name, query, shared):
        raise FormFault(name=tr("There are too many saved views; forget one first."))
    return onward(back)


@router.post("/views/{id_}/forget")
async def forget_view(request: Request, at: At, who: Officer, id_: UUID) -> Response:
    """Drop a saved view of one's own."""
    form = await sent(request)
    await at.views.forget(who.account.id, id_)
    return onward(form.text("back") or "/inbox")


@router.get("/help")
async def help_page(request: Request, who: Maybe) -> Response:
    """Keys, words, and whom to ask."""
    return render(request, "help.html")


@router.get("/accessibility")
async def accessibility(request: Request, who: Maybe) -> Response:
    """What these pages claim for people with disabilities, what is known not to hold, and whom to tell."""
    return render(request, "accessibility.html")
