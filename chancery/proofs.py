"""What a task was proved with: listed from the log, and opened by who may, checked against it.

What serves a case is read like the case itself: on a ground, and recorded before anything is opened. What belongs to the
mission's own work is open to whoever is in post there.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final, Literal
from uuid import UUID

from chancery import parts
from chancery.cases import links, reading, record
from chancery.evidence import key_for, place_of
from chancery.keystore import KeyMissing, Shredded, VaultLocked
from chancery.office import Office
from chancery.parts import Place
from chancery.vault import GET, CommitmentMismatch, NotFound, fetch
from domain.envelope import Actor, Event
from domain.obligation import Obligation
from domain.refusals import Told

Copy = Literal["sealed", "elsewhere", "none", "locked", "destroyed"]
"""Whether a copy is kept: sealed in the vault; held elsewhere under a registry number; none, only its hash; the vault is locked, or
the key was destroyed, so that it cannot be told."""


class ProofRefused(Told):
    """A proof that is not shown."""

    sentences: Final = {  # type: ignore[misc]
        "no-copy": (
            "Only the hash of this evidence is in the log; the file stayed with whoever gave it.",
            "Seule l'empreinte de cette preuve est au journal ; le fichier est resté chez qui l'a donné.",
        ),
        "proof-not-yours": (
            "The evidence of mission {mission} is open to whoever is in post there.",
            "Les preuves de la mission {mission} sont ouvertes à qui y est en poste.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """One proof as the log has it. `bytes` is rounded up to 256; `digest` is keyed under the mission's key."""

    n: int
    kind: str
    marking: str
    bytes: int
    digest: str
    position: int
    copy: Copy


@dataclass(frozen=True, slots=True)
class OpenedProof:
    """A proof, opened and found to be what the log speaks of.

    `sha256` is the original's. `stripped` is the hash of the copy where the copy is a stripped mail, `dropped` what it lost.
    """

    listed: Listed
    name: str
    sha256: str
    content: bytes = b""
    number: str = ""
    stripped: str | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    basis: reading.Basis | None = None


def given(events: Iterable[Event], task: str) -> tuple[Event, list[Mapping[str, Any]]] | None:
    """The event that ended a task as done, and what it was proved with; None if it was proved with nothing."""
    for event in events:
        if event.type == "TaskCompleted" and event.data["task"] == task and event.data["evidence"]:
            return event, list(event.data["evidence"])
    return None


async def listed(office: Office, state: Obligation, events: Iterable[Event], task: str) -> list[Listed]:
    """What a task was proved with, and whether a copy is kept. Opens nothing, so it is no reading."""
    found = given(events, task)
    if found is None:
        return []
    event, rows = found
    copies = await _copies(office, state, event, rows)
    return [
        Listed(n, row["kind"], row["marking"], row["bytes"], row["digest"], event.position, copies[n - 1])
        for n, row in enumerate(rows, start=1)
    ]


async def opened(
    office: Office, actor: Actor, state: Obligation, one: Listed, command: str, reason: str | None = None
) -> OpenedProof:
    """Open a proof for somebody who may see it; of a case, that they did is recorded first. Checked against the log's digest.

    `command`: the id of the command that ended the task. Raises ProofRefused (`proof-not-yours`, `no-copy`), CaseRefused
    (`case-not-yours`, `reason-to-read`), Refused, VaultError (NotFound, CommitmentMismatch, Shredded, VaultLocked …).
    """
    basis = await _allowed(office, actor, state, reason)
    key = await key_for(office, state)
    place = place_of(office.vault, key, state.mission, command, one.n)
    manifest = await _manifest(office, place)
    keyed = office.vault.blind(f"mission:{state.mission}", "evidence", manifest["sha256"])
    if manifest["kind"] != one.kind or not compare_digest(keyed, one.digest):
        raise CommitmentMismatch("What is sealed is not the evidence that the log speaks of.")
    if "number" in manifest:
        return OpenedProof(one, "", manifest["sha256"], number=manifest["number"], basis=basis)
    content = await parts.joined(office.desk.log.pool, office.keys.get(key), place, manifest["parts"])
    mail = manifest.get("mail")
    own = hashlib.sha256(content).hexdigest()
    if not compare_digest(own, mail["sha256"] if mail else manifest["sha256"]):
        raise CommitmentMismatch("What is sealed is not the evidence that the log speaks of.")
    return OpenedProof(
        one, manifest["name"], manifest["sha256"], content, "",
        mail["sha256"] if mail else None, mail["dropped"] if mail else {}, basis,
    )  # fmt: skip


async def _allowed(
    office: Office, actor: Actor, state: Obligation, reason: str | None
) -> reading.Basis | None:
    """The ground for a case's proof, recorded; None for the mission's own work."""
    who = await reading.identified(office, actor)
    case, _ = await links.case_of(office.vault, office.desk.log.pool, state)
    if case is None:
        if who.kind != "officer" or who.mission != state.mission:
            raise ProofRefused("proof-not-yours", mission=state.mission)
        return None
    found = await record.known(office, case)
    basis = reading.ground(who, found.mission, found.obligations, office.desk.clock.now(), reason)
    await reading.record(office, case, who, basis, reason)
    return basis


async def _manifest(office: Office, place: Place) -> Mapping[str, Any]:
    found = await office.vault.find(office.desk.log.pool, [place.manifest], [place.key_id])
    words = found.get(place.manifest)
    if not isinstance(words, dict):
        raise ProofRefused("no-copy")
    return words


async def _copies(
    office: Office, state: Obligation, event: Event, rows: list[Mapping[str, Any]]
) -> list[Copy]:
    try:
        key = await key_for(office, state)
        places = [
            place_of(office.vault, key, state.mission, event.command, n).manifest
            for n in range(1, len(rows) + 1)
        ]
    except VaultLocked:
        return ["locked"] * len(rows)
    except (Shredded, KeyMissing, NotFound):
        return ["destroyed"] * len(rows)
    there: set[UUID] = {row[0] for row in await fetch(office.desk.log.pool, GET, [places])}
    return [
        "none" if place not in there else "sealed" if row["bytes"] else "elsewhere"
        for place, row in zip(places, rows, strict=True)
    ]
