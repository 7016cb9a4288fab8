"""People over time on the command line: hand-over in bulk, duties and terms of a mission's own, coverage, partners in the rota."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.directory import Directory, Entry
from chancery.keystore import FileKeyStore
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR, Actor
from tests.cli.conftest import OFFICERS, Cli
from tests.made import FOCAL, HEAD, POLITICAL, adoption, cid, opening, posts


@pytest.fixture
async def shared(desk: Desk, cli: Cli, environment: Path) -> Desk:
    """Mission Q with two partners; its officers in the directory."""
    partners = {"partners": ("EUD-CAIRO", "CH-CAIRO")}
    await desk.submit(adoption().model_copy(update=partners), OPERATOR)
    origin, _ = await desk.log.origin()
    keys = FileKeyStore(environment / "data" / "keys")
    keys.create_mission("Q")
    entries = [Entry(posting, "Q", officer) for officer, posting in OFFICERS.items()]
    people = c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts())
    await desk.submit(people, OPERATOR, [Directory(keys, origin).statement(entries)])
    return desk


class Bare:
    """A desk with nothing sealed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk


async def opened(desk: Desk, name: str, code: str, step: str, period: str | None = "2026-05") -> None:
    await desk.submit(opening(name, code, period), ENGINE_TICK)
    task = c.OpenTask(command_id=cid(f"{name} {step}"), mission="Q", obligation=name, step=step)
    await desk.submit(task, ENGINE_WORKFLOW)


# ── hand-over ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def leaving(shared: Desk) -> Desk:
    """The focal point holds three tasks and leaves on 20 May."""
    for name, code, step in (
        ("o-1", "COORD-LOCAL", "hold"), ("o-2", "LIS-REVIEW", "draft"), ("t-1", "TRIAL-OBS", "triage"),
    ):  # fmt: skip
        await opened(shared, name, code, step, None if code == "TRIAL-OBS" else "2026-05")
    end = c.EndPosting(command_id=cid("end"), mission="Q", posting="p-fp", until="2026-05-20")
    await shared.submit(end, OPERATOR)
    return shared


async def test_a_plan_says_what_moves_and_writes_nothing(leaving: Desk, cli: Cli) -> None:
    head = await leaving.log.head()
    said = await cli(
        "handover", "plan", "Q-103", "--mission", "Q", "--to", "Q-105", "--as", "Q-101", "--json"
    )
    assert said.code == 0, said.err
    moves = {m["obligation"]: m for m in said.json["moves"]}
    assert {name: (m["to"], m["officer"], m["why"]) for name, m in moves.items()} == dict.fromkeys(
        ("o-1", "o-2", "t-1"), ("p-pol", "Q-105", "named")
    )
    kept = await cli(
        "handover", "plan", "Q-103", "--mission", "Q", "--keep", "o-1", "--as", "Q-101", "--json"
    )
    chain = {m["obligation"]: (m["to"], m["why"]) for m in kept.json["moves"]}
    assert chain == {"o-2": ("p-alt", "alternate"), "t-1": ("p-alt", "alternate")}
    assert await leaving.log.head() == head


async def test_whoever_cannot_take_over_is_passed_over_and_the_plan_says_why(leaving: Desk, cli: Cli) -> None:
    absent = c.RecordAbsence(
        command_id=cid("away"), mission="Q", posting="p-pol", from_day="2026-05-05", until="2026-05-06"
    )
    await leaving.submit(absent, OPERATOR)
    said = await cli(
        "handover", "plan", "Q-103", "--mission", "Q", "--to", "Q-105", "--as", "Q-101", "--json"
    )
    moves = said.json["moves"]
    assert {(m["to"], m["why"], m["refusal"]) for m in moves} == {("p-alt", "alternate", "no-such-posting")}
    page = await cli("handover", "plan", "Q-103", "--mission", "Q", "--to", "Q-105", "--as", "Q-101")
    assert "Q-104" in page.out and "There is no posting p-pol" in page.out
    gone = c.RecordAbsence(
        command_id=cid("alt"), mission="Q", posting="p-alt", from_day="2026-05-05", until="2026-05-06"
    )
    await leaving.submit(gone, OPERATOR)
    deputy = await cli("handover", "plan", "Q-103", "--mission", "Q", "--as", "Q-101", "--json")
    assert {(m["to"], m["why"]) for m in deputy.json["moves"]} == {("p-dep", "deputy")}


