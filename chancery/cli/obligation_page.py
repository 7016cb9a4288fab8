"""The page of one obligation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chancery.cli.definition_list import paragraph_of
from chancery.cli.output import Block, Table
from chancery.i18n import tr, word
from chancery.telling import names
from chancery.telling.moments import local


def page_of(data: Mapping[str, Any]) -> list[Block]:
    """The page of an obligation."""
    tasks = Table(
        ("Task", "What", "Due (local)", "State", "Held by"), title="Tasks", empty="It has no task yet."
    )
    for t in data["tasks"]:
        ended = word(t["outcome"]) if t["outcome"] else tr("open")
        if t["not_met"]:
            ended = f"{ended} ({tr('not met')})"
        holder = names.who(t["posting"], {t["posting"]: t["officer"]})
        tasks.rows.append((t["id"], t["title"], local(t["due"], data["zone"]), ended, holder))
    head = tr(
        "Obligation {id}: {definition} of {instrument}, paragraph {paragraph}; mission {mission}, {state}.",
        id=data["id"],
        definition=data["definition"],
        instrument=data["instrument"],
        paragraph=paragraph_of(data["paragraph"], confirmed=data["paragraph_confirmed"]),
        mission=data["mission"],
        state=word(data["outcome"]) if data["outcome"] else tr("open"),
    )
    blocks: list[Block] = [data["title"], head]
    if data["due_by"]:
        blocks.append(tr("Its period ends {due}.", due=local(data["due_by"], data["zone"])))
    if data["also"]:
        blocks.append(tr("What is done here counts for {others} too.", others=", ".join(data["also"])))
    for gate, is_open in data["gates"].items():
        blocks.append(tr("Gate {gate}: {state}.", gate=gate, state=tr("open") if is_open else tr("closed")))
    return [*blocks, tasks, *([sittings_of(data)] if data["sittings"] else [])]


def sittings_of(data: Mapping[str, Any]) -> Table:
    """The sittings as a table."""
    table = Table(
        ("Sitting", "When (local)", "State", "Observer", "Stands in", "Support"),
        title="Sittings",
        empty="No sitting is known.",
    )
    for s in data["sittings"]:
        when = s["day"] if s["whole_day"] else local(s["starts"], data["zone"])
        state = word(s["outcome"] or s["status"])
        table.rows.append(
            (s["appointment"], when, state, s["observer"] or "", s["backup"] or "", s["support"] or "")
        )
    return table
