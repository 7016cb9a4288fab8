"""What is due in a mission and not yet open: the question that the daily tick asks.

The answer depends on the day and on what the log holds, not on whether yesterday's tick ran: a missed tick heals itself and a
second one opens nothing. At most the current period is opened; nothing is owed for the time before adoption.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.instrument import DefinitionData
from domain.mission import Mission


@dataclass(frozen=True, slots=True)
class Past:
    """An obligation that the log knows: its period, the local day on which it was done (None: not, or not yet), its outcome
    (None: it is open).
    """

    accreditation: str
    definition: str
    period: str
    done_on: date | None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An obligation to open: its id is made of accreditation, code and period, so it can be opened only once."""

    obligation: str
    accreditation: str
    definition: str
    period: str
    due_day: date


def identity(accreditation: str, definition: str, period: str) -> str:
    """The id of a recurring obligation."""
    return f"{accreditation}:{definition}:{period}"


def due(
    mission: Mission, definitions: Iterable[DefinitionData], history: Sequence[Past], today: date
) -> list[Due]:
    """Every recurring obligation whose current period has begun on the mission's local day `today` and is not open."""
    known = {(p.accreditation, p.definition, p.period) for p in history}
    found: list[Due] = []
    for definition in definitions:
        if not mission.duty_is_on(definition["code"], today) or definition["cadence"]["kind"] == "event":
            continue
        for accreditation in sorted(mission.accreditations):
            one = _current(mission, definition, accreditation, history, today)
            if one is not None and (accreditation, one.definition, one.period) not in known:
                found.append(one)
    return found


def waived_in_a_row(history: Iterable[Past], accreditation: str, definition: str) -> int:
    """How many periods in a row, up to the last that is over, were waived: after one, the next waiver needs a higher approver."""
    of = [p for p in history if (p.accreditation, p.definition) == (accreditation, definition)]
    over = [p.outcome for p in sorted(of, key=lambda p: p.period) if p.outcome is not None]
    return next((n for n, outcome in enumerate(reversed(over)) if outcome != "waived"), len(over))


def _current(
    mission: Mission, definition: DefinitionData, accreditation: str, history: Sequence[Past], today: date
) -> Due | None:
    assert mission.adopted_on is not None
    if today < mission.adopted_on:
        return None
    code, months = definition["code"], definition["cadence"]["months"]
    if definition["cadence"]["kind"] == "grid":
        last = _day(mission.last_done.get(code))  # what was done since stands in its own period, late or not
        first = definition["cadence"].get("start_month", 1)
        start = _grid_start(today, months, first)
        end = add_months(start, months) - timedelta(days=1)
        if last is not None and start <= last <= end:
            return None  # done in this period already, before Chancery or otherwise
        period = str(start.year) if (months, first) == (12, 1) else f"{start:%Y-%m}"
        return Due(identity(accreditation, code, period), accreditation, code, period, end)
    last = _last_done(mission, code, accreditation, history)
    end = add_months(last or mission.adopted_on, months)
    if end < mission.adopted_on:
        end = add_months(mission.adopted_on, months)  # nothing is owed for the time before
    lead = timedelta(days=definition["cadence"].get("lead_days", 0))
    while today >= add_months(end, months) - lead:
        end = add_months(end, months)  # waived, missed or never opened: it comes round again all the same
    if today < end - lead:
        return None
    period = f"{end:%Y-%m}"
    return Due(identity(accreditation, code, period), accreditation, code, period, end)


def _last_done(mission: Mission, code: str, accreditation: str, history: Sequence[Past]) -> date | None:
    days = [
        p.done_on for p in history if (p.accreditation, p.definition) == (accreditation, code) and p.done_on
    ]
    before = _day(mission.last_done.get(code))
    if before is not None:
        days.append(before)
    return max(days, default=None)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def _grid_start(day: date, months: int, first: int) -> date:
    """The first day of the period of so many months, counted from the month `first`, in which a day lies."""
    index = (day.year * 12 + day.month - first) // months * months + first - 1
    return date(index // 12, index % 12 + 1, 1)


def add_months(day: date, months: int) -> date:
    """The same date so many months later, or the last day of that month where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))
