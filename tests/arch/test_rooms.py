"""Rooms that a reader can hold in mind: short files, no circles, one document string each."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("domain", "workflows", "activities", "chancery")
LONGEST = 400


def files() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def too_long(lengths: dict[str, int]) -> list[str]:
    return sorted(name for name, length in lengths.items() if length > LONGEST)


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in files()}
    assert lengths
    assert too_long(lengths) == []


def test_a_file_that_is_too_long_is_seen() -> None:
    assert too_long({"a.py": 400, "b.py": 401}) == ["b.py"]


def test_every_room_says_what_it_is_for() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in files()
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []


# ── no circles ───────────────────────────────────────────────────────────────────────────────────────────────────


def graph(folder: str) -> dict[str, set[str]]:
    """Module → modules of the same folder that it imports while it is loaded."""
    names = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p
        for p in (ROOT / folder).rglob("*.py")
    }
    return {
        name: needed(path.read_text(encoding="utf-8"), set(names)) - {name} for name, path in names.items()
    }


def needed(source: str, names: set[str]) -> set[str]:
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & names
            found |= inner or {node.module}
    return found & names


def circle(of: dict[str, set[str]]) -> list[str]:
    """Modules that, directly or not, need themselves."""
    reached = {name: set(needs) for name, needs in of.items()}
    for _ in of:
        for needs in reached.values():
            needs |= {further for one in list(needs) for further in reached.get(one, ())}
    return sorted(name for name, needs in reached.items() if name in needs)


def test_no_module_needs_itself() -> None:
    for folder in ("domain", "workflows"):
        assert circle(graph(folder)) == []


def test_a_circle_is_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]
    assert needed("from domain import events\nimport domain.task", {"domain.events", "domain.task"}) == {
        "domain.events",
        "domain.task",
    }
