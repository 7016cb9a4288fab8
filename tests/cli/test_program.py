"""The program itself: every command helps, every refusal has an exit code, nothing heavy is loaded too early, servers away."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chancery.cli import acting, exits, main
from chancery.cli.faults import Fault
from chancery.desk import Desk, Unknown
from domain.refusals import SENTENCES
from tests.cli.catalogue import FOLDER
from tests.cli.conftest import TASK, Cli, run


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    def walk(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield path, command
        for name, each in getattr(command, "commands", {}).items():
            yield from walk((*path, name), each)

    yield from walk((), main.build())


ALL = dict(commands())


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_helps_in_both_languages(path: tuple[str, ...]) -> None:
    for language in ("en", "fr"):
        said = run(*path, "--help", "--language", language) if path else run("--language", language, "--help")
        assert (said.code, said.err) == (0, ""), said.err
        assert all(len(line) < 140 for line in said.out.splitlines())


@pytest.mark.parametrize("path", [p for p, c in ALL.items() if not hasattr(c, "commands")], ids=" ".join)
def test_every_command_has_an_example_and_can_answer_in_json(path: tuple[str, ...]) -> None:
    command = ALL[path]
    page = run(*path, "--help").out
    assert "Examples:" in page and page.index("Examples:") < page.index("Options:")
    assert {"--json", "--quiet", "--no-input", "--language"} <= {o for p in command.params for o in p.opts}
    assert all(" ".join(("chancery", *path)) in line for line in command.epilog.splitlines())


def test_every_refusal_has_an_exit_code() -> None:
    assert sorted(set(SENTENCES) - set(exits.EXIT)) == []


def test_no_refusal_counts_as_success_or_as_a_finding() -> None:
    assert {exits.EXIT[code] for code in SENTENCES} <= {2, 3, 4, 5, 6}


def test_every_fault_of_the_command_line_has_an_exit_code() -> None:
    import ast

    calls = [
        n for f in FOLDER.rglob("*.py") for n in ast.walk(ast.parse(f.read_text())) if isinstance(n, ast.Call)
    ]
    first = [n.args[0] for n in calls if getattr(n.func, "id", "") == "Fault" and n.args]
    named = {
        a.value
        for n in first
        for a in ast.walk(n)
        if isinstance(a, ast.Constant) and isinstance(a.value, str)
    }
    assert {"usage", "who-acts"} <= named
    assert sorted(named - set(exits.EXIT)) == []


@pytest.mark.parametrize(
    ("code", "exit_"),
    [
        ("postgres.down", 6),
        ("temporal.missing", 6),
        ("settings.unknown", 2),
        ("bad_instant", 2),
        ("vault.locked", 4),
    ],
)
def test_families_of_codes(code: str, exit_: int) -> None:
    assert exits.exit_code(code) == exit_


HEAVY = ("sqlalchemy", "temporalio", "psycopg", "cryptography", "structlog", "rich")
LIGHT = [
    ["--help"],
    ["task", "--help"],
    ["version"],
    [
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
        "--json",
    ],
]


def loaded(arguments: list[str]) -> set[str]:
    code = (
        "import sys, io, contextlib\nfrom chancery.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    code = main(sys.argv[1:])\n"
        "sys.stdout.write(','.join(sorted({m.partition('.')[0] for m in sys.modules})))\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split(","))


@pytest.mark.parametrize("arguments", LIGHT, ids=lambda a: " ".join(a[:2]))
def test_what_needs_no_server_loads_none_of_it(arguments: list[str]) -> None:
    assert loaded(arguments) & set(HEAVY) == set()


def test_the_search_for_what_is_loaded_finds_it() -> None:
    assert "holidays" in loaded(LIGHT[3])


def test_a_near_miss_is_named() -> None:
    assert (run("task", "lst").code, "Did you mean 'list'?" in run("task", "lst").err) == (2, True)
    assert "--mission" in run("sla", "--misson", "Q").err


def test_options_may_stand_before_the_noun() -> None:
    assert run("--json", "version").json == run("version", "--json").json
    assert run("--language", "xx", "version").code == 2


def test_a_wrong_setting_is_one_line(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANCERY_LANGAUGE", "fr")
    said = run("task", "list")
    assert said.code == 2 and "did you mean CHANCERY_LANGUAGE?" in said.err and said.err.count("\n") == 1


def test_nothing_runs_here(environment: Path) -> None:
    said = run("task", "list")
    assert (
        (said.code, said.out) == (6, "")
        and "`chancery up` starts it" in said.err
        and said.err.count("\n") == 1
    )


def test_an_unreachable_database_is_one_line(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://chancery_app:x@127.0.0.1:9/chancery")
    for arguments in (("task", "list"), ("task", "accept", TASK, "--as", "Q-103"), ("log", "verify")):
        said = run(*arguments)
        assert (said.code, said.out) == (6, "")
        assert (
            said.err
            == "error: The database cannot be reached; nothing was written. `chancery doctor` says more. [database-unavailable]\n"
        )
    assert json.loads(run("task", "list", "--json").err)["exit"] == 6


async def test_an_unreachable_temporal_is_one_line(staffed: Desk, cli: Cli) -> None:
    head = await staffed.log.head()
    said = await cli("rebuild", "workflows")
    assert (
        (said.code, said.out) == (6, "")
        and "[temporal-unavailable]" in said.err
        and said.err.count("\n") == 1
    )
    assert (await cli("task", "accept", TASK, "--as", "Q-103")).code == 0  # work goes on without it
    assert await staffed.log.head() == head + 1


async def test_the_database_goes_away_while_a_command_is_decided(
    staffed: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    async def lost(self: Desk, command: Any, actor: Any, sealed: Any = (), **_: Any) -> None:
        sent.append(command.command_id)
        raise Unknown("gone")

    monkeypatch.setattr(Desk, "submit", lost)
    said = await cli("task", "accept", TASK, "--as", "Q-103")
    assert said.code == 6 and "[outcome-unknown]" in said.err and f"--command-id {sent[0]}" in said.err
    assert len(sent) == 4 and len(set(sent)) == 1


async def test_our_own_fault_is_a_number_and_never_a_traceback(
    staffed: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a name that must not be seen")

    monkeypatch.setattr(acting, "command_id", broken)
    monkeypatch.setattr("chancery.cli.task.doing.command_id", broken)
    said = await cli("task", "accept", TASK, "--as", "Q-103")
    last = said.err.splitlines()[-1]
    assert (
        said.code == 1
        and last.startswith("error: ")
        and last.endswith("[unexpected]")
        and "ZeroDivisionError" in last
    )
    assert "Traceback" not in said.err and "must not be seen" not in said.err


async def test_an_officer_of_two_missions_says_where(staffed: Desk, cli: Cli, environment: Path) -> None:
    from chancery.directory import Directory, Entry
    from chancery.keystore import FileKeyStore
    from domain import commands as c
    from domain.envelope import OPERATOR
    from tests.made import adoption, cid

    await staffed.submit(adoption("T", "TN", "Africa/Tunis"), OPERATOR)
    line = c.PostLine(
        post="T-HOM", role="head_of_mission", share_percent=5, local_agent=False, posting="p-two", from_day="2024-01-01", until=None
    )  # fmt: skip
    keys = FileKeyStore(environment / "data" / "keys")
    keys.create_mission("T")
    origin, _ = await staffed.log.origin()
    entry = Directory(keys, origin).statement([Entry("p-two", "T", "Q-103")])
    await staffed.submit(c.RecordPosts(command_id=cid("two"), mission="T", lines=(line,)), OPERATOR, [entry])
    unsure = await cli("task", "list", "--team", "--as", "Q-103")
    assert unsure.code == 2 and "[which-posting]" in unsure.err
    assert (await cli("task", "accept", TASK, "--as", "Q-103")).code == 0  # the task's own mission


async def test_doctor_names_what_is_wrong_and_what_to_do(staffed: Desk, cli: Cli, environment: Path) -> None:
    answer = await cli("doctor", "--json")
    found = {check["check"]: check for check in answer.json["checks"]}
    assert answer.code == 1 and answer.json["schema"] == "chancery.doctor/1"
    assert {n for n, c in found.items() if c["status"] == "fail"} == {
        "Temporal reachable",
        "Clock against the database",
        "Checkpoints",
    } | ({"Conductor"} if found["Conductor"]["status"] == "fail" else set())
    assert found["Temporal reachable"]["remedy"] and found["Schedules"]["status"] == "skipped"
    (environment / "data" / "keys").chmod(0o755)
    opened = {c["check"]: c["status"] for c in (await cli("doctor", "--json")).json["checks"]}
    assert opened["Key store"] == "fail"


def test_doctor_without_any_server(environment: Path) -> None:
    found = {c["check"]: c["status"] for c in run("doctor", "--json").json["checks"]}
    assert found["Database reachable"] == "fail" and found["Log"] == "skipped" and found["Python"] == "ok"


def test_faults_speak_the_language_that_is_spoken() -> None:
    from chancery import i18n

    fault = Fault("usage", "--note: there are no words.")
    assert fault.sentence() == "--note: there are no words."
    i18n.use("fr")
    try:
        assert fault.sentence() == "--note : il n'y a pas de mots."
    finally:
        i18n.use("en")


def test_a_pipe_that_closes_early_is_no_error(environment: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m chancery.cli.main --help | head -1"],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    assert done.stdout.startswith("Usage: chancery") and done.stderr == ""


def test_the_language_of_one_run_does_not_leak_into_the_next() -> None:
    async def both() -> tuple[str, str]:
        french = await asyncio.to_thread(run, "--language", "fr", "task", "lst")
        english = await asyncio.to_thread(run, "task", "lst")
        return french.err, english.err

    french, english = asyncio.run(both())
    assert french.startswith("erreur") and english.startswith("error")


def test_a_mission_is_asked_for_once() -> None:
    for path, command in ALL.items():
        options = [o for p in command.params for o in p.opts]
        assert len(options) == len(set(options)), path
    assert "--mission" in {o for p in ALL[("task", "accept")].params for o in p.opts}
