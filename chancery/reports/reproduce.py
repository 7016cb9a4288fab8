"""`reproduce`: a report's file made again from the log as known then, and compared byte for byte.

The file says which request it answers and at which position; nothing else of it is believed. What the same log gives for
that request is laid out in the same form, and must be the same bytes. A signed checkpoint within the file is carried over
only after its signature, size and root have been found to be the log's.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from chancery.log.checkpoints import opened
from chancery.log.notes import NoteRefused, Verifier
from chancery.log.store import EventLog
from chancery.reports import requests
from chancery.reports.paper.attached import attachments
from chancery.reports.paper.carried import Carried, NotAReport, read
from chancery.reports.paper.forms import formed
from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import Data, data_bytes
from chancery.reviews import Place

_MOST: Final = 20
"""So many differences are named."""


class CannotReproduce(NotAReport):
    """The report cannot be made again here. `code` is stable; the message says why."""


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What came of it. `differs`: where the two part, by stable codes such as `data/figures/on_time`; empty if they are the same."""

    carried: Carried
    differs: tuple[str, ...]
    program: About
    checkpoint: str | None = None
    """Of an embedded checkpoint: `signed` (checked), or the code of what is wrong with it."""

    @property
    def same(self) -> bool:
        """Whether the file is, byte for byte, what the log gives."""
        return not self.differs

    @property
    def other_program(self) -> bool:
        """Whether the file names another program than this one; JSON names none."""
        return self.carried.program not in (None, self.program)


async def reproduce(
    log: EventLog, content: bytes, keys: Sequence[Verifier] = (), here: Place | None = None
) -> Reproduced:
    """Make a report's file again and compare. `keys`: those that may sign this log's checkpoints.

    `here`: whoever holds the vault; a review's words come from there, every other report from the log alone.

    Raises NotAReport: `report.file`, `report.file-request`; CannotReproduce: `report.other-log`, `report.log-short`,
    `report.file-kind`; and whatever making the report raises (NoReport).
    """
    found = read(content)
    origin, _ = await log.origin()
    if found.origin != origin:
        raise CannotReproduce(
            "report.other-log", f"The file was made from the log {found.origin}; this one is {origin}."
        )
    head = await log.head()
    if not 1 <= found.position <= head:
        raise CannotReproduce(
            "report.log-short",
            f"The file was made at position {found.position}; this log has positions 1 to {head}.",
        )
    data = await remade(log, found.kind, found.request, found.position, here)
    checkpoint = None if found.checkpoint is None else _checked(found.checkpoint, data, keys)
    again = formed(found.form, data, found.language, about=found.program, checkpoint=found.checkpoint)
    differs = [f"checkpoint/{checkpoint}"] if checkpoint not in (None, "signed") else []
    if again != content:
        differs += _differences(found, content, again, data)
    return Reproduced(found, tuple(differs[:_MOST]), About.mine(), checkpoint)


async def remade(
    log: EventLog, kind: str, request: Mapping[str, Any], position: int, here: Place | None = None
) -> dict[str, Any]:
    """The data of the report that answers a request, as known at a position.

    Raises CannotReproduce `report.file-kind`, `report.file-request`, `report.file-vault`, and whatever making the report
    raises (NoReport; of a review Refused and ReportChanged).
    """
    if kind not in requests.KINDS or request.get("kind") != kind:
        raise CannotReproduce("report.file-kind", "The file holds a request that this program does not know.")
    asked = requests.parse(kind, request)
    if asked is None:
        raise CannotReproduce(
            "report.file-request", "The request in the file lacks something, or is not of the right kind."
        )
    if isinstance(asked, requests.StaffRequest):
        return await _staff(log, asked, position)
    if isinstance(asked, requests.ReviewRequest):
        if here is None:
            raise CannotReproduce(
                "report.file-vault", "A review's words lie in the vault, which is not open here."
            )
        from chancery.reports.review import review_report

        return (await review_report(here, asked.review, asked.edition, position)).data()
    return await _elsewhere(f"chancery.reports.{kind}", log, asked.model_dump(mode="json"), position)


async def _staff(log: EventLog, asked: requests.StaffRequest, position: int) -> dict[str, Any]:
    from chancery.reports.staff import staff_report

    report = await staff_report(
        log, asked.officer, asked.postings, asked.first, asked.last, position, regime=asked.regime
    )
    return report.data()


async def _elsewhere(module: str, log: EventLog, request: dict[str, Any], position: int) -> dict[str, Any]:
    """By the `remake` of the report's own module."""
    data: dict[str, Any] = await import_module(module).remake(log, request, position)
    return data


def _checked(note: bytes, data: Data, keys: Sequence[Verifier]) -> str:
    """`signed`, or the code of what is wrong: a signature, another log, a size or a root that is not the report's."""
    log = data["log"]
    try:
        signed = opened(note.decode(), log["origin"], keys)
    except NoteRefused as problem:
        return problem.code
    if signed.checkpoint.size != log["size"]:
        return "note.size"
    return "signed" if signed.checkpoint.root.hex() == log["root"] else "note.root"


def _differences(found: Carried, content: bytes, again: bytes, data: Data) -> Iterator[str]:
    """Where two files part: in the data first, and only if those agree, in how they look."""
    if found.data is not None:
        parts = list(_parts(found.data, data))
        if parts:
            yield from parts
            return
    match found.form:
        case "csv":
            yield f"line/{_first_line(content, again)}"
        case "xlsx":
            yield from _members(content, again)
        case "pdf":
            theirs, ours = attachments(content), attachments(again)
            names = sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))
            yield from (f"attachment/{name}" for name in names) if names else ("pages",)
        case _:
            yield f"line/{_first_line(content, again)}"


def _parts(carried: bytes, data: Data) -> Iterator[str]:
    """Which parts of the data differ, figure by figure."""
    try:
        theirs = json.loads(carried)
    except (ValueError, RecursionError):
        theirs = None
    if not isinstance(theirs, dict):
        yield "data"
        return
    # Through JSON, so that a tuple and a list are the same, as they are in the file.
    ours = json.loads(data_bytes(data))
    if theirs == ours:
        return
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) == ours.get(name):
            continue
        if name != "figures" or not all(isinstance(d.get(name), dict) for d in (theirs, ours)):
            yield f"data/{_plain(name)}"
            continue
        figures = sorted(theirs[name].keys() | ours[name].keys())
        yield from (f"data/figures/{_plain(f)}" for f in figures if theirs[name].get(f) != ours[name].get(f))


def _first_line(content: bytes, again: bytes) -> int:
    pairs = zip(content.split(b"\n"), again.split(b"\n"), strict=False)
    return next(
        (n for n, (a, b) in enumerate(pairs, 1) if a != b), min(content.count(b"\n"), again.count(b"\n")) + 1
    )


def _members(content: bytes, again: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as theirs, zipfile.ZipFile(io.BytesIO(again)) as ours:
        sums = [{i.filename: (i.CRC, i.file_size) for i in one.infolist()} for one in (theirs, ours)]
    names = sorted(n for n in sums[0].keys() | sums[1].keys() if sums[0].get(n) != sums[1].get(n))
    yield from (f"part/{_plain(name)}" for name in names) if names else ("pages",)


def _plain(name: str) -> str:
    """A name out of a file, safe to print."""
    return re.sub(r"[^A-Za-z0-9._/-]", "?", name)[:80]
