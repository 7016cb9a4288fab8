"""The attacks on one database. Each changes something at a random place and says which position is the first that is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random  # noqa: TID251 - seeded, and the seed is printed
from typing import Any, Final
from uuid import UUID

from tests.tamper import hands
from tests.tamper.hands import Admin, Entry

Attack = Callable[[Admin, Random, int], int]
"""Given the number of signed events; the first bad position, 0 where it is about none."""


def edit(admin: Admin, chance: Random, signed: int) -> int:
    """Another claimed time, actor or fact in one event; every hash follows."""
    log = hands.entries(admin)
    position = chance.randint(1, signed)
    hands.rewrite(admin, position, _lie(chance, log, log[position - 1].event))
    return position


def edit_carelessly(admin: Admin, chance: Random, signed: int) -> int:
    """The same, and the stored leaf stays what it was."""
    hands.frozen(admin, "leaf")
    return edit(admin, chance, signed)


def delete(admin: Admin, chance: Random, signed: int) -> int:
    """One event or several in a row gone; the gap stays."""
    first = chance.randint(1, signed)
    admin.execute(
        f"DELETE FROM log.event WHERE position BETWEEN {first} AND {first + chance.choice((0, 0, 1, 5))}"
    )
    return first


def delete_and_close(admin: Admin, chance: Random, signed: int) -> int:
    """One event gone, all later ones renumbered, in their stream too."""
    log = hands.entries(admin)
    position = chance.randint(1, signed)
    gone = log[position - 1]
    admin.execute("DELETE FROM log.event WHERE position = %s", [position])
    hands.shift(admin, position, -1)
    hands.close_versions(admin, gone.stream, gone.event["version"])
    return position


def insert(admin: Admin, chance: Random, signed: int) -> int:
    """An event that never was, as the last of its stream; all later ones renumbered."""
    log = hands.entries(admin)
    last = {one.stream: one for one in log}
    before = chance.choice([one for one in last.values() if one.position <= signed])
    position = chance.randint(min(before.position + 1, signed), signed)
    event = before.event
    made = event | {
        "version": event["version"] + 1,
        "id": _uuid(chance),
        "command": event["command"] | {"id": _uuid(chance)},
    }
    hands.shift(admin, position - 1, 1)
    hands.insert(admin, position, log[position - 1].recorded_us, before.stream, made)
    return position


def swap(admin: Admin, chance: Random, signed: int) -> int:
    """Two events of different streams change places, each stream still in its order."""
    log = hands.entries(admin)[:signed]
    while True:
        one = chance.choice(log)
        other = log[min(signed, one.position + chance.randint(1, 30)) - 1]
        between = {e.stream for e in log[one.position : other.position - 1]}
        if one.stream != other.stream and not {one.stream, other.stream} & between:
            break
    admin.execute("DELETE FROM log.event WHERE position = ANY(%s)", [[one.position, other.position]])
    hands.insert(admin, one.position, one.recorded_us, other.stream, other.event)
    hands.insert(admin, other.position, other.recorded_us, one.stream, one.event)
    return one.position


def backdate(admin: Admin, chance: Random, signed: int) -> int:
    """The log's own time of an entry (and of those just before it) put earlier, so that it never runs backwards."""
    log = hands.entries(admin)[:signed]
    late = chance.choice([e for before, e in itertools.pairwise(log) if e.recorded_us > before.recorded_us])
    reach = chance.choice((1, 1, 3, 10))
    time = log[max(0, late.position - 1 - reach)].recorded_us
    admin.execute(
        "UPDATE log.event SET recorded_us = %s WHERE position <= %s AND recorded_us > %s",
        [time, late.position, time],
    )
    return next(e.position for e in log if e.recorded_us > time)


def edit_tail(admin: Admin, chance: Random, signed: int) -> int:
    """One of the newest events, which no checkpoint covers yet."""
    log = hands.entries(admin)
    position = chance.randint(signed + 1, len(log))
    hands.rewrite(admin, position, _lie(chance, log, log[position - 1].event))
    return position


def _lie(chance: Random, log: list[Entry], event: dict[str, Any]) -> dict[str, Any]:
    """The event, still of its shape, with something in it that was not so."""
    lies = [event | {"at": f"2026-05-0{chance.randint(1, 4)}T0{chance.randint(0, 9)}:00:00Z"}]
    others = sorted({e.event["actor"]["code"] for e in log} - {event["actor"]["code"]})
    lies.append(event | {"actor": event["actor"] | {"code": chance.choice(others)}})
    same = [
        e.event["data"] for e in log if e.event["type"] == event["type"] and e.event["data"] != event["data"]
    ]
    if same:
        lies.append(event | {"data": chance.choice(same)})
    return chance.choice([lie for lie in lies if lie != event])


