"""`/people`: who is in which post, who is away and who stands in; absences and ends of postings; what outsiders are shown."""

import pytest

from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import cid
from tests.web.conftest import Web
from tests.web.test_thread import fields


async def record(web: Web, name: str, **asked: object) -> None:
    """An absence, recorded outside the pages."""
    made = c.RecordAbsence.model_validate({"command_id": cid(name), "mission": "Q"} | asked)
    await web.house.here.desk.submit(made, OPERATOR)


async def test_the_directory_says_who_is_in_post_away_and_standing_in(staffed: Web) -> None:
    await record(
        staffed, "away", posting="p-fp", from_day="2026-05-04", until="2026-05-08", substitute="p-pol"
    )
    own = (await (await staffed.as_("Q-p-fp")).get("/inbox")).text
    assert "You are away until 2026-05-08; Q-p-pol acts for you." in own
    other = (await (await staffed.as_("Q-p-pol")).get("/inbox")).text
    assert "You are away" not in other
    page = (await (await staffed.as_("Q-p-pol")).get("/people")).text
    assert "away until 2026-05-08" in page and "Q-p-pol stands in" in page
    assert "Q-POL-1" in page and "focal point" in page and "Q-p-hom" in page
    assert "Record that somebody is away" not in page  # a political officer records nobody's absence
    lead = (await (await staffed.as_("Q-p-alt")).get("/people")).text
    assert "Record that somebody is away" in lead and "Set the last day" not in lead
    assert "Set the last day" in (await (await staffed.as_("Q-p-hom")).get("/people")).text


async def test_an_absence_is_recorded_with_a_substitute_for_some_duties_and_shortened(staffed: Web) -> None:
    browser = await staffed.as_("Q-p-alt")
    page = (await browser.get("/people")).text
    assert 'value="2026-05-05"' in page  # today stands there already
    typed = fields(page, "/people/absences") | {
        "posting": "p-fp", "from_day": "2026-07-01", "until": "2026-07-21", "substitute": "p-pol", "scope": "TRIAL-OBS",
    }  # fmt: skip
    sent = await browser.post("/people/absences", data=typed)
    assert sent.status_code == 303, sent.text
    again = await browser.post("/people/absences", data=typed)
    assert again.headers["location"] == sent.headers["location"]
    mission = await staffed.house.here.desk.mission("Q")
    (absence,) = mission.absences.values()
    assert (absence.posting, absence.substitute, absence.scope) == ("p-fp", "p-pol", ("TRIAL-OBS",))
    shown = (await browser.get(sent.headers["location"])).text
    assert "Recorded at position" in shown and "only for TRIAL-OBS" in shown
    action = f"/people/absences/{absence.code}/end"
    shorter = await browser.post(action, data=fields(shown, action) | {"until": "2026-07-10"})
    assert shorter.status_code == 303
    mission = await staffed.house.here.desk.mission("Q")
    assert mission.absences[absence.code].last.isoformat() == "2026-07-10"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"posting": "p-fp", "from_day": "2026-07-09", "until": "2026-07-01"}, "The last day lies before the first."),
        ({"posting": "p-fp", "from_day": "2026-07-01", "until": "2026-07-02", "substitute": "p-fp"}, "second-person"),
        ({"posting": "p-fp", "from_day": "2026-07-01", "until": "2026-07-02", "substitute": "p-la"}, "never-alone"),
        ({"posting": "p-fp", "from_day": "2026-07-01", "until": "2026-07-02", "scope": "TRIAL-OSB"}, "no-such-definition"),
        ({"posting": "p-fp", "from_day": "2026-07-01", "until": "2026-07-02", "scope": "TRIAL-OBS"}, "scope-of-nobody"),
        ({"posting": "p-fp", "from_day": "", "until": "2026-07-02"}, "This is needed."),
        ({"posting": "", "from_day": "2026-07-01", "until": "2026-07-02"}, "This is needed."),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_an_absence_is_said_and_what_was_typed_kept(
    staffed: Web, typed: dict[str, str], said: str
) -> None:
    browser = await staffed.as_("Q-p-fp")
    head = await staffed.house.here.log.head()
    form = fields((await browser.get("/people")).text, "/people/absences")
    answer = await browser.post("/people/absences", data=form | typed)
    assert answer.status_code == 422 and said in answer.text
    assert f'value="{typed["until"]}"' in answer.text
    assert await staffed.house.here.log.head() == head


