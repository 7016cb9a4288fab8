"""Who may ask for what: by role, and by relation to the task. What no row allows is refused.

The rows are data, so that a test can walk every cell. `holder` means: holds the task, or acts on behalf of an absent
holder. Decisions add what depends on the facts (a second person, never one's own clock).
"""

from collections.abc import Mapping
from typing import Final

from domain import commands as c
from domain.deciding.clocks import in_hours
from domain.envelope import Actor
from domain.instrument import HEADQUARTERS
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.routing import EU_DELEGATION

HOLDER: Final = "holder"
ENGINE: Final = "engine"
OPERATOR: Final = "operator"
OFFERED: Final = "offered"
"""Relations rather than roles: who holds the task; the engine itself; who runs the installation; who was offered it."""
SUBJECT: Final = "subject"
MANAGER: Final = "manager"
SECOND: Final = "second"
PROPOSER: Final = "proposer"
NAMED: Final = "named"
"""Relations to a dossier: whom it is about, who writes or answers in it, who asked for it; whom the command itself names."""

_LEAD = ("focal_point", "focal_point_alternate", "deputy_head_of_mission", "head_of_mission")
_HEADS = ("head_of_mission", "deputy_head_of_mission")
_HQ = tuple(sorted(HEADQUARTERS))

RULES: Final[Mapping[str, tuple[str, ...]]] = {
    # on a mission
    "AdoptMission": (OPERATOR,),
    "ReviseCalendar": (OPERATOR, *_LEAD),
    "RecordPosts": (OPERATOR,),
    "DescribeJob": (OPERATOR, *_HEADS, "hq_human_rights"),
    "EndPosting": (OPERATOR, *_HEADS),
    "RecordAbsence": (OPERATOR, *_LEAD),
    "EndAbsence": (OPERATOR, *_LEAD),
    "DeclareSuspension": ("head_of_mission",),
    "RenewSuspension": ("head_of_mission",),
    "LiftSuspension": _HEADS,
    "DeclareOutage": (OPERATOR, *_HEADS),
    "SetLocalTerm": (*_HEADS, "hq_human_rights"),
    "SwitchDuty": (*_HEADS, "hq_human_rights"),
    "AdoptInstrument": (OPERATOR, *_HEADS, "hq_human_rights"),
    "LockVault": ("head_of_mission", "hq_duty"),
    "UnlockVault": ("head_of_mission", "hq_duty"),
    "SetFeeds": ("head_of_mission",),
    "SetDates": ("hq_desk", "hq_human_rights"),
    "RemoveDate": ("hq_desk", "hq_human_rights"),
    "ProposeShredding": (*_LEAD, "hq_human_rights"),
    "AnswerShredding": (*_HEADS, "hq_human_rights"),
    "RecordShredded": (ENGINE,),
    # the procedure, by the engine
    "OpenObligation": (ENGINE, OPERATOR, *_LEAD, "duty_officer", "political_officer"),
    "CloseObligation": (ENGINE,),
    "AnswerGate": (ENGINE,),
    "OpenTask": (ENGINE,),
    "CancelTask": (ENGINE,),
    "Wake": (ENGINE,),
    "Refresh": (ENGINE,),
    "OfferRota": (ENGINE, *_LEAD),
    # on a task
    "AcceptTask": (HOLDER,),
    "DeclineTask": (HOLDER,),
    "ReassignTask": (*_LEAD,),
    "CompleteTask": (HOLDER,),
    "NotAct": (HOLDER,),
    "ConfirmTimeliness": _LEAD,
    "ProposeWaiver": (HOLDER, "focal_point", "focal_point_alternate"),
    "AnswerWaiver": ("head_of_mission", *_HQ),
    "PauseClock": (*_LEAD, *_HQ),
    "RenewWait": (*_LEAD, *_HQ),
    "ResumeClock": (HOLDER, *_LEAD, *_HQ),
    "ExtendDeadline": (*_HEADS, "focal_point", "hq_human_rights"),
    "ProposeCorrection": (HOLDER, *_LEAD),
    "AnswerCorrection": (*_LEAD, "hq_human_rights"),
    # a case: its gates, what is shared and published, what is noted
    "SetGate": _LEAD,
    "SetGates": (ENGINE, *_LEAD),
    "ProposeVitalInterest": (*_LEAD, "duty_officer", "hq_duty"),
    "AnswerVitalInterest": ("head_of_mission", *_HQ),
    "RecordDisclosure": _LEAD,
    "NoteCase": (*_LEAD, "political_officer", "duty_officer", "consular_officer", "cooperation_officer"),
    "AttachCase": _LEAD,
    "DetachCase": (ENGINE, *_LEAD),
    "ReleasePublication": (*_HEADS, "press_officer", "hq_desk", "hq_human_rights"),
    "CancelPublication": (*_LEAD, "press_officer", "hq_desk", "hq_human_rights"),
    # the mission's own record
    "RecordAnswer": (ENGINE,),
    "SignHandover": (*_LEAD, "political_officer", "duty_officer"),
    "RecordAllocation": _LEAD,
    "RecordCoverage": (*_LEAD, "political_officer"),
    # sittings and the rota
    "RecordSittings": (OPERATOR, *_LEAD, "political_officer"),
    "RecordSittingHeld": (
        *_LEAD,
        "political_officer",
        "press_officer",
        "consular_officer",
        "cooperation_officer",
    ),
    "EndProceeding": _LEAD,
    "AnswerRota": (OFFERED,),
    # what staff reports are for, work plans, reviews
    "StatePurpose": ("data_protection_officer", "staff_committee"),
    "WithdrawPurpose": ("data_protection_officer", "staff_committee"),
    "DraftWorkPlan": (NAMED,),
    "AgreeWorkPlan": (SUBJECT, MANAGER),
    "AmendWorkPlan": (SUBJECT, MANAGER),
    "EndWorkPlan": (MANAGER, *_HEADS),
    "OpenReview": (*_HEADS, "hq_human_rights"),
    "ReadReview": (SUBJECT, MANAGER, SECOND),
    "CommentReview": (SUBJECT, MANAGER, SECOND),
    "ContestItem": (SUBJECT,),
    "AnswerContest": (SECOND,),
    "MakeAgain": (MANAGER, SECOND),
    "SignReview": (SUBJECT, MANAGER, SECOND),
    "ReplaceReviewer": (*_HEADS, "hq_human_rights"),
    "CancelReview": (MANAGER, "hq_human_rights"),
    # what leaves
    "ProposeExport": (*_HEADS, "auditor", "data_protection_officer", "hq_human_rights"),
    "AnswerExport": (*_HEADS, "auditor", "data_protection_officer", "hq_human_rights"),
    "RecordExport": (PROPOSER, OPERATOR),
}


