"""The French of the pages: feeds."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
