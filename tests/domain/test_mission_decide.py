"""What is asked of a mission: adoption, staff tables, absences, calendars, suspensions."""

from datetime import timedelta

import pytest

from domain import commands as c
from domain.envelope import OPERATOR
from domain.instant import BadInput
from tests.domain.spec import World, at_q, cairo, fact, given, mission_q
from tests.made import HEAD, adoption, posts


def table(*lines: c.PostLine) -> c.RecordPosts:
    command: c.RecordPosts = at_q(c.RecordPosts, lines=lines)
    return command


def line(**data: object) -> c.PostLine:
    return posts()[2].model_copy(update={"until": None, **data})


# ── adoption and the staff table ─────────────────────────────────────────────────────────────────────────────────


def test_a_mission_is_adopted_once() -> None:
    world = given().by(OPERATOR).when(adoption()).then(fact("MissionAdopted", on="2026-01-01"))
    world.when(adoption()).refused("mission-exists")
    partly = adoption().model_copy(update={"switched_off": ("COORD-LOCAL",)})
    given().by(OPERATOR).when(partly).then(fact("MissionAdopted", switched_off=["COORD-LOCAL"]))


def test_a_calendar_that_cannot_be_read_adopts_nothing() -> None:
    with pytest.raises(BadInput):
        given().by(OPERATOR).when(adoption().model_copy(update={"calendar": {"zone": "Africa/Cairo"}}))


def test_a_staff_table_recorded_twice_changes_nothing() -> None:
    world = given().by(OPERATOR).having(adoption()).when(table(*posts()))
    assert [new.type for new in world.said] == ["PostCreated", "PostingBegan"] * 6  # type: ignore[union-attr]
    world.when(table(*posts())).nothing()
    world.when(table()).nothing()


def test_a_mission_without_anybody_to_lead_is_refused() -> None:
    given().by(OPERATOR).having(adoption()).when(table(line())).refused("nobody-leads")


@pytest.mark.parametrize("role", ["focal_pont", "hq_duty", "hq_desk", "hq_human_rights"])
def test_a_role_that_a_mission_does_not_have_is_refused(role: str) -> None:
    """A slip would leave its tasks to the fallback; headquarters' roles reach into every mission."""
    world = mission_q().when(table(line(post="Q-X", posting="p-x", role=role))).refused("no-such-role")
    assert "focal_point" in str(world.said)


def test_a_successor_follows_and_nobody_overlaps() -> None:
    world = mission_q().by(OPERATOR)
    world.when(table(line(posting="p-2", from_day="2026-06-01"))).refused("posting-overlaps")
    world.when(table(line(until="2026-05-31"), line(posting="p-2", from_day="2026-06-01"))).then(
        fact("PostingEnded", posting="p-fp", until="2026-05-31"), fact("PostingBegan", posting="p-2")
    )
    world.when(at_q(c.EndPosting, posting="p-fp", until="2026-06-01")).refused("posting-overlaps")
    world.when(at_q(c.EndPosting, posting="p-2", until="2027-06-01")).then(fact("PostingEnded"))
    world.when(table(line(posting="p-3", from_day="2027-06-02"), line(posting="p-4", from_day="2027-07-02")))
    world.refused("posting-overlaps")


def test_a_posting_ends_where_it_can() -> None:
    world = mission_q().by(HEAD)
    world.when(at_q(c.EndPosting, posting="p-nobody", until="2026-06-01")).refused("no-such-posting")
    world.when(at_q(c.EndPosting, posting="p-fp", until="2023-06-01")).refused("ends-before-start")
    world.having(at_q(c.EndPosting, posting="p-fp", until="2026-06-01"))
    world.when(at_q(c.EndPosting, posting="p-fp", until="2026-06-01")).nothing()
    world.by(OPERATOR).when(table(line(until="2023-06-01"))).refused("ends-before-start")


# ── absence ──────────────────────────────────────────────────────────────────────────────────────────────────────


def absence(**data: object) -> c.RecordAbsence:
    plain = {"posting": "p-fp", "from_day": "2026-05-10", "until": "2026-05-14", "substitute": None}
    command: c.RecordAbsence = at_q(c.RecordAbsence, **{**plain, **data})
    return command


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"posting": "p-nobody"}, "no-such-posting"),
        ({"substitute": "p-nobody"}, "no-such-posting"),
        ({"until": "2026-05-09"}, "ends-before-start"),
        ({"substitute": "p-fp"}, "second-person"),
        ({"substitute": "p-la"}, "never-alone"),
    ],
)
def test_an_absence_that_cannot_be(data: dict[str, str], code: str) -> None:
    mission_q().by(HEAD).when(absence(**data)).refused(code)


