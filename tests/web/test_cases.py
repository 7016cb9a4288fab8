"""Cases: who may open one and is recorded first, what may be written, agreed, taken back, shared, merged, locked and destroyed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chancery.cases import record
from chancery.cases.reading import REASONS
from chancery.web.entry_forms import WRITTEN, fields_of
from domain import commands as c
from tests.made import FOCAL, cid
from tests.web.casework import a_case, a_task, fields, fill, headquarters, readings, serving
from tests.web.conftest import Web

CANARY = "Canary-51be07"

GOOD: dict[str, dict[str, Any]] = {
    "note": {"words": CANARY, "channel": "phone", "when_day": "2026-05-01", "when_time": "09:10"},
    "contact": {"channel": "signal", "address": CANARY, "do_not_contact": "22:00-07:00", "words": "calls back"},
    "source": {"kind": "lawyer", "reliability": "B", "credibility": "2", "who": CANARY},
    "verification": {"state": "unverified", "independent_sources": "0", "method": CANARY},
    "risk": {
        "threat": "high", "vulnerability": "high", "capacity": "low", "judgement": "serious", "whom": "defender",
        "threats": ["arrest", "smear"], "words": CANARY,
    },
    "identity": {"kind": "person", "name": CANARY, "also_known_as": "one\ntwo", "travel_document_until": "2027-01-01"},
    "related": {"role": "child", "risk": "high", "own_consent": "yes", "identity": CANARY},
    "option": {"mechanism": "accompaniment", "status": "offered", "words": CANARY},
    "external_action": {"actor": "network", "action": "urgent_appeal", "when": "2026-05-02", "words": CANARY},
}  # fmt: skip
"""Each entry as somebody would fill it in, with a canary where words go."""

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("note", {"words": ""}, "This is needed."),
    ("contact", {"do_not_contact": "at night"}, "Write hours such as 22:00-07:00"),
    ("contact", {"channel": "pigeon"}, "This cannot be used here."),
    ("source", {"credibility": "9"}, "This cannot be used here."),
    ("verification", {"independent_sources": "many"}, "Write a whole number."),
    ("risk", {"whom": "near"}, "Say it for people near the defender"),
    ("risk", {"threat": ""}, "This is needed."),
    ("identity", {"travel_document_until": "soon"}, "Write a day such as"),
    ("related", {"own_consent": ""}, "own consent"),
    ("option", {"mechanism": "magic"}, "Choose one of the list."),
    ("note", {"when_day": "soon"}, "Write a day and a time"),
]


async def test_every_entry_has_a_form_a_filled_one_is_sealed_and_read_back(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    assert set(GOOD) == set(WRITTEN)
    for entry, typed in GOOD.items():
        before = await staffed.house.here.log.head()
        sent = await fill(client, f"/cases/{case}/write/{entry}", **typed)
        assert sent.status_code == 303, (entry, sent.text)
        assert sent.headers["location"].startswith(f"/cases/{case}?done="), entry
        assert await staffed.house.here.log.head() == before + 1, entry
        history = await record.history(staffed.house.here, FOCAL, case)
        assert CANARY in repr(history.of(entry)[-1].content), entry  # type: ignore[arg-type]
    page = (await client.get(f"/cases/{case}")).text
    assert page.count(CANARY) >= len(GOOD)
    for said in (
        "serious risk",
        "B: usually reliable",
        "2: probably true",
        "2026-05-01 09:10",
        "arrest",
        "Recorded",
    ):
        assert (said in page) == (said != "Recorded"), said
    assert "The three inputs alone would say: immediate risk." in page


async def test_what_an_entry_cannot_hold_is_said_at_its_field_and_stays_typed(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    head = await staffed.house.here.log.head()
    for entry, typed, sentence in BAD:
        asked = GOOD[entry] | typed
        answer = await fill(client, f"/cases/{case}/write/{entry}", **asked)
        assert answer.status_code == 422 and sentence in answer.text, (entry, typed)
        assert re.search(r'class="field[^"]* wrong"|class="error"', answer.text), (entry, typed)
        assert (CANARY in answer.text) == (CANARY in asked.values()), (entry, typed)
    assert await staffed.house.here.log.head() == head


async def test_the_forms_offer_what_the_models_name_and_nothing_is_unnamed() -> None:
    for entry in WRITTEN:
        for field in fields_of(entry):
            assert field.label and not any(text.startswith("said:") for _, text in field.choices), field


async def test_a_list_opens_nothing_and_shows_each_visitor_their_own(staffed: Web) -> None:
    case = await a_case(staffed, CANARY)
    other = await a_case(staffed, CANARY)
    task = await a_task(staffed, other, "CASE-INTAKE", "acknowledge")
    lead = (await (await staffed.as_("Q-p-fp")).get("/cases")).text
    assert case in lead and other in lead and CANARY not in lead
    assert re.findall(r"<title>([^<]*)</title>", lead) == ["Cases · Chancery"]
    assert lead.index(other) < lead.index(case)  # what is due next stands first
    officer = await staffed.as_("Q-p-pol")
    assert case not in (page := (await officer.get("/cases")).text) and other not in page
    obligation, _, name = task.partition("/")
    give = c.ReassignTask(
        command_id=cid("give"), mission="Q", obligation=obligation, task=name, posting="p-pol"
    )
    await staffed.house.here.desk.submit(give, FOCAL)
    page = (await officer.get("/cases")).text
    assert other in page and case not in page
    assert (await officer.get(f"/cases/{case}")).status_code == 404
    assert await readings(staffed, case) == [] == await readings(staffed, other)
    shown = await officer.get(f"/cases/{other}")  # the control: a holder opens it, and that is recorded
    assert shown.status_code == 200 and CANARY in shown.text
    assert [(one.reader, one.basis) for one in await readings(staffed, other)] == [("p-pol", "holder")]
    assert await readings(staffed, case) == []


async def test_a_reading_is_recorded_before_anything_is_opened(
    staffed: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chancery.cases import reading
    from chancery.vault import NotFound

    case = await a_case(staffed, CANARY)
    client = await staffed.as_("Q-p-hom")
    assert CANARY in (await client.get(f"/cases/{case}")).text  # the control

    async def away(*_: object) -> None:
        raise NotFound("the log of readings does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "record", away)
        answer = await client.get(f"/cases/{case}")
    assert answer.status_code == 422 and CANARY not in answer.text
    assert len(await readings(staffed, case)) == 1


async def test_headquarters_opens_a_case_only_with_a_reason_and_is_told(staffed: Web) -> None:
    await headquarters(staffed)
    case = await a_case(staffed, CANARY)
    auditor = await staffed.as_("HQ-audit")
    asked = await auditor.get(f"/cases/{case}")
    assert asked.status_code == 200 and CANARY not in asked.text
    assert "recorded before anything is shown" in asked.text
    assert all(f'value="{reason}"' in asked.text for reason in REASONS)
    for reason in ("", "curiosity"):
        refused = await fill(auditor, f"/cases/{case}", reason=reason)
        assert refused.status_code == 422 and CANARY not in refused.text and "reason-to-read" in refused.text
    assert await readings(staffed, case) == []
    opened = await fill(auditor, f"/cases/{case}", reason="complaint")
    assert opened.status_code == 200 and CANARY in opened.text
    assert [(one.reader, one.reason) for one in await readings(staffed, case)] == [("p-h-audit", "complaint")]
    assert "No case is yours to open now." in (await auditor.get("/cases")).text
    assert "/acts" not in asked.text  # an auditor asks for nothing; headquarters' duty officer may
    duty = await staffed.as_("HQ-duty")
    assert f"/cases/{case}/acts" in (await duty.get(f"/cases/{case}")).text
    acts = (await duty.get(f"/cases/{case}/acts")).text
    assert "vital interest" in acts and "Two codes" not in acts and "Share something" not in acts
    seen = (await (await staffed.as_("Q-p-hom")).get(f"/cases/{case}")).text
    assert "Who has read it" in seen and "HQ-audit" in seen and "complaint" in seen
    assert "Who has read it" not in (await (await staffed.as_("Q-p-fp")).get(f"/cases/{case}")).text


async def test_what_is_not_theirs_does_not_exist(staffed: Web) -> None:
    case = await a_case(staffed, CANARY)
    agent = await staffed.as_("Q-p-la")
    paths = ("", "/consent", "/acts", "/write/note", "/write/consent", "/write/nothing", "/acts/share")
    for path in paths:
        answer = await agent.get(f"/cases/{case}{path}")
        assert answer.status_code == 404 and CANARY not in answer.text, path
    lead = await staffed.as_("Q-p-fp")
    for bad in ("c-aaaaaaaa22", "Canary-Name", "x", "c-7kq2mz4xha"):
        assert (await lead.get(f"/cases/{bad}")).status_code == 404
    found = {path: (await lead.get(f"/cases/{case}{path}")).status_code for path in paths}
    assert found == dict.fromkeys(paths, 200) | {"/write/consent": 404, "/write/nothing": 404}  # the control


async def test_who_may_write_but_not_read_writes_and_reads_nothing(staffed: Web) -> None:
    case = await a_case(staffed, "another word")
    officer = await staffed.as_("Q-p-pol")
    sent = await fill(officer, f"/cases/{case}/write/note", words=CANARY)
    assert sent.status_code == 303 and sent.headers["location"].startswith(f"/cases/{case}/write/note?done=")
    after = (await officer.get(sent.headers["location"])).text
    assert "Recorded at position" in after and "another word" not in after and CANARY not in after
    assert await readings(staffed, case) == []


async def test_consent_is_given_until_a_day_and_taken_back_at_once_with_what_that_brings(
    staffed: Web,
) -> None:
    case = await a_case(staffed)
    await a_task(staffed, case, "CASE-INTAKE", "acknowledge")
    client = await staffed.as_("Q-p-fp")
    where = f"/cases/{case}/consent"
    assert "was not asked anything yet" in (await client.get(where)).text
    given = await fill(
        client, where, f"{where}/given", kind=["statement", "share_eu"], **{"until:statement": "2026-06-30"},
        by="defender", channel="in_person", explained=["publicity"], words=CANARY,
    )  # fmt: skip
    assert given.status_code == 303, given.text
    page = (await client.get(given.headers["location"])).text
    assert "2026-06-30 24:00" in page and "until it is taken back" in page and CANARY not in page
    task = await a_task(staffed, case, "STATEMENT", _behind("STATEMENT", "consent:statement"))
    shared = await fill(
        client, f"/cases/{case}/acts", f"/cases/{case}/acts/share", kind="share_eu", to="eu_missions",
        arrangement="coordination", words=CANARY,
    )  # fmt: skip
    assert shared.status_code == 303, shared.text
    assert re.search(r"They know the case as x-[a-z2-7]{10}", (await client.get(f"/cases/{case}")).text)
    back = await fill(
        client, where, f"{where}/withdrawn", kind=["statement", "share_eu"], by="lawyer", channel="phone", words=CANARY,
    )  # fmt: skip
    assert back.status_code == 303, back.text
    page = (await client.get(back.headers["location"])).text
    assert (
        "It holds from now on" in page
        and "Fell away" in page
        and "To be called back from EU missions" in page
    )
    obligation, _, name = task.partition("/")
    state = await staffed.house.here.desk.obligation(obligation)
    assert state.tasks[name].outcome == "cancelled"
    later = (await client.get(where)).text
    assert "It holds from now on" not in later and "refused or withdrawn" in later
    assert "Consent no longer stands: it is called back." in (await client.get(f"/cases/{case}")).text


def _behind(code: str, gate: str) -> str:
    from chancery.instruments import definition

    found = definition("eu-hrd", code)
    assert found is not None
    return next(step["code"] for step in found["step"] if gate in step["gates"])


WISHES: list[tuple[str, dict[str, str], str]] = [
    ("given", {}, "Tick at least one kind of action."),
    ("given", {"kind": "attend", "until:attend": "soon"}, "Write a day such as"),
    ("given", {"kind": "attend", "until:attend": "2020-01-01"}, "That day has passed."),
    ("given", {"kind": "everything"}, "[no-such-kind]"),
    ("withdrawn", {"kind": "attend", "channel": ""}, "This is needed."),
    ("withdrawn", {"kind": "attend", "by": "nobody"}, "Choose one of the list."),
]


async def test_a_wish_that_cannot_be_recorded_changes_nothing(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    where = f"/cases/{case}/consent"
    good = {"by": "defender", "channel": "phone", "words": CANARY}
    head = await staffed.house.here.log.head()
    for form, typed, sentence in WISHES:
        answer = await fill(client, where, f"{where}/{form}", **(good | typed))
        assert answer.status_code == 422 and sentence in answer.text and CANARY in answer.text, (form, typed)
    assert await staffed.house.here.log.head() == head
    assert (await client.get(where)).text.count("never asked") == 11


async def test_the_vital_interest_takes_a_second_person(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    asked = await fill(
        client,
        f"/cases/{case}/acts",
        f"/cases/{case}/acts/vital",
        kind="visit",
        basis="unreachable",
        words=CANARY,
    )
    assert asked.status_code == 303, asked.text
    where = asked.headers["location"].partition("?")[0]
    assert re.fullmatch(r"/cases/vital/o-[a-z2-7]+", where)
    own = (await client.get(where)).text
    assert "somebody else answers" in own and case not in own and CANARY not in own
    head = await staffed.as_("Q-p-hom")
    page = await head.get(where)
    assert "Q-p-fp asked: nobody who may agree can be reached" in page.text and case not in page.text
    answered = await fill(head, where, kind="visit", answer="yes")
    assert answered.status_code == 303, answered.text
    assert "Approved." in (await head.get(where)).text
    assert "in the vital interest" in (await client.get(f"/cases/{case}")).text
    agent = await staffed.as_("Q-p-la")
    assert (await agent.get(where)).status_code == 404


async def test_two_codes_are_merged_and_separated_again(staffed: Web) -> None:
    keep, drop = await a_case(staffed, "one"), await a_case(staffed, "two")
    client = await staffed.as_("Q-p-fp")
    acts = f"/cases/{keep}/acts"
    for wrong in ("c-aaaaaaaa22", "Canary-Name", keep):
        assert (await fill(client, acts, f"{acts}/merge", other=wrong)).status_code == 422, wrong
    sent = await fill(client, acts, f"{acts}/merge", other=drop, words=CANARY)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/{keep}")
    assert "Merged into" in (await client.get(f"/cases/{drop}")).text
    intake = (await record.known(staffed.house.here, drop)).own("CASE-INTAKE")
    assert intake is not None and intake.outcome == "superseded"
    apart = await fill(client, acts, f"{acts}/separate", other=drop)
    assert apart.headers["location"] == f"/cases/{drop}"
    again = (await record.known(staffed.house.here, drop)).own("CASE-INTAKE")
    assert again is not None and again.is_open


async def test_a_case_attaches_to_a_proceeding_of_another_and_is_taken_out(staffed: Web) -> None:
    first, second = await a_case(staffed), await a_case(staffed)
    trial = await serving(staffed, first, "TRIAL-OBS")
    client = await staffed.as_("Q-p-fp")
    acts = f"/cases/{second}/acts"
    sent = await fill(client, acts, f"{acts}/attach", obligation=trial)
    assert sent.status_code == 303, sent.text
    assert trial in (await client.get(f"/cases/{second}")).text
    out = await fill(client, acts, f"{acts}/detach", obligation=trial)
    assert out.status_code == 303, out.text
    assert f"/obligations/{trial}" not in (await client.get(f"/cases/{second}")).text


async def test_a_closed_vault_closes_every_page_of_a_case_and_tasks_go_on_by_code(staffed: Web) -> None:
    case = await a_case(staffed, CANARY)
    task = await a_task(staffed, case, "CASE-INTAKE", "acknowledge")
    head, client = await staffed.as_("Q-p-hom"), await staffed.as_("Q-p-fp")
    assert (
        "/cases/vault/lock" not in (await client.get("/cases/vault")).text
    )  # a focal point sees, and does not close
    shut = await fill(head, "/cases/vault", "/cases/vault/lock", mission="Q", reason="raid")
    assert shut.status_code == 303, shut.text
    assert staffed.house.here.keys.locked("Q")
    for path in ("", "/consent", "/acts", "/write/note"):
        answer = await client.get(f"/cases/{case}{path}")
        assert answer.status_code == 423 and CANARY not in answer.text, path
        assert "tasks go on by their codes" in answer.text
    listed = (await client.get("/cases")).text
    assert case not in listed and "A vault is closed" in listed
    assert (await client.get(f"/tasks/{task}")).status_code == 200
    page = (await head.get("/cases/vault")).text
    assert "It is closed." in page
    wide = await fill(head, "/cases/vault", "/cases/vault/unlock", mission="Q", reason="nothing")
    assert wide.status_code == 422 and staffed.house.here.keys.locked("Q")
    opened = await fill(head, "/cases/vault", "/cases/vault/unlock", mission="Q", reason="over")
    assert opened.status_code == 303
    assert CANARY in (await client.get(f"/cases/{case}")).text  # the control


async def test_what_is_known_is_destroyed_by_two_and_nothing_brings_it_back(staffed: Web) -> None:
    case = await a_case(staffed, CANARY)
    client, head = await staffed.as_("Q-p-fp"), await staffed.as_("Q-p-hom")
    acts = f"/cases/{case}/acts"
    asked = await fill(client, acts, f"{acts}/shred", basis="retention_ended")
    assert (asked.status_code, asked.headers["location"]) == (303, "/cases/vault?mission=Q")
    page = (await head.get("/cases/vault")).text
    (request,) = set(re.findall(r"d-[0-9a-f]{12}", page))
    assert case not in page
    careless = await fill(head, "/cases/vault", "/cases/vault/answer", answer="yes", request=request)
    assert careless.status_code == 422 and "nothing brings it back" in careless.text
    assert (await client.get(f"/cases/{case}")).status_code == 200
    done = await fill(head, "/cases/vault", "/cases/vault/answer", answer="yes", sure="yes", request=request)
    assert done.status_code == 303, done.text
    for path in ("", "/consent", "/acts", "/write/note"):
        gone = await client.get(f"/cases/{case}{path}")
        assert gone.status_code == 410 and "destroyed" in gone.text and CANARY not in gone.text, path
    assert case not in (await client.get("/cases?show=all")).text


async def test_headquarters_closes_a_missions_vault_and_only_headquarters_opens_it(staffed: Web) -> None:
    await headquarters(staffed)
    duty, head = await staffed.as_("HQ-duty"), await staffed.as_("Q-p-hom")
    shut = await fill(duty, "/cases/vault?mission=Q", "/cases/vault/lock", reason="security")
    assert shut.status_code == 303, shut.text
    assert staffed.house.here.keys.locked("Q") and not staffed.house.here.keys.locked("HQ")
    own = await fill(head, "/cases/vault", "/cases/vault/unlock", reason="over")
    assert own.status_code == 422 and staffed.house.here.keys.locked("Q")
    opened = await fill(duty, "/cases/vault?mission=Q", "/cases/vault/unlock", reason="over")
    assert opened.status_code == 303 and not staffed.house.here.keys.locked("Q")


async def test_a_double_click_writes_one_entry(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    path = f"/cases/{case}/write/note"
    typed = fields((await client.get(path)).text, path) | {"words": CANARY}
    first, second = await client.post(path, data=typed), await client.post(path, data=typed)
    assert first.headers["location"] == second.headers["location"]
    assert len((await record.history(staffed.house.here, FOCAL, case)).of("note")) == 2
