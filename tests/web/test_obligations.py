"""`/obligations`: the list and its filters, opening one, its course in sentences, its sittings and gates, and as known then."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chancery.i18n import use
from chancery.telling import course
from chancery.web.charts import Span, Track, timeline
from domain import commands as c
from domain.envelope import ENGINE_TICK, read_event
from domain.events import TYPES
from domain.task import TASK_TYPES
from tests.made import HEAD, cid, opening
from tests.web.browser import browsing
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.sittings_made import TRIAL, trial
from tests.web.test_thread import fields

GOLDEN = Path(__file__).parents[1] / "domain" / "golden"


async def several(web: Web) -> None:
    """Beside `o-1` (COORD-LOCAL, standard, 2026-05): a year's meeting (core), and what another text asks."""
    desk = web.house.here.desk
    await desk.submit(opening("o-2", "MEET-ANNUAL", "2026"), ENGINE_TICK)
    for code, step in (("o-2", "plan"),):
        await desk.submit(
            c.OpenTask(command_id=cid(f"{code} {step}"), mission="Q", obligation=code, step=step), ENGINE_TICK
        )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"o-1", "o-2"}),
        ("?group=core", {"o-2"}),
        ("?group=standard", {"o-1"}),
        ("?definition=MEET-ANNUAL", {"o-2"}),
        ("?period=2026-05", {"o-1"}),
        ("?period=2026", {"o-1", "o-2"}),
        ("?instrument=osce", set()),
        ("?status=closed", set()),
        ("?status=all&accreditation=Q-EG", {"o-1", "o-2"}),
        ("?as_of=3", set()),
        ("?after=2026-05-06T00:00:00%2B00:00|o-0", {"o-1", "o-2"}),
        ("?after=9999-12-31T00:00:00%2B00:00|zz", set()),
    ],
)
async def test_the_list_is_what_its_address_asks_for(working: Web, query: str, shown: set[str]) -> None:
    await several(working)
    page = await (await working.as_("Q-p-pol")).get(f"/obligations{query}")
    assert page.status_code == 200
    assert {id_ for id_ in ("o-1", "o-2") if f'href="/obligations/{id_}"' in page.text} == shown


async def test_the_list_as_known_then_is_the_list_of_then(working: Web) -> None:
    before = await working.house.here.log.head()
    await several(working)
    browser = await working.as_("Q-p-fp")
    then = (await browser.get(f"/obligations?as_of={before}")).text
    assert 'href="/obligations/o-1"' in then and 'href="/obligations/o-2"' not in then
    assert f"As known at entry {before}" in then and "/obligations/open" not in then
    for bad in ("0", "999999", "yesterday", "9" * 30):
        assert (await browser.get(f"/obligations?as_of={bad}")).status_code == 404


async def test_a_mission_that_is_not_theirs_is_not_there(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    assert (await browser.get("/obligations?mission=R")).status_code == 404
    assert (await browser.get("/obligations?mission=Q")).status_code == 200  # the control
    for nonsense in ("o-none", "%00", "x" * 3000):
        assert (await browser.get(f"/obligations/{nonsense}")).status_code == 404, nonsense
        assert (await browser.get(f"/obligations?mission={nonsense}")).status_code == 404, nonsense


async def test_one_is_opened_once_and_by_what_the_mission_took_up(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    form = (await browser.get("/obligations/open")).text
    typed = fields(form, "/obligations/open") | {
        "what": "eu-hrd:COORD-LOCAL", "period": "2026-07", "due": "2026-08-31",
    }  # fmt: skip
    sent = await browser.post("/obligations/open", data=typed)
    assert sent.status_code == 303, sent.text
    assert (await browser.post("/obligations/open", data=typed)).headers["location"] == sent.headers[
        "location"
    ]
    assert sent.headers["location"].startswith("/obligations/Q-EG:COORD-LOCAL:2026-07")
    shown = (await browser.get(sent.headers["location"])).text
    assert "Recorded at position" in shown and "Q-p-fp opened the obligation." in shown
    state = await working.house.here.desk.obligation("Q-EG:COORD-LOCAL:2026-07")
    assert state.is_open and state.due_by == "2026-08-31T20:59:59Z"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": "osce:OSCE-TRIAL"}, "Choose one of the list."),  # TRIAL-OBS carries it
        ({"what": "eu-hrd:CANARY"}, "Choose one of the list."),
        ({"what": ""}, "This is needed."),
        ({"what": "eu-hrd:COORD-LOCAL", "period": "CANARY-7f3a"}, "Write a year such as 2026"),
        ({"what": "eu-hrd:COORD-LOCAL", "period": "2025-05", "due": "2025-06-30"}, "before-adoption"),
        ({"what": "eu-hrd:COORD-LOCAL", "period": "2026-07", "due": "soon"}, "Write a day such as"),
    ],
)
async def test_what_cannot_be_opened_is_said_at_its_field_and_records_nothing(
    working: Web, typed: dict[str, str], said: str
) -> None:
    browser = await working.as_("Q-p-fp")
    head = await working.house.here.log.head()
    form = fields((await browser.get("/obligations/open")).text, "/obligations/open")
    answer = await browser.post("/obligations/open", data=form | typed)
    assert answer.status_code == 422 and said in answer.text
    if "period" in typed:
        assert f'value="{typed["period"]}"' in answer.text  # what was typed stands there again
    assert await working.house.here.log.head() == head


