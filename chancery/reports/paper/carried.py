"""What a report's file carries: its form, the request, the log it was made from, and, in most forms, its data.

Everything here is a claim of the file's. `chancery.reports.reproduce` says what of it is true.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from csv import reader
from dataclasses import dataclass
from html import unescape
from typing import Any, Final, Literal

from chancery.reports.paper.as_csv import BOM, MARK, separator
from chancery.reports.paper.as_html import ABOUT, CHECKPOINT, DATA
from chancery.reports.paper.attached import LARGEST, attachments
from chancery.reports.paper.made_by import SCHEMA, About
from chancery.reports.paper.model import Data, Language, NoSuchForm, kind_of

Form = Literal["html", "pdf", "xlsx", "csv", "json"]
_BLOCK: Final = r'<script type="application/json" id="data-{}">\n(.*?)</script>'


class NotAReport(Exception):
    """The file is no report that could be made again. `code` is stable; the message says what it lacks."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Carried:
    """What a file says of itself. `program` is None where it names none (JSON); `data` where it holds none (XLSX, CSV)."""

    form: Form
    language: Language
    kind: str
    request: dict[str, Any]
    origin: str
    position: int
    program: About | None = None
    data: bytes | None = None
    checkpoint: bytes | None = None


def read(content: bytes) -> Carried:
    """What the file carries. Raises NotAReport: `report.file` (no report of ours), `report.file-request` (no request in it)."""
    if content.startswith(b"%PDF-"):
        inside = attachments(content)
        return _carried(
            "pdf", inside.get("form.json"), inside.get("report.json"), inside.get("checkpoint.txt")
        )
    if content.startswith(b"PK\x03\x04"):
        return _carried("xlsx", _in_workbook(content), None, None)
    if content.startswith(BOM):
        return _carried("csv", _in_rows(content), None, None)
    text = _decoded(content)
    if text.lstrip()[:15].lower() == "<!doctype html>":
        return _from_page(text)
    return _from_data(content, text)


def _from_page(text: str) -> Carried:
    blocks = {name: re.search(_BLOCK.format(name), text, re.DOTALL) for name in (DATA, ABOUT, CHECKPOINT)}
    found = {name: block[1].replace("\\u003c", "<") for name, block in blocks.items() if block}
    note = json.loads(found[CHECKPOINT]) if CHECKPOINT in found else None
    if note is not None and not isinstance(note, str):
        raise _no_report()
    form, data = found.get(ABOUT), found.get(DATA)
    return _carried(
        "html", form and form.encode(), data.encode() if data else None, note.encode() if note else None
    )


def _from_data(content: bytes, text: str) -> Carried:
    """The data alone: they hold the request, and name no language and no program."""
    data = _object(text)
    kind = _kind(data)
    return _placed("json", "en", kind, data.get("request"), data.get("log"), data=content)


def _carried(form: Form, about: bytes | str | None, data: bytes | None, checkpoint: bytes | None) -> Carried:
    if about is None:
        raise _no_report()
    said = _object(_decoded(about) if isinstance(about, bytes) else about)
    language = said.get("language")
    if said.get("schema") != SCHEMA or said.get("form") != form or language not in ("en", "fr"):
        raise _no_report()
    request = said.get("request")
    kind = str(request.get("kind")) if isinstance(request, dict) else ""
    program = About.named(said.get("program"))
    if program is None:
        raise _no_report()
    return _placed(
        form, language, kind, request, said.get("log"), program=program, data=data, checkpoint=checkpoint
    )


def _placed(form: Form, language: Language, kind: str, request: Any, log: Any, **more: Any) -> Carried:
    if not isinstance(request, dict) or not isinstance(log, dict):
        raise NotAReport(
            "report.file-request", "The file does not say which request it answers; it cannot be made again."
        )
    origin, position = log.get("origin"), log.get("position")
    if not isinstance(origin, str) or not isinstance(position, int) or isinstance(position, bool):
        raise _no_report()
    if (note := more.get("checkpoint")) is not None:
        _decoded(note)
    return Carried(form, language, kind, request, origin, position, **more)


def _kind(data: Data) -> str:
    try:
        return kind_of(data)
    except NoSuchForm:
        raise _no_report() from None


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_report() from None
    if not isinstance(found, dict):
        raise _no_report()
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _no_report() from None


def _in_rows(content: bytes) -> str | None:
    """The last row that begins with `#` and `form`, whichever sign stands between the cells."""
    text = _decoded(content.removeprefix(BOM))
    for language in ("en", "fr"):
        for line in reversed(text.rstrip("\r\n").rsplit("\r\n", 3)):
            if line.startswith(f"{MARK}{separator(language)}form{separator(language)}"):
                return next(reader([line], delimiter=separator(language)))[2]
    return None


def _in_workbook(content: bytes) -> str | None:
    """The one shared string that is a form; nothing else of the workbook is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book, book.open("xl/sharedStrings.xml") as strings:
            text = _decoded(strings.read(LARGEST))
    except NotAReport:
        raise
    except Exception:  # noqa: BLE001 - a damaged archive fails in more ways than zipfile names (zlib.error, ValueError …)
        raise _no_report() from None
    return next(_strings(text), None)


def _strings(text: str) -> Iterator[str]:
    for found in re.finditer(r"<t(?: [^>]*)?>([^<]*)</t>", text):
        said = unescape(found[1])
        if said.startswith(f'{{"schema":"{SCHEMA}"'):
            yield said


def _no_report() -> NotAReport:
    return NotAReport("report.file", "This is no report of Chancery in PDF, HTML, XLSX, CSV or JSON.")
