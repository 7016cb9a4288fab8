"""Files embedded in a PDF of ours, read back with the standard library alone.

It reads what typst writes: a table of offsets (ISO 32000-1, 7.5.4), file specifications (7.11.3) and streams, plain or
deflated. Any other PDF is answered with what was found in it, often nothing; nothing in a file is ever run.
"""

import re
import zlib
from typing import Final

LARGEST: Final = 256 * 1024 * 1024
"""So many bytes an embedded file has at most once unpacked."""
_SPECIFICATION: Final = re.compile(
    rb"/Type/Filespec/F\(([A-Za-z0-9._-]{1,80})\)[^>]{0,200}/EF<</F (\d{1,9}) 0 R"
)
_STREAM: Final = re.compile(rb"<<(.{0,400}?)>>\s*stream\r?\n", re.DOTALL)


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Name → content. What cannot be read is left out."""
    offsets = _offsets(pdf)
    found: dict[str, bytes] = {}
    for name, number in _SPECIFICATION.findall(pdf):
        at = offsets.get(int(number))
        content = None if at is None else _content(pdf, at)
        if content is not None:
            found[name.decode()] = content
    return found


def _offsets(pdf: bytes) -> dict[int, int]:
    """Object number → where it begins."""
    last = re.search(rb"startxref\s+(\d{1,12})\s+%%EOF\s*$", pdf[-64:])
    if last is None:
        return {}
    at = int(last[1])
    table = re.compile(rb"xref\s+0 (\d{1,9})\s+").match(pdf, at)
    if table is None:
        return {}
    entry = re.compile(rb"(\d{10}) \d{5} ([nf])\s{1,2}")
    found: dict[int, int] = {}
    place = table.end()
    for number in range(int(table[1])):
        line = entry.match(pdf, place)
        if line is None:
            return found
        if line[2] == b"n":
            found[number] = int(line[1])
        place = line.end()
    return found


def _content(pdf: bytes, at: int) -> bytes | None:
    head = _STREAM.search(pdf, at, at + 600)
    length = re.search(rb"/Length (\d{1,12})", head[1]) if head else None
    if head is None or length is None:
        return None
    stored = pdf[head.end() : head.end() + int(length[1])]
    if b"/Filter" not in head[1]:
        return stored
    if b"/Filter/FlateDecode" not in head[1]:
        return None
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(stored, LARGEST)
    except zlib.error:
        return None
    return content if reader.eof else None
