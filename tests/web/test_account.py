"""`/account`: what somebody may choose and change for themselves, and what ends with it."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.web.conftest import Web
from tests.web.test_thread import fields
from tests.web.ways_in import (
    OTHER,
    PASSWORD,
    account_of,
    enrolled,
    invited,
    later,
    no_waiting,
    number,
    sign_in,
)

__all__ = ["no_waiting"]


async def test_a_new_password_and_a_new_device_end_the_other_sessions(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    browser, other = await staffed.as_("Q-p-fp"), await staffed.as_("Q-p-fp")
    later(staffed, timedelta(minutes=5))
    page = (await browser.get("/account/password")).text
    typed = fields(page, "/account/password") | {"old": PASSWORD, "password": OTHER, "again": OTHER}
    for wrong in ({"old": OTHER}, {"again": PASSWORD}, {"password": "short", "again": "short"}):
        answer = await browser.post("/account/password", data=typed | wrong)
        assert answer.status_code == 422 and OTHER not in answer.text and PASSWORD not in answer.text
    assert (await other.get("/account")).status_code == 200
    changed = await browser.post("/account/password", data=typed)
    assert changed.headers["location"] == "/account?said=password"
    assert "The new password holds" in (await browser.get(changed.headers["location"])).text
    assert (await other.get("/account")).status_code == 303

    page = (await browser.get("/account/second-factor")).text
    form = fields(page, "/account/second-factor")
    shown = re.search(r'class="mono secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert shown is not None
    new = shown[1].replace(" ", "")
    assert new != totp
    for wrong, kept in (({"code": "12"}, OTHER), ({"code": number(staffed, new)}, PASSWORD)):
        answer = await browser.post("/account/second-factor", data=form | wrong | {"old": kept})
        assert answer.status_code == 422 and new in answer.text.replace(" ", "")
    good = form | {"code": number(staffed, new), "old": OTHER}
    assert (await browser.post("/account/second-factor", data=good)).status_code == 303
    later(staffed, timedelta(minutes=5))
    async with staffed.nobody() as fresh:
        assert (await sign_in(fresh, staffed, "Q-p-fp", OTHER, totp)).status_code == 422
        assert (await sign_in(fresh, staffed, "Q-p-fp", PASSWORD, new)).status_code == 422
        assert (await sign_in(fresh, staffed, "Q-p-fp", OTHER, new)).status_code == 303


async def test_whoever_has_no_password_is_not_asked_for_one(staffed: Web) -> None:
    browser = await staffed.as_("Q-p-fp")
    page = await browser.get("/account")
    assert "/account/password" not in page.text
    for path in ("/account/password", "/account/second-factor"):
        assert (await browser.get(path)).status_code == 404


async def test_ones_choices_are_kept_and_shown(staffed: Web) -> None:
    browser = await staffed.as_("Q-p-fp")
    account = await staffed.house.accounts.of("Q-p-fp")
    assert account is not None and not account.wants_digest
    await staffed.house.accounts.write_to(account.id, "canary41@example.org")
    later(staffed, timedelta(seconds=3))
    page = (await browser.get("/account")).text
    assert "c…@example.org" in page and "canary41" not in page and "data-nokeys" not in page
    form = fields(page, "/account/preferences")
    kept = await browser.post("/account/preferences", data=form | {"language": "fr"})
    shown = await browser.get(kept.headers["location"])
    assert '<html lang="fr"' in shown.text and "data-nokeys" in shown.text
    account = await staffed.house.accounts.of("Q-p-fp")
    assert account is not None and (account.wants_digest, account.keys_on) == (False, False)
    assert account.preferences["language"] == "fr"
    on = form | {"language": "en", "shortcuts": "yes", "digest": "yes"}
    await browser.post("/account/preferences", data=on)
    account = await staffed.house.accounts.of("Q-p-fp")
    assert account is not None and account.wants_digest and account.keys_on
    assert (await browser.post("/account/preferences", data=form | {"language": "de"})).status_code == 404


async def test_an_officer_in_two_posts_chooses_as_whom_to_act_and_never_as_another(staffed: Web) -> None:
    from chancery.directory import Entry
    from domain import commands as c
    from domain.envelope import OPERATOR as RUNS_IT
    from tests.made import cid, posts

    here = staffed.house.here
    second = posts()[4].model_copy(update={"post": "Q-SEC-1", "role": "security_officer", "posting": "p-two"})
    await here.desk.submit(
        c.RecordPosts(command_id=cid("second post"), mission="Q", lines=(*posts(), second)),
        RUNS_IT,
        [here.directory.statement([Entry("p-two", "Q", "Q-p-pol")])],
    )
    browser = await staffed.as_("Q-p-pol")
    page = (await browser.get("/account")).text
    form = fields(page, "/account/post")
    for posting, post in (("p-two", "Q-SEC-1"), ("p-pol", "Q-POL-3")):
        assert (await browser.post("/account/post", data=form | {"posting": posting})).status_code == 303
        assert f"Q-p-pol · {post}" in (await browser.get("/account")).text
    assert (await browser.post("/account/post", data=form | {"posting": "p-hom"})).status_code == 404
    assert "Q-p-pol · Q-POL-3" in (await browser.get("/account")).text


async def test_an_account_that_ended_lets_nobody_in(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    browser = await staffed.as_("Q-p-fp")
    account = await staffed.house.accounts.of("Q-p-fp")
    assert account is not None
    await staffed.house.accounts.end(account.id, staffed.clock.now())
    later(staffed, timedelta(minutes=5))
    assert (await browser.get("/inbox")).status_code == 303
    async with staffed.nobody() as late:
        assert (await sign_in(late, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 422
    row = await account_of(staffed, "Q-p-fp")
    assert row["password"] is None and row["invite"] is None
    assert staffed.house.accounts.opened(row).totp is None
    # Invited again, it is the same account, with nothing of what was.
    await invited(staffed, "Q-p-fp")
    again = await staffed.house.accounts.of("Q-p-fp")
    assert again is not None and (again.id, again.email, again.totp) == (account.id, None, None)
