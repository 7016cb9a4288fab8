"""The text of a PDF's pages, by the file's own ToUnicode maps (ISO 32000-1, 9.10): what is copied out of it or read aloud."""

from __future__ import annotations

import io
import re

import pikepdf


def text_of(content: bytes) -> str:
    """Everything that the pages show as text, in the order of their streams; a line for each piece."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(content)) as made:
        maps: dict[tuple[int, int], dict[int, str]] = {}
        for page in made.pages:
            fonts = page.Resources.get("/Font", {})
            current: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                if name == "Tf":
                    font = fonts[str(operands[0])]
                    current = maps.setdefault(font.objgen, characters(font.ToUnicode.read_bytes()))
                elif name in ("Tj", "TJ"):
                    pieces = operands[0] if name == "TJ" else [operands[0]]
                    strings = [bytes(p) for p in pieces if isinstance(p, pikepdf.String)]
                    found.append("".join(shown(s, current) for s in strings))
    return "\n".join(found)


def shown(codes: bytes, characters: dict[int, str]) -> str:
    return "".join(characters.get(int.from_bytes(codes[n : n + 2]), "?") for n in range(0, len(codes), 2))


def characters(cmap: bytes) -> dict[int, str]:
    """Glyph number → text, from the bfchar and bfrange parts of a map."""
    found: dict[int, str] = {}
    text = cmap.decode("latin-1")
    for part in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            found[int(code, 16)] = bytes.fromhex(to).decode("utf-16-be")
    for part in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            start = int(first, 16)
            for code in range(start, int(last, 16) + 1):
                found[code] = chr(ord(bytes.fromhex(to).decode("utf-16-be")[-1]) + code - start)
    return found
