"""The digest: one each working morning in the reader's zone, to whoever is there, with numbers and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chancery import queries
from chancery.kept import rows
from chancery.mail import digest, morning
from chancery.mail.addresses import accounts_of, without_address
from chancery.mail.digest import Counts
from chancery.mail.sender import Away, Later, Line, MailFault
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from domain.kinds import instant
from tests.made import HEAD, cid, opening
from tests.mail.conftest import (
    ADDRESS,
    SENDER,
    Post,
    kept,
    post_at,
    settings_for,
    staff,
    text_of,
    with_address,
)

if TYPE_CHECKING:
    from tests.conftest import Database

FOOT = f"\n\nYour inbox: {ADDRESS}/inbox\nSwitch this mail off under: {ADDRESS}/account\n"
TUESDAY = datetime(2026, 5, 5, 6, 10, tzinfo=UTC)
"""09:10 in Cairo, where the weekend is Friday and Saturday."""


async def look(post: Post, done: dict[str, str] | None = None) -> int:
    """One look, as a process that has just begun takes it."""
    return await morning.look(post.here, post.server, ADDRESS, {} if done is None else done)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_a_digest_says_how_many_and_where_and_nothing_else(post: Post) -> None:
    await post.opened("o-late", due="2026-05-04")
    await post.opened("o-today", due="2026-05-05")
    await post.opened("o-soon", "TRIAL-OBS", "triage")
    await post.opened("o-far", due="2026-06-29")
    assert await look(post) == 1
    [(to, message)] = post.got.got
    assert (to, message["From"], message["Subject"]) == (
        "q-fp@mission.example.org",
        SENDER,
        "Tasks wait for you",
    )
    assert text_of(message) == "1 task is overdue.\n1 task is due today.\n1 task is due soon." + FOOT
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "en")
    assert message["Date"].datetime == TUESDAY
    whole = message.as_string()
    for telling in ("o-late", "o-soon", "TRIAL", "COORD", "hold", "triage", "p-fp", "Cairo", "EG", " Q "):
        assert telling not in whole, telling


async def test_what_is_new_or_was_reminded_of_stands_in_the_next_mornings_digest_once(post: Post) -> None:
    assert await look(post) == 0
    await post.opened("o-far", due="2026-06-29")
    post.clock.set(at("2026-05-06T06:00:00"))
    assert await look(post) == 1
    assert post.got.texts()["q-fp"] == "1 task is new, or you were reminded of it." + FOOT
    post.clock.set(at("2026-05-07T06:00:00"))
    assert await look(post) == 0, "an empty digest is not sent"
    from chancery.leader import watch

    half = (await post.here.desk.obligation("o-far")).tasks["hold.1"].notices[0]
    assert half["kind"] == "reminder"
    post.clock.set(instant(half["at"]) + timedelta(minutes=2))
    await watch(post.here.desk)  # the reminder is recorded
    assert await look(post) == 1
    assert post.got.texts()["q-fp"] == "1 task is new, or you were reminded of it." + FOOT


async def test_everybody_gets_one_a_morning_however_often_the_process_begins_again(
    post: Post, database: Database, tmp_path: Path
) -> None:
    await post.opened("o-today", due="2026-05-05")
    assert await look(post) == 1
    assert await look(post) == 0
    again = settings_for(database, tmp_path, post.got.port)
    await post.opened("u-1", "URGENT", "acknowledge")  # somebody has something now who had nothing at nine
    async with post_at(again, post.clock, post.got) as other:
        assert await look(other) == 0
    assert post.got.readers() == ["q-fp"]
    post.clock.set(at("2026-05-06T06:00:00"))
    assert await look(post) == 2  # the control: another morning


async def test_nobody_is_written_to_before_nine_or_in_the_evening(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    for clock, number in (("06T05:59:59", 0), ("06T15:00:00", 0), ("07T14:59:59", 1)):
        post.clock.set(at(f"2026-05-{clock}"))
        assert await look(post) == number, clock


async def test_each_mission_has_its_own_morning(post: Post) -> None:
    await staff(post.here, "T", "Asia/Tokyo", "JP")
    await with_address(post.here, "T-fp")
    await post.opened("o-today", due="2026-05-08")
    made = opening("o-t").model_copy(
        update={"mission": "T", "accreditation": "T-JP", "due_day": "2026-05-08"}
    )
    await post.here.desk.submit(made, ENGINE_TICK)
    task = c.OpenTask(command_id=cid("hold t"), mission="T", obligation="o-t", step="hold")
    await post.here.desk.submit(task, ENGINE_TICK)
    done: dict[str, str] = {}
    post.clock.set(at("2026-05-07T00:00:00"))  # nine in Tokyo, three in Cairo
    assert await look(post, done) == 1
    post.clock.set(at("2026-05-07T06:00:00"))
    assert await look(post, done) == 1
    assert post.got.readers() == ["t-fp", "q-fp"]
    assert done == {"T": "2026-05-07", "Q": "2026-05-07"}
    post.clock.set(at("2026-05-08T06:00:00"))  # Friday: a working day in Tokyo only
    assert await look(post, done) == 1
    assert post.got.readers()[-1] == "t-fp"


async def test_no_digest_on_a_weekend_a_holiday_or_a_day_that_is_suspended(post: Post) -> None:
    await post.opened("o-late", due="2026-05-04")
    off = c.ReviseCalendar(
        command_id=cid("off"), mission="Q", add={"2026-05-11": "Closing day"}, source="mission"
    )
    await post.here.desk.submit(off, OPERATOR)
    stop = c.DeclareSuspension(
        command_id=cid("stop"), mission="Q", starts=at("2026-05-12T05:00:00"), ends=at("2026-05-13T05:00:00"),
        reason="security",
    )  # fmt: skip
    await post.here.desk.submit(stop, HEAD)
    sent = {}
    for number in range(7, 16):
        post.clock.set(at(f"2026-05-{number:02}T06:00:00"))
        sent[number] = await look(post)
    # Friday, Saturday; the closing day; both days that the stop touches; Friday again.
    assert sent == {7: 1, 8: 0, 9: 0, 10: 1, 11: 0, 12: 0, 13: 0, 14: 1, 15: 0}


async def test_who_is_away_is_left_alone_and_their_substitute_hears_instead(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await post.opened("t-soon", "TRIAL-OBS", "triage")
    await post.away("p-fp", "p-pol", ("COORD-LOCAL",))
    assert await look(post) == 1
    assert post.got.readers() == ["q-pol"]
    assert post.got.texts()["q-pol"].startswith("1 task is due today.\n\n"), "but not what is out of scope"


async def test_nobody_stands_in_so_nobody_is_told(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await post.away("p-fp")
    assert await look(post) == 0


async def test_the_focal_point_gets_the_weeks_list_on_its_first_working_morning(post: Post) -> None:
    await post.opened("o-late", due="2026-05-04")
    await post.opened("o-late-2", due="2026-05-04")
    for name in ("o-late", "o-late-2"):
        asked = c.ReassignTask(
            command_id=cid(f"to {name}"), mission="Q", obligation=name, task="hold.1", posting="p-pol"
        )
        await post.here.desk.submit(asked, HEAD)
    assert await look(post) == 1
    assert post.got.readers() == ["q-pol"]
    post.clock.set(at("2026-05-11T06:00:00"))  # Monday
    assert await look(post) == 2
    assert post.got.texts()["q-fp"] == "This week's list: 2 tasks that others hold are overdue." + FOOT
    assert post.got.texts()["q-pol"] == "2 tasks are overdue." + FOOT


async def test_each_reader_gets_their_own_language(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await with_address(post.here, "Q-fp", language="fr")
    assert await look(post) == 1
    [(_, message)] = post.got.got
    assert message["Subject"] == "Des tâches vous attendent"
    assert message["Content-Language"] == "fr"
    text = text_of(message)
    assert text.startswith("1 tâche est à faire aujourd'hui.\n\nVos tâches : ")
    from chancery.i18n import language

    assert language() == "en", "what is spoken here is not changed by it"


async def test_who_switched_it_off_or_has_no_address_gets_none(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await with_address(post.here, "Q-fp", digest=False)
    await with_address(post.here, "Q-la", None)
    mission = await post.here.desk.mission("Q")
    assert await without_address(post.here, mission) == ["p-la"]
    assert await look(post) == 0
    await with_address(post.here, "Q-fp", digest=True)
    post.clock.set(at("2026-05-06T06:00:00"))
    assert await look(post) == 1  # the control


async def test_somebody_in_two_posts_gets_one_digest_of_both(post: Post) -> None:
    await staff(post.here, "T", "Africa/Cairo", "EG")
    from chancery.directory import Entry

    both = c.RecordPosts(
        command_id=cid("both"), mission="T",
        lines=(c.PostLine(post="T-POL-9", role="focal_point", share_percent=20, local_agent=False, posting="t-both",
                          from_day="2024-01-01", until=None),),
    )  # fmt: skip
    sealed = [post.here.directory.statement([Entry("t-both", "T", "Q-fp")])]
    await post.here.desk.submit(both, OPERATOR, sealed)
    await post.opened("o-today", due="2026-05-05")
    made = opening("o-t").model_copy(
        update={"mission": "T", "accreditation": "T-EG", "due_day": "2026-05-05"}
    )
    await post.here.desk.submit(made, ENGINE_TICK)
    task = c.OpenTask(command_id=cid("hold t"), mission="T", obligation="o-t", step="hold")
    await post.here.desk.submit(task, ENGINE_TICK)
    mine = c.ReassignTask(
        command_id=cid("mine"), mission="T", obligation="o-t", task="hold.1", posting="t-both"
    )
    from domain.envelope import Actor

    await post.here.desk.submit(mine, Actor("officer", "t-hom", "T"))
    assert await look(post) == 1
    assert post.got.texts()["q-fp"] == "2 tasks are due today." + FOOT


async def test_a_server_that_is_down_loses_nothing_of_the_morning(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await post.opened("t-soon", "TRIAL-OBS", "triage")
    post.got.down()
    with pytest.raises(Away):
        await look(post)
    post.clock.advance(timedelta(hours=1))
    post.got.up()
    assert await look(post) == 1
    assert post.got.readers() == ["q-fp"]


async def test_a_reader_refused_for_now_is_tried_again_and_one_refused_for_good_is_not(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await post.away("p-hom", "p-alt")
    task = c.ReassignTask(
        command_id=cid("to dep"), mission="Q", obligation="o-2", task="hold.1", posting="p-dep"
    )
    await post.opened("o-2", due="2026-05-05")
    await post.here.desk.submit(task, HEAD)
    post.got.answers = {
        "q-fp@mission.example.org": ["451 later"],
        "q-dep@mission.example.org": ["550 nobody here", "550 nobody here"],
    }
    done: dict[str, str] = {}
    with pytest.raises(Later):
        await look(post, done)
    assert (post.got.readers(), done) == ([], {})
    assert await look(post, done) == 1
    assert (post.got.readers(), done) == (["q-fp"], {"Q": "2026-05-05"})
    assert post.got.answers["q-dep@mission.example.org"] == ["550 nobody here"], "asked once"


@pytest.mark.parametrize(("broken", "number"), [(RuntimeError("killed"), 0), (Away("gone"), 1)])
async def test_a_crash_between_costs_one_digest_and_never_brings_two(
    post: Post, monkeypatch: pytest.MonkeyPatch, broken: Exception, number: int
) -> None:
    """Killed after the claim: that digest is lost. A server that was not reached, the control, is tried again."""
    await post.opened("o-today", due="2026-05-05")

    async def cut(*_: Any) -> None:
        raise broken

    with monkeypatch.context() as broke:
        broke.setattr(Line, "send", cut)
        with pytest.raises((RuntimeError, MailFault)):
            await look(post)
    assert await look(post) == number
    assert len(post.got.got) == number
    post.clock.set(at("2026-05-06T06:00:00"))
    assert await look(post) == 1


async def test_a_line_cut_after_the_message_is_not_tried_again(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    post.got.at_data = ["break"]
    await look(post)
    assert await look(post) == 0
    assert post.got.readers() == ["q-fp"]


async def test_nobody_gets_a_digest_after_fifteen_messages_in_a_week(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    account = await accounts_of(post.here).of("Q-fp")
    assert account is not None

    async def had(number: int, since: datetime) -> None:
        for n in range(number):
            await rows(
                post.here.pool,
                "INSERT INTO web.digest (account, what, sent_at) VALUES (%s, %s, %s)",
                [account.id, f"urgent:{since:%d}-{n}", since + timedelta(minutes=n)],
            )

    await had(20, TUESDAY - timedelta(days=3))  # last week's do not count
    await had(morning.MOST_A_WEEK, TUESDAY - timedelta(hours=20))
    assert await look(post) == 0
    await rows(post.here.pool, "DELETE FROM web.digest WHERE what = 'urgent:04-0'")
    post.clock.set(at("2026-05-06T06:00:00"))
    assert await look(post) == 1  # the control: the fifteenth


async def test_nothing_is_kept_but_days_and_hashes(post: Post) -> None:
    await post.opened("o-today", due="2026-05-05")
    await look(post)
    held = await kept(post.here)
    assert "digest:2026-05-05" in held
    for telling in ("@", "o-today", "q-fp", "p-fp"):
        assert telling not in held


async def test_what_passed_to_headquarters_is_told_to_whoever_serves_there(post: Post) -> None:
    await staff(post.here, "HQ", "Europe/Brussels", "BE", kind="headquarters", role="hq_duty")
    headquarters, mission = [await post.here.desk.mission(code) for code in ("HQ", "Q")]
    await post.opened("o-late", due="2026-05-04")
    [row] = await queries.tasks(post.here.log)
    calendars = {"Q": mission.clock}
    passed = [row | {"posting": "hq_duty"}]
    told = digest.count(headquarters, passed, set(), calendars, TUESDAY)
    assert told == {"hq-hom": Counts(overdue=1)}
    assert not any(digest.count(mission, passed, set(), calendars, TUESDAY).values()), "not in the mission"
    other = [row | {"posting": "hq_desk"}]
    assert digest.count(headquarters, other, set(), calendars, TUESDAY) == {"hq-hom": Counts()}


async def test_what_waits_for_somebody_outside_presses_nobody(post: Post) -> None:
    await post.opened("o-late", due="2026-05-04")
    mission = await post.here.desk.mission("Q")
    [row] = await queries.tasks(post.here.log)
    for waiting, counts in ((None, Counts(overdue=1)), ("court", Counts())):
        told = digest.count(mission, [row | {"waiting": waiting}], set(), {"Q": mission.clock}, TUESDAY)
        assert told["p-fp"] == counts, waiting
