"""Decisions on a review: who sees it when, who may say what, and what has to be answered before it is signed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from domain import commands as c
from domain import vocabulary
from domain.deadline import compute
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant, instant_text
from domain.mission import Mission
from domain.refusals import Refused
from domain.review import Review
from domain.term import Term

REPLY: Final = "10wd"
"""The person's time to answer before others may sign without them, in the mission's calendar."""


def decide(command: Any, state: Review, context: Any, now: datetime, actor: Actor) -> list[New]:
    """What a command makes of a review. `context` is the dossier's (mission, elsewhere, beside). Raises Refused."""
    if isinstance(command, c.OpenReview):
        return _open(command, state, context, now)
    if not state.version:
        raise Refused("no-such-dossier", dossier=f"review/{command.review}")
    if state.cancelled is not None:
        raise Refused("review-cancelled", review=state.code, reason=state.cancelled)
    return _DECIDE[type(command)](command, state, context, now, actor)


def _open(command: c.OpenReview, state: Review, context: Any, now: datetime) -> list[New]:
    if state.version:
        raise Refused("dossier-exists", dossier=f"review/{command.review}")
    context.beside[f"purpose/{c.PURPOSE}"].require()
    if command.last < command.first:
        raise Refused("ends-before-start", what=command.review, end=command.last, start=command.first)
    mission: Mission = context.mission
    if not any(p in mission.postings for p in command.postings):
        raise Refused(
            "no-such-posting", posting=command.postings[0], mission=command.mission, day=command.first
        )
    _reviewer(command.manager, command.manager_mission, context, now)
    _reviewer(command.second, command.second_mission, context, now)
    if command.manager in command.postings or command.second in (*command.postings, command.manager):
        raise Refused("two-others", dossier=f"review/{command.review}", posting=command.second)
    for code in command.workplans:
        plan = context.beside[f"workplan/{code}"]
        if not plan.version or plan.posting not in command.postings:
            raise Refused("no-such-dossier", dossier=f"workplan/{code}")
    return [
        New(
            "ReviewOpened",
            {
                "review": command.review,
                "mission": command.mission,
                "postings": sorted(set(command.postings)),
                "manager": command.manager,
                "manager_mission": command.manager_mission,
                "second": command.second,
                "second_mission": command.second_mission,
                "first": command.first,
                "last": command.last,
                "regime": command.regime,
                "size": command.size,
                "root": command.root,
                "digest": command.digest,
                "workplans": sorted(set(command.workplans)),
                "reply_until": _reply_until(mission, now),
            },
        )
    ]


def _reviewer(posting: str, code: str, context: Any, now: datetime) -> None:
    home: Mission = context.elsewhere[code]
    if not home.version or not home.runs(posting, now):
        day = home.day(now) if home.version else instant_text(now)[:10]
        raise Refused("no-such-posting", posting=posting, mission=code, day=day)


def _reply_until(mission: Mission, now: datetime) -> str:
    due = compute(Term.parse(REPLY), now, mission.clock, suspensions=mission.all_suspensions())
    return instant_text(due.due_at)


def _read(command: c.ReadReview, state: Review, context: Any, now: datetime, actor: Actor) -> list[New]:
    """Each day's first opening by each reader is one event; the person concerned opens it first."""
    part = state.part_of(actor.code)
    _seen_first(state, part, now)
    mission: Mission = context.mission
    today = mission.day(now)
    for one in state.readings:
        same = one.by == actor.code and one.digest == state.now.digest
        if same and mission.day(instant(one.at)) == today:
            return []
    return [New("ReviewRead", {"part": part or "other", "digest": state.now.digest})]


def _seen_first(state: Review, part: str | None, now: datetime) -> None:
    """Nobody sees it before the person concerned, unless they have had their time to."""
    if not state.now.may_be_seen_by(part, now):
        raise Refused("subject-first", review=state.code, until=state.now.reply_until)


def _comment(command: c.CommentReview, state: Review, _c: Any, now: datetime, actor: Actor) -> list[New]:
    part = _party(state, actor)
    _seen_first(state, part, now)
    code = f"c-{command.command_id.hex[:12]}"
    return [New("ReviewCommented", {"comment": code, "part": part, "words": dict(command.words)})]


