"""Templates: server-made pages in two languages, whole without a script. Nothing comes from another host."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chancery.i18n import language, tr, word
from chancery.kept import one
from chancery.telling import clocks, names
from chancery.telling.moments import local
from chancery.telling.terms import term_words
from chancery.web.house import House
from domain.kinds import instant_text

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


@cache
def fingerprint() -> str:
    """A short hash of everything in `static/`, which stands in its address: it may be kept for ever."""
    content = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        content.update(path.read_bytes())
    return content.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a style sheet, a script or a picture of ours."""
    return f"/static/{fingerprint()}/{name}"


def when(at: datetime | str | None, zone: str) -> Markup:
    """An instant as people of that zone write it; the exact one, in UTC, for whoever asks."""
    if at is None:
        return Markup("")
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    exact = instant_text(moment.astimezone(UTC))
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(exact, local(moment, zone))


def day(at: datetime | str, zone: str) -> str:
    """The local day of an instant."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "t": _tr, "word": word, "when": when, "day": day, "static": static, "language": language,
        "left_words": clocks.left_words, "term_words": term_words, "status_words": clocks.status_words, "local": local,
        "step_title": names.step_title, "all_words": lambda codes: [(code, word(code)) for code in codes], "definition_title": names.definition_title,
    }  # fmt: skip
    made.filters["json"] = lambda value: Markup(escape(json.dumps(value)))  # noqa: S704 - escaped within
    return made


_SIGNS: Final = re.compile(r" (?=[:;?!»%])|(?<=«) ")
"""Blanks of French that no line may break at."""


def _tr(text: str, **params: object) -> Markup | str:
    """A sentence; what is put into it is escaped, the sentence is ours."""
    said = tr(text)
    if language() == "fr":
        said = _SIGNS.sub("\u00a0", said)
    return Markup(said).format(**params) if params else said  # noqa: S704 - from our own catalogue


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page. What every page shows (who is signed in, what waits, the language) comes by itself."""
    from chancery.web.navigation import links_of

    visitor = getattr(request.state, "visitor", None)
    session = getattr(request.state, "session", None)
    house: House | None = getattr(request.app.state, "house", None)
    shared: dict[str, Any] = {
        "request": request,
        "who": visitor,
        "csrf": session.masked() if session is not None else "",
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "links": links_of(visitor, request.url.path) if visitor is not None else [],
        "standing": house.standing if house is not None else None,
        "demo": house.demo if house is not None else False,
        "position": getattr(request.state, "position", None),
        "receipt": getattr(request.state, "receipt", None),
        "zone": visitor.zone if visitor is not None else "UTC",
    }
    if (
        shared["receipt"] and shared["position"] is not None
    ):  # what was just recorded is part of what is shown
        shared["position"] = max(shared["position"], shared["receipt"]["position"])
    text = _environment().get_template(template).render(shared | context)
    return HTMLResponse(text, status_code=status)


async def receipt_of(request: Request, house: House) -> None:
    """What the page before this one recorded, read back from the log: `?done=POSITION`."""
    given = request.query_params.get("done", "")
    if given.isdigit() and len(given) < 18:
        found = await one(
            house.here.pool, "SELECT position, leaf FROM log.event WHERE position = %s", [int(given)]
        )
        if found is not None:
            request.state.receipt = {"position": found["position"], "leaf": bytes(found["leaf"]).hex()}


def problem_page(
    request: Request, status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A page that says what went wrong, and nothing else."""
    page = render(request, "problem.html", status=status, code=code, sentence=sentence)
    page.headers.update(headers or {})
    return page


async def away_page(request: Request) -> Response:
    """The database is away: a plain page that holds what was typed, so that it can be sent again as it was."""
    request.state.visitor = None
    request.state.session = None
    sentence = tr("Nothing was recorded, and nothing is half done. It usually comes back within a minute.")
    page = await again_page(request, 503, "database-unavailable", sentence)
    page.headers["Retry-After"] = "10"
    return page


async def again_page(request: Request, status: int, code: str, sentence: str) -> Response:
    """A page that could not take what was sent, and holds it: one button sends it again, under the same command id."""
    from chancery.web.forms import typed_of

    typed, files = await typed_of(request)
    session = getattr(request.state, "session", None)
    if session is not None:
        typed = [(k, session.masked() if k == "csrf" else v) for k, v in typed]
    return render(
        request, "again.html", status=status, code=code, sentence=sentence, typed=typed, files=files
    )
