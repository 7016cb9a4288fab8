"""The commands themselves, through the program's own main: what they print, and how they end."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chancery.cli import main as program
from tests.imports.conftest import CASE, DATA, POSTS
from tests.imports.made import FOCAL, HEAD, table

if TYPE_CHECKING:
    from tests.conftest import Database

ROOT = Path(__file__).parents[2]
DUE = (
    "calendar",
    "due",
    "--host",
    "EG",
    "--zone",
    "Africa/Cairo",
    "--from",
    "2026-05-05T09:10",
    "--term",
    "3wd",
)


@pytest.fixture(autouse=True)
def _only_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(program, "NOUNS", ("mission", "calendar", "imports", "case"))
    monkeypatch.setenv("CHANCERY_DATA_DIR", str(tmp_path / "data"))
    for name in ("CHANCERY_AS", "CHANCERY_LANGUAGE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


class Shell:
    """Types a command and reads what comes back."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *typed: str) -> tuple[int, str, str]:
        code = program.main(list(typed))
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    def json(self, *typed: str) -> Any:
        code, out, err = self(*typed, "--json")
        assert (code, "error" in err) == (0, False), err
        return json.loads(out)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def installed(shell: Shell, database: Database, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in an installation of its own."""
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    return shell


# ── calendar due ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_due_prints_the_object_that_the_page_gives(shell: Shell) -> None:
    found = shell.json(*DUE)
    assert list(found) == ["due_at", "local", "zone", "term", "provisional", "explanation"]
    assert (found["due_at"], found["local"]) == ("2026-05-10T20:59:59Z", "2026-05-10T23:59:59+03:00")
    assert found["explanation"][3] == {"date": "2026-05-08", "counted": False, "reason": "weekend"}


def test_due_as_words(shell: Shell) -> None:
    code, out, err = shell(*DUE)
    assert (code, err) == (0, "")
    assert "Due 2026-05-10T23:59:59+03:00 (Africa/Cairo), that is 2026-05-10T20:59:59Z." in out
    assert re.search(r"2026-05-10\s+counted\s+working day 3 of 3", out)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--term", "3 days"), "3 days"),
        (("--from", "yesterday"), "2026-05-05T09:10"),
        (("--zone", "Cairo"), "IANA"),
        (("--host", "Egypt"), "such as EG"),
        (("--weekend", "fri,someday"), "fri,sat"),
        (("--weekend", "mon,tue,wed,thu,fri,sat,sun"), "at most six"),
        (("--holiday", "2026-05-31"), "2026-05-31=Eid"),
        (("--suspend", "2026-09-06"), "2026-09-06T14:00/2026-09-19T18:00"),
        (("--suspend", "2026-09-19T14:00/2026-09-06T18:00"), "ends after it starts"),
        (("--term", "before:2wd"), "appointment"),
        (("--shine",), "No such option"),
    ],
)
def test_due_refuses_in_one_line_with_two(shell: Shell, more: tuple[str, ...], says: str) -> None:
    code, out, err = shell(*DUE, *more)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_due_needs_its_options(shell: Shell) -> None:
    code, out, err = shell("calendar", "due", "--host", "EG")
    assert (code, out, err.count("\n")) == (2, "", 1)


SILENT = """
import sys
from chancery.cli import main
code = main.main({typed!r})
print(code, *sorted({{name.partition(".")[0] for name in sys.modules}} & {{"sqlalchemy", "temporalio", "psycopg"}}))
"""


@pytest.mark.parametrize(
    ("typed", "last"),
    [([*DUE], "0"), (["mission", "show"], "6 psycopg sqlalchemy temporalio")],
    ids=["due loads no server's library", "the control does"],
)
def test_what_is_loaded(typed: list[str], last: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SILENT.format(typed=typed)],
        cwd=ROOT,
        env={"CHANCERY_DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == last


# ── the rest, on a database ──────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_way(installed: Shell) -> None:
    posts, hearings = str(DATA / "posts.csv"), str(DATA / "hearings-istanbul-30th-assize.ics")
    first = installed.json("import", "posts", posts, "--adopt", "2019-01-01")
    assert (first["events"], [m["mission"] for m in first["missions"]]) == (52, ["Q", "T", "R", "HQ"])
    assert installed.json("import", "posts", posts)["events"] == 0

    listed = installed.json("import", "hearings", hearings, "--case", CASE, "--mission", "R")
    assert (listed["new"], listed["opened"]) == (6, True)
    code, out, err = installed("import", "hearings", hearings, "--case", CASE, "--mission", "R")
    assert (code, err) == (0, "0 events recorded.\n")
    assert re.search(r"unchanged\s+6", out)

    shown = installed.json("mission", "show", "R")
    assert [o["obligation"] for o in shown["open_obligations"]] == [listed["obligation"]]
    assert [h["officer"] for p in shown["posts"] if p["post"] == "R-POL-1" for h in p["postings"]] == [
        "R-403",
        "R-405",
    ]
    code, out, err = installed("mission", "show", "R")
    assert (code, err) == (0, "")
    assert re.search(r"R-LA-1\s+\S.*\s30 %\s+R-406", out)
    assert {m["code"] for m in installed.json("mission", "show")["missions"]} == {"Q", "T", "R", "HQ"}


def test_adopt_show_and_revise(installed: Shell) -> None:
    adopt = ("mission", "adopt", "Q", "--host", "EG", "--zone", "Africa/Cairo", "--on", "2026-01-01")
    code, _, err = installed(*adopt, "--last-done", "MEET-ANNUAL=2025-11-20", "--partner", "EUD-CAIRO")
    assert code == 0
    assert "Mission Q is adopted" in err
    code, _, err = installed(*adopt)
    assert (code, err) == (5, "error: Mission Q has been adopted already. [mission-exists]\n")

    revise = ("calendar", "revise", "--mission", "Q", "--source", "note-verbale-2026")
    assert installed.json(*revise, "--add", "2026-05-31=Eid, day two", "--remove", "2026-01-07")[
        "events"
    ] == ["CalendarRevised"]
    calendar = installed.json("calendar", "show", "--mission", "Q", "--year", "2026")
    days = {h["date"]: h["name"] for h in calendar["holidays"]}
    assert (calendar["version"], days["2026-05-31"]) == (2, "Eid, day two")
    assert "2026-01-07" not in days
    code, out, _ = installed("calendar", "show", "--mission", "Q", "--year", "2026")
    assert code == 0
    assert re.search(r"2026-05-31\s+Sunday\s+Eid, day two\s+note-verbale-2026", out)
    assert installed(*revise, "--add", "2026-05-31=Eid, day two")[0] == 5

    for wrong in (
        (),
        ("--add", "2026-05-31"),
        ("--add", "2026-02-31=Eid"),
        ("--add", "2026-05-30=<b>"),
        ("--remove", "Eid"),
        ("--remove", "2026-05-31", "--source", "a note verbale"),
    ):
        code, out, err = installed(*revise, *wrong)
        assert (code, out, err.count("\n")) == (2, "", 1), err
    assert installed.json("calendar", "show", "--mission", "Q")["version"] == 2
    assert installed("calendar", "show", "--mission", "Z")[0] == 3
    assert installed("mission", "show", "Z")[0] == 3


def test_a_bad_file_is_told_line_by_line(installed: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(table(HEAD.replace("EG", "Egypt"), FOCAL.replace("focal_point", "focal")))
    code, out, err = installed("import", "posts", str(bad), "--adopt", "2026-01-01")
    assert (code, out) == (2, "")
    first, second, last = err.splitlines()
    assert first.startswith("error: bad.csv:2: host: 'Egypt' is not a country")
    assert second.startswith("error: bad.csv:3: role: 'focal' is not a role")
    assert last == "Nothing was imported."
    assert installed.json("mission", "show")["missions"] == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("import", "posts", "absent.csv"), 3),
        (("import", "hearings", "absent.ics", "--case", CASE, "--mission", "R"), 3),
        (("import", "hearings", str(DATA / "posts.csv"), "--case", "Jane Doe", "--mission", "R"), 2),
        (("import", "hearings", str(DATA / "posts.csv"), "--case", CASE, "--mission", "R"), 3),
        (("import", "posts", str(DATA / "posts.csv"), "--adopt", "someday"), 2),
        (("import", "posts", str(DATA / "posts.csv"), "--as", "Q-103"), 3),
        (("mission", "adopt", "Q", "--host", "EG", "--zone", "Cairo", "--on", "2026-01-01"), 2),
        (("mission", "adopt", "Q", "--host", "EG", "--zone", "Africa/Cairo", "--on", "2026-01-01", "--last-done", "x"), 2),
    ],
)  # fmt: skip
def test_one_line_and_the_code(installed: Shell, typed: tuple[str, ...], code: int) -> None:
    ended, out, err = installed(*typed)
    assert (ended, out, err.count("\n")) == (code, "", 1), err


def test_every_example_of_due_runs(shell: Shell) -> None:
    _, page, _ = shell("calendar", "due", "--help")
    examples = [line.split()[1:] for line in page.splitlines() if line.startswith("  chancery calendar due")]
    assert len(examples) == 3
    assert [shell(*typed)[0] for typed in examples] == [0, 0, 0]


def test_a_part_that_failed_is_told(installed: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from chancery import office
    from chancery.desk import Unavailable
    from chancery.importers import posts

    send, count = office.send, iter(range(99))

    async def failing(*asked: Any) -> Any:
        if next(count) == 2:
            raise Unavailable("gone")
        return await send(*asked)

    monkeypatch.setattr(posts, "send", failing)
    code, out, err = installed("import", "posts", str(DATA / "posts.csv"), "--adopt", "2019-01-01")
    assert (code, out) == (6, "")
    assert "Recorded: the adoption of Q, posts of Q. Not recorded: posts of T, R, HQ" in err
    assert err.endswith("[partly-imported]\n")


def test_a_table_from_standard_input(installed: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(table())))
    assert installed.json("import", "posts", "-", "--adopt", "2026-01-01")["events"] == 5


def test_it_speaks_french(installed: Shell) -> None:
    code, _, err = installed(
        "mission",
        "adopt",
        "Q",
        "--host",
        "EG",
        "--zone",
        "Africa/Cairo",
        "--on",
        "2026-01-01",
        "--language",
        "fr",
    )
    assert (code, "adopt" in err) == (0, True)
    assert installed("mission", "show", "Q", "--language", "fr")[0] == 0
    assert installed("calendar", "show", "--mission", "Q", "--language", "fr")[0] == 0


def test_an_unreachable_database(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    ended, out, err = shell("import", "posts", str(DATA / "posts.csv"))
    assert (ended, out, err.count("\n")) == (6, "", 1), err


def test_a_new_case(shell: Shell) -> None:
    code, out, _ = shell("case", "new")
    assert (code, bool(re.fullmatch(r"c-[a-z2-7]{10}\n", out))) == (0, True)
    assert shell.json("case", "new")["case"] != out.strip()


def test_the_files_of_the_package_are_those_of_the_project() -> None:
    from importlib import resources

    assert (resources.files("chancery") / "data" / "posts.csv").read_bytes() == POSTS
