"""`workplan` from the command line: drafted, agreed by both, amended, ended; seen by its two parties alone."""

from __future__ import annotations

import pytest

from chancery.cli.faults import Fault
from chancery.cli.objectives import parse
from chancery.desk import Desk
from tests.cli.conftest import Cli

DRAFT = ("workplan", "draft", "Q-103", "--manager", "Q-101", "--from", "2026-01-01", "--to", "2026-12-31")
ROTA = ("--objective", "rota:TRIAL-OBS")


async def drafted(cli: Cli) -> str:
    made = await cli(*DRAFT, *ROTA, "--objective", "number:MEET-ANNUAL=1", "--as", "Q-103", "--json")
    assert (made.code, made.json["events"]) == (0, ["WorkPlanDrafted"]), made.err
    return str(made.json["workplan"])


async def test_a_plan_holds_once_both_agreed(staffed: Desk, cli: Cli) -> None:
    plan = await drafted(cli)
    shown = (await cli("workplan", "show", plan, "--as", "Q-103", "--json")).json
    assert (shown["status"], shown["in_force"], shown["editions"][0]["agreed"]) == ("draft", None, {})
    for who in ("Q-103", "Q-101"):
        assert (await cli("workplan", "agree", plan, "--as", who)).code == 0
    assert (await cli("workplan", "agree", plan, "--as", "Q-101", "--json")).json["position"] == 0
    amend = ("workplan", "amend", plan, "--reason", "vacancy", "--as", "Q-101")
    same = await cli(*amend, *ROTA, "--objective", "number:MEET-ANNUAL=1")
    assert "[workplan-unchanged]" in same.err
    assert (await cli(*amend, *ROTA)).code == 0
    late = await cli("workplan", "agree", plan, "--edition", "1", "--as", "Q-103")
    assert "[edition-superseded]" in late.err
    shown = (await cli("workplan", "show", plan, "--as", "Q-101", "--json")).json
    assert (shown["status"], shown["in_force"]) == ("amending", 1)
    said = (await cli("workplan", "show", plan, "--as", "Q-101")).out
    assert "Observe the sittings on the rota: Observe" in said and "Q-103" in said and "%" not in said
    assert (await cli("workplan", "end", plan, "--reason", "written_in_error", "--as", "Q-101")).code == 0
    assert "[workplan-ended]" in (await cli("workplan", "agree", plan, "--as", "Q-103")).err


async def test_only_its_parties_see_a_plan(staffed: Desk, cli: Cli) -> None:
    plan = await drafted(cli)
    for who in ("Q-104", "Q-102", "operator"):
        said = await cli("workplan", "show", plan, "--as", who)
        assert (said.code, said.out, "[no-such-dossier]" in said.err) == (3, "", True), who
        assert (await cli("workplan", "agree", plan, "--as", who)).code == 3
    listed = {
        who: [
            (one["code"], one["mine"])
            for one in (await cli("workplan", "list", "--as", who, "--json")).json["workplans"]
        ]
        for who in ("Q-103", "Q-102", "Q-104")
    }
    assert listed == {"Q-103": [(plan, True)], "Q-102": [(plan, False)], "Q-104": []}


@pytest.mark.parametrize(
    ("objective", "code", "named"),
    [
        ("rota:TRIAL-OB", "no-such-definition", "TRIAL-OBS"),
        ("rota", "usage", "rota:TRIAL-OBS"),
        ("often:TRIAL-OBS", "usage", "in_time:URGENT"),
        ("number:CONSULT=six", "usage", "number:CONTACT=6"),
        ("number:CONSULT", "objective-empty", "count"),
        ("regions:", "objective-empty", "regions"),
    ],
)
async def test_an_objective_that_is_none_is_refused_with_what_would_be(
    staffed: Desk, cli: Cli, objective: str, code: str, named: str
) -> None:
    said = await cli(*DRAFT, "--objective", objective, "--as", "Q-103")
    assert (said.code != 0, f"[{code}]" in said.err, named in said.err) == (True, True, True), said.err


async def test_sent_twice_it_is_one_plan(staffed: Desk, cli: Cli) -> None:
    again = ("--command-id", "7b0c1a52-9e5d-4f0e-8a64-000000000001", "--json")
    first, second = [(await cli(*DRAFT, *ROTA, "--as", "Q-103", *again)).json for _ in range(2)]
    assert (first["workplan"], first["position"]) == (second["workplan"], second["position"])
    assert (first["fresh"], second["fresh"]) == (True, False)


def test_what_is_typed_becomes_an_objective() -> None:
    one, two = parse(["regions:FIELD-VISIT@EG-MT,EG-ALX", "number:CONTACT,CONSULT=6"])
    assert (one.kind, one.definitions, one.regions, one.count) == (
        "regions", ("FIELD-VISIT",), ("EG-MT", "EG-ALX"), None,
    )  # fmt: skip
    assert (two.definitions, two.count) == (("CONTACT", "CONSULT"), 6)
    with pytest.raises(Fault):
        parse([])
