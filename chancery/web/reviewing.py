"""Who stands how to a review, what of it is theirs to see, and whose turn it is: for the pages under `/reviews`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chancery import queries
from chancery.i18n import tr
from chancery.readings import book
from chancery.readings.entry import Basis, Form, Kind
from chancery.reviews import review_of
from chancery.telling.moments import local
from chancery.web.faults import NotHere
from chancery.web.house import House
from chancery.web.visitor import Visitor
from domain.envelope import Actor
from domain.kinds import instant
from domain.mission import Mission
from domain.refusals import Refused
from domain.review import Edition, Review

PARTS: Final = ("officer", "manager", "second")
_GROUNDS: Final[Mapping[str, Basis]] = {"manager": "manager", "second": "second", "head": "head"}


@dataclass(frozen=True, slots=True)
class Stand:
    """How a visitor stands to a review.

    `part`: `officer`, `manager`, `second`, or `head`: of the mission, who sees code, period and status alone. `posting`: of
    theirs, in which they are that. `actor`: as whom they act; None for the person concerned once
    that posting has ended. `mine`: every posting of theirs.
    """

    review: Review
    part: str
    posting: str
    actor: Actor | None
    mine: frozenset[str]
    mission: Mission

    @property
    def is_party(self) -> bool:
        """Whether the review is theirs: as the person concerned, the manager or the second person."""
        return self.part in PARTS

    def may_see(self, edition: Edition, now: datetime) -> bool:
        """Whether an edition's report is theirs to see: the person concerned comes first, or has had the time to."""
        return self.is_party and edition.may_be_seen_by(self.part, now)

    def has_opened(self, edition: Edition) -> bool:
        """Whether they opened just this report, and that stands in the log."""
        return any(one.by in self.mine and one.digest == edition.digest for one in self.review.readings)

    def is_shown(self, edition: Edition, now: datetime) -> bool:
        """Whether a page shows it to them: to open it is an entry of the log, which comes before."""
        kept = (
            self.actor is None and self.part == "officer"
        )  # who left the post can record nothing; it stays theirs to read
        return self.may_see(edition, now) and (kept or self.has_opened(edition))


async def postings_of(at: House, who: Visitor) -> frozenset[str]:
    """Every posting of a visitor, past ones too; none for the operator."""
    if who.is_operator:
        return frozenset()
    return frozenset(await at.here.directory.postings_of(at.here.pool, who.account.officer))


async def acting_in(at: House, posting: str) -> Actor | None:
    """Whoever acts in that posting today; None if it has ended or not begun."""
    for row in await queries.postings_by_code(at.here.log, [posting]):
        home = await at.here.desk.mission(row["mission"])
        if home.runs(posting, at.here.clock.now()):
            return Actor("officer", posting, home.code, home.role_of(posting))
    return None


async def stand_of(at: House, who: Visitor, code: str) -> Stand:
    """How they stand to the review of that code. Raises NotHere, as for what does not exist, for anybody who has no part in it."""
    try:
        review = await review_of(at.here, code)
    except Refused:
        raise NotHere("no-such-page") from None
    mine = await postings_of(at, who)
    mission = await at.here.desk.mission(review.mission)
    for part in PARTS:
        held = [p for p in sorted(mine) if review.part_of(p) == part]
        running = [(p, actor) for p in held if (actor := await acting_in(at, p)) is not None]
        if running:
            return Stand(review, part, *running[0], mine, mission)
        if (
            held and part == "officer"
        ):  # their own record stays theirs to read; the other two take part while they are in post
            return Stand(review, part, held[0], None, mine, mission)
    if who.is_head and who.home.code == review.mission and who.posting is not None:
        return Stand(review, "head", who.posting["posting"], who.actor, mine, mission)
    raise NotHere("no-such-page")


async def note(at: House, stand: Stand, kind: Kind, form: Form = "page") -> None:
    """Write down that somebody other than the person concerned is about to be shown a review; committed when this returns."""
    basis = _GROUNDS.get(stand.part)
    if basis is None:
        return
    await book.note(
        at.here,
        kind=kind,
        who=stand.posting,
        basis=basis,
        mission=stand.review.mission,
        of=stand.review.postings,
        form=form,
    )


def to_do(stand: Stand, now: datetime) -> list[str]:
    """What is theirs to do next, in words and with days; and if nothing is, what is waited for."""
    return list(_to_do(stand, now))


def _to_do(stand: Stand, now: datetime) -> Iterator[str]:
    review, edition = stand.review, stand.review.now
    until = local(edition.reply_until, stand.mission.clock.zone)
    late = now >= instant(edition.reply_until)
    if review.status == "cancelled":
        yield tr("The review was called off. Nothing is left to do.")
    elif review.status == "signed":
        yield tr("It is signed. Nothing is left to do, unless the record is corrected later.")
    elif stand.part == "officer":
        yield from _officer(stand, until)
    elif not stand.may_see(edition, now):
        yield tr(
            "The person concerned opens the report first. You may open it then, and from {until} at the latest.",
            until=until,
        )
    elif stand.part in edition.signatures:
        yield tr("You have signed. The others have still to.")
    elif not stand.has_opened(edition):
        yield tr("Open the report.")
    elif review.open_contests:
        n = len(review.open_contests)
        if stand.part == "second":
            yield tr("Answer what is contested ({n}). Nobody but you does, and nobody signs before.", n=n)
        else:
            yield tr("The second person answers what is contested ({n}). You sign after that.", n=n)
    elif "officer" not in edition.signatures and not late:
        yield tr(
            "You may sign once the person concerned has signed, and from {until} at the latest.", until=until
        )
    else:
        yield tr("Sign the report.")
    if stand.part == "manager" and review.corrected_since:
        yield tr("Something contested was corrected: have the report made again.")


def _officer(stand: Stand, until: str) -> Iterator[str]:
    edition = stand.review.now
    if edition.seen is None:
        yield tr(
            "Open the report. You see it first: nobody else is shown it before you, or before {until}.",
            until=until,
        )
    if "officer" in edition.signatures:
        yield tr("You have signed. The others have still to.")
    else:
        yield tr(
            "Read it, contest what is wrong, say what there is to say, and sign by {until}. After that the others may sign without you.",
            until=until,
        )
