"""Check an export of a Chancery log, and a report (JSON or PDF) against it: offline, with nothing but Python 3.9 or newer.

    python verify.py EXPORT --key VKEY [--witness VKEY]... [--older NOTE]... [--report FILE [--follow FIGURE]]
Take this file from a place that you trust, not out of the export that you check, and the keys from whoever holds them.
Sources: RFC 6962, section 2.1 (tree); RFC 8032, section 5.1 (Ed25519); C2SP signed-note, tlog-checkpoint, tlog-cosignature.
Exit code 0: all that was asked for was checked and holds; 1: something is wrong, or could not be checked; 2: wrong use.
"""

import argparse
import base64
import hashlib
import json
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

PROVES = """
What this proves, unless something is WRONG: every event whose bytes are given lies at its position, with its time, in the log of that size which was
signed; up to there nothing was changed, put in, taken out or moved since. A redacted event is there too, by its leaf: its words were not seen here, nor
whether it is right to hide them. What it does not prove: that what was entered is true; anything after that size (the last second may be unsigned, and
only a newer checkpoint, from a witness or one that you kept, shows that the end was not cut off); who holds the key (compare it with one given to you
elsewhere; without a witness, its holder can sign another history); what a PDF prints (its data were checked). README.txt, verify.py, tiles (for other
programs) and the words of manifest.json that no event repeats are signed by nobody."""


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def need(holds: object, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(p: Any, q: Any) -> Any:
    (x, y), (u, v) = p, q
    k = D * x * y * u * v % P
    return (x * v + y * u) * pow(1 + k, -1, P) % P, (y * v + x * u) * pow(1 - k, -1, P) % P


def times(n: int, p: Any) -> Any:
    return add(times(n >> 1, add(p, p)), p if n & 1 else (0, 1)) if n else (0, 1)


def point(raw: bytes) -> Any:
    y, odd = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    need(y < P and (x * x - square) % P == 0 and (x or not odd), "the key is no point of the curve")
    return (x if x & 1 == odd else P - x), y


def signs(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is by this key over this message."""
    s, hashed = int.from_bytes(signature[32:64], "little"), signature[:32] + public + message
    h = int.from_bytes(hashlib.sha512(hashed).digest(), "little") % ORDER
    base, (x, y) = point((4 * pow(5, -1, P) % P).to_bytes(32, "little")), point(public)
    u, v = add(times(s, base), times(h, (P - x, y)))
    same: bool = (v | (u & 1) << 255).to_bytes(32, "little") == signature[:32]
    return same and len(signature) == 64 and s < ORDER


class Tree:
    """The tree of a size (RFC 6962, 2.1), from the left. `roots`: its own, and those of the sizes `cuts` that could be had."""

    def __init__(self, size: int, cuts: Iterable[int] = ()) -> None:
        self.size, self.cuts, self.end, self.roots = size, {*cuts, size}, 0, {0: sha(b"")}
        self.stack: list[tuple[int, int, bytes]] = []

    def add(self, level: int, index: int, value: bytes) -> None:
        """A node: it covers leaves from index * 2**level (counted from 0) to before (index + 1) * 2**level."""
        need(index << level == self.end < self.size, f"the proof has a gap at position {self.end + 1}")
        self.end, whole = min(self.size, (index + 1) << level), (index + 1) << level <= self.size
        while whole and self.stack and index & 1 and self.stack[-1][:2] == (level, index - 1):
            level, index, value = level + 1, index // 2, sha(b"\x01" + self.stack.pop()[2] + value)
        self.stack.append((level, index, value))
        if self.end in self.cuts:
            for _, _, left in self.stack[-2::-1]:
                value = sha(b"\x01" + left + value)
            self.roots[self.end] = value

    def fill(self, leaves: Iterable[tuple[int, bytes]], nodes: dict[str, str]) -> bytes:
        """Take in leaves (position, hash) in order and, between them, the nodes of a proof: the root."""
        split = [(*map(int, name.split("/")), bytes.fromhex(value)) for name, value in nodes.items()]
        rest: list[Any] = sorted(split, key=lambda node: -(node[1] << node[0]))
        for position, leaf in leaves:
            while rest and rest[-1][1] << rest[-1][0] < position - 1:
                self.add(*rest.pop())
            self.add(0, position - 1, leaf)
        for node in rest[::-1]:
            self.add(*node)
        need(self.end == self.size, f"the proof ends at position {self.end} of {self.size}")
        return self.roots[self.size]


class Note:
    """A signed checkpoint: origin, size and root. Nothing is verified yet."""

    FORM = "(([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]{44})\n(?:[^\n]+\n)*)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)"

    def __init__(self, given: Any) -> None:
        raw = given if isinstance(given, bytes) else Path(given).read_bytes()
        found: Any = re.fullmatch(self.FORM, raw.decode("utf-8"))
        need(found, "what should be a checkpoint is not a signed note of a log")
        self.text, self.origin, size, root, lines = found.groups()
        self.size, self.root = int(size), base64.b64decode(root, validate=True)
        split = [line.split(" ") for line in lines[:-1].split("\n")]
        self.signatures = [(name, base64.b64decode(value, validate=True)) for _, name, value in split]

    def older(self, tree: Tree, keys: "list[Key]") -> str:
        """That the tree only added to the one of this checkpoint."""
        need(self.size in tree.roots, f"the export does not show the tree of size {self.size}; not checked")
        need(tree.roots[self.size] == self.root, f"another history up to {self.size} was signed: a fork")
        return f"the log only added to it; {next(key.check(self) for key in keys if key.kind == 1)}"


class Key:
    """A public key, from its text `name+hash+base64`; `kind` 1: of a log, 4: of a witness."""

    def __init__(self, vkey: str) -> None:
        self.name, stated, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        self.id, self.kind, self.public = sha(self.name.encode() + b"\n" + raw)[:4], raw[0], raw[1:]
        whole = self.id.hex() == stated and self.kind in (1, 4) and len(self.public) == 32
        need(whole, f"{vkey[:80]!r} is not a whole key")

    def check(self, note: Note) -> str:
        """That it signed a checkpoint: a sentence that says so."""
        mine = [value[4:] for name, value in note.signatures if (name, value[:4]) == (self.name, self.id)]
        made = [(int.from_bytes(v[:8], "big"), v[8:]) if self.kind == 4 else (0, v) for v in mine]
        need(made, f"there is no signature by the key {self.name} {self.id.hex()}")
        for at, value in made:
            text = f"cosignature/v1\ntime {at}\n{note.text}" if self.kind == 4 else note.text
            need(signs(self.public, text.encode(), value), f"a signature is not by {self.name}, as it says")
        day = time.strftime(", at %Y-%m-%dT%H:%M:%SZ", time.gmtime(made[0][0])) if self.kind == 4 else ""
        return f"size {note.size} is signed by {self.name} {self.id.hex()}{day}"


class Export:
    """The files of an export: a folder or a .zip. `count`: its events, `given`: those whose bytes it holds."""

    def __init__(self, path: str) -> None:
        self.path, self.count, self.given, self.kept = Path(path), 0, 0, {}  # type: Path, int, int, dict[int, Any]
        self.zip = None if self.path.is_dir() else zipfile.ZipFile(path)
        found = {file.relative_to(path).as_posix() for file in self.path.rglob("*") if file.is_file()}
        self.names = set(self.zip.namelist()) if self.zip else found

    def lines(self, name: str) -> Iterator[bytes]:
        need(name in self.names, f"{name} is missing")
        with self.zip.open(name) if self.zip else (self.path / name).open("rb") as file:
            yield from file

    def sums(self) -> str:
        """Against accidents: whoever changes a file on purpose can change SHA256SUMS too."""
        raw = b"".join(self.lines("SHA256SUMS"))
        stated = dict(line.split("  ", 1)[::-1] for line in raw.decode().splitlines())
        for name in sorted((self.names | set(stated)) - {"SHA256SUMS"}):
            digest = hashlib.sha256()
            for line in self.lines(name):
                digest.update(line)
            need(digest.hexdigest() == stated.get(name), f"{name} is not what SHA256SUMS says")
        return f"{len(stated)} as in SHA256SUMS, whose own digest is {sha(raw).hex()}"

    def checkpoint(self) -> str:
        self.note = note = Note(b"".join(self.lines("checkpoint")))
        self.own = [Key(line.decode()) for line in self.lines("keys")]
        return f"{note.origin}, size {note.size}, root {note.root.hex()}"

    def events(self, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
        """Position and leaf of each line; what is given of those `wanted` is kept."""
        for line in self.lines("events.jsonl"):
            one = json.loads(line)
            position, at, leaf = one["position"], one.get("recorded_us"), bytes.fromhex(one["leaf"])
            written = json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            need(written == line and leaf.hex() == one["leaf"], f"position {position}: not as it is written")
            if list(one) != ["position", "leaf"]:
                place = position.to_bytes(8, "big") + at.to_bytes(8, "big")
                same = sha(b"\x00" + place + one["body"].encode()) == leaf and len(one) == 4
                need(same, f"position {position}: its bytes do not give its leaf")
                self.given += 1
            if position in wanted:
                self.kept[position] = one
            self.count += 1
            yield position, leaf

    def check(self, tree: Tree, wanted: set[int]) -> str:
        """That events and proof give the root that was signed, and that manifest.json agrees with them."""
        m, note = json.loads(b"".join(self.lines("manifest.json"))), self.note
        asked = set(m["approval"].values())  # events that repeat what manifest.json says
        root = tree.fill(self.events(wanted | asked), json.loads(b"".join(self.lines("proof.json")))["nodes"])
        need(root == note.root, f"they give the root {root.hex()}, which is not the signed one")
        stated = m["origin"], m["size"], m["root"], m["events"], m["bodies"]
        actual = note.origin, note.size, note.root.hex(), self.count, self.given
        need(stated == actual, f"manifest.json says {stated}, checkpoint and events {actual}")
        for body in (self.kept[p]["body"] for p in asked if "body" in self.kept.get(p, {})):
            data = {"approved": True, **m, **json.loads(body)["data"]}
            same = data["approved"] and [data["purpose"], data["recipient"]] == [m["purpose"], m["recipient"]]
            need(same, "manifest.json says what was not approved")
        return f"{self.count} of {note.size}, the bytes of {self.given} of them; {m['purpose']}, {m['recipient']}"


class Report:
    """A report from its JSON, or from the one attachment of a PDF that is a report; a review's figures are its record's too."""

    def __init__(self, path: str) -> None:
        raw = Path(path).read_bytes()
        found = [] if raw.startswith(b"%PDF") else [raw]
        streams = rb"obj\s*<<((?:(?!endobj).)*?/EmbeddedFile\b(?:(?!endobj).)*?)>>\s*stream\r?\n"
        for m in re.finditer(streams, b"" if found else raw, re.DOTALL):
            data = raw[m.end() : m.end() + int(re.findall(rb"/Length (\d+)", m[1])[0])]
            found.append(zlib.decompress(data) if b"/FlateDecode" in m[1] else data)
        found = [data for data in found if re.match(rb'\s*{\s*"schema":\s*"chancery\.[a-z-]+-report/', data)]
        need(len(found) == 1, f"{path} holds {len(found)} reports, not one")
        d = self.data = json.loads(found[0])
        lists = re.findall(r'"positions": \[([^]]*)', json.dumps(self.data))  # wherever one stands in it
        self.named = {int(position) for one in lists for position in one.split(",") if position}
        self.log, inner = d["log"], d.get("report", d)  # a review holds a report
        self.size, self.figures = d["log"]["size"], {**inner["figures"], **d["figures"]}

    def check(self, tree: Tree, origin: str) -> str:
        """That the positions that it names lie in a log to which the signed one only added."""
        size, proof = self.size, self.data["proof"]
        leaves = sorted((int(p), bytes.fromhex(leaf)) for p, leaf in proof["leaves"].items())
        root = Tree(size).fill(leaves, proof["nodes"])
        proved = self.log["root"] == root.hex() and self.named <= {position for position, _ in leaves}
        need(proved, "its leaves do not give the root that it names, or a position is not among them")
        long = all(figure["count"] == len(figure["items"]) for figure in self.figures.values())
        need(long, "a number is not the length of its list")
        own = self.log["origin"] == origin and tree.roots.get(size) == root
        need(own, "another log was signed, or the export does not reach back: take one made for it")
        return f"{len(self.named)} positions that it names are in the signed log, as known at position {size}"

    def follow(self, figure: str, kept: dict[int, Any]) -> str:
        """Each item of a figure, and the event at each of its positions, in words, out of its bytes."""
        need(figure in self.figures, f"there is no {figure}, but {', '.join(self.figures)}")
        told = [f"{figure}, {self.figures[figure]['count']} items"]
        for number, item in enumerate(self.figures[figure]["items"], 1):
            told.append(f"{figure} {number}: {json.dumps(item, ensure_ascii=False)}")
            for position in item["positions"]:
                one, words = kept.get(position, {}), "in the log by its leaf; its words are not given here"
                if "body" in one:
                    e = json.loads(one["body"])
                    words = f"its bytes give its leaf: {e['type']} of {e['stream']}, version {e['version']}, at {e['at']}"
                    words += f", by {e['actor']['code']}: {json.dumps(e['data'], ensure_ascii=False)}"
                told.append(f"  position {position}: {words}")
        return "\n       ".join(told)


def main(arguments: Any = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("export", type=Export, help="a folder or a .zip")
    for names, kind in (("--key", "--witness"), Key), (("--older",), Note), (("--report",), Report):
        parser.add_argument(*names, action="append", default=[], type=kind)
    parser.add_argument("--follow", metavar="FIGURE")
    try:
        given = parser.parse_args(arguments)
    except (OSError, zipfile.BadZipFile, zlib.error) as problem:
        parser.error(str(problem))
    wrong: list[str] = []

    def check(what: str, step: Callable[..., str], *arguments: Any) -> None:
        try:
            print(f"OK     {what}: {step(*arguments)}")
        except Exception as problem:  # whatever cannot be read is wrong
            wrong.append(what)
            print(f"WRONG  {what}: {problem if isinstance(problem, ValueError) else repr(problem)}")

    export, keys, reports, figure = given.export, given.key, given.report, given.follow
    check("files", export.sums)
    check("checkpoint", export.checkpoint)
    if "checkpoint" in wrong:
        return 1
    if not any(key.kind == 1 for key in keys):
        print("NOTE   no --key of the log was given: the export's own keys prove nothing about who signed it")
        keys += export.own
    for key in keys:
        check("signature", key.check, export.note)
    tree = Tree(export.note.size, [one.size for one in given.older + reports])
    check("events", export.check, tree, {p for one in reports for p in one.named})
    for old in given.older:
        check("older checkpoint", old.older, tree, keys)
    for report in reports:
        check("report", report.check, tree, export.note.origin)
        check("figure", report.follow, figure, export.kept) if figure else None
    print(PROVES)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
