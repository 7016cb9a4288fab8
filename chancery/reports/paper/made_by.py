"""Which program made a file: its version, and a digest of the code and texts that make and lay out reports.

Two files that differ although log and request are the same were made by different programs; the file names its own.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Any, Final, Self

_READ: Final = (
    ("chancery", "reports"), ("chancery", "locale"), ("chancery", "telling"), ("chancery", "oversight"), ("domain", ""),
)  # fmt: skip
"""Folders whose files decide the bytes of a report."""
_NAMES: Final = (".py", ".toml", ".typ", ".css")
_LIBRARIES: Final = ("typst", "xlsxwriter")
PROGRAM: Final = re.compile(
    r"chancery [0-9][0-9A-Za-z.+-]{0,30} [0-9a-f]{16}( (typst|xlsxwriter) [0-9][0-9A-Za-z.+-]{0,30}){0,2}"
)
SCHEMA: Final = "chancery.report-form/1"


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself: `program` names who made it, as in `chancery 0.1.0 0123456789abcdef typst 0.15.2`."""

    program: str

    @classmethod
    def mine(cls) -> Self:
        """This program."""
        return cls(" ".join([f"chancery {metadata.version('chancery')} {_digest()}", *_libraries()]))

    @classmethod
    def named(cls, program: object) -> Self | None:
        """The program that a file names; None if what stands there is no name that a program of ours gives."""
        return cls(program) if isinstance(program, str) and PROGRAM.fullmatch(program) else None

    def form(self, form: str, language: str, data: Mapping[str, Any]) -> str:
        """What a file carries so that it can be made again, as one line of JSON: the form, the request, and the log."""
        carried = {
            "schema": SCHEMA,
            "form": form,
            "language": language,
            "program": self.program,
            "request": data.get("request"),
            "log": data["log"],
        }
        return json.dumps(carried, ensure_ascii=False, separators=(",", ":"))


def _libraries() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


@cache
def _digest() -> str:
    found = hashlib.sha256()
    for package, folder in _READ:
        root = resources.files(package)
        for name, file in sorted(_files(root / folder if folder else root, f"{package}/{folder}")):
            content = file.read_bytes()
            found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()[:16]


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for one in folder.iterdir():
        if one.is_dir():
            if one.name != "__pycache__":
                yield from _files(one, f"{name}/{one.name}")
        elif one.name.endswith(_NAMES):
            yield f"{name}/{one.name}", one
