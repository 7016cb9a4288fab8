"""One's own record: every figure with its list, each item with its entries; for the person alone, in whatever post; seen first."""

from __future__ import annotations

import re
from datetime import date, timedelta

from axe_playwright_python.async_playwright import Axe

from chancery.oversight import load
from chancery.reports.staff import staff_report
from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import cid
from tests.web.browser import NARROW, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.oversight_made import Half


async def seen(web: Web) -> dict[str, int]:
    async with web.house.here.pool.connection() as connection:
        cursor = await connection.execute("SELECT posting, position FROM web.seen")
        return {row[0]: row[1] for row in await cursor.fetchall()}


async def test_every_figure_has_its_list_and_every_item_its_entries(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None, None), late=(None,), left=1)
    browser = await staffed.as_("Q-p-fp")
    page = (await browser.get("/record")).text
    here = staffed.house.here
    report = await staff_report(here.log, "Q-p-fp", ["p-fp"], date(2026, 1, 1), date(2026, 12, 31))
    for name, figure in report.data()["figures"].items():
        part = page.split(f'id="f-{name}"')[1]
        assert re.search(rf": {figure['count']}</(summary|p)>", part), name
        items = part.split("</details>")[0]
        for item in figure["items"]:
            for position in item["positions"]:
                assert f'href="/log/{position}"' in items, (name, position)
    assert report.data()["figures"]["late"]["count"] == 1
    for link in sorted(set(re.findall(r'href="(/log/\d+)"', page))):
        assert (await browser.get(link)).status_code == 200, link
    assert "What the system cannot see" in page and "p-alt" not in page


async def test_a_long_list_stands_behind_its_figure_and_the_page_stays_light(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None,) * 70)
    browser = await staffed.as_("Q-p-fp")
    page = await browser.get("/record")
    assert len(page.content) < 150_000
    behind = re.search(r'href="(/record/on_time\?[^"]+)">All 70 of them', page.text)
    assert behind is not None
    found: list[str] = []
    address: str | None = behind[1].replace("&amp;", "&")
    while address is not None:
        shown = (await browser.get(address)).text
        found += re.findall(r"\bo-q-\d+\b", shown)
        further = re.search(r'href="(\?[^"]+)" rel="next"', shown)
        address = None if further is None else "/record/on_time" + further[1].replace("&amp;", "&")
    assert len(found) == len(set(found)) == 70
    assert (await browser.get("/record/nonsense")).status_code == 404
    assert len((await browser.get("/record?print=1")).content) > len(page.content)


async def test_the_data_are_the_reports_own_bytes(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None,))
    browser = await staffed.as_("Q-p-fp")
    here = staffed.house.here
    position = await here.log.head()
    wanted = await staff_report(here.log, "Q-p-fp", ["p-fp"], date(2026, 5, 1), date(2026, 5, 31), position)
    asked = f"/record.json?first=2026-05-01&last=2026-05-31&as_of={position}"
    await Half(staffed).desk.submit(  # something later changes nothing of it
        c.RecordAbsence.model_validate(
            {
                "command_id": cid("later"),
                "mission": "Q",
                "posting": "p-fp",
                "from_day": "2026-05-20",
                "until": "2026-05-21",
                "substitute": None,
            }
        ),
        OPERATOR,
    )
    assert (await browser.get(asked)).text == wanted.json()


async def test_nobody_but_the_person_is_shown_it(staffed: Web) -> None:
    await Half(staffed).past(late=(None,))
    for officer in ("Q-p-hom", "Q-p-alt"):
        page = (
            await (await staffed.as_(officer)).get("/record", params={"officer": "Q-p-fp", "posting": "p-fp"})
        ).text
        page = page.split("<main")[1]
        assert "Q-p-fp" not in page and 'id="f-late">Done after the date: 0' in re.sub(r"\s+", " ", page)
    own = (await (await staffed.as_("Q-p-fp")).get("/record")).text
    assert "Done after the date: 1" in own
    async with staffed.nobody() as nobody:
        assert (await nobody.get("/record")).status_code == 303
    assert (await (await staffed.as_("operator")).get("/record")).status_code == 404


async def test_it_stays_open_to_whoever_is_in_no_post_any_more(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None,))
    staffed.clock.set(staffed.clock.now() + timedelta(days=3))
    ended = {"posting": "p-fp", "until": (staffed.clock.now().date() - timedelta(days=1)).isoformat()}
    await staffed.house.here.desk.submit(
        c.EndPosting.model_validate({"command_id": cid("gone"), "mission": "Q", **ended}), OPERATOR
    )
    browser = await staffed.as_("Q-p-fp")
    assert (await browser.get("/inbox")).status_code == 404
    page = await browser.get("/record")
    assert page.status_code == 200 and "Done on time: 1" in page.text
    for link in sorted(
        set(re.findall(r'href="(/log/\d+)"', page.text.split("Figures, each with its list")[1]))
    ):
        assert (await browser.get(link)).status_code == 200, link
    stranger = await staffed.as_("Q-nobody")
    assert "The log knows of no posting of yours." in (await stranger.get("/record")).text


