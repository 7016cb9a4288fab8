"""What leaves a mission: no count under five of tasks, contacts or absences, nor one from which another could be found. Pure.

What is no count of work or of people stays as it is: posts, vacancies, closures, outages, and which areas are reached. The lists
behind the numbers stay in the mission, and so does who leads where.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from chancery.oversight import hiding
from chancery.oversight.facts import MISSED, PLACES
from chancery.oversight.hiding import FEW

Item = dict[str, Any]
_LISTS: Final = frozenset({"headquarters", "tasks", "waits"})
_PLAIN: Final = frozenset({"posts", "vacancies", "closures", "outages", "coverage"})


def outside(lists: Mapping[str, list[Item]]) -> dict[str, list[Item]]:
    """The figures as they may be read elsewhere."""
    found: dict[str, list[Item]] = {}
    for name, items in lists.items():
        if name in _PLAIN:
            found[name] = items
        elif name not in _LISTS:
            found[name] = list(_HOW[name](items))
    return found


def _absences(items: Iterable[Item]) -> Iterable[Item]:
    days: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for item in items:
        number[item["mission"]] += 1
        days[item["mission"]] += item["working_days"]
    for mission, n in sorted(number.items()):
        few = n < FEW
        yield {
            "mission": mission,
            "number": "few" if few else n,
            "working_days": "withheld" if few else days[mission],
            "positions": [],
        }


def _load(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        yield item | {"open": _shown(item["open"])}


def _due(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        said = hiding.row(item["places"])
        missed = said.sum_of(MISSED)
        yield item | {
            "due": said.whole,
            "places": {p: said.places.get(p, "withheld") for p in PLACES},
            "missed": "withheld" if missed is None else missed,
            "spent": None if missed is None else item["spent"],
            "positions": item["positions"] if isinstance(said.whole, int) else [],
        }


def _days(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        if item["tasks"] >= FEW:
            yield item
        else:
            yield item | {"tasks": "few", "working_days": "withheld", "positions": []}


def _areas(items: Iterable[Item]) -> Iterable[Item]:
    counts: dict[str, Counter[bool]] = {}
    for item in items:
        counts.setdefault(item["mission"], Counter())[item["backup"] is None] += 1
    for mission, of in sorted(counts.items()):
        said = hiding.row({"with_backup": of[False], "without_backup": of[True]})
        yield {
            "mission": mission,
            "number": said.whole,
            "with_backup": said.places.get("with_backup", "withheld"),
            "without_backup": said.places.get("without_backup", "withheld"),
            "positions": [],
        }


def _contacts(items: Iterable[Item]) -> Iterable[Item]:
    kinds: dict[str, hiding.Row] = {}
    for item in items:
        mission, parts = item["mission"], item["parts"]
        said = hiding.row(parts)
        if item["by"] == "kind":
            kinds[mission] = said
        elif not _known(kinds[mission], item["by"]):
            # Its whole would be the number of a kind that is hidden.
            said = hiding.Row("withheld", {})
        shown = isinstance(said.whole, int)
        yield item | {
            "number": said.whole,
            "parts": {code: said.places.get(code, "withheld") for code in parts} if shown else {},
            "positions": item["positions"] if shown else [],
        }


def _known(kinds: hiding.Row, view: str) -> bool:
    """Whether the row of kinds shows the sum of a view: visits, or whatever is no visit."""
    visits: list[hiding.Shown] = []
    others: list[hiding.Shown] = []
    for code, said in kinds.places.items():
        (visits if code == "FIELD-VISIT" else others).append(said)
    return bool(kinds.places) and all(isinstance(n, int) for n in (visits if view == "region" else others))


def _shown(n: int) -> hiding.Shown:
    return "few" if 0 < n < FEW else n


_HOW: Final = {
    "absences": _absences,
    "load": _load,
    "due": _due,
    "days": _days,
    "areas": _areas,
    "contacts": _contacts,
}
