"""`/sign-in`, `/sign-out`: who somebody is, before anything else."""

from typing import Final

from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.telling import names
from chancery.web import sessions
from chancery.web.faults import NotHere
from chancery.web.forms import onward, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Maybe

router: Final = APIRouter()


@router.get("/sign-in")
async def sign_in(request: Request, at: At, who: Maybe, back: str = "/") -> Response:
    """The ways in."""
    if who is not None:
        return onward(back)
    session = getattr(request.state, "session", None) or await sessions.begin(at, None)
    request.state.session = session
    people = await _cast(at) if at.demo else []
    answer = render(request, "sign-in.html", back=back, people=people)
    sessions.give(answer, at, session)
    return answer


@router.post("/sign-in/demo")
async def demo(request: Request, at: At, who: Maybe) -> Response:
    """Sign in as anybody of the demonstration. There is no such way elsewhere."""
    if not at.demo:
        raise NotHere("no-such-page")
    form = await sent(request)
    people = {person["officer"] for person in await _cast(at)}
    officer = form.need("officer")
    if officer not in people:
        raise NotHere("no-such-page")
    account = await at.accounts.ensure(officer)
    old = request.state.session
    session = await sessions.begin(at, account.id)
    await sessions.end(at, old)
    answer = onward(form.text("back") or "/")
    sessions.give(answer, at, session)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, at: At, who: Maybe) -> Response:
    """End this session."""
    await sent(request)
    await sessions.end(at, request.state.session)
    answer = onward("/sign-in")
    sessions.take(answer, at)
    return answer


async def _cast(at: At) -> list[dict[str, str]]:
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
