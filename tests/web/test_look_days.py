"""People and calendar in a real browser: sound in light and dark, wide and narrow; and their forms sent without a script."""

from datetime import UTC, datetime

from playwright.async_api import Page

from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import cid, opening
from tests.web.browser import NARROW, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.days_made import HEAD, OPEN, open_all, refreshed
from tests.web.looking import looked, sound


async def _lived_in(web: Web) -> int:
    """A mission to which things have happened. Gives the position of the suspension."""
    desk = web.house.here.desk
    await desk.submit(opening("h-1", "FP-HANDOVER", "p-fp.2026-05-20"), ENGINE_TICK)
    made: list[c.Command] = [
        c.EndPosting(command_id=cid("end"), mission="Q", posting="p-fp", until="2026-05-20"),
        c.RecordAbsence(
            command_id=cid("away"), mission="Q", posting="p-pol", from_day="2026-05-04", until="2026-05-15",
            substitute="p-alt", scope=("TRIAL-OBS", "URGENT"),
        ),
        c.DeclareOutage(
            command_id=cid("outage"), mission="Q", starts=datetime(2026, 5, 4, 18, tzinfo=UTC),
            ends=datetime(2026, 5, 5, 5, tzinfo=UTC),
        ),
        c.ReviseCalendar(
            command_id=cid("bridge"), mission="Q", add={"2026-05-14": "Bridge day"}, source="closing-days"
        ),
    ]  # fmt: skip
    for command in made:
        await desk.submit(command, OPERATOR)
    await refreshed(web)
    stopped = c.DeclareSuspension(
        command_id=cid("stop"), mission="Q", starts=datetime(2026, 5, 5, 6, tzinfo=UTC),
        ends=datetime(2026, 5, 9, 6, tzinfo=UTC), reason="unrest",
    )  # fmt: skip
    receipt = await desk.submit(stopped, HEAD)
    await refreshed(web)
    return receipt.position


async def test_people_and_calendar_are_sound_and_work_without_a_script(staffed: Web) -> None:
    planned = await open_all(staffed)
    position = await _lived_in(planned)
    async with browsing() as browser:
        await looked(
            browser,
            planned,
            "Q-p-hom",
            (
                "/people",
                "/people/hand-over?leaver=p-fp&to=p-alt",
                "/calendar?year=2026",
                "/calendar/changes",
                f"/calendar/changes/{position}",
                "/calendar/suspensions",
                "/calendar/outages",
                "/calendar/explain?from_day=2026-05-21&from_time=10:00&n=5&unit=wd",
            ),
        )
        window = await signed_in(
            browser, planned, "Q-p-hom", viewport=NARROW, java_script_enabled=False, locale="fr"
        )
        page = await window.new_page()
        await _absence(page)
        await _hand_over(page)
        await _revision(page)
    mission = await planned.house.here.desk.mission("Q")
    assert len(mission.absences) == 2 and mission.clock.version == 3
    states = [await planned.house.here.desk.obligation(name) for name, *_ in OPEN]
    held = [task.posting for state in states for task in state.open_tasks()]
    assert held.count("p-alt") == 2 and held.count("p-fp") == 1


async def _absence(page: Page) -> None:
    await page.goto("/people")
    await page.locator("summary", has_text="Inscrire une absence").click()
    await page.get_by_label("Qui est absent").select_option("p-dep")
    await page.get_by_label("Premier jour").fill("2026-05-11")
    await page.locator("#absence-until").fill("2026-05-13")
    await page.get_by_role("button", name="Inscrire", exact=True).click()
    await page.get_by_text("Inscrit à la position").or_(page.locator(".banner.done")).first.wait_for()


async def _hand_over(page: Page) -> None:
    await page.goto("/people/hand-over")
    await page.get_by_label("Qui reprend").select_option("p-alt")
    await page.get_by_role("button", name="Montrer ce qui partirait").click()
    await page.locator('input[name="move"]').first.uncheck()
    await shot(page, "hand-over-fr-plain-360")
    await page.get_by_role("button", name="Déplacer ce qui est coché").click()
    await page.get_by_text("2 tâche(s) sur 2 déplacée(s).").wait_for()
    await shot(page, "hand-over-done-fr-plain-360")


async def _revision(page: Page) -> None:
    await page.goto("/calendar?year=2026")
    await page.get_by_label("Ce qui est annoncé pour le 2026-05-26").select_option("holds")
    await page.get_by_label("Ce qui est annoncé pour le 2026-05-28").select_option("falls")
    await page.locator("form", has=page.locator("#estimates-source")).get_by_role("button").click()
    await page.get_by_text("2026-05-26 est confirmé").wait_for()
    await shot(page, "preview-fr-plain-360")
    await page.get_by_role("button", name="Modifier le calendrier").click()
    await page.locator("h1", has_text="Un changement").wait_for()


async def test_a_preview_is_sound_and_keys_alone_send_it(staffed: Web) -> None:
    planned = await open_all(staffed)
    async with browsing() as browser:
        window = await signed_in(browser, planned, "Q-p-hom")
        page = await window.new_page()
        await page.goto("/calendar/suspensions")
        await page.locator("#reason").select_option("unrest")
        await page.locator("#reason").press("Control+Enter")
        await page.locator("h1", has_text="What this would move").wait_for()
        await shot(page, "preview-en-1280")
        await sound(page, "preview")
        button = page.get_by_role("button", name="Declare the suspension")
        await button.focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("It has moved no deadline so far").wait_for()
        await refreshed(planned)
        await page.locator("#moved table").wait_for()  # the page asks again by itself when the log moves
        await window.close()
