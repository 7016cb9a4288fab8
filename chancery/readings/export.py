"""Entries of the access log as files: CSV that no spreadsheet takes for a formula, and JSON lines that can be proved.

JSON lines carry of each entry the bytes and the salt, so that whoever has the file can make the leaf again, and first a proof of all
leaves in the file against the tree's size and root (compare those with a signed checkpoint).
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Final

from chancery.i18n import language
from chancery.readings.entry import Entry
from chancery.spreadsheets import safe
from domain.kinds import instant_text

FORMS: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
COLUMNS: Final = (
    "position", "recorded", "mission", "kind", "reader", "officer", "basis", "reason", "form", "about", "sentence", "leaf",
)  # fmt: skip


def as_csv(origin: str, proof: dict[str, Any], lines: Sequence[dict[str, Any]]) -> bytes:
    """One entry a row, and last the tree's size, with its root where the leaves stand."""
    out = io.StringIO()
    # Where the comma parts whole from tenth, spreadsheets expect a semicolon.
    written = csv.writer(out, delimiter=";" if language() == "fr" else ",", lineterminator="\r\n")
    written.writerow(COLUMNS)
    for line in lines:
        flat = _flat(line) | {"about": " ".join(line["about"])}
        written.writerow([safe(flat[name]) for name in COLUMNS])
    last = {"position": proof["size"], "kind": "TreeRoot", "reader": origin, "leaf": proof["root"]}
    written.writerow([safe(last.get(name)) for name in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_jsonl(
    origin: str, query: str, proof: dict[str, Any], entries: Sequence[Entry], lines: Sequence[dict[str, Any]]
) -> bytes:
    """First what it is with the proof of every leaf, then one entry a line, with salt and bytes."""
    first = {
        "schema": "chancery.readings/1", "log": origin, "size": proof["size"], "root": proof["root"], "filter": query,
        "proof": proof,
    }  # fmt: skip
    rows = [first]
    for entry, line in zip(entries, lines, strict=True):
        bytes_ = {
            "recorded_us": entry.recorded_us,
            "salt": None if entry.salt is None else entry.salt.hex(),
            "body": None if entry.body is None else entry.body.decode(),
        }
        rows.append(_flat(line) | bytes_)
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _flat(line: dict[str, Any]) -> dict[str, Any]:
    return {name: instant_text(line["at"]) if name == "recorded" else line[name] for name in COLUMNS}
