"""The French of the pages: cases."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
