"""`obligation list --instrument`: what a text asks, as definitions, each with the workflow that carries it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from chancery.cli.acting import installed
from chancery.cli.faults import Fault
from chancery.cli.knowing import known, stamp
from chancery.cli.output import Table, say, show
from chancery.i18n import language, tr, word

if TYPE_CHECKING:
    from domain.instrument import DefinitionData, InstrumentData

_ABSENT: Final = frozenset({"database-unavailable", "log.unavailable", "postgres.down"})


async def list_definitions(
    instrument: str, definition: str | None, mission: str | None, as_of: str | None
) -> None:
    """Print the definitions of an instrument, with how many of each are open (in one mission, or in all).

    What a text asks stands in its file, so this needs no database; without one, nothing is counted and that is said.
    Raises Fault `unknown-instrument`, Refused `no-such-mission`, `no-such-definition`.
    """
    from chancery.instruments import shipped
    from domain.refusals import Refused

    text = shipped().get(instrument)
    if text is None:
        raise Fault(
            "unknown-instrument",
            "There is no instrument {given} here; there is {known}.",
            given=instrument,
            known=", ".join(sorted(shipped())),
        )
    chosen = [d for d in text["definition"] if definition in (None, d["code"])]
    if not chosen:
        raise Refused("no-such-definition", mission=mission or "-", definition=definition)
    data = _data(text, chosen, await _counted(instrument, mission, as_of))
    show("definition-list", data, lambda: [_page(data["obligations"])])


async def _counted(instrument: str, mission: str | None, as_of: str | None) -> dict[str, Any] | None:
    """The log's position and how many of each definition are open; None where no database can be reached.

    Whoever names a mission or a time asks the log, and is told that it cannot be reached.
    """
    from domain.refusals import Refused

    try:
        async with installed() as here:
            seen = await known(here, as_of)
            if mission is not None and not (await seen.mission(mission)).version:
                raise Refused("no-such-mission", mission=mission)
            rows = await seen.obligations(mission=mission, status="open", instrument=instrument)
            return stamp(seen) | {"open": Counter(row["definition"] for row in rows)}
    except Exception as problem:
        if mission is not None or as_of is not None or getattr(problem, "code", None) not in _ABSENT:
            raise
        say("Nothing runs here, so it is not said how many of each are open.")
        return None


def _data(
    text: InstrumentData, chosen: list[DefinitionData], seen: Mapping[str, Any] | None
) -> dict[str, Any]:
    stamped = {name: value for name, value in (seen or {}).items() if name != "open"}
    count = seen["open"] if seen is not None else None
    return stamped | {
        "instrument": text["code"],
        "version": text["version"],
        "title": text["title"][language()],
        "obligations": [_row(one, None if count is None else count[one["code"]]) for one in chosen],
    }


def _row(one: DefinitionData, count: int | None) -> dict[str, Any]:
    return {
        "definition": one["code"],
        "title": one["title"][language()],
        "workflow": one["workflow"],
        "procedure": one["procedure"],
        "paragraph": one["paragraph"],
        "paragraph_confirmed": one["paragraph_confirmed"],
        "stated": one["stated"][language()],
        "group": one["group"],
        "scope": one["scope"],
        "owner": one["owner"],
        "cadence": dict(one["cadence"]),
        "steps": [
            {
                "step": s["code"],
                "owner": s["owner"],
                "term": s["term"],
                "source": s["source"],
                "gates": s["gates"],
            }
            for s in one["step"]
        ],
        "follows": one.get("follows", []),
        "maps": one.get("maps", []),
        "open": count,
    }


def paragraph_of(paragraph: str, *, confirmed: bool) -> str:
    """A paragraph as it is shown: with the word that nobody has checked it yet, until somebody has."""
    if paragraph == "none":
        return tr("not in the text")
    if confirmed:
        return paragraph
    unknown = paragraph == "unconfirmed"
    return tr("not yet confirmed") if unknown else f"{paragraph} ({tr('not yet confirmed')})"


def _page(rows: list[dict[str, Any]]) -> Table:
    table = Table(("Definition", "What", "Paragraph", "Group", "Owner", "Workflow", "Open"))
    for row in rows:
        paragraph = paragraph_of(row["paragraph"], confirmed=row["paragraph_confirmed"])
        owner, group = word(row["owner"]), word(row["group"])
        open_ = "" if row["open"] is None else str(row["open"])
        table.rows.append((row["definition"], row["title"], paragraph, group, owner, row["workflow"], open_))
    return table
