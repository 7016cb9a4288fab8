"""The table on the screen, from the same data as the JSON."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show(found: dict[str, Any]) -> None:
    """Print the machine, the figures and the goals."""
    console = Console(width=None if Console().is_terminal else 150)
    machine = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found["machine"].items())
    table = Table(
        title=f"medians of {found['rounds']} rounds in turn, {found['seconds']} s in all", caption=machine
    )
    table.add_column("what", overflow="fold")
    table.add_column("Chancery", justify="right")
    table.add_column("beside it, in the same rounds", overflow="fold")
    table.add_column("goal", overflow="fold")
    table.add_column("", justify="center")
    for row in found["rows"]:
        others = "\n".join(f"{value:>10,.0f}  {name}" for name, value in row["others"].items())
        goals = "\n".join(_goal(goal) for goal in row["goals"])
        met = "\n".join("met" if goal["met"] else "[bold]missed[/]" for goal in row["goals"])
        what = row["what"] + (f"\n[dim]{row['note']}[/]" if row["note"] else "")
        table.add_row(what, f"{row['ours']:,.0f}\n{row['unit']}", others, goals, met)
        table.add_section()
    console.print(table)


def all_met(found: dict[str, Any]) -> bool:
    """Whether every goal that was measured was met."""
    return all(goal["met"] for row in found["rows"] for goal in row["goals"])


def _goal(goal: dict[str, Any]) -> str:
    sign = "≤" if goal["at_most"] else "≥"
    return f"{goal['measured']:,.2f} {goal['what']} ({sign} {goal['bound']:,g})"
