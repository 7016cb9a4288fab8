"""Reads an instrument's file, and refuses what a procedure could stumble over: where, what, and what would be right."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.instrument import (
    CASE_GATES,
    GATE_FAMILIES,
    HEADQUARTERS,
    ROLES,
    DefinitionData,
    InstrumentData,
    InstrumentRefused,
    StepData,
)
from domain.term import BadTerm, Term

_VERSION = re.compile(r"\d{4}\.\d{1,3}", re.ASCII)
_MAPPED = re.compile(r"[a-z0-9-]+:[A-Z0-9-]+", re.ASCII)


@cache
def _adapter() -> TypeAdapter[InstrumentData]:
    return TypeAdapter(InstrumentData)


def parse(text: str, name: str = "instrument") -> InstrumentData:
    """An instrument from the text of its TOML file. Raises InstrumentRefused naming the place and the mend."""
    raw = _toml(text, name)
    try:
        data = _adapter().validate_python(raw)
    except ValidationError as problem:
        raise InstrumentRefused(f"{name}: {_place(problem, raw)}") from None
    if not _VERSION.fullmatch(data["version"]):
        raise InstrumentRefused(f"{name}: version {data['version']}: write year and number, such as 2008.1")
    codes = [d["code"] for d in data["definition"]]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise InstrumentRefused(f"{name}: a definition's code stands twice; each must be its own: {twice[0]}")
    for definition in data["definition"]:
        _check_definition(definition, f"{name}: {definition['code']}")
        for follower in definition.get("follows", []):
            if follower not in codes:
                raise InstrumentRefused(
                    f"{name}: {definition['code']}: follows {follower}, which this instrument does not define"
                )
    return data


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InstrumentRefused(f"{name}: not TOML: {problem}") from None


def _place(problem: ValidationError, raw: Mapping[str, Any]) -> str:
    """Where the first fault is, with the codes beside the numbers: nobody counts 46 tables."""
    first = problem.errors(include_url=False)[0]
    at: Any = raw
    codes: list[str] = []
    for part in first["loc"]:
        inside = isinstance(at, list) and isinstance(part, int) and part < len(at)
        at = at[part] if inside else at.get(part) if isinstance(at, dict) else None
        if inside and isinstance(at, dict) and isinstance(at.get("code"), str):
            codes.append(at["code"])
    named = f" ({', '.join(codes)})" if codes else ""
    return f"{'.'.join(map(str, first['loc']))}{named}: {first['msg']}"


# ── what a definition must hold to ───────────────────────────────────────────────────────────────────────────────


def _check_definition(definition: DefinitionData, where: str) -> None:
    if definition["owner"] not in ROLES:
        raise InstrumentRefused(f"{where}: owner {definition['owner']} is no role")
    if definition["scope"] == "headquarters" and definition["owner"] not in HEADQUARTERS:
        raise InstrumentRefused(f"{where}: headquarters' own duty needs an owner of headquarters")
    if definition.get("once") and definition["scope"] != "case":
        raise InstrumentRefused(f"{where}: once is said of a case; this is of scope {definition['scope']}")
    _check_cadence(definition, where)
    for target in definition.get("maps", []):
        if not _MAPPED.fullmatch(target):
            raise InstrumentRefused(
                f"{where}: maps {target}: write instrument:DEFINITION, such as eu-hrd:TRIAL-OBS"
            )
    gate = definition.get("gate")
    if gate is not None and gate not in GATE_FAMILIES:
        raise InstrumentRefused(f"{where}: gate {gate} is none of these: {', '.join(sorted(GATE_FAMILIES))}")
    before: dict[str, StepData] = {}
    for step in definition["step"]:
        at = f"{where}: step {step['code']}"
        if step["code"] in before:
            raise InstrumentRefused(f"{at} stands twice; each code must be its own")
        _check_step(step, at)
        _check_order(step, at, before)
        _check_gates(step, at, definition)
        _check_follows(step, at, definition)
        before[step["code"]] = step


def _check_cadence(definition: DefinitionData, where: str) -> None:
    cadence = definition["cadence"]
    if cadence["kind"] != "event" and "months" not in cadence:
        raise InstrumentRefused(f"{where}: cadence {cadence['kind']} needs months")
    if "start_month" in cadence and cadence["kind"] != "grid":
        raise InstrumentRefused(f"{where}: start_month is said of a grid; this cadence is {cadence['kind']}")
    if cadence["kind"] != "event" and definition["scope"] == "case":
        raise InstrumentRefused(
            f"{where}: a case's duty comes of an event; cadence {cadence['kind']} has no case"
        )


def _check_step(step: StepData, where: str) -> None:
    if step["owner"] not in ROLES:
        raise InstrumentRefused(f"{where}: owner {step['owner']} is no role")
    if step["term"] != "period":
        try:
            term = Term.parse(step["term"])
        except BadTerm as problem:
            raise InstrumentRefused(f"{where}: {problem}") from None
        if term.needs_appointment and step["bound"] != "appointment":
            raise InstrumentRefused(
                f'{where}: the term {term} counts from an appointment; say bound = "appointment"'
            )
    if not step["reasons"]:
        raise InstrumentRefused(f"{where}: give the reasons with which it may end undone")
    for field in step.get("asks", []):
        if field not in step["results"]:
            raise InstrumentRefused(f"{where}: asks {field}, which is no field of its results")
    if not step["outcomes"]:
        raise InstrumentRefused(f"{where}: give the outcomes with which it may end undone")
    unknown = sorted(set(step.get("asks", [])) - set(step["results"]))
    if unknown:
        raise InstrumentRefused(f"{where}: asks {unknown[0]}: this step has no such result")


def _check_order(step: StepData, where: str, before: Mapping[str, StepData]) -> None:
    if step.get("beside") and not before:
        raise InstrumentRefused(f"{where}: the first step stands beside none")
    when = step.get("when")
    if when is None:
        return
    if step.get("beside"):
        raise InstrumentRefused(f"{where}: beside another, it cannot wait for a result; drop beside or when")
    earlier = before.get(when["step"])
    if earlier is None:
        raise InstrumentRefused(f"{where}: when names {when['step']}, which is no step before it")
    allowed = earlier["results"].get(when["field"], [])
    unknown = sorted(set(when["is"]) - set(allowed))
    if unknown or not when["is"]:
        raise InstrumentRefused(
            f"{where}: when: {when['step']} has no result {when['field']} = {', '.join(unknown) or 'nothing'}"
        )


def _check_gates(step: StepData, where: str, definition: DefinitionData) -> None:
    own = {gate for one in definition["step"] for gate in one["results"].get("opens", [])}
    for gate in step["gates"]:
        if gate in CASE_GATES and definition["scope"] != "case":
            raise InstrumentRefused(
                f"{where}: gate {gate} is a case's; this is of scope {definition['scope']}"
            )
        if gate not in CASE_GATES and gate not in own:
            raise InstrumentRefused(
                f"{where}: gate {gate} is none of a case's, and no step of this definition opens it"
            )


def _check_follows(step: StepData, where: str, definition: DefinitionData) -> None:
    for result, follower in step.get("follows", {}).items():
        field, _, value = result.partition(".")
        if value not in step["results"].get(field, []):
            raise InstrumentRefused(f"{where}: follows {result}: this step has no such result")
        if follower not in definition.get("follows", []):
            raise InstrumentRefused(f"{where}: {follower} is missing from the definition's own follows")


def checksum(text: str) -> str:
    """SHA-256 of the file's bytes with Unix line ends: what a published version is held to."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
