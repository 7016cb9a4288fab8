"""What a report made again says otherwise than before: for the addendum of a review. A pure function of the two reports' data.

An item is known again by its figure and by the entry that it is chiefly about, so that neither the numbering of cases nor
the order of items matters. How a stint ended is one figure here: what was late and is now in time is one change.
"""

from collections.abc import Mapping
from typing import Any, Final

from chancery.reports.subject import ENDS

SCHEMA: Final = "chancery.staff-difference/1"
_HEADS: Final = ("posts", "absences", "acting", "plan")
_NUMBERED: Final = frozenset({"case", "matter", "sitting", "positions", "attempt", "alike"})
"""What may differ without anything having been said anew: numbers of this report, and what an item rests on."""

Data = Mapping[str, Any]
_Key = tuple[str, int, int]


def difference(before: Data, after: Data) -> dict[str, Any]:
    """What changed from one staff report to a later one of the same request: items that came, went or say something else.

    `since` of a change are the entries made after the first report on which the item now rests. A posting that the log did not
    know yet may have come. Raises ValueError if the two are not of the same request and log, or come in the wrong order.
    """
    if not _same(before, after):
        raise ValueError("the two reports are not of the same request and log")
    known = before["log"]["position"]
    if known > after["log"]["position"]:
        raise ValueError("the second report is older than the first")
    old, new = _items(before), _items(after)
    changes = []
    for key in sorted(old.keys() | new.keys(), key=lambda k: (k[1], k[0], k[2])):
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None and was[0] == now[0] and _facts(was[1]) == _facts(now[1]):
            continue
        item = (now or was or ("", {}))[1]
        changes.append(
            {
                "figure": {"before": was[0] if was else None, "after": now[0] if now else None},
                "about": key[1],
                "before": was[1] if was else None,
                "after": now[1] if now else None,
                "fields": _fields(was[1], now[1]) if was and now else [],
                "since": [p for p in item["positions"] if p > known],
            }
        )
    return {
        "schema": SCHEMA,
        "request": after["request"],
        "before": _place(before),
        "after": _place(after),
        "counts": _counts(before, after),
        "heads": [name for name in _HEADS if before[name] != after[name]],
        "changes": changes,
    }


def _same(before: Data, after: Data) -> bool:
    one, other = dict(before["request"]), dict(after["request"])
    known = set(one.pop("postings")) <= set(other.pop("postings"))
    return known and one == other and before["log"]["origin"] == after["log"]["origin"]


def _place(data: Data) -> dict[str, Any]:
    return {name: data["log"][name] for name in ("size", "root", "recorded")}


def _items(data: Data) -> dict[_Key, tuple[str, dict[str, Any]]]:
    """Every item by figure (ends together), entry and place among those about the same entry."""
    found: dict[_Key, tuple[str, dict[str, Any]]] = {}
    for figure, listed in data["figures"].items():
        together = "ends" if figure in ENDS else figure
        for item in listed["items"]:
            n = 0
            while (key := (together, item["about"], n)) in found:
                n += 1
            found[key] = (figure, item)
    return found


def _facts(item: Data) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in _NUMBERED}


def _fields(was: Data, now: Data) -> list[str]:
    """The names of what an item says otherwise."""
    one, other = _facts(was), _facts(now)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _counts(before: Data, after: Data) -> dict[str, dict[str, int]]:
    pairs = {
        name: (figure["count"], after["figures"][name]["count"]) for name, figure in before["figures"].items()
    }
    return {name: {"before": was, "after": now} for name, (was, now) in pairs.items() if was != now}
