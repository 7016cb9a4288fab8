"""`purpose` and `job` from the command line; and no record of a person for another's eyes before its purpose is stated."""

from __future__ import annotations

from pathlib import Path

from chancery.desk import Desk
from tests.cli.conftest import Cli

STAFF = ("report", "staff", "Q-103", "--from", "2026-05-01", "--to", "2026-05-31", "--json")
SAY = ("purpose", "state", "--months", "24", "--opinion")


async def test_two_have_to_state_it_before_a_report_is_made(overseen: Desk, cli: Cli, tmp_path: Path) -> None:
    refused = await cli(*STAFF)
    assert (refused.code, refused.out, "purpose-not-stated" in refused.err) == (4, "", True)
    words = tmp_path / "conditions.txt"
    words.write_text("Only for reviews.\n")
    first = await cli(*SAY, "agreed_with_conditions", "--words-file", str(words), "--as", "H-dpo", "--json")
    assert (first.code, first.json["stream"]) == (0, "purpose/staff_reports")
    assert first.json["position"] > 0 and len(first.json["leaf"]) == 64
    shown = (await cli("purpose", "show", "--json")).json
    assert (shown["stated"], shown["missing"], shown["retention_months"]) == (
        False,
        ["staff_committee"],
        None,
    )
    assert (await cli(*STAFF)).code == 4, "one of the two is not enough"
    assert (await cli(*SAY, "agreed", "--as", "H-com")).code == 0
    assert (await cli(*STAFF)).code == 0
    said = (await cli("purpose", "show")).out
    assert "data protection officer" in said and "staff committee" in said and "Only for" not in said
    assert (await cli("purpose", "withdraw", "--as", "H-com")).code == 0
    assert (await cli(*STAFF)).code == 4
    events = [event.body for event in await overseen.log.read_stream("purpose/staff_reports")]
    assert len(events) == 3 and not any(b"Only for" in body for body in events), "words are sealed"


async def test_nobody_else_states_it(overseen: Desk, cli: Cli) -> None:
    for who, why in (("Q-101", "not-allowed"), ("H-hq", "not-allowed"), ("operator", "purpose-role")):
        said = await cli(*SAY, "agreed", "--as", who)
        assert (said.code, f"[{why}]" in said.err) == (4, True), said.err
    assert (await cli(*SAY, "perhaps", "--as", "H-dpo")).code == 2
    assert (await cli(*SAY, "agreed")).code == 2, "who acts was not said"
    assert await overseen.log.read_stream("purpose/staff_reports") == []


async def test_a_job_description_names_duties_of_the_mission(overseen: Desk, cli: Cli) -> None:
    describe = (
        "job",
        "describe",
        "FP",
        "--mission",
        "Q",
        "--clause",
        "4.2",
        "--share",
        "30",
        "--as",
        "Q-101",
    )
    mission = await overseen.mission("Q")
    post = mission.postings["p-fp"].post
    ask = ("job", "describe", post, *describe[3:])
    slip = await cli(*ask, "--answers-for", "TRIAL-OB")
    assert (slip.code, "[no-such-definition]" in slip.err, "TRIAL-OBS" in slip.err) == (3, True, True)
    done = await cli(*ask, "--answers-for", "TRIAL-OBS, CONSULT", "--json")
    assert (done.code, done.json["events"]) == (0, ["JobDescribed"]), done.err
    found = (await overseen.mission("Q")).posts[post]
    assert (found.clause, found.share_percent, found.answers_for) == ("4.2", 30, ("CONSULT", "TRIAL-OBS"))
    assert (await cli(*ask, "--answers-for", "TRIAL-OBS,CONSULT", "--json")).json["position"] == 0
    assert (await cli("job", "describe", "NO-POST", *describe[3:])).code == 3
    assert (await cli("job", "describe", post, "--mission", "Z", *describe[5:])).code == 3
