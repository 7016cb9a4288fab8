"""Documents: a mission's own templates in versions, filled in the session, and nothing of what is filled kept anywhere."""

from __future__ import annotations

import re
from html import unescape

import httpx2
import pytest

from chancery.documents import BLANK, FACTS, KINDS, asked, check, default, filled, long_date, tidy
from chancery.i18n import LANGUAGES, Language
from domain.instant import BadInput
from tests.web.browser import browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.looking import looked, sound
from tests.web.test_evidence import _known, everything  # noqa: F401
from tests.web.test_thread import fields

NOTE = "/documents/note_verbale/en"
CANARY = "canary-7f3a"


# ── the language of templates ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_products_own_templates_are_sound(kind: str, language: Language) -> None:
    text = default(kind, language).text
    check(text)
    assert tidy(text) == text and len(asked(text)) >= 4
    other = default(kind, "fr" if language == "en" else "en").text
    assert len(asked(other)) == len(asked(text)), "both languages ask for the same"
    known = re.findall(r"\{\{([a-z]+)\}\}", text)
    assert sorted(known) == sorted(re.findall(r"\{\{([a-z]+)\}\}", other)) and set(known) <= set(FACTS)


BAD = {
    "a blank that nothing fills": ("{{name}}", "template-blank"),
    "a blank in capitals": ("{{Date}}", "template-blank"),
    "an expression": ("{{date.__class__}}", "template-blank"),
    "a filter": ("{{ date|upper }}", "template-blank"),
    "a question without a label": ("{{ask: }}", "template-blank"),
    "a label without end": ("{{ask: " + "x" * 101 + "}}", "template-blank"),
    "one that does not end": ("{{date", "template-blank"),
    "one that does not begin": ("date}}", "template-blank"),
    "braces in braces": ("{{ask: {{date}} }}", "template-blank"),
    "nothing": (" \n ", "template-empty"),
    "too long": ("x" * 20_001, "template-long"),
    "too many questions": ("".join(f"{{{{ask: {n}}}}}" for n in range(41)), "template-asks"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_template_that_cannot_be_filled_is_refused_in_one_sentence(name: str) -> None:
    text, code = BAD[name]
    with pytest.raises(BadInput) as refused:
        check(text)
    assert refused.value.code == code and "\n" not in refused.value.message
    check("{{date}} {{ask: Whom}} {one brace} {% if x %}")  # the control


def test_what_is_put_in_is_not_looked_through_again() -> None:
    text = "{{ask: Whom}} on {{date}}, {{ due }}, {{ask:  Whom }}"
    said = filled(text, {"date": "5 May 2026"}, {"Whom": "{{date}} {{mission}}"})
    assert said == f"{{{{date}}}} {{{{mission}}}} on 5 May 2026, {BLANK}, {{{{date}}}} {{{{mission}}}}"


def test_days_are_written_as_letters_have_them() -> None:
    from datetime import date

    assert [long_date(date(2026, 8, 1), one) for one in LANGUAGES] == ["1 August 2026", "1er août 2026"]
    assert long_date(date(2026, 12, 31), "fr") == "31 décembre 2026"


# ── the pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def fill(browser: httpx2.AsyncClient, at: str = NOTE, **typed: str) -> httpx2.Response:
    form = fields((await browser.get(at)).text, f"{at}/fill")
    return await browser.post(
        f"{at}/fill", data=form | {k.replace("ask_", "ask:"): v for k, v in typed.items()}
    )


async def save(browser: httpx2.AsyncClient, text: str, **more: str) -> httpx2.Response:
    form = fields((await browser.get(NOTE)).text, NOTE)
    return await browser.post(NOTE, data=form | {"text": text} | more)


def paper(page: str) -> str:
    return unescape(
        page.split('<article class="paper printed"')[1].split(">", 1)[1].split("</article>", maxsplit=1)[0]
    )


async def test_a_document_is_filled_from_a_task_and_from_what_is_typed_and_nothing_is_kept(
    working: Web, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = await working.as_("Q-p-pol")
    before = everything(working)
    page = await fill(browser, "/documents/report_section/en", other="o-1/hold.1", ask_0=f"{CANARY} met us")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    said = paper(page.text)
    assert f"{CANARY} met us" in said and "EU Guidelines on Human Rights Defenders, paragraph 10" in said
    assert (
        "Coordinate closely and share information" in said and "As of 5 May 2026." in said and BLANK in said
    )
    assert f"{CANARY} met us" in page.text.split('id="ask-0"')[1].split("</textarea>")[0]
    text = await fill(browser, "/documents/report_section/fr", other="o-1", ask_0=CANARY, **{"as": "text"})
    assert text.headers["content-type"] == "text/plain; charset=utf-8" and CANARY in text.text
    assert "État au 5 mai 2026." in text.text and "\r\n" in text.text
    assert text.headers["content-disposition"] == 'attachment; filename="report_section.txt"'
    after = everything(working)
    assert CANARY not in after and CANARY.encode().hex() not in after
    assert len(after.splitlines()) == len(before.splitlines()), "no row was written"
    said_by_us = capfd.readouterr()
    assert CANARY not in said_by_us.out + said_by_us.err and CANARY not in str(page.url)


async def test_a_task_of_nobody_is_refused_at_its_field_and_what_was_typed_stays(working: Web) -> None:
    browser = await working.as_("Q-p-pol")
    for wrong in ("o-9/hold.1", "o-1/hold.9", "nothing", "\0/x", "/"):
        bad = await fill(browser, other=wrong, ask_0="kept as typed")
        assert bad.status_code == 422 and "no such task" in bad.text and "kept as typed" in bad.text, wrong


async def test_the_holders_tasks_are_offered_and_a_task_page_leads_here(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    assert 'href="/documents?task=o-1/hold.1"' in (await browser.get("/tasks/o-1/hold.1")).text
    listing = (await browser.get("/documents?task=o-1/hold.1")).text
    assert (
        'href="/documents/note_verbale/fr?task=o-1/hold.1"' in listing and "the product&#39;s own" in listing
    )
    page = (await browser.get(f"{NOTE}?task=o-1/hold.1")).text
    assert '<option value="o-1/hold.1" selected>' in page


async def test_a_new_version_stands_beside_the_old_and_says_who_and_when(working: Web) -> None:
    lead, colleague = await working.as_("Q-p-fp"), await working.as_("Q-p-pol")
    saved = await save(lead, f"Ours, {{{{date}}}}. {CANARY} {{{{ask: Whom}}}}\r\n")
    assert saved.status_code == 303, saved.text
    page = (await colleague.get(NOTE)).text
    assert "Version 1." in page and "Q-p-fp" in page and CANARY in page and 'name="text"' not in page
    assert paper((await fill(colleague, ask_0="somebody")).text) == f"Ours, 5 May 2026. {CANARY} somebody\n"
    assert (await save(lead, "Second {{date}}")).status_code == 303
    assert (await save(lead, "Second {{date}}\n\n")).status_code == 303  # unchanged: no third
    assert CANARY in (await colleague.get(f"{NOTE}?version=1")).text
    assert "presents its compliments" in (await colleague.get(f"{NOTE}?version=0")).text
    assert (await colleague.get(f"{NOTE}?version=3")).status_code == 404
    assert (await colleague.get("/documents/note_verbale/fr")).text.count("Version 1") == 0
    assert CANARY not in everything(working), "templates are sealed"
    with pytest.raises(Exception, match="permission denied"):
        async with working.house.here.pool.connection() as connection:
            await connection.execute("UPDATE web.template SET posting = 'p-x'")


async def test_only_who_leads_may_change_a_template_and_a_bad_one_is_refused_at_its_field(
    working: Web,
) -> None:
    colleague, lead = await working.as_("Q-p-pol"), await working.as_("Q-p-dep")
    form = fields((await colleague.get(NOTE)).text, f"{NOTE}/fill")
    denied = await colleague.post(NOTE, data=form | {"text": "mine"})
    assert denied.status_code == 403
    bad = await save(lead, "Dear {{defender}}, kept as typed")
    assert bad.status_code == 422 and "is no blank that can be filled" in bad.text
    assert "kept as typed" in bad.text and 'id="text-error"' in bad.text
    assert (await save(lead, "Dear {{ask: Defender}}")).status_code == 303  # the control


async def test_who_comes_second_sees_that_and_keeps_what_was_typed(working: Web) -> None:
    first, second = await working.as_("Q-p-fp"), await working.as_("Q-p-hom")
    form = fields((await second.get(NOTE)).text, NOTE)
    assert (await save(first, "The first {{date}}")).status_code == 303
    late = await second.post(NOTE, data=form | {"text": "The second {{date}}"})
    assert (
        late.status_code == 409 and "Version 1 was saved meanwhile" in late.text and "The second" in late.text
    )
    again = fields(late.text, NOTE) | {"text": "The second {{date}}"}
    assert (await second.post(NOTE, data=again)).status_code == 303
    assert "Version 2." in (await first.get(NOTE)).text


async def test_there_is_nothing_beside_the_kinds_and_languages(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    for wrong in (
        "/documents/secret/en",
        "/documents/note_verbale/de",
        f"{NOTE}?version=x",
        f"{NOTE}?version=-1",
    ):
        assert (await browser.get(wrong)).status_code == 404, wrong
    async with working.nobody() as nobody:
        assert (await nobody.get("/documents")).status_code == 303


async def test_documents_look_well_and_only_the_document_is_printed(working: Web) -> None:
    lead = await working.as_("Q-p-fp")
    await save(lead, default("note_verbale", "en").text + "\nOurs.")
    async with browsing() as browser:
        await looked(browser, working, "Q-p-fp", ["/documents", NOTE])
        window = await signed_in(browser, working, "Q-p-fp", locale="fr-FR")
        page = await window.new_page()
        await page.goto("/documents/sitting_report/fr?task=o-1/hold.1")
        await page.get_by_label("Juridiction, salle et composition").fill("Une salle")
        await page.get_by_role("button").filter(has_text=re.compile("Remplir")).first.press("Enter")
        assert "Une salle" in await page.locator("article.paper").inner_text()
        await shot(page, "document-filled")
        await sound(page, "document-filled")
        await page.emulate_media(media="print")
        shown = await page.evaluate("document.body.innerText")
        assert "Une salle" in shown and "Numéro" not in shown and "Remplir" not in shown
        await shot(page, "document-printed")
        await window.close()
