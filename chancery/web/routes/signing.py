"""`/sign-in`, `/sign-out`: who somebody is, before anything else.

Every way of failing says the same sentence after the same work: nobody learns here which codes have an account.
"""

import asyncio
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.accounts import OPERATOR, Account
from chancery.credentials import Credentials
from chancery.i18n import tr
from chancery.telling import names
from chancery.web import limits, oidc, passwords, second_factor, sessions
from chancery.web.faults import FormFault, NotHere, said
from chancery.web.forms import Sent, onward, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Maybe

router: Final = APIRouter()
FLOOR: Final = 0.4
"""Seconds before which no try is called wrong: a row that is written, or not, cannot be told by the clock."""
_log = structlog.get_logger(__name__)


@router.get("/sign-in")
async def sign_in(request: Request, at: At, who: Maybe, back: str = "/") -> Response:
    """The ways in."""
    if who is not None:
        return onward(back)
    return await _page(request, at, back=back)


@router.post("/sign-in")
async def with_password(request: Request, at: At, who: Maybe) -> Response:
    """Sign in with an officer's code, a password, and the second factor's code."""
    try:
        form = await sent(request)
    except NotHere as problem:  # the page stood open for too long: here is a fresh one
        return await _page(request, at, status=problem.status, problem=(problem.code, _again()))
    back = form.text("back") or "/"
    officer = form.text("officer")
    now = at.here.clock.now()
    wait = await limits.may_try(at, request, now)
    if wait:
        sentence = NotHere("too-often", 429, seconds=wait).sentence()
        page = await _page(
            request, at, status=429, problem=("too-often", sentence), back=back, officer=officer
        )
        page.headers["Retry-After"] = str(wait)
        return page
    began = asyncio.get_running_loop().time()
    try:
        account = await _proven(at, form)
    except FormFault as problem:
        return await _page(
            request, at, status=422, problem=said(problem), wrong=problem.fields, back=back, officer=officer
        )
    if account is None:
        _log.warning("sign-in refused", code="sign-in-refused")
        await asyncio.sleep(began + FLOOR - asyncio.get_running_loop().time())
        return await _page(
            request, at, status=422, problem=("sign-in-refused", _refused()), back=back, officer=officer
        )
    await limits.was_right(at, request)
    answer = onward(back)
    await sessions.enter(request, at, account.id, answer)
    return answer


@router.get("/sign-in/oidc")
async def to_provider(request: Request, at: At, who: Maybe, back: str = "/") -> Response:
    """To the provider. A link and no form: a form may lead to our own pages only."""
    if at.here.settings.oidc_issuer is None:
        raise NotHere("no-such-page")
    session = getattr(request.state, "session", None) or await sessions.begin(at, None)
    request.state.session = session
    try:
        answer = await oidc.depart(request, at, session, back)
    except oidc.NotSignedIn as problem:
        answer = await _page(
            request, at, status=problem.status, problem=(problem.code, problem.sentence()), back=back
        )
    sessions.give(answer, at, session)
    return answer


@router.get(oidc.BACK)
async def from_provider(request: Request, at: At, who: Maybe) -> Response:
    """Back from the provider."""
    if at.here.settings.oidc_issuer is None:
        raise NotHere("no-such-page")
    try:
        account, back = await oidc.arrive(request, at, getattr(request.state, "session", None))
    except oidc.NotSignedIn as problem:
        return await _page(
            request, at, status=problem.status, problem=(problem.code, problem.sentence()), back="/"
        )
    answer = onward(back)
    await sessions.enter(request, at, account.id, answer)
    return answer


@router.post("/sign-in/demo")
async def demo(request: Request, at: At, who: Maybe) -> Response:
    """Sign in as anybody of the demonstration. There is no such way elsewhere."""
    form = await sent(request)
    if not at.demo:
        raise NotHere("no-such-page")
    officer = form.need("officer")
    if officer not in {person["officer"] for person in await _cast(at)} | {OPERATOR}:
        raise NotHere("no-such-page")
    account = await at.accounts.ensure(officer)
    answer = onward(form.text("back") or "/")
    await sessions.enter(request, at, account.id, answer)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, at: At, who: Maybe) -> Response:
    """End this session; with `everywhere`, every session of the account."""
    form = await sent(request)
    if who is not None and form.flag("everywhere"):
        await sessions.end_all(at, who.account.id)
    await sessions.end(at, request.state.session)
    answer = onward("/sign-in")
    sessions.take(answer, at)
    return answer


