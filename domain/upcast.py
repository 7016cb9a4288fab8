"""Old schemas brought up to today's, on reading: pure functions, one step from each schema number to the next.

The log is never rewritten. What was stored under schema 1 of a type stays so for ever; whoever reads it gets today's shape.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.events import SCHEMAS

Step = Callable[[Mapping[str, Any]], Mapping[str, Any]]

STEPS: Final[dict[tuple[str, int], Step]] = {}
"""(type, schema) → what makes schema + 1 of it. Every type is at schema 1 today, so there is none yet."""


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
