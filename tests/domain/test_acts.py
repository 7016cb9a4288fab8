"""What is done for one defender: which steps stand behind which wish, who goes, and what a publication needs."""

from datetime import timedelta

from chancery.instruments import definition, shipped
from domain import commands as c
from domain.deciding.gates import publication_gates
from domain.envelope import ENGINE_WORKFLOW
from domain.term import Term
from tests.domain.spec import World, fact, mission_q, on, open_task
from tests.made import FOCAL, HEAD, opening

GATES = {
    "DETENTION-VISIT": {"consent:visit"},
    "DEMARCHE": {"consent:demarche"},
    "STATEMENT": {"consent:statement"},
    "VISA": {"consent:refer"},
    "SHELTER": {"consent:refer"},
    "GRANT": {"consent:refer"},
    "SP-LINK": {"consent:share_un"},
    "TRIAL-OBS": {"consent:attend"},
}
FREE = {
    "DEMARCHE": {"reply"},  # what the authorities say is heard, whatever was wished since
    "STATEMENT": {"monitor", "mend"},  # harm is looked for, and mended, all the more
    "VISA": {"check"},  # nobody is left alone on the way
    "SHELTER": {"check"},
    "SP-LINK": {"offer", "reply"},
    "TRIAL-OBS": {"triage", "verdict-flash", "decide-follow-up"},
}


def ungated(code: str) -> set[str]:
    """The steps of a definition that do not stand behind its consent."""
    chosen = definition("eu-hrd", code)
    assert chosen is not None
    return {step["code"] for step in chosen["step"] if not GATES[code] <= set(step["gates"])}


def test_every_step_that_acts_in_a_defenders_name_stands_behind_their_wish() -> None:
    assert {code: ungated(code) for code in GATES} == {code: FREE.get(code, set()) for code in GATES}


def test_nobody_goes_alone_to_a_court_a_prison_or_a_ministry() -> None:
    steps = {
        f"{d['code']}.{s['code']}"
        for d in shipped()["eu-hrd"]["definition"]
        for s in d["step"]
        if s.get("accompanied")
    }
    assert steps >= {
        "TRIAL-OBS.attend-and-report", "DETENTION-VISIT.visit", "DEMARCHE.deliver", "DEMARCHE.deliver-urgent",
    }  # fmt: skip


def test_what_runs_in_hours_passes_outside_when_the_mission_cannot() -> None:
    acts = [d for d in shipped()["eu-hrd"]["definition"] if d["code"] in {*GATES, "KILLING"}]
    hours = [s for d in acts for s in d["step"] if Term.parse(s["term"]).kind == "h"]
    assert len(hours) >= 10
    assert [s["code"] for s in hours if not s.get("outside")] == []


# ── a publication ────────────────────────────────────────────────────────────────────────────────────────────────


def statement(*gates: str) -> World:
    """STATEMENT at work, with these gates open and the release with the name asked for."""
    world = mission_q().at("2026-05-05 09:00").by(ENGINE_WORKFLOW).having(opening("o-1", "STATEMENT", None))
    world.by(FOCAL).having(*(on(c.SetGate, gate=gate, open=True) for gate in gates))
    return world.by(ENGINE_WORKFLOW)


def test_a_release_with_the_name_is_not_even_asked_for_before_the_name_was_agreed() -> None:
    world = statement("consent:statement")
    world.when(open_task("release-named")).refused("gate-shut")
    world.when(open_task("release")).then(fact("TaskOpened"))  # the control: without the name it is


def test_what_is_published_needs_every_gate_of_the_release_that_was_asked_for() -> None:
    world = statement("consent:statement", "consent:publish_name").having(open_task("release-named"))
    assert publication_gates(world.obligation) == ["consent:statement", "consent:publish_name"]
    later = world.now + timedelta(hours=2)
    world.by(HEAD).when(on(c.ReleasePublication, at=later)).then(fact("PublicationReleased"))
    world.by(FOCAL).when(on(c.SetGate, gate="consent:publish_name", open=False)).then(
        fact("GateSet"), fact("TaskCancelled", cause="gate"), fact("PublicationCancelled", cause="gate")
    )


def test_a_release_without_the_name_does_not_need_it() -> None:
    world = statement("consent:statement", "consent:publish_name").having(open_task("release"))
    assert publication_gates(world.obligation) == ["consent:statement"]
    world.by(HEAD).having(on(c.ReleasePublication, at=world.now + timedelta(hours=2)))
    world.by(FOCAL).when(on(c.SetGate, gate="consent:publish_name", open=False)).then(fact("GateSet"))
