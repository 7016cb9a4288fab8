"""`/board`: whose it is, that its figures are those of the clocks, what changed since the last visit, and no person counted."""

import random  # noqa: TID251 - seeded
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chancery import board
from chancery.board import AGES, Choice
from chancery.telling import clocks
from chancery.web.charts import StripDay, bars, strip
from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import FOCAL, HEAD, adoption, cid
from tests.web.browser import browsing
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.sittings_made import trial
from tests.web.test_thread import fields

_COLUMNS = (
    "obligation", "task", "mission", "definition", "instrument", "step", "owner_role", "posting", "accepted", "status",
    "source", "term", "zone", "opened", "original_due", "due", "provisional", "waiting", "waiting_since", "passed",
    "revision", "not_met",
)  # fmt: skip


async def rows_of_tasks(web: Web, number: int, seed: int = 7) -> list[dict[str, Any]]:
    """Rows of open tasks of every kind, written to the view as a projector would; the log knows nothing of them."""
    dice, now = random.Random(seed), web.clock.now()
    made: list[dict[str, Any]] = []
    for n in range(number):
        hours = dice.random() < 0.2
        opened = now - timedelta(minutes=dice.randrange(0, 60 * 24 * 60))
        due = opened + (
            timedelta(hours=dice.choice((4, 24, 72)))
            if hours
            else timedelta(days=dice.randrange(0, 90), hours=dice.randrange(0, 24))
        )
        if dice.random() < 0.05:
            due = now + timedelta(seconds=dice.randrange(-2, 3))
        waits = dice.random() < 0.2
        made.append(
            dict(
                zip(
                    _COLUMNS,
                    (
                        f"x-{n % 40}", f"hold.{n}", "Q", "COORD-LOCAL" if n % 40 < 25 else "MAP", "eu-hrd", "hold", "focal_point",
                        "p-fp", dice.random() < 0.7, "open", "product_default", "24h" if hours else "10wd", "Africa/Cairo",
                        opened, due, due, False, "court" if waits else None,
                        now - timedelta(days=dice.randrange(0, 40)) if waits else None, False, 1, False,
                    ),
                    strict=True,
                )
            )
        )  # fmt: skip
    async with web.house.here.pool.connection() as connection, connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO view.obligation (id, mission, accreditation, instrument, definition, workflow, procedure, case_bound, "
            "status, opened, version, not_met) VALUES (%s, 'Q', 'Q-EG', 'eu-hrd', %s, 'X', 1, false, 'open', now(), 1, false)",
            [(f"x-{n}", "COORD-LOCAL" if n < 25 else "MAP") for n in range(40)],
        )
        names, blanks = ", ".join(_COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
        await cursor.executemany(
            f"INSERT INTO view.task ({names}) VALUES ({blanks})".encode(),
            [tuple(row[name] for name in _COLUMNS) for row in made],
        )
    return made


async def test_each_figure_is_what_the_clocks_say_of_each_task(staffed: Web) -> None:
    made = await rows_of_tasks(staffed, 700)
    here, now = staffed.house.here, staffed.clock.now()
    mission = await here.desk.mission("Q")
    calendar, today = mission.clock, mission.day(now)
    figures = await board.figures(here.pool, [mission], now)
    piles = [clocks.pressure(row, calendar, now) for row in made]
    for pile in ("overdue", "at_risk", "waiting"):
        assert figures.total(pile) == piles.count(pile) > 10, pile
    assert figures.total("open") == len(made)
    assert figures.total("not_taken") == sum(1 for row in made if not row["accepted"]) > 10
    long_ = [
        row
        for row in made
        if row["waiting_since"]
        and calendar.count_working(calendar.day_of(row["waiting_since"]), today) > board.LONG
    ]
    assert figures.total("waiting_long") == len(long_) > 10
    over = [
        calendar.count_working(calendar.day_of(row["due"]), today)
        for row, pile in zip(made, piles, strict=True)
        if pile == "overdue"
    ]
    for name, low, high in AGES:
        assert figures.total(name) == sum(1 for n in over if low <= n <= (high or 10**9)) > 0, name
        found, _ = await board.behind(here.pool, [mission], now, Choice(age=name))
        assert len(found) == min(figures.total(name), board.PAGE)
    cells = {cell["definition"]: cell["open"] for cell in figures.cells}
    assert cells == {d: sum(1 for r in made if r["definition"] == d) for d in ("COORD-LOCAL", "MAP")}


async def test_the_tasks_behind_a_figure_come_page_by_page_and_each_once(staffed: Web) -> None:
    made = await rows_of_tasks(staffed, 420)
    here, now = staffed.house.here, staffed.clock.now()
    mission = await here.desk.mission("Q")
    wanted = {row["task"] for row in made if clocks.pressure(row, mission.clock, now) == "at_risk"}
    seen: list[tuple[str, datetime, str]] = []
    after = None
    while True:
        found, after = await board.behind(here.pool, [mission], now, Choice(pile="at_risk", after=after))
        seen += [(row["definition"], row["due"], row["task"]) for row in found]
        if after is None:
            break
    assert len(seen) == len(wanted) and {task for *_, task in seen} == wanted
    assert [key[:2] for key in seen] == sorted(key[:2] for key in seen)  # by obligation, then by due time


async def test_the_board_is_for_leads_and_for_whoever_oversees(working: Web) -> None:
    here = working.house.here
    await here.desk.submit(adoption("R", "TN", "Africa/Tunis"), OPERATOR)
    assert (await (await working.as_("Q-p-pol")).get("/board")).status_code == 404
    assert (await (await working.as_("Q-p-pol")).get("/board/tasks")).status_code == 404
    lead = await working.as_("Q-p-fp")
    assert (await lead.get("/board")).status_code == 200
    assert (await lead.get("/board?mission=R")).status_code == 404
    assert (await lead.get("/board/tasks?mission=R")).status_code == 404
    assert (await lead.get("/board/tasks?mission=Q&pile=not_taken")).status_code == 200


async def test_headquarters_sees_every_mission_and_any_one(overseen: Web) -> None:
    desk = await overseen.as_("HQ-h-desk")
    page = (await desk.get("/board")).text
    assert "Board of all missions" in page and '<th scope="col">Q</th>' in page
    assert "/board/tasks?mission=Q&amp;definition=COORD-LOCAL" in page
    one = (await desk.get("/board?mission=Q")).text
    assert "Board of mission Q" in one and '<th scope="col">Q-EG</th>' in one
    for nonsense in ("NONE", "%00", "x" * 3000):
        assert (await desk.get(f"/board?mission={nonsense}")).status_code == 404, nonsense
        assert (await desk.get(f"/board/tasks?definition={nonsense}")).status_code in (200, 404), nonsense


@pytest.fixture
async def overseen(working: Web) -> Web:
    """And headquarters, with a desk."""
    from chancery.directory import Entry

    here = working.house.here
    adopted = adoption("HQ", "BE", "Europe/Brussels").model_copy(update={"kind": "headquarters"})
    await here.desk.submit(
        adopted.model_copy(
            update={"accreditations": (c.Accreditation(code="HQ", country="BE", resident=False),)}
        ),
        OPERATOR,
    )
    line = c.PostLine(
        post="HQ-DESK-1", role="hq_desk", share_percent=20, local_agent=False, posting="h-desk", from_day="2024-01-01",
        until=None,
    )  # fmt: skip
    here.keys.create_mission("HQ")
    await here.desk.submit(
        c.RecordPosts(command_id=cid("hq posts"), mission="HQ", lines=(line,)),
        OPERATOR,
        [here.directory.statement([Entry("h-desk", "HQ", "HQ-h-desk")])],
    )
    return working


async def test_what_waits_for_a_second_person_is_counted_until_it_is_answered(working: Web) -> None:
    desk = working.house.here.desk
    lead = await working.as_("Q-p-fp")

    async def counted() -> str:
        page = (await lead.get("/board")).text
        found = re.search(r"pile=second_person\"><span class=\"big\">.*?</svg> (\d+)</span>", page, re.DOTALL)
        assert found
        return found[1]

    assert await counted() == "0"
    await desk.submit(
        c.ProposeWaiver(
            command_id=cid("waive"), mission="Q", obligation="o-1", task="hold.1", seen=1, reason="security",
            alternatives=(c.Alternative(what="bilateral_talk", by="2026-06-20"),), review_on="2026-06-25",
        ),
        FOCAL,
    )  # fmt: skip
    assert await counted() == "1"
    behind = (await lead.get("/board/tasks?pile=second_person")).text
    assert "/tasks/o-1/hold.1" in behind and "waiver" in behind
    head = await working.as_("Q-p-hom")
    action = "/tasks/o-1/hold.1/answer-waiver"
    typed = fields((await head.get("/tasks/o-1/hold.1")).text, action) | {"answer": "no"}
    assert (await head.post(action, data=typed)).status_code == 303
    assert await counted() == "0"


async def test_what_changed_is_what_came_after_the_last_visit(working: Web) -> None:
    lead = await working.as_("Q-p-fp")
    first = (await lead.get("/board")).text
    assert "What happened lately" in first and "The task came to Q-p-fp" in first
    working.clock.advance(timedelta(minutes=40))
    again = (await lead.get("/board")).text
    assert "What changed since your last visit" in again and "Nothing changed." in again
    await trial(working)
    working.clock.advance(timedelta(minutes=40))
    refreshed = (await lead.get("/board", headers={"X-Refresh": "1"})).text
    assert "is set for" in refreshed  # the page asks for itself: no visit of its own
    third = (await lead.get("/board")).text
    assert "is set for" in third and 'href="/obligations/o-t5qzw"' in third
    assert "The task came to Q-p-fp (by role), due 2026-06-30" not in third  # of before
    working.clock.advance(timedelta(minutes=5))
    assert "is set for" in (await lead.get("/board")).text  # the same visit goes on
    working.clock.advance(timedelta(minutes=40))
    assert "Nothing changed." in (await lead.get("/board")).text


async def test_figures_name_no_person(working: Web) -> None:
    page = (await (await working.as_("Q-p-hom")).get("/board")).text
    main = page.split("<main", maxsplit=1)[1]
    figures, changed = main.split('id="board-changed"')
    assert "p-fp" not in figures and "Q-p-" not in figures
    assert "Q-p-fp" in changed  # the control: what somebody did is told with their code, one entry at a time


async def test_the_next_days_are_marked_and_counted(working: Web) -> None:
    here = working.house.here
    working.clock.advance(timedelta(days=35))
    stop = working.clock.now() + timedelta(days=1)
    await here.desk.submit(
        c.DeclareSuspension(
            command_id=cid("stop"), mission="Q", starts=stop, ends=stop + timedelta(days=2), reason="security"
        ),
        HEAD,
    )
    days = await board.ahead(here.pool, [await here.desk.mission("Q")], working.clock.now())
    assert [n for n, d in enumerate(days) if d.stopped] == [1, 2, 3]
    assert [d.day for d in days] == [date(2026, 6, 9) + timedelta(days=n) for n in range(30)]
    assert {d.day.isoformat(): d.number for d in days if d.number} == {"2026-06-30": 1}
    assert [d.off for d in days[3:5]] == ["weekend", "weekend"]  # Friday and Saturday in Egypt


def test_pictures_say_in_words_what_they_show() -> None:
    drawn = [
        bars("a", "What <it> is", "told", [("x & y", 3), ("z", 0)]),
        strip("b", "Days", "told", [StripDay("1", "first", 2, off=True, stopped=True)]),
    ]
    for one in drawn:
        assert 'role="img"' in one and "<title" in one and "<desc" in one and "style=" not in one
    assert "What &lt;it&gt; is" in drawn[0] and "x &amp; y" in drawn[0]


async def test_a_browser_finds_nothing_wrong(working: Web) -> None:
    await trial(working)
    await rows_of_tasks(working, 150)
    async with browsing() as browser:
        await looked(browser, working, "Q-p-fp", ("/board", "/board/tasks?pile=overdue"))
