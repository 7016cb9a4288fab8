"""A mission's vault is closed in seconds, whatever else is away, and tasks go on by their codes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from chancery.cases import consent, intake, lock, record
from chancery.cases.consent import Wish
from chancery.desk import Unavailable
from chancery.directory import Entry
from chancery.keystore import FileKeyStore, VaultLocked
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.refusals import Refused
from tests.cases.conftest import DESK, DUTY, RIGHTS, Bureau
from tests.made import AGENT, DEPUTY, FOCAL, HEAD, cid

ALERT = {"words": "an alert"}


@pytest.fixture
async def case(office: Bureau) -> str:
    """A case with its intake."""
    return (await intake.receive(office, FOCAL, "Q", urgent=False, record=ALERT))[0]


@pytest.mark.parametrize("actor", [HEAD, DUTY], ids=lambda a: a.code)
async def test_it_closes_within_a_second_for_every_process_and_nothing_opens(
    office: Bureau, case: str, actor: Actor
) -> None:
    office.vault.blind(f"case:{case}", "warm", "the key is held in memory")
    began = time.monotonic()
    await lock.lock(office, actor, "Q", "raid")
    assert time.monotonic() - began < 1
    assert await lock.closed(office, "Q") == (True, True)
    elsewhere = FileKeyStore(office.keys._folder)
    for keys in (office.keys, elsewhere):
        for key in (f"case:{case}", "mission:Q"):
            with pytest.raises(VaultLocked):
                keys.get(key)
    asked = [
        record.history(office, FOCAL, case),
        record.note(office, FOCAL, case, "note", ALERT),
        intake.receive(office, FOCAL, "Q", urgent=True, record=ALERT),
        consent.withdraw(office, FOCAL, case, ["attend"], Wish("defender", "phone")),
    ]
    for one in asked:
        with pytest.raises(VaultLocked):
            await one


async def test_tasks_go_on_by_code(office: Bureau, case: str) -> None:
    home = (await record.known(office, case)).home
    await office.desk.submit(
        c.RecordPosts(command_id=cid("none"), mission="Q", lines=()), OPERATOR,
        [office.directory.statement([Entry("p-fp", "Q", "Q-103")])],
    )  # fmt: skip
    await lock.lock(office, HEAD, "Q", "raid")
    ask: dict[str, Any] = {"mission": "Q", "obligation": home.id}
    await office.desk.submit(c.OpenTask(command_id=cid("ack"), step="acknowledge", **ask), ENGINE_WORKFLOW)
    await office.desk.submit(c.AcceptTask(command_id=cid("take"), task="acknowledge.1", **ask), FOCAL)
    lines = [line["code"] for line in home.definition["step"][0]["checklist"]]
    done = c.CompleteTask(command_id=cid("done"), task="acknowledge.1", checklist=tuple(lines), **ask)
    await office.desk.submit(done, FOCAL)
    assert (await office.desk.obligation(home.id)).tasks["acknowledge.1"].outcome == "done"
    assert await office.directory.officers_of(office.desk.log.pool, ["p-fp"]) == {"p-fp": "p-fp"}


@pytest.mark.parametrize("actor", [FOCAL, DEPUTY, AGENT, DESK, OPERATOR], ids=lambda a: a.code)
async def test_who_may_not_closes_nothing(office: Bureau, case: str, actor: Actor) -> None:
    for asked in (lock.lock(office, actor, "Q", "raid"), lock.unlock(office, actor, "Q", "over")):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "not-allowed"
    assert await lock.closed(office, "Q") == (False, False)


async def test_it_opens_again_and_what_headquarters_closed_the_mission_does_not_open(
    office: Bureau, case: str
) -> None:
    await lock.lock(office, HEAD, "Q", "raid")
    await lock.unlock(office, HEAD, "Q", "over")
    assert (await record.history(office, FOCAL, case)).lines
    await lock.lock(office, DUTY, "Q", "coercion")
    with pytest.raises(Refused):
        await lock.unlock(office, HEAD, "Q", "moved")
    assert await lock.closed(office, "Q") == (True, True)
    await lock.unlock(office, DUTY, "Q", "over")
    assert await lock.closed(office, "Q") == (False, False)
    types = [e["type"] for e in await office.events() if e["type"].startswith("Vault")]
    assert types == ["VaultLocked", "VaultUnlocked", "VaultLocked", "VaultUnlocked"]


async def test_other_missions_stay_open(office: Bureau, case: str) -> None:
    await lock.lock(office, HEAD, "Q", "raid")
    assert office.keys.get("mission:HQ")
    with pytest.raises(Refused):
        await lock.lock(office, HEAD, "HQ", "raid")
    with pytest.raises(Refused):
        await lock.lock(office, RIGHTS, "Q", "raid")


async def test_the_latch_comes_first_so_a_database_that_is_away_keeps_nothing_open(
    office: Bureau, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("OperationalError")

    request = cid("lock")
    with monkeypatch.context() as broken:
        broken.setattr(lock, "send", away)
        with pytest.raises(Unavailable):
            await lock.lock(office, HEAD, "Q", "raid", request)
    assert await lock.closed(office, "Q") == (True, False)
    await lock.lock(office, HEAD, "Q", "raid", request)  # the same request ends the work
    assert await lock.closed(office, "Q") == (True, True)
    with monkeypatch.context() as broken:
        broken.setattr(lock, "send", away)
        with pytest.raises(Unavailable):
            await lock.unlock(office, HEAD, "Q", "over")
    assert await lock.closed(office, "Q") == (True, True)  # never open unrecorded


async def test_a_slip_in_the_reason_leaves_it_closed_and_is_not_repeated(office: Bureau, case: str) -> None:
    with pytest.raises(Refused) as refused:
        await lock.lock(office, HEAD, "Q", "CANARY-raiders")
    assert refused.value.code == "code-unknown" and "CANARY" not in refused.value.sentence()
    assert await lock.closed(office, "Q") == (True, False)
    await lock.lock(office, HEAD, "Q", "raid")
    with pytest.raises(Refused):
        await lock.unlock(office, HEAD, "Q", "CANARY-gone")
    assert await lock.closed(office, "Q") == (True, True)
    assert "CANARY" not in repr(await office.events())


async def test_a_mission_that_is_not_there(office: Bureau, tmp_path: Path) -> None:
    for asked in (lock.lock(office, DUTY, "Z", "raid"), lock.closed(office, "Z")):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "no-such-mission"
