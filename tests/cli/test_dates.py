"""`dates` from the command line: headquarters sets a table, everybody sees it, a mission is refused."""

from __future__ import annotations

from pathlib import Path

from chancery.desk import Desk
from domain import commands as c
from domain.envelope import OPERATOR
from tests.cli.conftest import Cli
from tests.made import adoption, cid

TABLE = "kind;day;until;definition;days_before;countries\nupr_session;2026-11-02;;UPR;120;EG\n"


async def test_headquarters_sets_a_table_or_nothing_of_it(staffed: Desk, cli: Cli, tmp_path: Path) -> None:
    made = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    person = c.PostLine(
        post="HQ-DESK", role="hq_desk", share_percent=100, local_agent=False, posting="p-desk",
        from_day="2024-01-01", until=None,
    )  # fmt: skip
    await staffed.submit(made, OPERATOR)
    await staffed.submit(c.RecordPosts(command_id=cid("hq"), mission="HQ", lines=(person,)), OPERATOR)
    table = tmp_path / "dates.csv"
    ask = ("dates", "set", str(table), "--mission", "HQ", "--as", "p-desk")
    assert (await cli(*ask)).code == 3  # there is no such file yet
    table.write_text(TABLE + "upr_session;never;;UPR;1;\n")
    wrong = await cli(*ask)
    assert (wrong.code, "Line 3: write days" in wrong.err, "[dates-cell]" in wrong.err) == (2, True, True)
    assert (await cli("dates", "list", "--json")).json["dates"] == []
    table.write_text(TABLE)
    assert (await cli(*ask)).code == 0
    [one] = (await cli("dates", "list", "--json")).json["dates"]
    assert (one["date"], one["opened"]) == ("upr_session.2026-11-02.UPR", [])
    gone = ("dates", "remove", one["date"], "--mission", "HQ", "--as", "p-desk")
    assert [(await cli(*gone)).code for _ in range(2)] == [0, 3]


async def test_a_mission_sets_none(staffed: Desk, cli: Cli, tmp_path: Path) -> None:
    table = tmp_path / "dates.csv"
    table.write_text(TABLE)
    said = await cli("dates", "set", str(table), "--mission", "Q", "--as", "Q-103")
    assert (said.code, "[not-allowed]" in said.err) == (4, True)
