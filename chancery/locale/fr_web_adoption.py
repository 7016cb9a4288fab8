"""The French of the pages: adoption."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
