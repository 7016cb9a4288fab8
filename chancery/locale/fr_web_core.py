"""The French of the pages: core."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
