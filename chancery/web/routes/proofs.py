"""`/evidence/…`: what proves a step, opened by who may; of a case, that they did is recorded first.

Opening is a POST: it leaves a row in the log of readings, and a link that somebody else sent must not. A download never opens in
the browser, and its name tells the kind and the number: the file's own name stays in the sealed copy.
"""

from pathlib import PurePath
from typing import Final

from fastapi import APIRouter, Request, Response

from chancery import proofs
from chancery.cases.reading import GLASS, REASONS
from chancery.proofs import Listed, OpenedProof
from chancery.streams import as_event, obligation_stream
from chancery.telling import names
from chancery.telling.sizes import size_words
from chancery.web.faults import ANSWERS, NotHere, said
from chancery.web.forms import Sent, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Officer, Visitor
from domain.envelope import Event
from domain.obligation import Obligation

router: Final = APIRouter()

ENDINGS: Final = frozenset(
    {".csv", ".doc", ".docx", ".eml", ".gif", ".heic", ".htm", ".html", ".jpeg", ".jpg", ".json", ".m4a", ".mov", ".mp3", ".mp4",
     ".odp", ".ods", ".odt", ".ogg", ".pdf", ".png", ".ppt", ".pptx", ".rtf", ".tif", ".tiff", ".txt", ".wav", ".webm", ".webp",
     ".xls", ".xlsx", ".xml", ".zip"}
)  # fmt: skip
"""How a downloaded file may be called at its end; anything else could be a word of somebody's."""
SHUT: Final = "sandbox; default-src 'none'"


@router.get("/evidence/{obligation}/{task}/{n}")
async def show(request: Request, at: At, who: Officer, obligation: str, task: str, n: int) -> Response:
    """What the log says of a proof, and how it may be opened."""
    state, one, _ = await _found(at, who, obligation, task, n)
    return _page(request, at, who, state, task, one)


@router.post("/evidence/{obligation}/{task}/{n}/open")
async def check(request: Request, at: At, who: Officer, obligation: str, task: str, n: int) -> Response:
    """Open a proof, check it against the log, and say what it is."""
    form = await sent(request)
    state, one, event = await _found(at, who, obligation, task, n)
    try:
        found = await proofs.opened(at.here, who.actor, state, one, event.command, form.maybe("reason"))
    except ANSWERS as problem:
        return _page(request, at, who, state, task, one, form=form, problem=problem)
    return _page(request, at, who, state, task, one, form=form, found=found)


@router.post("/evidence/{obligation}/{task}/{n}/file")
async def download(request: Request, at: At, who: Officer, obligation: str, task: str, n: int) -> Response:
    """The copy itself, checked against the log before it goes out."""
    form = await sent(request)
    state, one, event = await _found(at, who, obligation, task, n)
    try:
        found = await proofs.opened(at.here, who.actor, state, one, event.command, form.maybe("reason"))
    except ANSWERS as problem:
        return _page(request, at, who, state, task, one, form=form, problem=problem)
    if found.number:
        return _page(request, at, who, state, task, one, form=form, found=found)
    return Response(
        found.content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(found)}"',
            "Content-Security-Policy": SHUT,
        },
    )


def file_name(found: OpenedProof) -> str:
    """What a downloaded copy is called: kind and number. A mail out of Outlook is a plain one now."""
    ending = ".eml" if found.stripped else PurePath(found.name).suffix.lower()
    return f"{found.listed.kind}-{found.listed.n}{ending if ending in ENDINGS else '.bin'}"


async def _found(
    at: At, who: Visitor, obligation: str, task: str, n: int
) -> tuple[Obligation, Listed, Event]:
    if not obligation.isprintable():
        raise NotHere("no-such-page")  # a NUL is nothing that the database could look up
    state = await at.here.desk.obligation(obligation)
    if not state.version or task not in state.tasks:
        raise NotHere("no-such-page")
    who.check_sees(state.mission)
    events = [as_event(e) for e in await at.here.log.read_stream(obligation_stream(obligation))]
    given = proofs.given(events, task)
    found = await proofs.listed(at.here, state, events, task)
    if given is None or not 1 <= n <= len(found):
        raise NotHere("no-such-page")
    return state, found[n - 1], given[0]


def _page(
    request: Request, at: At, who: Visitor, state: Obligation, task: str, one: Listed, *,
    form: Sent | None = None, found: OpenedProof | None = None, problem: Exception | None = None,
) -> Response:  # fmt: skip
    request.state.position = at.tail.head
    serves_case = state.subject is not None
    own = who.mission is not None and who.mission.code == state.mission
    return render(
        request,
        "proof.html",
        status=200 if problem is None else 422,
        one=one,
        state=state,
        task=task,
        title=names.step_title(state.instrument, state.code, state.tasks[task].step),
        about=names.definition_title(state.instrument, state.code),
        size=size_words(one.bytes) if one.bytes else None,
        serves_case=serves_case,
        may_try=one.copy in ("sealed", "elsewhere") and (own or (serves_case and who.role in GLASS)),
        asks_reason=serves_case and not own and who.role in GLASS,
        reasons=REASONS,
        chosen="" if form is None else form.text("reason"),
        found=found,
        file=None if found is None or found.number else file_name(found),
        problem=None if problem is None else said(problem),
    )
