"""What a defender agrees to, kind by kind, and takes back. One wish changes the gates of all that serves the case at once.

Who spoke, over which channel, and in which words is sealed. The log says that a gate opened or shut, and when it lapses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from chancery.cases import reading
from chancery.cases.codes import ref
from chancery.cases.entries import By, Channel, parsed
from chancery.cases.merging import same_as
from chancery.cases.opening import open_for
from chancery.cases.record import Known, known, seal_note
from chancery.cases.refusals import CaseRefused
from chancery.office import Office, send
from chancery.streams import Receipt, obligation_stream
from domain import commands as c
from domain.casework import KINDS
from domain.envelope import Actor
from domain.kinds import instant
from domain.obligation import Obligation
from domain.refusals import Refused

CONSULT: Final = "CONSULT"


@dataclass(frozen=True, slots=True)
class Gate:
    """One kind of action as it stands: agreed to or not (None: never asked), until when (UTC; None: no end was said)."""

    kind: str
    open: bool | None
    until: datetime | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said: by whom, over which channel, and what was explained to them. All of it is sealed."""

    by: By
    channel: Channel
    words: str = ""
    explained: tuple[str, ...] = ()


async def agree(
    office: Office,
    actor: Actor,
    case: str,
    kinds: Mapping[str, datetime | None],
    wish: Wish,
    request: UUID | None = None,
) -> list[Receipt]:
    """Record that these kinds of action are agreed to, each until an instant (None: until it is taken back).

    Kinds that end at the same time go in one transaction. Raises CaseRefused (`no-such-kind`, `nothing-named`,
    `bad-record`), Refused (`ends-before-start`), VaultError, Unavailable, Unknown.
    """
    check_kinds(kinds)
    asked = request or uuid4()
    by_end: dict[datetime | None, list[str]] = {}
    for kind, until in kinds.items():
        by_end.setdefault(until, []).append(kind)
    agreed = {
        kind: None if until is None else until.astimezone(UTC).isoformat() for kind, until in kinds.items()
    }
    words = _words(wish, {"agreed": agreed})
    return [
        await _set(office, actor, case, words, uuid5(asked, f"agree {number}"), opened=named, lapses=until)
        for number, (until, named) in enumerate(by_end.items())
    ]


async def withdraw(
    office: Office, actor: Actor, case: str, kinds: Iterable[str], wish: Wish, request: UUID | None = None
) -> Receipt:
    """Record that these kinds of action are refused or agreed to no more. What is pending behind them falls at once.

    It holds under every code that the case was merged with: it is one person's wish. Raises as `agree` does.
    """
    named = list(dict.fromkeys(kinds))
    check_kinds(named)
    words, asked = _words(wish, {"withdrawn": named}), request or uuid4()
    receipt = await _set(office, actor, case, words, uuid5(asked, "withdraw"), closed=named)
    for number, other in enumerate(await same_as(office, case)):
        if (await known(office, other)).own(CONSULT) is not None:
            again = uuid5(asked, f"withdraw {number}")
            await _set(office, actor, other, words, again, closed=named)
    return receipt


async def standing(office: Office, actor: Actor, case: str, reason: str | None = None) -> list[Gate]:
    """Every kind of action as it stands. What somebody agreed to is about them: who asks must be allowed to read the case,
    and is recorded. Raises as `record.history` does, and CaseRefused `not-consulted`.
    """
    found = await known(office, case)
    who = await reading.identified(office, actor)
    basis = reading.ground(who, found.mission, found.obligations, office.desk.clock.now(), reason)
    consult = consultation_in(found)
    await reading.record(office, case, who, basis, reason)
    return gates_of(consult)


