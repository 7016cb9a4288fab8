"""The statement of what staff reports are for, as an office runs it: who stated it, with which words, for how long reports are kept.

The words (conditions, reasons) are sealed under the key of the mission of whoever states it; whoever is signed in may read them,
since it is their records that the statement is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chancery.evidence import sealed_note
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
    kept = sealed_note(here, f"mission:{mission}", request, words.strip()[:MOST_WORDS])
    command = c.StatePurpose.model_validate(
        {
            "command_id": request,
            "mission": mission,
            "retention_months": months,
            "opinion": opinion,
            "words": kept.ref,
        }
    )
    return await send(here, command, actor, kept.sealed)


async def withdraw(here: Office, actor: Actor, request: UUID, words: str = "") -> Receipt:
    """Take one's own statement back: no new report is made until it is stated again. Raises as `send`, and VaultError."""
    mission = str(actor.mission)
    kept = sealed_note(here, f"mission:{mission}", request, words.strip()[:MOST_WORDS])
    command = c.WithdrawPurpose.model_validate({"command_id": request, "mission": mission, "words": kept.ref})
    return await send(here, command, actor, kept.sealed)
