"""Every definition lived through: one whole run to a good end each, and (`make trials`) each of its other ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.instruments import shipped
from chancery.invariants import Finding, check
from chancery.rehearse.ledger import Ledger
from chancery.rehearse.play import Player, ends_of, starts_of
from chancery.rehearse.script import Expect, load, shipped_codes
from chancery.rehearse.stage import staged
from chancery.settings import Settings
from chancery.streams import as_event
from tests.rehearsals.test_cases import forgetfully

HERE = Path(__file__).parent
WHOLE = sorted((HERE / "whole").glob("*.toml"))
ENDS = sorted((HERE / "ends").glob("*.toml"))


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: rehearsals play beside its own database."""
    folder = short_dir / "whole"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


async def played(path: Path, settings: Settings) -> tuple[Ledger, list[Finding]]:
    """The ledger of a file, and what its log holds that must not be."""
    script = load(path)
    async with staged(settings, starts_of(script), script.seed, lambda _: None) as stage:
        ledger = await Player(script, path.parent, stage, lambda _: None, ends_of(script)).play()
        events = [as_event(one) for one in await stage.desk.log.read(0, limit=100_000)]
        return ledger, check(events, stage.clock.now())


def definition_of(path: Path) -> str:
    """The definition that a file is named after: `HOM-RECO-immediate` → `HOM-RECO`."""
    return max((code for code in shipped_codes() if (path.stem + "-").startswith(code + "-")), key=len)


def differences(path: Path, ledger: Ledger, expect: Expect | None) -> list[str]:
    """What came out otherwise than the file says: the first obligation of its definition, its outcome and its tasks."""
    if expect is None:
        return ["the file says nothing of what must come out"]
    found = [o for o in ledger.data()["obligations"] if o["definition"] == definition_of(path)]
    if not found:
        return [f"no {definition_of(path)} was opened"]
    first: Mapping[str, Any] = found[0]
    tasks = sorted(task["task"] for task in first["tasks"])
    said = [
        f"refused: {r['by']} {r['what']} {r['code']}" for r in ledger.data()["refusals"] if not r["expected"]
    ]
    if first["outcome"] != expect.outcome:
        said.append(f"ended {first['outcome']}, not {expect.outcome}")
    if tasks != sorted(expect.tasks):
        said.append(f"tasks {tasks}, not {sorted(expect.tasks)}")
    return said


def play(path: Path, settings: Settings) -> None:
    ledger, findings = asyncio.run(played(path, settings))
    assert differences(path, ledger, load(path).expect) == []
    assert findings == []


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_a_whole_run(path: Path, settings: Settings) -> None:
    play(path, settings)


@pytest.mark.trials
@pytest.mark.parametrize("path", ENDS, ids=lambda path: path.stem)
def test_another_end(path: Path, settings: Settings) -> None:
    play(path, settings)


@pytest.mark.trials
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_a_whole_run_that_starts_again_from_nothing_at_every_line(path: Path, settings: Settings) -> None:
    ledger, _ = asyncio.run(forgetfully(path, settings))
    assert ledger.as_scripted
    assert ledger.text() == asyncio.run(played(path, settings))[0].text()


def test_each_of_the_46_has_a_whole_run_that_ends_well() -> None:
    codes = {d["code"] for d in shipped()["eu-hrd"]["definition"]}
    assert len(codes) == 46
    assert codes - {path.stem for path in WHOLE} == set()
    ends = {path.stem: load(path).expect for path in WHOLE}
    assert {
        name: expect.outcome for name, expect in ends.items() if expect and expect.outcome != "done"
    } == {}


def test_what_each_definition_can_end_in_is_lived_through() -> None:
    """Every outcome with which a definition's only step may end undone is some file's; the others have a file at least."""
    tried = {(definition_of(path), expect.outcome) for path in ENDS if (expect := load(path).expect)}
    for one in shipped()["eu-hrd"]["definition"]:
        [first, *others] = one["step"]
        if not others:
            assert {outcome for code, outcome in tried if code == one["code"]} >= set(first["outcomes"]), one[
                "code"
            ]
        assert any(code == one["code"] for code, _ in tried), one["code"]


def test_the_control_a_run_that_comes_out_otherwise_is_seen(settings: Settings) -> None:
    path = HERE / "whole/REMIND.toml"
    ledger, _ = asyncio.run(played(path, settings))
    assert differences(path, ledger, Expect(outcome="waived", tasks=("remind.1",))) == [
        "ended done, not waived"
    ]
    assert differences(path, ledger, Expect(outcome="done", tasks=("raise.1",))) == [
        "tasks ['remind.1'], not ['raise.1']"
    ]
    assert differences(HERE / "whole/NHRI.toml", ledger, load(path).expect) == ["no NHRI was opened"]
    assert differences(path, ledger, None) == ["the file says nothing of what must come out"]