async def test_to_open_it_is_to_have_seen_it_up_to_the_logs_head(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None,))
    assert await seen(staffed) == {}
    browser = await staffed.as_("Q-p-fp")
    head = await staffed.house.here.log.head()
    await browser.get(f"/record?as_of={head - 1}")  # an older state is no look at today's
    assert await seen(staffed) == {}
    await browser.get("/record")
    assert await seen(staffed) == {"p-fp": head}
    await browser.get(f"/record?as_of={head - 1}")
    assert await seen(staffed) == {"p-fp": head}


async def test_before_others_see_a_figure_about_two_people_each_is_told(staffed: Web) -> None:
    await Half(staffed).past(on_time=("p-fp", "p-alt", "p-fp", "p-alt", "p-fp"))
    first, second = await staffed.as_("Q-p-fp"), await staffed.as_("Q-p-alt")
    told = (await first.get("/record")).text
    assert "These figures will be visible to headquarters from" in told and "due 5" in re.sub(
        r"<[^>]+>|\s+", " ", told
    ).replace("  ", " ")
    again = (await first.get("/record")).text
    assert "These figures will be visible to headquarters from" in again  # the other has not seen them yet
    last = (await second.get("/record")).text
    assert "These figures are visible to headquarters from now on" in last
    assert "Before others see it" not in (await first.get("/record")).text


async def test_the_page_that_tells_of_figures_about_few_in_a_browser(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None,) * 8)
    async with browsing() as browser:
        window = await signed_in(
            browser, staffed, "Q-p-fp", viewport=NARROW, color_scheme="dark", locale="fr-FR"
        )
        page = await window.new_page()
        await page.goto("/record")
        await shot(page, "record-pending-fr")
        assert "Avant que d'autres ne le voient" in await page.inner_text("main")
        found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, found.generate_report()
        assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        await window.close()


async def test_what_is_typed_wrong_is_said_and_records_nothing(staffed: Web) -> None:
    browser = await staffed.as_("Q-p-fp")
    wrong = await browser.get("/record", params={"first": "soon", "as_of": "-3"})
    assert wrong.status_code == 422 and 'id="first-error"' in wrong.text and 'id="as_of-error"' in wrong.text
    ends = await browser.get("/record", params={"first": "2026-06-01", "last": "2026-05-01"})
    assert "The period ends before it begins." in ends.text
    beyond = await browser.get("/record", params={"as_of": "999999"})
    assert "The log has no such position" in beyond.text


async def test_the_printed_form_holds_every_list_open(staffed: Web) -> None:
    await Half(staffed).past(on_time=(None,))
    browser = await staffed.as_("Q-p-fp")
    printed = (await browser.get("/record?print=1")).text
    assert (
        printed.count('<details class="figure"')
        == len(re.findall(r'<details class="figure"[^>]* open', printed))
        > 0
    )
    usual = (await browser.get("/record")).text  # the control: usually most are closed
    assert usual.count('<details class="figure"') > len(
        re.findall(r'<details class="figure"[^>]* open', usual)
    )


async def test_the_line_counts_what_was_open_at_the_end_of_each_day(staffed: Web) -> None:
    half = Half(staffed)
    await half.past(on_time=(None, None), late=(None,))
    await half.opened()
    report = await staff_report(
        staffed.house.here.log, "Q-p-fp", ["p-fp"], date(2026, 5, 1), date(2026, 5, 31)
    )
    points = dict(load.over_time(report.data(), date(2026, 5, 20)))
    assert points[date(2026, 5, 4)] == 0
    assert points[date(2026, 5, 5)] == 3  # opened
    assert points[date(2026, 5, 6)] == 1  # two done on the next day
    assert points[date(2026, 5, 14)] == 1  # the third done late on this day, and one more opened
    assert max(points) == date(2026, 5, 20)
    page = (await (await staffed.as_("Q-p-fp")).get("/record")).text
    assert '<svg class="chart" role="img"' in page and "style=" not in page


async def test_the_record_speaks_french(staffed: Web) -> None:
    await Half(staffed).past(late=(None,))
    browser = await staffed.as_("Q-p-fp", **{"Accept-Language": "fr"})
    page = (await browser.get("/record")).text
    assert "Accomplies après la date" in page and "Ce que le système ne voit pas" in page
    assert "What the system" not in page


async def test_the_record_without_a_script_and_by_keyboard(staffed: Web) -> None:
    await Half(staffed).past(late=(None,))
    async with browsing() as browser:
        window = await signed_in(browser, staffed, "Q-p-fp", viewport=NARROW, java_script_enabled=False)
        page = await window.new_page()
        await page.goto("/record")
        await shot(page, "record-narrow-noscript")
        await page.locator("#f-late a").first.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/log/*")
        assert "Both leaves are equal." in await page.content()
        await page.goto("/record?print=1")
        await page.emulate_media(media="print")
        await shot(page, "record-print")
        await window.close()
