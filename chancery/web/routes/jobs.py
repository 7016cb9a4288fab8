"""`/jobs`: what takes long, with its progress. Each account sees its own; what is begun here is only read or reckoned again."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from chancery import apart, mission_year
from chancery.desk import Unavailable
from chancery.i18n import tr
from chancery.jobs import Job, JobRuns, Kind, Tell, Work
from chancery.web.faults import FormFault, NotHere, said
from chancery.web.forms import new_id, onward, sent
from chancery.web.house import House
from chancery.web.pages import render
from chancery.web.sane import sane
from chancery.web.visitor import At, Someone, Visitor

router: Final = APIRouter(dependencies=[Depends(sane)])
QUICK: Final = 1.0
"""Seconds that the answer waits: what is done by then is shown as done."""
_ON_THE_LOG: Final[dict[str, Kind]] = {"verify": "verify", "check": "check", "rebuild": "rebuild"}


@router.get("/jobs")
async def show(request: Request, at: At, who: Someone) -> Response:
    """What runs and ran for the visitor, and what they may begin."""
    check(who)
    return await _page(request, at, who)


@router.post("/jobs/rehearsal")
async def rehearse(request: Request, at: At, who: Someone) -> Response:
    """Play a programme that comes with the program; for a lead, the coming year of their own mission."""
    form = await sent(request)
    check(who)
    given: dict[str, str]
    if who.is_operator:
        programme = form.text("programme")
        if programme not in apart.programmes():
            return await _page(request, at, who, FormFault(programme=tr("Choose one of the list.")))
        given = {"programme": programme}
    else:
        mission = await at.here.desk.mission(who.home.code)
        given = {"script": (await mission_year.script(at.here.desk, mission)).model_dump_json()}
    return await _begin(request, at, who, "rehearsal", form.command_id, given)


@router.post("/jobs/{kind}")
async def begin(request: Request, at: At, who: Someone, kind: str) -> Response:
    """Verify the log, or check or make anew the views: whoever runs the installation alone."""
    form = await sent(request)
    chosen = _ON_THE_LOG.get(kind)
    if not who.is_operator or chosen is None:
        raise NotHere("no-such-page")
    return await _begin(request, at, who, chosen, form.command_id, {})


@router.get("/jobs/{id_}")
async def one(request: Request, at: At, who: Someone, id_: UUID) -> Response:
    """How far a job is, and what came of it."""
    check(who)
    job = await at.jobs.get(who.account.id, id_)
    if job is None:
        raise NotHere("no-such-page")
    return render(request, "job.html", job=job, title=title(job.kind), failed=_failed(job))


async def started(
    at: House, who: Visitor, id_: UUID, kind: Kind, work: Work, lane: str | None = None
) -> Response:
    """Begin a job and show it; a form that was sent twice shows the same. `id_`: the form's. Raises JobRuns."""
    await at.jobs.start(who.account.id, id_, kind, work, at.here.clock.now(), lane=lane)
    await at.jobs.settled(id_, QUICK)
    return onward(f"/jobs/{id_}")


def check(who: Visitor) -> None:
    """Whoever runs the installation, and who leads in a mission. Raises NotHere."""
    if not (who.is_operator or who.is_lead):
        raise NotHere("no-such-page")


def title(kind: str) -> str:
    """What a job of a kind is called."""
    return {
        "staff_table": tr("Recording a staff table"),
        "court_list": tr("Recording a court list"),
        "verify": tr("Verifying the log"),
        "check": tr("Comparing the views with the log"),
        "rebuild": tr("Making the views anew"),
        "rehearsal": tr("A rehearsal"),
    }[kind]


def runs_already() -> FormFault:
    """What is said to whoever begins a second one beside the first."""
    return FormFault(
        form=tr("One of these is at work already, begun by you or by somebody else. Wait until it has ended.")
    )


def _failed(job: Job) -> str:
    """Why a job ended without a result, as a sentence; empty if it did not."""
    code = job.result.get("code", "")
    if job.state != "failed":
        return ""
    if code == "ended-with-process":
        return tr("It ended with the process that ran it. What was recorded before stays; start it again.")
    if code == Unavailable.code:
        return tr("The database was away. What was recorded before stays; start it again.")
    return tr("It failed ({code}). What was recorded before stays; start it again.", code=code)


async def _begin(
    request: Request, at: House, who: Visitor, kind: Kind, id_: UUID, given: dict[str, str]
) -> Response:
    async def work(tell: Tell) -> dict[str, Any]:
        return await apart.run(at.here.settings, kind, tell, **given)

    try:
        return await started(at, who, id_, kind, work)
    except JobRuns:
        return await _page(request, at, who, runs_already())


async def _page(request: Request, at: House, who: Visitor, problem: FormFault | None = None) -> Response:
    return render(
        request,
        "jobs.html",
        status=200 if problem is None else 422,
        jobs=await at.jobs.all(who.account.id),
        title=title,
        fresh=new_id,
        programmes=[(name, name) for name in apart.programmes()] if who.is_operator else [],
        wrong={} if problem is None else problem.fields,
        problem=None
        if problem is None
        else (said(problem)[0], problem.fields.get("form") or said(problem)[1]),
    )
