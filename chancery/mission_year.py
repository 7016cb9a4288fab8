"""The coming year of a mission as a rehearsal's script: its posts, its calendar, its duties; nobody does anything in it.

So it shows what the year would ask for from the start, not what comes of what is done. Officers stand in it by the codes of
their postings.
"""

from datetime import timedelta

from chancery import queries
from chancery.desk import Desk
from chancery.rehearse.script import Cast, HolidaySet, Posted, Script
from domain.mission import Mission

DAYS = 365
_NO_END = 9999


async def script(desk: Desk, mission: Mission) -> Script:
    """From today on, for a year. The mission must have been adopted."""
    assert mission.adopted_on is not None
    today = mission.day(desk.clock.now())
    ends = today + timedelta(days=DAYS)
    last_done = {code: day for code, day in mission.last_done.items() if day <= today.isoformat()}
    for past in await queries.past_of(desk.log, mission):
        if past.done_on is not None:
            last_done[past.definition] = max(last_done.get(past.definition, ""), past.done_on.isoformat())
    off = {code for code in _duties(mission) if not mission.duty_is_on(code, today)}
    cast = Cast(
        code=mission.code,
        host=next(iter(mission.accreditations.values())),
        zone=mission.clock.zone,
        kind="headquarters" if mission.kind == "headquarters" else "mission",
        on=mission.adopted_on,
        post=tuple(
            Posted(
                post=held.post,
                role=mission.posts[held.post].role,
                officer=held.code,
                first=held.first,
                last=None if held.last.year == _NO_END else held.last,
                share=mission.posts[held.post].share_percent,
                local_agent=mission.posts[held.post].support,
            )
            for held in sorted(mission.postings.values(), key=lambda p: (p.post, p.first))
            if held.last >= today
        ),
        last_done={code: day for code, day in last_done.items() if day >= mission.adopted_on.isoformat() or True},
        switched_off=tuple(sorted(off)),
        partners=mission.partners,
        holiday=tuple(
            HolidaySet(day=day, name=off_day.name, estimated=off_day.estimated)
            for day, off_day in sorted(mission.clock.holidays.items())
            if today <= day <= ends
        ),
    )  # fmt: skip
    return Script(
        title=f"{mission.code} {today} – {ends}",
        starts=today,
        ends=ends,
        seed=f"year-{mission.code}",
        mission=(cast,),
    )


def _duties(mission: Mission) -> list[str]:
    from chancery.instruments import find

    found = []
    for code, version in mission.instruments.items():
        text = find(code, version)
        found += [d["code"] for d in text["definition"]] if text else []
    return found
