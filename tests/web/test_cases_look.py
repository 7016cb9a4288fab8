"""The pages of cases in a real browser: accessible in light and dark, narrow and wide; and no word of a case outside the vault."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
import structlog
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

from chancery import logs
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.casework import a_case, a_task, fields, fill, headquarters
from tests.web.conftest import Web
from tests.web.test_cases import GOOD

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
LOOKS: tuple[tuple[Literal["light", "dark"], ViewportSize, dict[str, Any]], ...] = (
    ("light", WIDE, CONTRAST),
    ("dark", NARROW, RULES),
)
"""Every rule where it is narrow and dark; wide and light the same page again, for what differs: colours and width."""
CANARY = "Canary-51be07"


async def _look(page: Page, path: str, name: str) -> None:
    """A page with everything folded open: no wider than its window, and nothing that a checker of accessibility finds."""
    await page.goto(path)
    await page.wait_for_load_state("domcontentloaded")
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert await page.locator("h1").count() == 1, path
    for scheme, size, rules in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size(size)
        await shot(page, f"{name}-{scheme}-{size['width']}")
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        assert not wide, f"{path} is wider than {size['width']} pixels"
        found = await Axe().run(page, options=rules)
        assert found.violations_count == 0, f"{path} {scheme}: {found.generate_report()}"


async def test_no_page_of_a_case_breaks_a_rule_of_accessibility(staffed: Web) -> None:
    await headquarters(staffed)
    case, other = await a_case(staffed, "what came first", urgent=True), await a_case(staffed, "another")
    await a_task(staffed, case, "CASE-INTAKE", "acknowledge")
    client = await staffed.as_("Q-p-fp")
    for entry, typed in GOOD.items():
        await fill(client, f"/cases/{case}/write/{entry}", **typed)
    where = f"/cases/{case}/consent"
    said: dict[str, Any] = {"by": "defender", "channel": "phone", "kind": ["attend", "share_eu"]}
    await fill(client, where, f"{where}/given", **said, **{"until:attend": "2026-06-30"})
    shared = {"kind": "share_eu", "to": "eu_missions", "arrangement": "coordination", "words": "x"}
    await fill(client, f"/cases/{case}/acts", f"/cases/{case}/acts/share", **shared)
    back = await fill(client, where, f"{where}/withdrawn", **(said | {"kind": ["share_eu"]}))
    asked = await fill(
        client, f"/cases/{other}/acts", f"/cases/{other}/acts/vital", kind="visit", basis="life_at_risk"
    )
    await fill(client, f"/cases/{other}/acts", f"/cases/{other}/acts/shred", basis="retention_ended")
    pages = {
        "Q-p-fp": {
            "capture": "/capture", "killing": "/capture/killing", "received": f"/capture/{case}", "list": "/cases",
            "case": f"/cases/{case}", "risk": f"/cases/{case}/write/risk", "consent": back.headers["location"],
            "acts": f"/cases/{case}/acts", "search": "/search?definition=CASE-INTAKE",
        },
        "Q-p-hom": {"vault": "/cases/vault", "vital": asked.headers["location"]},
        "HQ-audit": {"ground": f"/cases/{case}"},
    }  # fmt: skip
    async with browsing() as browser:
        for officer, paths in pages.items():
            window = await signed_in(browser, staffed, officer)
            page = await window.new_page()
            for name, path in paths.items():
                await _look(page, path, name)
            if officer == "HQ-audit":  # the control: a field without a name is found
                await page.evaluate("document.querySelector('main').append(document.createElement('input'))")
                assert (await Axe().run(page, options=RULES)).violations_count == 1
            await window.close()
        window = await signed_in(browser, staffed, "Q-p-fp", viewport=NARROW, java_script_enabled=False)
        page = await window.new_page()
        await page.goto("/search")
        await page.fill("#words", "CAME first")
        await page.click("text=Open them and search")
        assert page.url.endswith("/search")
        assert await page.inner_text("mark") == "came"
        await shot(page, "found-360")
        staffed.house.here.keys.lock("Q")
        await page.goto(f"/cases/{case}")
        assert "The vault is closed" in await page.inner_text("h1")
        await shot(page, "locked-360")
        await window.close()


async def _everything(web: Web) -> str:
    """Every row of the log, the views and what the web keeps, as text, with the log's bytes as they are."""
    told: list[str] = []
    async with web.house.here.pool.connection() as connection:
        tables = await (
            await connection.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                "WHERE schemaname IN ('log', 'view', 'web', 'vault', 'conductor')"
            )
        ).fetchall()
        names = [name for (name,) in tables]
        for name in names:
            if name.startswith("vault."):
                continue  # the application's own role reads the vault through functions only; all there is ciphertext
            rows = await (await connection.execute(f"SELECT t::text FROM {name} t".encode())).fetchall()
            told += [row[0] for row in rows]
    assert {"log.event", "view.task", "web.draft", "web.session"} <= set(names)
    return "\n".join(told)


