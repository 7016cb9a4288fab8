"""The French of the pages: documents."""

from typing import Final

TEXTS: Final[dict[str, str]] = {}