async def test_the_moves_have_receipts_and_are_made_once(leaving: Desk, cli: Cli) -> None:
    id_ = str(cid("the hand-over"))
    asked = ("handover", "run", "Q-103", "--mission", "Q", "--to", "Q-105", "--command-id", id_)
    said = await cli(*asked, "--as", "Q-101", "--json")
    assert said.code == 0, said.err
    assert [len(m["leaf"]) for m in said.json["moved"]] == [64, 64, 64] and said.json["stays"] == []
    for name, task in (("o-1", "hold.1"), ("o-2", "draft.1"), ("t-1", "triage.1")):
        held = (await leaving.obligation(name)).tasks[task]
        assert [h.posting for h in held.holdings] == ["p-fp", "p-pol"]
    head = await leaving.log.head()
    again = await cli(*asked, "--as", "Q-101")
    assert again.code == 0 and "0 of 0 tasks moved." in again.err
    assert await leaving.log.head() == head


async def test_who_may_not_reassign_moves_nothing_and_is_told(leaving: Desk, cli: Cli) -> None:
    said = await cli("handover", "run", "Q-103", "--mission", "Q", "--to", "Q-104", "--as", "Q-105", "--json")
    assert said.code == 0, said.err
    assert said.json["moved"] == []
    assert {m["refusal"] for m in said.json["stays"]} == {"not-allowed"}


async def test_what_changed_since_the_plan_is_refused(leaving: Desk) -> None:
    from chancery import handover

    who = handover.Officers("Q", "p-fp", "p-pol")
    head = Actor("officer", "p-hom", "Q")
    moves = await handover.plan(leaving, who, head)
    done = c.CompleteTask(
        command_id=cid("triaged"),
        mission="Q",
        obligation="t-1",
        task="triage.1",
        checklist=("logged", "consulted"),
    )
    await leaving.submit(done, FOCAL)
    made = await handover.run(Bare(leaving), "Q", moves, cid("bulk"), head)  # type: ignore[arg-type]
    said = {one.move.obligation: (one.refusal.code if one.refusal else "moved") for one in made}
    assert said == {"o-1": "moved", "o-2": "moved", "t-1": "task-ended"}


async def test_both_sides_sign_for_the_same_list(leaving: Desk, cli: Cli) -> None:
    base = opening("h-1", "FP-HANDOVER", "p-fp.2026-05-20")
    await leaving.submit(base, ENGINE_TICK)
    early = await cli("handover", "sign", "Q-103", "--mission", "Q", "--side", "in", "--as", "Q-105")
    assert early.code == 5 and "[handover-unsigned]" in early.err
    moved = await cli("handover", "run", "Q-103", "--mission", "Q", "--to", "Q-105", "--as", "Q-101")
    assert moved.code == 0, moved.err
    out = await cli("handover", "sign", "Q-103", "--mission", "Q", "--side", "out", "--as", "Q-103", "--json")
    assert out.code == 0, out.err
    assert (out.json["obligation"], out.json["items"]) == ("h-1", ["o-1", "o-2", "t-1"])
    own = await cli("handover", "sign", "Q-103", "--mission", "Q", "--side", "in", "--as", "Q-103")
    assert own.code == 4 and "[second-person]" in own.err
    taken = await cli(
        "handover",
        "sign",
        "Q-103",
        "--mission",
        "Q",
        "--side",
        "in",
        "--query",
        "t-1",
        "--as",
        "Q-105",
        "--json",
    )
    assert taken.code == 0, taken.err
    state = await leaving.obligation("h-1")
    assert (state.signed, state.queried["in"]) == ({"out": "p-fp", "in": "p-pol"}, ("t-1",))


async def test_without_a_hand_over_there_is_nothing_to_sign(leaving: Desk, cli: Cli) -> None:
    said = await cli("handover", "sign", "Q-103", "--mission", "Q", "--side", "out", "--as", "Q-103")
    assert said.code == 3 and "[no-handover]" in said.err


# ── a mission's own ──────────────────────────────────────────────────────────────────────────────────────────────

BY = ("--authority", "strategy-2026", "--reason", "capacity", "--until", "2026-12-31", "--mission", "Q")


