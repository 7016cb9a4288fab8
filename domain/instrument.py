"""Instruments: texts of commitments as versioned data, validated on loading.

A published version never changes (its checksum is guarded by a test); an amendment is a new version, and what was
opened under the old one keeps the snapshot it was opened with.
"""

import hashlib
import tomllib
from functools import cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from domain.kinds import Code, Source
from domain.term import BadTerm, Term

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


@with_config(_STRICT)
class StepData(TypedDict):
    """What a procedure asks for, as one task."""

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


@with_config(_STRICT)
class CadenceData(TypedDict):
    """When a duty comes round: on an event; on a grid of months; or so many months after it was last done."""

    kind: Literal["event", "grid", "after_last"]
    months: NotRequired[Annotated[int, Field(ge=1, le=120)]]
    lead_days: NotRequired[Annotated[int, Field(ge=0, le=366)]]


@with_config(_STRICT)
class DefinitionData(TypedDict):
    """One obligation as the instrument states it."""

    code: Code
    title: Words
    paragraph: Code
    paragraph_confirmed: bool
    stated: Words
    group: Literal["core", "standard", "optional"]
    workflow: Code
    procedure: Annotated[int, Field(ge=1)]
    owner: Code
    scope: Literal["mission", "case"]
    cadence: CadenceData
    step: list[StepData]


@with_config(_STRICT)
class InstrumentData(TypedDict):
    """A text of commitments, in one version."""

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
        "local_agent",
        "hq_desk",
        "hq_human_rights",
        "hq_duty",
        "auditor",
        "data_protection_officer",
    }
)


HEADQUARTERS = frozenset({"hq_desk", "hq_human_rights", "hq_duty"})
"""Roles that reach into every mission, and so are given at headquarters only."""


@cache
def _adapter() -> TypeAdapter[InstrumentData]:
    return TypeAdapter(InstrumentData)


def parse(text: str, name: str = "instrument") -> InstrumentData:
    """An instrument from the text of its TOML file. Raises InstrumentRefused naming the place and the mend."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InstrumentRefused(f"{name}: not TOML: {problem}") from None
    try:
        data = _adapter().validate_python(raw)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InstrumentRefused(f"{name}: {where}: {first['msg']}") from None
    for definition in data["definition"]:
        _check(definition, name)
    codes = [d["code"] for d in data["definition"]]
    if len(set(codes)) != len(codes):
        raise InstrumentRefused(f"{name}: a definition's code stands twice; each must be its own")
    return data


def _check(definition: DefinitionData, name: str) -> None:
    where = f"{name}: {definition['code']}"
    if definition["owner"] not in ROLES:
        raise InstrumentRefused(f"{where}: owner {definition['owner']} is no role")
    cadence = definition["cadence"]
    if cadence["kind"] != "event" and "months" not in cadence:
        raise InstrumentRefused(f"{where}: cadence {cadence['kind']} needs months")
    seen: set[str] = set()
    for step in definition["step"]:
        if step["code"] in seen:
            raise InstrumentRefused(f"{where}: step {step['code']} stands twice; each code must be its own")
        seen.add(step["code"])
        if step["owner"] not in ROLES:
            raise InstrumentRefused(f"{where}: step {step['code']}: owner {step['owner']} is no role")
        if step["term"] != "period":
            try:
                Term.parse(step["term"])
            except BadTerm as problem:
                raise InstrumentRefused(f"{where}: step {step['code']}: {problem}") from None
        if not step["reasons"]:
            raise InstrumentRefused(
                f"{where}: step {step['code']}: give the reasons with which it may end undone"
            )


def checksum(text: str) -> str:
    """SHA-256 of the file's bytes with Unix line ends: what a published version is held to."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


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
