"""`/audit/readings`: who read what on which ground; filters; files that can be proved; to ask is an entry too; two languages; small and dark."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from axe_playwright_python.async_playwright import Axe

from chancery.cases import reading
from chancery.log.merkle import check_bundle, leaf_of
from chancery.oversight import looks
from chancery.readings import book
from chancery.readings.entry import Note
from chancery.readings.tree import ReadingTree
from domain.envelope import Actor
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.oversight_made import headquarters, mission

CASES = ("c-2a3b4c5d6e", "c-3a3b4c5d6f")


@pytest.fixture
async def read(staffed: Web) -> Web:
    """Q, T and headquarters; two cases of Q opened, a person looked up, reports read and taken. The time is that of the database."""
    await headquarters(staffed)
    await mission(staffed, "T")
    here = staffed.house.here
    staffed.clock.set(datetime.now(UTC))
    for case in CASES:
        here.keys.create_case("Q", case)
    await reading.record(here, CASES[0], Actor("officer", "p-fp", "Q"), "lead", None)
    await reading.record(here, CASES[1], Actor("officer", "p-h-audit", "HQ"), "break_glass", "complaint")
    await book.put(here, [
        Note("person", "p-h-dpo", "oversight", "Q", ("p-alt",), form="page"),
        Note("report", "p-hom", "manager", "Q", ("p-alt",), form="pdf"),
        Note("review", "p-dep", "second", "Q", ("p-alt",)),
        Note("export", "p-t-hom", "head", "T", form="csv"),
    ])  # fmt: skip
    return staffed


def lines(page: str) -> list[str]:
    """The rows of the list, without their marks."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0] if "<tbody>" in page else ""
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("<tr>")[1:]]


async def test_a_head_sees_who_read_what_of_their_own_mission_and_headquarters_of_all(read: Web) -> None:
    head = await read.as_("Q-p-hom")
    page = (await head.get("/audit/readings")).text
    told = lines(page)
    # The latest first: that this page was opened, then what was read.
    for row, parts in zip(
        told,
        [
            ("Q-p-hom", "asked who opened what is sealed in Q", "heads the mission"),
            ("Q-p-dep", "read a review of Q-p-alt", "second person"),
            ("Q-p-hom", "read the staff report of Q-p-alt", "as PDF", "manages the person"),
            ("HQ-h-dpo", "looked up what Q-p-alt did", "oversees all missions"),
            ("HQ-h-audit", "opened a case of Q", "with a reason", "complaint"),
            ("Q-p-fp", "opened a case of Q", "leads the mission"),
        ],
        strict=True,
    ):
        assert all(part in row for part in parts), (row, parts)
    assert not any(case in page for case in CASES)
    every = (await (await read.as_("HQ-h-audit")).get("/audit/readings")).text
    assert len(lines(every)) == 8 and "took an export of lines about T" in every
    for officer in ("Q-p-fp", "Q-p-pol"):
        assert (await (await read.as_(officer)).get("/audit/readings")).status_code == 404
        assert (await (await read.as_(officer)).get("/audit/readings/export.csv")).status_code == 404
    assert (await head.get("/audit/readings", params={"mission": "T"})).status_code == 404


async def test_each_filter_leaves_what_fits_it(read: Web) -> None:
    auditor = await read.as_("HQ-h-audit")

    async def found(**asked: str) -> list[str]:
        kept = lines((await auditor.get("/audit/readings", params=asked)).text)
        return [row for row in kept if "asked who" not in row]

    assert len(await found(mission="Q")) == 5 and len(await found(mission="T")) == 1
    assert len(await found(who="Q-p-alt")) == 3  # about them
    assert len(await found(who="p-hom")) == 1  # by them, by their posting
    assert [("complaint" in row) for row in await found(basis="break_glass")] == [True]
    assert len(await found(case=CASES[0])) == 1 and "Q-p-fp" in (await found(case=CASES[0]))[0]
    assert await found(case=CASES[0], basis="break_glass") == []
    today = read.clock.now().date()
    assert await found(first=(today + timedelta(days=2)).isoformat()) == []
    assert await found(last=(today - timedelta(days=2)).isoformat()) == []
    assert len(await found(first=(today - timedelta(days=1)).isoformat())) == 6
    assert (
        "Nobody whose work you may see" in (await auditor.get("/audit/readings", params={"who": "Q-9"})).text
    )
    for wrong in ({"first": "soon"}, {"basis": "curiosity"}):
        assert (await auditor.get("/audit/readings", params=wrong)).status_code == 422
    for wrong in ({"mission": "X"}, {"case": "c-9999999999"}):
        assert (await auditor.get("/audit/readings", params=wrong)).status_code == 404


