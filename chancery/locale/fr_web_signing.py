"""The French of the pages: signing."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
