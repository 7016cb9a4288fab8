"""One officer in two missions: a report for each regime under which they are appraised, none where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.reports.regimes import NoReport
from chancery.reports.staff import staff_report
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import adoption, cid, opening, posts
from tests.rebuild.conftest import Opened, rehearsing  # noqa: F401

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)


def line(posting: str, appraisal: str | None, post: str, **more: Any) -> c.PostLine:
    plain = {"role": "focal_point", "share_percent": 50, "local_agent": False, "until": None}
    said = {"post": post, "posting": posting, "from_day": "2026-01-01", "appraisal": appraisal}
    return c.PostLine.model_validate({**plain, **said, **more})


async def staffed(desk: Desk, mission: str, country: str, zone: str, mine: c.PostLine) -> None:
    await desk.submit(adoption(mission, country, zone), OPERATOR)
    others = [p.model_copy(update={"posting": f"{p.posting}-{mission}"}) for p in posts()]
    lines = (*(p for p in others if p.role != "focal_point"), mine)
    await desk.submit(
        c.RecordPosts(command_id=cid(f"posts {mission}"), mission=mission, lines=lines), OPERATOR
    )
    opened = opening(f"o-{mission}").model_copy(
        update={
            "mission": mission,
            "accreditation": f"{mission}-{country}",
            "command_id": cid(f"open {mission}"),
        }
    )
    await desk.submit(opened, ENGINE_WORKFLOW)
    base = {"mission": mission, "obligation": f"o-{mission}"}
    await desk.submit(c.OpenTask(command_id=cid(f"task {mission}"), step="hold", **base), ENGINE_WORKFLOW)
    accept = c.AcceptTask(command_id=cid(f"accept {mission}"), task="hold.1", **base)
    await desk.submit(accept, Actor("officer", mine.posting, mission))


@pytest.fixture
async def desk(rehearsing: Opened) -> AsyncIterator[Desk]:  # noqa: F811
    """Half a post in Cairo, half a post in Tunis, and a task accepted in each."""
    clock = ManualClock(datetime(2026, 5, 3, 8, tzinfo=UTC))
    async with rehearsing(clock) as opened:
        yield opened


async def both(desk: Desk, in_q: str | None, in_t: str | None) -> None:
    await staffed(desk, "Q", "EG", "Africa/Cairo", line("p-cairo", in_q, "Q-POL-1"))
    await staffed(desk, "T", "TN", "Africa/Tunis", line("p-tunis", in_t, "T-POL-1"))


async def report(desk: Desk, regime: str | None = None) -> dict[str, Any]:
    mine = ["p-cairo", "p-tunis"]
    return (await staff_report(desk.log, "Q-103", mine, FIRST, LAST, regime=regime)).data()


async def refused(desk: Desk, regime: str | None = None) -> str:
    with pytest.raises(NoReport) as caught:
        await report(desk, regime)
    return caught.value.code


async def test_each_regime_has_a_report_of_its_own(desk: Desk) -> None:
    await both(desk, "staff_regulations", "diplomatic_service")
    assert await refused(desk) == "report.regimes"
    assert await refused(desk, "other") == "report.no-such-regime"
    for regime, mission in (("staff_regulations", "Q"), ("diplomatic_service", "T")):
        data = await report(desk, regime)
        assert data["appraisal"] == regime
        assert [p["mission"] for p in data["posts"]] == [mission]
        assert {item["mission"] for item in data["figures"]["assigned"]["items"]} == {mission}
        assert data["figures"]["assigned"]["count"] == 1


async def test_both_posts_under_one_regime_make_one_report(desk: Desk) -> None:
    await both(desk, None, None)
    data = await report(desk)
    assert [p["mission"] for p in data["posts"]] == ["Q", "T"]
    assert data["figures"]["assigned"]["count"] == 2


async def test_where_there_is_no_appraisal_no_report_is_made(desk: Desk) -> None:
    await both(desk, "staff_regulations", "none")
    assert [p["mission"] for p in (await report(desk))["posts"]] == ["Q"]
    assert await refused(desk, "none") == "report.no-appraisal"
    with pytest.raises(NoReport, match="under no appraisal"):
        await staff_report(desk.log, "Q-103", ["p-tunis"], FIRST, LAST)


async def test_the_page_says_under_which_regime(desk: Desk) -> None:
    await both(desk, "staff_regulations", "none")
    made = await staff_report(desk.log, "Q-103", ["p-cairo"], FIRST, LAST)
    assert "Appraised under: staff_regulations" in made.text("en")
    assert "Évalué au titre de : staff_regulations" in made.text("fr").replace("\u00a0", " ")
