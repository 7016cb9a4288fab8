"""What is noted of a case, who may read it back, and the log of who did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.cases import entries, intake, reading, record
from chancery.cases.entries import MODELS, Risk, standing
from chancery.cases.refusals import CaseRefused
from chancery.keystore import VaultLocked
from chancery.readings import book
from domain import commands as c
from domain.commands import Entry
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.refusals import Refused
from tests.cases.conftest import AUDITOR, DESK, DUTY, RIGHTS, Bureau
from tests.made import AGENT, ALTERNATE, DEPUTY, FOCAL, HEAD, POLITICAL, cid

ALERT = {"words": "a call at night"}
CONTENT: dict[Entry, dict[str, Any]] = {
    "identity": {
        "kind": "person",
        "name": "a name",
        "also_known_as": ["another"],
        "travel_document": "withheld",
    },
    "contact": {"channel": "via_lawyer", "address": "a number", "do_not_contact": ["22:00-07:00"]},
    "note": {"words": "words"},
    "source": {"kind": "lawyer", "reliability": "B", "credibility": 2, "who": "somebody"},
    "verification": {"state": "unverified", "independent_sources": 0},
    "risk": {"threat": "high", "vulnerability": "medium", "capacity": "low", "judgement": "immediate"},
    "option": {"mechanism": "accompaniment", "status": "offered"},
    "external_action": {"actor": "network", "action": "urgent_appeal", "when": "2026-05-04"},
    "related": {"role": "partner", "risk": "high"},
    "consent": {"by": "lawyer", "channel": "phone", "agreed": {"attend": None}},
}


@pytest.fixture
async def case(office: Bureau) -> str:
    """A case with its intake."""
    return (await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT))[0]


def test_every_entry_that_a_command_knows_has_a_form() -> None:
    assert set(MODELS) == set(get_args(Entry)) == set(CONTENT)


async def test_every_entry_is_noted_and_read_back(office: Bureau, case: str) -> None:
    for entry, content in CONTENT.items():
        await record.note(office, FOCAL, case, entry, content)
    seen = await record.history(office, FOCAL, case)
    for entry, content in CONTENT.items():
        last = seen.of(entry)[-1]
        assert last.content | content == last.content and last.by == "p-fp", entry
    assert seen.standing == "immediate"


BAD: list[tuple[Entry, dict[str, Any], str]] = [
    ("identity", {"kind": "person"}, "name"),
    ("identity", {"kind": "person", "name": "x", "shoe": "CANARY"}, "-"),
    ("source", {"kind": "lawyer", "reliability": "CANARY", "credibility": 2}, "reliability"),
    ("source", {"kind": "lawyer", "reliability": "A", "credibility": 7}, "credibility"),
    ("contact", {"channel": "phone", "do_not_contact": ["CANARY"]}, "do_not_contact"),
    ("risk", {"threat": "high", "vulnerability": "low", "capacity": "low"}, "judgement"),
    ("risk", CONTENT["risk"] | {"whom": "near"}, "role"),
    ("risk", CONTENT["risk"] | {"role": "partner"}, "role"),
    ("option", {"mechanism": "CANARY-magic", "status": "used"}, "mechanism"),
    ("related", {"role": "child", "risk": "high", "identity": "CANARY"}, "identity"),
    ("related", {"role": "CANARY", "risk": "high"}, "role"),
]


@pytest.mark.parametrize(("entry", "content", "where"), BAD)
def test_a_bad_record_names_the_field_and_repeats_nothing(
    entry: Entry, content: dict[str, Any], where: str
) -> None:
    with pytest.raises(CaseRefused) as refused:
        entries.parsed(entry, content)
    assert refused.value.code == "bad-record" and refused.value.params["where"] == where
    assert "CANARY" not in refused.value.sentence() + refused.value.sentence("fr")


def test_somebody_near_is_named_only_with_their_own_consent() -> None:
    ok = {"role": "child", "risk": "high", "identity": "a name", "own_consent": True}
    assert entries.parsed("related", ok).model_dump()["identity"] == "a name"


# ── the judgement of risk ────────────────────────────────────────────────────────────────────────────────────────

LEVELS = st.sampled_from(["low", "medium", "high", "unknown"])
JUDGED = st.sampled_from(["immediate", "serious", "monitor"])
RISKS = st.builds(Risk, threat=LEVELS, vulnerability=LEVELS, capacity=LEVELS, judgement=JUDGED)
RANK = {None: -1, "monitor": 0, "serious": 1, "immediate": 2}


@given(st.lists(RISKS, max_size=6), RISKS)
def test_immediate_is_never_lowered_by_low_data(before: list[Risk], last: Risk) -> None:
    was, now = standing(before), standing([*before, last])
    if was == "immediate" and last.indicated is None:
        assert now == "immediate"
    elif was != "immediate" or last.indicated is not None:
        assert now == last.judgement


def test_the_control_all_three_inputs_known_do_lower_it() -> None:
    high = Risk.model_validate(CONTENT["risk"])
    low = Risk(threat="low", vulnerability="low", capacity="high", judgement="monitor")
    thin = low.model_copy(update={"capacity": "unknown"})
    assert (standing([high, thin]), standing([high, low]), standing([])) == ("immediate", "monitor", None)


def test_people_near_count_by_themselves() -> None:
    own = Risk(threat="low", vulnerability="low", capacity="high", judgement="monitor")
    child = Risk(
        whom="near", role="child", threat="high", vulnerability="high", capacity="low", judgement="immediate"
    )
    assert standing([child, own]) == standing([own, child]) == "immediate"


@given(RISKS, LEVELS)
def test_more_threat_never_indicates_less(risk: Risk, other: str) -> None:
    order = ["low", "medium", "high"]
    if risk.threat in order and other in order and order.index(other) >= order.index(risk.threat):
        more = risk.model_copy(update={"threat": other})
        assert RANK[more.indicated] >= RANK[risk.indicated]
    if "unknown" in (risk.threat, risk.vulnerability, risk.capacity):
        assert risk.indicated is None


# ── who may read ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("actor", [FOCAL, ALTERNATE, DEPUTY, HEAD])
async def test_those_who_lead_read_a_case(office: Bureau, case: str, actor: Actor) -> None:
    assert (await record.history(office, actor, case)).basis == "lead"


REFUSED = [POLITICAL, AGENT, OPERATOR, ENGINE_WORKFLOW]


@pytest.mark.parametrize("actor", REFUSED, ids=lambda a: a.code)
async def test_nobody_else_does_and_no_reading_is_recorded(office: Bureau, case: str, actor: Actor) -> None:
    for reason in (None, "audit"):
        with pytest.raises(CaseRefused) as refused:
            await record.history(office, actor, case, reason)
        assert refused.value.code == "case-not-yours"
    assert await reading.readings(office, HEAD, case) == []


async def test_who_holds_a_task_reads_as_long_as_they_hold_it(office: Bureau, case: str) -> None:
    home = (await record.known(office, case)).home.id
    ask: dict[str, Any] = {"mission": "Q", "obligation": home}
    await office.desk.submit(c.OpenTask(command_id=cid("ack"), step="acknowledge", **ask), ENGINE_WORKFLOW)
    to = c.ReassignTask(command_id=cid("to"), task="acknowledge.1", posting="p-pol", **ask)
    await office.desk.submit(to, FOCAL)
    assert (await record.history(office, POLITICAL, case)).basis == "holder"
    back = c.ReassignTask(command_id=cid("back"), task="acknowledge.1", posting="p-fp", **ask)
    await office.desk.submit(back, FOCAL)
    with pytest.raises(CaseRefused):
        await record.history(office, POLITICAL, case)


async def test_a_task_that_passed_to_headquarters_is_held_there(office: Bureau, case: str) -> None:
    found = await record.known(office, case)
    home, now = found.home, office.clock.now()
    ask: dict[str, Any] = {"mission": "Q", "obligation": home.id}
    await office.desk.submit(c.OpenTask(command_id=cid("ack"), step="acknowledge", **ask), ENGINE_WORKFLOW)
    state = await office.desk.obligation(home.id)
    who = await reading.identified(office, DESK)
    with pytest.raises(CaseRefused):
        reading.ground(who, found.mission, [state], now, None)
    state.tasks["acknowledge.1"].posting = "hq_desk"
    assert reading.ground(who, found.mission, [state], now, None) == "holder"
    with pytest.raises(CaseRefused):
        reading.ground(await reading.identified(office, RIGHTS), found.mission, [state], now, None)


async def test_whoever_acts_for_an_absent_holder_reads_while_they_do(office: Bureau, case: str) -> None:
    found = await record.known(office, case)
    ask: dict[str, Any] = {"mission": "Q", "obligation": found.home.id}
    await office.desk.submit(c.OpenTask(command_id=cid("ack"), step="acknowledge", **ask), ENGINE_WORKFLOW)
    away = c.RecordAbsence(
        command_id=cid("away"), mission="Q", posting="p-fp", from_day="2026-05-05", until="2026-05-06", substitute="p-pol",
    )  # fmt: skip
    await office.desk.submit(away, HEAD)
    assert (await record.history(office, POLITICAL, case)).basis == "holder"


@pytest.mark.parametrize("actor", [DESK, RIGHTS, DUTY, AUDITOR], ids=lambda a: a.code)
async def test_headquarters_and_auditors_break_the_glass(office: Bureau, case: str, actor: Actor) -> None:
    for reason in (None, "curiosity"):
        with pytest.raises(CaseRefused) as refused:
            await record.history(office, actor, case, reason)
        assert refused.value.code == "reason-to-read"
    assert await reading.readings(office, HEAD, case) == []
    assert (await record.history(office, actor, case, "complaint")).basis == "break_glass"
    (row,) = await reading.readings(office, HEAD, case)
    assert (row.reader, row.basis, row.reason) == (actor.code, "break_glass", "complaint")


async def test_a_posting_that_has_ended_reads_nothing(office: Bureau, case: str) -> None:
    ending = c.EndPosting(command_id=cid("gone"), mission="Q", posting="p-alt", until="2026-05-05")
    await office.desk.submit(ending, OPERATOR)
    assert (await record.history(office, ALTERNATE, case)).basis == "lead"  # the control: its last day
    office.clock.set(office.clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="no posting p-alt"):
        await record.history(office, ALTERNATE, case)


async def test_each_reading_is_recorded_by_case_and_seen_by_those_who_oversee(
    office: Bureau, case: str
) -> None:
    other, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    await record.history(office, FOCAL, case)
    await record.history(office, DEPUTY, case)
    await record.history(office, FOCAL, other)
    for overseer in (HEAD, DEPUTY, AUDITOR):
        rows = await reading.readings(office, overseer, case)
        assert [(row.reader, row.basis, row.reason) for row in rows] == [
            ("p-fp", "lead", None),
            ("p-dep", "lead", None),
        ]
    assert len(await reading.readings(office, HEAD, other)) == 1
    for actor in (FOCAL, POLITICAL, OPERATOR):
        with pytest.raises(CaseRefused):
            await reading.readings(office, actor, case)


async def test_nothing_is_opened_unless_the_reading_is_recorded(
    office: Bureau, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(book, "_rows", broken)
    opened: list[object] = []
    monkeypatch.setattr(office.vault.__class__, "open_many", lambda *_a, **_k: opened.append(1))
    with pytest.raises(ConnectionError):
        await record.history(office, FOCAL, case)
    assert opened == []


async def test_the_log_of_readings_names_no_case_and_dies_with_the_key(office: Bureau, case: str) -> None:
    await record.history(office, FOCAL, case)
    rows = await book.page(office.desk.log.pool, 0, 10, 10)
    assert len(rows) == 1 and case not in repr(rows)
    markers = {one.note.mark for one in rows}
    await record.history(office, FOCAL, case)
    after = {one.note.mark for one in await book.page(office.desk.log.pool, 0, 10, 10)}
    assert len(after) == 2 and markers < after  # two readings of one case do not look alike


async def test_a_locked_vault_is_read_by_nobody(office: Bureau, case: str) -> None:
    office.keys.lock("Q")
    for actor, reason in ((FOCAL, None), (AUDITOR, "audit")):
        with pytest.raises(VaultLocked):
            await record.history(office, actor, case, reason)
    office.keys.unlock("Q")
    assert await reading.readings(office, HEAD, case) == []


async def test_the_words_of_a_neighbour_in_the_same_proceeding_stay_shut(office: Bureau, case: str) -> None:
    from chancery.cases.opening import open_for

    mission = await office.desk.mission("Q")
    trial, _ = await open_for(office, FOCAL, mission, case, "TRIAL-OBS", cid("trial"))
    other, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record={"words": "NEIGHBOUR"})
    sealed = office.vault.seal(f"case:{other}", "case", {"case": other, "parent": "NEIGHBOUR"})
    attach = c.AttachCase(
        command_id=cid("attach"), mission="Q", obligation=trial, case="2",
        subject={"ref": str(sealed.reference), "commit": sealed.commitment},
    )  # fmt: skip
    await office.desk.submit(attach, FOCAL, [office.vault.statement([sealed])])
    seen = repr(await record.history(office, FOCAL, case))
    assert other not in seen and "NEIGHBOUR" not in seen
    # The control: the same reference opens for who asks without saying under which key.
    outcomes = await office.vault.open_many(office.desk.log.pool, [(sealed.reference, sealed.commitment)])
    assert "NEIGHBOUR" in repr(outcomes)
    assert "CaseNoted" in seen