def test_an_absence_ends_sooner_never_later() -> None:
    world = mission_q().by(HEAD).when(absence()).then(fact("AbsenceRecorded", substitute=None))
    code = next(iter(world.mission.absences))
    world.when(at_q(c.EndAbsence, absence=code, until="2026-05-20")).nothing()
    world.when(at_q(c.EndAbsence, absence=code, until="2026-05-12")).then(
        fact("AbsenceEnded", until="2026-05-12")
    )
    world.when(at_q(c.EndAbsence, absence=code, until="2026-01-12")).then(
        fact("AbsenceEnded", until="2026-05-09")
    )
    assert world.mission.is_present("p-fp", cairo("2026-05-10 12:00"))
    world.when(at_q(c.EndAbsence, absence="a-none", until="2026-05-12")).refused("no-such-posting")


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_calendar_is_revised_with_its_source_and_a_new_version() -> None:
    world = mission_q().by(HEAD)
    revise = at_q(c.ReviseCalendar, add={"2026-05-31": "Eid"}, remove=("2026-05-01",), source="government")
    world.when(revise).then(
        fact("CalendarRevised", source="government", added=["2026-05-31"], removed=["2026-05-01"])
    )
    assert world.mission.clock.version == 2
    world.when(revise).refused("calendar-unchanged")


# ── suspension ───────────────────────────────────────────────────────────────────────────────────────────────────


def suspension(days: int = 7, **data: object) -> c.DeclareSuspension:
    starts = cairo("2026-09-06 14:00")
    plain = {"starts": starts, "ends": starts + timedelta(days=days), "reason": "security"}
    command: c.DeclareSuspension = at_q(c.DeclareSuspension, **{**plain, **data})
    return command


def declared() -> World:
    return mission_q().at("2026-09-06 14:00").by(HEAD).having(suspension())


def code_of(world: World) -> str:
    return next(iter(world.mission.suspensions))


@pytest.mark.parametrize(
    ("days", "code"), [(0, "ends-before-start"), (-1, "ends-before-start"), (15, "suspension-too-long")]
)
def test_a_suspension_has_an_end_in_sight(days: int, code: str) -> None:
    mission_q().by(HEAD).when(suspension(days)).refused(code)


def test_one_suspension_at_a_time() -> None:
    world = declared().when(suspension(3)).refused("suspension-overlaps")
    world.when(suspension(starts=cairo("2026-09-13 14:00"), ends=cairo("2026-09-14 14:00"))).then(
        fact("SuspensionDeclared")
    )


def test_a_suspension_is_renewed_while_it_runs() -> None:
    world = declared().at("2026-09-12 14:00")
    renew = at_q(c.RenewSuspension, suspension=code_of(world), ends=cairo("2026-09-20 14:00"))
    world.when(renew).then(fact("SuspensionRenewed")).when(renew).nothing()
    too_long = at_q(c.RenewSuspension, suspension=code_of(world), ends=cairo("2026-09-27 14:00"))
    world.when(too_long).refused("suspension-too-long")
    world.at("2026-09-20 14:00").when(renew).refused("no-such-suspension")
    world.when(at_q(c.RenewSuspension, suspension="s-x", ends=cairo("2026-09-27 14:00"))).refused(
        "no-such-suspension"
    )


def test_a_suspension_is_lifted_when_it_is_over() -> None:
    world = declared().at("2026-09-08 14:00")

    def lift(written: str, code: str = code_of(world)) -> c.LiftSuspension:
        command: c.LiftSuspension = at_q(c.LiftSuspension, suspension=code, at=cairo(written))
        return command

    world.when(lift("2026-09-08 14:01")).refused("in-the-future")
    world.when(lift("2026-09-06 14:00")).refused("ends-before-start")
    world.when(lift("2026-09-08 14:00", "s-x")).refused("no-such-suspension")
    world.when(lift("2026-09-08 13:00")).then(fact("SuspensionLifted")).when(lift("2026-09-08 14:00"))
    world.refused("no-such-suspension")