async def _proven(at: At, form: Sent) -> Account | None:
    """Whose code, password and second factor these are; None for every kind of wrong. Raises FormFault for a blank."""
    officer = form.text("officer")
    password = next((value for key, value in form.pairs if key == "password"), "")
    blank = [
        n for n, v in (("officer", officer), ("password", password), ("code", form.text("code"))) if not v
    ]
    if blank:
        raise FormFault(**dict.fromkeys(blank, tr("This is needed.")))
    now = at.here.clock.now()
    credentials = Credentials(at.accounts)
    local = at.here.settings.oidc_issuer is None or officer == OPERATOR
    tried = await credentials.attempt(officer, now) if local else None
    right = await passwords.verify(None if tried is None else tried.password, password)
    if tried is None or tried.account.totp is None:
        return None
    step = second_factor.step(tried.account.totp, form.text("code"), now, tried.totp_step)
    if not right or step is None or not await credentials.passed(tried.account.id, step):
        return None
    if tried.password is not None and passwords.outdated(tried.password):
        await credentials.new_password(tried.account.id, await passwords.hashed(password))
    return tried.account


async def _page(
    request: Request,
    at: At,
    *,
    back: str = "/",
    officer: str = "",
    status: int = 200,
    problem: tuple[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    """The ways in, in a session of its own, so that a form sent from here is known to come from here."""
    session = getattr(request.state, "session", None) or await sessions.begin(at, None)
    request.state.session = session
    missions: dict[str, list[dict[str, str]]] = {}
    days = _days()
    order = {role: place for place, role in enumerate(days)}
    cast = sorted(await _cast(at) if at.demo else [], key=lambda p: (p["mission"], order.get(p["role"], 99)))
    for person in cast:
        missions.setdefault(person["mission"], []).append(person)
    answer = render(
        request, "sign-in.html", status=status, back=back, officer=officer, problem=problem, wrong=wrong or {},
        missions=missions, days=days, operator=OPERATOR, provider=at.here.settings.oidc_issuer is not None,
    )  # fmt: skip
    sessions.give(answer, at, session)
    return answer


def _refused() -> str:
    return tr(
        "The code, the password or the number is not right, or too many wrong tries were made: then wait some minutes. "
        "Each number is taken once; wait for the next. Whoever lost one asks for a new invitation."
    )


def _again() -> str:
    return tr("This page had stood open for too long. Sign in now.")


def _days() -> dict[str, str]:
    """What each role's day shows, in one line."""
    lead = tr("Clocks of the mission, what nobody took, hand-overs, the year's plan.")
    casework = tr("Own tasks by time left, contacts, cases, one's own record.")
    across = tr("Missions side by side, where tasks wait and why, obligations.")
    return {
        "head_of_mission": tr("What waits for a decision, the mission's board, waivers, the vault."),
        "deputy_head_of_mission": tr("Second approvals, the mission's board, tasks to reassign."),
        "focal_point": lead,
        "focal_point_alternate": lead,
        "duty_officer": tr("Alerts as they come in, urgent tasks, calls to make."),
        "political_officer": casework,
        "consular_officer": casework,
        "cooperation_officer": casework,
        "press_officer": tr("Statements to prepare or to publish, own tasks by time left."),
        "security_officer": tr("Own tasks by time left, and what a suspension would move."),
        "mission_support": tr("Calendar, appointments and tasks that others handed over."),
        "hq_desk": across,
        "hq_human_rights": across,
        "hq_duty": across,
        "auditor": tr("Who did what and when, obligation by obligation, and its proof in the log."),
        "data_protection_officer": tr("Who read what and why, what was destroyed, what is kept."),
    }


async def _cast(at: At) -> list[dict[str, Any]]:
    """Who is in a post today, by their posts: whom one can be in the demonstration."""
    now = at.here.clock.now()
    rows = await queries.postings(at.here.log)
    officers = await names.officers(at.here, {row["posting"] for row in rows})
    found = []
    for row in rows:
        mission = await at.here.desk.mission(row["mission"])
        officer = officers[row["posting"]]
        if mission.runs(row["posting"], now) and officer != row["posting"]:
            found.append(
                {"officer": officer, "mission": row["mission"], "role": row["role"], "post": row["post"]}
            )
    return found
