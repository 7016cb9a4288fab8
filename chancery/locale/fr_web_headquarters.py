"""The French of the pages: headquarters."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