async def test_to_ask_is_an_entry_and_where_it_cannot_be_written_nothing_is_shown(
    read: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = read.house.here
    before = await book.head(here.pool)
    auditor = await read.as_("HQ-h-audit")
    await auditor.get("/audit/readings", params={"who": "Q-p-alt"})
    [entry] = await book.page(here.pool, before, before + 9, 9)
    assert (entry.note.kind, entry.note.by, entry.note.basis, entry.note.about) == (
        "readings", "p-h-audit", "oversight", ("p-alt",),
    )  # fmt: skip

    async def broken(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr(book, "note", broken)
    for path in (
        "/audit/readings",
        "/audit/readings/export.jsonl",
        f"/audit/readings?case={CASES[0]}",
        "/audit/export.csv",
    ):
        answer = await auditor.get(path)
        assert answer.status_code == 503 and "Q-p-fp" not in answer.text, path


async def test_pages_go_on_without_a_gap_or_a_double(read: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from chancery.readings import asking

    monkeypatch.setattr(asking, "LINES", 4)
    here = read.house.here
    await book.put(here, [Note("person", "p-h-dpo", "oversight", "T", ("p-t-fp",))] * 9)
    head = await read.as_("T-p-hom")
    page = (await head.get("/audit/readings")).text
    seen = re.findall(r"#(\d+) [0-9a-f]{12}", page)
    while (further := re.search(r'href="\?([^"]+)" rel="next"', page)) is not None:
        page = (await head.get("/audit/readings?" + further[1].replace("&amp;", "&"))).text
        seen += re.findall(r"#(\d+) [0-9a-f]{12}", page)
    numbers = [int(n) for n in seen]
    assert numbers == sorted(set(numbers), reverse=True) and len(numbers) == 1 + 9 + 1


async def test_json_lines_can_be_proved_from_bytes_to_root(read: Web) -> None:
    head = await read.as_("Q-p-hom")
    answer = await head.get("/audit/readings/export.jsonl", params={"mission": "Q"})
    first, *rest = [json.loads(line) for line in answer.text.splitlines()]
    assert first["schema"] == "chancery.readings/1" and first["log"].endswith("/readings") and len(rest) == 6
    assert check_bundle(first["proof"]) and first["proof"]["root"] == first["root"]
    here = read.house.here
    assert first["root"] == (await ReadingTree(here.pool).root(first["size"])).hex()
    for line in rest:
        made = leaf_of(
            line["position"], line["recorded_us"], bytes.fromhex(line["salt"]) + line["body"].encode()
        )
        assert made.hex() == line["leaf"] == first["proof"]["leaves"][str(line["position"])]
    # The control: another body makes another leaf.
    other = leaf_of(rest[0]["position"], rest[0]["recorded_us"], bytes.fromhex(rest[0]["salt"]) + b"{}")
    assert other.hex() != rest[0]["leaf"]
    assert {line["form"] for line in rest if line["kind"] == "readings"} == {"jsonl"}
    assert (await head.get("/audit/readings/export.pdf")).status_code == 404
    nobody = await head.get("/audit/readings/export.jsonl", params={"who": "Q-unknown"})
    [alone] = [json.loads(line) for line in nobody.text.splitlines()]
    assert check_bundle(alone["proof"]) and alone["proof"]["leaves"] == {}


async def test_csv_is_safe_and_ends_with_the_trees_root(read: Web) -> None:
    head = await read.as_("Q-p-hom")
    answer = await head.get("/audit/readings/export.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 7 and rows[-1]["kind"] == "TreeRoot"
    assert rows[-1]["leaf"] == (await ReadingTree(read.house.here.pool).root(int(rows[-1]["position"]))).hex()
    assert {row["mission"] for row in rows[:-1]} == {"Q"}
    french = await head.get("/audit/readings/export.csv", headers={"Accept-Language": "fr"})
    assert (
        french.content.decode("utf-8-sig").startswith("position;recorded;")
        and "a ouvert un cas" in french.text
    )


async def test_a_case_whose_key_was_destroyed_is_nobodys_to_ask_for_and_its_readings_stay_counted(
    read: Web,
) -> None:
    head = await read.as_("Q-p-hom")
    assert len(lines((await head.get("/audit/readings", params={"case": CASES[0]})).text)) == 1
    read.house.here.keys.destroy(f"case:{CASES[0]}")
    assert (await head.get("/audit/readings", params={"case": CASES[0]})).status_code == 404
    assert (await head.get("/audit/readings")).text.count("opened a case of Q") == 2


async def test_it_speaks_french_and_can_be_read_small_and_dark(read: Web) -> None:
    page = (await (await read.as_("Q-p-hom")).get("/audit/readings", headers={"Accept-Language": "fr"})).text
    assert "a lu le rapport de Q-p-alt" in page and "encadre la personne" in page and "opened" not in page
    async with browsing() as browser:
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            window = await signed_in(browser, read, "HQ-h-audit", viewport=size, color_scheme=scheme)
            shown = await window.new_page()
            await shown.goto(read.address + "/audit/readings?mission=Q")
            await shot(shown, f"readings-{scheme}")
            assert not await shown.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
            found = await Axe().run(shown, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
            assert found.violations_count == 0, found.generate_report()
            await window.close()


async def test_whose_record_was_read_is_told_by_whom_and_not_of_their_own_looking(read: Web) -> None:
    here = read.house.here
    await book.note(here, kind="report", who="p-alt", basis="self", mission="Q", of="p-alt", form="page")
    told = await looks.of(here, ["p-alt"])
    assert [(row["kind"], row["reader"]) for row in told] == [
        ("review", "p-dep"), ("report", "p-hom"), ("person", "p-h-dpo"),
    ]  # fmt: skip
    assert await looks.of(here, ["p-fp"]) == [] == await looks.of(here, [])
