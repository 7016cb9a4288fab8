"""Who may import whom (DESIGN, "The house"), and that `domain` is pure. Each rule is seen to fail."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "domain", "workflows", "activities", "chancery", "chancery/cli", "chancery/web", "chancery/reports", "chancery/readings",
)  # fmt: skip


def lint(tree: Path) -> tuple[int, str]:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in PACKAGES:
        (tree / package).mkdir()
        (tree / package / "__init__.py").touch()
    (tree / "workflows" / "ports.py").write_text("import domain\n")
    (tree / "activities" / "desk.py").write_text("import chancery, domain, workflows.ports\n")
    (tree / "worker.py").write_text("import activities, chancery, workflows\n")
    (tree / "chancery" / "cli" / "main.py").write_text("import worker\n")
    (tree / "chancery" / "looking.py").write_text("import chancery.readings\n")
    (tree / "chancery" / "rehearse.py").write_text("import worker\n")
    return tree


def test_a_house_in_order_passes(house: Path) -> None:
    code, said = lint(house)
    assert code == 0, said


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("domain/rule.py", "import chancery"),
        ("domain/rule.py", "import temporalio"),
        ("domain/rule.py", "import sqlalchemy"),
        ("workflows/trial.py", "import chancery"),
        ("workflows/trial.py", "import activities.desk"),
        ("activities/mail.py", "import workflows.trial"),
        ("activities/mail.py", "import worker"),
        ("chancery/desk.py", "import activities"),
        ("chancery/desk.py", "import workflows.ports"),
        ("chancery/desk.py", "import worker"),
        ("chancery/cli/task.py", "import activities"),
        ("chancery/cli/task.py", "import chancery.web"),
        ("chancery/web/inbox.py", "import chancery.cli"),
        ("chancery/web/inbox.py", "import activities"),
        ("chancery/reports/staff.py", "import chancery.readings"),
        ("chancery/reports/staff.py", "import chancery.looking"),  # which reads the access log for it
    ],
)
def test_a_wall_that_is_broken_is_seen(house: Path, module: str, line: str) -> None:
    (house / "workflows" / "trial.py").touch()
    before = (house / module).read_text() if (house / module).exists() else None
    (house / module).write_text(f"{line}\n")
    try:
        code, said = lint(house)
    finally:
        (house / module).write_text(before or "")
    assert code == 1, said
    assert "BROKEN" in said


def impurities(source: str) -> list[str]:
    """What a pure module would not do: import beyond its shelf, ask for the time, the dice or a file."""
    shelf = {
        "__future__",
        "abc",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "string",
        "tomllib",
        "types",
        "typing",
        "typing_extensions",
        "unicodedata",
        "uuid",
        "zoneinfo",
        "annotated_types",
        "pydantic",
        "pydantic_core",
        "domain",
    }
    asks = {
        "now",
        "today",
        "utcnow",
        "uuid1",
        "uuid4",
        "uuid6",
        "uuid7",
        "open",
        "input",
        "print",
        "read_text",
        "read_bytes",
    }
    found = []
    for node in ast.walk(ast.parse(source)):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "."]
            found += [alias.name for alias in node.names if node.module == "uuid" and alias.name in asks]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found += [name] if name in asks else []
        found += [module for module in modules if module.partition(".")[0] not in shelf]
    return found


def domain_modules() -> Iterator[Path]:
    yield from (ROOT / "domain").rglob("*.py")


def test_domain_asks_nobody() -> None:
    assert list(domain_modules())
    assert {str(p.relative_to(ROOT)): w for p in domain_modules() if (w := impurities(p.read_text()))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "import os",
        "from pathlib import Path",
        "from chancery import desk",
        "from uuid import uuid4",
        "from datetime import datetime\ndatetime.now()",
        "from datetime import date\ndate.today()",
        "open('file')",
    ],
)
def test_what_is_not_pure_is_seen(source: str) -> None:
    assert impurities(source)


def test_the_doors_do_not_know_each_other_nor_the_activities() -> None:
    found = []
    for door, others in {
        "cli": {"chancery.web", "activities"},
        "web": {"chancery.cli", "activities"},
    }.items():
        for path in (ROOT / "chancery" / door).rglob("*.py"):
            found += [f"{path.relative_to(ROOT)}: {line}" for line in forbidden(path.read_text(), others)]
    assert not found


def forbidden(source: str, others: set[str]) -> list[str]:
    imported = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return sorted({each for each in imported if any(f"{each}.".startswith(f"{other}.") for other in others)})


def test_a_door_that_knows_another_is_seen() -> None:
    assert forbidden("from chancery import web", {"chancery.web"}) == ["chancery.web"]
    assert forbidden("import chancery.web.pages", {"chancery.web"}) == ["chancery.web.pages"]
    assert forbidden("import chancery.website", {"chancery.web"}) == []


def test_no_file_is_longer_than_400_lines() -> None:
    folders = ("domain", "workflows", "activities", "chancery", "migrations", "tests", "bench")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > 400} == {}
