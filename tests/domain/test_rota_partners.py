"""The rota with partners: offered only if they may know, first claim observes, every other stands in and is told so."""

from itertools import permutations

import pytest

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, Actor
from tests.domain.spec import World, complete, fact, on, open_task, sitting, sittings, trial
from tests.made import AGENT, DEPUTY, FOCAL, POLITICAL, cid

EUD, SWISS = Actor("partner", "EUD-CAIRO"), Actor("partner", "CH-CAIRO")
CLAIM = on(c.AnswerRota, appointment="s-1", claim=True)
DECLINE = on(c.AnswerRota, appointment="s-1", claim=False, reason="capacity")


def offer(name: str = "offer") -> c.OfferRota:
    return c.OfferRota(command_id=cid(name), mission="Q", obligation="o-1", appointment="s-1")


def agreed(*, shared: bool = True, staffing: bool = True) -> World:
    """A sitting offered to the officers and, where the defender let partners know, to two partners."""
    world = trial()
    world.mission.partners = ("EUD-CAIRO", "CH-CAIRO")
    _keep(world)
    if shared:
        world.by(FOCAL).having(on(c.SetGate, gate="consent:share_eu", open=True))
    world.by(ENGINE_WORKFLOW).having(offer())
    if staffing:
        world.having(open_task("decide-and-staff", "s-1", appointment="s-1"))
    return world


def _keep(world: World) -> None:
    """The adoption of this world's log names the partners too: the log is what the state is compared with."""
    adopted = world.logs["mission"][0]
    assert adopted.type == "MissionAdopted"
    adopted.data["partners"][:] = world.mission.partners  # type: ignore[index]


def test_partners_are_asked_only_where_they_may_know() -> None:
    world = agreed(shared=False)
    assert world.obligation.appointments["s-1"].offered == ["p-fp", "p-alt", "p-pol", "p-dep"]
    world.by(EUD).when(CLAIM).refused("not-offered")
    world.by(FOCAL).having(on(c.SetGate, gate="consent:share_partners", open=True))
    world.when(offer("again")).then(fact("RotaOffered", to=["EUD-CAIRO", "CH-CAIRO"]))
    world.when(offer("and again")).nothing()
    assert world.obligation.appointments["s-1"].offered[-2:] == ["EUD-CAIRO", "CH-CAIRO"]


def test_a_partner_that_claims_first_covers_the_sitting() -> None:
    world = agreed().by(EUD).when(CLAIM)
    world.then(
        fact("RotaAnswered", posting="EUD-CAIRO", answer="observer"),
        fact("ObserverAssigned", observer="EUD-CAIRO", backup=None),
        fact("TaskNotActed", outcome="transferred", reason="another_mission_observes", timing="on_time"),
    )
    assert not world.obligation.open_tasks()
    assert world.obligation.appointments["s-1"].observer == "EUD-CAIRO"


def test_a_claim_before_the_staffing_was_asked_for_leaves_nothing_to_staff() -> None:
    world = agreed(staffing=False).by(EUD).when(CLAIM)
    world.then(fact("RotaAnswered"), fact("ObserverAssigned"))
    world.by(ENGINE_WORKFLOW).when(open_task("decide-and-staff", "s-1", appointment="s-1")).nothing()


def test_an_officer_stands_in_for_a_partner() -> None:
    world = agreed().by(EUD).having(CLAIM).by(POLITICAL).when(CLAIM)
    world.then(
        fact("RotaAnswered", posting="p-pol", answer="backup"),
        fact("ObserverAssigned", observer="EUD-CAIRO", backup="p-pol"),
    )
    world.by(DEPUTY).when(CLAIM).then(fact("RotaAnswered", posting="p-dep", answer="backup"))
    assert world.obligation.appointments["s-1"].backup == "p-pol"


def test_a_partner_stands_in_for_an_officer_and_staffing_goes_on() -> None:
    world = agreed().by(POLITICAL).having(CLAIM).by(EUD).when(CLAIM)
    world.then(fact("RotaAnswered", posting="EUD-CAIRO", answer="backup"))
    assert [t.id for t in world.obligation.open_tasks()] == ["decide-and-staff.s-1"]
    result = {"decision": "observe", "observer": "p-pol", "backup": "EUD-CAIRO"}
    world.by(FOCAL).when(complete("decide-and-staff.s-1", checklist=("briefed",), result=result))
    world.then(fact("TaskCompleted"), fact("ObserverAssigned", observer="p-pol", backup="EUD-CAIRO"))


def test_a_partner_is_no_observer_that_this_mission_sends() -> None:
    world = agreed().by(FOCAL)
    result = {"decision": "observe", "observer": "EUD-CAIRO"}
    world.when(complete("decide-and-staff.s-1", checklist=("briefed",), result=result))
    world.refused("no-such-posting")


@pytest.mark.parametrize(
    "order", list(permutations((EUD, SWISS, POLITICAL))), ids=lambda o: "-".join(a.code for a in o)
)
def test_whatever_the_order_one_observes_and_all_others_are_told_that_they_stand_in(
    order: tuple[Actor, ...],
) -> None:
    world, told = agreed(), []
    for actor in order:
        world.by(actor).having(CLAIM)
        told.append(world.obligation.appointments["s-1"].answers[actor.code])
        world.when(CLAIM).refused("already-answered")
    assert told == ["observer", "backup", "backup"]


def test_a_partner_declines_and_nothing_changes() -> None:
    world = agreed().by(EUD).when(DECLINE)
    world.then(fact("RotaAnswered", posting="EUD-CAIRO", answer="declined", reason="capacity"))
    world.by(SWISS).when(CLAIM).then(
        fact("RotaAnswered", answer="observer"), fact("ObserverAssigned"), fact("TaskNotActed")
    )


def test_a_withdrawal_wins_over_a_claim() -> None:
    world = agreed().by(FOCAL).having(on(c.SetGate, gate="consent:share_eu", open=False))
    world.by(EUD).when(CLAIM).refused("gate-shut")
    world.by(POLITICAL).when(CLAIM).then(fact("RotaAnswered", answer="observer"))


def test_a_sitting_that_is_off_is_claimed_by_no_partner() -> None:
    world = agreed().by(FOCAL).having(sittings(sitting("s-1", "2026-05-18 10:00", cancelled=True)))
    world.by(EUD).when(CLAIM).refused("appointment-ended")


def test_who_is_no_partner_here_has_no_door() -> None:
    world = agreed().by(Actor("partner", "XX-CAIRO")).when(CLAIM).refused("not-allowed")
    world.by(EUD).when(on(c.AcceptTask, task="decide-and-staff.s-1")).refused("not-allowed")
    world.by(AGENT).when(CLAIM).refused("not-offered")
