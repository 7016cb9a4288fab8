"""The French of the pages: board."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
