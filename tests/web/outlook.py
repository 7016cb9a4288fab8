"""The smallest writer of compound files (MS-CFB) that makes a mail as Outlook saves it (MS-OXMSG)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass
class Folder:
    """A storage: streams by name, and folders in it."""

    streams: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)


@dataclass
class _Entry:
    name: str
    kind: int
    start: int = END
    size: int = 0
    right: int = NONE
    child: int = NONE


def compound(root: Folder, claim: dict[str, int] | None = None) -> bytes:  # noqa: C901 - a format in one place
    """The bytes of a compound file. `claim`: streams whose entries name the start and size of another, by its name."""
    entries: list[_Entry] = []
    small, large = bytearray(), bytearray()
    minis: list[int] = []
    fats: list[int] = []
    wide: list[tuple[_Entry, bytes]] = []

    def add(folder: Folder, name: str, kind: int) -> int:
        number = len(entries)
        entries.append(_Entry(name, kind))
        before = -1
        inside: list[tuple[str, bytes | Folder]] = [
            *sorted(folder.streams.items()),
            *sorted(folder.folders.items(), key=lambda one: one[0]),
        ]
        for child, content in inside:
            if isinstance(content, Folder):
                at = add(content, child, 1)
            else:
                at = len(entries)
                entries.append(_Entry(child, 2, END, len(content)))
                if len(content) >= CUTOFF:
                    wide.append((entries[at], content))
                elif content:
                    entries[at].start = len(small) // MINI
                    count = -(-len(content) // MINI)
                    minis.extend([*range(len(minis) + 1, len(minis) + count), END])
                    small.extend(content.ljust(count * MINI, b"\0"))
            if before < 0:
                entries[number].child = at
            else:
                entries[before].right = at
            before = at
        return number

    add(root, "Root Entry", 5)

    def chain(content: bytes) -> int:
        start, count = len(fats), -(-len(content) // SECTOR)
        fats.extend([*range(start + 1, start + count), END])
        large.extend(content.ljust(count * SECTOR, b"\0"))
        return start

    for entry, content in wide:
        entry.start = chain(content)
    if small:
        entries[0].start, entries[0].size = chain(bytes(small)), len(small)
    mini_fat = struct.pack(f"<{len(minis)}I", *minis)
    mini_start = chain(mini_fat + b"\xff" * (-len(mini_fat) % SECTOR)) if minis else END
    for name, other in (claim or {}).items():
        for entry in entries:
            if entry.name == name:
                entry.start, entry.size = entries[other].start, entries[other].size
    folder_start = chain(b"".join(map(_directory, entries)))
    count = 1
    while count * (SECTOR // 4) < len(fats) + count:
        count += 1
    first = len(fats)
    fats.extend([FAT_SECTOR] * count)
    table = struct.pack(f"<{len(fats)}I", *fats)
    large.extend(table + b"\xff" * (count * SECTOR - len(table)))
    places = [*range(first, first + count)]
    assert count <= 109, "a test's mail is small"
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, count,
        folder_start, 0, CUTOFF, mini_start, -(-len(minis) * 4 // SECTOR), END, 0, places[0],
    )  # fmt: skip
    head += struct.pack(f"<{len(places) - 1}I", *places[1:])
    return head.ljust(SECTOR, b"\xff") + bytes(large)


def _directory(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", name, len(name), entry.kind, 1, NONE, entry.right, entry.child, b"", 0, 0, 0,
        entry.start if entry.start != END or entry.kind == 2 else 0, entry.size,
    )  # fmt: skip


def properties(known: dict[int, object], header: int) -> dict[str, bytes]:
    """The streams of an object's properties: text, bytes, whole numbers and instants by their ids."""
    streams: dict[str, bytes] = {}
    table = bytearray(header)
    for pid, value in known.items():
        if isinstance(value, str):
            kind, content = 0x001F, value.encode("utf-16-le")
        elif isinstance(value, bytes):
            kind, content = 0x0102, value
        elif isinstance(value, datetime):
            table += struct.pack("<HHIQ", 0x0040, pid, 6, int((value - _EPOCH).total_seconds()) * 10_000_000)
            continue
        else:
            assert isinstance(value, int)
            table += struct.pack("<HHIQ", 0x0003, pid, 6, value)
            continue
        table += struct.pack("<HHII4x", kind, pid, 6, len(content))
        streams[f"__substg1.0_{pid:04X}{kind:04X}"] = content
    return streams | {"__properties_version1.0": bytes(table)}


def attached(name: str, content: bytes) -> Folder:
    """A file attached by value."""
    return Folder(properties({0x3705: 1, 0x3707: name, 0x3701: content}, 8))


def enclosed(message: Folder) -> Folder:
    """A message attached as a message."""
    return Folder(properties({0x3705: 5}, 8), {"__substg1.0_3701000D": message})


def message(known: dict[int, object], *, header: int = 32, people: tuple[tuple[int, str, str], ...] = (), files: tuple[Folder, ...] = ()) -> Folder:  # fmt: skip
    """A message: its properties, (1 to · 2 cc · 3 bcc, name, address) of its addressees, what is attached."""
    made = Folder(properties({0x340D: 0x40000} | known, header))
    for number, (kind, name, address) in enumerate(people):
        made.folders[f"__recip_version1.0_#{number:08X}"] = Folder(
            properties({0x0C15: kind, 0x3001: name, 0x39FE: address}, 8)
        )
    for number, one in enumerate(files):
        made.folders[f"__attach_version1.0_#{number:08X}"] = one
    return made
