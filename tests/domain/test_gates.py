"""Nothing behind a gate starts before somebody agreed; what one wish shuts falls at once; a limited consent ends by itself."""

from __future__ import annotations

from datetime import timedelta

from domain import commands as c
from domain.deciding.casework import PAUSE
from domain.envelope import ENGINE_WORKFLOW, Actor
from tests.domain.cases import ACTION, CONSULT, DEMARCHE, NAME, SEALED, on, serving
from tests.domain.spec import World, cairo, fact, z
from tests.made import FOCAL, HEAD

HQ_DESK = Actor("officer", "h-desk", "HQ", "hq_desk")


def asked(step: str, occurrence: str = "1") -> c.OpenTask:
    command: c.OpenTask = on(c.OpenTask, step=step, occurrence=occurrence)
    return command


def wishes(opened: tuple[str, ...] = (), closed: tuple[str, ...] = (), **more: object) -> c.SetGates:
    command: c.SetGates = on(c.SetGates, opened=opened, closed=closed, **more)
    return command


def set_one(gate: str, *, open_: bool, **more: object) -> c.SetGate:
    command: c.SetGate = on(c.SetGate, gate=gate, open=open_, **more)
    return command


def acting() -> World:
    return serving(ACTION).at("2026-05-05 09:10").by(ENGINE_WORKFLOW)


# ── gates and tasks ──────────────────────────────────────────────────────────────────────────────────────────────


def test_no_task_behind_a_gate_that_nobody_opened() -> None:
    acting().when(asked("prepare")).refused("gate-shut")


def test_the_control_an_open_gate_and_a_step_without_one_let_it_pass() -> None:
    world = acting().by(FOCAL).having(set_one(DEMARCHE, open_=True)).by(ENGINE_WORKFLOW)
    world.when(asked("prepare")).then(fact("TaskOpened", task="prepare.1"))
    acting().when(asked("follow")).then(fact("TaskOpened", task="follow.1"))


def test_a_wish_withdrawn_cancels_what_stands_behind_it_and_nothing_else() -> None:
    world = acting().by(FOCAL).having(set_one(DEMARCHE, open_=True)).by(ENGINE_WORKFLOW)
    world.having(asked("prepare"), asked("follow")).by(FOCAL)
    world.when(set_one(DEMARCHE, open_=False)).then(
        fact("GateSet", gate=DEMARCHE, open=False), fact("TaskCancelled", task="prepare.1", cause="gate")
    )
    assert world.task("follow.1").is_open


def test_a_gate_that_no_step_has_is_a_slip_and_shuts_nothing() -> None:
    acting().by(FOCAL).when(set_one("consent:photo", open_=False)).refused("no-such-gate")


def test_what_was_agreed_until_an_hour_ends_at_that_hour() -> None:
    world = acting().by(FOCAL).having(set_one(DEMARCHE, open_=True, lapses=cairo("2026-05-10 12:00")))
    world.by(ENGINE_WORKFLOW).having(asked("prepare")).at("2026-05-10 11:59").woken()
    assert world.task("prepare.1").is_open
    world.at("2026-05-10 12:05").woken().then(
        fact("GateSet", at=z("2026-05-10 12:00"), gate=DEMARCHE, open=False, basis="lapsed"),
        fact("TaskCancelled", at=z("2026-05-10 12:00"), task="prepare.1", cause="gate"),
    )


def test_an_end_that_has_passed_is_no_end() -> None:
    world = acting().by(FOCAL)
    world.when(set_one(DEMARCHE, open_=True, lapses=cairo("2026-05-05 09:10"))).refused("ends-before-start")


# ── several cases of one proceeding ──────────────────────────────────────────────────────────────────────────────


def test_one_of_two_cases_that_agrees_lets_it_pass_and_each_wish_is_its_own() -> None:
    world = acting().by(FOCAL).having(on(c.AttachCase, case="2", subject=SEALED))
    both = wishes((DEMARCHE,), others={"o-1": "2"}).model_copy(update={"obligation": "o-9"})
    world.having(set_one(DEMARCHE, open_=True), both).by(ENGINE_WORKFLOW).having(asked("prepare"))
    world.by(FOCAL).when(set_one(DEMARCHE, open_=False)).then(fact("GateSet", open=False))
    assert world.task("prepare.1").is_open
    last = wishes((), (DEMARCHE,), others={"o-1": "2"}).model_copy(update={"obligation": "o-9"})
    world.when(last).then(
        fact("GateSet", case="2", open=False), fact("TaskCancelled", task="prepare.1", cause="gate")
    )


