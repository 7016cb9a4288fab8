"""Who may ask for what: every cell of the table, as data beside this file, so that a change of policy shows as a diff.

A row a command; a column each for the engine, the operator, every role in the mission itself (x: allowed); `elsewhere`
names the roles allowed from another mission; `holder` and `on_behalf` say what an officer without any role of their own
may do with a task that they hold, or whose absent holder they stand in for; `partner` what another service may;
`subject`, `manager`, `second` and `proposer` what somebody may do with a dossier to which they stand in that relation.
"""

import csv
from pathlib import Path
from typing import Any

import pytest

from domain import commands as c
from domain import policy
from domain.envelope import ENGINE_TIMER, OPERATOR, Actor
from domain.instrument import ROLES
from domain.refusals import Refused
from tests.domain.spec import coordination
from tests.made import cid

TABLE = Path(__file__).with_name("policy.csv")
WORLD = coordination()
WORLD.mission.partners = ("EUD-CAIRO",)
NO_ROLE = "no_role_at_all"
PARTIES = (policy.SUBJECT, policy.MANAGER, policy.SECOND, policy.PROPOSER)
"""Who stands in a relation to a dossier, wherever they serve."""


def command(name: str, task: str = "hold.1") -> c.Command:
    """The command with no more in it than policy looks at."""
    kind = c.COMMANDS[name]
    data: dict[str, Any] = {"command_id": cid(name), "mission": "Q"}
    if issubclass(kind, c.ObligationCommand):
        data["obligation"] = "o-1"
    if issubclass(kind, c.TaskCommand):
        data["task"] = task
    if name == "DraftWorkPlan":
        data |= {"posting": "p-other", "manager": "p-hom"}
    return kind.model_construct(**data)


def passes(name: str, actor: Actor, relation: str = "") -> bool:
    parties = {relation: frozenset({actor.code})} if relation else None
    try:
        policy.check(command(name), actor, WORLD.obligation, WORLD.mission, parties)
    except Refused as refusal:
        return refusal.code not in ("not-allowed", "not-your-task")
    return True


def officer(role: str, mission: str = "Q", code: str = "p-other", behalf: str | None = None) -> Actor:
    return Actor("officer", code, mission, role, behalf)


def measured(name: str) -> dict[str, str]:
    """One row of the table, as the rules answer."""

    def cell(actor: Actor, relation: str = "") -> str:
        return "x" if passes(name, actor, relation) else ""

    return {
        "command": name,
        "engine": cell(ENGINE_TIMER),
        "operator": cell(OPERATOR),
        **{role: cell(officer(role)) for role in sorted(ROLES)},
        "elsewhere": " ".join(role for role in sorted(ROLES) if passes(name, officer(role, "HQ"))),
        "holder": cell(officer(NO_ROLE, code="p-fp")),
        "on_behalf": cell(officer(NO_ROLE, behalf="p-fp")),
        "holder_elsewhere": cell(officer(NO_ROLE, "T", "p-fp")),
        "partner": cell(Actor("partner", "EUD-CAIRO")),
        **{one: cell(officer(NO_ROLE, "T", "p-party"), one) for one in PARTIES},
    }


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["command"])
def test_every_cell(row: dict[str, str]) -> None:
    assert measured(row["command"]) == row


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert sorted(row["command"] for row in rows()) == sorted(c.COMMANDS) == sorted(policy.RULES)


def test_every_name_in_a_row_is_a_role_or_a_relation() -> None:
    relations = {policy.HOLDER, policy.ENGINE, policy.OPERATOR, policy.OFFERED, policy.NAMED, *PARTIES}
    assert {who for row in policy.RULES.values() for who in row} <= ROLES | relations


def test_what_no_row_allows_is_refused() -> None:
    class Unheard(c.MissionCommand):
        """A command that nobody thought of."""

    for actor in (OPERATOR, ENGINE_TIMER, officer("head_of_mission")):
        with pytest.raises(Refused) as refusal:
            policy.check(Unheard(command_id=cid("x"), mission="Q"), actor, None, WORLD.mission)
        assert refusal.value.code == "not-allowed"
        assert "nobody" in refusal.value.sentence()


def test_a_task_that_is_not_there_is_nobodys() -> None:
    with pytest.raises(Refused) as refusal:
        policy.check(command("AcceptTask", "hold.9"), officer("auditor"), WORLD.obligation, WORLD.mission)
    assert refusal.value.code == "no-such-task"


def test_a_partner_answers_only_here_and_only_what_came_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    task = WORLD.obligation.tasks["hold.1"]
    eud, other = Actor("partner", "EUD-CAIRO"), Actor("partner", "MS-CAIRO")
    assert not passes("CompleteTask", eud)
    monkeypatch.setattr(task, "posting", "eu_delegation")
    assert passes("CompleteTask", eud)
    assert not passes("CompleteTask", other)
    assert not passes("CompleteTask", officer(NO_ROLE))
    monkeypatch.setattr(WORLD.mission, "partners", ("EUD-CAIRO", "MS-CAIRO"))
    assert passes("AnswerRota", other)
    assert not passes("CompleteTask", other), "what passed to the EU Delegation is not another embassy's"


def test_nobody_who_only_looks_may_change_anything() -> None:
    """An auditor and a data-protection officer read; beside it only what is their own: an offer, their work plan, what leaves."""
    theirs = {"AnswerRota", "DraftWorkPlan", "ProposeExport", "AnswerExport"}
    stated = {"StatePurpose", "WithdrawPurpose"}
    for row in rows():
        assert row["auditor"] == "" or row["command"] in theirs
        assert row["data_protection_officer"] == "" or row["command"] in theirs | stated


def test_the_engine_never_does_what_people_decide() -> None:
    decided = {
        "CompleteTask",
        "NotAct",
        "AnswerWaiver",
        "DeclareSuspension",
        "SetGate",
        "AnswerCorrection",
        "PauseClock",
    }
    assert [row["command"] for row in rows() if row["command"] in decided and row["engine"]] == []


def test_a_cell_that_changes_is_seen() -> None:
    row = next(row for row in rows() if row["command"] == "DeclareSuspension")
    assert measured("DeclareSuspension") != {**row, "focal_point": "x"}
