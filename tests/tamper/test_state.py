"""An auditor's own file: only what is new is read, what was seen is not believed twice, and what cannot be seen so is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - seeded
from typing import Any

import pytest

from chancery.log.auditing import StateRefused, load
from chancery.log.findings import Findings
from chancery.verifying import Wanted, verified
from tests.tamper import hands
from tests.tamper.ground import Ground, Trial


async def look(trial: Trial, wanted: Wanted, hours: int = 0) -> Findings:
    """As it is found so many hours after the last event."""
    async with trial.log() as log:
        last = (await log.at(await log.head())).recorded_us
        now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=last, hours=hours)
        return await verified(log, wanted, now)


@pytest.fixture
def wanted(ground: Ground, tmp_path: Path) -> Wanted:
    """An auditor with a file, who knows both keys."""
    return Wanted(
        folder=ground.folder,
        state=tmp_path / "audit.json",
        keys=[str(ground.log_key.verifier)],
        witnesses=[str(ground.witness_key.verifier)],
        views=False,
    )


def codes(findings: Findings) -> list[tuple[str, int, int | None]]:
    return [(f.code, f.position, f.upto) for f in findings.found]


async def test_only_what_is_new_is_read(ground: Ground, wanted: Wanted, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(ground.dumps[3].folder, folder)
    assert wanted.state is not None
    wanted = replace(wanted, folder=folder)
    with ground.copy(ground.dumps[3].database) as trial:
        before = await look(trial, wanted)
        assert (before.found, before.events, before.signed) == (
            [],
            ground.dumps[3].size,
            ground.dumps[3].size,
        )
        assert before.witnessed == ground.dumps[3].size
        for turn in range(3):
            await trial.grow(f"more-{turn}", 4, Random(turn))
            await ground.signed_once(trial.name, folder, witnessed=True)
            found = await look(trial, wanted)
            state = load(wanted.state)
            assert (found.found, found.after, found.events) == ([], before.head, found.head - before.head)
            assert found.signed == found.head > before.head
            assert state is not None
            assert (state.size, state.tree().root()) == (found.head, found.root)
            assert {n.code for n in found.notices} >= {"not-read-again", "views-not-compared"}
            before = found
        again = await look(trial, wanted)
        assert (again.found, again.events, again.root) == ([], 0, before.root)
        full = await look(trial, replace(wanted, full=True))
        assert (full.found, full.events, full.root) == ([], before.head, before.root)
        leaves = wanted.state.with_name("audit.json.leaves").read_bytes()
        assert len(leaves) == 32 * before.head


async def test_a_log_put_back_is_refused_and_the_file_stays(ground: Ground, wanted: Wanted) -> None:
    assert wanted.state is not None
    with ground.copy() as trial:
        assert (await look(trial, wanted)).ok
    kept = wanted.state.read_bytes()
    older = ground.dumps[2]
    with ground.copy(older.database) as trial:
        found = await look(trial, wanted)
        assert codes(found) == [("log.short", 1, older.size + 1)]
        full = await look(trial, replace(wanted, full=True))
        assert full.first is not None
        assert (full.first.code, full.first.position, full.first.exact) == ("log.short", older.size + 1, True)
        while found.head <= ground.head:
            await trial.grow(f"anew-{found.head}", 30, Random(found.head))
            found = await look(trial, wanted)
        assert codes(found) == [("state.moved", 1, ground.head)]
        full = await look(trial, replace(wanted, full=True))
        assert full.first is not None
        assert (full.first.code, full.first.position, full.first.exact) == (
            "log.changed",
            older.size + 1,
            True,
        )
    assert wanted.state.read_bytes() == kept


async def test_what_was_read_before_is_not_read_again_and_full_names_it(
    ground: Ground, wanted: Wanted, tmp_path: Path
) -> None:
    with ground.copy() as trial:
        assert (await look(trial, wanted)).ok
        with trial.admin() as admin:
            event = hands.entries(admin)[40].event
            hands.rewrite(admin, 41, event | {"at": "2026-05-01T00:00:00Z"})
        blind = await look(trial, wanted)
        assert blind.ok, "the control: what is not read is not seen"
        assert "not-read-again" in {n.code for n in blind.notices}, "and that is said"
        nowhere = replace(wanted, folder=None)
        found = await look(trial, replace(nowhere, full=True))
        assert codes(found) == [("log.changed", 41, None)]
        # The stolen key signs what there is now: that signature is on no tree that the auditor knows.
        folder = tmp_path / "forged"
        await ground.signed_once(trial.name, folder, witnessed=False)
        forged = await look(trial, replace(wanted, folder=folder, witnesses=[]))
        assert codes(forged) == [("log.root", 1, ground.head)]


def _number(said: dict[str, Any]) -> None:
    said["size"] += 1


def _root(said: dict[str, Any]) -> None:
    said["root"] = "00" * 32


def _frontier(said: dict[str, Any]) -> None:
    said["frontier"] = said["frontier"][::-1]


def _time(said: dict[str, Any]) -> None:
    said["recorded_us"] = "1"


def _key(said: dict[str, Any]) -> None:
    del said["leaf"]


@pytest.mark.parametrize("spoil", [_number, _root, _frontier, _time, _key])
async def test_a_file_that_was_altered_is_refused(
    ground: Ground, wanted: Wanted, spoil: Callable[[dict[str, Any]], None]
) -> None:
    assert wanted.state is not None
    with ground.copy() as trial:
        assert (await look(trial, wanted)).ok
        said = json.loads(wanted.state.read_text())
        spoil(said)
        wanted.state.write_text(json.dumps(said))
        with pytest.raises(StateRefused, match=r"audit\.json"):
            await look(trial, wanted)


async def test_files_of_another_log_or_without_their_leaves_are_refused(
    ground: Ground, wanted: Wanted
) -> None:
    assert wanted.state is not None
    with ground.copy() as trial:
        assert (await look(trial, wanted)).ok
        leaves = wanted.state.with_name("audit.json.leaves")
        leaves.write_bytes(
            leaves.read_bytes() + b"half"
        )  # a crash before the state was written: that part does not count
        assert (await look(trial, wanted)).ok
        leaves.write_bytes(leaves.read_bytes()[:-40])
        with pytest.raises(StateRefused) as caught:
            await look(trial, wanted)
        assert (caught.value.code, caught.value.sentence("fr").split()[0]) == (
            "state.unreadable",
            "audit.json.leaves",
        )
        with trial.admin() as admin:
            admin.execute("UPDATE log.origin SET origin = 'elsewhere'")
        with pytest.raises(StateRefused) as caught:
            await look(trial, wanted)
        assert caught.value.code == "state.other-log"


async def test_what_waits_too_long_for_a_signature_is_a_finding(ground: Ground, wanted: Wanted) -> None:
    """The last few events were never signed: after a quarter of an hour somebody must know."""
    with ground.copy() as trial:
        assert (await look(trial, wanted)).ok
        late = await look(trial, wanted, hours=1)
        after = ground.signed + 1
        assert codes(late) == [("checkpoint.unsigned", after, None), ("checkpoint.unwitnessed", after, None)]
        nobody = replace(wanted, folder=None, keys=[], witnesses=[])
        assert (await look(trial, nobody, hours=1)).ok, "where nobody signs, nothing is waited for"
