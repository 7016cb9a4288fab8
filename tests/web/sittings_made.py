"""A trial with two sittings at work in mission Q, offered to whoever may observe it: what obligation, rota and sheet show."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW
from tests.made import FOCAL, cid, opening
from tests.web.conftest import Web

TRIAL = "o-t5qzw"


async def trial(web: Web, *, starts: datetime | None = None, obligation: str = TRIAL) -> list[str]:
    """Open it, with one sitting in four days and one in thirty; offer the first. The sittings' codes."""
    desk = web.house.here.desk
    now = web.clock.now()
    mission = await desk.mission("Q")
    await desk.submit(opening(obligation, "TRIAL-OBS", None), ENGINE_TICK)
    await desk.submit(
        c.OpenTask(command_id=cid(f"triage {obligation}"), mission="Q", obligation=obligation, step="triage"),
        ENGINE_WORKFLOW,
    )
    days = [starts or now + timedelta(days=4, hours=1), now + timedelta(days=30)]
    made = [
        c.Sitting(
            appointment=f"ap-{obligation}-{n}",
            starts=at,
            day=mission.day(at).isoformat(),
            whole_day=n == 2,
        )
        for n, at in enumerate(days, start=1)
    ]
    await desk.submit(
        c.RecordSittings(
            command_id=cid(f"sittings {obligation}"), mission="Q", obligation=obligation, sittings=tuple(made)
        ),
        FOCAL,
    )
    await desk.submit(
        c.OfferRota(
            command_id=cid(f"offer {obligation}"),
            mission="Q",
            obligation=obligation,
            appointment=made[0].appointment,
        ),
        ENGINE_WORKFLOW,
    )
    return [one.appointment for one in made]
