"""What a wish that was taken back brought down: tasks, a publication; and what was shared and is now called back."""

from dataclasses import dataclass
from typing import Final

from chancery.cases.consent import CONSULT
from chancery.cases.record import Known
from chancery.office import Registry
from chancery.streams import as_event, obligation_stream
from domain.casework import Disclosure
from domain.obligation import Obligation

RECALL: Final = "recall"


@dataclass(frozen=True, slots=True)
class Task:
    """A task that fell away: of which obligation and step."""

    obligation: Obligation
    step: str


@dataclass(frozen=True, slots=True)
class Fallen:
    """What one withdrawal did. `gates` shut with it; `recalls`: what was shared behind one of them, to be called back."""

    gates: tuple[str, ...]
    tasks: tuple[Task, ...]
    publications: tuple[Obligation, ...]
    recalls: tuple[Disclosure, ...]


async def fallen(office: Registry, found: Known, position: int) -> Fallen | None:
    """What the command did whose event lies at `position`; None if that is no withdrawal of this case's.

    Read from the log and the case's links alone: nothing that was said is opened.
    """
    consult = found.own(CONSULT)
    if consult is None:
        return None
    loaded = await office.desk.log.load([(obligation_stream(one.id), 0) for one in found.obligations])
    events = {one.id: [as_event(e) for e in loaded[obligation_stream(one.id)]] for one in found.obligations}
    own = next((e for of in events.values() for e in of if e.position == position), None)
    if own is None:
        return None
    gates: list[str] = []
    tasks: list[Task] = []
    publications: list[Obligation] = []
    for one in found.obligations:
        for event in events[one.id]:
            if event.command != own.command:
                continue
            if event.type == "GateSet" and not event.data["open"] and one.id == consult.id:
                gates.append(event.data["gate"])
            elif event.type == "TaskCancelled":
                tasks.append(Task(one, one.tasks[event.data["task"]].step))
            elif event.type == "PublicationCancelled":
                publications.append(one)
    if not gates:
        return None
    recalls = tuple(d for d in consult.disclosures if d.gate in gates)
    return Fallen(tuple(gates), tuple(tasks), tuple(publications), recalls)
