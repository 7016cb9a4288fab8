"""`/documents`: a mission's templates; filled and printed in the session, and kept nowhere once filled.

Names are typed here. So what is filled comes by POST and goes out with no-store: it stands in no address, no draft, no table, no log.
"""

from dataclasses import dataclass
from typing import Any, Final, get_args

from fastapi import APIRouter, Request, Response

from chancery import documents, queries
from chancery.documents import FACTS, KINDS, Stale, Template, Templates
from chancery.i18n import Language, tr, word
from chancery.telling import names
from chancery.web.faults import FormFault, NotHere, said
from chancery.web.forms import onward, sent
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.instant import BadInput
from domain.mission import Mission
from domain.obligation import Obligation

router: Final = APIRouter()
MOST_TASKS: Final = 100
_FIELD: Final = "ask:"


def templates_of(at: At) -> Templates:
    """The templates of this house."""
    return Templates(at.here.pool, at.box)


@router.get("/documents")
async def listing(request: Request, at: At, who: Officer) -> Response:
    """Every document that can be written here, in both languages, and which version stands."""
    await receipt_of(request, at)
    found = await templates_of(at).current(who.home.code)
    held = await names.officers(at.here, {one.posting for one in found if one.posting})
    about = request.query_params.get("task") or ""
    return render(
        request, "documents.html", found=found, held=held, about=about if "/" in about else "", zone=who.zone
    )


@router.get("/documents/{kind}/{code}")
async def show(request: Request, at: At, who: Officer, kind: str, code: str) -> Response:
    """One template: to be filled in, and by those who lead, to be changed."""
    version = request.query_params.get("version", "")
    template = await _template(at, who, kind, code, version)
    about = request.query_params.get("task") or ""
    return await _page(request, at, who, template, about=about, earlier=bool(version))


@router.post("/documents/{kind}/{code}")
async def save(request: Request, at: At, who: Officer, kind: str, code: str) -> Response:
    """A new version of a template, beside those before."""
    form = await sent(request)
    template = await _template(at, who, kind, code)
    if not who.is_lead or who.posting is None:
        raise NotHere("not-yours", 403)
    text, seen = form.text("text"), form.number("version") or 0
    try:
        await templates_of(at).save(
            who.home.code, kind, template.language, text, seen=seen, posting=who.posting["posting"],
            now=at.here.clock.now(),
        )  # fmt: skip
    except BadInput as problem:
        return await _page(request, at, who, template, text=text, problem=FormFault(text=problem.message))
    except Stale as problem:
        # The next try begins with theirs: what was typed stands, and what it would replace is named.
        standing = await _template(at, who, kind, code)
        told = tr(
            "Version {version} was saved meanwhile. Look at it first; yours stands below, and saving again puts it in its place.",
            version=problem.version,
        )
        return await _page(request, at, who, standing, text=text, stale=("stale", told))
    return onward(f"/documents/{kind}/{code}")


@router.post("/documents/{kind}/{code}/fill")
async def fill(request: Request, at: At, who: Officer, kind: str, code: str) -> Response:
    """The document, filled: to be printed, or taken away as plain text. Nothing of it is kept."""
    form = await sent(request)
    template = await _template(at, who, kind, code, form.text("version"))
    about = form.text("other") or form.text("task")
    typed = {
        label: form.text(f"{_FIELD}{number}") for number, label in enumerate(documents.asked(template.text))
    }
    try:
        state, task = await _about(at, who, about)
    except FormFault as problem:
        return await _page(request, at, who, template, about=about, typed=typed, problem=problem)
    facts = documents.facts_of(template.language, who.home, _post(who), at.here.clock.now(), state, task)
    text = documents.filled(template.text, facts, typed)
    if form.text("as") == "text":
        return Response(
            text.replace("\n", "\r\n"),
            media_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{kind}.txt"'},
        )
    return await _page(
        request,
        at,
        who,
        template,
        about=about,
        typed=typed,
        filled=_Filled(text, text.count(documents.BLANK)),
    )


@dataclass(frozen=True, slots=True)
class _Filled:
    text: str
    blanks: int


async def _template(at: At, who: Visitor, kind: str, code: str, version: str = "") -> Template:
    language: Language | None = next((one for one in get_args(Language) if one == code), None)
    if kind not in KINDS or language is None or (version and not (version.isdecimal() and len(version) < 7)):
        raise NotHere("no-such-page")
    found = await templates_of(at).get(who.home.code, kind, language, int(version) if version else None)
    if found is None:
        raise NotHere("no-such-page")
    return found


async def _about(at: At, who: Visitor, about: str) -> tuple[Obligation | None, str | None]:
    """The obligation and the task that a document is about: of one's own mission only. Raises FormFault."""
    if not about:
        return None, None
    obligation, _, task = about.rpartition("/")
    for code, step in ((obligation, task), (about, None)):
        if not code or not code.isprintable():
            continue
        state = await at.here.desk.obligation(code)
        if state.version and state.mission == who.home.code and (step is None or step in state.tasks):
            return state, step
    raise FormFault(
        other=tr("Your mission has no such task or obligation. Write it as its own page shows it.")
    )


def _post(who: Visitor) -> str:
    assert who.posting is not None
    return str(who.posting["post"])


async def _tasks(at: At, who: Visitor, mission: Mission) -> list[tuple[str, str]]:
    """The visitor's own open tasks, the soonest first."""
    assert who.posting is not None
    found = await queries.tasks(at.here.log, mission=mission.code, postings_=[who.posting["posting"]])
    return [
        (
            f"{row['obligation']}/{row['task']}",
            f"{names.step_title(row['instrument'], row['definition'], row['step'])} · {row['obligation']}",
        )
        for row in found[:MOST_TASKS]
    ]


async def _page(
    request: Request, at: At, who: Visitor, template: Template, *, about: str = "", text: str | None = None,
    typed: dict[str, str] | None = None, problem: FormFault | None = None, stale: tuple[str, str] | None = None,
    filled: _Filled | None = None, earlier: bool = False,
) -> Response:  # fmt: skip
    tasks = await _tasks(at, who, who.home)
    versions = await templates_of(at).versions(who.home.code, template.kind, template.language)
    held = await names.officers(at.here, {row["posting"] for row in versions})
    listed = about in {code for code, _ in tasks}
    shown: dict[str, Any] = {
        "form": template,
        "title": word(template.kind),
        "asked": list(enumerate(documents.asked(template.text))),
        "typed": typed or {},
        "tasks": tasks,
        "task": about if listed else "",
        "other": "" if listed else about,
        "text": template.text if text is None else text,
        "changing": text is not None,
        "versions": versions,
        "held": held,
        "earlier": earlier,
        "facts": ["{{" + name + "}}" for name in FACTS],
        "filled": filled,
        "problem": stale or (None if problem is None else said(problem)),
        "wrong": {} if problem is None else problem.fields,
    }
    status = 409 if stale else 422 if problem is not None else 200
    return render(request, "document.html", status=status, zone=who.zone, **shown)
