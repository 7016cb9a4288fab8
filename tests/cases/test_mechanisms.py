"""The registry of mechanisms: whole, in both languages, formal and informal, with what the discussion named."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from chancery.cases import mechanisms
from chancery.cases.mechanisms import Mechanism, find, offered, registry
from domain.casework import KINDS

NAMED = {
    "national-mechanism-mx", "national-mechanism-co", "iachr-rapporteur", "achpr-rapporteur", "un-rapporteur-defenders",
    "osce-odihr", "eu-temporary-relocation", "protectdefenders", "accompaniment", "concern-group", "letters-to-prison",
    "self-care", "awards", "free-media", "emergency-visa", "asylum", "public-policy", "national-law-ci", "defender-network",
}  # fmt: skip
"""Rows of REQUIREMENTS.md's table of mechanisms that are something to offer in a case, or to point to."""


def test_what_practitioners_named_is_there() -> None:
    assert {one.code for one in registry()} >= NAMED


def test_both_arenas_and_every_level_have_something_to_offer() -> None:
    assert {one.arena for one in registry()} == {"formal", "informal"}
    assert {one.level for one in registry()} == set(Mechanism.model_fields["level"].annotation.__args__)  # type: ignore[union-attr]


def test_titles_are_in_both_languages_and_links_are_hosts() -> None:
    for one in registry():
        assert one.title.en != one.title.fr, one.code
        assert one.link is None or ("/" not in one.link and ":" not in one.link)
        assert one.consent is None or one.consent in KINDS


def test_a_term_of_its_own_is_unconfirmed_until_somebody_saw_it_in_a_text() -> None:
    timed = {one.code: one.clock for one in registry() if one.clock}
    assert timed["national-mechanism-mx"] == {
        "urgent_issued": "3h",
        "urgent_implemented": "9h",
        "ordinary": "10wd",
    }
    assert timed["un-urgent-appeal"] == {"state_reply": "60d"}
    assert not any(one.confirmed for one in registry() if one.clock)


def test_a_country_is_offered_its_own_and_what_is_bound_to_none() -> None:
    mexico, egypt = ({one.code for one in offered(country)} for country in ("MX", "EG"))
    assert mexico - egypt == {"national-mechanism-mx"} and "accompaniment" in egypt
    assert {one.arena for one in offered("EG", "informal")} == {"informal"}
    assert find("national-mechanism-mx") is not None and find("magic") is None


GOOD = {
    "code": "x",
    "arena": "formal",
    "level": "un",
    "kind": "appeal",
    "consent": "",
    "title": {"en": "Words", "fr": "Mots dits"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"consent": "everything"},
        {"clock": {"a": "soon"}},
        {"link": "https://x.org"},
        {"countries": ["Mexico"]},
        {"more": 1},
    ],
)
def test_a_bad_line_is_refused(change: dict[str, object]) -> None:
    Mechanism.model_validate(GOOD)
    with pytest.raises((ValidationError, ValueError)):
        Mechanism.model_validate(GOOD | change)


def test_a_code_that_stands_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        'code="x"\narena="formal"\nlevel="un"\nkind="appeal"\nconsent=""\ntitle={en="Words",fr="Mots dits"}\n'
    )

    class Twice:
        def __truediv__(self, _: str) -> Twice:
            return self

        def read_text(self, encoding: str) -> str:
            return f"[[mechanism]]\n{lines}" * 2

    monkeypatch.setattr("chancery.cases.mechanisms.resources.files", lambda _: Twice())
    registry.cache_clear()
    with pytest.raises(ValueError, match="stands twice"):
        registry()
    monkeypatch.undo()
    registry.cache_clear()
    assert registry()


def test_the_checklist_of_a_case_shows_both_arenas_and_the_last_that_was_noted() -> None:
    rows = mechanisms.checklist(
        [("awards", "offered"), ("awards", "used"), ("national-mechanism-mx", "offered")], "EG"
    )
    status = {one.code: said for one, said in rows}
    assert (status["awards"], status["national-mechanism-mx"], status["courts"]) == ("used", "offered", None)
    assert [one.arena for one, _ in rows] == sorted(one.arena for one, _ in rows)
    assert len(rows) == len(offered("EG")) + 1
