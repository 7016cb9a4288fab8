"""The thread: somebody signed in finds a task, ends it late with a reason, and the log holds it once."""

import re

from tests.web.conftest import Web


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def test_a_task_is_found_completed_and_shown_with_its_receipt(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    inbox = await browser.get("/inbox")
    assert inbox.status_code == 200
    assert "/tasks/o-1/hold.1" in inbox.text
    page = (await browser.get("/tasks/o-1/hold.1")).text
    action = "/tasks/o-1/hold.1/complete"
    typed = fields(page, action) | {"line": "risk_list", "note": "Canary 7f3a", "marking": "limite"}
    sent = await browser.post(action, data=typed, files={"file:minutes": ("m.txt", b"minutes")})
    assert sent.status_code == 303, sent.text
    shown = await browser.get(sent.headers["location"])
    assert "Recorded at position" in shown.text
    again = await browser.post(action, data=typed, files={"file:minutes": ("m.txt", b"minutes")})
    assert again.headers["location"] == sent.headers["location"]  # a double click is one event
    state = await working.house.here.desk.obligation("o-1")
    assert state.tasks["hold.1"].outcome == "done"


async def test_nobody_sees_anything_without_signing_in(working: Web) -> None:
    async with working.nobody() as nobody:
        for path in ("/inbox", "/tasks/o-1/hold.1", "/live"):
            answer = await nobody.get(path)
            assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in"), path


async def test_a_form_without_its_token_and_a_foreign_origin_change_nothing(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    head = await working.house.here.log.head()
    without = await browser.post("/tasks/o-1/hold.1/accept", data={"command_id": "x"})
    assert without.status_code == 403
    page = (await browser.get("/tasks/o-1/hold.1")).text
    good = fields(page, "/tasks/o-1/hold.1/accept")
    foreign = await browser.post(
        "/tasks/o-1/hold.1/accept", data=good, headers={"Origin": "https://example.org"}
    )
    assert foreign.status_code == 403
    assert await working.house.here.log.head() == head
    assert (await browser.post("/tasks/o-1/hold.1/accept", data=good)).status_code == 303  # the control