def _contest(command: c.ContestItem, state: Review, _c: Any, _n: datetime, _a: Actor) -> list[New]:
    vocabulary.check("figure", command.figure, vocabulary.FIGURES)
    vocabulary.check("ground", command.ground, vocabulary.CONTEST_GROUNDS)
    if state.now.seen is None:
        raise Refused("review-unread", review=state.code)
    if any(position > state.now.size for position in command.positions):
        raise Refused("contest-beyond", review=state.code, size=state.now.size)
    data: dict[str, Any] = {
        "contest": f"k-{command.command_id.hex[:12]}",
        "figure": command.figure,
        "positions": sorted(set(command.positions)),
        "ground": command.ground,
    }
    if command.words is not None:
        data["words"] = dict(command.words)
    return [New("ItemContested", data)]


def _answer(command: c.AnswerContest, state: Review, _c: Any, _n: datetime, _a: Actor) -> list[New]:
    one = state.contests.get(command.contest)
    if one is None:
        raise Refused("no-such-contest", review=state.code, contest=command.contest)
    if one.answer is not None:
        raise Refused("contest-answered", contest=one.code, answer=one.answer)
    data: dict[str, Any] = {"contest": one.code, "answer": command.answer}
    if command.words is not None:
        data["words"] = dict(command.words)
    return [New("ContestAnswered", data)]


def _make_again(command: c.MakeAgain, state: Review, context: Any, now: datetime, _a: Actor) -> list[New]:
    if command.size <= state.now.size:
        raise Refused("review-not-later", review=state.code, size=state.now.size)
    if command.digest == state.now.digest:
        return []
    return [
        New(
            "ReviewMadeAgain",
            {
                "edition": len(state.editions) + 1,
                "addendum": state.signed is not None,
                "size": command.size,
                "root": command.root,
                "digest": command.digest,
                "causes": sorted(set(command.causes)),
                "reply_until": _reply_until(context.mission, now),
            },
        )
    ]


def _sign(command: c.SignReview, state: Review, _c: Any, now: datetime, actor: Actor) -> list[New]:
    part, edition = _party(state, actor), state.now
    _seen_first(state, part, now)
    if command.digest != edition.digest:
        raise Refused("review-changed", review=state.code, edition=edition.number)
    if part in edition.signatures:
        return []
    if part == "officer":
        if edition.seen is None:
            raise Refused("review-unread", review=state.code)
    else:
        if command.stance != "agrees":
            raise Refused("stance-officer", part=part)
        waiting = [one.code for one in state.open_contests]
        if waiting:
            raise Refused("contests-open", review=state.code, contests=", ".join(waiting))
        if "officer" not in edition.signatures and now < instant(edition.reply_until):
            raise Refused("reply-first", review=state.code, until=edition.reply_until)
    return [New("ReviewSigned", {"part": part, "digest": edition.digest, "stance": command.stance})]


def _replace(
    command: c.ReplaceReviewer, state: Review, context: Any, now: datetime, actor: Actor
) -> list[New]:
    _not_own(state, actor)
    vocabulary.check("reason", command.reason, vocabulary.REVIEWER_REASONS)
    _reviewer(command.posting, command.posting_mission, context, now)
    other = "second" if command.part == "manager" else "manager"
    if command.posting in (*state.postings, state.reviewers[other][0]):
        raise Refused("two-others", dossier=f"review/{command.review}", posting=command.posting)
    if state.reviewers[command.part] == (command.posting, command.posting_mission):
        return []
    if command.part in state.now.signatures:
        raise Refused("review-part-signed", review=state.code, part=command.part)
    return [
        New(
            "ReviewerReplaced",
            {
                "part": command.part,
                "posting": command.posting,
                "posting_mission": command.posting_mission,
                "reason": command.reason,
            },
        )
    ]


def _cancel(command: c.CancelReview, state: Review, _c: Any, _n: datetime, actor: Actor) -> list[New]:
    _not_own(state, actor)
    vocabulary.check("reason", command.reason, vocabulary.REVIEW_ENDS)
    if state.signed is not None:
        raise Refused("review-signed", review=state.code)
    return [New("ReviewCancelled", {"reason": command.reason})]


def _not_own(state: Review, actor: Actor) -> None:
    """Whoever is reviewed does not choose who reviews, whatever their role."""
    if actor.code in state.postings:
        raise Refused("own-review", review=state.code)


def _party(state: Review, actor: Actor) -> str:
    part = state.part_of(actor.code)
    if part is None:  # the policy lets only parties come here
        raise Refused("not-a-party", review=state.code)
    return part


_DECIDE: Final[Mapping[type[c.Command], Callable[..., list[New]]]] = {
    c.ReadReview: _read,
    c.CommentReview: _comment,
    c.ContestItem: _contest,
    c.AnswerContest: _answer,
    c.MakeAgain: _make_again,
    c.SignReview: _sign,
    c.ReplaceReviewer: _replace,
    c.CancelReview: _cancel,
}
