"""Who may come to a case through the pages, and what they meet where it cannot be opened: one answer for all its pages."""

from dataclasses import dataclass
from typing import Final, Literal

from fastapi import Request, Response

from chancery.cases import reading
from chancery.cases.codes import key_of
from chancery.cases.record import Known, known
from chancery.cases.refusals import CaseRefused
from chancery.i18n import tr
from chancery.keystore import KeyMissing, Shredded, VaultLocked
from chancery.web.faults import NotHere
from chancery.web.house import House
from chancery.web.may import may
from chancery.web.pages import problem_page, render
from chancery.web.visitor import Visitor
from domain.envelope import Actor
from domain.instant import BadInput
from domain.mission import Mission

Ground = Literal["open", "reason", "none"]
"""How a visitor stands to a case: it opens at once, only with a reason, or not at all."""

WRITES: Final = "NoteCase"


@dataclass(frozen=True, slots=True)
class Place:
    """A case that a visitor came to: its mission, what serves it, and on what ground they may read it."""

    case: str
    mission: Mission
    known: Known
    ground: Ground

    @property
    def zone(self) -> str:
        """The zone of the case's mission."""
        return self.mission.clock.zone


class Shut(Exception):
    """A case that cannot be opened although it exists: its vault is closed, or its content was destroyed."""

    def __init__(self, mission: str | None) -> None:
        super().__init__("shut")
        self.mission = mission


async def mission_of(at: House, who: Visitor, case: str) -> Mission:
    """The mission of a case, if its work is theirs to see. Raises NotHere, Shut."""
    try:
        code = at.here.keys.mission_of(key_of(case))
    except Shredded:
        raise Shut(None) from None
    except (KeyMissing, BadInput):
        raise NotHere("no-such-page") from None
    who.check_sees(code)
    return await at.here.desk.mission(code)


async def place_of(at: House, who: Visitor, case: str) -> Place:
    """Where a visitor stands with a case; nothing of its content is opened, so nothing is recorded. Raises NotHere, Shut."""
    mission = await mission_of(at, who, case)
    try:
        found = await known(at.here, case)
    except VaultLocked:
        raise Shut(mission.code) from None
    except Shredded:
        raise Shut(None) from None
    actor = await reading.identified(at.here, who.actor)
    return Place(case, mission, found, _ground(at, actor, found))


def _ground(at: House, actor: Actor, found: Known) -> Ground:
    try:
        reading.ground(actor, found.mission, found.obligations, at.here.clock.now(), None)
    except CaseRefused as refused:
        return "reason" if refused.code == "reason-to-read" else "none"
    return "open"


async def opened(at: House, who: Visitor, case: str) -> Place:
    """A case that is theirs to open at once. Raises NotHere, Shut."""
    place = await place_of(at, who, case)
    if place.ground != "open":
        raise NotHere("no-such-page")
    return place


def may_write(at: House, who: Visitor, mission: Mission) -> bool:
    """Whether they may write something down of a case of a mission. Writing is not reading: it opens nothing."""
    return may(WRITES, who.actor, mission, at.here.clock.now())


def may_take_down(at: House, who: Visitor, mission: Mission) -> bool:
    """Whether they may take an alert down."""
    return may_write(at, who, mission) and may("OpenObligation", who.actor, mission, at.here.clock.now())


def shut_page(request: Request, shut: Shut) -> Response:
    """What is said where nothing can be opened: work goes on by code, or the content is gone for good."""
    if shut.mission is None:
        gone = tr(
            "What was known of this case was destroyed, as two people decided. Nothing of it can be read again."
        )
        return problem_page(request, 410, "vault.shredded", gone)
    return render(request, "case-locked.html", status=423, mission=shut.mission)
