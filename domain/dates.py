"""What headquarters' calendar calls for in a mission: a definition opened so many days before a session or a report day.

The daily tick asks, as it asks `domain.cadence`: the answer depends on the day and on what the log holds. A date opens its
definition once in each accreditation that it concerns; nothing is opened for a day that has passed, or before adoption.
All days are the mission's own.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from domain.cadence import Due, Past, identity
from domain.mission import Mission
from domain.mission_parts import KnownDate


def called_for(
    mission: Mission,
    dates: Iterable[KnownDate],
    at_work: Collection[str],
    history: Sequence[Past],
    today: date,
) -> list[Due]:
    """Every obligation that a date asks for on the mission's local day `today` and that is not open yet.

    `at_work`: the definitions that are this mission's to carry out today.
    """
    if mission.adopted_on is None or today < mission.adopted_on:
        return []
    known = {(p.accreditation, p.definition, p.period) for p in history}
    found: list[Due] = []
    for one in sorted(dates, key=lambda d: (d.day, d.code)):
        near = one.day - timedelta(days=one.days_before) <= today <= one.day
        if not near or one.definition not in at_work:
            continue
        period = f"{one.kind}.{one.day.isoformat()}"
        for accreditation, country in sorted(mission.accreditations.items()):
            concerned = not one.countries or country in one.countries
            if concerned and (accreditation, one.definition, period) not in known:
                id_ = identity(accreditation, one.definition, period)
                found.append(Due(id_, accreditation, one.definition, period, one.day))
    return found
