"""A review: the record of a person for a period, which they see first, may answer and contest, and which is then signed.

The stream is `review/<code>`. The report itself is not stored: it is made again from the log at `size`, and its digest says
that it is the same. Its figures are the record's; this adds who saw it when, what was said, contested, answered and signed.
Nothing follows from a review by itself (Regulation (EU) 2018/1725, article 24).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain.envelope import Event
from domain.kinds import instant

PARTS: Final = ("officer", "manager", "second")
SIGNERS: Final = ("manager", "second")
"""Whose signatures make a review whole: nobody can hold it up by not signing, and nobody signs for the person concerned."""


@dataclass(slots=True)
class Edition:
    """A report as the log stood at `size`: its digest, who signed it (part → (stance, position, instant))."""

    number: int
    addendum: bool
    size: int
    root: str
    digest: str
    position: int
    at: str
    reply_until: str
    causes: list[int] = field(default_factory=list)
    signatures: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    seen: tuple[int, str] | None = None
    """Where and when the person concerned first opened it."""

    def may_be_seen_by(self, part: str | None, now: datetime) -> bool:
        """Whether it is shown to this part now (UTC): to the person concerned first, to the others then or after their time."""
        return part == "officer" or self.seen is not None or now >= instant(self.reply_until)

    @property
    def complete(self) -> bool:
        """Whether manager and second person have signed."""
        return all(part in self.signatures for part in SIGNERS)


@dataclass(slots=True)
class Contest:
    """An item that the person contests, and the answer, if there is one."""

    code: str
    edition: int
    figure: str
    positions: list[int]
    ground: str
    words: Mapping[str, str] | None
    position: int
    at: str
    answer: str | None = None
    answer_words: Mapping[str, str] | None = None
    answered_position: int = 0
    answered_at: str | None = None
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """Words that somebody added, sealed: by whom (part and posting), when, to which edition."""

    code: str
    part: str
    by: str
    edition: int
    words: Mapping[str, str]
    position: int
    at: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody opened it: as which part, or with which role; the posting; when; which edition."""

    part: str
    by: str
    role: str | None
    digest: str
    position: int
    at: str


@dataclass(slots=True)
class Review:
    """A review as its events say."""

    code: str = ""
    version: int = 0
    mission: str = ""
    postings: tuple[str, ...] = ()
    reviewers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """`manager` and `second` → (posting, mission)."""
    first: str = ""
    last: str = ""
    regime: str | None = None
    workplans: tuple[str, ...] = ()
    opened_at: str = ""
    opened_by: str = ""
    editions: list[Edition] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    contests: dict[str, Contest] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    cancelled: str | None = None

    def parties(self) -> Mapping[str, frozenset[str]]:
        """The person concerned, the manager, the second person."""
        found = {"subject": frozenset(self.postings)}
        for part, (posting, _) in self.reviewers.items():
            found[part] = frozenset({posting})
        return found

    def part_of(self, posting: str) -> str | None:
        """As what a posting takes part: `officer`, `manager`, `second`; None for anybody else."""
        if posting in self.postings:
            return "officer"
        return next((part for part, (code, _) in self.reviewers.items() if code == posting), None)

    @property
    def corrected_since(self) -> bool:
        """Whether a contest was answered with a correction after the last edition was made."""
        answered = (one for one in self.contests.values() if one.answer == "corrected")
        return any(one.answered_position > self.now.position for one in answered)

    def waits_for(self, posting: str, now: datetime) -> bool:
        """Whether there is something for this posting to do now (UTC): what `domain.reviewing` would let it do, and asks of it."""
        part, edition = self.part_of(posting), self.now
        if part is None or self.status in ("cancelled", "signed"):
            return False
        if part == "officer":
            return part not in edition.signatures
        if not edition.may_be_seen_by(part, now):
            return False
        if self.open_contests:
            return part == "second"
        late = now >= instant(edition.reply_until)
        return part not in edition.signatures and (late or "officer" in edition.signatures)

    @property
    def now(self) -> Edition:
        """The edition that is read and signed now: the last one made."""
        return self.editions[-1]

    @property
    def signed(self) -> Edition | None:
        """The edition that became the signed report (addenda follow it), or None."""
        return next((e for e in self.editions if e.complete and not e.addendum), None)

    @property
    def open_contests(self) -> list[Contest]:
        """What was contested and not answered yet."""
        return [one for one in self.contests.values() if one.answer is None]

    @property
    def status(self) -> str:
        """`cancelled`, `unseen` (the person has not opened it), `replying`, `signed`, or `addendum` (one waits for signatures)."""
        if self.cancelled is not None:
            return "cancelled"
        if self.now.complete:
            return "signed"
        if self.signed is not None:
            return "addendum"
        return "unseen" if self.now.seen is None else "replying"


