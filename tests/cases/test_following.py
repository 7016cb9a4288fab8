"""What follows from an obligation serves the same case, takes over its wishes, and leads back; without the key, nothing does."""

from __future__ import annotations

from uuid import UUID

import pytest

from chancery.cases import links, open_case
from chancery.cases.opening import open_for
from chancery.following import follow, spread, tell
from chancery.sealing import VaultError
from domain import commands as c
from domain.baton import Follow, Spread, Tell
from tests.cases.conftest import Bureau
from tests.made import FOCAL, cid

CASE = "c-7kq2mz4xha"
GATE = "consent:demarche"


async def opened(office: Bureau, code: str, case: str = CASE) -> str:
    open_case(office.keys, "Q", case)
    mission = await office.desk.mission("Q")
    obligation, _ = await open_for(office, FOCAL, mission, case, code, cid(f"open {code} {case}"))
    return obligation


def after(obligation: str, definition: str, occurrence: str = "1", **more: bool) -> Follow:
    return Follow(obligation=obligation, mission="Q", definition=definition, occurrence=occurrence, **more)


async def gates(office: Bureau, consult: str, name: str, **data: object) -> None:
    command = c.SetGates.model_validate(
        {"command_id": cid(name), "mission": "Q", "obligation": consult, **data}
    )
    await office.desk.submit(command, FOCAL)


async def test_it_is_opened_once_for_each_occurrence_and_takes_over_what_was_agreed(office: Bureau) -> None:
    consult, trial = await opened(office, "CONSULT"), await opened(office, "TRIAL-OBS")
    await gates(office, consult, "agree", opened=[GATE])
    first = await follow(office, after(trial, "DEMARCHE"))
    again = await follow(office, after(trial, "DEMARCHE"))
    second = await follow(office, after(trial, "DEMARCHE", "2"))
    assert first == again != second
    assert first is not None and second is not None
    state = await office.desk.obligation(first)
    assert (state.code, state.gates, state.case_bound) == ("DEMARCHE", {GATE: True}, True)
    assert await links.case_of(office.vault, office.desk.log.pool, state) == (CASE, trial)
    assert set(await links.obligations_of(office.vault, office.desk.log.pool, CASE)) == {
        consult, trial, first, second
    }  # fmt: skip


async def test_what_a_case_has_once_is_the_same_from_wherever_it_is_asked(office: Bureau) -> None:
    consult, trial = await opened(office, "CONSULT"), await opened(office, "TRIAL-OBS")
    assert await follow(office, after(trial, "CONSULT")) == consult


async def test_nothing_in_the_log_says_that_two_obligations_serve_one_case(office: Bureau) -> None:
    trial = await opened(office, "TRIAL-OBS")
    followed = await follow(office, after(trial, "DEMARCHE"))
    assert followed is not None
    for event in await office.events():
        text = str(event)
        assert CASE not in text
        assert not (trial in text and followed in text)


async def test_when_the_key_is_gone_no_way_leads_from_one_to_the_other(office: Bureau) -> None:
    trial = await opened(office, "TRIAL-OBS")
    followed = await follow(office, after(trial, "DEMARCHE"))
    assert followed is not None
    office.keys.destroy(f"case:{CASE}")
    pool = office.desk.log.pool
    with pytest.raises(VaultError):
        await links.case_of(office.vault, pool, await office.desk.obligation(followed))
    with pytest.raises(VaultError):
        await links.obligations_of(office.vault, pool, CASE)
    with pytest.raises(VaultError):
        await follow(office, after(trial, "STATEMENT"))


async def test_an_answer_goes_back_to_whom_it_followed_from_and_to_nobody_else(office: Bureau) -> None:
    trial = await opened(office, "TRIAL-OBS")
    followed = await follow(office, after(trial, "DEMARCHE"))
    assert followed is not None
    say = Tell(obligation=followed, mission="Q", question="delivered", answer="yes")
    assert await tell(office, say)
    head = await office.desk.log.head()
    assert await tell(office, say)
    assert await office.desk.log.head() == head  # told twice, heard once
    assert (await office.desk.obligation(trial)).answers == {"delivered": "yes"}
    first = Tell(obligation=trial, mission="Q", question="delivered", answer="yes")
    assert not await tell(office, first)  # it followed from nothing


async def test_at_headquarters_it_runs_on_headquarters_calendar_and_answers_the_mission(
    office: Bureau,
) -> None:
    trial = await opened(office, "TRIAL-OBS")
    ident = await follow(office, after(trial, "COHOM-IDENT", headquarters=True))
    assert ident is not None
    state = await office.desk.obligation(ident)
    assert (state.mission, state.accreditation) == ("HQ", "HQ")
    said = Tell(obligation=ident, mission="HQ", question="acknowledged", answer="yes")
    assert await tell(office, said)
    assert (await office.desk.obligation(trial)).answers == {"acknowledged": "yes"}


async def test_what_was_opened_beside_a_withdrawal_hears_of_it(office: Bureau) -> None:
    consult, trial = await opened(office, "CONSULT"), await opened(office, "TRIAL-OBS")
    await gates(office, consult, "agree", opened=[GATE])
    late = await follow(office, after(trial, "DEMARCHE"))
    assert late is not None
    await gates(office, consult, "withdraw", closed=[GATE])  # by somebody who did not know of the late one
    assert (await office.desk.obligation(late)).gates[GATE]
    asked = Spread(obligation=consult, mission="Q")
    assert await spread(office, asked) == 1
    assert not (await office.desk.obligation(late)).gates[GATE]
    assert await spread(office, asked) == 0


async def test_a_duty_that_is_off_here_does_not_follow(office: Bureau) -> None:
    trial = await opened(office, "TRIAL-OBS")
    assert await follow(office, after(trial, "NO-SUCH-DUTY")) is None


async def test_two_who_open_at_once_for_one_case_both_stand_in_its_index(office: Bureau) -> None:
    import asyncio

    trial = await opened(office, "TRIAL-OBS")
    made = await asyncio.gather(*(follow(office, after(trial, "DEMARCHE", str(n))) for n in range(6)))
    known = await links.obligations_of(office.vault, office.desk.log.pool, CASE)
    assert set(known) == {trial, *(one for one in made if one is not None)}
    assert len(known) == 7


def test_the_references_of_an_index_mean_nothing_without_the_key(office: Bureau) -> None:
    open_case(office.keys, "Q", CASE)
    open_case(office.keys, "Q", "c-aaaaaaaa22")
    one = links._line(office.vault, CASE, 0)
    assert isinstance(one, UUID)
    assert one != links._line(office.vault, "c-aaaaaaaa22", 0) != links._line(office.vault, CASE, 1)