async def test_who_may_not_open_is_not_offered_it_and_is_refused(working: Web) -> None:
    agent = await working.as_("Q-p-la")
    page = (await agent.get("/obligations/open")).text
    assert 'name="what"' not in page and "In your post" in page
    lead = await working.as_("Q-p-fp")
    assert 'name="what"' in (await lead.get("/obligations/open")).text  # the control
    token = fields((await agent.get("/obligations")).text, "/sign-out")["csrf"]
    sent = await agent.post(
        "/obligations/open", data={"csrf": token, "command_id": str(cid("x")), "what": "eu-hrd:TRIAL-OBS"}
    )
    assert sent.status_code == 422 and "not-allowed" in sent.text


async def test_the_page_tells_the_whole_course_in_sentences_with_a_picture(working: Web) -> None:
    sittings = await trial(working)
    page = (await (await working.as_("Q-p-fp")).get(f"/obligations/{TRIAL}")).text
    for said in (
        "The obligation opened by itself.",
        f"Sitting {sittings[0]} is set for 2026-05-09",
        f"Sitting {sittings[1]} is set for 2026-06-04.",
        f"Sitting {sittings[0]} was offered to",
        "Attend and observe, where appropriate",
        '<svg class="chart"',
        f'href="/tasks/{TRIAL}/triage.1"',
    ):
        assert said in page, said
    events = await working.house.here.log.read_stream(f"obligation/{TRIAL}")
    assert all(f"/log/{event.position}" in page for event in events)  # nothing is silent


async def test_as_known_then_there_is_nothing_to_do_and_nothing_later(working: Web) -> None:
    head = await working.house.here.log.head()
    await trial(working)
    then = await working.house.here.log.head() - 1  # before the offer
    browser = await working.as_("Q-p-fp")
    page = (await browser.get(f"/obligations/{TRIAL}?as_of={then}")).text
    assert "was offered to" not in page and "is set for" in page and f"/obligations/{TRIAL}/end" not in page
    now = (await browser.get(f"/obligations/{TRIAL}")).text
    assert "was offered to" in now and f"/obligations/{TRIAL}/end" in now  # the control
    assert (await browser.get(f"/obligations/{TRIAL}?as_of={head}")).status_code == 404
    typed = fields(now, f"/obligations/{TRIAL}/end") | {"cause": "withdrawn"}
    assert (await browser.post(f"/obligations/{TRIAL}/end?as_of={then}", data=typed)).status_code == 404


async def test_a_sitting_is_set_moved_held_and_the_proceeding_ended(working: Web) -> None:
    first, second = await trial(working, starts=working.clock.now() + timedelta(hours=1))
    browser = await working.as_("Q-p-fp")
    address = f"/obligations/{TRIAL}"
    page = (await browser.get(address)).text
    typed = fields(page, f"{address}/appoint") | {"sitting": second, "on_day": "2026-06-08"}
    assert (await browser.post(f"{address}/appoint", data=typed)).status_code == 303
    new = fields(page, f"{address}/end") | {"on_day": "2026-06-20", "on_time": "10:30"}
    assert (await browser.post(f"{address}/appoint", data=new)).status_code == 303
    working.clock.advance(timedelta(hours=5))
    page = (await browser.get(address)).text
    held = fields(page, f"{address}/held") | {"sitting": first, "outcome": "adjourned"}
    refused = await browser.post(f"{address}/held", data=held)
    assert refused.status_code == 422 and "Say to which day" in refused.text
    done = await browser.post(f"{address}/held", data=held | {"next_day": "2026-09-09", "next_time": "09:30"})
    assert done.status_code == 303, done.text
    off = fields(page, f"{address}/call-off") | {"sitting": second}
    assert (await browser.post(f"{address}/call-off", data=off)).status_code == 303
    state = await working.house.here.desk.obligation(TRIAL)
    told = [(a.day, a.status, a.whole_day) for a in state.sittings()]
    assert told == [
        ("2026-05-05", "held", False), ("2026-06-08", "cancelled", True), ("2026-06-20", "set", False),
        ("2026-09-09", "set", False),
    ]  # fmt: skip
    page = (await browser.get(address)).text
    end = fields(page, f"{address}/end") | {"cause": "withdrawn"}
    assert (await browser.post(f"{address}/end", data=end)).status_code == 303
    state = await working.house.here.desk.obligation(TRIAL)
    assert state.ended_cause == "withdrawn" and all(a.status != "set" for a in state.appointments.values())


