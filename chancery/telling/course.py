"""What happened to an obligation or a mission as a whole, as sentences. With `history`, every kind of event has one.

The events of its tasks speak through `history`; here they are put in their place in the obligation's course.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from chancery.i18n import tr, word
from chancery.telling import dossiers, history, names
from chancery.telling.moments import local, words
from domain.envelope import Event
from domain.task import TASK_TYPES

SENTENCES: Final[Mapping[str, str]] = {
    # an obligation
    "ObligationOpened": "{by} opened the obligation.",
    "ObligationClosed": "The obligation ended: {outcome}.",
    "GateSet": "{by} set the gate “{gate}”: {open}.",
    "GateAnswered": "The procedure came to the gate “{gate}”: {passed}.",
    # its sittings and their rota
    "AppointmentSet": "Sitting {appointment} is set for {starts}.",
    "AppointmentMoved": "Sitting {appointment} was moved to {starts}.",
    "AppointmentCancelled": "Sitting {appointment} was cancelled.",
    "SittingHeld": "{by} recorded what became of sitting {appointment}: {outcome}.",
    "RotaOffered": "Sitting {appointment} was offered to {to}.",
    "RotaAnswered": "{posting} answered for sitting {appointment}: {answer}.",
    "ObserverAssigned": "{observer} observes sitting {appointment}. Stands in: {backup}. Support: {support}.",
    "ProceedingAsked": "{to} was asked whether a day is known (request {n}).",
    "ProceedingEnded": "{by} recorded that no further sitting is expected: {cause}.",
    # what serves a case
    "VitalInterestProposed": "{by} asked to act without consent behind the gate “{gate}”.",
    "VitalInterestAnswered": "{by} answered the request to act without consent behind the gate “{gate}”: {approved}.",
    "DisclosureMade": "{by} recorded that something was shared: {to_whom} ({arrangement}).",
    "CaseNoted": "{by} noted something, sealed.",
    "CaseAttached": "{by} attached one more case.",
    "CaseDetached": "A case no longer belongs to it.",
    "PublicationReleased": "{by} released the publication; it is made {makes}.",
    "PublicationMade": "The publication was made.",
    "PublicationCancelled": "The publication was stopped: {cause}.",
    "AnswerRecorded": "An answer came from another obligation: {answer}.",
    # what a mission shares
    "HandoverSigned": "{by} signed the hand-over ({side}): {items} obligations, {queried} of them queried.",
    "AreaAllocated": "{by} recorded who leads for {area}: {lead}. Stands in: {backup}.",
    "CoverageRecorded": "{by} recorded who is reached: {reached}; and who is not: {not_reached}.",
    # a mission
    "MissionAdopted": "The mission began with Chancery on {on_day}.",
    "CalendarRevised": "{by} revised the calendar. Days off added: {added}; taken back: {removed}.",
    "PostCreated": "Post {post} was created: {role}.",
    "JobDescribed": "{by} set down the job description of post {post}, clause {clause}: {share} % of the time; it answers for {definitions}.",
    "PostingBegan": "{posting} took post {post} on {from_day}.",
    "PostingEnded": "The posting of {posting} ends on {until}.",
    "AbsenceRecorded": "{posting} is away from {from_day} to {until}. Stands in: {substitute}.",
    "AbsenceEnded": "An absence ends on {until}.",
    "SuspensionDeclared": "{by} declared a suspension from {starts} to {ends}: {reason}.",
    "SuspensionRenewed": "{by} let the suspension go on until {ends}.",
    "SuspensionLifted": "{by} lifted the suspension; it ends {ends}.",
    "OutageDeclared": "{by} declared an outage from {starts} to {ends}.",
    "LocalTermSet": "{by} set the term of {definition}, {step}, to {term} until {until}: {reason}.",
    "DutySwitched": "{by} switched {definition} {on_off} until {until}: {reason}.",
    "InstrumentAdopted": "{by} took up {instrument} in version {version}.",
    "FeedsSet": "{by} decided whether calendar feeds may be used: {allowed}.",
    "DateSet": "{by} set a date of headquarters' calendar: {kind}, {day}; it opens {definition}.",
    "DateRemoved": "{by} took a date out of headquarters' calendar: {date}.",
    "VaultLocked": "{by} closed the vault: {reason}.",
    "VaultUnlocked": "{by} opened the vault again: {reason}.",
    "ShreddingProposed": "{by} asked that a case's content be destroyed: {basis}.",
    "ShreddingAnswered": "{by} answered the request to destroy a case's content: {approved}.",
    "DataShredded": "A case's content was destroyed.",
    **dossiers.SENTENCES,
}
"""Event type → English sentence, for every type that is no task's; the French ones stand in `chancery/locale`."""

