"""`formed`: a report in one of its forms, as bytes that depend on data, language and program alone.

content = formed("pdf", data, "fr")                      # PDF with the data embedded
content = formed("html", data, "en", checkpoint=note)    # with the signed checkpoint of this size and root
"""

from typing import Final

from chancery.reports.paper.made_by import About
from chancery.reports.paper.making import paper_of
from chancery.reports.paper.model import Data, Language, NoSuchForm, data_bytes

FORMS: Final = ("text", "html", "pdf", "xlsx", "csv", "json")
MEDIA: Final = {
    "text": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
CARRY_CHECKPOINT: Final = frozenset({"html", "pdf"})
"""Forms in which a signed checkpoint can be embedded."""


def formed(
    form: str,
    data: Data,
    language: Language,
    *,
    about: About | None = None,
    checkpoint: bytes | None = None,
) -> bytes:
    """The report in that form. `about`: the program that the file names (this one); `checkpoint`: a signed note (UTF-8).

    Raises NoSuchForm: `report.form`, `report.no-checkpoint-there`, `report.checkpoint-text`, `report.schema`, `report.no-typst`,
    `report.no-xlsxwriter`, `report.typeset`, `report.too-long`.
    """
    if form not in FORMS:
        raise NoSuchForm(
            "report.form", f"{form} is no form of a report; one of these is right: {', '.join(FORMS)}."
        )
    if checkpoint is not None and form not in CARRY_CHECKPOINT:
        raise NoSuchForm("report.no-checkpoint-there", f"{form} holds no checkpoint; pdf and html do.")
    if checkpoint is not None and not _is_text(checkpoint):
        raise NoSuchForm("report.checkpoint-text", "A checkpoint is text in UTF-8; this is not.")
    if form == "json":
        return data_bytes(data)
    made = about or About.mine()
    paper = paper_of(data, language, made, signed=checkpoint is not None)
    match form:
        case "pdf":
            from chancery.reports.paper.as_pdf import pdf

            return pdf(paper, made, checkpoint)
        case "html":
            from chancery.reports.paper.as_html import html

            return html(paper, made, checkpoint)
        case "xlsx":
            from chancery.reports.paper.as_xlsx import xlsx

            return xlsx(paper, made)
        case "csv":
            from chancery.reports.paper.as_csv import csv

            return csv(paper, made)
        case _:
            from chancery.reports.paper.as_text import text

            return text(paper).encode()


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
