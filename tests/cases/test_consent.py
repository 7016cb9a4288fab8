"""A wish, kind by kind: it opens and shuts the gates of all that serves the case; what was shared names its arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chancery.cases import codes, consent, intake, merging, reading, record, sharing, vital
from chancery.cases.consent import Wish
from chancery.cases.opening import open_for
from chancery.cases.refusals import CaseRefused
from chancery.keystore import VaultLocked
from chancery.office import send
from chancery.streams import Receipt
from domain import commands as c
from domain.casework import KINDS
from domain.envelope import ENGINE_WORKFLOW, Actor
from domain.refusals import Refused
from tests.cases.conftest import AUDITOR, DESK, Bureau
from tests.made import AGENT, FOCAL, HEAD, POLITICAL, cid

WISH = Wish("defender", "in_person", "spoke at the office", ("action", "sharing"))
LAWYER = Wish("lawyer", "phone", "does not want it any more")
UNTIL = datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)


@pytest.fixture
async def case(office: Bureau) -> str:
    """A case with its intake and a trial; nobody was asked anything yet."""
    case, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record={"words": "an alert"})
    await open_for(office, FOCAL, await office.desk.mission("Q"), case, "TRIAL-OBS", cid("trial"))
    return case


async def gates(office: Bureau, case: str, code: str) -> dict[str, bool]:
    """The gates of the case's obligation of that definition."""
    found = (await record.known(office, case)).own(code)
    assert found is not None
    return dict(found.gates)


async def test_what_is_agreed_opens_in_all_that_serves_the_case_and_lapses(office: Bureau, case: str) -> None:
    receipts = await consent.agree(office, FOCAL, case, {"attend": UNTIL, "photo": None}, WISH)
    assert len(receipts) == 2
    assert await gates(office, case, "CONSULT") == {"consent:attend": True, "consent:photo": True}
    assert await gates(office, case, "TRIAL-OBS") == {"consent:attend": True}
    standing = {gate.kind: gate for gate in await consent.standing(office, FOCAL, case)}
    assert set(standing) == set(KINDS)
    assert (standing["attend"].open, standing["attend"].until) == (True, UNTIL)
    assert (standing["photo"].open, standing["photo"].until) == (True, None)
    assert standing["visit"].open is None
    (said, _) = (await record.history(office, FOCAL, case)).of("consent")
    assert said.content["by"] == "defender" and said.content["agreed"]["photo"] is None
    assert "spoke at the office" not in repr(await office.events())


async def test_what_is_taken_back_shuts_everywhere_and_its_tasks_fall(office: Bureau, case: str) -> None:
    await consent.agree(office, FOCAL, case, {"attend": None}, WISH)
    trial = (await record.known(office, case)).own("TRIAL-OBS")
    assert trial is not None
    step = next(s for s in trial.definition["step"] if "consent:attend" in s["gates"])["code"]
    sitting = c.Sitting(
        appointment="ap-1", starts=datetime(2026, 5, 20, 9, tzinfo=UTC), day="2026-05-20", whole_day=False
    )
    ask: dict[str, Any] = {"mission": "Q", "obligation": trial.id}
    await office.desk.submit(c.RecordSittings(command_id=cid("s"), sittings=(sitting,), **ask), FOCAL)
    opening = c.OpenTask(command_id=cid("t"), step=step, appointment="ap-1", **ask)
    await office.desk.submit(opening, ENGINE_WORKFLOW)
    await consent.withdraw(office, FOCAL, case, ["attend"], LAWYER)
    trial = await office.desk.obligation(trial.id)
    assert trial.gates == {"consent:attend": False} and trial.tasks[f"{step}.1"].outcome == "cancelled"
    with pytest.raises(Refused) as refused:
        await office.desk.submit(
            opening.model_copy(update={"command_id": cid("t2"), "occurrence": "2"}), ENGINE_WORKFLOW
        )
    assert refused.value.code == "gate-shut"
    events = repr([e["data"] for e in await office.events() if e["type"] == "GateSet"])
    assert "lawyer" not in events and "want" not in events  # whose wish it was is sealed


