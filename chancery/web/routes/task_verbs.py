"""What a task's forms ask for: each verb reads its own fields and becomes one command."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chancery.evidence import Proofs, key_for, sealed_note
from chancery.i18n import tr
from chancery.log.pipeline import Statement
from chancery.streams import Receipt
from chancery.web.evidence_form import proofs_of
from chancery.web.faults import FormFault
from chancery.web.forms import Sent, command, hand_in
from chancery.web.house import House
from chancery.web.may import may
from chancery.web.visitor import Visitor
from domain.mission import Mission
from domain.obligation import Obligation


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of a task's page that was sent."""

    verb: str
    form: Sent
    who: Visitor
    state: Obligation
    mission: Mission
    task: str


Fields = dict[str, Any]
Read = Callable[[House, Asked], Awaitable[tuple[Fields, list[Statement]]]]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done: the command that it becomes, and what reads its fields."""

    command: str
    read: Read


async def carry_out(at: House, asked: Asked) -> Receipt:
    """Read the form and hand the command in. Raises FormFault, Refused, BadInput, VaultError, Unavailable, Unknown."""
    verb = VERBS[asked.verb]
    fields, sealed = await verb.read(at, asked)
    made = command(
        verb.command,
        command_id=asked.form.command_id,
        mission=asked.state.mission,
        obligation=asked.state.id,
        task=asked.task,
        seen=asked.form.number("seen"),
        **fields,
    )
    return await hand_in(at, made, asked.who.actor, sealed)


async def _nothing(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    return {}, []


async def _reason(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    return {"reason": asked.form.need("reason")}, []


async def _words(at: House, asked: Asked) -> tuple[Any, list[Statement]]:
    """The sealed note of a form, if something was written."""
    note = asked.form.maybe("note")
    if note is None:
        return None, []
    words = sealed_note(at.here, await key_for(at.here, asked.state), asked.form.command_id, note)
    return words.ref, words.sealed


async def _complete(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    form, zone = asked.form, asked.mission.clock.zone
    now = at.here.clock.now()
    allowed = may("CompleteTask", asked.who.actor, asked.mission, now, asked.state, asked.task)
    # Nothing is stored for somebody whom the rules refuse; the desk says why.
    proofs = await proofs_of(at, form, asked.state, asked.task) if allowed else Proofs()
    note, sealed = await _words(at, asked)
    step = asked.state.step(asked.state.tasks[asked.task].step) or {}
    fields: Fields = {
        "happened_at": form.moment("happened", zone),
        "checklist": tuple(form.many("line")),
        "evidence": proofs.data,
        "result": {
            name: form.text(f"result:{name}")
            for name in step.get("results", {})
            if form.text(f"result:{name}")
        },
        "reason": form.maybe("reason"),
        "note": note,
    }
    other = form.maybe("act")
    if other is not None:
        obligation, slash, task = other.rpartition("/")
        if not slash or not obligation or not task:
            raise FormFault(act=tr("Write it as OBLIGATION/TASK, as the task's own page shows it."))
        fields["act"] = {"obligation": obligation, "task": task}
    return fields, [*proofs.sealed, *sealed]


async def _not_act(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    form = asked.form
    note, sealed = await _words(at, asked)
    when = form.moment("happened", asked.mission.clock.zone)
    return {
        "outcome": form.need("outcome"),
        "reason": form.need("reason"),
        "happened_at": when,
        "note": note,
    }, sealed


async def _reassign(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    return {"posting": asked.form.need("posting")}, []


async def _waive(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    form = asked.form
    note, sealed = await _words(at, asked)
    what, by = form.maybe("instead"), form.day("instead_by")
    if (what is None) != (by is None):
        raise FormFault(instead_by=tr("Say both: what is done instead, and by when."))
    instead = [{"what": what, "by": by}] if what is not None else []
    return {
        "reason": form.need("reason"),
        "alternatives": instead,
        "review_on": form.day("review_on"),
        "note": note,
    }, sealed


async def _yes_or_no(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    return {"approved": _answer(asked.form)}, []


def _answer(form: Sent) -> bool:
    given = form.need("answer")
    if given not in ("yes", "no"):
        raise FormFault(answer=tr("Choose one of the list."))
    return given == "yes"


async def _confirm(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    return {"confirmed": _answer(asked.form)}, []


async def _pause(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    note, sealed = await _words(at, asked)
    return {"cause": asked.form.need("cause"), "party": asked.form.need("party"), "note": note}, sealed


async def _extend(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    until = asked.form.moment("until", asked.mission.clock.zone)
    if until is None:
        raise FormFault(until=tr("This is needed."))
    return {"until": until, "reason": asked.form.need("reason")}, []


async def _correct(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    form = asked.form
    note, sealed = await _words(at, asked)
    field = form.need("field")
    value = form.maybe("value")
    if field == "happened_at":
        moment = form.moment("happened", asked.mission.clock.zone)
        if moment is None:
            raise FormFault(happened=tr("This is needed."))
        value = moment.isoformat().replace("+00:00", "Z")
    if value is None:
        raise FormFault(value=tr("This is needed."))
    return {"field": field, "value": value, "reason": form.need("reason"), "note": note}, sealed


async def _answer_correction(at: House, asked: Asked) -> tuple[Fields, list[Statement]]:
    return {"proposal": asked.form.need("proposal"), "approved": _answer(asked.form)}, []


VERBS: Final[Mapping[str, Verb]] = {
    "accept": Verb("AcceptTask", _nothing),
    "decline": Verb("DeclineTask", _reason),
    "complete": Verb("CompleteTask", _complete),
    "not-act": Verb("NotAct", _not_act),
    "reassign": Verb("ReassignTask", _reassign),
    "waive": Verb("ProposeWaiver", _waive),
    "answer-waiver": Verb("AnswerWaiver", _yes_or_no),
    "pause": Verb("PauseClock", _pause),
    "renew": Verb("RenewWait", _nothing),
    "resume": Verb("ResumeClock", _nothing),
    "extend": Verb("ExtendDeadline", _extend),
    "confirm": Verb("ConfirmTimeliness", _confirm),
    "correct": Verb("ProposeCorrection", _correct),
    "answer-correction": Verb("AnswerCorrection", _answer_correction),
}
"""Each verb of `/tasks/…/VERB`."""
