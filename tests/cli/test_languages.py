"""English and French say the same: nothing missing, nothing over, the same blanks to fill; and a French run is French."""

from __future__ import annotations

import string
from typing import get_args

import pytest

from chancery.desk import Desk
from chancery.i18n import use, word
from chancery.instruments import shipped
from chancery.locale import FRENCH
from chancery.locale.codes import CODES
from chancery.telling import explaining
from chancery.telling.history import SENTENCES
from domain import vocabulary
from domain.deciding.tasks import LATE_REASONS
from domain.mission import Why
from domain.policy import RULES
from domain.task import TASK_TYPES
from tests.cli.catalogue import in_code, in_help
from tests.cli.conftest import TASK, Cli, run
from tests.web.catalogue import in_pages, in_templates

DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}


def blanks(text: str) -> set[str]:
    return {name for _, name, *_ in string.Formatter().parse(text) if name}


def test_every_sentence_has_its_french() -> None:
    assert sorted((in_code() | in_help() | in_pages()) - set(FRENCH)) == []


def test_no_french_sentence_is_left_over() -> None:
    spoken = in_code() | in_help() | in_pages() | DAYS | {"Nothing to show."}
    headings = {text for text in FRENCH if " " not in text or text == "When (UTC)"}
    assert sorted(set(FRENCH) - spoken - headings) == []


def test_the_search_for_sentences_finds_them() -> None:
    assert {"Recorded at position {position}, receipt {leaf}.", "Due (local)", "Time zones"} <= in_code()
    assert "Take a task that is yours to do." in in_help()
    assert {"Sign out", "Recorded at position {position}."} <= in_templates()
    assert "This form is not whole; open the page again." in in_pages()


@pytest.mark.parametrize("text", sorted(FRENCH))
def test_both_have_the_same_blanks(text: str) -> None:
    assert blanks(text) == blanks(FRENCH[text]) and FRENCH[text].strip()


def test_every_kind_of_event_of_a_task_has_a_sentence() -> None:
    assert set(SENTENCES) == set(TASK_TYPES)


def test_every_code_of_the_shipped_instruments_has_a_name() -> None:
    steps = [s for i in shipped().values() for d in i["definition"] for s in d["step"]]
    asked = {
        code
        for s in steps
        for code in (*s["reasons"], *s["outcomes"], *s["evidence"], s["owner"], s["source"])
    }
    asked |= (
        {c for s in steps for values in s["results"].values() for c in values}
        | set(LATE_REASONS)
        | set(get_args(Why))
    )
    asked |= {role for roles in RULES.values() for role in roles} - {
        "engine",
        "operator",
        "offered",
        "holder",
    }
    assert sorted(asked - set(CODES)) == []


def test_every_word_of_the_closed_lists_has_a_name_and_a_year_follows_it() -> None:
    lists = [listed for name, listed in vars(vocabulary).items() if name.isupper() and name[0] != "_"]
    words = {one for listed in lists for one in listed}
    assert len(lists) >= 16 and "burden-sharing" in words
    # A day off is shown by the name that the calendar gives it, in the host country's own way.
    assert sorted(words - set(CODES) - set(vocabulary.DAYS_OFF)) == []
    assert word("burden-sharing-2026") == "burden-sharing 2026" and word("b-2026") == "b-2026"


EXPLANATIONS = [
    ("the day of the event", "le jour du fait générateur"),
    ("working day 2 of 3", "jour ouvrable 2 sur 3"),
    ("working day 2 of 3, counted back", "jour ouvrable 2 sur 3, à rebours"),
    ("weekend; the end rolls on", "fin de semaine ; le terme est reporté"),
    ("holiday: Eid al-Adha (estimated)", "jour férié : Eid al-Adha (date estimée)"),
    ("suspension (2026-09-06 to 2026-09-19)", "suspension (du 2026-09-06 au 2026-09-19)"),
    ("the end of 6 months from 2026-01-01", "le terme de 6 mois à compter du 2026-01-01"),
    ("recomputed (calendar-revised): was due 2026-05-08 23:59", "recalculé (calendar-revised) : échéance précédente 2026-05-08 23:59"),
]  # fmt: skip


@pytest.mark.parametrize(("english", "french"), EXPLANATIONS)
def test_an_explanation_in_french(english: str, french: str) -> None:
    use("fr")
    try:
        assert explaining.explained(english) == french
    finally:
        use("en")
    assert explaining.explained(english) == english


async def test_a_french_page_and_a_french_refusal(
    staffed: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (await cli("task", "show", TASK, "--language", "fr")).out
    assert "Tenue par Q-103 (p-fp)" in page and "La tâche revient à Q-103" in page and "la date fixée" in page
    said = await cli("task", "accept", TASK, "--as", "Q-105", "--language", "fr")
    assert said.code == 4 and said.err.startswith("erreur: ") and "est tenue par p-fp" in said.err
    monkeypatch.setenv("CHANCERY_LANGUAGE", "fr")
    assert "Dites qui agit" in (await cli("task", "accept", TASK)).err


def test_french_help_and_french_misuse() -> None:
    page = run("task", "complete", "--help", "--language", "fr").out
    assert "Utilisation :" in page and "Exemples :" in page and "Dire qu'une tâche a été faite" in page
    assert "Montrer ce message" in page and "Utilisation :" in run("--language", "fr", "task", "--help").out
    said = run("tsak", "--language", "fr")
    assert (
        said.code == 2
        and "Il n'y a pas de commande « tsak »" in said.err
        and "Vouliez-vous dire 'task' ?" in said.err
    )
