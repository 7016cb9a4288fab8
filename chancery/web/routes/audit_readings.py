"""`/audit/readings`: who read what on which ground, auditors' own look-ups too; as a page and as a file."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from chancery.keystore import KeyMissing, Shredded, VaultLocked
from chancery.readings import asking, export
from chancery.readings.asking import Page
from chancery.readings.entry import Form
from chancery.readings.tree import ReadingTree, origin_of
from chancery.web.auditing import missions_of, people_of
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.visitor import At, Officer, Visitor
from domain.refusals import Told

router: Final = APIRouter()
_FIELDS: Final = ("mission", "who", "case", "basis", "first", "last")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for, as typed and as the access log is asked; `nobody`: nobody is known under what was typed as `who`."""

    typed: dict[str, str]
    asked: asking.Asked
    missions: list[str]
    nobody: bool

    @property
    def query(self) -> str:
        """The same choice as an address holds it."""
        return urlencode({name: value for name, value in self.typed.items() if value})


@router.get("/audit/readings")
async def show(request: Request, at: At, who: Officer) -> Response:
    """Who opened what is sealed, of a mission without saying which case, or of one case whose code is known; and who looked whom up."""
    choice = await _choice(request, at, who)
    given = request.query_params.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 18 else None
    page = await _found(at, who, choice, "page", before, asking.LINES)
    following = None if page.following is None else {**choice.typed, "before": str(page.following)}
    return render(
        request,
        "audit-readings.html",
        typed=choice.typed,
        filtered=any(choice.typed[name] for name in ("who", "case", "basis", "first", "last")),
        nobody=choice.nobody,
        missions=choice.missions,
        everywhere=who.oversees,
        grounds=asking.GROUNDS,
        lines=await asking.told(at.here, page.entries),
        following=None if following is None else urlencode(following),
        query=choice.query,
        zone_of=who.zone,
    )


@router.get("/audit/readings/export.{form}")
async def exported(request: Request, at: At, who: Officer, form: str) -> Response:
    """The same entries as a file, each with its leaf: CSV, or JSON lines with bytes, salts and one proof for all of them."""
    if form not in export.FORMS:
        raise NotHere("no-such-page")
    choice = await _choice(request, at, who)
    shape: Form = "csv" if form == "csv" else "jsonl"
    page = await _found(at, who, choice, shape, None, asking.MOST)
    tree = ReadingTree(at.here.pool)
    proof = await tree.bundle([one.position for one in page.entries], await tree.head())
    origin = await origin_of(at.here.log)
    lines = await asking.told(at.here, page.entries)
    content = (
        export.as_csv(origin, proof, lines)
        if form == "csv"
        else export.as_jsonl(origin, choice.query, proof, page.entries, lines)
    )
    name = f'attachment; filename="readings-{proof["size"]}.{form}"'
    return Response(content, media_type=export.FORMS[form], headers={"Content-Disposition": name})


async def _found(at: At, who: Visitor, choice: Choice, form: Form, before: int | None, most: int) -> Page:
    """The entries; that they were asked for is one itself by then. Raises NotHere for what is not theirs to see, or is gone."""
    if choice.nobody:
        return Page()
    try:
        return await asking.entries(at.here, who.actor, choice.asked, form=form, before=before, most=most)
    except (KeyMissing, Shredded, VaultLocked):
        raise NotHere("no-such-page") from None
    except Told as refusal:
        if refusal.code == "readings-not-yours":
            raise NotHere("no-such-page") from None
        raise


async def _choice(request: Request, at: At, who: Visitor) -> Choice:
    """The filters, read strictly. Raises NotHere, BadInput."""
    missions = await missions_of(at, who)
    typed = {name: request.query_params.get(name, "").strip()[:120] for name in _FIELDS}
    if not typed["mission"] and not who.oversees:
        typed["mission"] = missions[0]
    if typed["mission"] and typed["mission"] not in missions:
        raise NotHere("no-such-page")
    people = None
    if typed["who"]:
        people = tuple(await people_of(at, typed["who"], None if who.oversees else missions))
    clock = who.home.clock
    asked = asking.Asked(
        mission=typed["mission"] or None,
        people=people,
        case=typed["case"] or None,
        basis=asking.basis_of(typed["basis"]),
        first=asking.day_of(typed["first"], clock),
        until=asking.day_of(typed["last"], clock, after=True),
    )
    return Choice(typed, asked, missions, people == ())
