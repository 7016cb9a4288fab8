"""`/people/hand-over`: what would move and what is refused is shown and nothing written; then each move once; both signatures."""

import re
from uuid import UUID

import pytest

from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import cid, opening
from tests.web.conftest import Web
from tests.web.test_thread import fields

ACTION = "/people/hand-over"


async def opened(web: Web, name: str, code: str, step: str, period: str | None) -> None:
    """An obligation with one task, by its first step."""
    desk = web.house.here.desk
    await desk.submit(opening(name, code, period), ENGINE_TICK)
    task = c.OpenTask(command_id=cid(f"{name} {step}"), mission="Q", obligation=name, step=step)
    await desk.submit(task, ENGINE_WORKFLOW)


@pytest.fixture
async def leaving(staffed: Web) -> Web:
    """The focal point holds three tasks and leaves on 20 May."""
    await opened(staffed, "o-1", "COORD-LOCAL", "hold", "2026-05")
    await opened(staffed, "o-2", "LIS-REVIEW", "draft", "2026-05")
    await opened(staffed, "t-1", "TRIAL-OBS", "triage", None)
    end = c.EndPosting(command_id=cid("end"), mission="Q", posting="p-fp", until="2026-05-20")
    await staffed.house.here.desk.submit(end, OPERATOR)
    return staffed


def form_of(page: str) -> dict[str, list[str] | str]:
    """The form of the second step: what is hidden in it, and what is ticked."""
    form = page.split(f'<form method="post" action="{ACTION}"')[1].split("</form>", maxsplit=1)[0]
    made: dict[str, list[str] | str] = dict(
        re.findall(r'<input type="hidden" name="(csrf|command_id|leaver|to)" value="([^"]*)"', form)
    )
    for name in ("planned", "task"):
        made[name] = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', form)
    made["move"] = re.findall(r'name="move" value="([^"]*)" checked', form)
    return made


async def holders(web: Web) -> dict[str, str]:
    """Who holds each task now."""
    found = {}
    for name, task in (("o-1", "hold.1"), ("o-2", "draft.1"), ("t-1", "triage.1")):
        found[name] = (await web.house.here.desk.obligation(name)).tasks[task].posting
    return found


async def test_the_three_steps_move_what_is_ticked_and_write_nothing_before(leaving: Web) -> None:
    browser = await leaving.as_("Q-p-hom")
    first = (await browser.get(ACTION)).text
    assert '<option value="p-fp" selected>' in first  # who leaves first stands there already
    head = await leaving.house.here.log.head()
    page = (await browser.get(f"{ACTION}?leaver=p-fp&to=p-pol")).text
    form = form_of(page)
    assert form["move"] == ["t-1/triage.1", "o-1/hold.1", "o-2/draft.1"] or len(form["move"]) == 3
    assert "Q-p-pol · Q-POL-3" in page
    assert await leaving.house.here.log.head() == head  # a look writes nothing
    assert set((await holders(leaving)).values()) == {"p-fp"}
    form["move"] = ["o-1/hold.1", "t-1/triage.1"]
    done = await browser.post(ACTION, data=form)
    assert done.status_code == 200 and "2 of 2 tasks moved." in done.text
    assert await holders(leaving) == {"o-1": "p-pol", "o-2": "p-fp", "t-1": "p-pol"}


async def test_a_double_click_moves_nothing_twice_and_says_the_same(leaving: Web) -> None:
    browser = await leaving.as_("Q-p-hom")
    form = form_of((await browser.get(f"{ACTION}?leaver=p-fp&to=p-pol")).text)
    done = await browser.post(ACTION, data=form)
    head = await leaving.house.here.log.head()
    again = await browser.post(ACTION, data=form)
    assert "3 of 3 tasks moved." in done.text and "3 of 3 tasks moved." in again.text
    assert await leaving.house.here.log.head() == head
    assert re.findall(r"at position (\d+)", done.text) == re.findall(r"at position (\d+)", again.text)
    other = form_of((await browser.get(f"{ACTION}?leaver=p-pol&to=p-alt")).text)
    assert "3 of 3 tasks moved." in (await browser.post(ACTION, data=other)).text  # the control
    assert await leaving.house.here.log.head() == head + 3


async def test_what_changed_between_look_and_run_is_refused_and_said(leaving: Web) -> None:
    browser = await leaving.as_("Q-p-hom")
    form = form_of((await browser.get(f"{ACTION}?leaver=p-fp&to=p-pol")).text)
    focal = Actor("officer", "p-fp", "Q")
    taken = c.AcceptTask(command_id=cid("took"), mission="Q", obligation="o-1", task="hold.1")
    await leaving.house.here.desk.submit(taken, focal)
    given = c.ReassignTask(
        command_id=cid("gave"), mission="Q", obligation="o-2", task="draft.1", posting="p-alt"
    )
    await leaving.house.here.desk.submit(given, Actor("officer", "p-hom", "Q"))
    done = (await browser.post(ACTION, data=form)).text
    assert "3 of 3" not in done and "changed" in done
    now = await holders(leaving)
    assert now["o-2"] == "p-alt" and now["t-1"] == "p-pol"


async def test_what_cannot_move_stays_and_the_page_says_why(leaving: Web) -> None:
    desk = leaving.house.here.desk
    away = c.RecordAbsence(
        command_id=cid("away"), mission="Q", posting="p-pol", from_day="2026-05-05", until="2026-05-06"
    )
    await desk.submit(away, OPERATOR)
    browser = await leaving.as_("Q-p-hom")
    page = (await browser.get(f"{ACTION}?leaver=p-fp&to=p-pol")).text
    assert "There is no posting p-pol" in page and "Q-p-alt · Q-POL-2" in page
    assert "as alternate" in page