async def test_no_word_typed_into_any_form_stands_outside_the_vault(
    staffed: Web, capfd: pytest.CaptureFixture[str]
) -> None:
    """A word of its own in every field of every form; then the rows, the addresses, the titles and the log output are read."""
    logs.configure("json", "debug")
    made: list[str] = []
    seen: list[str] = []

    def word(what: str) -> str:
        made.append(f"Canary-{len(made):02}-{what}")
        return made[-1]

    def filled(typed: dict[str, Any]) -> dict[str, Any]:
        return {k: word(k) if v == CANARY or k == "words" else v for k, v in typed.items()}

    client = await staffed.as_("Q-p-fp")

    async def send(path: str, action: str | None = None, /, **typed: Any) -> str:
        answer = await fill(client, path, action, **typed)
        assert answer.status_code == 303, answer.text
        seen.append(answer.headers["location"])
        return str(answer.headers["location"])

    case = (await send("/capture", kind="alert", urgent="yes", words=word("alert"))).rpartition("/")[2]
    other = (await send("/capture", kind="contact", urgent="no", words=word("contact"))).rpartition("/")[2]
    killed = (await send("/capture/killing", words=word("killing"))).rpartition("/")[2]
    page, name = (await client.get("/capture")).text, word("draft")
    kept = await client.post("/drafts", data=fields(page, "/capture") | {"kind": "alert", "words": name})
    seen.append(kept.headers["location"])
    for entry, typed in GOOD.items():
        await send(f"/cases/{case}/write/{entry}", **filled(typed))
    where, acts = f"/cases/{case}/consent", f"/cases/{case}/acts"
    wish: dict[str, Any] = {"kind": ["attend", "share_eu"], "by": "defender", "channel": "phone"}
    await send(where, f"{where}/given", **wish, words=word("given"))
    sharing = {"kind": "share_eu", "to": "eu_missions", "arrangement": "coordination"}
    await send(acts, f"{acts}/share", **sharing, words=word("shared"))
    await send(where, f"{where}/withdrawn", **(wish | {"kind": "attend"}), words=word("withdrawn"))
    vital = f"/cases/{other}/acts/vital"
    await send(f"/cases/{other}/acts", vital, kind="visit", basis="life_at_risk", words=word("vital"))
    await send(acts, f"{acts}/merge", other=other, words=word("merge"))
    await send(acts, f"{acts}/separate", other=other, words=word("separate"))
    searched = word("searched")
    found = await fill(client, "/search", what="words", words=searched)
    wrong = await fill(client, "/search", what="code", code=word("code"))
    bad = await fill(client, f"/cases/{case}/write/identity", kind="nobody", name=word("refused"))
    assert (found.status_code, wrong.status_code, bad.status_code) == (200, 422, 422)
    seen += [str(found.url), str(wrong.url), str(bad.url)]
    lists = [
        (await client.get(path)).text
        for path in ("/cases", "/inbox", "/search", "/cases/vault", f"/capture/{case}")
    ]
    titles = [re.findall(r"<title>(.*?)</title>", page)[0] for page in lists]
    titles += [re.findall(r"<title>(.*?)</title>", page.text)[0] for page in (found, wrong, bad)]
    hrefs = [link for page in lists for link in re.findall(r'(?:href|action|src)="([^"]*)"', page)]

    opened = "".join([(await client.get(f"/cases/{one}")).text for one in (case, other, killed)])
    unsealed = {searched, name, *(one for one in made if one.endswith(("-code", "-refused")))}
    assert len(made) > 20
    assert [one for one in made if one not in opened] == [
        one for one in made if one in unsealed
    ]  # the control

    structlog.get_logger("tests").info("canary_control")
    printed = "".join(capfd.readouterr())
    rows = await _everything(staffed)
    places = {
        "rows": rows, "addresses": "\n".join(seen + hrefs), "titles": "\n".join(titles), "lists": "".join(lists), "printed": printed
    }  # fmt: skip
    assert "canary_control" in printed  # the control: what is logged is seen
    assert b"eu_missions".hex() in rows and "CASE-INTAKE" in rows  # and what stands in a row is found
    told = {
        where: [one for one in made if one in text or one.encode().hex() in text.lower()]
        for where, text in places.items()
    }
    assert told == {place: [] for place in places}
    codes = [one for one in (case, other, killed) if one in rows or one.encode().hex() in rows.lower()]
    assert codes == []  # not even the code of a case stands in a row


async def test_the_pages_of_cases_speak_french(staffed: Web) -> None:
    """No English sentence of ours is left on them; the control: they are all there in English."""
    case = await a_case(staffed)
    english, french = await staffed.as_("Q-p-fp"), await staffed.as_("Q-p-fp", **{"Accept-Language": "fr"})
    for path, here, there in (
        ("/capture", "Can it wait?", "Cela peut-il attendre ?"),
        ("/capture/killing", "Somebody was killed", "Quelqu&#39;un a été tué"),
        (f"/capture/{case}", "It is taken down", "C&#39;est noté"),
        ("/cases", "Something serves them", "Une obligation les sert"),
        (f"/cases/{case}", "took down an alert", "a noté une alerte"),
        (f"/cases/{case}/write/source", "A: completely reliable", "A : totalement fiable"),
        (f"/cases/{case}/consent", "They agree to something", "La personne consent à quelque chose"),
        (f"/cases/{case}/acts", "Two codes are one case", "Deux codes sont un seul cas"),
        ("/cases/vault", "It is open.", "Il est ouvert."),
        ("/search", "By words, in your own cases", "Par mots, dans vos propres cas"),
    ):
        said, dit = (await english.get(path)).text, (await french.get(path)).text.replace("\u00a0", " ")
        assert here in said and there not in said, path
        assert there in dit and here not in dit, path
