"""What is signed, on pages: the newest checkpoint, one that somebody kept, and an entry's proof made again in a browser."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from playwright.async_api import Route

from chancery.log import merkle
from chancery.log.checkpoints import Checkpoint
from chancery.log.notes import Note, SigningKey
from domain import commands as c
from tests.made import FOCAL, cid
from tests.web.browser import browsing, signed_in
from tests.web.casework import fields
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.signing_made import signed


async def compared(web: Web, note: str, officer: str = "Q-p-fp") -> Any:
    browser = await web.as_(officer)
    page = await browser.get("/checkpoints")
    return await browser.post("/checkpoints", data=fields(page.text, "/checkpoints") | {"kept": note})


async def grown(web: Web) -> None:
    """One more entry."""
    accept = c.AcceptTask(command_id=cid("accept"), mission="Q", obligation="o-1", task="hold.1")
    await web.house.here.desk.submit(accept, FOCAL)


async def test_before_anything_is_signed_the_page_says_so(working: Web) -> None:
    page = await (await working.as_("Q-p-fp")).get("/checkpoints")
    assert page.status_code == 200 and "None has been signed yet" in page.text
    assert (await (await working.as_("Q-p-fp")).get("/checkpoints/latest")).status_code == 404
    entry = await (await working.as_("Q-p-fp")).get("/log/3")
    assert "No checkpoint covers it yet" in entry.text and "proof.js" not in entry.text


async def test_the_newest_checkpoint_is_shown_and_given_away(working: Web) -> None:
    made, key = await signed(working)
    browser = await working.as_("Q-p-fp")
    page = (await browser.get("/checkpoints")).text
    assert made.checkpoint.root.hex() in page and str(key.verifier) in page
    given = await browser.get("/checkpoints/latest")
    assert given.text == made.note_text
    async with working.nobody() as nobody:
        assert (await nobody.get("/checkpoints/latest")).status_code == 303


async def test_a_checkpoint_that_was_kept_still_fits_after_the_log_has_grown(working: Web) -> None:
    kept, _ = await signed(working)
    await grown(working)
    newest, _ = await signed(working)
    answer = await compared(working, kept.note_text.replace("\n", "\r\n"))
    assert answer.status_code == 200
    assert f"begins with the {kept.checkpoint.size} that your checkpoint covers" in answer.text
    assert newest.checkpoint.size > kept.checkpoint.size


async def test_a_checkpoint_of_another_history_is_named_as_such(working: Web) -> None:
    """Signed with the stolen key itself: another root for the same size."""
    kept, key = await signed(working)
    text = Checkpoint(kept.checkpoint.origin, kept.checkpoint.size, bytes(32)).text()
    answer = await compared(working, str(Note(text, (key.sign(text),))))
    assert answer.status_code == 200 and "does not begin with" in answer.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda n, _: n.replace("\n", "", 1), "This is no checkpoint"),
        (lambda n, _: "nonsense", "This is no checkpoint"),
        (lambda n, o: n.replace(o, "elsewhere"), "another log"),
        (
            lambda n, _: n[:-8] + ("AAAA" if n[-8:-4] != "AAAA" else "BBBB") + n[-4:],
            "No key that is known here",
        ),
    ],
    ids=["cut", "nonsense", "origin", "signature"],
)
async def test_what_is_no_checkpoint_of_this_log_is_said_with_what_was_typed_kept(
    working: Web, change: Any, said: str
) -> None:
    made, _ = await signed(working)
    note = change(made.note_text, made.checkpoint.origin)
    answer = await compared(working, note)
    assert answer.status_code == 422 and said in answer.text
    assert note.splitlines()[0] in answer.text


async def test_an_altered_log_is_shouted_about(working: Web) -> None:
    made, key = await signed(working)
    folder = working.house.here.settings.checkpoints / "log"
    text = Checkpoint(made.checkpoint.origin, made.checkpoint.size, bytes(32)).text()
    (folder / "checkpoint").write_text(str(Note(text, (key.sign(text),))), encoding="utf-8")
    browser = await working.as_("Q-p-fp")
    assert "is not the one that was signed" in (await browser.get("/checkpoints")).text
    entry = (await browser.get("/log/3")).text
    assert "The signed tree does not include this entry" in entry and "proof.js" not in entry
    (folder / "checkpoint").write_text("nonsense", encoding="utf-8")
    assert "not to be believed" in (await browser.get("/checkpoints")).text
    assert "not to be believed" in (await browser.get("/log/3")).text


async def test_the_data_of_a_proof_are_all_that_it_takes(working: Web) -> None:
    made, key = await signed(working)
    data = (await (await working.as_("Q-p-fp")).get("/log/3/proof.json")).json()
    leaf = merkle.leaf_of(data["position"], data["recorded_us"], base64.b64decode(data["body"]))
    proof = [bytes.fromhex(one) for one in data["proof"]]
    assert leaf.hex() == data["leaf"]
    assert merkle.check_inclusion(leaf, 2, data["size"], proof, made.checkpoint.root)
    assert (data["checkpoint"], data["keys"]) == (made.note_text, [str(key.verifier)])


async def test_a_browser_makes_the_proof_again_and_finds_what_was_changed(working: Web) -> None:
    """The script is ours and so is the page: what it finds is tried with answers that were altered on their way."""
    _, key = await signed(working)
    stranger = str(SigningKey.of(key.verifier.name, bytes(range(32))).verifier)
    async with browsing() as browser:
        await looked(browser, working, "Q-p-fp", ["/checkpoints", "/log/3"])
        window = await signed_in(browser, working, "Q-p-fp")
        page = await window.new_page()
        altered: dict[str, Any] = {}

        async def alter(route: Route) -> None:
            answer = await route.fetch()
            await route.fulfill(response=answer, body=json.dumps(await answer.json() | altered))

        await page.route("**/proof.json", alter)
        await page.goto("/log/3")
        right = await (await window.request.get("/log/3/proof.json")).json()

        async def said(known: str = "", **change: Any) -> str | None:
            altered.clear()
            altered.update(change)
            await page.fill("#known-key", known)
            await page.evaluate("delete document.querySelector('#prove [role=status]').dataset.said")
            await page.click("#prove button")
            await page.wait_for_selector("#prove [role=status][data-said]")
            return await page.get_attribute("#prove [role=status]", "data-said")

        assert await said() == "good"
        assert await said(str(key.verifier)) == "good"
        assert await said(stranger) == "key"
        body = bytearray(base64.b64decode(right["body"]))
        body[10] ^= 1
        assert await said(body=base64.b64encode(bytes(body)).decode()) == "bad"
        assert await said(recorded_us=right["recorded_us"] + 1) == "bad"
        assert await said(position=4) == "bad"
        assert await said(proof=right["proof"][:-1]) == "bad"
        assert await said(proof=[*right["proof"], "00" * 32]) == "bad"
        assert await said(size=right["size"] + 1) == "bad"
        assert await said(checkpoint=right["checkpoint"].replace("\n", "x\n", 1)) == "bad"
        assert await said(keys=[stranger]) == "bad"
        await page.unroute_all(behavior="ignoreErrors")
        await window.close()
