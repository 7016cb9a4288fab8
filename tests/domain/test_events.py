"""What was ever stored can be read for ever, and nothing that could be a name can be stored.

`golden/<type>.v<schema>.json` holds a body of each type as the log holds it, with every field that the type has. Together they are
one history, in the order of their ids; `folded.json` is what it folds to. A golden file is never changed: a new schema gets
a new file, and a step in `domain/upcast.py`.
"""

import dataclasses
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from domain import dossier
from domain import mission as missions
from domain import obligation as obligations
from domain import upcast as upcasting
from domain.envelope import Event, read_event
from domain.events import SCHEMAS, TYPES, EventRefused, validate
from domain.kinds import Code
from domain.task import ON_TASK
from domain.upcast import UnknownSchema, upcast

GOLDEN = Path(__file__).with_name("golden")
BODIES: dict[str, dict[str, Any]] = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLDEN.glob("*.v*.json"))
}
LATEST = {body["type"]: body for body in BODIES.values() if body["schema"] == SCHEMAS.get(body["type"])}


# ── golden ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_type_and_schema_ever_stored_has_its_golden_file() -> None:
    wanted = {f"{type_}.v{n}.json" for type_, latest in SCHEMAS.items() for n in range(1, latest + 1)}
    assert set(BODIES) == wanted
    assert set(SCHEMAS) == set(TYPES)


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_a_golden_file_has_every_field_of_its_type(type_: str) -> None:
    """So a field that is added without a new golden file fails here."""
    assert lacking(type_, LATEST[type_]["data"]) == set()


def lacking(type_: str, data: dict[str, Any]) -> set[str]:
    return set(TYPES[type_].__annotations__) ^ set(data)


def test_a_field_without_a_golden_value_is_seen() -> None:
    assert lacking("TaskDeclined", {"task": "hold.1"}) == {"reason"}


@pytest.mark.parametrize("name", sorted(BODIES))
def test_what_was_stored_is_read_in_todays_shape(name: str) -> None:
    body = BODIES[name]
    event = read_event(body, 7, 1_000_000)
    validate(event.type, event.data)
    assert name == f"{body['type']}.v{body['schema']}.json"
    assert (event.position, event.recorded.isoformat()) == (7, "1970-01-01T00:00:01+00:00")
    assert (event.by, event.happened.isoformat()) == ("p-fp", body["at"].replace("Z", "+00:00"))
    if body["schema"] == SCHEMAS[body["type"]]:
        assert event.data == body["data"]


def history() -> Iterator[Event]:
    for number, body in enumerate(sorted(LATEST.values(), key=lambda b: b["id"]), start=1):
        yield read_event(deepcopy(body), number, 0)


def test_an_old_history_folds_to_what_it_always_folded_to() -> None:
    events = list(history())
    mission = missions.fold(e for e in events if e.stream.startswith("mission/"))
    obligation = obligations.fold(e for e in events if e.stream.startswith("obligation/"))
    kept = {
        name: plain(dossier.fold(name, [e for e in events if e.stream == name]))
        for name in sorted({e.stream for e in events if dossier.kind_of(e.stream)})
    }
    folded = json.loads(json.dumps([plain(mission), plain(obligation), kept], default=str, sort_keys=True))
    assert folded == json.loads((GOLDEN / "folded.json").read_text(encoding="utf-8"))


def plain(value: Any) -> Any:  # noqa: PLR0911 - a row a kind
    """A folded state as plain JSON: what it holds, in an order that does not depend on hashing."""
    match value:
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted(map(str, value))
        case list() | tuple():
            return [plain(item) for item in value]
        case str() | int() | None:
            return value
        case _ if hasattr(value, "items"):
            return {str(key): plain(item) for key, item in value.items()}
        case _:
            return str(value)


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_every_type_belongs_to_exactly_one_kind_of_stream(type_: str) -> None:
    folded = [type_ in missions._EVOLVE, type_ in obligations._ON_OBLIGATION, type_ in ON_TASK]
    folded += [takes(kind, LATEST[type_]) for kind in dossier.KINDS.values()]
    assert sum(folded) == 1


def takes(kind: dossier.Kind, body: dict[str, Any]) -> bool:
    """Whether a dossier of that kind knows the type: it folds its own golden history and refuses any other."""
    state = kind.empty()
    try:
        for event in history():
            if event.stream == body["stream"]:
                kind.evolve(state, event)
    except KeyError:
        return False
    return bool(state.version)


def test_a_type_that_a_stream_cannot_hold_is_never_passed_over() -> None:
    event = read_event(LATEST["MissionAdopted"], 1, 0)
    with pytest.raises(KeyError):
        obligations.evolve(obligations.Obligation(), event)