def _uuid(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=5))


# ── columns and views: what reports read ─────────────────────────────────────────────────────────────────────────


def column(admin: Admin, chance: Random, signed: int) -> int:
    """A column, a stream's name or a row of a view says another thing than the bytes."""
    return chance.choice((_column, _column, _leaf, _stream_name, _other_stream, _view, _view, _lost_row))(
        admin, chance, signed
    )


def _column(admin: Admin, chance: Random, signed: int) -> int:
    position = chance.randint(1, signed)
    name, value = chance.choice(
        (
            ("type", "CASE type WHEN 'TaskAccepted' THEN 'TaskOpened' ELSE 'TaskAccepted' END"),
            ("version", "version + 100000"),
            ("command_id", "gen_random_uuid()"),
            ("event_id", "gen_random_uuid()"),
        )
    )
    hands.frozen(admin, name)
    admin.execute(f"UPDATE log.event SET {name} = {value} WHERE position = {position}")
    return position


def _leaf(admin: Admin, chance: Random, signed: int) -> int:
    position = chance.randint(1, signed)
    hands.frozen(admin, "leaf")
    admin.execute(f"UPDATE log.event SET leaf = sha256(leaf) WHERE position = {position}")
    return position


def _stream_name(admin: Admin, chance: Random, signed: int) -> int:
    one = chance.choice(hands.entries(admin)[:signed])
    admin.execute("UPDATE log.stream SET name = name || '-x' WHERE id = %s", [one.stream])
    [(first,)] = admin.execute("SELECT min(position) FROM log.event WHERE stream = %s", [one.stream])
    return int(first)


def _other_stream(admin: Admin, chance: Random, signed: int) -> int:
    """The event stands in somebody else's stream: the constraint on versions has to go first."""
    position = chance.randint(1, signed)
    admin.execute("ALTER TABLE log.event DROP CONSTRAINT event_stream_version_key")
    admin.execute(
        "UPDATE log.event SET stream = (SELECT min(id) FROM log.stream WHERE id <> stream) WHERE position = %s",
        [position],
    )
    return position


def _view(admin: Admin, chance: Random, signed: int) -> int:
    table, change = chance.choice(
        (
            ("task", "due = due + interval '1 day'"),
            ("task", "posting = posting || '-x'"),
            ("task", "timing = 'in_time', passed = NOT passed"),
            ("obligation", "status = status || '-x'"),
            ("obligation", "not_met = NOT not_met"),
            ("posting", "last = '2027-01-01'"),
            ("mission", "zone = 'Europe/Paris'"),
        )
    )
    admin.execute(f"UPDATE view.{table} SET {change} WHERE ctid = ({_one_of(table, chance)})")
    return 0


def _lost_row(admin: Admin, chance: Random, signed: int) -> int:
    table = chance.choice(("task", "obligation", "involvement", "posting"))
    admin.execute(f"DELETE FROM view.{table} WHERE ctid = ({_one_of(table, chance)})")
    return 0


def _one_of(table: str, chance: Random) -> str:
    return f"SELECT ctid FROM view.{table} AS t ORDER BY md5(t::text || '{chance.random()}') LIMIT 1"


def flip(admin: Admin, chance: Random, signed: int) -> int:
    """One bit of what is stored, as a worn disk would: nothing is computed anew."""
    hands.frozen(admin)
    return flipped(admin, chance, signed)[0]


def flipped(admin: Admin, chance: Random, signed: int) -> tuple[int, bytes]:
    """Flip a bit of an event's bytes, leaf or time; where, and the statement that flips it back."""
    position, column = (
        chance.randint(1, signed),
        chance.choice(("body", "body", "body", "leaf", "recorded_us")),
    )
    if column == "recorded_us":
        change = f"recorded_us # (1::bigint << {chance.randint(0, 50)})"
    else:
        [(length,)] = admin.execute(
            f"SELECT octet_length({column}) FROM log.event WHERE position = {position}"
        )
        bit = chance.randrange(8 * length)
        change = f"set_bit({column}, {bit}, 1 - get_bit({column}, {bit}))"
    statement = f"UPDATE log.event SET {column} = {change} WHERE position = {position}".encode()
    admin.execute(statement)
    return position, statement


ON_ONE_DATABASE: Final[dict[str, Attack]] = {
    "edit, the stored leaf left": edit_carelessly,
    "edit": edit,
    "delete, the gap left": delete,
    "delete, renumbered": delete_and_close,
    "insert, renumbered": insert,
    "swap": swap,
    "back-date": backdate,
    "column or view edited": column,
    "one bit flipped": flip,
    "edit in the unsigned tail": edit_tail,
}
