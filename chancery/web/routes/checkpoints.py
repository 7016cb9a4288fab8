"""`/checkpoints`: how the log stands signed, and whether a checkpoint that somebody kept still fits; the data of each proof."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from chancery import proving
from chancery.export.files import ExportRefused
from chancery.i18n import language, tr
from chancery.log.checkpoints import Kept
from chancery.log.notes import NoteRefused
from chancery.reports.signed import FOLDER
from chancery.web.faults import NotHere
from chancery.web.forms import new_id, sent
from chancery.web.pages import render
from chancery.web.routes.log_entry import entry_for
from chancery.web.visitor import At, Someone

router: Final = APIRouter()
LONGEST_NOTE: Final = 20_000
"""Characters of a checkpoint that somebody brings."""


@router.get("/checkpoints")
async def show(request: Request, at: At, who: Someone) -> Response:
    """The newest checkpoint, who signed it, and what it proves."""
    return await _page(request, at, who.zone)


@router.post("/checkpoints")
async def compare(request: Request, at: At, who: Someone) -> Response:
    """A checkpoint that was kept elsewhere, held against the log as it is signed now. Nothing is written."""
    form = await sent(request)
    kept = form.text("kept").replace("\r\n", "\n")[:LONGEST_NOTE]
    try:
        found = await proving.older(at.here.settings, at.here.log, kept)
    except NoteRefused as refusal:
        return await _page(request, at, who.zone, kept=kept, wrong=_said(refusal))
    except ExportRefused:
        wrong = tr("Nothing that is signed here reaches as far as this checkpoint.")
        return await _page(request, at, who.zone, kept=kept, wrong=wrong)
    return await _page(request, at, who.zone, kept=kept, found=found)


@router.get("/checkpoints/latest")
async def latest(at: At, who: Someone) -> Response:
    """The newest checkpoint as the signed note that it is, to be kept elsewhere."""
    del (
        who
    )  # whoever is signed in may keep one: it says a size and a root, and nothing of what lies behind them
    found = Kept(at.here.settings.checkpoints / FOLDER).latest()
    if found is None:
        raise NotHere("no-such-page")
    name = f"checkpoint-{found.checkpoint.size}.txt"
    return PlainTextResponse(
        found.note_text, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/log/{position}/proof.json")
async def proof(at: At, who: Someone, position: str) -> Response:
    """All that it takes to make leaf, root and signature of an entry again, for whoever may see the entry."""
    found = await entry_for(at, who, position)
    made = await proving.prove(at.here.settings, at.here.log, found.recorded)
    return JSONResponse(made.data(with_body=True))


async def _page(
    request: Request,
    at: At,
    zone: str,
    *,
    kept: str = "",
    wrong: str = "",
    found: proving.Older | None = None,
) -> Response:
    settings, log = at.here.settings, at.here.log
    origin, _ = await log.origin()
    unbelieved, stands = "", None
    try:
        stands = await proving.standing(settings, log)
    except proving.UNBELIEVED as refusal:
        unbelieved = str(getattr(refusal, "code", "note.form"))
    data: dict[str, Any] = {
        "stands": stands,
        "alarm": stands.alarm.why.sentence(language()) if stands and stands.alarm else "",
        "unbelieved": unbelieved,
        "names": proving.names_of(stands.keys) if stands else [],
        "log_origin": origin,
        "zone": zone,
        "kept": kept,
        "wrong": {"kept": wrong} if wrong else {},
        "found": found,
        "command_id": new_id(),
    }
    return render(request, "checkpoints.html", status=422 if wrong else 200, **data)


def _said(refusal: NoteRefused) -> str:
    match refusal.code:
        case "note.origin":
            return tr("This is a checkpoint of another log.")
        case "note.signature" | "note.unsigned":
            return tr("No key that is known here has signed this text as it stands.")
        case _:
            return tr("This is no checkpoint: paste all of it, from its first line to its last.")