async def test_an_obligation_that_opens_meanwhile_is_told_too(
    office: Bureau, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens between looking and writing: on the gates as they stood before."""
    await consent.agree(office, FOCAL, case, {"share_un": None}, WISH)
    late: list[str] = []

    async def slow(at: Any, command: c.Command, actor: Actor, sealed: Sequence[Any] = ()) -> Receipt:
        if isinstance(command, c.SetGates) and not late:
            opened, _ = await open_for(
                office, FOCAL, await office.desk.mission("Q"), case, "SP-LINK", cid("late"), parent="o-any"
            )
            late.append(opened)
        return await send(at, command, actor, sealed)

    monkeypatch.setattr(consent, "send", slow)
    await consent.withdraw(office, FOCAL, case, ["share_un"], LAWYER)
    opened = await office.desk.obligation(late[0])
    types = [e["type"] for e in await office.events() if e["stream"] == f"obligation/{late[0]}"]
    assert "GateSet" in types and opened.gates == {"consent:share_un": False}
    assert (await gates(office, case, "CONSULT"))["consent:share_un"] is False


async def test_the_same_request_is_carried_out_once_whatever_opened_since(office: Bureau, case: str) -> None:
    request = uuid4()
    await consent.agree(office, FOCAL, case, {"share_un": None}, WISH, request)
    opened, _ = await open_for(
        office, FOCAL, await office.desk.mission("Q"), case, "SP-LINK", cid("later"), parent="o-any"
    )
    before = await office.desk.log.head()
    (again,) = await consent.agree(office, FOCAL, case, {"share_un": None}, WISH, request)
    assert not again.fresh and await office.desk.log.head() == before
    with pytest.raises(Refused, match="was used for something else"):
        await consent.agree(office, FOCAL, case, {"attend": None}, WISH, request)
    assert (await office.desk.obligation(opened)).gates == {"consent:share_un": True}


BAD: list[tuple[dict[str, Any], str]] = [({}, "nothing-named"), ({"CANARY": None}, "no-such-kind")]


@pytest.mark.parametrize(("kinds", "code"), BAD)
async def test_what_is_no_kind_of_action_is_refused(
    office: Bureau, case: str, kinds: dict[str, Any], code: str
) -> None:
    head = await office.desk.log.head()
    for asked in (
        consent.agree(office, FOCAL, case, kinds, WISH),
        consent.withdraw(office, FOCAL, case, kinds, WISH),
    ):
        with pytest.raises(CaseRefused) as refused:
            await asked
        assert refused.value.code == code
    assert await office.desk.log.head() == head


async def test_an_end_that_has_passed_is_refused_and_who_may_not_is_too(office: Bureau, case: str) -> None:
    with pytest.raises(Refused) as refused:
        await consent.agree(office, FOCAL, case, {"attend": datetime(2026, 5, 1, tzinfo=UTC)}, WISH)
    assert refused.value.code == "ends-before-start"
    for actor in (POLITICAL, AGENT, AUDITOR):
        with pytest.raises(Refused) as refused:
            await consent.agree(office, actor, case, {"attend": None}, WISH)
        assert refused.value.code == "not-allowed", actor.code


async def test_what_is_shared_takes_consent_and_goes_under_a_code_of_the_partners_own(
    office: Bureau, case: str
) -> None:
    share: dict[str, Any] = {
        "to": "EMB-A",
        "arrangement": "burden-sharing-2026",
        "content": {"what": "CANARY-summary"},
    }
    with pytest.raises(CaseRefused, match="no consultation"):
        await sharing.disclose(office, FOCAL, case, "share_eu", **share)
    await consent.agree(office, FOCAL, case, {"attend": None}, WISH)
    with pytest.raises(Refused) as refused:
        await sharing.disclose(office, FOCAL, case, "share_eu", **share)
    assert refused.value.code == "gate-shut"
    await consent.agree(office, FOCAL, case, {"share_eu": None}, WISH)
    _, first = await sharing.disclose(office, FOCAL, case, "share_eu", **share)
    _, second = await sharing.disclose(office, FOCAL, case, "share_eu", **(share | {"to": "EMB-B"}))
    assert first == codes.partner_code(office.vault, case, "EMB-A") != second and case not in (first, second)
    consult = (await record.known(office, case)).own("CONSULT")
    assert consult is not None
    assert [(d.to, d.arrangement) for d in consult.disclosures] == [
        ("EMB-A", "burden-sharing-2026"), ("EMB-B", "burden-sharing-2026"),
    ]  # fmt: skip
    shared = [
        one.content for one in (await record.history(office, FOCAL, case)).lines if one.kind == "disclosure"
    ]
    assert [one["code"] for one in shared] == [first, second]
    everything = repr(await office.events())
    assert "CANARY" not in everything and first not in everything
    await consent.withdraw(office, FOCAL, case, ["share_eu"], LAWYER)
    consult = (await record.known(office, case)).own("CONSULT")
    assert consult is not None and consult.recalls_due() == [1, 2]


async def test_a_partner_sees_what_is_shared_with_it_as_long_as_consent_stands(
    office: Bureau, case: str
) -> None:
    other, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record={"words": "another"})
    for one, to in ((case, "EMB-A"), (case, "EMB-B"), (other, "EMB-A")):
        await consent.agree(office, FOCAL, one, {"share_eu": None}, WISH)
        await sharing.disclose(
            office, FOCAL, one, "share_eu", to=to, arrangement="coordination", content=f"for {to}"
        )
    partner = Actor("partner", "EMB-A")
    seen = await sharing.shared_with(office, partner, "Q", "EMB-A")
    assert [one.content for one in seen] == ["for EMB-A", "for EMB-A"]
    assert {one.code for one in seen} == {
        codes.partner_code(office.vault, one, "EMB-A") for one in (case, other)
    }
    assert await sharing.shared_with(office, FOCAL, "Q", "EMB-A") == seen
    rows = await reading.readings(office, HEAD, case)
    assert [(row.reader, row.basis) for row in rows] == [("EMB-A", "partner"), ("p-fp", "lead")]
    for actor in (Actor("partner", "EMB-B"), Actor("partner", "EMB-C"), POLITICAL, AUDITOR, DESK):
        with pytest.raises(CaseRefused) as refused:
            await sharing.shared_with(office, actor, "Q", "EMB-A")
        assert refused.value.code == "case-not-yours"
    await consent.withdraw(office, FOCAL, case, ["share_eu"], LAWYER)
    (left,) = await sharing.shared_with(office, partner, "Q", "EMB-A")
    assert left.code == codes.partner_code(office.vault, other, "EMB-A")
    office.keys.lock("Q")
    with pytest.raises(VaultLocked):
        await sharing.shared_with(office, partner, "Q", "EMB-A")


async def test_only_what_is_a_kind_of_sharing_shares(office: Bureau, case: str) -> None:
    await consent.agree(office, FOCAL, case, {"attend": None}, WISH)
    with pytest.raises(CaseRefused) as refused:
        await sharing.disclose(
            office, FOCAL, case, "attend", to="EMB-A", arrangement="coordination", content="y"
        )
    assert refused.value.code == "no-such-kind"


async def test_what_somebody_agreed_to_is_read_like_anything_else_of_them(office: Bureau, case: str) -> None:
    await consent.agree(office, FOCAL, case, {"attend": None}, WISH)
    for actor, code in ((POLITICAL, "case-not-yours"), (AUDITOR, "reason-to-read")):
        with pytest.raises(CaseRefused) as refused:
            await consent.standing(office, actor, case)
        assert refused.value.code == code
    assert await consent.standing(office, AUDITOR, case, "audit")


async def test_what_a_person_takes_back_they_take_back_under_every_code(office: Bureau, case: str) -> None:
    second, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record={"words": "again"})
    third, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record={"words": "and again"})
    for one in (case, second):
        await consent.agree(office, FOCAL, one, {"attend": None}, WISH)
    await merging.merge(office, FOCAL, second, third)
    await merging.merge(office, FOCAL, case, second)
    assert await merging.same_as(office, third) == sorted([case, second])
    await consent.withdraw(office, FOCAL, third, ["attend"], LAWYER)
    for one in (case, second):
        assert (await gates(office, one, "CONSULT"))["consent:attend"] is False
        assert "does not want it" in repr(
            (await record.history(office, FOCAL, one)).of("consent")[-1].content
        )
    await merging.separate(office, FOCAL, case, second)
    await consent.agree(office, FOCAL, case, {"attend": None}, WISH)
    await consent.withdraw(office, FOCAL, second, ["attend"], LAWYER)
    assert (await gates(office, case, "CONSULT"))["consent:attend"] is True  # the control: two people again


# ── without consent, in the vital interest ───────────────────────────────────────────────────────────────────────


async def test_one_asks_and_another_answers_without_knowing_the_case(office: Bureau, case: str) -> None:
    with pytest.raises(CaseRefused):
        await vital.ask(office, FOCAL, case, "CANARY", "unreachable")
    _, consult = await vital.ask(
        office, FOCAL, case, "attend", "unreachable", words="in custody, no lawyer yet"
    )
    with pytest.raises(Refused) as refused:
        await vital.answer(office, FOCAL, consult, "attend", approved=True)
    assert refused.value.code == "not-allowed"
    assert (await gates(office, case, "TRIAL-OBS")) == {}
    await vital.answer(office, DESK, consult, "attend", approved=True)
    assert await gates(office, case, "TRIAL-OBS") == {"consent:attend": True}
    (gate,) = [one for one in await consent.standing(office, FOCAL, case) if one.kind == "attend"]
    assert (gate.open, gate.basis, gate.until) == (
        True,
        "vital_interest",
        office.clock.now() + timedelta(hours=72),
    )
    assert "in custody" in repr(await record.history(office, FOCAL, case))
    assert "in custody" not in repr(await office.events())


async def test_what_somebody_refused_is_not_decided_over_their_head(office: Bureau, case: str) -> None:
    await consent.withdraw(office, FOCAL, case, ["attend"], LAWYER)
    with pytest.raises(Refused) as refused:
        await vital.ask(office, FOCAL, case, "attend", "life_at_risk")
    assert refused.value.code == "wish-stands"
    _, consult = await vital.ask(office, FOCAL, case, "visit", "life_at_risk")
    await vital.answer(office, HEAD, consult, "visit", approved=False)
    assert "consent:visit" not in await gates(office, case, "CONSULT")
    with pytest.raises(Refused, match="no obligation o-none"):
        await vital.answer(office, HEAD, "o-none", "visit", approved=True)
