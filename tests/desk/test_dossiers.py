"""Work plans, reviews and exports go through the one door like everything else, and the views show where they stand."""

import asyncio

import pytest

from chancery import queries
from chancery.desk import Desk
from chancery.views import rebuild
from domain import commands as c
from domain.envelope import OPERATOR
from domain.refusals import Refused
from tests.domain.dossiers import COMMITTEE, DIGEST, DPO, RV, SECOND, WP, ask, headquarters, open_review
from tests.domain.dossiers import state_purpose as purpose
from tests.domain.test_review import sign
from tests.domain.test_workplan import draft
from tests.made import FOCAL, HEAD, POLITICAL, adoption, cid


@pytest.fixture
async def staffed(mission: Desk) -> Desk:
    """The mission, headquarters with its people, and the purpose of staff reports stated by both."""
    hq = adoption("HQ", "BE", "Europe/Brussels").model_copy(update={"kind": "headquarters"})
    await mission.submit(hq, OPERATOR)
    people = c.RecordPosts(command_id=cid("hq posts"), mission="HQ", lines=headquarters())
    await mission.submit(people, OPERATOR)
    for who in (DPO, COMMITTEE):
        said = purpose().model_copy(update={"command_id": cid(f"purpose {who.code}")})
        assert (await mission.submit(said, who)).events == ("PurposeStated",)
    return mission


async def test_a_review_goes_from_opening_to_signatures(staffed: Desk) -> None:
    receipt = await staffed.submit(open_review(), HEAD)
    assert (receipt.stream, receipt.events) == (f"review/{RV}", ("ReviewOpened",))
    with pytest.raises(Refused) as refusal:
        await staffed.submit(ask(c.ReadReview, "too early"), HEAD)
    assert refusal.value.code == "subject-first"
    await staffed.submit(ask(c.ReadReview, "read"), FOCAL)
    for n, who in enumerate((FOCAL, HEAD, SECOND)):
        await staffed.submit(sign().model_copy(update={"command_id": cid(f"sign {n}")}), who)
    found = await staffed.dossier("review", RV)
    assert (found.status, found.now.digest) == ("signed", DIGEST)
    [row] = await queries.dossiers(staffed.log, "review", parties=["p-fp"])
    assert (row["code"], row["mission"], row["status"]) == (RV, "Q", "signed")
    assert row["parties"] == ["p-fp", "p-hom", "p-hq"]
    assert await queries.dossiers(staffed.log, "review", parties=["p-pol"]) == []


async def test_the_same_command_twice_is_one_event(staffed: Desk) -> None:
    first, *others = await asyncio.gather(*(staffed.submit(open_review(), HEAD) for _ in range(4)))
    assert {r.position for r in others} == {first.position}
    with pytest.raises(Refused) as refusal:
        await staffed.submit(
            open_review(size=4211).model_copy(update={"command_id": open_review().command_id}), HEAD
        )
    assert refusal.value.code == "command-reused"


async def test_a_review_rests_on_the_statement_of_purpose(staffed: Desk) -> None:
    """Withdrawn at the same moment: either the review was there first, or it is refused; never beside it."""
    withdrawal = ask(c.WithdrawPurpose, "out", mission="HQ")
    opened, _ = await asyncio.gather(
        staffed.submit(open_review(), HEAD), staffed.submit(withdrawal, DPO), return_exceptions=True
    )
    if isinstance(opened, Refused):
        assert opened.code == "purpose-not-stated"
    else:
        (gone,) = [e for e in await staffed.log.read_stream("purpose/staff_reports") if e.version == 3]
        assert not isinstance(opened, BaseException) and opened.position < gone.position


async def test_who_is_no_party_is_refused_wherever_they_serve(staffed: Desk) -> None:
    await staffed.submit(draft(), FOCAL)
    for who in (POLITICAL, SECOND, DPO):
        with pytest.raises(Refused) as refusal:
            await staffed.submit(ask(c.AgreeWorkPlan, who.code, edition=1), who)
        assert refusal.value.code == "not-allowed"
    await staffed.submit(ask(c.AgreeWorkPlan, "fp", edition=1), FOCAL)
    [row] = await queries.dossiers(staffed.log, "workplan", mission="Q", status="draft")
    assert row["code"] == WP


async def test_the_view_of_dossiers_rebuilt_is_the_live_one(staffed: Desk) -> None:
    await staffed.submit(draft(), FOCAL)
    await staffed.submit(open_review(), HEAD)
    assert await rebuild.check(staffed.log) == []
    async with staffed.log.pool.connection() as conn:
        await conn.execute("UPDATE view.dossier SET status = 'signed' WHERE stream LIKE 'review/%'")
    (found,) = await rebuild.check(staffed.log)
    assert "view dossier" in found and RV in found
    assert (await rebuild.rebuild(staffed.log)).mended["dossier"] == 1
    assert await rebuild.check(staffed.log) == []
