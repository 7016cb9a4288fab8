"""Old schemas brought up to today's, on reading: pure functions, one step from each schema number to the next.

The log is never rewritten. What was stored under schema 1 of a type stays so for ever; whoever reads it gets today's shape.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.events import SCHEMAS

Step = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _post_created_1(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Schema 1 called a local agent so; now the log says mission support."""
    kept = {name: value for name, value in data.items() if name != "local_agent"}
    role = "mission_support" if data["role"] == "local_agent" else data["role"]
    return {**kept, "role": role, "support": data["local_agent"]}


def _posting_began_1(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Nobody had said under which regime a posting is appraised."""
    return {**data, "appraisal": None}


def _absence_recorded_1(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A substitute acted for every definition."""
    return {**data, "scope": []}


def _obligation_opened_1(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """That nobody attends alone went by the step's name; now the step says so."""
    definition = data["definition"]
    steps = [
        {**step, "accompanied": True} if step["code"].startswith("attend") else step
        for step in definition["step"]
    ]
    return {**data, "definition": {**definition, "step": steps}}


def _grown(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The next schema only has more that may be said, and schema 1 said none of it."""
    return data


STEPS: Final[dict[tuple[str, int], Step]] = {
    ("PostCreated", 1): _post_created_1,
    ("PostingBegan", 1): _posting_began_1,
    ("AbsenceRecorded", 1): _absence_recorded_1,
    ("ObligationOpened", 1): _obligation_opened_1,
    ("GateSet", 1): _grown,
    ("TaskCompleted", 1): _grown,
    ("WaiverProposed", 1): _grown,
    ("TaskCorrected", 1): _grown,
}
"""(type, schema) → what makes schema + 1 of it."""


class UnknownSchema(ValueError):
    """An event of a type or schema that this version does not know: it was written by a newer one."""


def upcast(
    type_: str, schema: int, data: Mapping[str, Any], steps: Mapping[tuple[str, int], Step] = STEPS
) -> Mapping[str, Any]:
    """The data of an event in today's shape. Raises UnknownSchema for what this version cannot read; never guesses."""
    current = SCHEMAS.get(type_)
    if current is None:
        raise UnknownSchema(f"event type {type_} is not known; this program is older than the log")
    return data if schema == current else _climb(type_, schema, current, data, steps)


def _climb(
    type_: str, schema: int, current: int, data: Mapping[str, Any], steps: Mapping[tuple[str, int], Step]
) -> Mapping[str, Any]:
    if not 1 <= schema < current:
        raise UnknownSchema(f"schema {schema} of {type_} is not known; this program reads up to {current}")
    for number in range(schema, current):
        data = steps[(type_, number)](data)
    return data
