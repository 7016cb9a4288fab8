"""Data on standard output, words on standard error. Tables on a terminal, aligned columns in a pipe, one JSON object on request."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chancery.cli.state import state
from chancery.i18n import tr
from domain.kinds import instant_text


@dataclass(slots=True)
class Table:
    """Rows of strings under headings (English; translated on printing). `marks`: row number → style on a terminal, never alone."""

    headings: Sequence[str]
    rows: list[Any] = field(default_factory=list)
    title: str | None = None
    marks: dict[int, str] = field(default_factory=dict)
    empty: str = "Nothing to show."


Block = str | Table


def say(text: str, **params: object) -> None:
    """A sentence for whoever runs the program: standard error, silent under --quiet."""
    if not state().quiet:
        sys.stderr.write(tr(text, **params) + "\n")
        sys.stderr.flush()


def show(kind: str, data: Mapping[str, Any], page: Callable[[], Sequence[Block]]) -> None:
    """Print an answer: `data` as one object `chancery.<kind>/1` under --json, else the blocks that `page` makes."""
    if state().json:
        json.dump(
            {"schema": f"chancery.{kind}/1"} | dict(data),
            sys.stdout,
            ensure_ascii=False,
            default=_plain,
            indent=2,
        )
        sys.stdout.write("\n")
        sys.stdout.flush()
        return
    blocks = list(page())
    for number, block in enumerate(blocks):
        if isinstance(block, str):
            sys.stdout.write(block + "\n")
        elif block.rows:
            if number and sys.stdout.isatty():
                sys.stdout.write("\n")
            _print_table(block)
        else:
            say(block.empty)
    sys.stdout.flush()


def fail(code: str, message: str, exit_code: int) -> None:
    """One line on standard error: `error: <sentence> [code]`; a JSON object under --json."""
    line = " ".join(message.split())
    if state().json:
        error = {"schema": "chancery.error/1", "code": code, "message": line, "exit": exit_code}
        sys.stderr.write(json.dumps(error, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{tr('error')}: {line} [{code}]\n")
    sys.stderr.flush()


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    return str(value)


def _print_table(table: Table) -> None:
    headings = [tr(h) for h in table.headings]
    if not sys.stdout.isatty():
        _print_plain(headings, table.rows)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable

    # A row must stay whole even on a narrow terminal: words wrap within their column, nothing is cut off. Only what is
    # copied into the next command stays in one piece.
    made = RichTable(
        title=table.title and tr(table.title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
    )
    for heading in headings:
        made.add_column(heading, overflow="fold", no_wrap=heading in (tr("Task"), tr("Obligation")))
    for number, row in enumerate(table.rows):
        made.add_row(*(cell.replace("[", r"\[") for cell in row), style=table.marks.get(number))
    Console(no_color=bool(os.environ.get("NO_COLOR")), highlight=False).print(made)


def _print_plain(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns with a tab after each, blanks before the tab so that they stand in line; no colour, no frame."""
    lines = [list(headings), *([_one_line(cell) for cell in row] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(headings))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        sys.stdout.write("\t".join(cells).rstrip() + "\n")


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
