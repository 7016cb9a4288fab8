"""The audit's lines as files: CSV that no spreadsheet takes for a formula, and JSON lines; each with the log's head and its leaf."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from chancery.i18n import language
from chancery.log.store import Recorded
from chancery.spreadsheets import safe
from domain.kinds import instant_text

FORMS: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
MOST: Final = 50_000
"""Lines of one file; whoever needs more narrows the period."""
COLUMNS: Final = (
    "position", "recorded", "happened", "mission", "object", "task", "type", "kind", "by", "officer", "role",
    "on_behalf_of", "on_behalf_of_officer", "sentence", "command", "leaf",
)  # fmt: skip


async def written(
    form: str, origin: str, head: Recorded, query: str, lines: AsyncIterator[dict[str, Any]]
) -> AsyncIterator[bytes]:
    """The file, piece by piece: CSV with one line a row and the head as its last; JSON lines with the head as their first."""
    made = _csv(origin, head, lines) if form == "csv" else _jsonl(origin, head, query, lines)
    async for piece in made:
        yield piece


async def _csv(origin: str, head: Recorded, lines: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    # Where the comma parts whole from tenth, spreadsheets expect a semicolon.
    between = ";" if language() == "fr" else ","
    yield b"\xef\xbb\xbf" + _row(COLUMNS, between)
    async for line in lines:
        flat = _flat(line)
        yield _row([safe(flat[name]) for name in COLUMNS], between)
    last = {"position": head.position, "type": "LogHead", "object": origin, "leaf": head.leaf.hex()}
    yield _row([safe(last.get(name)) for name in COLUMNS], between)


def _row(cells: Iterable[str], between: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=between, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


async def _jsonl(
    origin: str, head: Recorded, query: str, lines: AsyncIterator[dict[str, Any]]
) -> AsyncIterator[bytes]:
    first = {
        "schema": "chancery.audit/1", "log": origin, "head": head.position, "leaf": head.leaf.hex(), "filter": query,
    }  # fmt: skip
    yield json.dumps(first, ensure_ascii=False).encode() + b"\n"
    async for line in lines:
        yield json.dumps(_flat(line), ensure_ascii=False).encode() + b"\n"


def _flat(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "position": line["position"],
        "recorded": instant_text(line["recorded"]),
        "happened": instant_text(line["at"]),
        "mission": line["mission"],
        "object": line["object"],
        "task": line["task"],
        "type": line["type"],
        "kind": line["kind"],
        "by": line["by"],
        "officer": line["officer"],
        "role": line["role"],
        "on_behalf_of": line["behalf"],
        "on_behalf_of_officer": line["behalf_officer"],
        "sentence": line["sentence"],
        "command": line["command"],
        "leaf": line["leaf"],
    }