async def test_a_duty_is_switched_by_the_group_that_the_instrument_gives_it(shared: Desk, cli: Cli) -> None:
    said = await cli("duty", "off", "COORD-LOCAL", *BY, "--as", "Q-101")
    assert said.code == 0, said.err
    core = await cli("duty", "off", "TRIAL-OBS", *BY, "--as", "Q-101")
    assert core.code == 4 and "[duty-core]" in core.err
    unknown = await cli("duty", "off", "TRIAL", *BY, "--as", "Q-101")
    assert unknown.code == 3 and "[no-such-definition]" in unknown.err
    assert (await cli("duty", "off", "COORD-LOCAL", *BY, "--as", "Q-103")).code == 4
    listed = (await cli("duty", "list", "--mission", "Q", "--json")).json
    assert [(s["definition"], s["on"], s["in_force"]) for s in listed["switched"]] == [
        ("COORD-LOCAL", False, True)
    ]
    assert (await cli("duty", "on", "COORD-LOCAL", *BY, "--as", "Q-102")).code == 0
    assert "COORD-LOCAL" in (await cli("duty", "list", "--mission", "Q")).out


async def test_a_local_term_holds_for_what_is_opened_from_now_on(
    shared: Desk, cli: Cli, clock: ManualClock
) -> None:
    asked = ("duty", "term", "TRIAL-OBS", "triage", "--source", "local_strategy", *BY, "--as", "Q-101")
    assert (await cli(*asked[:4], "2wd", *asked[4:])).code == 0
    await opened(shared, "t-1", "TRIAL-OBS", "triage", None)
    task = (await shared.obligation("t-1")).tasks["triage.1"]
    assert (task.deadline["term"], task.source) == ("2wd", "local_strategy")
    bad = await cli(*asked[:4], "soon", *asked[4:])
    assert bad.code == 2 and "[bad_term]" in bad.err
    stated = await cli("duty", "term", "MEET-ANNUAL", "hold", "30d", *asked[4:])
    assert stated.code == 4 and "[term-stated]" in stated.err
    nowhere = await cli("duty", "term", "TRIAL-OBS", "attend", "2wd", *asked[4:])
    assert nowhere.code == 3 and "[no-such-step]" in nowhere.err
    clock.set(datetime(2027, 1, 4, 8, tzinfo=UTC))
    await opened(shared, "t-2", "TRIAL-OBS", "triage", None)
    later = (await shared.obligation("t-2")).tasks["triage.1"]
    assert (later.deadline["term"], later.source) == ("1wd", "product_default")


async def test_an_instrument_is_taken_up_in_a_version_that_is_shipped(shared: Desk, cli: Cli) -> None:
    same = await cli("duty", "instrument", "eu-hrd", "--mission", "Q", "--as", "Q-101")
    assert same.code == 0 and "Nothing had to change." in same.err
    for arguments in (("eu-hdr",), ("eu-hrd", "--version", "1999.1")):
        wrong = await cli("duty", "instrument", *arguments, "--mission", "Q", "--as", "Q-101")
        assert wrong.code == 2 and "[unknown-instrument]" in wrong.err


async def test_a_substitute_is_named_for_some_duties(shared: Desk, cli: Cli) -> None:
    asked = ("absence", "record", "Q-103", "--mission", "Q", "--from", "2026-05-05", "--until", "2026-05-07")
    said = await cli(*asked, "--substitute", "Q-105", "--for", "TRIAL-OBS", "--as", "Q-101")
    assert said.code == 0, said.err
    [absence] = (await cli("mission", "show", "Q", "--json")).json["absences"]
    assert (absence["substitute"], absence["scope"]) == ("Q-105", ["TRIAL-OBS"])
    slip = await cli(*asked, "--substitute", "Q-105", "--for", "TRIALS", "--as", "Q-101")
    assert slip.code == 3 and "[no-such-definition]" in slip.err
    nobody = await cli(*asked, "--for", "TRIAL-OBS", "--as", "Q-101")
    assert nobody.code == 2 and "[scope-of-nobody]" in nobody.err


