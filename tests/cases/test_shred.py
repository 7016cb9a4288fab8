"""What is destroyed under four eyes: unreadable and unlinked for good, and the log verifies as before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chancery.cases import codes, consent, intake, links, proceedings, reading, record, shred
from chancery.cases.consent import Wish
from chancery.cases.opening import open_for
from chancery.cases.refusals import CaseRefused
from chancery.desk import Unavailable
from chancery.keystore import FileKeyStore, KeyMissing, Shredded, VaultLocked
from chancery.log.verify import verify
from chancery.office import send
from chancery.sealing import VaultError
from chancery.vault import Vault
from domain import commands as c
from domain.refusals import Refused
from tests.cases.conftest import AUDITOR, RIGHTS, Bureau
from tests.made import AGENT, FOCAL, HEAD, POLITICAL, cid

ALERT = {"words": "CANARY-words"}


@pytest.fixture
async def case(office: Bureau) -> str:
    """A case with an intake, a trial, a consultation and notes."""
    case, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    await open_for(office, FOCAL, await office.desk.mission("Q"), case, "TRIAL-OBS", cid("trial"))
    await consent.agree(office, FOCAL, case, {"attend": None}, Wish("defender", "in_person"))
    await record.note(office, FOCAL, case, "identity", {"kind": "person", "name": "CANARY-name"})
    return case


async def ids(office: Bureau, case: str) -> set[str]:
    """The obligations that serve a case."""
    return {one.id for one in (await record.known(office, case)).obligations}


async def test_two_people_destroy_a_case_and_the_log_stays_whole(office: Bureau, case: str) -> None:
    serving = await ids(office, case)
    asked = await shred.propose(office, FOCAL, case, "retention_ended")
    with pytest.raises(Refused) as refused:
        await shred.answer(office, FOCAL, "Q", asked, approved=True)
    assert refused.value.code == "not-allowed"
    assert (await record.history(office, HEAD, case)).of("identity")  # nothing has gone yet
    before = [(e["stream"], e["version"], e["type"]) for e in await office.events()]
    done = await shred.answer(office, HEAD, "Q", asked, approved=True)
    assert done == shred.Done(asked, 3, True)
    for one in serving:
        assert (await office.desk.obligation(one)).outcome == "shredded"
    events = await office.events()
    assert [(e["stream"], e["version"], e["type"]) for e in events][: len(before)] == before
    assert events[-1]["type"] == "DataShredded" and events[-1]["data"] == {"request": asked}
    assert (await verify(office.desk.log)).ok
    assert (await office.desk.mission("Q")).shreddings[asked].status == "shredded"


async def test_afterwards_nothing_is_readable_and_nothing_leads_from_the_case_to_its_obligations(
    office: Bureau, case: str
) -> None:
    serving = await ids(office, case)
    await record.history(office, FOCAL, case)
    refs = [
        (UUID(ref["ref"]), ref["commit"])
        for e in await office.events()
        for ref in record._refs(e["data"])
        if e["stream"].startswith("obligation/")
    ]
    pool = office.desk.log.pool
    assert len(refs) == len(await office.vault.open_many(pool, refs)) > 4
    assert not any(isinstance(o, VaultError) for o in (await office.vault.open_many(pool, refs)).values())
    asked = await shred.propose(office, FOCAL, case, "retention_ended")
    await shred.answer(office, HEAD, "Q", asked, approved=True)
    fresh = Vault(FileKeyStore(office.keys._folder), office.vault.origin)
    for vault in (office.vault, fresh):
        outcomes = (await vault.open_many(pool, refs)).values()
        assert all(isinstance(outcome, Shredded) for outcome in outcomes)
        asks: list[Callable[[], object]] = [
            partial(links.obligation_id, vault, case, "CASE-INTAKE"),
            partial(codes.partner_code, vault, case, "EMB-A"),
            partial(codes.open_case, vault.keystore, "Q", case),
        ]
        for ask in asks:
            with pytest.raises(Shredded):
                ask()
        with pytest.raises(Shredded):
            await links.obligations_of(vault, pool, case)
    for actor, reason in ((HEAD, None), (AUDITOR, "audit")):
        with pytest.raises(Shredded):
            await record.history(office, actor, case, reason)
        with pytest.raises(Shredded):
            await reading.readings(office, actor, case)
    with pytest.raises(Shredded):
        await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT, case=case)
    # Whoever knows the code and all that is left finds no trace of it; the obligations themselves are still there.
    left = repr(await office.events()) + repr(await _rows(office))
    assert case not in left and all(one in left for one in serving)


async def _rows(office: Bureau) -> list[Any]:
    import psycopg

    async with await psycopg.AsyncConnection.connect(office.database.admin_url) as connection:
        rows = []
        for table in ("vault.sealed", "vault.reading", "view.obligation", "view.task"):
            cursor = await connection.execute(f"SELECT t::text FROM {table} t".encode())
            rows += await cursor.fetchall()
        cursor = await connection.execute("SELECT convert_from(body, 'UTF8') FROM vault.reading")
        return rows + await cursor.fetchall()


async def test_refused_it_stays_and_cannot_be_answered_again(office: Bureau, case: str) -> None:
    asked = await shred.propose(office, FOCAL, case, "on_request")
    assert await shred.answer(office, HEAD, "Q", asked, approved=False) is None
    assert (await record.history(office, FOCAL, case)).of("identity")
    with pytest.raises(Refused):
        await shred.answer(office, RIGHTS, "Q", asked, approved=True)
    assert await shred.resume(office, "Q") == []


async def test_nobody_does_both_and_who_may_not_does_neither(office: Bureau, case: str) -> None:
    for actor in (AGENT, POLITICAL, AUDITOR):
        with pytest.raises(Refused):
            await shred.propose(office, actor, case, "on_request")
    asked = await shred.propose(office, HEAD, case, "on_request")
    with pytest.raises(Refused) as refused:
        await shred.answer(office, HEAD, "Q", asked, approved=True)
    assert refused.value.code == "second-person"
    with pytest.raises(Refused) as none:
        await shred.answer(office, HEAD, "Q", "d-000000000000", approved=True)
    assert none.value.code == "no-such-shredding"
    assert office.keys.get(f"case:{case}")
    assert (await shred.answer(office, RIGHTS, "Q", asked, approved=True)) is not None


@pytest.mark.parametrize("broken_at", ["before-the-key", "after-the-key", "in-the-middle"])
async def test_cut_off_anywhere_it_is_ended_by_resuming(
    office: Bureau, case: str, broken_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = await ids(office, case)
    asked = await shred.propose(office, FOCAL, case, "retention_ended")
    closed = 0

    async def cut(at: Any, command: c.Command, *rest: Any) -> Any:
        nonlocal closed
        closing = isinstance(command, c.CloseObligation)
        stop = {
            "before-the-key": closing,
            "in-the-middle": closing and closed == 1,
            "after-the-key": isinstance(command, c.RecordShredded),
        }
        if stop[broken_at]:
            raise Unavailable("OperationalError")
        closed += closing
        return await send(at, command, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(shred, "send", cut)
        with pytest.raises(Unavailable):
            await shred.answer(office, HEAD, "Q", asked, approved=True)
    gone = broken_at == "after-the-key"
    assert (f"case:{case}" not in office.keys.keys("Q", "case")) is gone
    assert (await office.desk.mission("Q")).shreddings[asked].status == "approved"
    (done,) = await shred.resume(office, "Q")
    assert done.destroyed is not gone
    assert {(await office.desk.obligation(one)).outcome for one in serving} == {"shredded"}
    assert (await office.desk.mission("Q")).shreddings[asked].status == "shredded"
    assert await shred.resume(office, "Q") == [] and (await verify(office.desk.log)).ok


async def test_a_restored_key_store_is_emptied_again(office: Bureau, case: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(office.keys._folder, backup)
    asked = await shred.propose(office, FOCAL, case, "retention_ended")
    await shred.answer(office, HEAD, "Q", asked, approved=True)
    restored = FileKeyStore(backup)
    assert restored.get(f"case:{case}")  # the control: the backup had the key
    office.keys, office.vault = restored, Vault(restored, office.vault.origin)
    head = await office.desk.log.head()
    assert await shred.resume(office, "Q") == [shred.Done(asked, 0, True)]
    with pytest.raises(Shredded):
        restored.get(f"case:{case}")
    assert await office.desk.log.head() == head and await shred.resume(office, "Q") == []


async def test_a_proceeding_that_serves_others_goes_on_without_the_case(office: Bureau, case: str) -> None:
    other, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    trial = links.obligation_id(office.vault, case, "TRIAL-OBS")
    await proceedings.attach(office, FOCAL, other, trial)
    asked = await shred.propose(office, FOCAL, other, "on_request")
    assert await shred.answer(office, HEAD, "Q", asked, approved=True) == shred.Done(asked, 2, True)
    state = await office.desk.obligation(trial)
    assert state.is_open and set(state.cases) == {"1"}
    asked = await shred.propose(office, FOCAL, case, "on_request")
    await shred.answer(office, HEAD, "Q", asked, approved=True)
    assert (await office.desk.obligation(trial)).outcome == "shredded"


async def test_what_was_opened_for_it_goes_on_for_the_others(office: Bureau, case: str) -> None:
    other, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT)
    trial = links.obligation_id(office.vault, case, "TRIAL-OBS")
    await proceedings.attach(office, FOCAL, other, trial)
    asked = await shred.propose(office, FOCAL, case, "on_request")
    assert (await office.desk.obligation(trial)).gates["consent:attend"] is True
    assert await shred.answer(office, HEAD, "Q", asked, approved=True) == shred.Done(asked, 3, True)
    state = await office.desk.obligation(trial)
    assert state.is_open and state.gates["consent:attend"] is False  # who is gone lets nobody act any more
    assert trial in await ids(office, other)


async def test_what_opens_at_the_last_moment_ends_with_the_rest(
    office: Bureau, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed before the key was destroyed, committed after the obligations were ended."""
    late: list[str] = []

    async def slow(at: Any, command: c.Command, *rest: Any) -> Any:
        if not late:
            state = await office.desk.mission("Q")
            opened, _ = await open_for(office, FOCAL, state, case, "VISA", cid("late"), parent="o-any")
            late.append(opened)
        return await send(at, command, *rest)

    asked = await shred.propose(office, FOCAL, case, "on_request")
    await office.desk.submit(
        c.AnswerShredding(command_id=cid("yes"), mission="Q", request=asked, approved=True), HEAD
    )
    monkeypatch.setattr(shred, "send", slow)
    assert await shred.resume(office, "Q") == [shred.Done(asked, 4, True)]
    assert (await office.desk.obligation(late[0])).outcome == "shredded"


async def test_a_locked_vault_is_not_shredded_and_what_is_not_there_is_not_found(
    office: Bureau, case: str
) -> None:
    asked = await shred.propose(office, FOCAL, case, "on_request")
    office.keys.lock("Q")
    with pytest.raises(VaultLocked):
        await shred.answer(office, HEAD, "Q", asked, approved=True)
    assert (await office.desk.mission("Q")).shreddings[asked].status == "proposed"
    office.keys.unlock("Q")
    with pytest.raises(CaseRefused):
        await shred.propose(office, FOCAL, codes.new_case(), "on_request")
    with pytest.raises(KeyMissing):
        office.keys.mission_of("case:c-none")
