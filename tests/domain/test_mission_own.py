"""What a mission sets for itself, and what is closed or destroyed in its vault."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.term import BadTerm
from tests.domain.spec import World, at_q, fact, mission_q
from tests.made import DEPUTY, FOCAL, HEAD

DUTY = Actor("officer", "p-duty", "HQ", "hq_duty")
DIVISION = Actor("officer", "p-div", "HQ", "hq_human_rights")


def term(**data: Any) -> c.SetLocalTerm:
    plain = {
        "definition": "TRIAL-OBS",
        "step": "triage",
        "replaces": "product_default",
        "bound": "none",
        "term": "2wd",
        "source": "local_strategy",
        "authority": "strategy-2026",
        "reason": "distances",
        "until": "2026-06-30",
    }
    made: c.SetLocalTerm = at_q(c.SetLocalTerm, **{**plain, **data})
    return made


def duty(on: bool = False, **data: Any) -> c.SwitchDuty:
    plain = {
        "definition": "COORD-LOCAL",
        "group": "standard",
        "on": on,
        "authority": "strategy-2026",
        "reason": "capacity",
        "until": "2026-06-30",
    }
    made: c.SwitchDuty = at_q(c.SwitchDuty, **{**plain, **data})
    return made


def day(text: str) -> date:
    return date.fromisoformat(text)


# ── terms ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_term_is_changed_here_until_a_day_and_says_where_it_comes_from() -> None:
    world = mission_q().at("2026-05-05 09:00").by(HEAD).when(term())
    world.then(fact("LocalTermSet", term="2wd", source="local_strategy", authority="strategy-2026"))
    assert world.mission.local_terms_for("TRIAL-OBS", day("2026-06-30")) == {
        "triage": ("2wd", "local_strategy")
    }
    assert world.mission.local_terms_for("TRIAL-OBS", day("2026-07-01")) == {}
    assert world.mission.local_terms_for("COORD-LOCAL", day("2026-06-30")) == {}


def test_the_last_word_on_a_term_holds() -> None:
    world = mission_q().at("2026-05-05 09:00").by(HEAD).having(term())
    world.when(term(source="hq_instruction", term="1wd", until="2026-05-31")).then(fact("LocalTermSet"))
    assert world.mission.local_terms_for("TRIAL-OBS", day("2026-05-31")) == {
        "triage": ("1wd", "hq_instruction")
    }
    assert world.mission.local_terms_for("TRIAL-OBS", day("2026-06-01")) == {}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"replaces": "guideline"}, "term-stated"),
        ({"term": "before:10wd"}, "term-needs-appointment"),
        ({"term": "at:", "bound": "after"}, "term-needs-appointment"),
        ({"until": "2026-05-04"}, "ends-before-start"),
    ],
)
def test_a_local_term_that_cannot_be(data: dict[str, str], code: str) -> None:
    mission_q().at("2026-05-05 09:00").by(HEAD).when(term(**data)).refused(code)


def test_a_local_term_is_a_term() -> None:
    world = mission_q().by(HEAD)
    for written in ("soon", "0wd", "by:02-30"):
        with pytest.raises(BadTerm):
            world.when(term(term=written))
    world.when(term(term="before:3wd", bound="appointment")).then(fact("LocalTermSet"))


# ── duties ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_duty_is_off_until_a_day_and_on_again_after_it() -> None:
    world = mission_q().at("2026-05-05 09:00").by(HEAD).when(duty())
    world.then(fact("DutySwitched", on=False, reason="capacity", until="2026-06-30"))
    assert not world.mission.duty_is_on("COORD-LOCAL", day("2026-06-30"))
    assert world.mission.duty_is_on("COORD-LOCAL", day("2026-07-01"))
    assert world.mission.duty_is_on("MEET-ANNUAL", day("2026-06-30"))
    world.when(duty(on=True)).then(fact("DutySwitched", on=True))
    assert world.mission.duty_is_on("COORD-LOCAL", day("2026-06-30"))


def test_what_was_off_at_adoption_is_off_again_when_a_switch_lapses() -> None:
    world = mission_q().at("2026-05-05 09:00").by(HEAD)
    world.mission.switched_off = frozenset({"COORD-LOCAL"})
    assert not world.mission.duty_is_on("COORD-LOCAL", day("2026-05-05"))
    from domain import mission as missions
    from domain import mission_decide
    from domain.envelope import Event

    made = mission_decide.decide(duty(on=True), world.mission, world.now, HEAD)
    for new in made:
        event = Event("e", new.type, "mission/Q", 99, "2026-05-05T06:00:00Z", HEAD.to_data(), "c", new.data)
        missions.evolve(world.mission, event)
    assert world.mission.duty_is_on("COORD-LOCAL", day("2026-06-30"))
    assert not world.mission.duty_is_on("COORD-LOCAL", day("2026-07-01"))


def test_a_core_duty_stays_on() -> None:
    world = mission_q().by(HEAD)
    world.when(duty(definition="URGENT", group="core")).refused("duty-core")
    world.when(duty(definition="URGENT", group="core", on=True)).then(fact("DutySwitched"))


def test_who_changes_terms_and_duties() -> None:
    world = mission_q()
    for actor in (FOCAL, OPERATOR, DUTY):
        world.by(actor).when(term()).refused("not-allowed")
        world.when(duty()).refused("not-allowed")
    world.by(DIVISION).when(term(source="hq_instruction")).then(fact("LocalTermSet"))


# ── instruments ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_amended_instrument_is_taken_up_from_now_on() -> None:
    world = mission_q().by(HEAD)
    known = world.mission.instruments["eu-hrd"]
    same = at_q(c.AdoptInstrument, instrument="eu-hrd", version=known, checksum="ab" * 32)
    world.when(same).nothing()
    amended = at_q(c.AdoptInstrument, instrument="eu-hrd", version="2031.1", checksum="cd" * 32)
    world.when(amended).then(fact("InstrumentAdopted", version="2031.1"))
    assert world.mission.instruments["eu-hrd"] == "2031.1"
    other = at_q(c.AdoptInstrument, instrument="osce-x", version="2014.1", checksum="cd" * 32)
    world.when(other).then(fact("InstrumentAdopted"))
    assert set(world.mission.instruments) >= {"eu-hrd", "osce-x"}


# ── the vault ────────────────────────────────────────────────────────────────────────────────────────────────────


def lock(reason: str = "security") -> c.LockVault:
    made: c.LockVault = at_q(c.LockVault, reason=reason)
    return made


def unlock() -> c.UnlockVault:
    made: c.UnlockVault = at_q(c.UnlockVault, reason="reopened")
    return made


def test_the_head_of_mission_closes_the_vault_and_opens_it_again() -> None:
    world = mission_q().by(HEAD).when(lock()).then(fact("VaultLocked", reason="security"))
    assert world.mission.vault_locked
    world.when(lock("raid")).nothing()
    world.when(unlock()).then(fact("VaultUnlocked"))
    assert not world.mission.vault_locked
    world.when(unlock()).nothing()


def test_what_headquarters_closed_nobody_in_the_mission_opens() -> None:
    world = mission_q().by(HEAD).having(lock())
    world.by(DUTY).when(lock("expelled")).then(fact("VaultLocked"))
    world.by(HEAD).when(unlock()).refused("vault-locked-elsewhere")
    world.when(lock("raid")).nothing()
    assert world.mission.vault_locked_by == "hq_duty"
    world.by(DUTY).when(unlock()).then(fact("VaultUnlocked"))


def test_who_may_close_the_vault() -> None:
    world = mission_q()
    for actor in (FOCAL, DEPUTY, OPERATOR, DIVISION):
        world.by(actor).when(lock()).refused("not-allowed")
    world.by(DUTY).when(lock()).then(fact("VaultLocked"))


# ── shredding ────────────────────────────────────────────────────────────────────────────────────────────────────

CASE = {"ref": "00000000-0000-4000-a000-000000000001", "commit": "ab" * 32}


def asked(by: Actor = FOCAL) -> World:
    return mission_q().by(by).having(at_q(c.ProposeShredding, basis="subject_request", case=CASE))


def answer(world: World, approved: bool = True) -> c.AnswerShredding:
    made: c.AnswerShredding = at_q(
        c.AnswerShredding, request=next(iter(world.mission.shreddings)), approved=approved
    )
    return made


def destroyed(world: World) -> c.RecordShredded:
    made: c.RecordShredded = at_q(c.RecordShredded, request=next(iter(world.mission.shreddings)))
    return made


def test_content_is_destroyed_under_four_eyes() -> None:
    world = asked()
    world.by(ENGINE_WORKFLOW).when(destroyed(world)).refused("shredding-not-approved")
    world.by(HEAD).when(answer(world)).then(fact("ShreddingAnswered", approved=True))
    world.when(destroyed(world)).refused("not-allowed")
    world.by(ENGINE_WORKFLOW).when(destroyed(world)).then(fact("DataShredded"))
    world.when(destroyed(world)).nothing()
    (request,) = world.mission.shreddings.values()
    assert (request.status, request.proposer, request.case) == ("shredded", "p-fp", CASE)


def test_nobody_approves_their_own_request() -> None:
    world = asked(HEAD)
    world.when(answer(world)).refused("second-person")
    world.by(DEPUTY).when(answer(world)).then(fact("ShreddingAnswered"))


def test_a_refused_request_destroys_nothing_and_is_answered_once() -> None:
    world = asked()
    world.by(HEAD).having(answer(world, approved=False))
    world.by(DEPUTY).when(answer(world)).refused("shredding-answered")
    world.by(ENGINE_WORKFLOW).when(destroyed(world)).refused("shredding-not-approved")
    world.by(DEPUTY)
    unknown = at_q(c.AnswerShredding, request="d-none", approved=True)
    world.when(unknown).refused("no-such-shredding")


# ── calendar feeds ───────────────────────────────────────────────────────────────────────────────────────────────


def feeds(allowed: bool, reason: str) -> c.SetFeeds:
    made: c.SetFeeds = at_q(c.SetFeeds, allowed=allowed, reason=reason)
    return made


def test_the_head_of_mission_forbids_calendar_feeds_and_allows_them_again() -> None:
    world = mission_q().by(HEAD)
    assert world.mission.feeds_allowed
    world.when(feeds(allowed=True, reason="over")).nothing()
    world.when(feeds(allowed=False, reason="searches")).then(
        fact("FeedsSet", allowed=False, reason="searches")
    )
    assert not world.mission.feeds_allowed
    world.when(feeds(allowed=False, reason="security")).nothing()
    world.when(feeds(allowed=True, reason="over")).then(fact("FeedsSet", allowed=True))
    assert world.mission.feeds_allowed


def test_nobody_else_says_whether_there_are_feeds_and_each_way_has_its_own_reasons() -> None:
    world = mission_q()
    for actor in (DEPUTY, FOCAL, OPERATOR, DUTY, DIVISION):
        world.by(actor).when(feeds(allowed=False, reason="security")).refused("not-allowed")
    world.by(HEAD).when(feeds(allowed=False, reason="over")).refused("code-unknown")
    world.having(feeds(allowed=False, reason="security"))
    world.when(feeds(allowed=True, reason="searches")).refused("code-unknown")