async def test_a_gate_is_a_leads_to_set(working: Web) -> None:
    await trial(working)
    address = f"/obligations/{TRIAL}"
    lead, other = await working.as_("Q-p-fp"), await working.as_("Q-p-pol")
    page = (await lead.get(address)).text
    typed = fields(page, f"{address}/gate") | {"gate": "consent:attend", "to": "open"}
    assert (await lead.post(f"{address}/gate", data=typed)).status_code == 303
    assert (await working.house.here.desk.obligation(TRIAL)).gates["consent:attend"]
    shown = (await other.get(address)).text
    assert f"{address}/gate" not in shown and "consent to attend" in shown
    token = fields(shown, "/sign-out")["csrf"]
    closing = {"csrf": token, "command_id": str(cid("gate")), "gate": "consent:attend", "to": "closed"}
    refused = await other.post(f"{address}/gate", data=closing)
    assert refused.status_code == 422 and "not-allowed" in refused.text
    assert (await working.house.here.desk.obligation(TRIAL)).gates["consent:attend"]


def test_every_kind_of_event_has_a_sentence() -> None:
    assert set(course.SENTENCES) == set(TYPES) - TASK_TYPES


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_event_ever_stored_can_be_told(language: str) -> None:
    said = {}
    try:
        use("fr" if language == "fr" else "en")
        for file in sorted(GOLDEN.glob("*.v*.json")):
            kind, _, schema = file.stem.partition(".v")
            data = json.loads(file.read_text())
            body = {
                "id": "0", "type": kind, "schema": int(schema), "stream": "obligation/o", "version": 1,
                "at": "2026-05-05T06:10:00Z", "actor": {"kind": "officer", "code": "p-fp", "for": "p-pol"},
                "command": {"id": "0", "hash": "0"}, "data": data.get("data", data),
            }  # fmt: skip
            said[file.stem] = course.sentence(read_event(body, 7, 0), "Africa/Cairo", {"p-fp": "Q-103"})
    finally:
        use("en")
    assert {name.partition(".v")[0] for name in said} == set(TYPES)
    assert all(text and "{" not in text and "None" not in text for text in said.values()), said
    with pytest.raises(KeyError):  # the control: what has no sentence is not passed over
        course.sentence(replace(read_event(body, 8, 0), type="Nothing"), "Africa/Cairo", {})


async def test_a_browser_finds_nothing_wrong(working: Web) -> None:
    await trial(working)
    await several(working)
    desk = working.house.here.desk
    await desk.submit(
        c.DeclareSuspension(
            command_id=cid("stop"), mission="Q", starts=working.clock.now() + timedelta(days=6),
            ends=working.clock.now() + timedelta(days=12), reason="security",
        ),
        HEAD,
    )  # fmt: skip
    async with browsing() as browser:
        await looked(
            browser, working, "Q-p-fp", ("/obligations", "/obligations/open", f"/obligations/{TRIAL}")
        )


def test_a_timeline_shows_bars_dues_waits_and_stops() -> None:
    start = datetime(2026, 5, 5, tzinfo=UTC)

    def span(first: int, last: int) -> Span:
        return Span(start + timedelta(days=first), start + timedelta(days=last))

    tracks = [
        Track("1", span(0, 10), start + timedelta(days=20), [span(2, 4)]),
        Track("2", span(5, 30), start + timedelta(days=15), late=True),
    ]
    drawn = timeline("t", "Tasks", "told", tracks, [span(6, 8), span(90, 95)], start + timedelta(days=30))
    counted = {
        kind: drawn.count(f'class="{kind}"') for kind in ("mark", "mark late", "wait", "due", "offday", "now")
    }
    assert counted == {"mark": 1, "mark late": 1, "wait": 1, "due": 2, "offday": 1, "now": 1}
    without = timeline("t", "Tasks", "told", tracks[:1], [], None)
    assert 'class="offday"' not in without and 'class="now"' not in without


async def test_every_page_speaks_french(working: Web) -> None:
    await trial(working)
    browser = await working.as_("Q-p-fp", **{"Accept-Language": "fr"})
    for path, said in (
        ("/obligations", "Obligations de la mission Q"),
        ("/obligations/open", "Ouvrir une obligation"),
        (f"/obligations/{TRIAL}", "L&#39;obligation s&#39;est ouverte d&#39;elle-même."),
        ("/board", "Tableau de la mission Q"),
        ("/board/tasks?age=0-2", "0 à 2 jours ouvrables"),
        ("/rota", "Tour de rôle de la mission Q"),
        ("/rota/sheet?day=2026-05-09", "Feuille du 2026-05-09"),
    ):
        page = await browser.get(path)
        assert page.status_code == 200 and said in page.text, path