# ── upcasting ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_event_of_a_newer_program_is_refused_not_guessed() -> None:
    body = LATEST["TaskAccepted"]
    for change in ({"schema": 2}, {"schema": 0}, {"type": "TaskForgotten"}):
        with pytest.raises(UnknownSchema):
            read_event({**body, **change}, 1, 0)


def test_an_old_schema_climbs_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {
        ("TaskAccepted", 1): lambda data: {**data, "since": "then"},
        ("TaskAccepted", 2): lambda data: {**data, "since": data["since"].upper()},
    }
    monkeypatch.setitem(upcasting.SCHEMAS, "TaskAccepted", 3)
    assert upcast("TaskAccepted", 1, {"task": "a.1"}, steps) == {"task": "a.1", "since": "THEN"}
    assert upcast("TaskAccepted", 2, {"task": "a.1", "since": "now"}, steps)["since"] == "NOW"
    assert upcast("TaskAccepted", 3, {"task": "a.1"}, steps) == {"task": "a.1"}


def test_every_older_schema_has_its_step() -> None:
    assert {(t, n) for t, latest in SCHEMAS.items() for n in range(1, latest)} == set(upcasting.STEPS)


# ── nothing that could be a name ─────────────────────────────────────────────────────────────────────────────────

NAMES = (
    "Ana Example",
    "a sentence about somebody",
    "Ana\tExample",
    "Ana\nExample",
    "",
    " ana",
    "-ana",
    "z" * 97,
)


def texts(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of every text in an event's data, keys of free dictionaries apart."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from texts(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from texts(value, (*path, number))
    elif isinstance(data, str):
        yield path


def put(data: dict[str, Any], path: tuple[Any, ...], value: str) -> dict[str, Any]:
    made = deepcopy(data)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made


PUBLISHED = {
    ("MissionAdopted", "calendar"), ("CalendarRevised", "calendar"),  # checked by the calendar itself
    ("ObligationOpened", "definition"),  # checked by the instrument's own file
    ("TaskOpened", "deadline"), ("DeadlineMoved", "deadline"),  # zone, term and reasons of days: the clock's own words
}  # fmt: skip
CELLS = [
    (type_, path)
    for type_ in sorted(TYPES)
    for path in texts(LATEST[type_]["data"])
    if (type_, path[0]) not in PUBLISHED
]


@pytest.mark.parametrize(
    ("type_", "path"), CELLS, ids=lambda v: ".".join(map(str, v)) if isinstance(v, tuple) else v
)
def test_no_free_text_enters_an_event(type_: str, path: tuple[Any, ...]) -> None:
    for name in NAMES:
        with pytest.raises(EventRefused) as refusal:
            validate(type_, put(LATEST[type_]["data"], path, name))
        assert not name.strip() or name not in str(refusal.value), "what was refused is not said again"


def test_the_walk_reaches_codes_and_lets_a_code_pass() -> None:
    """The control: the same walk with a code in place of the name is taken, wherever the kind is a plain code."""
    assert len(CELLS) > 100
    data = LATEST["TaskDeclined"]["data"]
    validate("TaskDeclined", put(data, ("reason",), "security"))


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_an_unknown_key_is_refused_at_every_depth(type_: str) -> None:
    data = LATEST[type_]["data"]
    with pytest.raises(EventRefused):
        validate(type_, {**data, "name": "ana"})
    for key, value in data.items():
        if (type_, key) in PUBLISHED and key != "deadline":
            continue
        for number, part in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(part, dict) and set(part) <= {"ref", "commit", "kind", "digest", "bytes", "marking", "n", "at", "to", "code", "country", "resident", *LATEST["TaskOpened"]["data"]["deadline"]}:  # fmt: skip
                worse = {**part, "name": "ana"}
                changed = [*value[:number], worse, *value[number + 1 :]] if isinstance(value, list) else worse
                with pytest.raises(EventRefused):
                    validate(type_, {**data, key: changed})


def test_a_key_of_a_dictionary_is_a_code_too() -> None:
    with pytest.raises(EventRefused):
        validate("TaskCompleted", {**LATEST["TaskCompleted"]["data"], "result": {"a name": "x"}})


def test_a_deadlines_label_holds_no_markup() -> None:
    data = deepcopy(LATEST["TaskOpened"]["data"])
    data["deadline"]["explanation"][0]["reason"] = "<b>"
    with pytest.raises(EventRefused):
        validate("TaskOpened", data)


def test_a_day_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(EventRefused):
        validate("PostingEnded", {"posting": "p-1", "until": "2026-02-30"})


def test_what_a_code_may_be() -> None:
    adapter = TypeAdapter(Code)
    assert get_args(Code)
    for fine in ("p-1", "Q-EG:MEET-ANNUAL:2026", "hold.1", "a" * 96):
        assert adapter.validate_python(fine) == fine
