"""What happened to a task, as sentences with their positions. One sentence an event type, whole in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chancery.i18n import tr, word
from chancery.telling.moments import local, words
from chancery.telling.names import called
from domain.envelope import Event

SENTENCES: Final[Mapping[str, str]] = {
    "TaskOpened": "The task came to {holder} ({why}), due {due}.",
    "TaskAssigned": "The task went to {holder} ({why}).",
    "TaskAccepted": "{by} accepted it.",
    "TaskDeclined": "{by} declined it: {reason}.",
    "TaskCompleted": "{by} completed it ({timing}); it happened {happened}. Evidence: {evidence}.",
    "TaskNotActed": "{by} ended it as {outcome}: {reason} ({timing}).",
    "TaskCancelled": "It fell away: {cause}.",
    "TimelinessConfirmed": "{by} answered whether it happened when the entry says: {confirmed}.",
    "WaiverProposed": "{by} proposed a waiver: {reason}. Instead: {instead}.",
    "WaiverAnswered": "{by} answered the waiver: {approved}.",
    "ClockPaused": "{by} recorded that it waits for {party}: {cause}. The clock: {stops}. The wait lapses {lapses}.",
    "WaitRenewed": "{by} let the wait go on; it lapses {lapses}.",
    "ClockResumed": "The wait ended: {cause}.",
    "DeadlineMoved": "The deadline moved from {was} to {due}: {cause}.",
    "NoticeRecorded": "{kind} {n} went to {to}.",
    "DeadlinePassed": "The due time passed.",
    "CorrectionProposed": "{by} asked that {field} say {value} instead: {reason}.",
    "CorrectionRefused": "{by} refused the correction.",
    "TaskCorrected": "{approver} agreed that {field} says {value}, as {requester} asked: {reason}.",
}
"""Event type → English sentence; the French ones stand under these in `chancery/locale`."""

FLAGGED = "The deadline stays at {due}, flagged: {cause}."
"""A suspension does not move a stated date: it is flagged."""

WHY_LATE = "{by} completed it ({timing}): {reason}; it happened {happened}. Evidence: {evidence}."
"""What was completed with a reason says the reason too."""


def sentence(event: Event, zone: str, names: Mapping[str, str]) -> str:
    """What an event of a task says, in the language that is spoken; times are of `zone`."""
    data = event.data

    def known(posting: Any) -> str:
        return called(str(posting), names)

    def yes(name: str) -> str:
        return tr("yes") if data.get(name) else tr("no")

    params = {
        "by": known(event.by),
        "holder": known(data.get("posting", "")),
        "why": word(data.get("why")),
        "due": local(data["deadline"]["due_at"], zone) if "deadline" in data else "",
        "was": local(data.get("was"), zone),
        "happened": local(data.get("happened_at"), zone),
        "lapses": local(data.get("lapses"), zone),
        "evidence": words([e["kind"] for e in data.get("evidence", ())]) or tr("none"),
        "to": ", ".join(known(p) for p in data.get("to", ())) or tr("nobody"),
        "confirmed": yes("confirmed"),
        "approved": yes("approved"),
        "stops": tr("stands still") if data.get("stops") else tr("runs on"),
        "n": data.get("n", ""),
        "field": word(data.get("field")),
        "value": _value(data, zone),
        "approver": known(data.get("approver", "")),
        "requester": known(data.get("requester", event.by)),
        "instead": _instead(data) or tr("nothing"),
    }
    coded = {name: word(data.get(name)) for name in ("reason", "timing", "outcome", "cause", "party", "kind")}
    flagged = bool(params["was"]) and params["was"] == params["due"]
    told = FLAGGED if flagged else SENTENCES[event.type]
    if event.type == "TaskCompleted" and data.get("reason"):
        told = WHY_LATE
    text = tr(told, **(params | coded))
    behalf = event.actor.get("for")
    return f"{text} ({tr('on behalf of {who}', who=known(behalf))})" if behalf else text


def _instead(data: Mapping[str, Any]) -> str:
    """What is done instead of what is waived; a waiver of the first kind named one thing without a date."""
    given = [tr("{what} by {day}", what=word(a["what"]), day=a["by"]) for a in data.get("alternatives", ())]
    return ", ".join(given) or word(data.get("alternative"))


def _value(data: Mapping[str, Any], zone: str) -> str:
    value = str(data.get("value", ""))
    return local(value, zone) if data.get("field") == "happened_at" else word(value)