def evolve(state: Review, event: Event) -> Review:
    """Apply one event, in place. KeyError on a type that a review cannot hold."""
    _EVOLVE[event.type](state, event.data, event)
    state.version = event.version
    return state


def _opened(s: Review, d: Mapping[str, Any], e: Event) -> None:
    s.code, s.mission, s.postings = d["review"], d["mission"], tuple(d["postings"])
    s.reviewers = {
        "manager": (d["manager"], d["manager_mission"]),
        "second": (d["second"], d["second_mission"]),
    }
    s.first, s.last, s.regime, s.workplans = d["first"], d["last"], d["regime"], tuple(d["workplans"])
    s.opened_at, s.opened_by = e.at, e.by
    s.editions = [Edition(1, False, d["size"], d["root"], d["digest"], e.position, e.at, d["reply_until"])]


def _read(s: Review, d: Mapping[str, Any], e: Event) -> None:
    s.readings.append(Reading(d["part"], e.by, e.actor.get("role"), d["digest"], e.position, e.at))
    if d["part"] == "officer":
        for edition in s.editions:
            if edition.digest == d["digest"] and edition.seen is None:
                edition.seen = (e.position, e.at)


def _commented(s: Review, d: Mapping[str, Any], e: Event) -> None:
    s.comments.append(Comment(d["comment"], d["part"], e.by, s.now.number, d["words"], e.position, e.at))


def _contested(s: Review, d: Mapping[str, Any], e: Event) -> None:
    s.contests[d["contest"]] = Contest(
        d["contest"],
        s.now.number,
        d["figure"],
        list(d["positions"]),
        d["ground"],
        d.get("words"),
        e.position,
        e.at,
    )


def _answered(s: Review, d: Mapping[str, Any], e: Event) -> None:
    one = s.contests[d["contest"]]
    one.answer, one.answer_words = d["answer"], d.get("words")
    one.answered_position, one.answered_at, one.answered_by = e.position, e.at, e.by


def _made_again(s: Review, d: Mapping[str, Any], e: Event) -> None:
    s.editions.append(
        Edition(
            d["edition"],
            d["addendum"],
            d["size"],
            d["root"],
            d["digest"],
            e.position,
            e.at,
            d["reply_until"],
            list(d["causes"]),
        )
    )


def _signed(s: Review, d: Mapping[str, Any], e: Event) -> None:
    s.now.signatures[d["part"]] = (d["stance"], e.position, e.at)


def _replaced(s: Review, d: Mapping[str, Any], _: Event) -> None:
    s.reviewers[d["part"]] = (d["posting"], d["posting_mission"])


def _cancelled(s: Review, d: Mapping[str, Any], _: Event) -> None:
    s.cancelled = d["reason"]


_EVOLVE: Final = {
    "ReviewOpened": _opened,
    "ReviewRead": _read,
    "ReviewCommented": _commented,
    "ItemContested": _contested,
    "ContestAnswered": _answered,
    "ReviewMadeAgain": _made_again,
    "ReviewSigned": _signed,
    "ReviewerReplaced": _replaced,
    "ReviewCancelled": _cancelled,
}
