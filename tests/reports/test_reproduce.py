"""A report's file is made again from the log as known then: the same bytes, or it is said where they part."""

from __future__ import annotations

import io
import zipfile
from random import Random  # noqa: TID251 - seeded
from typing import Any

import pytest

from chancery.log.checkpoints import Checkpoint
from chancery.log.notes import Note, SigningKey
from chancery.reports import reproduce as module
from chancery.reports.paper.carried import NotAReport, read
from chancery.reports.paper.forms import formed
from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import NoSuchForm, data_bytes
from chancery.reports.reproduce import CannotReproduce, reproduce
from domain import commands as c
from tests.made import HEAD
from tests.reports.conftest import Story
from tests.reports.papers import HOSTILE
from tests.reports.papers import data as other_data
from tests.reports.test_page import trial

FORMS = ("json", "html", "pdf", "xlsx", "csv")
SEED = bytes(range(32))


async def lived(story: Story) -> dict[str, Any]:
    """A report, and then a month in which everything that could change it happened."""
    await trial(story)
    await story.on(18).task()
    await story.on(19).complete()
    data = (await story.report("p-pol")).data()
    await story.on(20).task("o-9")
    await story.absent("p-pol", 4, 6)
    await story.do(c.ReviseCalendar, HEAD, add={"2026-05-12": "Closing day"}, source="mission")
    return data


def signed(data: dict[str, Any], **other: Any) -> bytes:
    log = data["log"]
    said = {"origin": log["origin"], "size": log["size"], "root": bytes.fromhex(log["root"])} | other
    text = Checkpoint(**said).text()
    return str(Note(text, (SigningKey.of(log["origin"], SEED).sign(text),))).encode()


def key(data: dict[str, Any]) -> Any:
    return SigningKey.of(data["log"]["origin"], SEED).verifier


async def test_each_form_is_the_same_again_whatever_came_after(story: Story) -> None:
    data = await lived(story)
    assert (await story.report("p-pol")).data() != data, "control: made now it says another thing"
    for form in FORMS:
        for language in ("en", "fr"):
            content = formed(form, data, "fr" if language == "fr" else "en")
            found = await reproduce(story.desk.log, content)
            assert found.same, (form, language, found.differs)
            assert (found.carried.form, found.carried.position) == (form, data["log"]["position"])
            assert found.carried.language == (language if form != "json" else "en")
            assert not found.other_program and found.checkpoint is None


async def test_one_changed_figure_is_found_and_named(story: Story) -> None:
    data = await lived(story)
    data["figures"]["on_time"]["items"].pop()
    data["figures"]["on_time"]["count"] -= 1
    for form in FORMS:
        found = await reproduce(story.desk.log, formed(form, data, "en"))
        assert not found.same
        if form in ("json", "html", "pdf"):
            assert found.differs == ("data/figures/on_time",)
    data["officer"] = HOSTILE[0]
    differs = (await reproduce(story.desk.log, formed("json", data, "en"))).differs
    assert set(differs) == {"data/figures/on_time", "data/officer"}


async def test_words_that_the_data_do_not_give_are_found(story: Story) -> None:
    data = await lived(story)
    page = formed("html", data, "en").replace(b"Done on time", b"Done too late", 1)
    [place] = (await reproduce(story.desk.log, page)).differs
    assert place.startswith("line/")
    table = formed("csv", data, "en").replace(b"on time", b"too late", 1)
    [place] = (await reproduce(story.desk.log, table)).differs
    assert place.startswith("line/")
    book = repacked(formed("xlsx", data, "en"), "xl/sharedStrings.xml", b"Done on time", b"Done too late")
    assert "part/xl/sharedStrings.xml" in (await reproduce(story.desk.log, book)).differs
    pages = bytearray(formed("pdf", data, "en"))
    at = pages.index(b"/FontBBox") + 12
    pages[at] ^= 1
    assert (await reproduce(story.desk.log, bytes(pages))).differs == ("pages",)


