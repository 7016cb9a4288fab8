"""A case as data and as a page, for who may read it; and who has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chancery.cli.output import Block, Table
from chancery.i18n import language, tr, word
from chancery.telling import names
from chancery.telling.moments import local

if TYPE_CHECKING:
    from chancery.cases.mechanisms import Mechanism
    from chancery.cases.record import History


def data_of(found: History, zone: str, people: Mapping[str, str]) -> dict[str, Any]:
    """Everything that is opened of a case."""
    return {
        "case": found.case,
        "mission": found.mission,
        "zone": zone,
        "basis": found.basis,
        "standing": found.standing,
        "obligations": [
            {
                "id": one.id,
                "definition": one.code,
                "title": names.definition_title(one.instrument, one.code),
                "opened": one.opened,
                "outcome": one.outcome,
            }
            for one in found.serving
        ],
        "lines": [
            {
                "position": line.position,
                "at": line.at,
                "recorded": line.recorded,
                "by": line.by,
                "officer": people.get(line.by, line.by),
                "obligation": line.obligation,
                "definition": line.definition,
                "event": line.event,
                "kind": line.kind,
                "entry": line.entry,
                "content": line.content,
                "refusal": line.refusal,
            }
            for line in found.lines
        ],
    }


def page_of(data: Mapping[str, Any]) -> list[Block]:
    """The page of a case."""
    head = tr("Case {case} of mission {mission}.", case=data["case"], mission=data["mission"])
    blocks: list[Block] = [head]
    if data["standing"]:
        blocks.append(tr("Risk: {judgement}.", judgement=word(data["standing"])))
    serving = Table(("Obligation", "What", "State"), title="What serves it", empty="Nothing serves it yet.")
    for one in data["obligations"]:
        serving.rows.append((one["id"], one["title"], word(one["outcome"] or "open")))
    lines = Table(
        ("When (local)", "Entry", "By", "Words"), title="What is known", empty="Nothing is known yet."
    )
    for line in data["lines"]:
        if line["kind"] == "case":
            continue  # the link that the table above is made from
        said = (
            tr("cannot be read ({code})", code=line["refusal"]) if line["refusal"] else _flat(line["content"])
        )
        entry = word(f"entry:{line['entry'] or line['kind']}").removeprefix("entry:")
        by = names.who(line["by"], {line["by"]: line["officer"]})
        lines.rows.append((local(line["at"], data["zone"]), entry, by, said))
    return [*blocks, serving, lines]


def options_of(rows: Sequence[tuple[Mechanism, str | None]]) -> Table:
    """What could protect a case, with what became of it, as a table."""
    table = Table(("Code", "What", "Arena", "Kept by", "Consent", "State"))
    for one, status in rows:
        title = one.title.fr if language() == "fr" else one.title.en
        state = word(f"option:{status}") if status else ""
        table.rows.append(
            (one.code, title, word(one.arena), word(f"level:{one.level}"), one.consent or "", state)
        )
    return table


def readers_of(data: Mapping[str, Any]) -> Table:
    """Who has read a case, as a table. Times are the database's own, in UTC."""
    table = Table(
        ("When (UTC)", "Reader", "Ground", "Why"), title="Readings", empty="Nobody has read it yet."
    )
    for row in data["readings"]:
        reader = names.who(row["reader"], {row["reader"]: row["officer"]})
        ground = word(f"basis:{row['basis']}")
        table.rows.append((local(row["at"], "UTC"), reader, ground, word(row["reason"])))
    return table


def _flat(content: Any) -> str:
    """Sealed words in one cell: fields that say nothing are left out."""
    if isinstance(content, Mapping):
        told = ((key, _flat(value)) for key, value in content.items())
        return "; ".join(f"{key}: {value}" for key, value in told if value)
    if isinstance(content, list):
        return ", ".join(_flat(value) for value in content)
    if isinstance(content, bool):
        return tr("yes") if content else ""
    return "" if content is None else str(content)