async def test_only_the_tasks_ticked_in_the_inbox_are_handed_over_whoever_holds_them(leaving: Web) -> None:
    desk = leaving.house.here.desk
    given = c.ReassignTask(
        command_id=cid("gave"), mission="Q", obligation="o-2", task="draft.1", posting="p-alt"
    )
    await desk.submit(given, Actor("officer", "p-hom", "Q"))
    browser = await leaving.as_("Q-p-dep")
    asked = f"{ACTION}?task=o-1/hold.1&task=o-2/draft.1&task=o-9/gone.1&to=p-pol"
    page = (await browser.get(asked)).text
    form = form_of(page)
    assert sorted(form["move"]) == ["o-1/hold.1", "o-2/draft.1"]
    assert "look at each by itself" in page and "o-9/gone.1" in page
    assert "Held by" in page  # two holders: each row says whose it is
    assert "2 of 2 tasks moved." in (await browser.post(ACTION, data=form)).text
    assert await holders(leaving) == {"o-1": "p-pol", "o-2": "p-pol", "t-1": "p-fp"}


@pytest.mark.parametrize(
    "planned",
    ["o-1/hold.1|x|p-pol", "o-1/hold.1|1|p-nobody", "o-9/hold.1|1|p-pol", "o-1|1|p-pol", "nonsense"],
)
async def test_a_form_that_is_not_ours_moves_nothing(leaving: Web, planned: str) -> None:
    browser = await leaving.as_("Q-p-hom")
    form = form_of((await browser.get(f"{ACTION}?leaver=p-fp&to=p-pol")).text)
    head = await leaving.house.here.log.head()
    answer = await browser.post(ACTION, data=form | {"planned": [planned]})
    assert answer.status_code == 422 and "This form is not whole" in answer.text
    none = await browser.post(ACTION, data=form | {"move": []})
    assert none.status_code == 422 and "Nothing is ticked" in none.text
    assert await leaving.house.here.log.head() == head


async def test_who_may_not_reassign_sees_no_form_and_is_refused(leaving: Web) -> None:
    head_form = form_of((await (await leaving.as_("Q-p-hom")).get(f"{ACTION}?leaver=p-fp&to=p-pol")).text)
    browser = await leaving.as_("Q-p-pol")
    page = await browser.get(f"{ACTION}?leaver=p-fp&to=p-alt")
    assert page.status_code == 200 and "What would move" not in page.text
    own = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    answer = await browser.post(ACTION, data=head_form | {"csrf": own})
    assert "0 of 3 tasks moved." in answer.text
    assert set((await holders(leaving)).values()) == {"p-fp"}
    none = await browser.get(f"{ACTION}?leaver=p-none")
    assert none.status_code == 200
    lead = await (await leaving.as_("Q-p-alt")).get(f"{ACTION}?leaver=p-none")
    assert lead.status_code == 422 and "no-such-posting" in lead.text


async def test_both_sides_sign_and_whoever_takes_over_queries(leaving: Web) -> None:
    desk = leaving.house.here.desk
    await desk.submit(opening("h-1", "FP-HANDOVER", "p-fp.2026-05-20"), ENGINE_TICK)
    sign = f"{ACTION}/sign"
    comes = await leaving.as_("Q-p-alt")
    assert "Sign: taken over" not in (await comes.get(ACTION)).text  # nothing is handed over yet
    leaves = await leaving.as_("Q-p-fp")
    page = (await leaves.get(ACTION)).text
    assert "leaves on 2026-05-20" in page
    out = fields(page, sign)
    assert (await leaves.post(sign, data=out)).status_code == 303
    again = await leaves.post(sign, data=out)
    assert again.status_code == 303
    handed = (await desk.obligation("h-1")).handed["out"]
    assert handed == ("o-1", "o-2", "t-1")
    page = (await comes.get(ACTION)).text
    assert "Sign: taken over" in page and 'value="o-2"' in page
    taken = await comes.post(sign, data=fields(page, sign) | {"query": ["o-2"]})
    assert taken.status_code == 303, taken.text
    state = await desk.obligation("h-1")
    assert state.signed == {"out": "p-fp", "in": "p-alt"} and state.queried["in"] == ("o-2",)
    shown = (await comes.get(ACTION)).text
    assert "queried" in shown and "Sign: taken over" not in shown
    assert UUID(out["command_id"])


async def test_a_signature_for_nothing_is_refused(leaving: Web) -> None:
    browser = await leaving.as_("Q-p-hom")
    page = (await browser.get(ACTION)).text
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    sent = {"csrf": token, "command_id": str(cid("sign")), "leaver": "p-fp", "side": "out"}
    answer = await browser.post(f"{ACTION}/sign", data=sent)
    assert answer.status_code == 422 and "no-handover" in answer.text
    wrong = await browser.post(f"{ACTION}/sign", data=sent | {"side": "left"})
    assert wrong.status_code == 422


async def test_leads_tick_tasks_in_the_inbox_and_come_to_the_plan(leaving: Web) -> None:
    lead = (await (await leaving.as_("Q-p-hom")).get("/inbox?show=team")).text
    assert 'action="/people/hand-over"' in lead
    assert 'form="hand-over" name="task" value="o-1/hold.1"' in lead and "Hand over what is ticked" in lead
    other = (await (await leaving.as_("Q-p-pol")).get("/inbox?show=team")).text
    assert "o-1" in other and "hand-over" not in other
