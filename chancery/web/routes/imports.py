"""`/adoption/staff` and `/rota/import`: a file is read, what it would record is shown, and then it is recorded: all or nothing.

Between the two the file waits sealed. A court list's words show nowhere: the uploader has them, and lines have numbers.
"""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from chancery import cases
from chancery.cases.codes import key_of
from chancery.i18n import tr
from chancery.importers import hearings, posts
from chancery.importers.problems import MOST_BYTES, MOST_SHOWN, ImportRefused
from chancery.jobs import JobRefused, JobRuns, Tell, Work
from chancery.keystore import KeyMissing, Shredded
from chancery.sealing import TooLong
from chancery.uploads import Kind, Waiting
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.house import House
from chancery.web.may import may
from chancery.web.pages import render
from chancery.web.routes.jobs import runs_already, started
from chancery.web.sane import sane
from chancery.web.visitor import At, Someone, Visitor
from domain.instant import BadInput
from domain.refusals import Refused

router: Final = APIRouter(dependencies=[Depends(sane)])
STAFF: Final = "staff.csv"
LIST: Final = "list.ics"
"""What a file is called here, whatever it was called where it comes from: a file's name can hold a person's."""
MOST_ROWS: Final = 300
"""So many lines of a preview are shown; the rest are counted."""


@router.get("/adoption/staff")
async def staff(request: Request, at: At, who: Someone) -> Response:
    """Choose a staff table."""
    _operator(who)
    return _choose(request, "import-staff.html")


@router.post("/adoption/staff")
async def staff_sent(request: Request, at: At, who: Someone) -> Response:
    """Keep the table and show what it would record."""
    form = await sent(request)
    _operator(who)
    try:
        return await _keep(at, who, "staff_table", Waiting(_file(form)), "/adoption/staff")
    except FormFault as problem:
        return _choose(request, "import-staff.html", problem)


@router.get("/adoption/staff/{upload}")
async def staff_shown(request: Request, at: At, who: Someone, upload: UUID) -> Response:
    """What the table would record, line by line; or every line that is refused."""
    _operator(who)
    return await _staff_page(request, at, who, upload)


@router.post("/adoption/staff/{upload}")
async def staff_recorded(request: Request, at: At, who: Someone, upload: UUID) -> Response:
    """Record the table."""
    form = await sent(request)
    _operator(who)
    if (known := await _known(at, who, form)) is not None:
        return known
    file = await _waiting(at, who, "staff_table", upload)
    actor, command_id = who.actor, form.command_id

    async def work(tell: Tell) -> dict[str, Any]:
        outcome = await posts.import_posts(
            at.here, file.content, STAFF, command_id, actor=actor, progress=tell
        )
        missions = [
            {"mission": m.mission, "posts": m.posts, "began": m.began, "ended": m.ended, "unchanged": m.unchanged}
            for m in outcome.missions
        ]  # fmt: skip
        return {"events": outcome.events, "missions": missions}

    try:
        done = _careful(at, upload, f"/adoption/staff/{upload}", work)
        return await started(at, who, command_id, "staff_table", done)
    except JobRuns:
        return await _staff_page(request, at, who, upload, runs_already())


@router.get("/rota/import")
async def court_list(request: Request, at: At, who: Someone) -> Response:
    """Choose a court list, and say which case it belongs to."""
    _lead(at, who)
    return _choose(request, "import-list.html", case=request.query_params.get("case", ""))


@router.post("/rota/import")
async def court_list_sent(request: Request, at: At, who: Someone) -> Response:
    """Keep the list and show what it would record."""
    form = await sent(request)
    _lead(at, who)
    try:
        case = _case(at, who, form.need("case"))
        return await _keep(at, who, "court_list", Waiting(_file(form), case), "/rota/import")
    except FormFault as problem:
        return _choose(request, "import-list.html", problem, case=form.text("case"))


@router.get("/rota/import/{upload}")
async def court_list_shown(request: Request, at: At, who: Someone, upload: UUID) -> Response:
    """What the list would record, sitting by sitting; or every line that is refused."""
    _lead(at, who)
    return await _list_page(request, at, who, upload)


@router.post("/rota/import/{upload}")
async def court_list_recorded(request: Request, at: At, who: Someone, upload: UUID) -> Response:
    """Record the list."""
    form = await sent(request)
    _lead(at, who)
    if (known := await _known(at, who, form)) is not None:
        return known
    file = await _waiting(at, who, "court_list", upload)
    actor, mission, command_id = who.actor, who.home.code, form.command_id

    async def work(tell: Tell) -> dict[str, Any]:
        tell(0, 1)
        outcome = await hearings.import_hearings(
            at.here, file.content, LIST, command_id, case=file.case or "", mission=mission, actor=actor
        )
        tell(1, 1)
        found = hearings.to_data(outcome)
        return {name: found[name] for name in ("new", "moved", "cancelled", "unchanged", "left", "events")}

    try:
        done = _careful(at, upload, f"/rota/import/{upload}", work)
        return await started(at, who, command_id, "court_list", done, lane=f"court_list:{mission}")
    except JobRuns:
        return await _list_page(request, at, who, upload, runs_already())


# ── what both do ─────────────────────────────────────────────────────────────────────────────────────────────────


