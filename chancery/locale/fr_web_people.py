"""The French of the pages: people."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
