"""How many tasks somebody held at once, day by day, out of their own report: for a line on their record. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from domain.instant import zone_info
from domain.kinds import instant

_BEGINS: Final = {"assigned": "at", "carried_in": "since"}
_ENDS: Final = ("on_time", "reported_in_time", "late", "not_acted", "waived", "cancelled", "handed_on")
POINTS: Final = 60
"""So many points a line has at most."""


def over_time(data: Mapping[str, Any], today: date) -> list[tuple[date, int]]:
    """(day, open tasks at its end) over the report's period, up to `today`; days of the mission, of UTC where there are several."""
    zones = set(data["zones"].values())
    zone = zone_info(zones.pop() if len(zones) == 1 else "UTC")

    def day_of(text: str) -> date:
        return instant(text).astimezone(zone).date()

    figures = data["figures"]
    begun = sorted(day_of(i[at]) for name, at in _BEGINS.items() for i in figures[name]["items"])
    ended = sorted(day_of(i["at"]) for name in _ENDS for i in figures[name]["items"])
    first = date.fromisoformat(data["period"]["first"])
    last = min(date.fromisoformat(data["period"]["last"]), today)
    if last < first:
        return []
    step = max(1, -(-((last - first).days + 1) // POINTS))
    days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    days += [last] if days[-1] != last else []
    return [(day, sum(1 for d in begun if d <= day) - sum(1 for d in ended if d <= day)) for day in days]
