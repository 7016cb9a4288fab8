"""What cannot wait: at once, at any hour, saying nothing; from a checkpoint that nothing loses or repeats."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chancery.conductor import Deposed
from chancery.kept import one
from chancery.leader import watch
from chancery.mail import ledger, morning, urgent
from chancery.mail.calls import calls
from chancery.mail.sender import Away, Later, Line
from domain import commands as c
from domain.envelope import Event
from tests.made import ALTERNATE, HEAD, cid
from tests.mail.conftest import ADDRESS, Post, kept, post_at, settings_for, staff, text_of, with_address

if TYPE_CHECKING:
    from tests.conftest import Database

TEXT = f"Something urgent waits for you.\n\nYour inbox: {ADDRESS}/inbox\n"


async def look(post: Post) -> int:
    return await urgent.look(post.here, post.server, ADDRESS)


async def begun(post: Post) -> None:
    """Mail is switched on here: what happened before stays unsaid."""
    assert await look(post) == 0


async def alert(post: Post, name: str = "u-1", step: str = "acknowledge") -> str:
    """An urgent alert; who holds it."""
    await post.opened(name, "URGENT", step)
    state = await post.here.desk.obligation(name)
    return state.tasks[f"{step}.1"].posting.replace("p-", "q-")


async def test_an_urgent_task_is_told_at_once_at_night_and_on_a_weekend(post: Post) -> None:
    await begun(post)
    post.clock.set(datetime(2026, 5, 8, 23, 40, tzinfo=UTC))  # the night to Saturday
    holder = await alert(post)
    assert await look(post) == 1
    [(to, message)] = post.got.got
    assert to == f"{holder}@mission.example.org"
    assert (message["Subject"], text_of(message)) == ("Something urgent waits for you", TEXT)
    for telling in ("u-1", "URGENT", "acknowledge", "p-", "Cairo", " Q "):
        assert telling not in message.as_string(), telling
    assert await look(post) == 0


async def test_what_has_days_waits_for_the_morning(post: Post) -> None:
    await begun(post)
    await post.opened("o-1", "TRIAL-OBS", "triage")
    assert await look(post) == 0
    assert await alert(post)
    assert await look(post) == 1  # the control


async def test_each_further_call_reaches_whoever_is_called(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    await look(post)
    post.clock.advance(timedelta(minutes=31))  # half of the hour
    await watch(post.here.desk, timedelta())
    assert await look(post) >= 1
    assert post.got.readers()[:2] == [holder, holder]
    post.clock.advance(timedelta(minutes=30))  # over: alternate and deputy
    await watch(post.here.desk, timedelta())
    await look(post)
    assert {"q-alt", "q-dep"} <= set(post.got.readers())
    assert "q-hom" not in post.got.readers()


async def test_mail_that_is_switched_on_later_says_nothing_of_what_was_before(post: Post) -> None:
    await alert(post)
    assert await look(post) == 0
    assert await alert(post, "u-2")
    assert await look(post) == 1


async def test_what_has_ended_meanwhile_calls_nobody(post: Post) -> None:
    await begun(post)
    await alert(post)
    post.got.down()
    with pytest.raises(Away):
        await look(post)
    ended = c.NotAct(
        command_id=cid("no"), mission="Q", obligation="u-1", task="acknowledge.1", outcome="superseded",
        reason="duplicate",
    )  # fmt: skip
    holder = (await post.here.desk.obligation("u-1")).tasks["acknowledge.1"].posting
    actor = {"p-alt": ALTERNATE, "p-hom": HEAD}[holder]
    await post.here.desk.submit(ended, actor)
    post.got.up()
    assert await look(post) == 0


async def test_a_server_that_was_down_brings_one_message_and_a_restart_no_second(
    post: Post, database: Database, tmp_path: Path
) -> None:
    await begun(post)
    post.got.down()
    holder = await alert(post)
    await alert(post, "u-2")
    for _ in range(2):
        with pytest.raises(Away):
            await look(post)
    post.clock.advance(timedelta(hours=3))
    post.got.up()
    async with post_at(settings_for(database, tmp_path, post.got.port), post.clock, post.got) as again:
        assert await look(again) == 1
        assert await look(again) == 0
    assert await look(post) == 0
    assert post.got.readers() == [holder]


async def test_clocks_of_one_alert_that_start_together_are_one_call(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    await look(post)
    task = c.OpenTask(command_id=cid("more"), mission="Q", obligation="u-1", step="triage")
    from domain.envelope import ENGINE_TICK

    await post.here.desk.submit(task, ENGINE_TICK)
    assert await look(post) == 0, "at the same instant"
    assert post.got.readers() == [holder]


async def test_one_reader_who_cannot_be_reached_holds_up_nobody(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    address = f"{holder}@mission.example.org"
    post.got.answers[address] = ["451 later"] * 3
    post.clock.advance(timedelta(minutes=20))
    with pytest.raises(Later):
        await look(post)
    post.clock.advance(timedelta(minutes=41))
    await watch(post.here.desk, timedelta())  # alternate and deputy are called too
    with pytest.raises(Later):
        await look(post)
    assert "q-dep" in post.got.readers()
    post.got.answers[address] = []
    assert await look(post) == 1
    assert post.got.readers().count("q-dep") == 1, "told before: not again"
    assert post.got.readers().count(holder) == 1


async def test_a_reader_is_asked_for_an_hour_and_then_left_to_the_digest(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    post.got.answers[f"{holder}@mission.example.org"] = ["451 later"] * 3
    for minutes, given_up in ((0, False), (40, False), (21, True)):
        post.clock.advance(timedelta(minutes=minutes))
        if given_up:
            assert await look(post) == 1
        else:
            with pytest.raises(Later):
                await look(post)
    assert await look(post) == 0
    assert post.got.readers() == []


async def test_a_line_cut_after_the_message_brings_it_once_more_and_not_oftener(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    post.got.at_data = ["break", "break", "break"]
    with pytest.raises(Later):
        await look(post)
    assert await look(post) == 1
    assert await look(post) == 0
    assert post.got.readers() == [holder, holder]


async def test_a_process_killed_after_sending_repeats_at_most_that(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(post)
    await alert(post)

    async def cut(*_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as broke:
        broke.setattr(urgent, "note", cut)
        with pytest.raises(asyncio.CancelledError):
            await look(post)
    assert await look(post) == 1
    assert await look(post) == 0
    assert len(post.got.got) == 2


async def test_one_killed_between_two_readers_tells_the_second_and_not_the_first_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(post)
    await alert(post)
    post.clock.advance(timedelta(minutes=61))
    await watch(post.here.desk, timedelta())
    real, sent = Line.send, []

    async def cut(self: Line, to: str, *rest: Any) -> None:
        if sent:
            raise asyncio.CancelledError
        sent.append(to)
        await real(self, to, *rest)

    with monkeypatch.context() as broke:
        broke.setattr(Line, "send", cut)
        with pytest.raises(asyncio.CancelledError):
            await look(post)
    assert len(post.got.got) == 1
    assert await look(post) >= 1
    readers = post.got.readers()
    assert len(readers) == len(set(readers)) >= 2


async def test_a_call_on_somebody_away_reaches_whoever_stands_in(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    posting = holder.replace("q-", "p-")
    await post.away(posting, "p-pol")
    post.clock.advance(timedelta(minutes=31))
    await watch(post.here.desk, timedelta())
    await look(post)
    assert "q-pol" in post.got.readers()
    assert holder not in post.got.readers()


async def test_headquarters_duty_officer_is_called_when_nobody_of_the_mission_answers(post: Post) -> None:
    await staff(post.here, "HQ", "Europe/Paris", "FR", kind="headquarters", role="hq_duty")
    await with_address(post.here, "HQ-hom")
    await begun(post)
    await alert(post)
    for _ in range(6):
        post.clock.advance(timedelta(minutes=30))
        await watch(post.here.desk, timedelta())
    await look(post)
    assert "hq-hom" in post.got.readers()


async def test_the_digest_of_the_morning_counts_what_is_urgent_too(post: Post) -> None:
    await begun(post)
    holder = await alert(post)
    await look(post)
    assert await morning.look(post.here, post.server, ADDRESS, {}) == 1
    assert post.got.texts()[holder].startswith("1 task is due today.")


async def test_french_and_no_trace_in_what_is_kept(post: Post) -> None:
    await begun(post)
    for officer in ("Q-alt", "Q-dep", "Q-hom", "Q-fp", "Q-pol"):
        await with_address(post.here, officer, language="fr")
    await alert(post)
    await look(post)
    [(_, message)] = post.got.got
    assert message["Subject"] == "Une urgence vous attend"
    held = await kept(post.here)
    assert '"urgent:' in held
    for telling in ("u-1", "@", "URGENT", "q-alt", "p-alt"):
        assert telling not in held


async def test_two_processes_that_both_believe_they_lead_find_out(post: Post) -> None:
    await begun(post)
    at = await ledger.checkpoint(post.here.pool, urgent.NAME, otherwise=0)
    await ledger.move(post.here.pool, urgent.NAME, at, at + 1)
    with pytest.raises(Deposed):
        await ledger.move(post.here.pool, urgent.NAME, at, at + 1)
    found = await one(post.here.pool, "SELECT position FROM conductor.checkpoint WHERE name = 'mail'")
    assert found == {"position": at + 1}


async def test_what_went_out_long_ago_is_forgotten(post: Post) -> None:
    await begun(post)
    await alert(post)
    await look(post)
    now = post.clock.now()
    await ledger.forget(post.here.pool, now + ledger.KEPT - timedelta(minutes=1))
    assert '"urgent:' in await kept(post.here)
    await ledger.forget(post.here.pool, now + ledger.KEPT + timedelta(minutes=1))
    assert '"urgent:' not in await kept(post.here)


def test_only_these_events_speak_to_somebody() -> None:
    def event(type_: str, **data: Any) -> Event:
        return Event(
            "e", type_, "obligation/o-1", 1, "2026-05-05T06:00:00Z", {}, "c", {"task": "t.1", **data}
        )

    notice = {"kind": "reminder", "n": 1, "planned": "2026-05-05T06:00:00Z", "to": ["p-1"]}
    told = list(
        calls(
            [
                event("TaskOpened", posting="p-1"),
                event("TaskAccepted"),
                event("NoticeRecorded", **notice),
                event("NoticeRecorded", **{**notice, "kind": "information", "to": ["hq_human_rights"]}),
                event("DeadlinePassed"),
            ]
        )
    )
    assert [(call.to, call.came) for call in told] == [(("p-1",), True), (("p-1",), False)]
    assert told[0].key == told[1].key
    assert told[0].obligation == "o-1"
