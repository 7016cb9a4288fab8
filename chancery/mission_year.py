"""The coming year of a mission as a rehearsal's script: its posts, its calendar, its duties; nobody does anything in it.

So it shows what the year asks for of itself, not what comes of what is done. It plays in the first country of accreditation.
Officers stand in it by the codes of their postings.
"""

from datetime import date, timedelta
from typing import Final

from chancery import queries
from chancery.desk import Desk
from chancery.instruments import carried_by, find, shipped
from chancery.rehearse.script import Cast, HolidaySet, Posted, Script
from domain.mission import Mission

DAYS: Final = 365
_NO_END: Final = 9999


async def script(desk: Desk, mission: Mission) -> Script:
    """From the mission's local day today on, for a year. The mission must have been adopted."""
    assert mission.adopted_on is not None
    today = mission.day(desk.clock.now())
    ends = today + timedelta(days=DAYS)
    cast = Cast(
        code=mission.code,
        host=next(iter(mission.accreditations.values())),
        zone=mission.clock.zone,
        kind="headquarters" if mission.kind == "headquarters" else "mission",
        on=mission.adopted_on,
        post=_posts(mission, today),
        last_done=await _last_done(desk, mission),
        duties=tuple(sorted(_duties(mission, today))),
        partners=mission.partners,
        holiday=tuple(
            HolidaySet(day=day, name=holiday.name, estimated=holiday.estimated)
            for day, holiday in sorted(mission.clock.holidays.items())
            if today <= day <= ends
        ),
    )
    title = f"{mission.code} {today} to {ends}"
    return Script(title=title, starts=today, ends=ends, seed=f"year-{mission.code}", mission=(cast,))


def _posts(mission: Mission, today: date) -> tuple[Posted, ...]:
    running = [held for held in mission.postings.values() if held.last >= today]
    return tuple(
        Posted(
            post=held.post,
            role=mission.posts[held.post].role,
            officer=held.code,
            first=held.first,
            last=None if held.last.year == _NO_END else held.last,
            share=mission.posts[held.post].share_percent,
            local_agent=mission.posts[held.post].support,
        )
        for held in sorted(running, key=lambda p: (p.post, p.first))
    )


async def _last_done(desk: Desk, mission: Mission) -> dict[str, date]:
    """When each duty was last done: as said at the adoption, or as recorded since."""
    found = {code: date.fromisoformat(day) for code, day in mission.last_done.items()}
    for past in await queries.past_of(desk.log, mission):
        if past.done_on is not None:
            found[past.definition] = max(found.get(past.definition, date.min), past.done_on)
    return found


def _duties(mission: Mission, today: date) -> set[str]:
    """What is on today; where the mission has not taken up the text that a duty is carried out under, that too."""
    everything = {code: text["version"] for code, text in shipped().items()}
    found: set[str] = set()
    for instrument, version in mission.instruments.items():
        text = find(instrument, version)
        for one in text["definition"] if text else ():
            if mission.duty_is_on(one["code"], today):
                carrier = carried_by(everything, instrument, one["code"])
                found |= {one["code"]} | ({carrier.partition(":")[2]} if carrier else set())
    return found
