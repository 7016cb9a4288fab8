"""A review: the person sees it first, may answer and contest; a second person answers; then it is signed; addenda follow."""

from typing import Any

import pytest

from domain import commands as c
from domain.review import Review
from tests.domain.dossiers import (
    AUDITOR,
    COMMITTEE,
    DEPUTY,
    DIGEST,
    DPO,
    LATER,
    MANAGER,
    OFFICER,
    ROOT,
    RV,
    SECOND,
    WORDS,
    Office,
    ask,
    office,
    open_review,
    opened,
    seen,
    stated,
)

CONTEST = {"figure": "late", "positions": (17, 18), "ground": "waited_on_others", "words": WORDS}


def sign(stance: str = "agrees", digest: str = DIGEST) -> Any:
    return ask(c.SignReview, digest=digest, stance=stance)


def review(at: Office) -> Review:
    found: Review = at.state(f"review/{RV}")
    return found


# ── it begins ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_record_of_a_person_before_its_purpose_is_stated_by_both() -> None:
    at = office()
    assert at.by(MANAGER).asks(open_review()).code == "purpose-not-stated"
    at.by(DPO).asks(ask(c.StatePurpose, mission="HQ", retention_months=60, opinion="agreed"))
    assert at.by(MANAGER).asks(open_review()).code == "purpose-not-stated"
    at.by(COMMITTEE).asks(ask(c.StatePurpose, mission="HQ", retention_months=36, opinion="agreed"))
    assert at.by(MANAGER).asks(open_review()).made == ["ReviewOpened"]
    assert at.state("purpose/staff_reports").retention_months == 36, "the shorter of the two"


def test_once_withdrawn_none_is_begun() -> None:
    at = stated()
    at.by(COMMITTEE).asks(ask(c.WithdrawPurpose, mission="HQ", words=WORDS))
    assert at.made == ["PurposeWithdrawn"]
    assert at.by(MANAGER).asks(open_review()).code == "purpose-not-stated"
    assert at.by(COMMITTEE).asks(ask(c.WithdrawPurpose, "again", mission="HQ")).made == []


def test_it_has_a_manager_and_a_second_person_who_are_two_others() -> None:
    at = stated().by(MANAGER)
    for more in (
        {"manager": "p-fp"},
        {"second": "p-fp", "second_mission": "Q"},
        {"second": "p-hom", "second_mission": "Q"},
    ):
        assert at.asks(open_review(**more)).code == "two-others"
    assert at.asks(open_review(second="p-nobody")).code == "no-such-posting"
    assert at.asks(open_review(postings=("p-hq",))).code == "no-such-posting"
    assert at.asks(open_review(last="2025-12-31")).code == "ends-before-start"
    assert at.asks(open_review(workplans=("wp-000000000000",))).code == "no-such-dossier"
    assert at.by(OFFICER).asks(open_review()).code == "not-allowed"
    assert at.by(MANAGER).asks(open_review()).made == ["ReviewOpened"]
    assert at.asks(ask(c.OpenReview, "twice", **open_review().model_dump(exclude={"command_id"}))).code == (
        "dossier-exists"
    )


def test_the_time_to_reply_is_ten_working_days_of_the_mission() -> None:
    # From Tuesday 5 May: ten working days with the weekend on Friday and Saturday end on Tuesday 19 May.
    assert review(opened()).now.reply_until.startswith("2026-05-19T")


# ── who sees it when ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_person_sees_it_first() -> None:
    at = opened()
    for who in (MANAGER, SECOND):
        assert at.by(who).asks(ask(c.ReadReview, who.code)).code == "subject-first"
    assert at.by(OFFICER).asks(ask(c.ReadReview, "mine")).made == ["ReviewRead"]
    assert review(at).status == "replying"
    for who in (MANAGER, SECOND):
        assert at.by(who).asks(ask(c.ReadReview, who.code)).made == ["ReviewRead"]


def test_who_does_not_open_it_holds_it_up_no_longer_than_their_time() -> None:
    at = opened().at("2026-05-19 17:59")
    assert at.by(MANAGER).asks(ask(c.ReadReview, "a")).code == "subject-first"
    assert at.at("2026-05-20 09:00").asks(ask(c.ReadReview, "b")).made == ["ReviewRead"]


