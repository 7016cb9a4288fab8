"""What spreadsheets are given: the list behind each number as rows, and cells that no program works out as a formula."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chancery.reports.paper.model import Cell, Data, Entry, Section


@dataclass(frozen=True, slots=True)
class Listed:
    """The list behind one figure: its data flattened, one row an item, the columns in the order of their appearance."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Cell | None], ...]
    positions: tuple[tuple[int, ...], ...]


def listed(data: Data, section: Section) -> Listed:
    """The items of the figure that a section is about; empty for a section that is no figure."""
    # A review holds the record that was reviewed whole, with figures of its own.
    places = (data, data.get("report") or {})
    figure = next((p["figures"][section.name] for p in places if section.name in p.get("figures", {})), None)
    items = figure.get("items", ()) if isinstance(figure, Mapping) and section.count is not None else ()
    rows = tuple(_flat(item) for item in items)
    positions = tuple(tuple(item["positions"]) for item in items)
    return Listed(tuple(dict.fromkeys(name for row in rows for name in row)), rows, positions)


def rows_of(section: Section, items: Listed) -> list[tuple[Entry, Mapping[str, Cell | None]]]:
    """Each line of a list in words and as data; a figure that is told by its tables alone still has its data."""
    told = section.entries
    lines = max(len(told), len(items.rows))
    return [
        (
            told[n] if n < len(told) else Entry("", (), items.positions[n]),
            items.rows[n] if n < len(items.rows) else {},
        )
        for n in range(lines)
    ]


def columns_of(lists: Iterable[Listed]) -> tuple[str, ...]:
    """Every column of several lists, each once."""
    return tuple(dict.fromkeys(name for one in lists for name in one.columns))


def _flat(item: Mapping[str, Any], before: str = "") -> dict[str, Cell | None]:
    """Nested objects as `own.working_days`; a list as its members in one cell. Positions stand in a column of their own."""
    found: dict[str, Cell | None] = {}
    for name, value in item.items():
        if name == "positions" and not before:
            continue
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[before + name] = _cell(value)
    return found


def _cell(value: Any) -> Cell | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, Sequence):
        return "; ".join(_member(one) for one in value)
    raise TypeError(f"{type(value).__name__} does not occur in a report's data.")


def _member(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_member(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(_member(one) for one in value)
    return "" if value is None else str(_cell(value))
