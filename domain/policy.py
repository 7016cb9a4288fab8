"""Who may ask for what: by role, and by relation to the task. What no row allows is refused.

The rows are data, so that a test can walk every cell. `holder` means: holds the task, or acts on behalf of an absent
holder. Decisions add what depends on the facts (a second person, never one's own clock).
"""

from collections.abc import Mapping
from typing import Final

from domain import commands as c
from domain.envelope import Actor
from domain.instrument import HEADQUARTERS
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

HOLDER: Final = "holder"
ENGINE: Final = "engine"
OPERATOR: Final = "operator"
OFFERED: Final = "offered"
"""Relations rather than roles: who holds the task; the engine itself; who runs the installation; who was offered it."""

_LEAD = ("focal_point", "focal_point_alternate", "deputy_head_of_mission", "head_of_mission")
_HEADS = ("head_of_mission", "deputy_head_of_mission")
_HQ = tuple(sorted(HEADQUARTERS))

RULES: Final[Mapping[str, tuple[str, ...]]] = {
    # on a mission
    "AdoptMission": (OPERATOR,),
    "ReviseCalendar": (OPERATOR, *_LEAD),
    "RecordPosts": (OPERATOR,),
    "EndPosting": (OPERATOR, *_HEADS),
    "RecordAbsence": (OPERATOR, *_LEAD),
    "EndAbsence": (OPERATOR, *_LEAD),
    "DeclareSuspension": ("head_of_mission",),
    "RenewSuspension": ("head_of_mission",),
    "LiftSuspension": _HEADS,
    # the procedure, by the engine
    "OpenObligation": (ENGINE, OPERATOR, *_LEAD),
    "CloseObligation": (ENGINE,),
    "AnswerGate": (ENGINE,),
    "OpenTask": (ENGINE,),
    "CancelTask": (ENGINE,),
    "Wake": (ENGINE,),
    "Refresh": (ENGINE,),
    "OfferRota": (ENGINE,),
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
    "CorrectTask": (HOLDER, *_LEAD),
    # sittings and the rota
    "SetGate": _LEAD,
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
}


def check(command: c.Command, actor: Actor, state: Obligation | None, mission: Mission) -> None:
    """Pass, or raise Refused `not-allowed` or `not-your-task`. `actor` bears the role that the mission's stream gives it.

    An officer acts in the mission of their posting; headquarters' roles reach into a mission where a row names them.
    """
    rows = RULES.get(command.name, ())
    if actor.kind == "engine":
        if ENGINE in rows:
            return
        raise _refusal(command, actor, rows)
    if actor.kind == "operator":
        if OPERATOR in rows:
            return
        raise _refusal(command, actor, rows)
    own = actor.mission == mission.code
    if actor.role in rows and (own or actor.role in HEADQUARTERS):
        return
    if isinstance(command, c.TaskCommand) and HOLDER in rows and state is not None:
        task = state.tasks.get(command.task)
        if task is None:
            raise Refused("no-such-task", obligation=command.obligation, task=command.task)
        if own and task.posting in (actor.code, actor.on_behalf_of):
            return
        raise Refused("not-your-task", task=command.task, holder=task.posting)
    if isinstance(command, c.AnswerRota) and OFFERED in rows and own:
        return  # whether it was offered to them is a fact, which the decision looks at
    raise _refusal(command, actor, rows)


def _refusal(command: c.Command, actor: Actor, rows: tuple[str, ...]) -> Refused:
    return Refused(
        "not-allowed",
        role=actor.role or actor.kind,
        command=command.name,
        who=", ".join(rows) or "nobody",
        rule=command.name,
    )
