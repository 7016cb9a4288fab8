"""Reviews as an office runs them: the report is drawn up here, words are sealed, and all of it goes through the desk.

A review's report knows its officer by a posting code alone, so that it can be made again after the directory has forgotten
whose it was. Words are sealed under the key of the posting that is reviewed: erase that entry, and they are gone.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

from chancery import queries
from chancery.evidence import sealed_note
from chancery.log.checkpoints import Kept
from chancery.log.store import EventLog, Pool
from chancery.office import Office, send
from chancery.queries import Row
from chancery.reports.signed import FOLDER
from chancery.reports.staff import StaffReport, staff_report
from chancery.sealing import VaultError
from chancery.streams import Receipt, as_event, dossier_stream
from domain import commands as c
from domain import dossier
from domain.envelope import Actor
from domain.refusals import Refused
from domain.review import Edition, Review

PATIENCE: Final = 2.5
"""Seconds that a report waits for a checkpoint of the log as it stands: one is signed at most a second after the log grew."""
MOST_WORDS: Final = 8000
"""Characters of a comment."""


class Place(Office, Protocol):
    """An installation, or a rehearsal's stand-in for one."""

    @property
    def pool(self) -> Pool:
        """The database."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening a review says: whose, by which posting of theirs, who reviews and who answers, for which days."""

    mission: str
    officer: str
    manager: str
    second: str
    first: date
    last: date
    regime: str | None = None
    workplans: tuple[str, ...] = ()


async def open_review(
    here: Place, actor: Actor, asked: Opening, request: UUID, checkpoints: Path | None = None
) -> Receipt:
    """Draw up the report as known now, and open the review on it. `request` is the command's id: sent twice, it opens one.

    `asked.officer`: an officer's administrative code, or a posting's. `checkpoints`: where the signer keeps them; a report
    rests on a signed size where there is one. Raises Refused, NoReport, VaultError, Unavailable, Unknown.
    """
    code = f"rv-{request.hex[:12]}"
    again = await _receipt(here, dossier_stream("review", code), request, actor)
    if again is not None:
        return again
    postings = await postings_of(here, asked.officer)
    rows = await queries.postings_by_code(here.desk.log, [*postings, asked.manager, asked.second])
    missions = {row["posting"]: str(row["mission"]) for row in rows}
    if not postings:
        raise Refused(
            "no-such-posting", posting=asked.officer, mission=asked.mission, day=asked.last.isoformat()
        )
    size = await signed_size(here.desk.log, checkpoints)
    report = await staff_report(
        here.desk.log, postings[0], postings, asked.first, asked.last, size, regime=asked.regime
    )
    command = c.OpenReview(
        command_id=request,
        mission=asked.mission,
        review=code,
        postings=tuple(postings),
        manager=asked.manager,
        manager_mission=missions.get(asked.manager, asked.mission),
        second=asked.second,
        second_mission=missions.get(asked.second, asked.mission),
        first=asked.first.isoformat(),
        last=asked.last.isoformat(),
        regime=asked.regime,
        size=size,
        root=report.data()["log"]["root"],
        digest=digest_of(report),
        workplans=asked.workplans,
    )
    return await send(here, command, actor)


async def make_again(
    here: Place,
    actor: Actor,
    code: str,
    request: UUID,
    causes: Sequence[int] = (),
    checkpoints: Path | None = None,
) -> Receipt:
    """The report as known now: in place of one that is not signed yet, after one that is as its addendum.

    `causes`: the positions of what was corrected since. Raises as `open_review`, and ReportChanged never.
    """
    again = await _receipt(here, dossier_stream("review", code), request, actor)
    if again is not None:
        return again
    review = await review_of(here, code)
    size = await signed_size(here.desk.log, checkpoints)
    report = await _made(here.desk.log, review, size)
    command = c.MakeAgain(
        command_id=request,
        mission=review.mission,
        review=code,
        size=size,
        root=report.data()["log"]["root"],
        digest=digest_of(report),
        causes=tuple(sorted(set(causes))),
    )
    return await send(here, command, actor)


async def _receipt(here: Place, stream: str, request: UUID, actor: Actor) -> Receipt | None:
    """The receipt of a command that was carried out before. It is looked for first: the log has grown since, so the report
    that is drawn up a second time is another one.
    """
    first = await here.desk.log.event_of_command(stream, request)
    if first is None or as_event(first).by != actor.code:
        return None
    return Receipt(first.position, first.leaf.hex(), (as_event(first).type,), stream, first.version, False)