# ── coverage ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_not_reached_comes_first(shared: Desk, cli: Cli) -> None:
    for code in ("MAP", "BURDEN"):
        await opened(shared, code.lower(), code, "map" if code == "MAP" else "plan", "2026")
    recorded = await cli(
        "coverage",
        "record",
        "map",
        "--reached",
        "greater-cairo",
        "--not-reached",
        "upper-egypt",
        "--as",
        "Q-103",
    )
    assert recorded.code == 0, recorded.err
    led = await cli(
        "coverage",
        "allocate",
        "burden",
        "upper-egypt",
        "--lead",
        "EUD-CAIRO",
        "--backup",
        "Q",
        "--as",
        "Q-103",
    )
    assert led.code == 0, led.err
    [found] = (await cli("coverage", "show", "--mission", "Q", "--json")).json["missions"]
    assert found["not_reached"] == ["upper-egypt"]
    assert [(a["area"], a["reached"]) for a in found["areas"]] == [
        ("greater-cairo", True),
        ("upper-egypt", False),
    ]
    assert [(a["area"], a["lead"], a["backup"]) for a in found["allocations"]] == [
        ("upper-egypt", "EUD-CAIRO", "Q")
    ]
    page = (await cli("coverage", "show")).out
    assert page.index("upper-egypt") < page.index("greater-cairo")
    assert (await cli("coverage", "show", "--mission", "Z")).code == 3
    assert (await cli("coverage", "record", "no-map", "--reached", "x", "--as", "Q-103")).code == 3


# ── the rota ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def sitting(shared: Desk) -> Desk:
    """A sitting of a trial, offered; partners may know of it."""
    await shared.submit(opening("t-1", "TRIAL-OBS", None), OPERATOR)
    line = c.Sitting(
        appointment="ap-1", starts=datetime(2026, 5, 18, 7, tzinfo=UTC), day="2026-05-18", whole_day=False
    )
    base = {"mission": "Q", "obligation": "t-1"}
    await shared.submit(c.RecordSittings(command_id=cid("list"), sittings=(line,), **base), OPERATOR)
    gate = c.SetGate(command_id=cid("share"), gate="consent:share_eu", open=True, **base)
    await shared.submit(gate, FOCAL)
    return shared


async def test_a_partner_claims_and_an_officer_is_told_that_they_stand_in(sitting: Desk, cli: Cli) -> None:
    assert (await cli("rota", "offer", "t-1", "ap-1", "--as", "Q-103")).code == 0
    said = await cli("rota", "claim", "t-1", "ap-1", "--as-partner", "EUD-CAIRO", "--json")
    assert said.code == 0, said.err
    assert said.json["answer"] == "observer"
    second = await cli("rota", "claim", "t-1", "ap-1", "--as", "Q-105")
    assert second.code == 0 and "you stand in" in second.err
    third = await cli("rota", "claim", "t-1", "ap-1", "--as-partner", "CH-CAIRO", "--json")
    assert third.json["answer"] == "backup"
    shown = (await cli("rota", "show", "t-1", "--json")).json
    [one] = shown["sittings"]
    assert (one["observer"], one["backup"], one["covered_by"]) == ("EUD-CAIRO", "p-pol", "EUD-CAIRO")
    assert shown["observed_by_partners"] == 1
    page = (await cli("rota", "show", "t-1")).out
    assert "EUD-CAIRO" in page and "Q-105: stands in" in page and "3 not answered" in page
    stranger = await cli("rota", "claim", "t-1", "ap-1", "--as-partner", "XX-CAIRO")
    assert stranger.code == 4 and "[not-allowed]" in stranger.err


async def test_two_claims_at_once_have_one_winner_and_the_other_is_told(sitting: Desk) -> None:
    import asyncio

    base = {"mission": "Q", "obligation": "t-1", "appointment": "ap-1"}
    await sitting.submit(c.OfferRota(command_id=cid("offer"), **base), ENGINE_WORKFLOW)
    actors = [Actor("partner", "EUD-CAIRO"), POLITICAL, Actor("partner", "CH-CAIRO")]
    claims = [c.AnswerRota(command_id=cid(f"claim {a.code}"), claim=True, **base) for a in actors]
    await asyncio.gather(*(sitting.submit(one, a) for one, a in zip(claims, actors, strict=True)))
    answers = (await sitting.obligation("t-1")).appointments["ap-1"].answers
    assert sorted(answers.values()) == ["backup", "backup", "observer"]


async def test_a_missions_page_names_its_partners_and_says_that_the_vault_is_closed(
    shared: Desk, cli: Cli
) -> None:
    page = (await cli("mission", "show", "Q")).out
    assert "Partners: EUD-CAIRO, CH-CAIRO." in page and "vault is closed" not in page
    await shared.submit(c.LockVault(command_id=cid("lock"), mission="Q", reason="security"), HEAD)
    assert "Its vault is closed" in (await cli("mission", "show", "Q")).out
