"""Who gets a task: nobody is waited for who is not there, and an urgent one leaves a mission that is closed."""

from __future__ import annotations

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, Actor
from tests.domain.cases import on, serving, step
from tests.domain.spec import World, at_q, cairo, fact, refresh, z
from tests.made import AGENT, FOCAL, HEAD

URGENT = {
    "code": "URGENT",
    "step": [
        step("acknowledge", term="1h", owner="duty_officer", outside=True),
        step("report", term="48h"),
        step("visit", accompanied=True, owner="focal_point"),
        step("clear", owner="hq_desk", term="2wd"),
    ],
}
HQ_DUTY = Actor("officer", "h-duty", "HQ", "hq_duty")


def urgent(*steps: str, partners: tuple[str, ...] = ()) -> World:
    world = serving(URGENT, partners=partners).at("2026-09-06 13:00").by(ENGINE_WORKFLOW)
    return world.having(*(on(c.OpenTask, step=code) for code in steps))


def suspended(world: World) -> World:
    declared = at_q(
        c.DeclareSuspension,
        starts=cairo("2026-09-06 14:00"),
        ends=cairo("2026-09-13 14:00"),
        reason="security",
    )
    world.at("2026-09-06 14:00").by(HEAD).having(declared)
    return world.by(ENGINE_WORKFLOW).having(refresh(world))


def test_an_urgent_task_leaves_a_suspended_mission_code_and_clock_only() -> None:
    world = suspended(urgent("acknowledge", "report"))
    task = world.task("acknowledge.1")
    assert (task.posting, task.holdings[-1].why, task.due) == ("hq_duty", "outside", z("2026-09-06 14:00"))
    assert world.task("report.1").posting == "p-fp"  # the control: a step that nobody marked so stays
    world.by(HQ_DUTY).when(on(c.AcceptTask, task="acknowledge.1")).then(fact("TaskAccepted"))


def test_the_delegation_comes_before_headquarters() -> None:
    world = suspended(urgent("acknowledge", partners=("MS-FR", "EUD-CAIRO")))
    assert world.task("acknowledge.1").posting == "eu_delegation"


def test_when_the_mission_opens_again_it_comes_back_unless_somebody_there_took_it() -> None:
    for taken in (False, True):
        world = suspended(urgent("acknowledge"))
        if taken:
            world.by(HQ_DUTY).having(on(c.AcceptTask, task="acknowledge.1"))
        suspension = world.mission.all_suspensions()[0].id
        world.at("2026-09-07 09:00").by(HEAD)
        world.having(at_q(c.LiftSuspension, suspension=suspension, at=cairo("2026-09-07 09:00")))
        world.by(ENGINE_WORKFLOW).having(refresh(world))
        assert world.task("acknowledge.1").posting == ("hq_duty" if taken else "p-alt")


def test_what_headquarters_owes_is_headquarters_from_the_first_instant() -> None:
    assert urgent("clear").task("clear.1").posting == "hq_desk"


def test_a_local_agent_does_not_hold_a_visit_and_does_not_report_one() -> None:
    world = urgent("visit").by(FOCAL)
    world.when(on(c.ReassignTask, task="visit.1", posting="p-la")).refused("never-alone")
    stand_in = at_q(
        c.RecordAbsence, posting="p-fp", from_day="2026-09-06", until="2026-09-08", substitute="p-la"
    )
    world.by(HEAD).when(stand_in).refused("never-alone")
    world.by(AGENT).when(on(c.CompleteTask, task="visit.1")).refused("not-your-task")
    world.by(FOCAL).when(on(c.ReassignTask, task="visit.1", posting="p-pol")).then(fact("TaskAssigned"))
