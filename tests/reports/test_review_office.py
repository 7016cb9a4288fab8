"""A review through the office: drawn up from the log, words sealed and gone with their key, signed by digest, made again later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from chancery import reviews
from chancery.directory import Directory, Entry
from chancery.keystore import FileKeyStore
from chancery.log.merkle import check_bundle
from chancery.reports.paper.forms import formed
from chancery.reports.paper.making import paper_of
from chancery.reports.regimes import NoReport
from chancery.reports.reproduce import CannotReproduce, remade, reproduce
from chancery.reports.review import review_report
from chancery.reviews import Opening, ReportChanged
from chancery.vault import Vault
from domain import commands as c
from domain.envelope import OPERATOR
from domain.refusals import Refused
from tests.domain.dossiers import COMMITTEE, DPO, SECOND, headquarters
from tests.domain.dossiers import state_purpose as purpose
from tests.made import FOCAL, HEAD, POLITICAL, adoption, cid, posts
from tests.reports.conftest import Story

if TYPE_CHECKING:
    from pathlib import Path

    from chancery.clock import ManualClock
    from chancery.desk import Desk
    from chancery.log.store import Pool

CANARY = "canary-words-4711"
"""Stands for what somebody said."""
ASKED = Opening("Q", "Q-103", "p-hom", "p-hq", date(2026, 5, 1), date(2026, 5, 31))


@dataclass(slots=True)
class Here:
    """What an installation gives to those who run a review, with a story to review."""

    desk: Desk
    keys: FileKeyStore
    vault: Vault
    directory: Directory
    pool: Pool
    story: Story

    async def send(self, kind: type[c.Command], actor: Any, name: str, code: str, **data: Any) -> None:
        command = kind.model_validate({"command_id": cid(name), "mission": "Q", "review": code, **data})
        await self.desk.submit(command, actor)


@pytest.fixture
async def here(desk: Desk, clock: ManualClock, tmp_path: Path) -> Here:
    """Mission Q, a late task of Q-103's, headquarters, and the purpose stated by both."""
    origin, _ = await desk.log.origin()
    keys = FileKeyStore(tmp_path / "keys")
    directory = Directory(keys, origin)
    hq = adoption("HQ", "BE", "Europe/Brussels").model_copy(update={"kind": "headquarters"})
    for adopted, people in ((adoption(), posts()), (hq, headquarters())):
        code = adopted.mission
        keys.create_mission(code)
        await desk.submit(adopted, OPERATOR)
        recorded = c.RecordPosts(command_id=cid(f"{code} posts"), mission=code, lines=people)
        officers = [
            Entry(p.posting, code, "Q-103" if p.posting == "p-fp" else f"{p.posting}-x") for p in people
        ]
        await desk.submit(recorded, OPERATOR, [directory.statement(officers)])
    for who in (DPO, COMMITTEE):
        await desk.submit(purpose().model_copy(update={"command_id": cid(who.code)}), who)
    story = Story(desk, clock)
    await story.on(6).task()
    await story.on(18).complete()
    return Here(desk, keys, Vault(keys, origin), directory, desk.log.pool, story)


async def opened(here: Here) -> str:
    receipt = await reviews.open_review(here, HEAD, ASKED, cid("open"))
    return receipt.stream.partition("/")[2]


async def whole(here: Here) -> str:
    """Read, contested, answered, commented and signed by all three."""
    code = await opened(here)
    await here.send(c.ReadReview, FOCAL, "read", code)
    await reviews.say(
        here, FOCAL, code, cid("contest"), "ContestItem", CANARY,
        figure="late", positions=(await here.desk.log.head() - 2,), ground="waited_on_others",
    )  # fmt: skip
    (contest,) = (await reviews.review_of(here, code)).contests
    await reviews.say(
        here, SECOND, code, cid("answer"), "AnswerContest", f"{CANARY}-2", contest=contest, answer="noted"
    )
    await reviews.say(here, HEAD, code, cid("comment"), "CommentReview", f"{CANARY}-3")
    digest = (await reviews.review_of(here, code)).now.digest
    for who, stance in ((FOCAL, "disagrees"), (HEAD, "agrees"), (SECOND, "agrees")):
        await here.send(c.SignReview, who, f"sign {who.code}", code, digest=digest, stance=stance)
    return code


async def test_it_rests_on_the_log_as_it_stood_and_the_report_comes_out_the_same(here: Here) -> None:
    head = await here.desk.log.head()
    code = await opened(here)
    review = await reviews.review_of(here, code)
    assert (review.now.size, review.postings, review.reviewers["second"]) == (head, ("p-fp",), ("p-hq", "HQ"))
    await here.story.on(19).task("o-2")
    report = await reviews.report_of(here.desk.log, review)
    assert reviews.digest_of(report) == review.now.digest
    assert report.data()["officer"] == "p-fp", "a posting, as in the log: the directory may forget"


async def test_sent_twice_it_opens_one_although_the_log_has_grown(here: Here) -> None:
    first = await reviews.open_review(here, HEAD, ASKED, cid("open"))
    again = await reviews.open_review(here, HEAD, ASKED, cid("open"))
    assert (again.position, again.stream, again.fresh) == (first.position, first.stream, False)
    with pytest.raises(Refused) as refusal:
        await reviews.open_review(here, POLITICAL, ASKED, cid("other"))
    assert refusal.value.code == "not-allowed"
    with pytest.raises(Refused) as refusal:
        await reviews.open_review(here, HEAD, replace(ASKED, officer="Q-999"), cid("nobody"))
    assert refusal.value.code == "no-such-posting"


