"""A world in which staff reports may be made: headquarters with a staff committee, the purpose stated, a plan, a review in any state."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2

from chancery import purposes, reviews, workplans
from chancery.directory import Entry
from chancery.reviews import Opening
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from tests.made import FOCAL, HEAD, cid
from tests.web.conftest import Web
from tests.web.oversight_made import Half, headquarters
from tests.web.test_thread import fields

DPO, COMMITTEE = Actor("officer", "p-h-dpo", "HQ"), Actor("officer", "p-h-com", "HQ")
SECOND = Actor("officer", "p-h-rights", "HQ")
PERSON, MANAGER, SECOND_PERSON, DEPUTY = "Q-p-fp", "Q-p-hom", "HQ-h-rights", "Q-p-dep"
CANARY = "canary-words-2207"
"""Stands for what somebody said."""


async def committee(web: Web) -> None:
    """Headquarters' staff committee: `HQ-h-com`."""
    line = c.PostLine(
        post="HQ-COM", role="staff_committee", share_percent=0, local_agent=False, posting="p-h-com",
        from_day="2024-01-01", until=None,
    )  # fmt: skip
    here = web.house.here
    command = c.RecordPosts(command_id=cid("committee"), mission="HQ", lines=(line,))
    await here.desk.submit(
        command, OPERATOR, [here.directory.statement([Entry("p-h-com", "HQ", "HQ-h-com")])]
    )


async def stated(web: Web) -> None:
    """Headquarters is there, and both have stated what staff reports are for."""
    await headquarters(web)
    await stated_there(web)


async def stated_there(web: Web) -> None:
    """The same where headquarters is there already."""
    await committee(web)
    for who in (DPO, COMMITTEE):
        await purposes.state(web.house.here, who, cid(f"purpose {who.code}"), 60, "agreed")


async def plan(web: Web, *, agreed: bool = True) -> str:
    """A plan of the focal point's with the head of mission, agreed to by both unless it is to wait."""
    wanted = (
        c.Objective(kind="in_time", definitions=("COORD-LOCAL",)),
        c.Objective(kind="number", definitions=("COORD-LOCAL",), count=6),
    )
    asked = workplans.Draft("Q", "p-fp", "p-hom", date(2026, 1, 1), date(2026, 12, 31), wanted)
    receipt = await workplans.draft(web.house.here, FOCAL, asked, cid("plan"))
    code = receipt.stream.partition("/")[2]
    for who in (FOCAL, HEAD) if agreed else (FOCAL,):
        command = c.AgreeWorkPlan(command_id=cid(f"agree {who.code}"), mission="Q", workplan=code, edition=1)
        await web.house.here.desk.submit(command, who)
    return code


async def opened(web: Web, plans: tuple[str, ...] = ()) -> str:
    """A review of the focal point, by the head of mission; headquarters answers. There is something late in it."""
    await Half(web).past(on_time=(None,) * 8, late=(None,))
    return await opened_now(web, plans)


async def opened_now(web: Web, plans: tuple[str, ...] = ()) -> str:
    """The same on what the log holds anyway."""
    asked = Opening("Q", "p-fp", "p-hom", "p-h-rights", date(2026, 1, 1), date(2026, 12, 31), workplans=plans)
    receipt = await reviews.open_review(web.house.here, HEAD, asked, cid("open"))
    return receipt.stream.partition("/")[2]


async def act(web: Web, who: Actor, kind: type[c.Command], code: str, **data: Any) -> None:
    """A command on the review."""
    given = {"command_id": cid(f"{kind.__name__} {who.code} {code}"), "mission": "Q", "review": code, **data}
    await web.house.here.desk.submit(kind.model_validate(given), who)


async def answered(web: Web, code: str, answer: str = "noted") -> None:
    """Read by all; something contested by the person, and answered."""
    here = web.house.here
    await act(web, FOCAL, c.ReadReview, code)
    position = (await here.log.head()) - 2
    await reviews.say(
        here,
        FOCAL,
        code,
        cid("contest"),
        "ContestItem",
        CANARY,
        figure="late",
        positions=(position,),
        ground="no_capacity",
    )
    for who in (HEAD, SECOND):
        await act(web, who, c.ReadReview, code)
    (contest,) = (await reviews.review_of(here, code)).contests
    await reviews.say(
        here, SECOND, code, cid("answer"), "AnswerContest", f"{CANARY}-2", contest=contest, answer=answer
    )
    await reviews.say(here, HEAD, code, cid("comment"), "CommentReview", f"{CANARY}-3")


async def signed(web: Web, code: str) -> None:
    """Signed by all three."""
    digest = (await reviews.review_of(web.house.here, code)).now.digest
    for who, stance in ((FOCAL, "disagrees"), (HEAD, "agrees"), (SECOND, "agrees")):
        await act(web, who, c.SignReview, code, digest=digest, stance=stance)


async def sends(browser: httpx2.AsyncClient, page: str, action: str, **data: Any) -> httpx2.Response:
    """Send one of a page's forms, with what is typed in it."""
    form = fields((await browser.get(page)).text, action)
    return await browser.post(action, data=form | data, follow_redirects=True)
