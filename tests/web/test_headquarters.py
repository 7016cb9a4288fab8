"""Headquarters' view: what stands in a cell, what is hidden, who sees it first, the lists behind it; and who is kept out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import unquote

import pytest
from axe_playwright_python.async_playwright import Axe

from chancery.oversight import figures, hiding
from chancery.oversight.facts import Fact
from chancery.oversight.halfyear import HalfYear, NoSuchHalf
from chancery.oversight.reading import Known, gather
from domain import commands as c
from tests.made import HEAD, cid
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.oversight_made import Half, headquarters, mission

HALF = HalfYear(2026, 1)


def possible(whole: int, said: dict[str, hiding.Shown], names: str) -> list[tuple[int, ...]]:
    """Every row that a reader could think of: the sum is known, `few` is one to four, `withheld` five and more."""
    ranges = []
    for name in names:
        shown = said.get(name, "silent")
        if isinstance(shown, int):
            ranges.append(range(shown, shown + 1))
        else:
            ranges.append(
                {"few": range(1, 5), "withheld": range(5, whole + 1)}.get(str(shown), range(whole + 1))
            )
    return [row for row in product(*ranges) if sum(row) == whole]


def given_away(said: hiding.Row, names: str) -> bool:
    """Whether some hidden count can have one value only."""
    if not isinstance(said.whole, int) or said.whole == 0:
        return False
    rows = possible(said.whole, dict(said.places), names)
    hidden = [n for n, name in enumerate(names) if not isinstance(said.places.get(name), int)]
    return any(len({row[n] for row in rows}) < 2 for n in hidden)


def test_no_hidden_count_can_be_found_by_subtraction() -> None:
    for counts in product(range(9), repeat=4):
        said = hiding.row(dict(zip("abcd", counts, strict=True)))
        assert not given_away(said, "abcd"), (counts, said)
        assert not any(isinstance(n, int) and 0 < n < hiding.FEW for n in (said.whole, *said.places.values()))


def test_the_search_for_leaks_finds_one() -> None:
    careless = hiding.Row(8, {"a": 6, "b": "few", "c": 0, "d": 0})  # eight less six is two
    assert given_away(careless, "abcd")


def test_a_row_that_holds_no_small_number_is_shown_whole() -> None:
    said = hiding.row({"on_time": 12, "late": 5, "open": 0})
    assert (said.whole, dict(said.places)) == (17, {"on_time": 12, "late": 5, "open": 0})
    assert hiding.row({"on_time": 3, "late": 1}) == hiding.Row("few", {})


def test_there_is_no_share_of_fewer_than_five_nor_one_that_says_how_few_the_rest_is() -> None:
    assert hiding.share(4, 4) is None
    assert hiding.share(9, 10) is None
    assert hiding.share(10, 10) == (10, 10)
    assert hiding.share(5, 11) == (5, 11)
    assert (hiding.percent(999, 1000), hiding.percent(1, 1000), hiding.percent(1000, 1000)) == (
        "99",
        "1",
        "100",
    )


def fact(
    definition: str, n: int, *, timing: str = "on_time", people: tuple[str, ...] = ("p-1", "p-2", "p-3")
) -> Fact:
    at = datetime(2026, 5, 4, 8, tzinfo=UTC)
    return Fact(
        mission="Q", obligation=f"o-{definition}-{n}", task="hold.1", instrument="eu-hrd", version="1", definition=definition,
        paragraph="10", confirmed=False, step="hold", source="product_default", due=at, due_day=at.date(), status="ended", outcome="done", timing=timing,
        ended=at, waits=False, not_met=False, with_headquarters=False, people=frozenset(people), days=2, evidence=n % 2 == 0,
        spent={}, positions=(1,), last=n, last_at=at,
    )  # fmt: skip


def paragraph_of(**sizes: int) -> figures.Figure | None:
    facts = [fact(code, n) for code, size in sizes.items() for n in range(size)]
    now = datetime(2026, 7, 1, tzinfo=UTC)
    parts = [figures.figure(cell) for cell in figures.cells(facts, "definition", now).values()]
    (cell,) = figures.cells(facts, "paragraph", now).values()
    return figures.paragraph(cell, parts, ())


def test_a_paragraph_says_nothing_by_which_a_hidden_definition_could_be_found() -> None:
    assert paragraph_of(A=7, B=3) is None  # ten less seven is three
    assert paragraph_of(A=7, B=1, C=1) is None  # both are one
    assert paragraph_of(A=4, B=4) is None  # both are four
    told = paragraph_of(A=7, B=3, C=2)
    assert told is not None and told.said.whole == 12
    alone = paragraph_of(A=9)
    assert alone is not None and alone.said.whole == 9
    few = paragraph_of(A=3)
    assert few is not None and few.nothing


def test_a_paragraph_waits_for_a_definition_that_its_people_see_first() -> None:
    facts = [fact(code, n) for code in "AB" for n in range(6)]
    now = datetime(2026, 7, 1, tzinfo=UTC)
    parts = [figures.figure(cell) for cell in figures.cells(facts, "definition", now).values()]
    (cell,) = figures.cells(facts, "paragraph", now).values()
    assert figures.paragraph(cell, parts, {parts[0].cell.area}) is None
    assert figures.paragraph(cell, parts, ()) is not None


def test_what_lacks_evidence_is_counted_of_those_that_ask_for_it() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    (cell,) = figures.cells([fact("A", n) for n in range(12)], "definition", now).values()
    assert (figures.figure(cell).asked, figures.figure(cell).lacking) == (12, 6)
    (small,) = figures.cells([fact("A", n) for n in range(8)], "definition", now).values()
    assert figures.figure(small).lacking == "few"


def test_no_number_beside_a_hidden_one_counts_it() -> None:
    """Ten done and two overdue: the ten are withheld, so nothing may be said to be "of ten done"."""
    at = datetime(2026, 7, 1, tzinfo=UTC)
    done = [fact("A", n) for n in range(10)]
    due = [
        replace(fact("A", n), status="open", outcome=None, timing=None, days=None, evidence=None)
        for n in (10, 11)
    ]
    (cell,) = figures.cells([*done, *due], "definition", at).values()
    told = figures.figure(cell)
    assert (told.said.whole, told.said.places["on_time"], told.said.places["overdue"]) == (
        12,
        "withheld",
        "few",
    )
    assert (told.kept, told.days, told.lacking) == (None, None, None)
    (whole,) = figures.cells(done, "definition", at).values()  # the control
    assert figures.figure(whole).days == (2, 10) and figures.figure(whole).kept == (10, 10)


def test_peers_are_a_range_of_at_least_three_and_never_include_oneself() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)

    def of(kept: int, late: int) -> figures.Figure:
        facts = [fact("A", n, timing="on_time" if n < kept else "after_due") for n in range(kept + late)]
        (cell,) = figures.cells(facts, "definition", now).values()
        return figures.figure(cell)

    shown = {"Q": of(10, 0), "R": of(6, 6), "S": of(8, 5), "T": of(5, 15)}
    assert figures.peers(shown, "Q") == (25, 62, 3)
    assert figures.peers({k: v for k, v in shown.items() if k != "T"}, "Q") is None


def test_half_years() -> None:
    assert [h.code for h in HALF.back(3)] == ["2025-1", "2025-2", "2026-1"]
    assert (HALF.first.isoformat(), HALF.last.isoformat(), HALF.after().code) == (
        "2026-01-01",
        "2026-06-30",
        "2026-2",
    )
    for wrong in ("2026", "2026-3", "26-1", "2026-1x", "२०२६-1", "1999-1"):
        with pytest.raises(NoSuchHalf):
            HalfYear.parse(wrong)


@pytest.fixture
async def across(staffed: Web) -> Web:
    """Mission Q with a half-year: six on time and five late by three people; one left; mission T with three; headquarters."""
    await headquarters(staffed)
    await mission(staffed, "T")
    three = ("p-fp", "p-alt", "p-pol")
    await Half(staffed).past(on_time=three * 2, late=(*three, "p-fp", "p-alt"))
    await Half(staffed, "T").past(on_time=(None, None, None))
    staffed.clock.set(datetime(2026, 6, 1, 8, tzinfo=UTC))
    return staffed


async def shown(web: Web, **more: str) -> str:
    browser = await web.as_("HQ-h-rights")
    answer = await browser.get("/headquarters", params={"half": "2026-1", "by": "definition", **more})
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


async def test_a_row_says_what_was_due_and_what_became_of_it_and_leads_to_the_list_and_the_proof(
    across: Web,
) -> None:
    page = await shown(across)
    q, t = page.split("Mission T")[0], page.split(">Mission T<")[1].split(">Headquarters<")[0]
    row = q.split('<th scope="row">')[1]
    numbers = [
        re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'<td class="number">(.*?)</td>', row)
    ]
    assert numbers == [
        "11",
        "6",
        "0",
        "5",
        "0",
        "0",
        "0",
        "0",
    ]  # due, on time, unconfirmed, late, left, left late, open, overdue
    assert "6 of 11 (55 %)" in row and "of 11 done that ask for it" in row
    assert "those who held it" in row
    assert "fewer than 5" in t and "Nothing more is said of so few." in t
    browser = await across.as_("HQ-h-audit")
    late = next(
        link.replace("&amp;", "&") for link in re.findall(r'href="(/headquarters/Q[^"]+only=late)"', row)
    )
    listed = (await browser.get(late)).text
    obligations = re.findall(r'href="(/obligations/o-q-\d+)"', listed)
    assert len(obligations) == 5
    proof = re.findall(r'href="(/log/\d+)"', listed)[0]
    assert "Both leaves are equal." in (await browser.get(proof)).text


async def test_a_small_number_has_no_list_behind_it(across: Web) -> None:
    browser = await across.as_("HQ-h-audit")
    few = (await browser.get("/headquarters/T/eu-hrd/COORD-LOCAL?half=2026-1&by=definition")).text
    assert "No list is made here" in few and "/obligations/o-t-" not in few
    assert (await browser.get("/headquarters/T/eu-hrd/NONE?half=2026-1&by=definition")).status_code == 404


async def test_rows_stand_by_code_and_no_person_or_rank_is_on_the_page(across: Web) -> None:
    page = await shown(across)
    codes = re.findall(r"<h2[^>]*>(?:Mission )?(\w+)</h2>", page)
    assert codes == [*sorted(codes[:-1]), "Headquarters"]
    assert not re.search(r"\bp-(fp|alt|pol|t-fp)\b|Q-p-|\brank", page)


async def test_who_held_it_last_is_not_blamed_for_a_closure_or_a_vacancy(staffed: Web) -> None:
    await headquarters(staffed)
    half = Half(staffed)
    name = await half.opened()
    stop = {"starts": datetime(2026, 5, 6, 6, tzinfo=UTC), "ends": datetime(2026, 5, 13, 6, tzinfo=UTC)}
    staffed.clock.set(datetime(2026, 5, 6, 5, tzinfo=UTC))
    await half.desk.submit(
        c.DeclareSuspension.model_validate(
            {"command_id": cid("stop"), "mission": "Q", "reason": "security", **stop}
        ),
        HEAD,
    )
    staffed.clock.set(datetime(2026, 5, 31, 8, tzinfo=UTC))
    read = await gather(half.desk, Known(), HALF.first, HALF.last, staffed.clock.now())
    (found,) = [f for f in read.facts if f.obligation == name]
    assert found.place(staffed.clock.now()) == "overdue"
    assert found.spent["suspension"] >= 4 and found.spent["holder"] > 0
    page = await shown(staffed)
    assert "Closed from 2026-05-06 09:00 to 2026-05-13 09:00" in page


async def test_what_lay_with_headquarters_stands_in_a_row_of_its_own(across: Web) -> None:
    facts = (await gather(across.house.here.desk, Known(), HALF.first, HALF.last, across.clock.now())).facts
    assert not any(f.with_headquarters for f in facts)
    moved = [replace(f, with_headquarters=f.mission == "Q") for f in facts]
    rows = {row for row, _ in figures.cells(moved, "definition", across.clock.now())}
    assert rows == {figures.HEADQUARTERS, "T"}


async def test_a_changed_term_is_a_footnote(across: Web) -> None:
    made = c.SetLocalTerm.model_validate(
        {
            "command_id": cid("term"), "mission": "Q", "definition": "TRIAL-OBS", "step": "triage", "term": "2wd",
            "replaces": "product_default", "bound": "none", "source": "local_strategy", "authority": "strategy-2026",
            "reason": "distances", "until": "2026-12-31",
        }
    )  # fmt: skip
    await across.house.here.desk.submit(made, HEAD)
    assert "The term of TRIAL-OBS, triage, became 2 working days" in await shown(across)


async def test_few_people_see_their_figures_first(staffed: Web) -> None:
    """Six tasks of one person: headquarters is shown them once that person has opened their own record."""
    await headquarters(staffed)
    half = Half(staffed)
    await half.past(on_time=(None,) * 6)
    staffed.clock.set(datetime(2026, 6, 1, 8, tzinfo=UTC))
    assert "they see it first" in await shown(staffed)
    listed = await (await staffed.as_("HQ-h-audit")).get(
        "/headquarters/Q/eu-hrd/COORD-LOCAL?half=2026-1&by=definition"
    )
    assert "/obligations/o-q-" not in listed.text
    other = await staffed.as_("Q-p-hom")  # somebody else's record changes nothing
    assert (await other.get("/record")).status_code == 200
    assert "they see it first" in await shown(staffed)
    person = await staffed.as_("Q-p-fp")
    told = (await person.get("/record")).text
    assert "Before others see it" in told and "visible to headquarters from now on" in told
    page = await shown(staffed)
    assert "they see it first" not in page.split("Mission Q")[1] and "6 of 6 (100 %)" in page
    await half.past(on_time=(None,))  # a newer event: they see it first again
    assert "they see it first" in await shown(staffed)


async def test_nobody_can_hold_a_figure_back_longer_than_ten_working_days(staffed: Web) -> None:
    await headquarters(staffed)
    await Half(staffed).past(on_time=(None,) * 6)
    recorded = datetime.now(UTC)  # the log's own clock
    staffed.clock.set(recorded + timedelta(days=9))
    assert "they see it first" in await shown(staffed)
    staffed.clock.set(recorded + timedelta(days=25))
    assert "6 of 6 (100 %)" in await shown(staffed)


async def test_figures_are_made_again_as_known_at_a_position(across: Web) -> None:
    desk, now = across.house.here.desk, across.clock.now()
    head = await desk.log.head()
    then = await gather(desk, Known(), HALF.first, HALF.last, now, upto=head)
    assert then.facts == (await gather(desk, Known(), HALF.first, HALF.last, now)).facts
    early = await gather(desk, Known(), HALF.first, HALF.last, now, upto=head // 2)
    assert 0 < len(early.facts) < len(then.facts)
    browser = await across.as_("HQ-h-audit")
    page = await browser.get(f"/headquarters?half=2026-1&as_of={head}")
    assert f"As known at position {head}" in page.text
    assert (await browser.get("/headquarters?as_of=999999")).status_code == 422
    assert (await browser.get("/headquarters?half=2026-9")).status_code == 422


async def test_what_is_remembered_is_what_the_log_says(across: Web) -> None:
    known, desk, now = Known(), across.house.here.desk, across.clock.now()
    first = await gather(desk, known, HALF.first, HALF.last, now)
    assert (await gather(desk, known, HALF.first, HALF.last, now)).facts == first.facts
    more = Half(across, "T")
    more.n = 50
    await more.past(left=1)
    again = await gather(desk, known, HALF.first, HALF.last, now)
    fresh = await gather(desk, Known(), HALF.first, HALF.last, now)
    assert again.facts == fresh.facts and again.facts != first.facts


async def test_only_headquarters_and_auditors_look_across_missions(across: Web) -> None:
    for officer in ("Q-p-fp", "Q-p-hom", "T-p-fp"):
        browser = await across.as_(officer)
        for path in ("/headquarters", "/headquarters/Q/eu-hrd/COORD-LOCAL?by=definition"):
            assert (await browser.get(path)).status_code == 404, (officer, path)
    for officer in ("HQ-h-desk", "HQ-h-dpo"):
        browser = await across.as_(officer)
        assert (await browser.get("/headquarters")).status_code == 200


async def test_the_pages_across_missions_in_a_browser(across: Web) -> None:
    """The auditor's way: table, list, entry, audit; nothing that a checker finds; no page wider than its window."""
    async with browsing() as browser:
        # What colours do, and what widths do, each shows in two of the four.
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            window = await signed_in(browser, across, "HQ-h-audit", viewport=size, color_scheme=scheme)
            page = await window.new_page()
            for path in (
                "/headquarters?half=2026-1&by=definition", "/headquarters?half=2026-1",
                "/headquarters/Q/eu-hrd/COORD-LOCAL?half=2026-1&by=definition", "/audit?who=Q-p-fp", "/audit/readings?mission=Q",
                "/log/12", "/record",
                "/record/assigned",
            ):  # fmt: skip
                await page.goto(path)
                await shot(
                    page,
                    f"{re.sub(r'[^a-z0-9]+', '_', unquote(path).lower()).strip('_')}-{scheme}-{size['width']}",
                )
                wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
                assert not wide, f"{path} is wider than {size['width']} pixels"
                found = await Axe().run(
                    page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
                )
                assert found.violations_count == 0, f"{path} {scheme}: {found.generate_report()}"
            await window.close()
