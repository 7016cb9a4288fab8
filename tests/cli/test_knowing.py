"""`--as-of`: every read says what was known at a position, or at an instant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from tests.cli.conftest import TASK, Cli

READS = (
    ("task", "show", TASK),
    ("task", "list", "--mission", "Q", "--ended"),
    ("task", "list", "--mine", "--as", "Q-103", "--ended"),
    ("obligation", "show", "o-1"),
    ("obligation", "list", "--mission", "Q"),
    ("mission", "show", "Q"),
    ("mission", "show"),
    ("sla", "--mission", "Q"),
    ("outage", "list", "--mission", "Q"),
    ("duty", "list", "--mission", "Q"),
    ("calendar", "show", "--mission", "Q"),
    ("rota", "show", "o-1"),
    ("obligation", "sittings", "o-1"),
)
WITHOUT_SITTINGS = {("rota", "show"), ("obligation", "sittings")}
"""What these say of a meeting does not change; that it is folded from the log does."""


@pytest.mark.parametrize("read", READS, ids=lambda read: " ".join(read[:3]))
async def test_a_read_says_what_was_known_then(
    staffed: Desk, cli: Cli, clock: ManualClock, read: tuple[str, ...]
) -> None:
    before = (await cli(*read, "--json")).json
    head, at = before.pop("position"), before.pop("at")
    assert head == await staffed.log.head()
    clock.advance(timedelta(hours=30))
    for command in (
        ("task", "accept", TASK, "--as", "Q-103"),
        ("task", "not-act", TASK, "--outcome", "not_appropriate", "--reason", "no_meeting_called", "--as", "Q-103"),
        ("suspension", "declare", "--mission", "Q", "--from", "2026-05-08T09:00", "--until", "2026-05-09T09:00", "--reason", "security", "--as", "Q-101"),
        ("outage", "declare", "--mission", "Q", "--from", "2026-05-05T10:00", "--until", "2026-05-05T11:00", "--as", "Q-101"),
        ("calendar", "revise", "--mission", "Q", "--add", "2026-05-31=Eid", "--source", "decree", "--as", "Q-101"),
        ("duty", "off", "COORD-LOCAL", "--mission", "Q", "--authority", "strategy-2026", "--reason", "capacity", "--until", "2026-12-31", "--as", "Q-101"),
        ("mission", "adopt", "T", "--host", "TN", "--zone", "Africa/Tunis", "--on", "2026-01-01"),
    ):  # fmt: skip
        said = await cli(*command)
        assert said.code == 0, said.err
    said = await cli(*read, "--as-of", str(head), "--json")
    then = said.json
    assert (then.pop("position"), bool(then.pop("at"))) == (head, True)
    assert f"As known at position {head}, " in said.err
    now = (await cli(*read, "--json")).json
    assert now.pop("position") > head and now.pop("at") != at
    if read[0] in ("task", "sla"):  # time left is told of the moment that is asked for
        for told in (before, then, now):
            told.pop("left", None)
            for row in (*told.get("tasks", ()), *told.get("clocks", ())):
                row.pop("left", None)
    assert then == before
    # The control: now it is told otherwise, where what was done has to do with it.
    if read[:2] not in WITHOUT_SITTINGS:
        assert now != before


async def test_an_instant_means_the_last_position_by_then(staffed: Desk, cli: Cli) -> None:
    head = await staffed.log.head()
    said = await cli("task", "show", TASK, "--as-of", "2100-01-01T00:00Z", "--json")
    assert (said.code, said.json["position"], said.json["at"]) == (0, head, "2026-05-05T06:10:00Z")


@pytest.mark.parametrize(
    ("as_of", "code", "says"),
    [
        ("0", 3, "The log has positions 1 to"),
        ("99999", 3, "99999 is none of them"),
        ("1970-01-02T00:00Z", 3, "1970-01-02T00:00Z is none of them"),
        ("yesterday", 2, "--as-of: yesterday is not a time"),
    ],
)
async def test_no_such_place(staffed: Desk, cli: Cli, as_of: str, code: int, says: str) -> None:
    said = await cli("sla", "--mission", "Q", "--as-of", as_of)
    assert (said.code, said.out) == (code, "") and says in said.err


async def test_before_it_was_there(staffed: Desk, cli: Cli) -> None:
    said = await cli("task", "show", TASK, "--as-of", "1", "--language", "fr")
    assert said.code == 3 and "État connu à la position 1" in said.err
    assert "Il n'y a pas d'obligation o-1" in said.err
    assert (await cli("mission", "show", "Q", "--as-of", "1", "--json")).json["posts"] == []
