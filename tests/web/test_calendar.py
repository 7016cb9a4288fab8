"""`/calendar`: the year, estimates, revisions and suspensions, each looked at before it is sent; when a term ends; outages."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import cid, opening
from tests.web.conftest import Web
from tests.web.days_made import hidden, open_all, refreshed, revision
from tests.web.test_thread import fields

REVISE = "/calendar/revise"
LOOK = "/calendar/revise/preview"
STOP = "/calendar/suspensions"


@pytest.fixture
async def planned(staffed: Web) -> Web:
    """Four open tasks, each with another kind of term."""
    return await open_all(staffed)


async def test_estimates_are_confirmed_on_the_page_and_what_moves_is_seen_before(planned: Web) -> None:
    browser = await planned.as_("Q-p-fp")
    page = (await browser.get("/calendar?year=2026")).text
    assert "Eid al-Adha (estimated)" in page and "May 2026" in page and "Estimates to confirm" in page
    asked = fields(page, LOOK) | {"kind": "estimates", "source": "government"}
    asked |= {"answer:2026-05-26": "holds", "answer:2026-05-28": "falls"}
    seen = await browser.post(LOOK, data=asked)
    assert seen.status_code == 200, seen.text
    assert "2026-05-26 is confirmed: Day of Arafah." in seen.text and "/tasks/o-1/actions.1" in seen.text
    assert (await planned.house.here.desk.mission("Q")).clock.version == 1
    form = hidden(seen.text, REVISE)
    assert form["add"] == ["2026-05-26|Day of Arafah"] and form["remove"] == ["2026-05-28"]
    sent = await browser.post(REVISE, data=form)
    assert sent.status_code == 303, sent.text
    again = await browser.post(REVISE, data=form)
    assert again.headers["location"] == sent.headers["location"]
    assert (await planned.house.here.desk.mission("Q")).clock.version == 2
    empty = (await browser.get(sent.headers["location"])).text
    assert "It has moved no deadline so far" in empty and "Version 2 of the calendar" in empty
    await refreshed(planned)
    shown = (await browser.get(sent.headers["location"])).text
    assert "/tasks/o-1/actions.1" in shown and "sooner" in shown
    listed = (await browser.get("/calendar/changes")).text
    assert (
        "Worked again: 2026-05-28." in listed
        and '<td class="number" data-label="Deadlines moved">1</td>' in listed
    )


async def test_what_moved_between_look_and_change_is_shown_anew_and_nothing_recorded(planned: Web) -> None:
    browser = await planned.as_("Q-p-fp")
    page = (await browser.get("/calendar")).text
    typed = fields(page, LOOK) | {
        "kind": "add",
        "name": "Bridge day",
        "first": "2026-05-14",
        "source": "closing-days",
    }
    form = hidden((await browser.post(LOOK, data=typed)).text, REVISE)
    await planned.house.here.desk.submit(revision("meanwhile", add={"2026-05-13": "Bridge day"}), OPERATOR)
    late = await browser.post(REVISE, data=form)
    assert late.status_code == 409 and "has changed since you looked" in late.text
    assert (await planned.house.here.desk.mission("Q")).clock.version == 2
    assert (await browser.post(REVISE, data=hidden(late.text, REVISE))).status_code == 303
    assert (await planned.house.here.desk.mission("Q")).clock.version == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "estimates"}, "Answer for one day at least."),
        ({"kind": "estimates", "answer:2026-05-26": "moves"}, "This is needed."),
        ({"kind": "estimates", "answer:2026-05-26": "moves", "to:2026-05-26": "2026-07-23"}, "is a day off already"),
        ({"kind": "estimates", "answer:2026-05-26": "moves", "to:2026-05-26": "2026-05-27"}, "say what becomes of this one"),
        ({"kind": "estimates", "answer:2026-05-26": "perhaps"}, "Choose one of the list."),
        ({"kind": "add", "name": "Bridge day", "first": "2026-05-14", "last": "2026-05-13"}, "lies before the first"),
        ({"kind": "add", "name": "Bridge day", "first": "2026-05-14", "last": "2026-09-13"}, "At most 31 days"),
        ({"kind": "add", "name": "Bridge day", "first": "2026-05-08"}, "worked on these days already"),
        ({"kind": "add", "name": "Canary 7f3a", "first": "2026-05-14"}, "[code-unknown]"),
        ({"kind": "add", "name": "Bridge day", "first": "soon"}, "Write a day such as"),
        ({"kind": "add", "name": "Bridge day", "first": "2026-05-14", "source": "somebody"}, "[code-unknown]"),
        ({"kind": "remove", "day": "2026-05-06"}, "[calendar-unchanged]"),
        ({"kind": "else"}, "Something cannot be used as typed"),
    ],
)  # fmt: skip
async def test_what_cannot_be_a_revision_is_said_and_nothing_recorded(
    planned: Web, typed: dict[str, str], said: str
) -> None:
    browser = await planned.as_("Q-p-fp")
    head = await planned.house.here.log.head()
    form = fields((await browser.get("/calendar")).text, LOOK)
    answer = await browser.post(LOOK, data=form | {"source": "government"} | typed)
    assert answer.status_code == 422 and said in answer.text, answer.text
    assert await planned.house.here.log.head() == head


async def test_a_feast_that_moves_by_a_day_keeps_all_its_days(planned: Web) -> None:
    browser = await planned.as_("Q-p-fp")
    form = fields((await browser.get("/calendar")).text, LOOK) | {"kind": "estimates", "source": "government"}
    for day in (26, 27, 28, 29):
        form |= {f"answer:2026-05-{day}": "moves", f"to:2026-05-{day}": f"2026-05-{day - 1}"}
    seen = hidden((await browser.post(LOOK, data=form)).text, REVISE)
    assert seen["remove"] == ["2026-05-29"] and len(seen["add"]) == 4
    assert (await browser.post(REVISE, data=seen)).status_code == 303
    clock = (await planned.house.here.desk.mission("Q")).clock
    days = {d.isoformat(): h for d, h in clock.holidays.items() if d.isoformat().startswith("2026-05-2")}
    assert sorted(days) == ["2026-05-25", "2026-05-26", "2026-05-27", "2026-05-28"]
    assert not any(h.estimated for h in days.values())


async def test_a_suspension_is_looked_at_declared_renewed_and_lifted(planned: Web) -> None:
    browser = await planned.as_("Q-p-hom")
    page = (await browser.get(STOP)).text
    assert 'value="2026-05-05"' in page and 'value="2026-05-12"' in page  # from now, for a week, stands there
    typed = fields(page, f"{STOP}/declare/preview") | {
        "starts_day": "2026-05-05", "starts_time": "09:00", "ends_day": "2026-05-12", "ends_time": "09:00", "reason": "unrest",
    }  # fmt: skip
    seen = await browser.post(f"{STOP}/declare/preview", data=typed)
    assert seen.status_code == 200 and "stays; flagged" in seen.text and "later" in seen.text
    assert not (await planned.house.here.desk.mission("Q")).suspensions
    sent = await browser.post(f"{STOP}/declare", data=hidden(seen.text, f"{STOP}/declare"))
    assert sent.status_code == 303, sent.text
    await refreshed(planned)
    (code,) = (await planned.house.here.desk.mission("Q")).suspensions
    planned.clock.set(planned.clock.now() + timedelta(days=2))
    page = (await browser.get(STOP)).text
    assert "in force" in page and "unrest" in page
    renewing = hidden(page, f"{STOP}/renew/preview") | {"ends_day": "2026-05-19", "ends_time": "09:00"}
    seen = (await browser.post(f"{STOP}/renew/preview", data=renewing)).text
    assert (await browser.post(f"{STOP}/renew", data=hidden(seen, f"{STOP}/renew"))).status_code == 303
    await refreshed(planned)
    deputy = await planned.as_("Q-p-dep")
    page = (await deputy.get(STOP)).text
    assert "Declare a suspension" not in page and "Let it go on" not in page
    lifting = hidden(page, f"{STOP}/lift/preview") | {"at_day": "2026-05-07", "at_time": "09:10"}
    seen = (await deputy.post(f"{STOP}/lift/preview", data=lifting)).text
    assert "sooner" in seen
    lifted = await deputy.post(f"{STOP}/lift", data=hidden(seen, f"{STOP}/lift"))
    assert lifted.status_code == 303
    await refreshed(planned)
    assert "sooner" in (await deputy.get(lifted.headers["location"])).text
    page = (await deputy.get(STOP)).text
    assert "over" in page and code in page and "Lift it" not in page


async def test_who_may_not_declare_a_suspension_is_offered_none_and_refused(planned: Web) -> None:
    head = await planned.as_("Q-p-hom")
    form = fields((await head.get(STOP)).text, f"{STOP}/declare/preview") | {
        "starts_day": "2026-05-05", "starts_time": "09:00", "ends_day": "2026-05-12", "ends_time": "09:00", "reason": "unrest",
    }  # fmt: skip
    browser = await planned.as_("Q-p-fp")
    page = (await browser.get(STOP)).text
    assert "Declare a suspension" not in page and "Only the Head of Mission" in page
    token = fields((await browser.get("/calendar")).text, LOOK)["csrf"]
    for path in ("declare", "declare/preview"):
        answer = await browser.post(f"{STOP}/{path}", data=form | {"csrf": token})
        assert answer.status_code == 422 and "[not-allowed]" in answer.text
    for wrong, said in (({"ends_day": "2026-06-30"}, "suspension-too-long"), ({"reason": "weather"}, "code-unknown"), ({"ends_day": ""}, "This is needed")):  # fmt: skip
        answer = await head.post(f"{STOP}/declare/preview", data=form | wrong)
        assert answer.status_code == 422
        assert said in answer.text or "Write a day and a time" in answer.text
    assert (await head.post(f"{STOP}/delete/preview", data=form)).status_code == 404


async def test_when_it_ends_is_explained_day_by_day_over_what_lies_on_the_way(planned: Web) -> None:
    browser = await planned.as_("Q-p-fp")
    plain = (await browser.get("/calendar/explain")).text
    assert 'value="2026-05-05"' in plain and 'value="09:10"' in plain and "It ends" not in plain
    asked = "/calendar/explain?from_day=2026-05-21&from_time=10:00&n=5&unit=wd"
    page = (await browser.get(asked)).text
    assert "2026-06-02 24:00" in page
    assert (
        "holiday: Eid al-Adha (estimated)" in page and "Provisional" in page and "working day 5 of 5" in page
    )
    before = (
        await browser.get(
            asked.replace("wd", "before") + "&appointment_day=2026-06-24&appointment_time=09:00"
        )
    ).text
    assert "5 working days before the appointment" in before
    for wrong in ("n=0&unit=wd", "n=5&unit=weeks", "n=99999&unit=wd", "n=2&unit=before", "n=x&unit=d"):
        answer = await browser.get(f"/calendar/explain?from_day=2026-05-21&from_time=10:00&{wrong}")
        assert answer.status_code == 422 and "It ends" not in answer.text, wrong
    assert (
        await browser.get("/calendar/explain?n=3&unit=wd&from_day=nonsense&from_time=1")
    ).status_code == 422


async def test_the_calendar_of_another_mission_is_nobodys(planned: Web) -> None:
    browser = await planned.as_("Q-p-fp")
    for path in ("/calendar", "/calendar/changes", "/calendar/explain", STOP, "/calendar/outages"):
        assert (await browser.get(f"{path}?mission=X")).status_code == 404
        assert (await browser.get(path)).status_code == 200
    assert (await browser.get("/calendar/changes/1")).status_code == 404
    assert (await browser.get("/calendar?year=99999999999")).status_code == 200


# ── outages ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_late_entries_of_an_outage_are_confirmed_together_but_ones_own(planned: Web) -> None:
    desk = planned.house.here.desk
    await desk.submit(opening("t-2", "TRIAL-OBS", None), ENGINE_TICK)
    beside = c.OpenTask(command_id=cid("t-2"), mission="Q", obligation="t-2", step="triage", posting="p-alt")
    await desk.submit(beside, ENGINE_WORKFLOW)
    planned.clock.set(datetime(2026, 5, 7, 7, 0, tzinfo=UTC))
    for posting, id_ in (("p-fp", "t-1"), ("p-alt", "t-2")):
        ended = c.NotAct(
            command_id=cid(f"ended {id_}"), mission="Q", obligation=id_, task="triage.1", outcome="not_appropriate",
            reason="capacity", happened_at=datetime(2026, 5, 6, 19, 0, tzinfo=UTC),
        )  # fmt: skip
        await desk.submit(ended, Actor("officer", posting, "Q"))
    head = await planned.as_("Q-p-hom")
    page = (await head.get("/calendar/outages")).text
    typed = fields(page, "/calendar/outages") | {
        "starts_day": "2026-05-06", "starts_time": "18:00", "ends_day": "2026-05-07", "ends_time": "08:00",
    }  # fmt: skip
    assert (await head.post("/calendar/outages", data=typed)).status_code == 303
    future = await head.post(
        "/calendar/outages", data=typed | {"command_id": str(UUID(int=7)), "ends_day": "2026-06-07"}
    )
    assert future.status_code == 422 and "in-the-future" in future.text
    (code,) = (await desk.mission("Q")).outages
    action = f"/calendar/outages/{code}/confirm"
    browser = await planned.as_("Q-p-fp")
    page = (await browser.get("/calendar/outages")).text
    form = fields(page, action) | {"entry": re.findall(r'name="entry" value="([^"]+)" checked', page)}
    assert sorted(form["entry"]) == ["t-1/triage.1", "t-2/triage.1"]
    none = await browser.post(action, data=form | {"entry": []})
    assert none.status_code == 422 and "Nothing is ticked" in none.text
    done = await browser.post(action, data=form)
    assert "1 of 2 entries confirmed." in done.text and "second person" in done.text
    assert "1 of 2 entries confirmed." in (await browser.post(action, data=form)).text  # a double click
    assert (await desk.obligation("t-2")).tasks["triage.1"].confirmed is True
    assert (await desk.obligation("t-1")).tasks["triage.1"].confirmed is None
    political = (await (await planned.as_("Q-p-pol")).get("/calendar/outages")).text
    assert "Confirm what is ticked" not in political and "t-1/triage.1" in political
    assert (await browser.post("/calendar/outages/u-none/confirm", data=form)).status_code == 404
