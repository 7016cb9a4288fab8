"""A case with a word of its own in it: what leaves the browser holds neither the word, nor the case's code, nor the task's."""

from __future__ import annotations

import io
from datetime import timedelta

from chancery import logs
from chancery.cases import intake
from chancery.feeds import days_of, feed_of
from chancery.mail import digest, morning, urgent
from chancery.mail.digest import Counts
from domain import commands as c
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, cid
from tests.mail.conftest import ADDRESS, Post, kept

CANARY = "canary-7f3a-quetzal"


async def test_nothing_of_a_case_is_in_mail_feed_log_lines_or_what_is_kept(post: Post) -> None:
    said = io.StringIO()
    logs.configure("json", "debug", said)
    here = post.here
    assert await urgent.look(here, post.server, ADDRESS) == 0
    case, taken = await intake.receive(here, FOCAL, "Q", urgent=True, record={"words": CANARY})
    obligations = [code.partition("/")[2] for code in await here.log.streams("obligation/")]
    assert len(obligations) == 2
    for number, code in enumerate(obligations):
        asked = c.OpenTask(command_id=cid(f"t{number}"), mission="Q", obligation=code, step="acknowledge")
        await here.desk.submit(asked, ENGINE_TICK)
    await urgent.look(here, post.server, ADDRESS)
    post.clock.advance(timedelta(hours=2))
    await morning.look(here, post.server, ADDRESS, {})
    mission = await here.desk.mission("Q")
    feeds = b""
    for posting in mission.postings:
        days = await days_of(here.log, mission, posting, post.clock.now())
        feeds += feed_of(days, mission.clock.zone, cid("token"), mission.day(post.clock.now()))
    places = {
        "mail": "".join(message.as_string() for _, message in post.got.got),
        "feed": feeds.decode(),
        "lines": said.getvalue(),
        "kept": await kept(here),
    }
    assert "urgent" in places["mail"] and "thing due" in places["feed"] and "digests sent" in places["lines"]
    for name, text in places.items():
        for telling in (CANARY, case, taken, *obligations):
            assert telling not in text, (name, telling)
    # The control: the same search finds the task where it stands.
    assert obligations[1] in str([row.event for row in await here.log.read(0, 1000)])


def test_a_digest_can_say_numbers_only() -> None:
    """Whatever is counted, the same sentences come out: there is no place into which a word could be put."""
    one, many = (digest.text(Counts(n, n, n, n, n), ADDRESS) for n in (1, 40))
    assert {line for line in many.splitlines() if "40" not in line and ADDRESS not in line} == {""}
    assert len(one.splitlines()) == len(many.splitlines()) == 8