async def test_only_heads_end_a_posting_and_who_may_not_is_told(staffed: Web) -> None:
    action = "/people/postings/p-fp/end"
    focal = await staffed.as_("Q-p-fp")
    own = fields((await focal.get("/people")).text, "/people/absences")
    refused = await focal.post(action, data=own | {"until": "2026-05-20"})
    assert refused.status_code == 422 and "[not-allowed]" in refused.text
    head = await staffed.as_("Q-p-dep")
    form = fields((await head.get("/people")).text, action)
    assert (await head.post(action, data=form | {"until": "2026-05-20"})).status_code == 303
    page = (await head.get("/people")).text
    assert "Leaving within sixty days" in page and "/people/hand-over?leaver=p-fp" in page
    staffed.clock.set(staffed.clock.now().replace(day=21))
    later = (await (await staffed.as_("Q-p-dep")).get("/people")).text
    assert "Nobody is focal point since 2026-05-21" in later and "Who has left" in later


async def test_outsiders_learn_of_a_local_agent_that_there_is_mission_support_and_no_more(
    staffed: Web,
) -> None:
    here = staffed.house.here
    from chancery.directory import Entry
    from tests.made import adoption

    await here.desk.submit(adoption("HQ", "BE", "Europe/Brussels").model_copy(update={"kind": "headquarters", "accreditations": ()}), OPERATOR)  # fmt: skip
    here.keys.create_mission("HQ")
    line = c.PostLine(
        post="HQ-1", role="hq_desk", share_percent=50, local_agent=False, posting="p-hq", from_day="2024-01-01", until=None
    )  # fmt: skip
    await here.desk.submit(
        c.RecordPosts(command_id=cid("hq"), mission="HQ", lines=(line,)),
        OPERATOR,
        [here.directory.statement([Entry("p-hq", "HQ", "Q-p-hq")])],
    )
    await record(staffed, "agent", posting="p-la", from_day="2026-05-04", until="2026-05-08", substitute=None)
    outside = (await (await staffed.as_("Q-p-hq")).get("/people?mission=Q")).text
    assert "mission support" in outside and "Q-p-fp" in outside
    assert not [code for code in ("Q-p-la", "p-la", "Q-LA-1") if code in outside]
    end = c.EndPosting(command_id=cid("end"), mission="Q", posting="p-la", until="2026-05-30")
    await here.desk.submit(end, OPERATOR)
    outside = (await (await staffed.as_("Q-p-hq")).get("/people?mission=Q")).text
    assert "2026-05-30" not in outside and "Leaving within sixty days" not in outside
    inside = (await (await staffed.as_("Q-p-pol")).get("/people")).text
    assert "2026-05-30" in inside and "Leaving within sixty days" in inside
    assert "Q-p-la" in inside and "Q-LA-1" in inside  # the control
    other = await (await staffed.as_("Q-p-pol")).get("/people?mission=HQ")
    assert other.status_code == 404


async def test_who_runs_the_installation_names_the_mission(staffed: Web) -> None:
    operator = await staffed.as_("operator")
    page = await operator.get("/people?mission=Q")
    assert page.status_code == 200 and "Set the last day" in page.text
    assert (await operator.get("/people?mission=NOWHERE")).status_code == 404
    assert (await operator.get("/people")).status_code == 404


async def test_the_page_speaks_french(staffed: Web) -> None:
    page = (await (await staffed.as_("Q-p-fp", **{"accept-language": "fr"})).get("/people")).text
    assert "Absences, en cours ou à venir" in page and "point focal" in page and "Stands in" not in page