async def postings_of(here: Place, officer: str) -> list[str]:
    """Every posting of an officer's code (or of a posting's officer) that stands in the log, the earliest first."""
    found = await here.directory.postings_of(here.pool, officer)
    if not found:
        named = (await here.directory.officers_of(here.pool, [officer]))[officer]
        found = await here.directory.postings_of(here.pool, named) if named != officer else [officer]
    rows = await queries.postings_by_code(here.desk.log, found)
    return [row["posting"] for row in sorted(rows, key=lambda row: (row["first"], row["posting"]))]


async def signed_size(log: EventLog, checkpoints: Path | None) -> int:
    """A size that covers everything that is in the log now: the next signed one, or the head where nothing signs."""
    head = await log.head()
    kept = Kept(checkpoints / FOLDER) if checkpoints is not None else None
    if kept is None or kept.latest() is None:
        return head
    waited = 0.0
    while waited < PATIENCE:
        found = kept.at_least(head)
        if found is not None:
            return found.checkpoint.size
        await asyncio.sleep(0.1)
        waited += 0.1
    return head


def digest_of(report: StaffReport) -> str:
    """SHA-256 of the report's data: what whoever signs has seen."""
    return hashlib.sha256(report.json().encode()).hexdigest()


# ── reading one ──────────────────────────────────────────────────────────────────────────────────────────────────


class ReportChanged(Exception):
    """The report made again is not the one that was signed: another program made it, or the log was altered."""

    code = "review.report-changed"

    def __init__(self, review: str, edition: int) -> None:
        super().__init__(
            f"{self.code}: the report of review {review}, edition {edition}, does not come out as it was signed; "
            "another version of the program made it, or the log was altered: `chancery log verify` says which."
        )
        self.review = review
        self.edition = edition


async def review_of(here: Place, code: str) -> Review:
    """A review as it stands. Raises Refused `no-such-dossier`."""
    found: Review = await here.desk.dossier("review", code)
    if not found.version:
        raise Refused("no-such-dossier", dossier=dossier_stream("review", code))
    return found


async def report_of(log: EventLog, review: Review, edition: Edition | None = None) -> StaffReport:
    """The report of an edition (the last), made again from the log. Raises ReportChanged where its digest is another."""
    wanted = edition if edition is not None else review.now
    report = await _made(log, review, wanted.size)
    if digest_of(report) != wanted.digest:
        raise ReportChanged(review.code, wanted.number)
    return report


async def _made(log: EventLog, review: Review, size: int) -> StaffReport:
    first, last = date.fromisoformat(review.first), date.fromisoformat(review.last)
    rows = await queries.postings_by_code(log, review.postings)
    postings = [r["posting"] for r in sorted(rows, key=lambda r: (r["first"], r["posting"]))]
    return await staff_report(log, postings[0], postings, first, last, size, regime=review.regime)


async def as_known(log: EventLog, code: str, position: int) -> Review:
    """A review as it stood at a position of the log. Raises Refused `no-such-dossier` if it had not begun."""
    stream = dossier_stream("review", code)
    events = [as_event(one) for one in await log.read_stream(stream, upto_position=position)]
    if not events:
        raise Refused("no-such-dossier", dossier=stream)
    found: Review = dossier.fold(stream, events)
    return found


async def reviews_for(
    log: EventLog, postings: Sequence[str] | None = None, mission: str | None = None
) -> list[Row]:
    """Reviews to which one of these postings is a party, or of a mission; the latest period first."""
    return await queries.dossiers(log, "review", parties=postings, mission=mission)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def key_of(review: Review) -> str:
    """The key under which the words of a review are sealed: that of the posting that is reviewed."""
    return f"posting:{review.postings[0]}"


async def words_of(here: Place, review: Review) -> dict[str, str | None]:
    """Reference → the words; None where they can be read no longer (their key was destroyed, or the vault is closed)."""
    refs: list[Mapping[str, str]] = [one.words for one in review.comments]
    for contest in review.contests.values():
        refs += [w for w in (contest.words, contest.answer_words) if w is not None]
    wanted = [(UUID(ref["ref"]), ref["commit"]) for ref in refs]
    found = await here.vault.open_many(here.pool, wanted, under=[key_of(review)])
    return {
        str(ref): None if isinstance(one, VaultError) else str(one.plaintext) for ref, one in found.items()
    }


async def say(
    here: Place, actor: Actor, code: str, request: UUID, kind: str, words: str, **more: Any
) -> Receipt:
    """`CommentReview`, `ContestItem` or `AnswerContest`, with its words sealed. Raises as `send`, and VaultError."""
    review = await review_of(here, code)
    kept = sealed_note(here, key_of(review), request, words.strip()[:MOST_WORDS])
    data = {"command_id": request, "mission": review.mission, "review": code, "words": kept.ref, **more}
    return await send(here, c.COMMANDS[kind].model_validate(data), actor, kept.sealed)
