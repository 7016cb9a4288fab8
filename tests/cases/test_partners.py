"""A partner's door to the rota: a code of its own for each case, nothing else, and only while it may know."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from chancery import partners
from chancery.cases import consent, intake
from chancery.cases.consent import Wish
from chancery.cases.opening import open_for
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, Actor
from domain.refusals import Refused
from tests.cases.conftest import Bureau
from tests.made import FOCAL, cid

WISH = Wish("defender", "in_person")
ONE, OTHER = "EMB-A", "EMB-B"


async def trial(office: Bureau, name: str) -> tuple[str, str]:
    """A case whose defender lets the missions of the EU know, and its trial with a sitting on offer."""
    case, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record={"words": f"alert {name}"})
    obligation, _ = await open_for(
        office, FOCAL, await office.desk.mission("Q"), case, "TRIAL-OBS", cid(f"trial {name}")
    )
    await consent.agree(office, FOCAL, case, {"attend": None, "share_eu": None}, WISH, cid(f"agree {name}"))
    base = {"mission": "Q", "obligation": obligation}
    line = c.Sitting(
        appointment=f"s-{name}",
        starts=datetime(2026, 5, 18, 7, tzinfo=UTC),
        day="2026-05-18",
        whole_day=False,
    )
    listed = c.RecordSittings(command_id=cid(f"list {name}"), sittings=(line,), **base)
    await office.desk.submit(listed, FOCAL)
    offer = c.OfferRota(command_id=cid(f"offer {name}"), appointment=f"s-{name}", **base)
    await office.desk.submit(offer, ENGINE_WORKFLOW)
    return case, obligation


async def test_each_partner_knows_a_case_by_a_code_that_no_other_knows(office: Bureau) -> None:
    one, two = await trial(office, "one"), await trial(office, "two")
    seen = {partner: await partners.offers(office, "Q", partner) for partner in (ONE, OTHER)}
    codes = {partner: [offer.code for offer in found] for partner, found in seen.items()}
    assert len({*codes[ONE], *codes[OTHER]}) == 4, "no two of them are alike"
    assert await partners.offers(office, "Q", ONE) == seen[ONE], "and each stays what it is"
    shown = str([asdict(offer) for offer in (*seen[ONE], *seen[OTHER])])
    assert not any(secret in shown for secret in (*one, *two))
    assert [offer.appointment for offer in seen[ONE]] == ["s-one", "s-two"]


async def test_a_partner_answers_under_its_own_code(office: Bureau) -> None:
    _, obligation = await trial(office, "one")
    [offer] = await partners.offers(office, "Q", ONE)
    assert offer.answer is None
    assert await partners.obligation_of(office, "Q", ONE, offer.code) == obligation
    with pytest.raises(Refused) as other:
        await partners.obligation_of(office, "Q", OTHER, offer.code)
    assert other.value.code == "no-such-obligation"
    claim = c.AnswerRota(
        command_id=cid("claim"), mission="Q", obligation=obligation, appointment="s-one", claim=True
    )
    await office.desk.submit(claim, Actor("partner", ONE))
    [offer] = await partners.offers(office, "Q", ONE)
    assert offer.answer == "observer"


async def test_what_partners_may_know_no_longer_is_on_no_list(office: Bureau) -> None:
    case, obligation = await trial(office, "one")
    await consent.withdraw(office, FOCAL, case, ["share_eu"], WISH)
    assert await partners.offers(office, "Q", ONE) == []
    claim = c.AnswerRota(
        command_id=cid("late"), mission="Q", obligation=obligation, appointment="s-one", claim=True
    )
    with pytest.raises(Refused) as refused:
        await office.desk.submit(claim, Actor("partner", ONE))
    assert refused.value.code == "gate-shut"


async def test_who_is_no_partner_sees_nothing(office: Bureau) -> None:
    await trial(office, "one")
    with pytest.raises(Refused) as refused:
        await partners.offers(office, "Q", "XX-CAIRO")
    assert refused.value.code == "no-such-partner"
    with pytest.raises(Refused) as nowhere:
        await partners.offers(office, "Z", ONE)
    assert nowhere.value.code == "no-such-mission"
