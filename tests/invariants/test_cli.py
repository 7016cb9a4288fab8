"""`chancery log invariants`: what an auditor runs."""

from __future__ import annotations

from datetime import timedelta

from chancery.clock import ManualClock
from chancery.desk import Desk
from tests.cli.conftest import Cli, cli, environment  # noqa: F401 - fixtures


async def test_a_log_that_keeps_them_all_says_so_and_one_that_the_engine_left_alone_does_not(
    cli: Cli,  # noqa: F811
    task: Desk,
    clock: ManualClock,
) -> None:
    good = await cli("log", "invariants")
    assert good.code == 0 and "every invariant holds" in good.out
    clock.set(clock.now() + timedelta(days=200))  # no worker runs: nobody says that the deadline has passed
    bad = await cli("log", "invariants", "--json")
    assert bad.code == 1
    assert {f["code"] for f in bad.json["findings"]} == {"passed-unrecorded", "notice-missing"}
    assert bad.json["findings"][0]["stream"] == "obligation/o-1"
    late = await cli("log", "invariants", "--late", str(60 * 24 * 300))
    assert late.code == 0
    said = await cli("log", "invariants", "--language", "fr")
    assert said.code == 1 and "COORD-LOCAL" in said.out
