"""`/account/tokens`: what other devices and systems may use in one's place, shown once and taken back at any time."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chancery.i18n import tr
from chancery.web import tokens
from chancery.web.faults import FormFault, NotHere
from chancery.web.forms import new_id, onward, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Someone, Visitor

router: Final = APIRouter()
_PAGE: Final = "/account/tokens"


@router.get(_PAGE)
async def show(request: Request, at: At, who: Someone) -> Response:
    """Every token of this account."""
    return await _page(request, at, who)


@router.post(_PAGE)
async def make(request: Request, at: At, who: Someone) -> Response:
    """Make a token for the API. The page that answers is the only one that ever shows it."""
    form = await sent(request)
    label = form.text("label")
    if label not in tokens.LABELS:
        wrong = FormFault(label=tr("Choose one of the list."))
        return await _page(request, at, who, status=422, wrong=wrong)
    try:
        _, secret = await tokens.issue(at, who, "api", label)
    except tokens.TooManyTokens:
        wrong = FormFault(label=tr("There are too many tokens; take one back first."))
        return await _page(request, at, who, status=422, wrong=wrong)
    return await _page(request, at, who, secret=secret)


@router.post(_PAGE + "/{id_}/revoke")
async def revoke(request: Request, at: At, who: Someone, id_: UUID) -> Response:
    """Take a token back, at once."""
    await sent(request)
    if not await tokens.revoke(at, who.account.id, id_):
        raise NotHere("no-such-page")
    return onward(_PAGE)


async def _page(
    request: Request,
    at: At,
    who: Visitor,
    *,
    status: int = 200,
    secret: str | None = None,
    wrong: FormFault | None = None,
) -> Response:
    running = {row["posting"] for row in who.postings}
    listed = await tokens.of(at, who.account.id)
    return render(
        request,
        "tokens.html",
        status=status,
        secret=secret,
        wrong={} if wrong is None else wrong.fields,
        labels=tokens.LABELS,
        may_make=who.is_operator or who.posting is not None,
        living=[
            t for t in listed if t["revoked_at"] is None and (t["posting"] in running or who.is_operator)
        ],
        gone=[
            t
            for t in listed
            if not (t["revoked_at"] is None and (t["posting"] in running or who.is_operator))
        ],
        posts={row["posting"]: row["post"] for row in who.postings},
        command_id=new_id(),
    )
