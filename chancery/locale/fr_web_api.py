"""The French of the pages: api."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
