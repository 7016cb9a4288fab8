"""The statement of what staff reports are for, as an office runs it: who stated it, with which words, for how long reports are kept.

The words (conditions, reasons) are sealed under the key of the mission of whoever states it; whoever is signed in may read them,
since it is their records that the statement is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from chancery.log.pipeline import Statement as Storing
from chancery.office import Office, send
from chancery.reviews import MOST_WORDS, Place
from chancery.sealing import VaultError
from chancery.streams import Receipt, as_event, dossier_stream
from domain import commands as c
from domain.envelope import Actor, Event
from domain.purpose import Purpose

STREAM: Final = dossier_stream("purpose", c.PURPOSE)


@dataclass(frozen=True, slots=True)
class Stated:
    """The statement as it stands: each one's words by position (None: they cannot be read), and its events, the oldest first."""

    purpose: Purpose
    words: Mapping[int, str | None]
    events: Sequence[Event]


async def stated(here: Place) -> Stated:
    """What was stated, and what happened to it."""
    purpose: Purpose = await here.desk.dossier("purpose", c.PURPOSE)
    events = [as_event(one) for one in await here.desk.log.read_stream(STREAM)]
    refs = {e.position: e.data["words"] for e in events if e.data.get("words")}
    opened = await here.vault.open_many(here.pool, [(UUID(r["ref"]), r["commit"]) for r in refs.values()])
    words = {}
    for position, ref in refs.items():
        found = opened[UUID(ref["ref"])]
        words[position] = None if isinstance(found, VaultError) else str(found.plaintext)
    return Stated(purpose, words, events)


async def state(
    here: Office, actor: Actor, request: UUID, months: int, opinion: str, words: str = ""
) -> Receipt:
    """Say, for one's own role, that staff reports may be made and how many months they are kept. Raises as `send`, and VaultError."""
    mission = str(actor.mission)
    event, storing = _sealed(here, mission, request, words)
    command = c.StatePurpose.model_validate(
        {
            "command_id": request,
            "mission": mission,
            "retention_months": months,
            "opinion": opinion,
            "words": event,
        }
    )
    return await send(here, command, actor, storing)


async def withdraw(here: Office, actor: Actor, request: UUID, words: str = "") -> Receipt:
    """Take one's own statement back: no new report is made until it is stated again. Raises as `send`, and VaultError."""
    mission = str(actor.mission)
    event, storing = _sealed(here, mission, request, words)
    command = c.WithdrawPurpose.model_validate({"command_id": request, "mission": mission, "words": event})
    return await send(here, command, actor, storing)


def _sealed(
    here: Office, mission: str, request: UUID, words: str
) -> tuple[dict[str, str] | None, list[Storing]]:
    if not words.strip():
        return None, []
    one = here.vault.seal(
        f"mission:{mission}", "purpose-words", words.strip()[:MOST_WORDS], uuid5(request, "words")
    )
    return one.event(), [here.vault.statement([one])]