def _operator(who: Visitor) -> None:
    if not who.is_operator:
        raise NotHere("no-such-page")


def _lead(at: House, who: Visitor) -> None:
    """Who leads in a mission, and may set sittings there."""
    if not who.is_lead or not may("RecordSittings", who.actor, who.home, at.here.clock.now()):
        raise NotHere("no-such-page")


def _file(form: Sent) -> bytes:
    """The file that was chosen. Raises FormFault."""
    file = next((one for one in form.files if one.field == "file"), None)
    if file is None:
        raise FormFault(file=tr("Choose a file."))
    if len(file.content) > MOST_BYTES:
        raise FormFault(file=tr("At most 5 MB are read. Split the file."))
    return file.content


def _case(at: House, who: Visitor, code: str) -> str:
    """A case of the visitor's mission: a slip of the pen makes no new one. Raises FormFault."""
    try:
        cases.check_case(code)
        if at.here.keys.mission_of(key_of(code)) == who.home.code:
            return code
    except (BadInput, KeyMissing, Shredded):
        pass
    raise FormFault(case=tr("Mission {mission} has no case under this code.", mission=who.home.code))


async def _keep(at: House, who: Visitor, kind: Kind, file: Waiting, to: str) -> Response:
    try:
        id_ = await at.uploads.keep(who.account.id, kind, file, at.here.clock.now())
    except TooLong:
        raise FormFault(file=tr("At most 5 MB are read. Split the file.")) from None
    return onward(f"{to}/{id_}")


async def _known(at: House, who: Visitor, form: Sent) -> Response | None:
    """The job that this form began already, if it was sent before: its file is gone by now."""
    job = await at.jobs.get(who.account.id, form.command_id)
    return None if job is None else onward(f"/jobs/{job.id}")


async def _waiting(at: House, who: Visitor, kind: Kind, upload: UUID) -> Waiting:
    """The file, if it is the visitor's own and still waits. Raises BadInput `upload-gone`."""
    file = await at.uploads.get(who.account.id, kind, upload, at.here.clock.now())
    if file is None:
        raise BadInput(
            "upload-gone",
            tr("This file waits here no longer: it was recorded, or an hour has passed. Choose it again."),
        )
    return file


def _careful(at: House, upload: UUID, back: str, work: Work) -> Work:
    """The same; recorded, the file goes, else it waits on, and what came of it leads back to it."""

    async def done(tell: Tell) -> dict[str, Any]:
        try:
            result = await work(tell)
        except ImportRefused as problem:
            raise JobRefused({"code": problem.code, "back": back}) from None
        except (Refused, BadInput) as problem:
            raise JobRefused({"code": problem.code, "back": back}) from None
        await at.uploads.drop(upload)
        return result

    return done


def _choose(request: Request, template: str, problem: FormFault | None = None, **more: object) -> Response:
    return render(
        request,
        template,
        status=200 if problem is None else 422,
        wrong={} if problem is None else problem.fields,
        problem=None if problem is None else said(problem),
        **more,
    )


async def _staff_page(
    request: Request, at: House, who: Visitor, upload: UUID, again: FormFault | None = None
) -> Response:
    file = await _waiting(at, who, "staff_table", upload)
    try:
        rows, notes = await posts.foreseen(at.here, file.content, STAFF)
    except ImportRefused as refused:
        return _refused(request, refused, "/adoption/staff")
    changing = [one for one in rows if one.what != "unchanged"]
    return _preview(
        request, "import-staff-preview.html", upload, again, rows=changing[:MOST_ROWS],
        more=max(0, len(changing) - MOST_ROWS), unchanged=len(rows) - len(changing), notes=notes,
    )  # fmt: skip


async def _list_page(
    request: Request, at: House, who: Visitor, upload: UUID, again: FormFault | None = None
) -> Response:
    file = await _waiting(at, who, "court_list", upload)
    try:
        rows, opens = await hearings.foreseen(
            at.here, file.content, LIST, case=file.case or "", mission=who.home.code, actor=who.actor
        )
    except ImportRefused as refused:
        return _refused(request, refused, "/rota/import")
    except ANSWERS as problem:
        return render(
            request, "import-refused.html", status=422, problem=said(problem), problems=[], more=0,
            back="/rota/import",
        )  # fmt: skip
    return _preview(
        request, "import-list-preview.html", upload, again, rows=rows[:MOST_ROWS], more=max(0, len(rows) - MOST_ROWS),
        opens=opens, changes=sum(one.what in ("new", "moved", "cancelled") for one in rows),
    )  # fmt: skip


def _preview(
    request: Request, template: str, upload: UUID, again: FormFault | None, **more: object
) -> Response:
    return render(
        request,
        template,
        status=200 if again is None else 409,
        upload=upload,
        command_id=new_id(),
        problem=None if again is None else (again.code, again.fields["form"]),
        **more,
    )


def _refused(request: Request, refused: ImportRefused, back: str) -> Response:
    return render(
        request,
        "import-refused.html",
        status=422,
        problem=None,
        problems=refused.problems[:MOST_SHOWN],
        more=max(0, len(refused.problems) - MOST_SHOWN),
        back=back,
    )
