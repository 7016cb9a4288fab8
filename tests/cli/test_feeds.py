"""Calendar feeds on the command line: the Head of Mission forbids them and allows them again."""

from chancery.desk import Desk
from tests.cli.conftest import Cli


async def test_feeds_are_forbidden_and_allowed_again(staffed: Desk, cli: Cli) -> None:
    said = await cli("mission", "feeds", "Q", "--forbid", "--reason", "searches", "--as", "Q-101", "--json")
    assert said.code == 0, said.err
    assert said.json["feeds_allowed"] is False
    assert "Nobody in mission Q has a calendar feed now." in said.err
    assert not (await staffed.mission("Q")).feeds_allowed
    assert (await cli("mission", "show", "Q", "--json")).json["feeds_allowed"] is False
    assert "Calendar feeds are forbidden here." in (await cli("mission", "show", "Q")).out
    again = await cli("mission", "feeds", "Q", "--allow", "--reason", "over", "--as", "Q-101")
    assert again.code == 0, again.err
    assert (await staffed.mission("Q")).feeds_allowed
    assert "Calendar feeds" not in (await cli("mission", "show", "Q")).out


async def test_nobody_else_may_and_a_reason_is_one_of_the_list(staffed: Desk, cli: Cli) -> None:
    for who, code in (("Q-102", "not-allowed"), ("Q-103", "not-allowed"), ("operator", "not-allowed")):
        said = await cli("mission", "feeds", "Q", "--forbid", "--reason", "security", "--as", who)
        assert (said.code, code in said.err) == (4, True), said.err
    said = await cli("mission", "feeds", "Q", "--forbid", "--reason", "canary-7f3a", "--as", "Q-101")
    assert (said.code, "code-unknown" in said.err, "canary" in said.err) == (2, True, False)
    assert (await staffed.mission("Q")).feeds_allowed


async def test_the_head_of_an_unknown_mission_is_told_so(staffed: Desk, cli: Cli) -> None:
    said = await cli("mission", "feeds", "X", "--forbid", "--reason", "security", "--as", "Q-101")
    assert said.code in (3, 4)