async def test_a_report_that_comes_out_otherwise_is_not_shown(here: Here) -> None:
    """The control of the digest: the same review, as if another report had been signed."""
    review = await reviews.review_of(here, await opened(here))
    review.editions[0].digest = "00" * 32
    with pytest.raises(ReportChanged, match=review.code):
        await reviews.report_of(here.desk.log, review)


async def test_the_signed_review_carries_both_sides_and_its_proof(here: Here) -> None:
    data = (await review_report(here, await whole(here))).data()
    assert data["review"]["status"] == "signed"
    assert {i["part"]: i["stance"] for i in data["figures"]["signatures"]["items"]} == {
        "officer": "disagrees", "manager": "agrees", "second": "agrees",
    }  # fmt: skip
    (contest,) = data["figures"]["contests"]["items"]
    assert (contest["words"]["text"], contest["answer_words"]["text"]) == (CANARY, f"{CANARY}-2")
    assert data["figures"]["comments"]["items"][0]["words"]["text"] == f"{CANARY}-3"
    assert data["report"]["figures"]["late"]["count"] == 1
    assert check_bundle(data["proof"]) and check_bundle(data["report"]["proof"])
    cited = {str(p) for i in data["figures"]["signatures"]["items"] for p in i["positions"]}
    assert cited <= set(data["proof"]["leaves"])


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_form_of_it_is_made_again_byte_for_byte(here: Here, language: Any) -> None:
    code = await whole(here)
    data = (await review_report(here, code)).data()
    paper = paper_of(data, language)
    assert [s.name for s in paper.sections][:5] == [
        "signatures", "comments", "contests", "editions", "readings",
    ]  # fmt: skip
    assert paper.sections[-1].name == "cannot_see"
    again = await remade(here.desk.log, "review", data["request"], data["log"]["position"], here)
    for form in ("text", "html", "pdf", "csv", "xlsx", "json"):
        assert formed(form, data, language) == formed(form, again, language), form


async def test_no_word_of_it_enters_the_log_and_they_go_with_the_posting(here: Here) -> None:
    code = await whole(here)
    assert all(CANARY.encode() not in one.body for one in await here.desk.log.read(0, 10_000))
    review = await reviews.review_of(here, code)
    assert CANARY in (await reviews.words_of(here, review)).values(), "the control: they can be read before"
    await here.directory.erase(here.pool, "p-fp")
    assert set((await reviews.words_of(here, review)).values()) == {None}
    data = (await review_report(here, code)).data()
    assert data["figures"]["comments"]["items"][0]["words"]["text"] is None
    assert data["review"]["status"] == "signed", "what was signed stays, without the words"


async def test_a_correction_after_signing_is_told_as_an_addendum(here: Here) -> None:
    code = await whole(here)
    await here.story.on(20).act(
        c.ProposeCorrection, field="happened_at", value="2026-05-07T08:00:00Z", reason="wrong_time"
    )
    await here.story.answer(HEAD)
    head = await here.desk.log.head()
    receipt = await reviews.make_again(here, HEAD, code, cid("again"), [head])
    assert receipt.events == ("ReviewMadeAgain",)
    assert (await reviews.make_again(here, HEAD, code, cid("again"), [head])).fresh is False
    data = (await review_report(here, code)).data()
    assert data["review"]["status"] == "addendum" and data["review"]["edition"] == 1
    (addendum,) = data["addenda"]
    assert addendum["edition"] == 2
    changed = [x for x in addendum["difference"]["changes"] if head in x["since"]]
    assert changed, "what the correction changed, with its position"
    assert any(s.name == "addendum-2" for s in paper_of(data, "en").sections)


async def test_as_known_before_it_was_signed_it_was_not(here: Here) -> None:
    code = await whole(here)
    (opening,) = [e for e in await here.desk.log.read_stream(f"review/{code}") if e.version == 1]
    then = (await review_report(here, code, as_of=opening.position)).data()
    assert (then["review"]["status"], then["figures"]["signatures"]["count"]) == ("unseen", 0)
    for position in (0, opening.position - 1, 10_000):
        with pytest.raises((NoReport, Refused)):
            await review_report(here, code, as_of=position)
    with pytest.raises(NoReport):
        await review_report(here, code, edition=2)


async def test_blanks_are_no_words(here: Here) -> None:
    code = await opened(here)
    await here.send(c.ReadReview, FOCAL, "read", code)
    given = {"figure": "late", "positions": (1,), "ground": "away"}
    await reviews.say(here, FOCAL, code, cid("blank"), "ContestItem", "  ", **given)
    (contest,) = (await reviews.review_of(here, code)).contests.values()
    assert contest.words is None


async def test_the_files_of_a_signed_review_are_reproduced_with_the_vault_and_not_without(here: Here) -> None:
    code = await whole(here)
    content = formed("pdf", (await review_report(here, code)).data(), "en")
    await here.story.on(21).task("o-3")
    assert (await reproduce(here.desk.log, content, here=here)).same
    with pytest.raises(CannotReproduce) as without:
        await reproduce(here.desk.log, content)
    assert without.value.code == "report.file-vault"
    await here.directory.erase(here.pool, "p-fp")
    assert (await reproduce(here.desk.log, content, here=here)).differs == (
        "data/figures/comments",
        "data/figures/contests",
    )
