"""Record the corpus anew: `python -m tests.replay.record`.

Only when a procedure was changed on purpose under a new version, or the corpus gets a new path. Never to make a red test
green: a history that no longer replays is a run in some ministry that stands still.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client, WorkflowHistory

from chancery import queries
from chancery.clock import ManualClock, use_pinned_zones
from chancery.conductor import Conductor
from chancery.db import prepare
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.installation import desk_at
from chancery.instruments import definition
from chancery.rehearse.play import Player, ends_of, starts_of
from chancery.rehearse.script import load
from chancery.rehearse.stage import staged
from chancery.settings import Settings
from domain import commands as c
from domain.envelope import OPERATOR
from tests.conftest import APP_PASSWORD, READER_PASSWORD
from tests.made import adoption, at, cid, posts
from tests.replay.corpus import HERE, HISTORIES, MANIFEST, golden
from tests.workflows.engine import Engine, connected, working
from tests.workflows.fourteen import TIRED_AFTER_FIFTY, play, runs_of

Entry = dict[str, Any]
YEAR: Final[Mapping[str, str]] = {
    "Q-EG:MEET-ANNUAL:2026": "the annual meeting, with its plan, held, and those who came were told",
    "T-TN:MEET-ANNUAL:2026": "the annual meeting, overdue plan, waived by a second person in December",
    "Q-EG:COORD-LOCAL:2026-01": "one coordination meeting",
    "T-TN:COORD-LOCAL:2026-03": "a coordination meeting that could not be held, with a reason",
    "LIS-REVIEW": "a review with a partner's endorsement",
}
TRIALS: Final[Mapping[str, str]] = {
    "withdrawn": "an adjournment, a moved sitting, a gate withdrawn after one sitting and before the next",
    "verdict": "a verdict, its flash, and a report that was reminded of, escalated and late",
}


def keep(entries: dict[str, Entry], name: str, history: WorkflowHistory, **facts: Any) -> None:
    """Write a history and what the manifest says of it."""
    (HISTORIES / f"{name}.json").write_text(history.to_json().replace("    ", "").replace("\n", "") + "\n")
    entries[name] = {"workflow": history.workflow_id, **facts}


async def rehearsed(
    entries: dict[str, Entry], path: Path, wanted: Mapping[str, str], *, whole: bool = False
) -> None:
    """Play a script on the time-skipping server and keep the histories wanted, by name, by id or by definition.

    `whole`: the script is one definition's whole run, and only the first history is kept, under the script's name.
    """
    script, script_name = load(path), f"{'whole-' if whole else ''}{path.stem.lower()}"
    secret = hashlib.sha256(script.seed.encode()).hexdigest()  # what a stage derives its key from
    async with staged(Settings(), starts_of(script), script.seed, _silent) as stage:
        player = Player(script, path.parent, stage, _silent, ends_of(script))
        ledger = await player.play()
        assert ledger.as_scripted, ledger.refusals
        common = {"namespace": stage.client.namespace, "secret": secret, "key": "rehearsal-1"}
        ids = {id_: name for name, id_ in player._company.obligations.items()}
        for row in await queries.obligations(stage.desk.log):
            name = ids.get(row["id"]) or str(row["id"])
            of_kind = whole or row["mission"] == "Q"
            why = wanted.get(name) or (wanted.get(row["definition"]) if of_kind else None)
            kept = script_name if whole else f"{script_name}-{name.replace(':', '-').lower()}"
            if why is None or kept in entries:
                continue
            state = await stage.desk.obligation(row["id"])
            keep(
                entries, kept,
                await stage.client.get_workflow_handle(row["id"]).fetch_history(),
                type=row["workflow"], why=why, golden=golden(state), **common,
            )  # fmt: skip
        if script_name == "year":
            await _tick(entries, stage.client, common)


async def whole_runs(entries: dict[str, Entry]) -> None:
    """A whole run of every procedure that the corpus does not have yet, from the rehearsals of the instrument."""
    for path in sorted((HERE.parent / "rehearsals" / "whole").glob("*.toml")):
        chosen = definition("eu-hrd", path.stem)
        assert chosen is not None, f"{path.name} is named after no definition"
        if chosen["workflow"] not in {entry["type"] for entry in entries.values()}:
            await rehearsed(entries, path, {path.stem: f"a whole run of {path.stem}"}, whole=True)


async def _tick(entries: dict[str, Entry], client: Client, common: Mapping[str, str]) -> None:
    history = await client.get_workflow_handle("tick:Q-2026-01-01T07:00:00Z").fetch_history()
    keep(
        entries,
        "year-tick",
        history,
        type="MissionTick",
        why="a daily tick that opens",
        golden=None,
        **common,
    )


async def continued(entries: dict[str, Entry]) -> None:
    """Fourteen tasks on a dev server that asks for a new run after fifty events: the first run and the last."""
    folder = _folder()
    postgres = EmbeddedPostgres(folder / "postgres", guarded=True)
    temporal = EmbeddedTemporal(folder / "temporal", dynamic_config=TIRED_AFTER_FIFTY)
    try:
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(temporal.start)
        prepare(postgres.admin_url("chancery"), app_password=APP_PASSWORD, reader_password=READER_PASSWORD)
        url = postgres.url("chancery", "chancery_app", APP_PASSWORD)
        client = await connected(temporal)
        async with desk_at(url, ManualClock(at("2026-05-05T06:10"))) as (_, desk), working(client, desk):
            await desk.submit(adoption(), OPERATOR)
            await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
            engine = Engine(desk, client, Conductor(desk.log, client, desk.clock, schedules=False))
            await engine.conductor.take_over()
            await play(engine, "o-fourteen")
            runs = await runs_of(engine, "o-fourteen")
            state = await engine.state("o-fourteen")
        common = {
            "type": "TrialObservation", "namespace": temporal.namespace, "key": "test-1",
            "secret": b"published test key, 32 bytes ...".hex(),
        }  # fmt: skip
        keep(entries, "fourteen-first", runs[0], why="a run that went on as a new one", golden=None, **common)
        why = f"the last of {len(runs)} runs: it began with what the log held"
        keep(entries, "fourteen-last", runs[-1], why=why, golden=golden(state), **common)
    finally:
        temporal.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chancery-record-"))
    folder.chmod(0o711)  # the account of PostgreSQL must be able to enter
    return folder


def _silent(_: str) -> None:
    return None


async def main() -> None:
    """Record everything, then write the manifest."""
    use_pinned_zones()
    for old in HISTORIES.glob("*.json"):
        old.unlink()
    entries: dict[str, Entry] = {}
    await rehearsed(entries, HERE / "scripts" / "trials.toml", TRIALS)
    await rehearsed(entries, HERE / "scripts" / "year.toml", YEAR)
    await continued(entries)
    await whole_runs(entries)
    MANIFEST.write_text(json.dumps(entries, indent=1, sort_keys=True) + "\n")
    size = sum(file.stat().st_size for file in HISTORIES.glob("*.json"))
    sys.stdout.write(f"{len(entries)} histories, {size / 1000:.0f} kB\n")


if __name__ == "__main__":
    asyncio.run(main())
