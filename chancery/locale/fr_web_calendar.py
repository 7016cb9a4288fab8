"""The French of the pages: calendar."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
