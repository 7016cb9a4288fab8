"""`obligation list --instrument`: what a text asks, with the workflow that carries each, with or without a database."""

from __future__ import annotations

import pytest

from chancery.desk import Desk
from chancery.instruments import shipped
from domain.envelope import OPERATOR
from tests.cli.conftest import Cli, run
from tests.made import opening
from workflows import CATALOGUE

pytestmark = pytest.mark.usefixtures("environment")


def test_the_46_are_listed_each_with_its_workflow_and_without_any_database() -> None:
    said = run("obligation", "list", "--instrument", "eu-hrd", "--json")
    assert said.code == 0
    answer = said.json
    assert answer["schema"] == "chancery.definition-list/1"
    assert (answer["instrument"], answer["version"]) == ("eu-hrd", shipped()["eu-hrd"]["version"])
    assert len(answer["obligations"]) == 46
    assert all(row["workflow"] in CATALOGUE for row in answer["obligations"])
    assert {row["paragraph_confirmed"] for row in answer["obligations"]} == {False}
    assert {row["open"] for row in answer["obligations"]} == {None} and "position" not in answer
    assert "Nothing runs here" in said.err
    assert "Nothing runs here" not in run("obligation", "list", "--instrument", "eu-hrd", "--quiet").err


async def test_with_a_database_it_is_said_how_many_of_each_are_open(staffed: Desk, cli: Cli) -> None:
    await staffed.submit(opening("o-9", period="2026-07"), OPERATOR)
    answer = (await cli("obligation", "list", "--instrument", "eu-hrd", "--json")).json
    counts = {row["definition"]: row["open"] for row in answer["obligations"]}
    assert counts["COORD-LOCAL"] == 2 and counts["TRIAL-OBS"] == 0 and answer["position"] > 0
    one = await cli(
        "obligation", "list", "--instrument", "eu-hrd", "--definition", "COORD-LOCAL", "--mission", "Q"
    )
    assert "10 (not yet confirmed)" in one.out and "ContactMeetings" in one.out and "TRIAL-OBS" not in one.out
    earlier = (await cli("obligation", "list", "--instrument", "eu-hrd", "--as-of", "2", "--json")).json
    assert {row["open"] for row in earlier["obligations"]} == {0} and earlier["position"] == 2


def test_in_french() -> None:
    page = run("obligation", "list", "--instrument", "swiss", "--language", "fr").out
    assert "Examiner la voie du visa : un séjour en Suisse" in page and "pas encore confirmé" in page
    assert "Responsable" in page and "agent consulaire" in page


def test_what_there_is_not() -> None:
    said = run("obligation", "list", "--instrument", "eu-hdr")
    assert said.code == 2 and "[unknown-instrument]" in said.err and "eu-hrd, osce, swiss" in said.err
    assert run("obligation", "list", "--instrument", "eu-hrd", "--definition", "DANCE").code == 3
    assert (
        run("obligation", "list", "--instrument", "eu-hrd", "--mission", "Q").code == 6
    )  # no database to ask


async def test_a_mission_that_is_not_there(staffed: Desk, cli: Cli) -> None:
    assert (await cli("obligation", "list", "--instrument", "eu-hrd", "--mission", "X")).code == 3


async def test_an_obligation_says_its_paragraph_is_unconfirmed_and_what_else_it_satisfies(
    staffed: Desk, cli: Cli
) -> None:
    opened = await cli(
        "obligation", "open", "--mission", "Q", "--definition", "MEET-ANNUAL", "--period", "2026", "--due", "2026-12-31",
        "--as", "Q-103", "--json",
    )  # fmt: skip
    shown = (await cli("obligation", "show", opened.json["obligation"], "--json")).json
    assert shown["also"] == ["osce:OSCE-CONTACT", "swiss:CH-CONTACT"]
    assert (shown["workflow"], shown["paragraph_confirmed"]) == ("ContactMeetings", False)
    page = (await cli("obligation", "show", opened.json["obligation"])).out
    assert (
        "paragraph 10 (not yet confirmed)" in page
        and "counts for osce:OSCE-CONTACT, swiss:CH-CONTACT too" in page
    )


async def test_what_another_text_carries_is_not_opened_beside_it(staffed: Desk, cli: Cli) -> None:
    said = await cli(
        "obligation", "open", "--mission", "Q", "--instrument", "osce", "--definition", "OSCE-TRIAL", "--as", "Q-103"
    )  # fmt: skip
    assert said.code == 2 and "eu-hrd:TRIAL-OBS satisfies OSCE-TRIAL too" in said.err
