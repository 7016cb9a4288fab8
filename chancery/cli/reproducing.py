"""What `report reproduce` answers, in words and as data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chancery.cli.shared import Table, tr

if TYPE_CHECKING:
    from chancery.reports.reproduce import Reproduced


def data(file: Path, found: Reproduced) -> dict[str, Any]:
    """As `--json` says it."""
    carried = found.carried
    return {
        "file": file.name,
        "form": carried.form,
        "kind": carried.kind,
        "language": carried.language,
        "origin": carried.origin,
        "position": carried.position,
        "same": found.same,
        "differs": list(found.differs),
        "checkpoint": found.checkpoint,
        "made_by": carried.program.program if carried.program else None,
        "this_program": found.program.program,
    }


def page(found: Reproduced) -> list[str | Table]:
    """In words: the same or not, where they part, and which program made the file."""
    carried = found.carried
    blocks: list[str | Table] = []
    where = {"position": carried.position, "origin": carried.origin}
    if found.same:
        blocks.append(
            tr("The same, byte for byte, as log {origin} gives it at position {position}.", **where)
        )
    else:
        blocks.append(tr("It differs from what log {origin} gives at position {position}.", **where))
    if found.checkpoint == "signed":
        blocks.append(tr("The signed checkpoint in it is of this log, this size and this root."))
    if found.other_program:
        assert carried.program is not None
        says = {"theirs": carried.program.program, "ours": found.program.program}
        blocks.append(
            tr("The file names another program ({theirs}); this one is {ours}.", **says)
            if found.same
            else tr(
                "The file names another program ({theirs}); this one is {ours}, which may be why.", **says
            )
        )
    rows = [(code, _said(code)) for code in found.differs]
    return [*blocks, *([Table(("Where", "What is wrong"), rows)] if rows else [])]


def _said(code: str) -> str:
    place_, _, rest = code.partition("/")
    match place_:
        case "data":
            return tr("the figures or facts are not those of the log")
        case "checkpoint":
            return _checkpoint_said(rest)
        case "attachment":
            return tr("an embedded file is another one")
        case _:
            return tr("the data are the log's or are not held; what is shown is not what they give")


def _checkpoint_said(code: str) -> str:
    match code:
        case "note.unsigned":
            return tr("no key that is known here has signed the checkpoint")
        case "note.root":
            return tr("the checkpoint was signed for another root")
        case "note.size":
            return tr("the checkpoint was signed for another size")
        case "note.origin":
            return tr("the checkpoint is of another log")
        case "note.signature":
            return tr("a signature of the checkpoint is false")
        case _:
            return tr("the checkpoint cannot be read")
