"""What can have happened. One TypedDict an event type; the names are stored and never change.

An event's `data` is a plain dict of this shape: folding millions of them must not build models, while writing one
validates it strictly (`validate`). An unknown key, a blank or a sentence in a code is refused before it can reach the
log, where it would stay for ever. Old schemas are upcast on reading (`domain/upcast.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from domain.events import of_case as k
from domain.events import of_dossier as d
from domain.events import of_mission as m
from domain.events import of_obligation as o
from domain.events import of_sitting as s
from domain.events import of_task as t

TYPES: Final[dict[str, Any]] = {
    shape.__name__: shape
    for shape in (
        m.MissionAdopted,
        m.CalendarRevised,
        m.PostCreated,
        m.JobDescribed,
        m.PostingBegan,
        m.PostingEnded,
        m.AbsenceRecorded,
        m.AbsenceEnded,
        m.SuspensionDeclared,
        m.SuspensionRenewed,
        m.SuspensionLifted,
        m.OutageDeclared,
        m.LocalTermSet,
        m.DutySwitched,
        m.InstrumentAdopted,
        m.VaultLocked,
        m.VaultUnlocked,
        m.FeedsSet,
        m.DateSet,
        m.DateRemoved,
        m.ShreddingProposed,
        m.ShreddingAnswered,
        m.DataShredded,
        o.ObligationOpened,
        o.ObligationClosed,
        o.GateSet,
        o.GateAnswered,
        t.TaskOpened,
        t.TaskAssigned,
        t.TaskAccepted,
        t.TaskDeclined,
        t.TaskCompleted,
        t.TaskNotActed,
        t.TaskCancelled,
        t.TimelinessConfirmed,
        t.WaiverProposed,
        t.WaiverAnswered,
        t.ClockPaused,
        t.WaitRenewed,
        t.ClockResumed,
        t.DeadlineMoved,
        t.NoticeRecorded,
        t.DeadlinePassed,
        t.CorrectionProposed,
        t.CorrectionRefused,
        t.TaskCorrected,
        s.AppointmentSet,
        s.AppointmentMoved,
        s.AppointmentCancelled,
        s.SittingHeld,
        s.RotaOffered,
        s.RotaAnswered,
        s.ObserverAssigned,
        s.ProceedingAsked,
        s.ProceedingEnded,
        k.VitalInterestProposed,
        k.VitalInterestAnswered,
        k.DisclosureMade,
        k.CaseNoted,
        k.CaseAttached,
        k.CaseDetached,
        k.PublicationReleased,
        k.PublicationMade,
        k.PublicationCancelled,
        k.AnswerRecorded,
        k.HandoverSigned,
        k.AreaAllocated,
        k.CoverageRecorded,
        d.PurposeStated,
        d.PurposeWithdrawn,
        d.WorkPlanDrafted,
        d.WorkPlanAgreed,
        d.WorkPlanAmended,
        d.WorkPlanEnded,
        d.ReviewOpened,
        d.ReviewRead,
        d.ReviewCommented,
        d.ItemContested,
        d.ContestAnswered,
        d.ReviewMadeAgain,
        d.ReviewSigned,
        d.ReviewerReplaced,
        d.ReviewCancelled,
        d.ExportProposed,
        d.ExportAnswered,
        d.ExportMade,
    )
}
"""Stored name → shape. A name here is for ever: it stands in the log."""

SCHEMAS: Final[dict[str, int]] = {
    **dict.fromkeys(TYPES, 1),
    "PostCreated": 2,
    "PostingBegan": 2,
    "AbsenceRecorded": 2,
    "ObligationOpened": 2,
    "GateSet": 2,
    "TaskCompleted": 2,
    "WaiverProposed": 2,
    "TaskCorrected": 2,
}
"""The schema number that is written today, by type."""


class EventRefused(ValueError):
    """A new event is not of its type's shape: a defect in the rules, never something a user typed."""


@cache
def _adapter(type_: str) -> TypeAdapter[Any]:
    return TypeAdapter(TYPES[type_])


def validate(type_: str, data: Mapping[str, Any]) -> None:
    """Refuse, with EventRefused, data that is not exactly of the shape of `type_`. Values are not echoed."""
    try:
        _adapter(type_).validate_python(data)
    except ValidationError as problem:
        where = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in problem.errors(include_input=False)
        )
        raise EventRefused(f"{type_}: {where}") from None


@dataclass(frozen=True, slots=True)
class New:
    """An event that a decision makes: its type, its data, and when it happened if that is not now.

    `planned` (UTC) is set by what a timer records: the instant that the timer was set for.
    """

    type: str
    data: Mapping[str, Any]
    at: str | None = None
