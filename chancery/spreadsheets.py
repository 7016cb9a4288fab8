"""Cells that a spreadsheet shows and never works out, wherever the program writes a table for one."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a cell may be taken for a formula or a command; the wide forms too, which some programs read as the plain ones."""


def safe(value: object) -> str:
    """The value as a cell that every spreadsheet shows and none works out: an apostrophe stands before what could begin a formula."""
    text = "" if value is None else str(value)
    if text == "-":  # nothing to work out, and it stands in many a table
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
