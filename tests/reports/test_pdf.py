"""The PDF: tagged, dated by the log, the data within it byte for byte, and no word of it ever taken for markup."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pikepdf
import pytest

from chancery.reports.paper import as_pdf
from chancery.reports.paper.as_pdf import pdf
from chancery.reports.paper.attached import attachments
from chancery.reports.paper.forms import formed
from chancery.reports.paper.model import NoSuchForm, Paper, data_bytes
from tests.reports.conftest import Story
from tests.reports.papers import ABOUT, DAYS, HOSTILE, LOAD, paper
from tests.reports.test_page import trial

NOTE = b"chancery/test\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n\xe2\x80\x94 chancery/test AAAA\n"


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Every element of the structure tree, in reading order."""
    kids = node.get("/K") if isinstance(node, pikepdf.Dictionary) else None
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


@pytest.fixture(scope="module")
def small() -> bytes:
    return pdf(paper(), ABOUT, NOTE)


def test_it_says_what_it_is(small: bytes) -> None:
    with opened(small) as made, made.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        assert made.Root.MarkInfo.Marked is True and str(made.Root.Lang) == "en"
        assert made.Root.ViewerPreferences.DisplayDocTitle is True
        assert meta["dc:title"] == str(made.docinfo["/Title"]) == paper().title
        assert str(made.docinfo["/CreationDate"]) == "D:20260531080000Z", (
            "the log's instant, not the machine's"
        )
        assert "/JavaScript" not in made.Root.Names and "/OpenAction" not in made.Root
        for page in made.pages:
            assert page.Tabs == "/S" or "/Annots" not in page
    with opened(pdf(paper(language="fr"), ABOUT)) as made:
        assert str(made.Root.Lang) == "fr"


def test_its_structure_can_be_read_aloud(small: bytes) -> None:
    with opened(small) as made:
        found = list(elements(made.Root.StructTreeRoot))
        kinds = Counter(str(e.S) for e in found)
        headings = [k for e in found if (k := str(e.S)) in ("/H1", "/H2", "/H3")]
        assert headings == ["/H1", *["/H2"] * 9], "a level is never left out"
        assert kinds["/Table"] == 3 and kinds["/TH"] == 3 + 2 + 3
        assert kinds["/LI"] == 3 + 2 + 1, "items, posts, how to check"
        pictures = [e for e in found if str(e.S) == "/Figure"]
        assert [str(e.Alt) for e in pictures] == [LOAD.told, DAYS.told]
        for head in (e for e in found if str(e.S) == "/TH"):
            assert "/Column" in str(
                head.A.Scope if isinstance(head.A, pikepdf.Dictionary) else [a.get("/Scope") for a in head.A]
            )


def test_every_font_is_within_it(small: bytes) -> None:
    with opened(small) as made:
        fonts = [
            o
            for o in made.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
        ]
        assert fonts and all({"/FontFile", "/FontFile2", "/FontFile3"} & set(f.keys()) for f in fonts)
        assert {str(f.FontName).split("+")[1].split("-")[0] for f in fonts} <= {
            "LibertinusSerif",
            "DejaVuSansMono",
        }


def test_data_and_checkpoint_are_attached_byte_for_byte(small: bytes) -> None:
    with opened(small) as made:
        found = {name: spec.get_file().read_bytes() for name, spec in made.attachments.items()}
        related = {str(f.UF): str(f.AFRelationship) for f in made.Root.AF}
    assert found["report.json"] == data_bytes(paper().data) and found["checkpoint.txt"] == NOTE
    assert related == {"report.json": "/Source", "form.json": "/Supplement", "checkpoint.txt": "/Supplement"}
    assert attachments(small) == found, "our own reader, of the standard library alone, finds the same"
    assert set(attachments(pdf(paper(), ABOUT))) == {"report.json", "form.json"}


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7\n%%EOF", b"xref\n0 1\nstartxref\n0\n%%EOF"])
def test_another_file_holds_nothing(damage: bytes) -> None:
    assert attachments(damage) == {}


def test_a_damaged_file_is_read_without_failing(small: bytes) -> None:
    for at in range(0, len(small), 997):
        attachments(small[:at] + bytes([small[at] ^ 0x55]) + small[at + 1 :])
        attachments(small[:at])


def test_the_same_bytes_twice_and_in_another_process(small: bytes) -> None:
    assert pdf(paper(), ABOUT, NOTE) == small
    script = (
        "import sys; from tests.reports.papers import ABOUT, paper; from chancery.reports.paper.as_pdf import pdf\n"
        "from tests.reports.test_pdf import NOTE; sys.stdout.buffer.write(pdf(paper(), ABOUT, NOTE))"
    )
    environment = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "HOME": "/nonexistent", "PYTHONHASHSEED": "7"}
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment)
    assert again.stdout == small
    assert pdf(paper(text="x"), ABOUT, NOTE) != small, "control"


def shown(content: bytes) -> str:
    """The text of every page, as the file's own character maps give it back: what a reader may copy or hear."""
    from tests.reports.pdftext import text_of

    return text_of(content)


def test_no_text_is_ever_markup() -> None:
    made = pdf(paper(1, text=HOSTILE[0]), ABOUT)
    assert "".join(HOSTILE[0].split()) in "".join(shown(made).split())
    for each in HOSTILE:
        content = pdf(paper(1, text=each), ABOUT)
        assert attachments(content)["report.json"] == data_bytes(paper(1).data)
        with opened(content) as found:
            assert not [e for p in found.pages for e in p.get("/Annots", [])], "no link comes of a text"


def test_a_sign_without_a_glyph_stands_as_its_number() -> None:
    content = shown(pdf(paper(1, text="北 \U0001f600 é Ж"), ABOUT))
    flat = "".join(content.split())
    assert "[U+5317]" in flat and "[U+1F600]" in flat and "Ж" in flat
    assert "Signsthatthefonts" in flat, "and the file says so"
    assert "[U+" not in shown(pdf(paper(1), ABOUT)), "control"


def test_what_is_held_to_need_no_asking_can_be_set() -> None:
    assert as_pdf._can_set("".join(sorted(as_pdf._SAFE)))
    assert not as_pdf._can_set("北"), "control"


def test_without_the_extra_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(NoSuchForm, match=r"chancery\[reports\]") as refused:
        pdf(paper(), ABOUT)
    assert refused.value.code == "report.no-typst"


def test_sixty_items_take_less_than_a_second() -> None:
    sixty: Paper = paper(60, text="An item of sixty")
    begun = time.process_time()
    made = pdf(sixty, ABOUT)
    assert time.process_time() - begun < 1
    with opened(made) as found:
        assert len(found.pages) > 3


async def test_a_real_report_in_both_languages(story: Story) -> None:
    await trial(story)
    report = await story.report("p-pol")
    for language, title in (("en", "Staff report: Q-103"), ("fr", "Rapport individuel\u00a0: Q-103")):
        content = formed("pdf", report.data(), "fr" if language == "fr" else "en")
        assert attachments(content)["report.json"] == report.json().encode()
        with opened(content) as made:
            assert str(made.Root.Lang) == language and str(made.docinfo["/Title"]) == title
        assert "[U+" not in shown(content)