ENGINE: Final[Mapping[str, str]] = {
    "ObligationOpened": "The obligation opened by itself.",
    "GateSet": "The gate “{gate}” was set by what another obligation says: {open}.",
    "ProceedingEnded": "No further sitting is expected: {cause}.",
}
"""The same where nobody did it: the engine."""

_TIMES: Final = ("starts", "ends", "makes", "happened_at")
_CODED: Final = (
    "outcome", "gate", "cause", "arrangement", "reason", "role", "basis", "side", "area", "instrument", "kind",
)  # fmt: skip
_AS_IS: Final = (
    "appointment", "post", "from_day", "until", "definition", "term", "version", "n", "day", "date",
)  # fmt: skip
_PEOPLE: Final = ("posting", "observer", "backup", "support", "substitute", "lead")
_WHETHER: Final = ("open", "passed")


def people(events: Iterable[Event]) -> set[str]:
    """Every posting that these events name: who did it, and who it is about."""
    found: set[str] = set()
    for event in events:
        found |= {event.by, str(event.actor.get("for", ""))}
        found |= {str(event.data[k]) for k in (*_PEOPLE, "approver", "requester") if event.data.get(k)}
        given = event.data.get("to", ())
        found |= {str(p) for p in given} if isinstance(given, (list, tuple)) else set()
    return found - {""}


def sentence(event: Event, zone: str, held: Mapping[str, str]) -> str:
    """What any event says, in the language that is spoken; times are of `zone`, `held` is posting → officer.

    Raises KeyError for a type without a sentence: there is none.
    """
    if event.type in TASK_TYPES:
        return history.sentence(event, zone, held)
    if event.type in dossiers.SENTENCES:
        return dossiers.sentence(event, zone, held)
    data = event.data

    def known(code: Any) -> str:
        return names.called(str(code), held) if code else tr("nobody")

    def days(name: str) -> str:
        return ", ".join(map(str, data.get(name, ()))) or tr("none")

    given = data.get("to", ())
    params: dict[str, Any] = {
        "by": known(event.by),
        "to": ", ".join(known(p) for p in given) or tr("nobody") if isinstance(given, (list, tuple)) else "",
        "to_whom": word(given) if isinstance(given, str) else "",
        "answer": _answer(data),
        "approved": tr("yes") if data.get("approved") else tr("no"),
        "allowed": tr("yes") if data.get("allowed") else tr("no"),
        "on_day": data.get("on", ""),
        "on_off": tr("on") if data.get("on") else tr("off"),
        "items": len(data.get("items", ())),
        "queried": len(data.get("queried", ())),
        "clause": data.get("clause", ""),
        "share": data.get("share_percent", ""),
        "definitions": days("answers_for"),
        "added": days("added"),
        "removed": days("removed"),
        "reached": words(list(data.get("reached", ()))) or tr("nobody"),
        "not_reached": words(list(data.get("not_reached", ()))) or tr("nobody"),
        "step": names.step_title("eu-hrd", str(data.get("definition", "")), str(data.get("step", ""))),
    }
    params |= {name: tr("open") if data.get(name) else tr("closed") for name in _WHETHER}
    params |= {name: local(data[name], zone) for name in _TIMES if data.get(name)}
    if event.type in ("AppointmentSet", "AppointmentMoved") and data["whole_day"]:
        params["starts"] = data["day"]
    params |= {name: word(data.get(name)) for name in _CODED}
    params |= {name: data.get(name, "") for name in _AS_IS}
    params |= {name: known(data.get(name)) for name in _PEOPLE}
    by_engine = event.actor.get("kind") == "engine" and event.type in ENGINE
    text = tr((ENGINE if by_engine else SENTENCES)[event.type], **params)
    behalf = event.actor.get("for")
    return f"{text} ({tr('on behalf of {who}', who=known(behalf))})" if behalf else text


def _answer(data: Mapping[str, Any]) -> str:
    given = data.get("answer")
    said = {"observer": tr("observes"), "backup": tr("stands in"), "declined": tr("declines")}
    if "posting" in data and given in said:
        return said[str(given)]
    return word(given) if isinstance(given, str) else ""


def lines(
    events: Sequence[Event], zone: str, held: Mapping[str, str], titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The course of an obligation, the newest first: position, instants, type, which task (by `titles`), the sentence."""
    return [
        {
            "position": e.position,
            "at": e.at,
            "recorded": e.recorded,
            "type": e.type,
            "task": e.data.get("task") if e.type in TASK_TYPES else None,
            "title": titles.get(str(e.data.get("task", "")), "") if e.type in TASK_TYPES else "",
            "sentence": sentence(e, zone, held),
        }
        for e in reversed(events)
    ]
