"""Is a receipt still true? A receipt is a position and a leaf: somebody was told that their event lies there.

`held` asks the log; `in_export` asks a folder or .zip that was exported, without any installation.
"""

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from chancery.export.request import Anchor
from chancery.log import merkle
from chancery.log.store import EventLog
from chancery.log.tree import LogTree
from domain.refusals import Told

LEAST: Final = 16
"""Hexadecimal digits of a leaf that are enough to ask with. Whoever has all 64 should give them: they cannot be met by search."""
FULL: Final = 64


class ReceiptRefused(Told):
    """A question about a receipt that cannot be asked so."""

    sentences: Final = {  # type: ignore[misc]
        "receipt-form": (
            "A receipt is a position and a leaf: 16 to 64 hexadecimal digits, as they were shown.",
            "Un reçu est une position et une feuille : de 16 à 64 chiffres hexadécimaux, tels qu'affichés.",
        ),
        "receipt-export": (
            "{path} cannot be used as an export: {problem}",
            "{path} ne peut pas servir d'export : {problem}",
        ),
    }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a receipt.

    `finding`: None, or a code: `gone` (the log is shorter), `other` (another leaf lies there), `bytes` (what lies there does not
    give its leaf), `unproved` (the signed tree does not include it), `uncovered` (the checkpoint given ends before it),
    `not-given` (the export holds no such position). `signed`: the size of the checkpoint that includes it, None if none does.
    """

    position: int
    asked: str
    finding: str | None = None
    leaf: str | None = None
    recorded_us: int | None = None
    head: int = 0
    signed: int | None = None
    by: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of the leaf was asked for."""
        return len(self.asked) == FULL


def parsed(leaf: str) -> str:
    """A leaf as it was shown or copied: blanks and a last … or . go. Raises ReceiptRefused `receipt-form`."""
    text = "".join(leaf.split()).rstrip(".…").lower()
    if not LEAST <= len(text) <= FULL or set(text) - set("0123456789abcdef"):
        raise ReceiptRefused("receipt-form")
    return text


async def held(
    log: EventLog, tree: LogTree, position: int, asked: str, anchor: Anchor | None, *, given: bool = False
) -> Verdict:
    """Whether the log still holds it, and the checkpoint of `anchor` includes it. `asked`: as `parsed` gives it.

    `given`: somebody brought that checkpoint, so it must reach so far. Raises LogDamaged, psycopg.OperationalError.
    """
    head = await log.head()
    if not 1 <= position <= head:
        return Verdict(position, asked, "gone", head=head)
    one = await log.at(position)
    found = Verdict(position, asked, None, one.leaf.hex(), one.recorded_us, head)
    if merkle.leaf_of(one.position, one.recorded_us, one.body) != one.leaf:
        return replace(found, finding="bytes")
    if not one.leaf.hex().startswith(asked):
        return replace(found, finding="other")
    if anchor is None or anchor.signed.checkpoint.size < position:
        return replace(found, finding="uncovered" if given else None)
    return await _proved(found, tree, anchor, one.leaf)


async def _proved(found: Verdict, tree: LogTree, anchor: Anchor, leaf: bytes) -> Verdict:
    checkpoint = anchor.signed.checkpoint
    if checkpoint.size > found.head:
        return replace(found, finding="gone")
    proof = await tree.inclusion(found.position, checkpoint.size)
    if not merkle.check_inclusion(leaf, found.position - 1, checkpoint.size, proof, checkpoint.root):
        return replace(found, finding="unproved")
    names = tuple(vkey.partition("+")[0] for vkey in anchor.vkeys)
    return replace(found, signed=checkpoint.size, by=names, proof=tuple(p.hex() for p in proof))


def in_export(path: Path, position: int, asked: str, keys: list[str]) -> Verdict:
    """Whether an export holds it, under the checkpoint that lies in the export; checked by the stand-alone verifier.

    `keys`: vkeys from elsewhere; without any, those in the export, and `by` is empty then: they prove nothing about who signed.
    Raises ReceiptRefused `receipt-export` for what is no export or does not hold together.
    """
    alone: Any = import_module("chancery.data.verify")
    try:
        export = alone.Export(str(path))
        export.sums()
        export.checkpoint()
        given = [alone.Key(vkey) for vkey in keys]
        for key in given or export.own:
            key.check(export.note)
        export.check(alone.Tree(export.note.size), {position})
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with a file that somebody brings
        raise ReceiptRefused("receipt-export", path=path, problem=problem) from None
    size, one = export.note.size, export.kept.get(position)
    if one is None:
        return Verdict(position, asked, "gone" if position > size else "not-given", head=size)
    found = Verdict(position, asked, None, one["leaf"], one.get("recorded_us"), size)
    if not one["leaf"].startswith(asked):
        return replace(found, finding="other")
    return replace(found, signed=size, by=tuple(key.name for key in given))
