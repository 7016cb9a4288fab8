"""Which cases somebody may open, and what serves them. No table names a case: it is found by its key, or from a task's own link.

To list is not to read: only the sealed links between cases and obligations are opened, never a word about anybody, and nothing
of it is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select

from chancery.cases import links
from chancery.cases.reading import LEADS
from chancery.inbox import Place
from chancery.keystore import Shredded, VaultLocked
from chancery.office import Office
from chancery.queries import Row, rows
from chancery.vault import Opened
from chancery.views import tables as v
from domain.envelope import Actor

PREFIX: Final = "case:"


@dataclass(frozen=True, slots=True)
class Listed:
    """One case in a list: what serves it (rows of the view of obligations), and when something of it is due next (UTC)."""

    case: str
    serving: tuple[Row, ...]

    @property
    def is_open(self) -> bool:
        """Whether anything serves it still."""
        return any(one["status"] == "open" for one in self.serving)

    @property
    def next_due(self) -> Any:
        """The soonest instant (UTC) at which something is due; None if nothing is."""
        return min((one["next_due"] for one in self.serving if one["next_due"]), default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """The codes of the cases that somebody may open, in order. `locked`: some may be missing, their vault is closed."""

    cases: tuple[str, ...]
    locked: bool = False


async def openable(office: Office, who: Actor, whose: Place) -> Found:
    """Every case that an identified actor may open without giving a reason: as lead of its mission, or as holder of a task.

    `whose`: their inbox, which knows for whom they stand in. Raises KeyMissing.
    """
    cases, locked = await _held(office, whose)
    if who.kind == "officer" and who.role in LEADS and who.mission is not None:
        locked |= office.keys.locked(who.mission)
        if not office.keys.locked(who.mission):
            cases |= {key.removeprefix(PREFIX) for key in office.keys.keys(who.mission, "case")}
    return Found(tuple(sorted(cases)), locked)


async def _held(office: Office, whose: Place) -> tuple[set[str], bool]:
    """The cases that the open tasks of a holder serve: each obligation's sealed link says which."""
    refs: dict[UUID, str] = {}
    for id_ in await _held_obligations(office, whose):
        state = await office.desk.obligation(id_)
        refs |= {UUID(subject["ref"]): subject["commit"] for subject in state.cases.values()}
    if not refs:
        return set(), False
    opened = await office.vault.open_many(office.desk.log.pool, refs.items())
    found = {
        str(one.plaintext["case"])
        for one in opened.values()
        if isinstance(one, Opened) and isinstance(one.plaintext, dict) and one.plaintext.get("case")
    }
    return found, any(isinstance(one, VaultLocked) for one in opened.values())


async def _held_obligations(office: Office, whose: Place) -> list[str]:
    t, o = v.task, v.obligation
    mine = t.c.posting.in_(whose.holders)
    instead = [
        (t.c.mission == whose.mission.code)
        & (t.c.posting == away)
        & (t.c.definition.in_(list(scope)) if scope else t.c.posting == away)
        for away, scope in sorted(whose.stands_in.items())
    ]
    query = (
        select(t.c.obligation)
        .distinct()
        .where(t.c.status == "open", o.c.id == t.c.obligation, o.c.case_bound, or_(mine, *instead))
    )
    return [row["obligation"] for row in await rows(office.desk.log, query)]


async def listed(office: Office, cases: Sequence[str]) -> list[Listed]:
    """What serves each of these cases: the soonest due first, then those that are open without a date, ended ones last."""
    found = [(case, await _obligations(office, case)) for case in cases]
    known = await _rows(office, {id_ for _, ids in found for id_ in ids})
    made = [Listed(case, tuple(known[id_] for id_ in ids if id_ in known)) for case, ids in found]
    return sorted(
        made,
        key=lambda one: (
            not one.is_open,
            one.next_due is None,
            one.next_due and one.next_due.isoformat(),
            one.case,
        ),
    )


async def _obligations(office: Office, case: str) -> list[str]:
    try:
        return list(await links.obligations_of(office.vault, office.desk.log.pool, case))
    except Shredded:
        return []  # destroyed since the keys were listed


async def _rows(office: Office, ids: Iterable[str]) -> dict[str, Row]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    query = select(v.obligation).where(v.obligation.c.id.in_(wanted))
    return {row["id"]: row for row in await rows(office.desk.log, query)}
