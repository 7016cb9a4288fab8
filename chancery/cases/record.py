"""What is noted of a case, and what reading it back gives. The words are sealed; that something was noted stands in the log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from chancery.cases import links, reading
from chancery.cases.codes import key_of, ref
from chancery.cases.entries import Risk, parsed, standing
from chancery.cases.refusals import CaseRefused
from chancery.keystore import KeyMissing
from chancery.office import Office, send
from chancery.sealing import VaultError
from chancery.streams import Receipt, as_event, obligation_stream
from chancery.vault import Opened
from domain import commands as c
from domain.casework import FIRST
from domain.commands import Entry
from domain.envelope import Actor
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

HOMES: Final = ("CASE-INTAKE", "KILLING", "TRIAL-OBS")
"""Where what is noted of a case lies: with its intake; a killing has none, nor has a trial that was imported by itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """A case: its mission as it stands, and every obligation that serves it, with the case's number in each."""

    case: str
    mission: Mission
    serving: tuple[tuple[Obligation, str], ...]

    @property
    def obligations(self) -> list[Obligation]:
        """The obligations alone."""
        return [one for one, _ in self.serving]

    def own(self, code: str) -> Obligation | None:
        """The obligation of that definition opened for this case, the open one or else the last opened; None if there is none."""
        found = [one for one, number in self.serving if one.code == code and number == FIRST]
        return max(found, key=lambda one: (one.is_open, one.opened), default=None)

    @property
    def home(self) -> Obligation:
        """Where notes lie. Raises CaseRefused `case-not-opened`."""
        for code in HOMES:
            found = self.own(code)
            if found is not None:
                return found
        raise CaseRefused("case-not-opened", case=self.case)


@dataclass(frozen=True, slots=True)
class Line:
    """One sealed entry, read back: where and when it was written, by which posting, and the words; or why they stay shut.

    `kind` is what it was sealed as (`case-note`, `sitting`, `case` …), `entry` the entry of a note.
    """

    position: int
    at: datetime
    recorded: datetime
    by: str
    obligation: str
    definition: str
    event: str
    kind: str
    entry: str | None
    content: Any
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A case as its reader sees it: every line in the order of the log, what serves it, and how serious it stands."""

    case: str
    mission: str
    basis: reading.Basis
    standing: str | None
    serving: tuple[Obligation, ...]
    lines: tuple[Line, ...]

    def of(self, entry: Entry) -> list[Line]:
        """The notes of one entry."""
        return [line for line in self.lines if line.entry == entry]


async def known(office: Office, case: str) -> Known:
    """A case as it stands. Raises CaseRefused `no-such-case`, Refused, VaultLocked, Shredded, BadInput."""
    key = key_of(case)
    try:
        code = office.keys.mission_of(key)
        office.keys.get(key)
    except KeyMissing:
        raise CaseRefused("no-such-case", mission="-", case=case) from None
    mission = await office.desk.mission(code)
    if not mission.version:
        raise Refused("no-such-mission", mission=code)
    indexed = await links.obligations_of(office.vault, office.desk.log.pool, case)
    serving = [(await office.desk.obligation(one), number) for one, number in indexed.items()]
    # A case that was taken out of a proceeding stays in its index: its wishes move nothing there any more.
    return Known(case, mission, tuple((one, number) for one, number in serving if number in one.cases))


async def note(
    office: Office,
    actor: Actor,
    case: str,
    entry: Entry,
    content: Mapping[str, Any],
    request: UUID | None = None,
) -> Receipt:
    """Write an entry down, sealed. `request`: the same id is carried out once.

    Raises CaseRefused (`bad-record` names the field, and no more), Refused, VaultError, Unavailable, Unknown.
    """
    words = parsed(entry, content)
    found = await known(office, case)
    return await put(office, actor, found, entry, words.model_dump(mode="json"), request or uuid4())


async def put(
    office: Office, actor: Actor, found: Known, entry: Entry, words: dict[str, Any], request: UUID
) -> Receipt:
    """Seal an entry that was parsed and note it at the case's home. Raises as `note` does."""
    home, own = found.home, uuid5(request, f"note {entry}")
    sealed = seal_note(office, found.case, entry, words, own)
    command = c.NoteCase(
        command_id=own, mission=home.mission, obligation=home.id, entry=entry, record=ref(sealed)
    )
    return await send(office, command, actor, [office.vault.statement([sealed])])


def seal_note(office: Office, case: str, entry: Entry, words: dict[str, Any], own: UUID) -> Any:
    """The sealed form of an entry, for the command of that id."""
    body = {"entry": entry, "content": words}
    return office.vault.seal(key_of(case), "case-note", body, reference=uuid5(own, "record"))


async def history(office: Office, actor: Actor, case: str, reason: str | None = None) -> History:
    """Everything sealed of a case, opened for somebody who may read it; that they did is recorded first.

    What is sealed of other cases of the same proceeding stays shut. Raises CaseRefused (`case-not-yours`,
    `reason-to-read`), Refused, VaultLocked, Shredded, KeyMissing.
    """
    found = await known(office, case)
    who = await reading.identified(office, actor)
    basis = reading.ground(who, found.mission, found.obligations, office.desk.clock.now(), reason)
    await reading.record(office, case, who, basis, reason)
    return await opened(office, found, basis)


async def opened(office: Office, found: Known, basis: reading.Basis) -> History:
    """The history, for who has been allowed to read it and recorded as its reader."""
    loaded = await office.desk.log.load([(obligation_stream(one.id), 0) for one in found.obligations])
    events = sorted((as_event(one) for stream in loaded.values() for one in stream), key=lambda e: e.position)
    codes = {obligation_stream(one.id): one.code for one in found.obligations}
    wanted = [(event, place) for event in events for place in _refs(event.data)]
    keys = (key_of(found.case), f"mission:{found.mission.code}")
    outcomes = await office.vault.open_many(
        office.desk.log.pool, [(UUID(place["ref"]), place["commit"]) for _, place in wanted], under=keys
    )
    lines: list[Line] = []
    for event, place in wanted:
        outcome = outcomes[UUID(place["ref"])]
        if getattr(outcome, "code", None) == "vault.shredded":
            continue  # another case's words: its key is not this case's
        kind, entry, content, refusal = _read(outcome)
        lines.append(
            Line(
                event.position, event.happened, event.recorded, event.by, event.stream.partition("/")[2],
                codes[event.stream], event.type, kind, entry, content, refusal,
            )
        )  # fmt: skip
    risks = [
        Risk.model_validate(line.content) for line in lines if line.entry == "risk" and line.refusal is None
    ]
    serving = tuple(sorted(found.obligations, key=lambda one: (one.opened, one.id)))
    return History(found.case, found.mission.code, basis, standing(risks), serving, tuple(lines))


def _read(outcome: Opened | VaultError) -> tuple[str, str | None, Any, str | None]:
    if isinstance(outcome, VaultError):
        return "", None, None, outcome.code
    content = outcome.plaintext
    if outcome.kind == "case-note" and isinstance(content, dict):
        return outcome.kind, str(content["entry"]), content["content"], None
    return (
        outcome.kind,
        None,
        content.decode("utf-8", "replace") if isinstance(content, bytes) else content,
        None,
    )


def _refs(data: Any) -> Iterator[Mapping[str, str]]:
    """Every reference to sealed words in an event, wherever it stands."""
    if isinstance(data, Mapping):
        if data.keys() == {"ref", "commit"}:
            yield data
        else:
            for value in data.values():
                yield from _refs(value)
    elif isinstance(data, list):
        for value in data:
            yield from _refs(value)
