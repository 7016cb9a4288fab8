from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instant import BadInput
from domain.term import BadTerm, Term


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("3wd", Term("wd", 3)),
        ("24h", Term("h", 24)),
        ("30d", Term("d", 30)),
        ("6mo", Term("mo", 6)),
        ("1y", Term("y", 1)),
        ("by:12-31", Term("by", 0, 12, 31)),
        ("by:02-29", Term("by", 0, 2, 29)),
        ("at:", Term("at")),
        ("before:10wd", Term("before", 10)),
    ],
)
def test_every_form_is_read_and_written_back(text: str, term: Term) -> None:
    assert Term.parse(text) == term
    assert str(term) == text


@pytest.mark.parametrize(
    ("text", "same"), [(" 3wd ", "3wd"), ("before: 10wd", "before:10wd"), ("by: 12-31", "by:12-31")]
)
def test_blanks_are_forgiven(text: str, same: str) -> None:
    assert str(Term.parse(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "wd",
        "3 wd",
        "-3wd",
        "+3wd",
        "3.5h",
        "3w",
        "٣wd",
        "3WD",
        "by:13-01",
        "by:02-30",
        "by:1-1",
        "before:2d",
        "at:5",
    ],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(BadTerm) as refused:
        Term.parse(text)
    assert refused.value.code == "bad_term"
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    "text", ["0wd", "2601wd", "0h", "87841h", "3661d", "121mo", "11y", "before:0wd", "999999h"]
)
def test_numbers_out_of_range_are_refused(text: str) -> None:
    with pytest.raises(BadTerm) as refused:
        Term.parse(text)
    assert refused.value.code == "term_out_of_range"


@pytest.mark.parametrize("text", ["1wd", "2600wd", "87840h", "3660d", "120mo", "10y", "before:2600wd"])
def test_control_the_last_number_in_range_is_taken(text: str) -> None:
    assert str(Term.parse(text)) == text


def test_only_appointments_need_one() -> None:
    assert [
        t
        for t in ("3wd", "1h", "1d", "1mo", "1y", "by:01-01", "at:", "before:1wd")
        if Term.parse(t).needs_appointment
    ] == [
        "at:",
        "before:1wd",
    ]


@given(st.text(max_size=30))
def test_any_text_is_a_term_or_refused(text: str) -> None:
    try:
        term: Term | BadInput = Term.parse(text)
    except BadInput as refusal:
        term = refusal
    if isinstance(term, Term):
        assert Term.parse(str(term)) == term
    else:
        assert term.message.isprintable()