def test_a_day_of_reading_is_one_event() -> None:
    at = seen()
    assert at.at("2026-05-05 17:00").asks(ask(c.ReadReview, "later")).made == []
    assert at.at("2026-05-06 09:00").asks(ask(c.ReadReview, "next day")).made == ["ReviewRead"]


@pytest.mark.parametrize("who", [DEPUTY, AUDITOR, DPO], ids=lambda a: a.code)
def test_nobody_else_reads_it(who: Any) -> None:
    assert seen().by(who).asks(ask(c.ReadReview, "x")).code == "not-allowed"


# ── what is said and contested ───────────────────────────────────────────────────────────────────────────────────


def test_words_are_sealed_and_come_from_the_three() -> None:
    at = seen()
    for who, part in ((OFFICER, "officer"), (MANAGER, "manager"), (SECOND, "second")):
        assert at.by(who).asks(ask(c.CommentReview, who.code, words=WORDS)).made == ["ReviewCommented"]
        assert review(at).comments[-1].part == part
    assert at.by(DEPUTY).asks(ask(c.CommentReview, "no", words=WORDS)).code == "not-allowed"


def test_an_item_is_contested_by_the_person_and_answered_by_the_second() -> None:
    at = seen()
    assert at.by(MANAGER).asks(ask(c.ContestItem, "m", **CONTEST)).code == "not-allowed"
    assert at.by(OFFICER).asks(ask(c.ContestItem, "o", **CONTEST)).made == ["ItemContested"]
    (one,) = review(at).open_contests
    answer = ask(c.AnswerContest, "a", contest=one.code, answer="stands", words=WORDS)
    assert at.by(MANAGER).asks(answer).code == "not-allowed"
    assert at.by(SECOND).asks(answer).made == ["ContestAnswered"]
    assert at.asks(ask(c.AnswerContest, "b", contest=one.code, answer="noted")).code == "contest-answered"
    assert at.asks(ask(c.AnswerContest, "c", contest="k-0", answer="noted")).code == "no-such-contest"
    assert review(at).open_contests == []


def test_what_is_contested_is_in_the_report_that_was_read() -> None:
    at = opened().by(OFFICER)
    assert at.asks(ask(c.ContestItem, "early", **CONTEST)).code == "review-unread"
    at.asks(ask(c.ReadReview, "read"))
    assert at.asks(ask(c.ContestItem, "x", **(CONTEST | {"positions": (4211,)}))).code == "contest-beyond"
    assert at.asks(ask(c.ContestItem, "y", **(CONTEST | {"figure": "late-ish"}))).code == "code-unknown"
    assert at.asks(ask(c.ContestItem, "z", **(CONTEST | {"ground": "boss"}))).code == "code-unknown"


# ── signing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_right_of_reply_comes_before_the_signatures() -> None:
    at = seen()
    for who in (MANAGER, SECOND):
        assert at.by(who).asks(sign()).code == "reply-first"
    assert at.by(OFFICER).asks(sign("disagrees")).made == ["ReviewSigned"]
    for who in (MANAGER, SECOND):
        assert at.by(who).asks(sign()).made == ["ReviewSigned"]
    assert review(at).status == "signed"
    assert review(at).now.signatures["officer"][0] == "disagrees"


def test_nobody_can_hold_it_up_by_not_signing() -> None:
    at = seen().at("2026-05-20 09:00")
    for who in (MANAGER, SECOND):
        assert at.by(who).asks(sign()).made == ["ReviewSigned"]
    assert review(at).status == "signed"
    assert "officer" not in review(at).now.signatures


def test_what_is_contested_is_answered_before_it_is_signed() -> None:
    at = seen()
    at.by(OFFICER).asks(ask(c.ContestItem, "o", **CONTEST))
    at.asks(sign("disagrees"))
    assert at.by(MANAGER).asks(sign()).code == "contests-open"
    (one,) = review(at).open_contests
    at.by(SECOND).asks(ask(c.AnswerContest, "a", contest=one.code, answer="stands"))
    assert at.by(MANAGER).asks(sign()).made == ["ReviewSigned"]


def test_who_signs_says_what_they_saw() -> None:
    at = seen().by(OFFICER)
    assert at.asks(sign("seen", LATER)).code == "review-changed"
    assert at.asks(sign("seen")).made == ["ReviewSigned"]
    assert at.asks(ask(c.SignReview, "again", digest=DIGEST, stance="agrees")).made == []
    assert at.by(MANAGER).asks(sign("disagrees")).code == "stance-officer"
    assert opened().by(OFFICER).asks(sign("seen")).code == "review-unread"