def test_a_case_that_leaves_takes_its_wish_along() -> None:
    world = acting().by(FOCAL).having(on(c.AttachCase, case="2", subject=SEALED))
    world.having(wishes((DEMARCHE,), others={"o-1": "2"}).model_copy(update={"obligation": "o-9"}))
    assert world.obligation.gates == {DEMARCHE: True}
    world.when(on(c.DetachCase, case="2")).then(fact("CaseDetached", case="2"))
    assert world.obligation.gates == {DEMARCHE: False}
    world.when(on(c.DetachCase, case="1")).refused("first-case")


def test_what_only_the_leaving_case_let_pass_falls_with_it() -> None:
    """Else somebody would be acted for after the last who agreed to it has gone."""
    world = acting().by(FOCAL).having(on(c.AttachCase, case="2", subject=SEALED))
    world.having(wishes((DEMARCHE,), others={"o-1": "2"}).model_copy(update={"obligation": "o-9"}))
    world.by(ENGINE_WORKFLOW).having(asked("prepare")).by(FOCAL)
    world.when(on(c.DetachCase, case="2")).then(
        fact("CaseDetached", case="2"), fact("TaskCancelled", task="prepare.1", cause="gate")
    )
    both = (
        acting().by(FOCAL).having(on(c.AttachCase, case="2", subject=SEALED), set_one(DEMARCHE, open_=True))
    )
    both.having(wishes((DEMARCHE,), others={"o-1": "2"}).model_copy(update={"obligation": "o-9"}))
    both.by(ENGINE_WORKFLOW).having(asked("prepare")).by(FOCAL)
    both.when(on(c.DetachCase, case="2")).then(fact("CaseDetached", case="2"))
    assert both.task("prepare.1").is_open, "the first case still agrees to it"


# ── a publication ────────────────────────────────────────────────────────────────────────────────────────────────


def released(at: str | None = None) -> World:
    world = acting().by(FOCAL).having(set_one(DEMARCHE, open_=True), set_one(NAME, open_=True))
    world.by(ENGINE_WORKFLOW).having(asked("release")).by(HEAD)
    release = on(c.ReleasePublication, at=cairo(at) if at else None)
    return world.having(release)


def test_nothing_is_released_before_its_step_or_behind_a_shut_gate() -> None:
    world = acting().by(FOCAL).having(set_one(DEMARCHE, open_=True), set_one(NAME, open_=True)).by(HEAD)
    world.when(on(c.ReleasePublication, "early")).refused("nothing-to-release")
    world.by(ENGINE_WORKFLOW).having(asked("release")).by(FOCAL).having(set_one(DEMARCHE, open_=False))
    world.by(HEAD).when(on(c.ReleasePublication)).refused("gate-shut")


def test_what_is_released_is_made_after_the_pause() -> None:
    world = released()
    world.at(world.now + PAUSE - timedelta(seconds=1)).woken().nothing()
    world.at(world.now + timedelta(seconds=1)).woken().then(
        fact("PublicationMade", at=z("2026-05-05 09:11"), n=1)
    )


def test_a_withdrawal_in_the_pause_wins_even_in_the_second_of_making() -> None:
    world = released("2026-05-06 13:00")
    world.at("2026-05-06 13:00").by(FOCAL)
    world.when(set_one(NAME, open_=False)).then(
        fact("GateSet", gate=NAME, open=False),
        fact("TaskCancelled", task="release.1", cause="gate"),
        fact("PublicationCancelled", n=1, cause="gate"),
    )
    world.at("2026-05-06 13:02").woken().nothing()
    world.by(HEAD).when(on(c.ReleasePublication, "again")).refused("gate-shut")


def test_a_consent_that_ends_before_it_is_made_stops_it() -> None:
    world = acting().by(FOCAL).having(set_one(DEMARCHE, open_=True))
    world.having(set_one(NAME, open_=True, lapses=cairo("2026-05-06 12:00"))).by(ENGINE_WORKFLOW)
    world.having(asked("release")).by(HEAD)
    world.having(on(c.ReleasePublication, at=cairo("2026-05-06 13:00")))
    world.at("2026-05-06 14:00").woken()
    assert world.obligation.publication is not None
    assert world.obligation.publication.status == "cancelled"