def check(
    command: c.Command,
    actor: Actor,
    state: Obligation | None,
    mission: Mission,
    parties: Mapping[str, frozenset[str]] | None = None,
) -> None:
    """Pass, or raise Refused `not-allowed` or `not-your-task`. `actor` bears the role that the mission's stream gives it.

    An officer acts in the mission of their posting; headquarters' roles reach into a mission where a row names them.
    `parties`: of a dossier, who stands in which relation to it. They do so wherever they serve: who moved on is still heard.
    """
    rows = RULES.get(command.name, ())
    if actor.kind != "officer":
        partner = actor.kind == "partner" and actor.code in mission.partners
        if actor.kind in rows or (partner and _partner(command, actor, state, rows)):
            return
        raise _refusal(command, actor, rows)
    own = actor.mission == mission.code
    by_role = actor.role in rows and (own or actor.role in HEADQUARTERS)
    if by_role or _related(command, actor, rows, parties or {}):
        return
    if isinstance(command, c.TaskCommand) and HOLDER in rows and state is not None:
        task = state.tasks.get(command.task)
        if task is None:
            raise Refused("no-such-task", obligation=command.obligation, task=command.task)
        if own and task.posting in (actor.code, actor.on_behalf_of):
            return
        called = (own and actor.code in task.called) or actor.role in HEADQUARTERS & task.called
        if isinstance(command, c.AcceptTask) and called and in_hours(task.deadline["term"]):
            return  # called because the holder did not answer
        if task.posting == actor.role and actor.role in HEADQUARTERS:
            return  # it passed to headquarters, and whoever serves there answers
        raise Refused("not-your-task", task=command.task, holder=task.posting)
    if isinstance(command, c.AnswerRota) and OFFERED in rows and own:
        return  # whether it was offered to them is a fact, which the decision looks at
    raise _refusal(command, actor, rows)


def _related(
    command: c.Command, actor: Actor, rows: tuple[str, ...], parties: Mapping[str, frozenset[str]]
) -> bool:
    """Whether an officer stands in a relation to the dossier that a row names."""
    if not isinstance(command, c.DossierCommand) or actor.kind != "officer":
        return False
    related = {**parties, NAMED: command.named}
    return any(actor.code in related.get(relation, ()) for relation in rows)


def _partner(command: c.Command, actor: Actor, state: Obligation | None, rows: tuple[str, ...]) -> bool:
    """A partner answers what was offered to it; the EU Delegation also for a task that passed to it."""
    if isinstance(command, c.TaskCommand) and HOLDER in rows and state is not None:
        task = state.tasks.get(command.task)
        return task is not None and task.posting == EU_DELEGATION and actor.code.startswith("EUD")
    if isinstance(command, c.AnswerVitalInterest) and state is not None and actor.code.startswith("EUD"):
        return any(
            t.posting == EU_DELEGATION and t.occurrence.startswith(command.gate) for t in state.open_tasks()
        )
    return isinstance(command, c.AnswerRota) and OFFERED in rows


def _refusal(command: c.Command, actor: Actor, rows: tuple[str, ...]) -> Refused:
    return Refused(
        "not-allowed",
        role=actor.role or actor.kind,
        command=command.name,
        who=", ".join(rows) or "nobody",
        rule=command.name,
    )