def again(size: int = 4300, digest: str = LATER) -> Any:
    return ask(c.MakeAgain, size=size, root=ROOT, digest=digest, causes=(4290,))


def test_a_report_made_again_before_signing_takes_the_place_of_the_former() -> None:
    at = seen()
    at.by(OFFICER).asks(sign("disagrees"))
    assert at.by(SECOND).asks(again(4210)).code == "review-not-later"
    assert at.asks(again(4300, DIGEST)).made == [], "nothing changed in it"
    assert at.asks(again()).made == ["ReviewMadeAgain"]
    found = review(at)
    assert (found.status, found.now.addendum, found.now.signatures) == ("unseen", False, {})
    assert at.by(MANAGER).asks(sign(digest=LATER)).code == "subject-first", (
        "the person sees the new one first"
    )


def test_a_correction_after_signing_adds_an_addendum() -> None:
    at = seen()
    at.by(OFFICER).asks(sign("agrees"))
    for who in (MANAGER, SECOND):
        at.by(who).asks(sign())
    assert at.by(MANAGER).asks(ask(c.CancelReview, "x", reason="wrong_period")).code == "review-signed"
    at.by(SECOND).asks(again())
    found = review(at)
    assert (found.status, found.now.addendum) == ("addendum", True)
    assert found.signed is not None and found.signed.digest == DIGEST, "what was signed stays what it was"
    at.by(OFFICER).asks(ask(c.ReadReview, "read it")).asks(sign("agrees", LATER))
    for who in (MANAGER, SECOND):
        at.by(who).asks(sign(digest=LATER))
    assert review(at).status == "signed"


# ── people change ────────────────────────────────────────────────────────────────────────────────────────────────


def replace(part: str, posting: str, mission: str = "Q", reason: str = "left") -> Any:
    return ask(c.ReplaceReviewer, part=part, posting=posting, posting_mission=mission, reason=reason)


def test_another_manager_takes_over_and_the_former_is_out() -> None:
    at = seen().by(DEPUTY)
    assert at.asks(replace("manager", "p-fp")).code == "two-others"
    assert at.asks(replace("manager", "p-hq", "HQ")).code == "two-others"
    assert at.asks(replace("manager", "p-dep", reason="because")).code == "code-unknown"
    assert at.asks(replace("manager", "p-hom")).made == []
    assert at.asks(replace("manager", "p-dep")).made == ["ReviewerReplaced"]
    assert at.by(MANAGER).asks(ask(c.CommentReview, "m", words=WORDS)).code == "not-allowed"
    at.by(OFFICER).asks(sign("seen"))
    assert at.by(DEPUTY).asks(sign()).made == ["ReviewSigned"]
    assert at.asks(replace("manager", "p-alt")).code == "review-part-signed"


def test_who_is_reviewed_does_not_choose_their_reviewers_whatever_their_role() -> None:
    at = stated().by(DEPUTY)
    about = {"postings": ("p-dep",), "manager": "p-hom"}
    assert at.asks(open_review(**about)).made == ["ReviewOpened"]
    assert at.asks(replace("manager", "p-alt")).code == "own-review"
    assert at.by(MANAGER).asks(replace("manager", "p-alt")).made == ["ReviewerReplaced"], "a head who is not"


def test_it_can_be_called_off_and_then_nothing_more_is_said() -> None:
    at = seen().by(MANAGER)
    assert (
        at.asks(ask(c.CancelReview, "r", reason="no reason at all".replace(" ", "_"))).code == "code-unknown"
    )
    assert at.asks(ask(c.CancelReview, "c", reason="opened_in_error")).made == ["ReviewCancelled"]
    assert at.by(OFFICER).asks(sign("seen")).code == "review-cancelled"


def test_a_review_is_its_own_missions() -> None:
    at = seen().by(SECOND)
    assert at.asks(ask(c.CommentReview, "x", mission="HQ", words=WORDS)).code == "no-such-dossier"
    other = ask(c.CommentReview, "y", review="rv-ffffffffffff", words=WORDS)
    assert at.asks(other).code == "not-allowed", "whether there is one is not told to who is no party"
