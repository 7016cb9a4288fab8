"""The French of the pages: obligations."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
