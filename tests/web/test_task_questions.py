"""What the page of a task asks for in words: whom to name, where an approval is answered, how long a term is."""

from __future__ import annotations

import re

import pytest

from chancery.i18n import speaking
from chancery.telling.terms import term_words
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW
from tests.made import FOCAL, cid
from tests.web.casework import a_case, a_task
from tests.web.conftest import Web
from tests.web.sittings_made import TRIAL, trial
from tests.web.test_thread import fields


def choices(page: str, name: str) -> dict[str, str]:
    """What a list of the page offers: code → words."""
    inside = page.split(f'name="{name}"', 1)[1].split("</select>", maxsplit=1)[0]
    return dict(re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)</option>', inside))


@pytest.fixture
async def staffing(staffed: Web) -> str:
    """The address of the task that decides who observes a sitting."""
    sitting, _ = await trial(staffed)
    desk = staffed.house.here.desk
    await desk.submit(
        c.SetGate(command_id=cid("consent"), mission="Q", obligation=TRIAL, gate="consent:attend", open=True),
        FOCAL,
    )
    await desk.submit(
        c.OpenTask(
            command_id=cid("staff"),
            mission="Q",
            obligation=TRIAL,
            step="decide-and-staff",
            occurrence=sitting,
            appointment=sitting,
        ),
        ENGINE_WORKFLOW,
    )
    return f"/tasks/{TRIAL}/decide-and-staff.{sitting}"


async def test_whoever_goes_is_chosen_by_their_post(staffed: Web, staffing: str) -> None:
    browser = await staffed.as_("Q-p-fp")
    page = (await browser.get(staffing)).text
    observers, support = choices(page, "result:observer"), choices(page, "result:support")
    assert observers["p-pol"].startswith("Q-p-pol · ") and "posting" not in observers
    assert "p-la" not in observers and "p-la" in support, "a local agent goes along, and never alone"
    action = f"{staffing}/complete"
    typed = fields(page, action) | {"marking": "limite", "result:decision": "observe"}
    lines = re.findall(r'name="line" value="([^"]+)"', page)
    nobody = await browser.post(action, data=typed | {"line": lines})
    assert nobody.status_code == 422 and "[observer-needed]" in nobody.text and "POSTING" not in nobody.text
    unticked = await browser.post(action, data=typed | {"result:observer": "p-pol"})
    assert unticked.status_code == 422 and "[checklist-open]" in unticked.text
    assert "The observer has charges, law and earlier reports" in unticked.text.split('id="problem"')[1][:400]
    sent = await browser.post(action, data=typed | {"line": lines, "result:observer": "p-pol"})
    assert sent.status_code == 303, sent.text
    state = await staffed.house.here.desk.obligation(TRIAL)
    assert state.sittings()[0].observer == "p-pol"


async def test_an_approval_leads_to_where_it_is_answered(staffed: Web) -> None:
    task = await a_task(staffed, await a_case(staffed), "CONSULT", "approve-vital-interest")
    obligation = task.partition("/")[0]
    head = (await (await staffed.as_("Q-p-hom")).get(f"/tasks/{task}")).text
    assert f'href="/cases/vital/{obligation}"' in head
    assert f'action="/tasks/{task}/complete"' not in head  # it is no form to tick off
    other = (await (await staffed.as_("Q-p-la")).get(f"/tasks/{task}")).text
    assert f'href="/cases/vital/{obligation}"' not in other


@pytest.mark.parametrize(
    ("term", "english", "french"),
    [
        ("1wd", "1 working day", "1 jour ouvrable"),
        ("10wd", "10 working days", "10 jours ouvrables"),
        ("48h", "48 hours", "48 heures"),
        ("6mo", "6 months", "6 mois"),
        ("by:06-30", "by 30 June", "au plus tard le 30 juin"),
        ("before:10wd", "10 working days before the appointment", "10 jours ouvrables avant le rendez-vous"),
        ("at:", "at the appointment", "au rendez-vous"),
        ("period", "by the end of the period", "avant la fin de la période"),
        ("by:13-45", "by:13-45", "by:13-45"),
    ],
)
def test_a_term_is_said_in_words(term: str, english: str, french: str) -> None:
    assert term_words(term) == english
    with speaking("fr"):
        assert term_words(term) == french
    assert term_words(term) == english  # the language spoken before is spoken again
