"""What staff may write where a command asks for a code: a word of a closed list. What is not in it is refused, and not repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from domain import commands as c
from domain import vocabulary as v
from domain.deciding.tasks import LATE_REASONS
from domain.envelope import ENGINE_WORKFLOW, OPERATOR
from domain.refusals import Refused
from tests.domain.cases import ACTION, CONSULT, DEMARCHE, NAME, SEALED, serving
from tests.domain.cases import on as by_name
from tests.domain.spec import World, at_q, cairo, coordination, evidence, mission_q, on, trial
from tests.domain.test_dates import headquarters, line, setting
from tests.made import DEPUTY, FOCAL, HEAD

CANARY = "Xochitl-Quetzalli"
"""A name, as somebody in a hurry would type it: it passes as a code, since it has no blank."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a command that takes a word: the world in which it is asked, the command, the list, the event."""

    name: str
    world: Callable[[], World]
    ask: Callable[[str], Any]
    known: tuple[str, ...]
    event: str
    dated: bool = False


def consulted() -> World:
    world = serving(CONSULT, partners=("MS-FR",)).at("2026-05-05 09:10").by(FOCAL)
    return world.having(by_name(c.SetGates, opened=("consent:share_eu",)))


def released() -> World:
    world = serving(ACTION).at("2026-05-05 09:10").by(FOCAL)
    world.having(*(by_name(c.SetGate, gate, gate=gate, open=True) for gate in (DEMARCHE, NAME)))
    world.by(ENGINE_WORKFLOW).having(by_name(c.OpenTask, step="release", occurrence="1"))
    return world.by(HEAD).having(by_name(c.ReleasePublication))


def offered() -> World:
    return trial().having(on(c.OfferRota, appointment="s-1")).by(FOCAL)


def blocked() -> World:
    ended = on(c.NotAct, task="hold.1", outcome="blocked", reason="no_meeting_called")
    return coordination().by(FOCAL).having(ended)


def locked() -> World:
    return mission_q().by(HEAD).having(at_q(c.LockVault, reason="raid"))


def forbidden() -> World:
    return mission_q().by(HEAD).having(at_q(c.SetFeeds, allowed=False, reason="security"))


def local(word: str, field: str) -> dict[str, Any]:
    return {"authority": "strategy", "reason": "capacity", "until": "2026-06-30", field: word}


def duty(field: str) -> Callable[[str], Any]:
    return lambda word: at_q(
        c.SwitchDuty, definition="COORD-LOCAL", group="standard", on=False, **local(word, field)
    )


def term(field: str) -> Callable[[str], Any]:
    about = {"definition": "TRIAL-OBS", "step": "triage", "replaces": "product_default", "bound": "none"}
    return lambda word: at_q(
        c.SetLocalTerm, term="2wd", source="local_strategy", **about, **local(word, field)
    )


def shared(**data: str) -> Any:
    said = {"to": "eu_missions", "arrangement": "coordination", **data}
    return by_name(c.RecordDisclosure, gate="consent:share_eu", **said)


def instead(word: str) -> Any:
    one = {"what": word, "by": "2026-09-01"}
    return on(c.ProposeWaiver, task="hold.1", reason="security", alternatives=(one,))


def paused(**data: str) -> Any:
    return on(c.PauseClock, task="hold.1", **{"cause": "clearance", "party": "court", **data})


def done(kind: str = "note", line: str = "risk_list") -> Any:
    proof = (evidence("minutes"), evidence(kind))
    return on(c.CompleteTask, task="hold.1", checklist=("risk_list", line), evidence=proof)


def corrected(word: str) -> Any:
    return on(c.ProposeCorrection, task="hold.1", field="reason", value="capacity", reason=word)


def stopped(word: str) -> Any:
    week = {"starts": cairo("2026-05-06 09:00"), "ends": cairo("2026-05-12 09:00")}
    return at_q(c.DeclareSuspension, reason=word, **week)


