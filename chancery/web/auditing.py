"""Whose doings a visitor may audit, and as whom they are looked up: for the pages under `/audit`."""

from chancery import queries
from chancery.readings.entry import Basis
from chancery.web.faults import NotHere
from chancery.web.house import House
from chancery.web.visitor import Visitor


async def missions_of(at: House, who: Visitor) -> list[str]:
    """The missions whose doings are theirs to audit. Raises NotHere if there is none."""
    if who.oversees:
        return [row["code"] for row in await queries.missions(at.here.log)]
    if who.is_head:
        return [who.home.code]
    raise NotHere("no-such-page")


def ground(who: Visitor) -> Basis:
    """On which ground they look at what others did."""
    return "oversight" if who.oversees else "head"


async def people_of(at: House, text: str, missions: list[str] | None) -> list[str]:
    """The postings that an officer's code or a posting's code stands for, within some missions; or what moves by itself."""
    if text in ("operator", "engine"):
        return ["operator"] if text == "operator" else ["timer", "watchdog", "workflow", "chain", "tick"]
    codes = {text, *await at.here.directory.postings_of(at.here.pool, text)}
    rows = await queries.postings_by_code(at.here.log, sorted(codes))
    return [r["posting"] for r in rows if missions is None or r["mission"] in missions]
