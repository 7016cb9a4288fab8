"""A court list with something wrong: file, line and field are named, and nothing is imported."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.importers import courtlist
from chancery.importers.problems import MOST_BYTES, ImportRefused, Problem
from domain.calendar import Calendar
from tests.imports.conftest import HEARINGS, Here
from tests.imports.made import event, ics, lines

ISTANBUL = Calendar(zone="Europe/Istanbul", weekend=frozenset({5, 6}))

BAD = [
    (b"", 1, "file", "empty"),
    (b" " * (MOST_BYTES + 1), 1, "file", "too-large"),
    (ics(event()).replace(b"one@", b"\0"), 4, "text", "nul"),
    (ics(event()).replace(b"one@", b"\xe9"), 4, "text", "not-utf-8"),
    (b"hello: world\r\n", 1, "BEGIN", "not-a-calendar"),
    (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", 1, "BEGIN", "not-a-calendar"),
    (ics(), 1, "VEVENT", "empty"),
    (ics(event(*(["X-NOTE:a"] * 50_000))), 50_001, "file", "too-large"),
    (ics(event(*(["no line"] * 2_000))), 6, "line", "not-a-content-line"),
    (ics(event())[:-15], 1, "BEGIN", "cut-short"),
    (ics(event("END:VALARM")), 6, "END", "misplaced"),
    (ics(event(event(uid="two@list"))), 6, "BEGIN", "misplaced"),
    (ics(event("this is no line")), 6, "line", "not-a-content-line"),
    (ics(event(uid=None)), 3, "UID", "missing"),
    (ics(event(uid="  ")), 3, "UID", "missing"),
    (ics(event(start=None)), 3, "DTSTART", "missing"),
    (ics(event(start="DTSTART:24 June 2026")), 5, "DTSTART", "bad-time"),
    (ics(event(start="DTSTART:20260230")), 5, "DTSTART", "bad-time"),
    (ics(event(start="DTSTART:20260224T250000")), 5, "DTSTART", "bad-time"),
    (ics(event(start="DTSTART:18260224")), 5, "DTSTART", "year_out_of_range"),
    (ics(event(start="DTSTART;TZID=Mars/Olympus:20260224T100000")), 5, "DTSTART", "unknown_zone"),
    (ics(event("DTSTART:20260625")), 6, "DTSTART", "stands-twice"),
    (ics(event("DTEND:20260624T080000")), 6, "DTEND", "bad-end"),
    (ics(event("DTEND;VALUE=DATE:20260625")), 6, "DTEND", "bad-end"),
    (ics(event("DTEND:soon")), 6, "DTEND", "bad-time"),
    (ics(event("DTEND:20260624T110000", "DURATION:PT1H")), 6, "DTEND", "two-ends"),
    (ics(event("DURATION:an hour")), 6, "DURATION", "bad-duration"),
    (ics(event("RRULE:FREQ=WEEKLY;COUNT=5")), 6, "RRULE", "recurrence"),
    (ics(event("RDATE:20260701T093000")), 6, "RDATE", "recurrence"),
    (ics(event("RECURRENCE-ID:20260701T093000")), 6, "RECURRENCE-ID", "recurrence"),
    (ics(event("STATUS:PERHAPS")), 6, "STATUS", "bad-status"),
    (ics(event("SEQUENCE:first")), 6, "SEQUENCE", "bad-sequence"),
    (ics(event("SUMMARY:" + "x" * 20_001)), 6, "SUMMARY", "too-long"),
    (ics(event(), event()), 7, "UID", "same-uid"),
    (ics(event(), head="METHOD:REPLY"), 2, "METHOD", "bad-method"),
    (ics(*(event(uid=f"u{n}") for n in range(501))), 3 + 500 * 4, "VEVENT", "too-many"),
]


@pytest.mark.parametrize(
    ("raw", "line", "field", "code"), BAD, ids=[f"{n}-{row[3]}" for n, row in enumerate(BAD)]
)
def test_it_is_named(raw: bytes, line: int, field: str, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        courtlist.parse(raw, "list.ics", ISTANBUL)
    named(refused.value, line, field, code)


def named(refused: ImportRefused, line: int, field: str, code: str) -> None:
    first = refused.problems[0]
    assert (first.file, first.line, first.field, first.code) == ("list.ics", line, field, code)
    assert str(refused).startswith(f"list.ics:{line}: {field}: ")


async def test_nothing_is_imported(trial: Here) -> None:
    head = await trial.head()
    for raw, line, field, code in BAD:
        with pytest.raises(ImportRefused) as refused:
            await trial.hearings(raw)
        named(refused.value, line, field, code)
    assert await trial.head() == head
    assert not trial.keys.keys("R", "case")


async def test_what_is_sound_goes_in(trial: Here) -> None:
    """The control of the table above: its one sound sitting does import."""
    assert (await trial.hearings(ics(event()))).new == 1
    assert trial.keys.keys("R", "case")


@pytest.mark.parametrize(
    ("start", "utc", "day", "whole_day"),
    [
        ("DTSTART;VALUE=DATE:20190624", "2019-06-24T06:00:00", "2019-06-24", True),
        ("DTSTART:20190624T100000", "2019-06-24T07:00:00", "2019-06-24", False),
        ("DTSTART:20190624T100000Z", "2019-06-24T10:00:00", "2019-06-24", False),
        ("DTSTART:20190624T220000Z", "2019-06-24T22:00:00", "2019-06-25", False),
        ("DTSTART;TZID=Europe/Paris:20190624T100000", "2019-06-24T08:00:00", "2019-06-24", False),
        ('DTSTART;TZID="Europe/Paris":20190624T100000', "2019-06-24T08:00:00", "2019-06-24", False),
        ("DTSTART;TZID=Turkey Standard Time:20190624T100000", "2019-06-24T07:00:00", "2019-06-24", False),
        (
            "DTSTART;TZID=Europe/Paris:20190331T023000",
            "2019-03-31T01:00:00",
            "2019-03-31",
            False,
        ),  # no such time
        (
            "DTSTART;TZID=Europe/Paris:20191027T023000",
            "2019-10-27T00:30:00",
            "2019-10-27",
            False,
        ),  # twice: the first
    ],
)
def test_days_and_times(start: str, utc: str, day: str, whole_day: bool) -> None:
    [one] = courtlist.parse(ics(event(start=start)), "list.ics", ISTANBUL)
    assert (one.starts.isoformat(), one.day.isoformat(), one.whole_day) == (f"{utc}+00:00", day, whole_day)


def test_a_zone_that_the_file_defines_anew_is_not_believed() -> None:
    false = lines(
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Istanbul",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
    [one] = courtlist.parse(
        ics(false, event(start="DTSTART;TZID=Europe/Istanbul:20190624T100000")), "l", ISTANBUL
    )
    assert one.starts.isoformat() == "2019-06-24T07:00:00+00:00"


def test_the_highest_sequence_of_a_uid_holds_wherever_it_stands() -> None:
    late = event("SEQUENCE:2", start="DTSTART:20260701T093000")
    for order in ([late, event("SEQUENCE:1")], [event("SEQUENCE:1"), late]):
        [one] = courtlist.parse(ics(*order), "list.ics", ISTANBUL)
        assert (one.sequence, one.day.isoformat()) == (2, "2026-07-01")


def test_folded_and_escaped_text_is_read_as_it_was_meant() -> None:
    [one] = courtlist.parse(
        ics(
            event("SUMMARY:Hearing\\, first\r\n  part\\; \\\\n\\nroom", "LOCATION;LANGUAGE=tr:Ç\r\n\tağlayan")
        ),
        "l",
        ISTANBUL,
    )
    assert one.words == {
        "uid": "one@list", "summary": "Hearing, first part; \\n\nroom", "location": "Çağlayan",
    }  # fmt: skip


def test_an_alarm_inside_a_sitting_does_not_speak_for_it() -> None:
    alarm = lines("BEGIN:VALARM", "DURATION:PT5M", "SUMMARY:wake", "UID:alarm", "END:VALARM")
    [one] = courtlist.parse(ics(event(alarm)), "list.ics", ISTANBUL)
    assert one.words == {"uid": "one@list"}


def test_a_refusal_does_not_repeat_the_line_it_cannot_read() -> None:
    with pytest.raises(ImportRefused) as refused:
        courtlist.parse(ics(event("a line that holds CANARY")), "list.ics", ISTANBUL)
    assert "CANARY" not in str(refused.value)


FUZZ = settings(max_examples=150, deadline=None)


@FUZZ
@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_break_it(raw: bytes) -> None:
    refused_or_read(raw)


@FUZZ
@given(
    st.text(alphabet=st.sampled_from(':;,="\\\r\n\tBEGINDTSTARTUID0129TZé '), max_size=60),
    st.integers(0, 1500),
)
def test_nor_does_a_list_with_something_thrown_in(thrown: str, at: int) -> None:
    refused_or_read(HEARINGS[:at] + thrown.encode() + HEARINGS[at:])


@FUZZ
@given(st.text(max_size=40), st.text(max_size=40))
def test_nor_do_strange_values(value: str, parameter: str) -> None:
    refused_or_read(ics(event(start=f"DTSTART;TZID={parameter}:{value}")))
    refused_or_read(ics(event(f"SUMMARY:{value}", f"SEQUENCE:{parameter}", uid=value)))


def refused_or_read(raw: bytes) -> None:
    """Either it is read, or every problem has its place: nothing else ever comes out."""
    problems: list[Problem] = []
    try:
        found = courtlist.parse(raw, "list.ics", ISTANBUL)
    except ImportRefused as refused:
        found, problems = [], refused.problems
    assert bool(found) != bool(problems)
    assert all(p.line >= 1 and p.field and p.message for p in problems)
