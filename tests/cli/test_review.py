"""`review` from the command line, from its opening to three signatures; the person first, and nobody else at all."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from chancery.data.verify import Report
from chancery.desk import Desk
from chancery.readings import book
from chancery.reports.paper.attached import attachments
from chancery.reports.proof import cited
from tests.cli.conftest import Cli

OPEN = (
    "review", "open", "Q-103", "--manager", "Q-101", "--second", "H-hq",
    "--from", "2026-01-01", "--to", "2026-05-31", "--as", "Q-101",
)  # fmt: skip


async def opened(cli: Cli) -> str:
    made = await cli(*OPEN, "--json")
    assert (made.code, made.json["events"]) == (0, ["ReviewOpened"]), made.err
    return str(made.json["review"])


async def act(cli: Cli, verb: str, review: str, who: str, *more: str) -> int:
    return (await cli("review", verb, review, *more, "--as", who)).code


async def test_a_review_from_its_opening_to_three_signatures(
    stated: Desk, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = await opened(cli)
    early = await cli("review", "read", review, "--as", "Q-101")
    assert (early.code, early.out, "[subject-first]" in early.err) == (4, "", True)
    assert await act(cli, "sign", review, "Q-103") == 5, "nobody signs what they did not open"
    read = await cli("review", "read", review, "--as", "Q-103")
    assert read.code == 0 and "Staff report" in read.out and "Recorded at position" in read.err
    contest = ("review", "contest", review, "--figure", "posts", "--ground", "wrong_time", "--as", "Q-103")
    assert (await cli(*contest)).code == 2, "neither item nor positions"
    assert "assigned" in (await cli(*contest, "--item", "1")).err, (
        "posts are no list of entries: what would be"
    )
    said = tmp_path / "why.txt"
    said.write_text("It was handed to me later.\n")
    made = await cli(*contest, "--positions", "2,3", "--words-file", str(said), "--json")
    assert (made.code, made.json["events"]) == (0, ["ItemContested"]), made.err
    assert await act(cli, "read", review, "H-hq") == 0
    assert await act(cli, "sign", review, "H-hq") == 5, "what is contested is answered first"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"Right: noted beside it.")))
    answer = (made.json["contest"], "--answer", "noted", "--words-file", "-")
    assert await act(cli, "answer", review, "Q-101", *answer[:3]) == 4, "not the manager"
    assert await act(cli, "answer", review, "H-hq", *answer) == 0
    assert await act(cli, "comment", review, "Q-103") == 2, "a comment has words"
    assert await act(cli, "comment", review, "Q-103", "--words-file", str(said)) == 0
    assert await act(cli, "sign", review, "Q-103", "--stance", "disagrees") == 0
    assert await act(cli, "read", review, "Q-101") == 0
    for who in ("Q-101", "H-hq"):
        assert await act(cli, "sign", review, who) == 0
    shown = (await cli("review", "show", review, "--as", "Q-103", "--json")).json
    assert shown["status"] == "signed"
    assert {part: one["stance"] for part, one in shown["editions"][0]["signatures"].items()} == {
        "officer": "disagrees", "manager": "agrees", "second": "agrees",
    }  # fmt: skip
    told = (await cli("review", "show", review, "--as", "H-hq")).out
    assert "Q-103" in told and "Contested" in told and "It was handed" not in told
    assert await act(cli, "cancel", review, "Q-101", "--reason", "wrong_period") == 5

    pdf = tmp_path / "review.pdf"
    ask = ("report", "review", review, "--form", "pdf", "--out", str(pdf), "--as")
    assert (await cli(*ask, "Q-101")).code == 0
    data = json.loads(attachments(pdf.read_bytes())["report.json"])
    assert (data["review"]["status"], data["figures"]["signatures"]["count"]) == ("signed", 3)
    assert data["figures"]["contests"]["items"][0]["words"]["text"] == "It was handed to me later."
    assert cited(data["report"]) <= {int(place) for place in data["proof"]["leaves"]}, (
        "one proof for the record too"
    )
    assert Report(str(pdf)).figures.keys() >= {"assigned", "signatures"}, "the verifier follows both"
    assert (await cli("report", "reproduce", str(pdf))).code == 0
    bodies = [event.body for event in await stated.log.read_stream(f"review/{review}")]
    assert not any(b"It was handed" in body or b"noted beside" in body for body in bodies), "words are sealed"
    rows = await book.find(SimpleNamespace(desk=stated), book.Wanted(kinds=("review",)))
    assert {(row.note.by, row.note.basis) for row in rows if row.note} == {
        ("p-hom", "manager"),
        ("p-hq", "second"),
    }


async def test_nobody_but_its_parties_is_told_that_there_is_one(
    stated: Desk, cli: Cli, tmp_path: Path
) -> None:
    review = await opened(cli)
    assert await act(cli, "read", review, "Q-103") == 0
    for who in ("Q-104", "Q-102", "H-aud", "H-dpo", "operator"):
        for verb in ("show", "read", "comment"):
            words = ("--words-file", __file__) if verb == "comment" else ()
            said = await cli("review", verb, review, *words, "--as", who)
            assert (said.code, said.out, "[no-such-dossier]" in said.err) == (3, "", True), (
                who,
                verb,
                said.err,
            )
        out = tmp_path / "x.pdf"
        ask = ("report", "review", review, "--form", "pdf", "--out", str(out), "--as", who)
        assert ((await cli(*ask)).code, out.exists()) == (3, False)
    listed = [
        (await cli("review", "list", "--as", who, "--json")).json["reviews"] for who in ("Q-104", "Q-102")
    ]
    assert [len(one) for one in listed] == [0, 1] and set(listed[1][0]) == {
        "code", "mission", "first", "last", "status", "mine",
    }  # fmt: skip


async def test_another_second_person_and_calling_it_off(stated: Desk, cli: Cli) -> None:
    review = await opened(cli)
    assert await act(cli, "replace", review, "Q-102", "third", "H-aud", "--reason", "left") == 2
    assert await act(cli, "replace", review, "Q-103", "second", "H-aud", "--reason", "left") == 4
    assert await act(cli, "replace", review, "Q-102", "second", "H-aud", "--reason", "left") == 0
    shown = (await cli("review", "show", review, "--as", "H-aud", "--json")).json
    assert shown["reviewers"]["second"] == "p-aud"
    assert (await cli("review", "show", review, "--as", "H-hq")).code == 3, "no party any more"
    assert await act(cli, "again", review, "Q-101") in (0, 5)
    assert await act(cli, "cancel", review, "Q-101", "--reason", "wrong_period") == 0
    assert "[review-cancelled]" in (await cli("review", "read", review, "--as", "Q-103")).err


async def test_none_is_opened_before_its_purpose_is_stated(overseen: Desk, cli: Cli) -> None:
    said = await cli(*OPEN)
    assert (said.code, "[purpose-not-stated]" in said.err) == (4, True)
