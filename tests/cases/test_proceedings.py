"""Several cases in one proceeding: it goes on while one of them lets it, and nobody's wish counts for somebody else."""

from __future__ import annotations

import asyncio

import pytest

from chancery.cases import consent, intake, links, proceedings, record
from chancery.cases.consent import Wish
from chancery.cases.opening import open_for
from chancery.cases.refusals import CaseRefused
from domain.refusals import Refused
from tests.cases.conftest import Bureau
from tests.made import FOCAL, POLITICAL, cid

WISH = Wish("defender", "in_person")
ALERT = {"words": "an alert"}


@pytest.fixture
async def cases(office: Bureau) -> tuple[str, str, str]:
    """Two cases, the first with a trial; and the trial's id."""
    first, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    second, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    trial, _ = await open_for(office, FOCAL, await office.desk.mission("Q"), first, "TRIAL-OBS", cid("trial"))
    return first, second, trial


async def test_each_case_opens_and_shuts_for_itself(office: Bureau, cases: tuple[str, str, str]) -> None:
    first, second, trial = cases
    await consent.agree(office, FOCAL, second, {"attend": None}, WISH)
    await proceedings.attach(office, FOCAL, second, trial)
    assert (await office.desk.obligation(trial)).gates["consent:attend"] is True  # it came with its consent
    await consent.withdraw(office, FOCAL, first, ["attend"], WISH)
    assert (await office.desk.obligation(trial)).gates["consent:attend"] is True
    await consent.withdraw(office, FOCAL, second, ["attend"], WISH)
    assert (await office.desk.obligation(trial)).gates["consent:attend"] is False
    await consent.agree(office, FOCAL, second, {"attend": None}, WISH)
    assert (await office.desk.obligation(trial)).gates["consent:attend"] is True


async def test_a_case_that_was_taken_out_moves_nothing_there(
    office: Bureau, cases: tuple[str, str, str]
) -> None:
    _, second, trial = cases
    await proceedings.attach(office, FOCAL, second, trial)
    assert trial in {one.id for one in (await record.known(office, second)).obligations}
    await proceedings.detach(office, FOCAL, second, trial)
    await consent.agree(office, FOCAL, second, {"attend": None}, WISH)
    assert (await office.desk.obligation(trial)).gates.get("consent:attend") is not True
    assert trial not in {one.id for one in (await record.known(office, second)).obligations}
    await proceedings.attach(office, FOCAL, second, trial)  # and back again, under another number
    assert (await office.desk.obligation(trial)).gates["consent:attend"] is True


async def test_what_cannot_be_attached_or_taken_out(office: Bureau, cases: tuple[str, str, str]) -> None:
    first, second, trial = cases
    with pytest.raises(Refused) as refused:
        await proceedings.attach(office, POLITICAL, second, trial)
    assert refused.value.code == "not-allowed"
    with pytest.raises(Refused) as refused:
        await proceedings.attach(office, FOCAL, second, "o-none")
    assert refused.value.code == "no-such-obligation"
    with pytest.raises(CaseRefused) as none:
        await proceedings.detach(office, FOCAL, second, trial)
    assert none.value.code == "not-attached"
    with pytest.raises(Refused) as refused:
        await proceedings.detach(office, FOCAL, first, trial)
    assert refused.value.code == "first-case"


async def test_twice_is_once_and_nothing_names_the_case(office: Bureau, cases: tuple[str, str, str]) -> None:
    first, second, trial = cases
    await proceedings.attach(office, FOCAL, second, trial, cid("one"))
    head = await office.desk.log.head()
    assert (await proceedings.attach(office, FOCAL, second, trial, cid("one"))).position == 0
    assert (await proceedings.attach(office, FOCAL, first, trial)).position == 0
    assert await office.desk.log.head() == head
    assert second not in repr(await office.events())


async def test_two_that_open_at_once_both_stand_in_the_index(
    office: Bureau, cases: tuple[str, str, str]
) -> None:
    first, _, _ = cases
    state = await office.desk.mission("Q")
    asked = [
        open_for(office, FOCAL, state, first, "VISA", cid(f"visa {n}"), parent=f"o-{n}") for n in range(6)
    ]
    opened = {one for one, _ in await asyncio.gather(*asked)}
    assert len(opened) == 6
    assert opened <= set(await links.obligations_of(office.vault, office.desk.log.pool, first))
