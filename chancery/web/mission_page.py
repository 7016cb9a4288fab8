"""Pages about one mission: whose it is, who reads it, and what a refused form shows again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Request

from chancery.desk import Unknown
from chancery.i18n import tr, word
from chancery.telling import names
from chancery.web.faults import FormFault, NotHere, said
from chancery.web.forms import Sent, new_id
from chancery.web.house import House
from chancery.web.visitor import Visitor
from domain.mission import Mission


async def mission_of(at: House, who: Visitor, asked: str | None) -> Mission:
    """The mission that a page is about: the one asked for, else the visitor's own. Raises NotHere if it is not theirs to see."""
    code = asked or who.home.code
    who.check_sees(code)
    found = await at.here.desk.mission(code)
    if not found.version:
        raise NotHere("no-such-page")
    return found


def asked_for(request: Request) -> str | None:
    """The mission that an address names, if it does."""
    return request.query_params.get("mission") or None


@dataclass(frozen=True, slots=True)
class Again:
    """A form as it is shown: fresh, or after a refusal with what was typed. `which` of the page's forms it was."""

    form: Sent | None = None
    problem: Exception | None = None
    which: str = ""

    @property
    def status(self) -> int:
        """The answer's status: 409 if somebody else was quicker, else 422 after a refusal."""
        if self.problem is None:
            return 200
        stale = getattr(self.problem, "code", "") in ("stale", "stale-stream", "calendar-moved")
        return 409 if stale else 422

    def context(self) -> dict[str, Any]:
        """What templates need of it. Each form of a page has an id of its own (`id_for`).

        An id whose fate is unknown is sent again: it is carried out once.
        """
        unsure = isinstance(self.problem, Unknown) and self.form is not None
        command_id: UUID = self.form.command_id if unsure and self.form is not None else new_id()
        return {
            "command_id": command_id,
            "id_for": lambda which: command_id if which == self.which else new_id(),
            "typed": {} if self.form is None else self.form.typed,
            "problem": None if self.problem is None else said(self.problem),
            "wrong": self.problem.fields if isinstance(self.problem, FormFault) else {},
            "which": self.which,
        }


@dataclass(frozen=True, slots=True)
class People:
    """What the people of a mission are called for one reader: outside their mission, local agents are mission support."""

    mission: Mission
    inside: bool
    officers: dict[str, str] = field(default_factory=dict)

    def of(self, posting: str) -> str:
        """A posting on screen: the officer's code; for outsiders a local agent has none."""
        if posting not in self.mission.postings:
            return word(posting)
        if not self.inside and self.mission.is_local_agent(posting):
            return word("mission_support")
        return self.officers.get(posting, posting)

    def with_post(self, posting: str) -> str:
        """The same with the post: what a list to choose from shows."""
        if posting not in self.mission.postings or not (
            self.inside or not self.mission.is_local_agent(posting)
        ):
            return self.of(posting)
        return f"{self.of(posting)} · {self.mission.postings[posting].post}"

    def choices(self, postings: Iterable[str]) -> list[tuple[str, str]]:
        """Pairs for a list to choose from, in the order of their posts."""
        listed = sorted(
            postings, key=lambda p: (self.mission.postings[p].post, self.mission.postings[p].first)
        )
        return [(p, self.with_post(p)) for p in listed]


async def people_of(at: House, who: Visitor, mission: Mission) -> People:
    """The people of a mission as this visitor may see them."""
    inside = who.is_operator or (who.mission is not None and who.mission.code == mission.code)
    return People(mission, inside, await names.officers(at.here, mission.postings))


def day_needed(form: Sent, name: str) -> str:
    """A day that may not be left out. Raises FormFault."""
    found = form.day(name)
    if found is None:
        raise FormFault(**{name: tr("This is needed.")})
    return found
