"""Two codes that turn out to be one person are merged, and separated again if they were not.

Each code keeps its key, its obligations and what was noted under it; that they are one is noted under both, sealed. What
the person takes back, they take back under every code.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4, uuid5

from chancery.cases.codes import key_of, ref
from chancery.cases.entries import parsed
from chancery.cases.intake import INTAKE
from chancery.cases.opening import open_for
from chancery.cases.reading import LEADS, identified
from chancery.cases.record import Known, known, seal_note
from chancery.cases.refusals import CaseRefused
from chancery.office import Office, send
from chancery.streams import Receipt
from domain import commands as c
from domain.envelope import Actor
from domain.refusals import Refused

CASEWORK: Final = Actor("engine", "casework")
"""Who ends an intake that two codes share: no person decides that in the procedure's place."""


async def merge(
    office: Office, actor: Actor, keep: str, drop: str, *, words: str = "", request: UUID | None = None
) -> None:
    """Two codes are one case: each says so, sealed under its own key, and the intake of `drop` ends as superseded.

    What was noted under either stays where it is. Raises CaseRefused (`same-case`, `already-merged`), Refused, VaultError.
    """
    asked = request or uuid4()
    first, second = await _both(office, actor, keep, drop)
    into = (await _said(office, second)).into
    for found, other in (
        (first, (await _said(office, first)).into),
        (second, into if into != keep else None),
    ):
        if other is not None:
            raise CaseRefused("already-merged", case=found.case)
    if into is None:
        await _say(office, actor, first, {"merged": drop}, words, uuid5(asked, "keep"))
        await _say(office, actor, second, {"merged-into": keep}, words, uuid5(asked, "drop"))
    intake = second.own(INTAKE)
    if intake is not None and intake.is_open:
        closing = c.CloseObligation(
            command_id=uuid5(asked, "superseded"),
            mission=second.mission.code,
            obligation=intake.id,
            outcome="superseded",
        )
        await send(office, closing, CASEWORK)


async def separate(
    office: Office, actor: Actor, keep: str, drop: str, *, words: str = "", request: UUID | None = None
) -> str:
    """Undo a merge: each says so, and `drop` gets an intake again, a new one. Returns its id.

    Raises CaseRefused (`not-merged`), Refused, VaultError.
    """
    asked = request or uuid4()
    first, second = await _both(office, actor, keep, drop)
    if (await _said(office, second)).into != keep:
        raise CaseRefused("not-merged", case=drop, other=keep)
    before = sum(1 for one in second.obligations if one.code == INTAKE)  # each undoing takes a new id
    await _say(office, actor, first, {"separated": drop}, words, uuid5(asked, "keep"))
    await _say(office, actor, second, {"separated-from": keep}, words, uuid5(asked, "drop"))
    again, _ = await open_for(
        office, actor, second.mission, drop, INTAKE, uuid5(asked, "intake"), again=f".{before}"
    )
    return again


async def _both(office: Office, actor: Actor, keep: str, drop: str) -> tuple[Known, Known]:
    if keep == drop:
        raise CaseRefused("same-case", case=keep)
    first, second = await known(office, keep), await known(office, drop)
    if first.mission.code != second.mission.code:
        raise CaseRefused("no-such-case", mission=first.mission.code, case=drop)
    who = await identified(office, actor)
    if who.mission != first.mission.code or who.role not in LEADS:
        raise Refused(
            "not-allowed",
            role=who.role or who.kind,
            command="MergeCases",
            who=", ".join(sorted(LEADS)),
            rule="MergeCases",
        )
    return first, second


async def _say(
    office: Office, actor: Actor, found: Known, more: dict[str, str], words: str, own: UUID
) -> Receipt:
    """Note a merge, or its undoing, with the case. The other code stands in the sealed words and nowhere else."""
    said = parsed("note", {"kind": "merge", "words": words or "-", "more": more}).model_dump(mode="json")
    sealed = seal_note(office, found.case, "note", said, own)
    home = found.home
    noting = c.NoteCase(
        command_id=own, mission=home.mission, obligation=home.id, entry="note", record=ref(sealed)
    )
    return await send(office, noting, actor, [office.vault.statement([sealed])])


@dataclass(slots=True)
class _Said:
    """What a case's own notes say of merging: the code it was merged into, and those merged into it."""

    into: str | None
    taken: set[str]


async def same_as(office: Office, case: str) -> list[str]:
    """Every other code of the same person, through any number of merges, in order. Raises VaultError."""
    found: set[str] = set()
    ask = [case]
    while ask:
        code = ask.pop()
        if code not in found:
            found.add(code)
            said = await _said(office, await known(office, code))
            ask += [*said.taken, *([said.into] if said.into else [])]
    return sorted(found - {case})


async def _said(office: Office, found: Known) -> _Said:
    by_age = sorted(found.obligations, key=lambda one: one.opened)
    noted = [place for one in by_age for place in one.noted.get("note", [])]
    outcomes = await office.vault.open_many(
        office.desk.log.pool, [(UUID(p["ref"]), p["commit"]) for p in noted], under=(key_of(found.case),)
    )
    said = _Said(None, set())
    for outcome in outcomes.values():
        content = getattr(outcome, "plaintext", None)
        for what, code in (content["content"]["more"] if isinstance(content, dict) else {}).items():
            match what:
                case "merged":
                    said.taken.add(code)
                case "separated":
                    said.taken.discard(code)
                case "merged-into":
                    said.into = code
                case "separated-from":
                    said.into = None
                case _:
                    pass
    return said