def repacked(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for each in before.infolist():
            inside = before.read(each)
            after.writestr(each, inside.replace(old, new) if each.filename == name else inside)
    return out.getvalue()


async def test_a_checkpoint_in_the_file_is_carried_over_once_it_is_checked(story: Story) -> None:
    data = await lived(story)
    note = signed(data)
    for form in ("pdf", "html"):
        content = formed(form, data, "en", checkpoint=note)
        found = await reproduce(story.desk.log, content, [key(data)])
        assert found.same and found.checkpoint == "signed"
        unknown = await reproduce(story.desk.log, content)
        assert unknown.differs == ("checkpoint/note.unsigned",), "without a key nothing is known of it"


async def test_a_checkpoint_of_another_tree_is_found(story: Story) -> None:
    data = await lived(story)
    others: tuple[tuple[dict[str, Any], str], ...] = (
        ({"size": 1}, "note.size"), ({"root": b"\0" * 32}, "note.root"), ({"origin": "another"}, "note.origin"),
    )  # fmt: skip
    for change, code in others:
        content = formed("pdf", data, "en", checkpoint=signed(data, **change))
        found = await reproduce(story.desk.log, content, [key(data)])
        assert found.differs == (f"checkpoint/{code}",)


async def test_a_false_signature_is_found(story: Story) -> None:
    data = await lived(story)
    note = signed(data)
    last = note.rstrip(b"\n")[-3:-2]
    false = note.rstrip(b"\n")[:-3] + (b"A" if last != b"A" else b"B") + note.rstrip(b"\n")[-2:] + b"\n"
    found = await reproduce(story.desk.log, formed("html", data, "en", checkpoint=false), [key(data)])
    assert found.differs and found.checkpoint != "signed"
    no_note = await reproduce(story.desk.log, formed("pdf", data, "en", checkpoint=b"x\n"), [key(data)])
    assert no_note.differs == ("checkpoint/note.form",)
    for form in ("pdf", "html"):
        with pytest.raises(NoSuchForm) as refused:
            formed(form, data, "en", checkpoint=b"\xff")
        assert refused.value.code == "report.checkpoint-text"


async def test_another_program_is_named_and_does_not_make_it_another_report(story: Story) -> None:
    data = await lived(story)
    theirs = About("chancery 0.0.9 00000000000000ff typst 0.14.0")
    for form in ("html", "pdf", "xlsx", "csv"):
        found = await reproduce(story.desk.log, formed(form, data, "en", about=theirs))
        assert found.same and found.other_program and found.carried.program == theirs, form


async def test_a_file_of_another_log_is_refused(story: Story) -> None:
    data = await lived(story)
    data["log"]["origin"] = "chancery/elsewhere"
    for form in FORMS:
        with pytest.raises(CannotReproduce) as refused:
            await reproduce(story.desk.log, formed(form, data, "en"))
        assert refused.value.code == "report.other-log" and "chancery/elsewhere" in refused.value.message


STAFF = {
    "kind": "staff",
    "officer": "Q-103",
    "postings": ["p-pol"],
    "first": "2026-05-01",
    "last": "2026-05-31",
    "regime": None,
}
UNMAKEABLE: tuple[tuple[str, Any, str], ...] = (
    ("position", 10**9, "report.log-short"),
    ("position", 0, "report.log-short"),
    ("request", {"kind": "sla"}, "report.file-kind"),
    ("request", {"kind": "staff"}, "report.file-request"),
    ("request", STAFF | {"officer": 3}, "report.file-request"),
    ("request", STAFF | {"first": "May"}, "report.file-request"),
    ("request", STAFF | {"more": 1}, "report.file-request"),
    ("request", None, "report.file-request"),
    ("request", {"kind": "structural"}, "report.file-request"),
)


async def test_what_cannot_be_made_again_is_refused(story: Story) -> None:
    data = await lived(story)
    for name, value, code in UNMAKEABLE:
        other = {**data, "log": dict(data["log"])}
        (other["log"] if name == "position" else other)[name] = value
        if isinstance(value, dict) and value["kind"] == "structural":
            other["schema"] = "chancery.structural-report/1"
        with pytest.raises(NotAReport) as refused:
            await reproduce(story.desk.log, formed("json", other, "en"))
        assert refused.value.code == code and "\n" not in refused.value.message, value
    assert (await reproduce(story.desk.log, formed("json", data, "en"))).same, "control"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"{", b"[1]", b"{}", b'{"schema": "chancery.sla/1"}', b"[" * 100_000, b"%PDF-1.7\n", b"PK\x03\x04",
        b"<!doctype html><title>x</title>", b"\xef\xbb\xbfa,b\r\n", b"\xef\xbb\xbf#,form,{}\r\n", b"plain words",
        b'<!doctype html><script type="application/json" id="data-form">\n{</script>',
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(NotAReport) as refused:
        read(content)
    assert refused.value.code == "report.file" and "\n" not in refused.value.message


def test_a_damaged_file_never_fails_in_another_way() -> None:
    for form in FORMS:
        content = formed(form, other_data(), "en") if form == "json" else damaged_base(form)
        for at in range(0, len(content), max(1, len(content) // 60)):
            for broken in (content[:at], content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]):
                try:
                    read(broken)
                except NotAReport:
                    continue


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_a_file_with_any_bytes_changed_is_read_or_refused(form: str) -> None:
    """Packed parts fail in ways of their own when a byte is another: none of them reaches a user."""
    content, chance = damaged_base(form), Random(20261123)
    refused = 0
    for _ in range(250):
        broken = bytearray(content)
        for _ in range(chance.choice((1, 3, 20))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read(bytes(broken))
        except NotAReport:
            refused += 1
    assert refused, "the changes reach what is read"


def damaged_base(form: str) -> bytes:
    from chancery.reports.paper.as_csv import csv
    from chancery.reports.paper.as_html import html
    from chancery.reports.paper.as_pdf import pdf
    from chancery.reports.paper.as_xlsx import xlsx
    from tests.reports.papers import ABOUT, paper

    maker: Any = {"html": html, "pdf": pdf, "xlsx": xlsx, "csv": csv}[form]
    made: bytes = maker(paper(), ABOUT)
    return made


async def test_the_comparison_is_of_the_log_and_not_of_the_file(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: were the file's own data laid out again, a changed file would be called the same."""
    data = await lived(story)
    data["figures"]["on_time"]["items"].pop()
    content = formed("json", data, "en")

    async def believes(*_: Any) -> dict[str, Any]:
        return data

    assert not (await reproduce(story.desk.log, content)).same
    monkeypatch.setattr(module, "remade", believes)
    assert (await reproduce(story.desk.log, content)).same
    assert data_bytes(data) == content


async def test_the_person_does_not_become_another(story: Story) -> None:
    """The request in a file is a claim like all else: with another posting in it, the bytes are others."""
    data = await lived(story)
    data["request"]["postings"] = ["p-alt"]
    assert "data/figures/on_time" in (await reproduce(story.desk.log, formed("json", data, "en"))).differs
