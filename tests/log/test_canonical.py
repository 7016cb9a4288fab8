"""Canonical bytes: RFC 8785 to the byte, and clear refusals."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.log.canonical import (
    DEEPEST,
    LARGEST_INTEGER,
    NotCanonical,
    canonical,
    format_instant,
    parse,
    parse_instant,
)
from chancery.log.schema import LARGEST_BODY


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(_nfc)
ASCII = st.text(st.characters(max_codepoint=127, exclude_characters="\0"))
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-LARGEST_INTEGER, LARGEST_INTEGER), TEXT, ASCII)


def values(keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    nested = st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=20,
    )
    return st.dictionaries(keys, nested, max_size=6)


@settings(max_examples=150, deadline=None)
@given(values(ASCII))
def test_the_fast_path_is_rfc_8785_to_the_byte(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert parse(canonical(value)) == value


@settings(max_examples=100, deadline=None)
@given(values(TEXT))
def test_keys_of_any_script_are_rfc_8785_to_the_byte(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_the_control_sorting_by_code_point_is_not_rfc_8785() -> None:
    """Keys sort by UTF-16 units (section 3.2.3); what json.dumps does differs beyond U+FFFF, so the fast path is ASCII's."""
    value = {"\uffe5": 1, "\U0001f600": 2}
    naive = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert canonical(value) == rfc8785.dumps(value) != naive


def test_escapes_are_those_of_section_3_2_2_2() -> None:
    assert (
        canonical({"a": '\u20ac$\x0f\nA\'B"\\\\"/\x7f\u2028'})
        == '{"a":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"}'.encode()
    )


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "code", "where"),
    [
        ({"a": [1, {"b": 1.0}]}, "log.float", "a[1].b"),
        ({"a": float("nan")}, "log.float", "a"),
        ({"a": 2**53}, "log.integer", "a"),
        ({"a": -(2**53)}, "log.integer", "a"),
        ({"a": "e\u0301"}, "log.nfc", "a"),
        ({"e\u0301": 1}, "log.nfc", "e\u0301"),
        ({"a": {"b": "x\0"}}, "log.nul", "a.b"),
        ({"x\0": 1}, "log.nul", "x\0"),
        ({"a": "\ud800"}, "log.surrogate", ""),
        ({"\ud800": 1}, "log.surrogate", ""),
        ({"a": {1: 2}}, "log.key", "a"),
        ({"a": datetime(2026, 5, 5, tzinfo=UTC)}, "log.type", "a"),
        ({"a": b"x"}, "log.type", "a"),
        ({"a": {1, 2}}, "log.type", "a"),
        (nested(DEEPEST + 1), "log.depth", "a" + ".a" * (DEEPEST - 1)),
        ({"a": "x" * LARGEST_BODY}, "log.size", ""),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_name(value: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical(value)
    assert (caught.value.code, caught.value.where) == (code, where)
    assert str(caught.value).startswith(code)


def test_the_limits_themselves_are_allowed() -> None:
    canonical({"a": LARGEST_INTEGER, "b": -LARGEST_INTEGER, "c": nested(DEEPEST - 1)})
    assert len(canonical({"a": "x" * (LARGEST_BODY - 8)})) == LARGEST_BODY


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_has_one_form(at: datetime) -> None:
    try:
        text = format_instant(at)
    except OverflowError:
        return  # the first and the last day of the calendar
    assert text.endswith("Z")
    assert parse_instant(text) == at.astimezone(UTC)
    assert parse_instant(text).utcoffset() == timedelta(0)


def test_instants_look_as_rfc_3339_says() -> None:
    paris = timezone(timedelta(hours=2))
    assert format_instant(datetime(2026, 5, 5, 8, 10, tzinfo=paris)) == "2026-05-05T06:10:00Z"
    assert format_instant(datetime(2026, 5, 5, 8, 10, 0, 5, tzinfo=paris)) == "2026-05-05T06:10:00.000005Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-05T06:10:00+00:00",
        "2026-05-05T06:10Z",
        "2026-05-05",
        "2026-05-05 06:10:00Z",
        "2026-05-05T06:10:00",
        "soon",
        "2026-05-05T06:10:00.000000Z",
    ],
)
def test_another_spelling_of_an_instant_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical) as caught:
        parse_instant(text)
    assert caught.value.code == "log.instant"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NotCanonical) as caught:
        format_instant(datetime(2026, 5, 5))
    assert caught.value.code == "log.naive"
