"""An export from beginning to end. Events are read in order and written as they come: a million take no more memory than a thousand.

events.jsonl   a line for each position: position, leaf; and, of those that may be read, log time and body (the exact bytes)
proof.json     the nodes that, with these leaves, give the signed root: none where every leaf is there
checkpoint     the signed note                  keys          public keys: compare them with those known from elsewhere
tile/…         C2SP hash tiles, for a whole log  manifest.json what this is: of what, up to where, why redacted, for whom
README.txt, verify.py, SHA256SUMS
"""

import hashlib
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, Any, Final

from chancery.export import leaflet
from chancery.export.files import SUMS, ExportRefused, Sink, Sums, written
from chancery.export.ranges import Ranges
from chancery.export.request import REDACTED, Anchor, Chooser, Made, Request
from chancery.log import merkle
from chancery.log.store import EventLog, LogDamaged, Recorded
from chancery.log.tiles import WIDTH, place
from chancery.log.tree import LogTree

SCHEMA: Final = "chancery.export/1"
VERIFIER: Final = Path(__file__).parents[1] / "data" / "verify.py"
_AT_ONCE: Final = 500
_HASH: Final = merkle.HASH_BYTES


@dataclass(frozen=True, slots=True)
class _Plan:
    """`every`: the positions of which there is a line; `given`: those of them whose bytes may be given."""

    every: Ranges
    given: Ranges
    bodies: Chooser


async def make(
    log: EventLog,
    tree: LogTree,
    anchor: Anchor,
    request: Request,
    target: Path,
    *,
    released: Callable[[Made], Awaitable[object]] | None = None,
) -> Made:
    """Write an export to `target`: a .zip if it is called so, else a folder.

    `released` is awaited when all is written and before anything appears at `target`; if it raises, nothing does.

    Raises ExportRefused (`export-there`, `export-nothing`, `export-altered`), LogDamaged, OSError, psycopg.OperationalError.
    """
    size = anchor.signed.checkpoint.size
    given = Ranges.of((max(1, a), min(size, b)) for a, b in request.wanted.parts)
    if not given.parts:
        raise ExportRefused("export-nothing", size=size)
    # A cut lies between two leaves: with both given, the tree of the older size shows within the newer one.
    edges = {edge for cut in request.cuts if 0 < cut < size for edge in (cut, cut + 1)}
    every = given | Ranges.positions(edges)
    plan = _Plan(every, given, request.bodies)
    nodes = await _nodes(tree, every, anchor)
    sums = Sums()
    with written(target) as sink, tempfile.TemporaryFile() as spool:
        root, bodies = await _events(sink, sums, log, plan, spool)
        count = spool.tell() // _HASH
        if every.whole(size) and root != anchor.signed.checkpoint.root:
            raise ExportRefused("export-altered", size=size)
        if every.whole(size):
            _tiles(sink, sums, spool, size)
        manifest = _manifest(anchor, request, every, count, bodies)
        for name, content in (
            ("proof.json", _json({"nodes": nodes})),
            ("checkpoint", anchor.signed.note_text.encode()),
            ("keys", "".join(f"{key}\n" for key in anchor.vkeys).encode()),
            ("manifest.json", _json(manifest)),
            ("README.txt", leaflet.text(manifest).encode()),
            ("verify.py", VERIFIER.read_bytes()),
        ):
            with sink.open(name) as raw, sums.watched(name, raw) as file:
                file.write(content)
        with sink.open(SUMS) as raw:
            raw.write(sums.text())
        digest = hashlib.sha256(sums.text()).hexdigest()
        made = Made(size, manifest["root"], digest, count, bodies)
        if released is not None:
            await released(made)
    return made


async def _nodes(tree: LogTree, every: Ranges, anchor: Anchor) -> dict[str, str]:
    """The hashes of what lies between and around the ranges. A proof for their ends has them, and some within, which go."""
    size, root = anchor.signed.checkpoint.size, anchor.signed.checkpoint.root
    proof = await tree.bundle(every.ends, size)
    if bytes.fromhex(proof["root"]) != root:
        raise ExportRefused("export-altered", size=size)
    return {
        name: value
        for name, value in proof["nodes"].items()
        if not every.cover((int(name.partition("/")[0]), int(name.partition("/")[2])), size)
    }


async def _events(sink: Sink, sums: Sums, log: EventLog, plan: _Plan, spool: IO[bytes]) -> tuple[bytes, int]:
    """Write the lines; the leaves go to the spool too. The root over these leaves alone, and how many bodies were given."""
    frontier, bodies = merkle.Frontier(), 0
    with sink.open("events.jsonl") as raw, sums.watched("events.jsonl", raw) as file:
        for after, upto in plan.every.chunks(_AT_ONCE):
            some = await log.read(after, upto - after, upto)
            if len(some) != upto - after:
                raise LogDamaged(after + len(some) + 1)
            readable = await plan.bodies.of([one for one in some if one.position in plan.given])
            for one in some:
                leaf = merkle.leaf_of(one.position, one.recorded_us, one.body)
                if leaf != one.leaf:
                    raise LogDamaged(one.position)
                frontier.append(leaf)
                spool.write(leaf)
                file.write(line_of(one, whole=one.position in readable))
            bodies += len(readable)
    return frontier.root(), bodies


def line_of(one: Recorded, *, whole: bool) -> bytes:
    """A line of events.jsonl. What is redacted keeps no time either: nothing that its leaf alone does not prove."""
    line: dict[str, Any] = {"position": one.position}
    if whole:
        line["recorded_us"] = one.recorded_us
    line["leaf"] = one.leaf.hex()
    if whole:
        line["body"] = one.body.decode()
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _tiles(sink: Sink, sums: Sums, spool: IO[bytes], size: int) -> None:
    """The hash tiles of a whole log (c2sp.org/tlog-tiles), level by level: each level is spooled for the next."""
    with ExitStack() as stack:
        below, count, level = spool, size, 0
        while count:
            above = stack.enter_context(tempfile.TemporaryFile())
            below.seek(0)
            for number in range(-(-count // WIDTH)):
                row = below.read(_HASH * WIDTH)
                name = place(level, number, len(row) // _HASH)
                with sink.open(name) as raw, sums.watched(name, raw) as file:
                    file.write(row)
                if len(row) == _HASH * WIDTH:
                    above.write(merkle.root(list(_split(row))))
            below, count, level = above, count // WIDTH, level + 1


def _split(row: bytes) -> Iterator[bytes]:
    return (row[i : i + _HASH] for i in range(0, len(row), _HASH))


def _manifest(anchor: Anchor, request: Request, every: Ranges, count: int, bodies: int) -> dict[str, Any]:
    checkpoint = anchor.signed.checkpoint
    return {
        "schema": SCHEMA,
        "origin": checkpoint.origin,
        "rehearsal": anchor.rehearsal,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "positions": [list(part) for part in every.parts],
        "events": count,
        "bodies": bodies,
        "redacted": count - bodies,
        "redaction": {"code": request.redaction, "why": REDACTED[request.redaction]},
        "older": sorted(request.cuts),
        "purpose": request.purpose,
        "recipient": request.recipient,
        "approval": dict(request.approval),
        **request.more,
        "made_with": f"chancery {metadata.version('chancery')}",
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
