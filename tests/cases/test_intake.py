"""A case begins, is merged with another and separated again; a killing opens under a code that nothing links to the old one."""

from uuid import uuid4

import pytest

from chancery.cases import codes, intake, links, merging, record
from chancery.cases.refusals import CaseRefused
from chancery.streams import obligation_stream
from domain.refusals import Refused
from tests.cases.conftest import DESK, Bureau
from tests.made import AGENT, FOCAL, POLITICAL

ALERT = {"words": "taken from home at night", "channel": "phone", "when": "2026-05-05T05:00:00Z"}


async def test_an_alert_is_sealed_at_once_under_a_new_code(office: Bureau) -> None:
    case, obligation = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    state = await office.desk.obligation(obligation)
    assert (
        codes.check_case(case) == case and state.code == "CASE-INTAKE" and state.case_bound and state.is_open
    )
    seen = await record.history(office, FOCAL, case)
    (note,) = seen.of("note")
    assert note.content | {"when": None} == {
        "words": ALERT["words"], "kind": "alert", "channel": "phone", "when": None, "urgent": False, "more": {},
    }  # fmt: skip
    assert [line.content for line in seen.lines if line.kind == "case"] == [{"case": case, "parent": None}]
    everything = repr(await office.events())
    assert case not in everything and "taken from home" not in everything
    assert obligation in everything  # the control: what does stand there is found


async def test_an_urgent_alert_begins_urgent_action_with_it(office: Bureau) -> None:
    case, obligation = await intake.receive(office, FOCAL, "Q", urgent=True, record=ALERT)
    found = await record.known(office, case)
    urgent = found.own("URGENT")
    assert urgent is not None and urgent.is_open
    # The id is the one that the intake's procedure would give it: asked again, nothing opens twice.
    assert urgent.id == links.obligation_id(office.vault, case, "URGENT", obligation)
    assert await links.case_of(office.vault, office.desk.log.pool, urgent) == (case, obligation)


async def test_the_same_request_makes_one_case_and_another_makes_another(office: Bureau) -> None:
    request = uuid4()
    first = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT, request=request)
    head = await office.desk.log.head()
    again = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT, request=request)
    other = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    assert again == first != other
    assert await office.desk.log.head() > head
    assert str(request) not in repr(await office.events())


async def test_a_code_made_before_is_taken_and_a_name_is_not(office: Bureau) -> None:
    made = codes.new_case()
    assert (await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT, case=made))[0] == made
    with pytest.raises(Exception, match="never a name"):
        await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT, case="Somebody")


@pytest.mark.parametrize("actor", [AGENT, DESK])
async def test_who_may_not_open_a_case_leaves_no_key_behind(office: Bureau, actor: object) -> None:
    with pytest.raises(Refused, match="may not OpenObligation"):
        await intake.receive(office, actor, "Q", urgent=False, record=ALERT)  # type: ignore[arg-type]
    assert office.keys.keys("Q", "case") == ()
    await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    assert len(office.keys.keys("Q", "case")) == 1


async def test_a_mission_that_has_not_taken_the_text_up_makes_no_key(
    office: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "INSTRUMENT", "another")
    with pytest.raises(Refused) as refused:
        await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    assert refused.value.code == "no-such-definition" and office.keys.keys("Q", "case") == ()


async def test_a_bad_alert_names_the_field_and_repeats_nothing(office: Bureau) -> None:
    with pytest.raises(CaseRefused) as refused:
        await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT | {"channel": "CANARY-pigeon"})
    assert refused.value.code == "bad-record" and "channel" in str(refused.value)
    assert "CANARY" not in str(refused.value)
    assert office.keys.keys("Q", "case") == ()


async def test_two_codes_are_merged_and_separated_again(office: Bureau) -> None:
    keep, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    drop, second = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    with pytest.raises(Refused, match="political_officer may not MergeCases"):
        await merging.merge(office, POLITICAL, keep, drop)
    await merging.merge(office, FOCAL, keep, drop, words="the same person")
    ended = await office.desk.obligation(second)
    assert ended.outcome == "superseded"
    said = [(await record.history(office, FOCAL, one)).of("note")[-1].content["more"] for one in (keep, drop)]
    assert said == [{"merged": drop}, {"merged-into": keep}]
    await merging.merge(office, FOCAL, keep, drop)  # once more: nothing is said twice
    assert len((await record.history(office, FOCAL, drop)).of("note")) == 2
    with pytest.raises(CaseRefused) as refused:
        await merging.merge(office, FOCAL, drop, keep)
    assert refused.value.code == "already-merged"

    again = await merging.separate(office, FOCAL, keep, drop)
    assert (await office.desk.obligation(again)).is_open and again != second
    with pytest.raises(CaseRefused) as refused:
        await merging.separate(office, FOCAL, keep, drop)
    assert refused.value.code == "not-merged"
    await merging.merge(office, FOCAL, keep, drop)
    assert (await office.desk.obligation(again)).outcome == "superseded"
    everything = repr(await office.events())
    assert keep not in everything and drop not in everything


async def test_a_case_is_not_merged_with_itself_nor_with_one_that_is_not_there(office: Bureau) -> None:
    keep, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    for other, code in ((keep, "same-case"), (codes.new_case(), "no-such-case")):
        with pytest.raises(CaseRefused) as refused:
            await merging.merge(office, FOCAL, keep, other)
        assert refused.value.code == code


async def test_a_case_that_is_merged_keeps_its_notes_at_its_own_intake(office: Bureau) -> None:
    keep, first = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    drop, second = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    await merging.merge(office, FOCAL, keep, drop)
    await record.note(office, FOCAL, drop, "note", {"words": "seen again"})
    streams = [one["stream"] for one in await office.events() if one["type"] == "CaseNoted"]
    assert streams.count(obligation_stream(second)) == 3 and streams.count(obligation_stream(first)) == 2


async def test_a_killing_has_a_code_of_its_own_and_nothing_leads_from_one_to_the_other(
    office: Bureau,
) -> None:
    old, intake_ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    new, killing = await intake.unlinked(office, FOCAL, "Q", record={"words": "killed on the way home"})
    assert new != old and (await office.desk.obligation(killing)).code == "KILLING"
    seen = await record.history(office, FOCAL, new)
    assert old not in repr(seen) and intake_ not in repr(seen)
    assert new not in repr(await record.history(office, FOCAL, old))
    assert (await record.known(office, new)).home.id == killing
    assert isinstance(seen.lines[0].content, dict) and seen.lines[0].content["parent"] is None


async def test_notes_go_to_the_open_intake_of_several(office: Bureau) -> None:
    keep, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    drop, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    await merging.merge(office, FOCAL, keep, drop)
    again = await merging.separate(office, FOCAL, keep, drop)
    receipt = await record.note(office, FOCAL, drop, "note", {"words": "on its own"})
    assert receipt.stream == obligation_stream(again)
