"""`domain` asks nobody: no clock, no dice, no file, no database; and `workflows` see only the rules and Temporal."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN_MAY = sys.stdlib_module_names | {"pydantic", "typing_extensions", "domain"}
NEVER = {"os", "io", "pathlib", "random", "secrets", "time", "socket", "subprocess", "threading", "asyncio", "logging",
         "urllib", "http", "sqlite3", "shutil", "tempfile", "ctypes", "importlib", "pickle", "multiprocessing", "platform"}  # fmt: skip
WORKFLOWS_MAY = sys.stdlib_module_names - NEVER | {
    "asyncio",
    "temporalio",
    "typing_extensions",
    "domain",
    "workflows",
}
ASKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "uuid1", "uuid4", "getenv", "urandom", "token_hex",
        "getrandbits", "randint", "open", "input", "print", "read_text", "read_bytes", "write_text", "__import__", "eval", "exec"}  # fmt: skip
CLOCKS = {"datetime", "date", "datetime.datetime", "datetime.date", "time", "uuid"}
TEMPORALS_OWN = {"workflow.now", "workflow.time"}
"""Temporal's replayed clock: the same at every replay, and so no clock."""


def imports(tree: ast.AST) -> set[str]:
    """The top names of everything that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else (node.module or "").partition(".")[0])
    return found


def asks(tree: ast.AST) -> set[str]:
    """Calls that would ask the world outside, also handed on uncalled (`clock = date.today`)."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
            found.add(ast.unparse(node.func))
        elif isinstance(node, ast.Attribute) and node.attr in ASKS and ast.unparse(node.value) in CLOCKS:
            found.add(ast.unparse(node))
        elif (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in ASKS - {"now", "today"}
        ):
            found.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names if alias.name in ASKS}
    return found - TEMPORALS_OWN


def impure(source: str, may: frozenset[str] | set[str] = DOMAIN_MAY - NEVER) -> set[str]:
    tree = ast.parse(source)
    return imports(tree) - may | asks(tree)


def found(folder: str, may: frozenset[str] | set[str]) -> dict[str, set[str]]:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    return {str(p.relative_to(ROOT)): w for p in files if (w := impure(p.read_text(encoding="utf-8"), may))}


def test_the_rules_ask_nobody() -> None:
    assert found("domain", DOMAIN_MAY - NEVER) == {}


def test_the_procedures_see_the_rules_and_temporal() -> None:
    assert found("workflows", WORKFLOWS_MAY) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import datetime\nnow = datetime.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import date\nclock = date.today",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
        "import random",
        "import os",
        "def rule():\n    import os.path",
        "from time import time",
        "open('x')",
        "from pathlib import Path",
        "import temporalio",
        "import chancery",
        "from . import secret",
        "__import__('os')",
    ],
)
def test_a_rule_that_asks_is_seen(planted: str) -> None:
    assert impure(planted)


@pytest.mark.parametrize(
    "planted",
    [
        "import chancery",
        "import activities",
        "import pydantic",
        "from datetime import datetime\ndatetime.now()",
    ],
)
def test_a_procedure_that_looks_elsewhere_is_seen(planted: str) -> None:
    assert impure(planted, WORKFLOWS_MAY)


def test_what_is_passed_in_is_no_question() -> None:
    assert impure("def decide(now, today):\n    return now, today") == set()
    assert impure("from temporalio import workflow\nworkflow.now()", WORKFLOWS_MAY) == set()
