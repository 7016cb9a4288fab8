"""Instruments: texts of commitments as versioned data. What a file may say; `instrument_reading` reads and checks one.

A published version never changes (its checksum is guarded by a test); an amendment is a new version, and what was
opened under the old one keeps the snapshot it was opened with.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from domain.casework import CHECKS, KINDS
from domain.kinds import Code, Source

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class Words(TypedDict):
    """A text that users see, in both languages."""

    en: Annotated[str, Field(min_length=2, max_length=300)]
    fr: Annotated[str, Field(min_length=2, max_length=300)]


@with_config(_STRICT)
class ChecklistLine(TypedDict):
    """One line of a task's checklist. A `must` line stays between an open task and `done`."""

    code: Code
    title: Words
    must: bool


When = TypedDict("When", {"step": Code, "field": Code, "is": list[Code]})
"""A step is asked for only if an earlier one ended with one of these values in that field of its result."""


@with_config(_STRICT)
class StepData(TypedDict):
    """What a procedure asks for, as one task.

    `bound`: ends at an appointment; or comes after one, or after the duty's own act, and then outlives the period.
    `accompanied`: never by a local agent alone. `outside`: passes on outside the mission when the mission cannot or must
    not answer. `approval`: a second person's answer, which no other command can give. `when`: only after that result. `beside`: opened with the step before it. `follows`: `field.value` of the
    result → the definition that is opened then. `asks`: fields of the result that may not stay blank.
    """

    code: Code
    title: Words
    owner: Code
    term: str
    source: Source
    escalates: bool
    bound: Literal["none", "appointment", "after"]
    checklist: list[ChecklistLine]
    evidence: list[Code]
    results: dict[Code, list[Code]]
    reasons: list[Code]
    outcomes: list[Code]
    gates: list[Code]
    accompanied: NotRequired[bool]
    outside: NotRequired[bool]
    approval: NotRequired[bool]
    when: NotRequired[When]
    beside: NotRequired[bool]
    follows: NotRequired[dict[Code, Code]]
    asks: NotRequired[list[Code]]


@with_config(_STRICT)
class CadenceData(TypedDict):
    """When a duty comes round: on an event; on a grid of months; or so many months after it was last done.

    A grid's periods are counted from January, or from `start_month`.
    """

    kind: Literal["event", "grid", "after_last"]
    months: NotRequired[Annotated[int, Field(ge=1, le=120)]]
    lead_days: NotRequired[Annotated[int, Field(ge=0, le=366)]]
    start_month: NotRequired[Annotated[int, Field(ge=1, le=12)]]


@with_config(_STRICT)
class DefinitionData(TypedDict):
    """One obligation as the instrument states it.

    `once`: a case has one of the kind. `follows`: what its procedure can open. `maps`: what the same task satisfies in
    other instruments, as `instrument:DEFINITION`. `gate`: the family of gates that its procedure opens for others.
    """

    code: Code
    title: Words
    paragraph: Code
    paragraph_confirmed: bool
    stated: Words
    group: Literal["core", "standard", "optional"]
    workflow: Code
    procedure: Annotated[int, Field(ge=1)]
    owner: Code
    scope: Literal["mission", "case", "headquarters"]
    cadence: CadenceData
    step: Annotated[list[StepData], Field(min_length=1)]
    once: NotRequired[bool]
    follows: NotRequired[list[Code]]
    maps: NotRequired[list[Code]]
    gate: NotRequired[Code]


@with_config(_STRICT)
class InstrumentData(TypedDict):
    """A text of commitments, in one version: the year of the text, and the number of our reading of it."""

    code: Code
    version: Code
    title: Words
    definition: list[DefinitionData]


class InstrumentRefused(ValueError):
    """An instrument file that cannot be used: where, what, and what would be right."""


ROLES = frozenset(
    {
        "head_of_mission",
        "deputy_head_of_mission",
        "focal_point",
        "focal_point_alternate",
        "political_officer",
        "press_officer",
        "consular_officer",
        "cooperation_officer",
        "security_officer",
        "duty_officer",
        "mission_support",
        "hq_desk",
        "hq_human_rights",
        "hq_duty",
        "auditor",
        "data_protection_officer",
        "staff_committee",
    }
)


HEADQUARTERS = frozenset({"hq_desk", "hq_human_rights", "hq_duty"})
"""Roles that reach into every mission, and so are given at headquarters only."""


CONSENT_KINDS = frozenset(KINDS)
"""What a defender can agree to, each for itself."""

CASE_GATES = frozenset({f"consent:{kind}" for kind in CONSENT_KINDS} | set(CHECKS))
"""Gates that stand in each obligation of a case; a definition may have others that a step of its own opens."""

GATE_FAMILIES = frozenset({"consent", *CHECKS})
"""What one obligation of a case decides for all the others."""


def find_step(definition: DefinitionData, code: str) -> StepData | None:
    """The step of that code, or None."""
    return next((step for step in definition["step"] if step["code"] == code), None)


def snapshot(definition: DefinitionData) -> dict[str, Any]:
    """The definition as `ObligationOpened` carries it, without the words: those are looked up by code to be shown."""
    keep: dict[str, Any] = {k: v for k, v in definition.items() if k not in ("title", "stated", "step")}
    keep["step"] = [
        {
            **{k: v for k, v in step.items() if k not in ("title", "checklist")},
            "checklist": [{"code": line["code"], "must": line["must"]} for line in step["checklist"]],
        }
        for step in definition["step"]
    ]
    return keep