def test_what_was_made_cannot_be_stopped_and_what_was_stopped_can_be_released_again() -> None:
    world = released()
    world.by(FOCAL).when(on(c.CancelPublication, cause="text_changed")).then(
        fact("PublicationCancelled", cause="text_changed")
    )
    world.by(HEAD).having(on(c.ReleasePublication, "again")).at("2026-05-05 09:20").woken()
    world.by(FOCAL).when(on(c.CancelPublication, "late", cause="text_changed")).refused("nothing-released")
    world.by(HEAD).when(on(c.ReleasePublication, "third")).refused("already-released")


# ── the vital interest ───────────────────────────────────────────────────────────────────────────────────────────


def consulting(partners: tuple[str, ...] = ()) -> World:
    return serving(CONSULT, partners=partners).at("2026-05-05 09:10").by(FOCAL)


REFER = "consent:refer"


def proposed(world: World) -> World:
    world.having(on(c.ProposeVitalInterest, gate=REFER, basis="unreachable"))
    return world.by(ENGINE_WORKFLOW).having(asked("approve-vital-interest", REFER))


def test_a_second_person_opens_the_gate_for_three_days_and_the_approval_is_done_with_it() -> None:
    world = proposed(consulting()).by(HEAD)
    world.when(on(c.AnswerVitalInterest, gate=REFER, approved=True)).then(
        fact("VitalInterestAnswered", gate=REFER, approved=True),
        fact("TaskCompleted", task=f"approve-vital-interest.{REFER}"),
        fact("GateSet", gate=REFER, open=True, basis="vital_interest", lapses=z("2026-05-08 09:10")),
    )
    assert world.obligation.basis == {REFER: "vital_interest"}


def test_who_proposed_does_not_approve() -> None:
    world = consulting().by(HEAD).having(on(c.ProposeVitalInterest, gate=REFER, basis="life_at_risk"))
    world.when(on(c.AnswerVitalInterest, gate=REFER, approved=True)).refused("second-person")


def test_what_somebody_refused_is_not_decided_over_their_head() -> None:
    world = consulting().having(wishes((), (REFER,)))
    world.when(on(c.ProposeVitalInterest, gate=REFER, basis="life_at_risk")).refused("wish-stands")
    late = proposed(consulting()).by(FOCAL).having(wishes((), (REFER,))).by(HEAD)
    late.when(on(c.AnswerVitalInterest, gate=REFER, approved=True)).refused("wish-stands")


def test_an_approver_who_is_concerned_passes_it_to_the_delegation_and_that_to_headquarters_in_four_hours() -> (
    None
):
    world = proposed(consulting(partners=("EUD-CAIRO",))).by(HEAD)
    task = f"approve-vital-interest.{REFER}"
    world.when(on(c.DeclineTask, task=task, reason="concerned")).then(
        fact("TaskDeclined", reason="concerned"), fact("TaskAssigned", posting="eu_delegation", why="outside")
    )
    world.at("2026-05-05 13:30").woken()
    assert world.task(task).posting == "hq_desk"
    assert world.task(task).holdings[-1].since == z("2026-05-05 13:10")
    world.by(HQ_DESK).when(on(c.AcceptTask, task=task)).then(fact("TaskAccepted", task=task))


def test_a_missing_approver_is_replaced_at_once() -> None:
    away = c.RecordAbsence.model_validate(
        {
            "command_id": "00000000-0000-4000-8000-000000000001",
            "mission": "Q",
            "posting": "p-hom",
            "from_day": "2026-05-05",
            "until": "2026-05-07",
        }
    )
    world = consulting()
    world.having(away)
    assert proposed(world).task(f"approve-vital-interest.{REFER}").posting == "hq_desk"


# ── what was shared ──────────────────────────────────────────────────────────────────────────────────────────────


def test_every_disclosure_stands_behind_an_open_gate_and_is_recalled_when_it_shuts() -> None:
    share = on(c.RecordDisclosure, gate="consent:share_eu", to="MS-FR", arrangement="burden-sharing-2026")
    world = consulting(partners=("MS-FR",))
    world.when(share).refused("gate-shut")
    world.having(wishes(("consent:share_eu", "consent:attend"))).when(share).then(
        fact("DisclosureMade", n=1, to="MS-FR", arrangement="burden-sharing-2026")
    )
    assert world.obligation.recalls_due() == []
    world.having(wishes((), ("consent:share_eu",)))
    assert world.obligation.recalls_due() == [1]
    assert world.obligation.gates["consent:attend"]
    world.by(ENGINE_WORKFLOW).having(asked("recall", "1"))
    assert world.obligation.recalls_due() == []
    assert world.task("recall.1").due == z("2026-05-05 13:10")
