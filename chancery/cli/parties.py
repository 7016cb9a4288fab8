"""What the verbs of work plans and reviews share: whose they are, which posting is meant, and words that are never typed as arguments.

Whoever has no part in a work plan or a review is told what they would be told if it did not exist, the operator too.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chancery.cli.acting import actor_for, postings_of, running_postings
from chancery.cli.faults import Fault
from chancery.cli.state import state

if TYPE_CHECKING:
    from chancery.installation import Installation
    from domain.envelope import Actor
    from domain.review import Review
    from domain.workplan import WorkPlan

WordsFile = Annotated[
    Path | None,
    typer.Option("--words-file", metavar="FILE", help="The words, to be sealed; - reads standard input."),
]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: as whom they act, and every posting of theirs, past ones too (none for the operator)."""

    actor: Actor
    mine: frozenset[str]


async def reader_of(here: Installation, mission: str | None = None) -> Reader:
    """Whoever `--as` names. Raises Fault `who-acts`, `no-such-officer`, `which-posting`."""
    actor = await actor_for(here, mission)
    who = state().who
    if actor.kind != "officer" or who is None:
        return Reader(actor, frozenset())
    own = await here.directory.officers_of(here.pool, [actor.code])
    found = {row["posting"] for row in await postings_of(here, own.get(actor.code, who))}
    return Reader(actor, frozenset(found | {actor.code}))


async def review_for(here: Installation, code: str) -> tuple[Review, Actor]:
    """A review for one of its parties, and as whom they act in it. Raises Refused `no-such-dossier` for anybody else."""
    from chancery.reviews import review_of
    from domain.refusals import Refused

    review = await review_of(here, code)
    reader = await reader_of(here, review.mission)
    if any(review.part_of(posting) for posting in reader.mine):
        return review, reader.actor
    raise Refused("no-such-dossier", dossier=f"review/{code}")


async def plan_for(here: Installation, code: str) -> tuple[WorkPlan, Actor]:
    """A work plan for its officer or manager. Raises Refused `no-such-dossier` for anybody else."""
    from chancery.workplans import plan_of
    from domain.refusals import Refused

    plan = await plan_of(here, code)
    reader = await reader_of(here, plan.mission)
    if reader.mine & {plan.posting, plan.manager}:
        return plan, reader.actor
    raise Refused("no-such-dossier", dossier=f"workplan/{code}")


async def posting_named(here: Installation, who: str) -> tuple[str, str]:
    """The posting that is meant, and its mission: a posting's own code, or the one that an officer holds today. Raises Fault."""
    for row in await postings_of(here, who):
        if row["posting"] == who:
            return str(row["posting"]), str(row["mission"])
    running = await running_postings(here, who)
    if len(running) > 1:
        names = ", ".join(f"{row['posting']} ({row['mission']} {row['post']})" for row in running)
        raise Fault(
            "which-posting", "{who} serves in several posts: {names}. Give the posting.", who=who, names=names
        )
    return str(running[0]["posting"]), str(running[0]["mission"])


async def rows_for(here: Installation, room: str) -> list[dict[str, Any]]:
    """The plans or reviews of whoever asks; for a head, the mission's too. Code, period and status only."""
    from chancery import queries
    from domain.policy import RULES

    reader = await reader_of(here)
    found = await queries.dossiers(here.log, room, parties=sorted(reader.mine)) if reader.mine else []
    home = await here.desk.mission(reader.actor.mission) if reader.actor.mission else None
    if home is not None and home.role_of(reader.actor.code) in RULES["OpenReview"]:
        known = {row["code"] for row in found}
        more = await queries.dossiers(here.log, room, mission=home.code)
        found += [row for row in more if row["code"] not in known]
    keys = ("code", "mission", "first", "last", "status")
    return [
        {key: row[key] for key in keys} | {"mine": bool(set(row["parties"]) & reader.mine)} for row in found
    ]


def words_from(file: Path | None, *, needed: bool = False) -> str:
    """The words in a file or on standard input; nothing of what they say is ever repeated. Raises Fault."""
    from chancery.reviews import MOST_WORDS

    if file is None:
        if needed:
            raise Fault("usage", "Give the words: --words-file FILE, or - for standard input.")
        return ""
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        text = raw.decode("utf-8").strip()
    except OSError:
        raise Fault("no-such-file", "{file} cannot be read.", file=file) from None
    except UnicodeDecodeError:
        raise Fault("usage", "{file} is not text in UTF-8.", file=file) from None
    if not text:
        raise Fault("usage", "{file} holds no words.", file=file)
    if len(text) > MOST_WORDS:
        raise Fault("usage", "{file} is longer than {most} characters.", file=file, most=MOST_WORDS)
    return text