FIELDS = (
    Field("to", consulted, lambda w: shared(to=w), ("MS-FR", *v.SHARED_WITH), "DisclosureMade"),
    Field(
        "arrangement",
        consulted,
        lambda w: shared(arrangement=w),
        v.ARRANGEMENTS,
        "DisclosureMade",
        dated=True,
    ),
    Field(
        "cause",
        released,
        lambda w: by_name(c.CancelPublication, cause=w),
        v.PUBLICATION_CAUSES,
        "PublicationCancelled",
    ),
    Field(
        "cause",
        lambda: trial().by(FOCAL),
        lambda w: on(c.EndProceeding, cause=w),
        v.PROCEEDING_CAUSES,
        "ProceedingEnded",
    ),
    Field("cause", lambda: coordination().by(HEAD), lambda w: paused(cause=w), v.WAIT_CAUSES, "ClockPaused"),
    Field("party", lambda: coordination().by(HEAD), lambda w: paused(party=w), v.WAIT_PARTIES, "ClockPaused"),
    Field("alternatives", lambda: coordination().by(FOCAL), instead, v.INSTEAD, "WaiverProposed"),
    Field("evidence", lambda: coordination().by(FOCAL), done, ("minutes", *v.EVIDENCE), "TaskCompleted"),
    Field(
        "checklist",
        lambda: coordination().by(FOCAL),
        lambda w: done(line=w),
        ("risk_list",),
        "TaskCompleted",
    ),
    Field("reason", blocked, corrected, v.CORRECTION_REASONS, "CorrectionProposed"),
    Field(
        "reason",
        offered,
        lambda w: on(c.AnswerRota, appointment="s-1", claim=False, reason=w),
        (*LATE_REASONS, *v.ROTA_REASONS),
        "RotaAnswered",
    ),
    Field("reason", lambda: mission_q().by(HEAD), stopped, v.SUSPENSION_REASONS, "SuspensionDeclared"),
    Field(
        "reason",
        lambda: mission_q().by(HEAD),
        lambda w: at_q(c.LockVault, reason=w),
        v.LOCK_REASONS,
        "VaultLocked",
    ),
    Field("reason", locked, lambda w: at_q(c.UnlockVault, reason=w), v.UNLOCK_REASONS, "VaultUnlocked"),
    Field(
        "reason",
        lambda: mission_q().by(HEAD),
        lambda w: at_q(c.SetFeeds, allowed=False, reason=w),
        v.FEEDS_FORBIDDEN,
        "FeedsSet",
    ),
    Field(
        "reason",
        forbidden,
        lambda w: at_q(c.SetFeeds, allowed=True, reason=w),
        v.FEEDS_ALLOWED,
        "FeedsSet",
    ),
    Field(
        "kind",
        headquarters,
        lambda w: setting(line(kind=w)),
        v.DATE_KINDS,
        "DateSet",
    ),
    Field(
        "authority",
        lambda: mission_q().by(HEAD),
        duty("authority"),
        v.AUTHORITIES,
        "DutySwitched",
        dated=True,
    ),
    Field("reason", lambda: mission_q().by(HEAD), duty("reason"), v.LOCAL_REASONS, "DutySwitched"),
    Field(
        "authority",
        lambda: mission_q().by(HEAD),
        term("authority"),
        v.AUTHORITIES,
        "LocalTermSet",
        dated=True,
    ),
    Field("reason", lambda: mission_q().by(HEAD), term("reason"), v.LOCAL_REASONS, "LocalTermSet"),
    Field(
        "basis",
        lambda: mission_q().by(FOCAL),
        lambda w: at_q(c.ProposeShredding, basis=w, case=SEALED),
        v.SHREDDING_BASES,
        "ShreddingProposed",
    ),
    Field(
        "source",
        lambda: mission_q().by(OPERATOR),
        lambda w: at_q(c.ReviseCalendar, add={"2026-08-05": "Closing"}, source=w),
        v.CALENDAR_SOURCES,
        "CalendarRevised",
        dated=True,
    ),
)
each = pytest.mark.parametrize("field", FIELDS, ids=lambda f: f"{f.event}.{f.name}")


def refusal(world: World, command: Any) -> Refused:
    before = sum(map(len, world.logs.values()))
    world.when(command).refused("code-unknown")
    assert sum(map(len, world.logs.values())) == before
    assert isinstance(world.said, Refused)
    return world.said


@each
def test_every_word_of_the_list_passes(field: Field) -> None:
    for word in field.known:
        world = field.world().when(field.ask(word))
        assert not isinstance(world.said, Refused), (word, world.said)
        assert field.event in [new.type for new in world.said], word


@each
def test_what_is_not_in_the_list_is_refused_and_not_repeated(field: Field) -> None:
    for made_up in (CANARY, f"{field.known[0]}-{CANARY}", f"{field.known[0]}x", field.known[0].swapcase()):
        said = refusal(field.world(), field.ask(made_up))
        told = (said.sentence(), said.sentence("fr"), str(said.params), str(said))
        assert not any(CANARY in one for one in told)
        assert said.params["field"] == field.name
        assert all(word in said.params["codes"] for word in field.known), "it says what would be right"


@each
def test_a_year_follows_only_where_one_may_and_nothing_else_does(field: Field) -> None:
    word = field.known[0]
    if field.dated:
        assert not isinstance(field.world().when(field.ask(f"{word}-2026")).said, Refused)
        assert "[-YYYY]" in refusal(field.world(), field.ask("x")).sentence()
    else:
        refusal(field.world(), field.ask(f"{word}-2026"))
    for number in ("-26", "-1234", "-20261", "-2026-2026", "/2026", "-2026-112"):
        refusal(field.world(), field.ask(word + number))


def test_the_same_worlds_show_a_name_that_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the lists the name stands in the log, in every one of these fields."""
    monkeypatch.setattr(v, "check", lambda *_, **__: None)
    for field in FIELDS:
        world = field.world().when(field.ask(CANARY))
        assert not isinstance(world.said, Refused), (field.name, world.said)
        assert CANARY in str([new.data for new in world.said]), field.name


def test_a_partners_code_is_this_missions_own() -> None:
    refusal(consulted(), shared(to="MS-DE"))


def test_a_reason_is_looked_at_with_a_claim_too_and_without_one_none_is_needed() -> None:
    refusal(offered(), on(c.AnswerRota, appointment="s-1", claim=True, reason=CANARY))
    assert not isinstance(offered().when(on(c.AnswerRota, appointment="s-1", claim=True)).said, Refused)


def test_who_may_not_learns_nothing_of_the_lists() -> None:
    coordination().by(DEPUTY).when(instead(CANARY)).refused("not-your-task")


@pytest.mark.parametrize(
    ("code", "plain"),
    [("strategy-2026", "strategy"), ("strategy", "strategy"), ("x-1999", "x-1999"), ("-2026", "")],
)
def test_a_code_without_its_year(code: str, plain: str) -> None:
    assert v.undated(code) == plain
