"""`/account`: one's own settings: language, keys, post, digest, password, second factor, sessions."""

import re
import secrets
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery.accounts import OPERATOR, Account
from chancery.credentials import Credentials
from chancery.i18n import LANGUAGES, tr
from chancery.web import passwords, second_factor, sessions
from chancery.web.faults import FormFault, NotHere, said
from chancery.web.forms import Sent, onward, sent
from chancery.web.pages import render
from chancery.web.routes.enrolling import new_password, wrong_number
from chancery.web.speaking import COOKIE
from chancery.web.visitor import At, Someone

router: Final = APIRouter()
_YEAR: Final = 31_536_000
_MARK: Final = re.compile(r"[0-9a-f]{32}")


@router.get("/account")
async def show(request: Request, at: At, who: Someone) -> Response:
    """Everything that is one's own to choose, on one page."""
    return render(
        request, "account.html", told=_told().get(request.query_params.get("said", "")),
        email=masked(who.account.email), local=await _local(at, who.account),
        sessions=await sessions.of(at, who.account.id),
    )  # fmt: skip


@router.post("/account/preferences")
async def prefer(request: Request, at: At, who: Someone) -> Response:
    """Language, keys, digest."""
    form = await sent(request)
    language = form.text("language")
    if language not in LANGUAGES:
        raise NotHere("no-such-page")
    await at.accounts.prefer(
        who.account.id, language=language, shortcuts=form.flag("shortcuts"), digest=form.flag("digest")
    )
    at.lately.forget(account=who.account.id)
    answer = onward("/account", said="preferences")
    answer.set_cookie(COOKIE, language, max_age=_YEAR, samesite="lax", secure=at.secure, httponly=True)
    return answer


@router.post("/account/post")
async def act_in(request: Request, at: At, who: Someone) -> Response:
    """In which of one's posts one acts, in this session. Raises NotHere for another's."""
    form = await sent(request)
    chosen = form.text("posting")
    if chosen not in {row["posting"] for row in who.postings}:
        raise NotHere("not-yours")
    who.session.posting = chosen
    await sessions.keep(at, who.session)
    return onward("/account", said="post")


@router.post("/account/sessions/end")
async def end_others(request: Request, at: At, who: Someone) -> Response:
    """End every session of one's own but this one."""
    await sent(request)
    await sessions.end_others(at, who.session)
    return onward("/account", said="sessions")


@router.get("/account/password")
async def password_page(request: Request, at: At, who: Someone) -> Response:
    """Where one chooses a new password."""
    await _check_local(at, who.account)
    return _password_page(request)


@router.post("/account/password")
async def change_password(request: Request, at: At, who: Someone) -> Response:
    """Take a new password, after the one that held. Every other session ends."""
    form = await sent(request)
    await _check_local(at, who.account)
    try:
        chosen = new_password(form, who.account.officer)
        await _check_password(at, who.account, form)
    except FormFault as problem:
        return _password_page(request, problem)
    await Credentials(at.accounts).new_password(who.account.id, await passwords.hashed(chosen))
    await sessions.end_others(at, who.session)
    return onward("/account", said="password")


@router.get("/account/second-factor")
async def factor_page(request: Request, at: At, who: Someone) -> Response:
    """Where another device learns the second factor."""
    await _check_local(at, who.account)
    return _factor_page(request, at, who.account, secrets.token_hex(16))


@router.post("/account/second-factor")
async def change_factor(request: Request, at: At, who: Someone) -> Response:
    """Take another second factor, after the password and a code of the new device. Every other session ends."""
    form = await sent(request)
    await _check_local(at, who.account)
    mark = form.text("mark")
    if not _MARK.fullmatch(mark):
        raise NotHere("no-such-page")
    totp = _new_secret(at, who.account, mark)
    try:
        step = second_factor.step(totp, form.text("code"), at.here.clock.now())
        if step is None:
            raise FormFault(code=wrong_number())
        await _check_password(at, who.account, form)
    except FormFault as problem:
        return _factor_page(request, at, who.account, mark, problem)
    await Credentials(at.accounts).new_factor(who.account.id, totp, step)
    await sessions.end_others(at, who.session)
    return onward("/account", said="second-factor")


def masked(email: str | None) -> str:
    """An address that its owner knows again and nobody else can use: the first letter, and where it is."""
    name, at_, host = (email or "").rpartition("@")
    return f"{name[:1]}…{at_}{host}" if at_ else ""


def _told() -> dict[str, str]:
    return {
        "preferences": tr("Your choices are kept."),
        "post": tr("You act in this post now."),
        "sessions": tr("Every other session has ended."),
        "password": tr("The new password holds. Every other session has ended."),
        "second-factor": tr("The new device holds; the old one is worthless. Every other session has ended."),
    }


async def _local(at: At, account: Account) -> bool:
    """Whether one signs in with a password here. Where there is a provider, only the operator does."""
    here = at.here.settings.oidc_issuer is None or account.officer == OPERATOR
    return here and await Credentials(at.accounts).has_password(account.id)


async def _check_local(at: At, account: Account) -> None:
    """Raises NotHere for whoever comes in through a provider: there is no password here to change."""
    if not await _local(at, account):
        raise NotHere("no-such-page")


async def _check_password(at: At, account: Account, form: Sent) -> None:
    """Raises FormFault unless the password that holds was typed. Wrong tries count as at sign-in."""
    credentials = Credentials(at.accounts)
    typed = next((value for key, value in form.pairs if key == "old"), "")
    tried = await credentials.attempt(account.officer, at.here.clock.now())
    right = await passwords.verify(None if tried is None else tried.password, typed)
    if tried is None or not right:
        raise FormFault(
            old=tr(
                "This is not the password that holds, or too many wrong tries were made: then wait some minutes."
            )
        )
    await credentials.passed(account.id)


def _new_secret(at: At, account: Account, mark: str) -> str:
    return second_factor.secret(at.box, f"{account.id} {mark}")


def _password_page(request: Request, problem: FormFault | None = None) -> Response:
    return render(request, "account-password.html", shortest=passwords.SHORTEST, **_faults(problem))


def _factor_page(
    request: Request, at: At, account: Account, mark: str, problem: FormFault | None = None
) -> Response:
    totp = _new_secret(at, account, mark)
    return render(
        request, "account-factor.html", mark=mark, picture=second_factor.picture(totp, account.officer),
        link=second_factor.address(totp, account.officer), secret=second_factor.spelled(totp), **_faults(problem),
    )  # fmt: skip


def _faults(problem: FormFault | None) -> dict[str, Any]:
    return {
        "status": 200 if problem is None else 422,
        "problem": None if problem is None else said(problem),
        "wrong": {} if problem is None else problem.fields,
    }
