"""Lines of a rehearsal that speak of reviews and work plans go through the same office as everybody's; and the demonstration's parse."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chancery import queries, reviews
from chancery.demo import SCRIPT
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.rehearse.dossiers import KINDS
from chancery.rehearse.play import Player, ends_of, starts_of
from chancery.rehearse.script import ScriptRefused, load
from chancery.rehearse.stage import staged
from chancery.reports.paper.forms import formed
from chancery.reports.review import review_report
from chancery.settings import Settings

FILE = Path(__file__).with_name("review.toml")


def play(path: Path, folder: Path) -> tuple[bool, str, str]:
    """Whether it went as scripted, how its one review stands, and what its report says."""
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()

    async def playing() -> tuple[bool, str, str]:
        script = load(path)
        async with staged(Settings(data_dir=folder), starts_of(script), script.seed, lambda _: None) as stage:
            ledger = await Player(script, path.parent, stage, lambda _: None, ends_of(script)).play()
            [row] = await queries.dossiers(stage.desk.log, "review")
            review = await reviews.review_of(stage, row["code"])
            data = (await review_report(stage, row["code"])).data()
            return ledger.as_scripted, review.status, formed("text", data, "en").decode()

    try:
        return asyncio.run(playing())
    finally:
        server.stop()


def test_a_review_is_read_contested_answered_and_signed(short_dir: Path) -> None:
    as_scripted, status, text = play(FILE, short_dir / "review")
    assert (as_scripted, status) == (True, "signed")
    assert "It was given out before I came." in text and "Noted beside it." in text
    assert "A rehearsal: nothing here happened." in text and "signed, does not agree" in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('contest = "map", figure = "late", item = 7', "late has 0 entries, not 7"),
        ('contest = "map", figure = "moods", item = 1', "'moods' is not there"),
    ],
)
def test_a_line_that_means_nothing_stops_the_rehearsal(
    short_dir: Path, tmp_path: Path, line: str, said: str
) -> None:
    written = tmp_path / "odd.toml"
    text = FILE.read_text()
    true = 'contest = "map", figure = "assigned", item = 1'
    assert true in text
    written.write_text(text.replace(true, line))
    with pytest.raises(ScriptRefused, match=said):
        play(written, short_dir / said[:4].strip("'"))


def test_the_demonstration_holds_a_whole_review() -> None:
    script = load(SCRIPT)
    asked = [move.do for move in script.move if move.with_.get("review") == "first-quarter"]
    assert {"OpenReview", "ReadReview", "ContestItem", "AnswerContest", "CommentReview"} <= set(asked)
    signed = [move.by for move in script.move if move.do == "SignReview" and move.refused is None]
    assert signed == ["R-405", "R-401", "H-302"]
    assert {move.do for move in script.move} >= KINDS | {"StatePurpose", "DescribeJob"}
