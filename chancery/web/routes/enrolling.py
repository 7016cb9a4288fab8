"""`/enrol/{code}`: an invitation is used up. A password is chosen, a device learns the second factor, and its code proves it."""

from typing import Final

from fastapi import APIRouter, Request, Response

from chancery.accounts import OPERATOR, Account
from chancery.credentials import Credentials
from chancery.i18n import tr
from chancery.web import passwords, second_factor, sessions
from chancery.web.faults import FormFault, said
from chancery.web.forms import Sent, onward, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Maybe

router: Final = APIRouter()
_LONGEST: Final = 64


@router.get("/enrol/{code}")
async def enrol(request: Request, at: At, who: Maybe, code: str) -> Response:
    """What is asked for, or that the invitation is worth nothing any more."""
    return await _page(request, at, code, await _invited(at, code))


@router.post("/enrol/{code}")
async def enrolled(request: Request, at: At, who: Maybe, code: str) -> Response:
    """Take the password and the second factor, and sign in."""
    form = await sent(request)
    account = await _invited(at, code)
    if account is None:
        return await _page(request, at, code, None)
    totp = second_factor.secret(at.box, code)
    now = at.here.clock.now()
    try:
        password = new_password(form, account.officer)
        step = second_factor.step(totp, form.text("code"), now)
        if step is None:
            raise FormFault(code=wrong_number())
    except FormFault as problem:
        return await _page(request, at, code, account, problem)
    kept = await passwords.hashed(password)
    entered = await Credentials(at.accounts).enrol(code, kept, totp, step, now)
    if entered is None:
        return await _page(request, at, code, None)
    at.lately.forget(account=entered.id)
    answer = onward("/")
    await sessions.enter(request, at, entered.id, answer)
    return answer


def new_password(form: Sent, officer: str) -> str:
    """The password that was chosen, typed twice. Raises FormFault."""
    typed, again = (next((v for k, v in form.pairs if k == name), "") for name in ("password", "again"))
    passwords.check("password", typed, officer)
    if typed != again:
        raise FormFault(again=tr("The two are not the same. Type it again."))
    return typed


def wrong_number() -> str:
    """What to say of a second factor's code that is not right."""
    return tr(
        "This number is not right. Type the six digits that the device shows now; its clock must be right."
    )


async def _invited(at: At, code: str) -> Account | None:
    """Whose invitation it is. With a provider, officers come in there; only the operator has a password."""
    if len(code) > _LONGEST:
        return None
    account = await Credentials(at.accounts).invited(code, at.here.clock.now())
    if account is not None and at.here.settings.oidc_issuer is not None and account.officer != OPERATOR:
        return None
    return account


async def _page(
    request: Request, at: At, code: str, account: Account | None, problem: FormFault | None = None
) -> Response:
    session = getattr(request.state, "session", None) or await sessions.begin(at, None)
    request.state.session = session
    totp = second_factor.secret(at.box, code) if account is not None else ""
    status = 404 if account is None else 200 if problem is None else 422
    answer = render(
        request, "enrol.html", status=status, invited=account, code=code,
        picture=second_factor.picture(totp, account.officer) if account is not None else "",
        link=second_factor.address(totp, account.officer) if account is not None else "",
        secret=second_factor.spelled(totp), shortest=passwords.SHORTEST,
        problem=None if problem is None else said(problem), wrong={} if problem is None else problem.fields,
    )  # fmt: skip
    sessions.give(answer, at, session)
    return answer