def gates_of(consult: Obligation | None) -> list[Gate]:
    """Every kind of action as a consultation has it; without one, nothing was asked yet."""
    gates = []
    for kind in KINDS:
        gate = f"consent:{kind}"
        if consult is None:
            gates.append(Gate(kind, None, None, None))
            continue
        ends = [instant(at) for (name, _), at in consult.lapses.items() if name == gate]
        gates.append(Gate(kind, consult.gates.get(gate), max(ends, default=None), consult.basis.get(gate)))
    return gates


async def _set(
    office: Office,
    actor: Actor,
    case: str,
    words: dict[str, Any],
    own: UUID,
    *,
    opened: Iterable[str] = (),
    closed: Iterable[str] = (),
    lapses: datetime | None = None,
) -> Receipt:
    """Change the gates in the consultation and in everything that serves the case; then once more in what came meanwhile.

    An obligation opened while this was decided took the gates as they stood before: it is found by looking again.
    """
    found = await known(office, case)
    consult = await consulted(office, actor, found, own)
    sealed = seal_note(office, case, "consent", words, own)
    gates = c.SetGates(
        command_id=own,
        mission=consult.mission,
        obligation=consult.id,
        others=others_of(found, consult),
        opened=tuple(f"consent:{kind}" for kind in opened),
        closed=tuple(f"consent:{kind}" for kind in closed),
        lapses=lapses,
        record=ref(sealed),
    )
    try:
        receipt = await send(office, gates, actor, [office.vault.statement([sealed])])
        told = set(gates.others)
    except Refused as refused:
        receipt, told = await _carried_out(office, gates, refused), set[str]()
    after = others_of(await known(office, case), consult)
    late = {one: number for one, number in after.items() if one not in told}
    if late:
        again = uuid5(own, "late " + " ".join(sorted(late)))
        more = {"command_id": again, "others": late, "record": None}
        await send(office, gates.model_copy(update=more), actor)
    return receipt


async def _carried_out(office: Office, gates: c.SetGates, refused: Refused) -> Receipt:
    """The receipt of the very same wish, sent before while the case had fewer obligations. Else raises the refusal."""
    stream = obligation_stream(gates.obligation)
    seen = await office.desk.log.event_of_command(stream, gates.command_id)
    if refused.code != "command-reused" or seen is None or seen.event["data"].get("record") != gates.record:
        raise refused
    return Receipt(seen.position, seen.leaf.hex(), (seen.event["type"],), stream, seen.version, False)


def others_of(found: Known, consult: Obligation) -> dict[str, str]:
    """What else serves the case in the consultation's mission and is open → the case's number there."""
    return {
        one.id: number
        for one, number in found.serving
        if one.id != consult.id and one.is_open and one.mission == consult.mission
    }


async def consulted(office: Office, actor: Actor, found: Known, own: UUID) -> Obligation:
    """The case's consultation, opened if nobody has yet: what somebody says in the first call counts from then."""
    if found.own(CONSULT) is None:
        home, opening = found.home.id, uuid5(own, "consult")
        await open_for(office, actor, found.mission, found.case, CONSULT, opening, parent=home)
        found = await known(office, found.case)
    return consultation_in(found)


def consultation_in(found: Known) -> Obligation:
    """The case's consultation. Raises CaseRefused `not-consulted`."""
    consult = found.own(CONSULT)
    if consult is None:
        raise CaseRefused("not-consulted", case=found.case)
    return consult


def check_kinds(kinds: Iterable[str]) -> None:
    """Pass kinds of action that can be agreed to. Raises CaseRefused `nothing-named`, `no-such-kind`."""
    named = list(kinds)
    if not named:
        raise CaseRefused("nothing-named", kinds=", ".join(KINDS))
    for kind in named:
        if kind not in KINDS:
            raise CaseRefused("no-such-kind", kind=kind, kinds=", ".join(KINDS))


def _words(wish: Wish, more: dict[str, Any]) -> dict[str, Any]:
    said = {"by": wish.by, "channel": wish.channel, "words": wish.words, "explained": list(wish.explained)}
    return parsed("consent", said | more).model_dump(mode="json")
