"""What a report rests on, provably: every entry of the log that it names, in one proof against the root of the tree."""

from typing import Any, Final
from weakref import WeakKeyDictionary

from chancery.log.store import EventLog, Pool
from chancery.log.tree import LogTree

_LISTS: Final = "positions"
_SINGLE: Final = frozenset({"about", "position", "of_position"})
_trees: WeakKeyDictionary[Pool, LogTree] = WeakKeyDictionary()


def tree_of(log: EventLog) -> LogTree:
    """The tree over this log, one for each pool of connections: what it has read it keeps (2.5 MB for ten million events)."""
    tree = _trees.get(log.pool)
    if tree is None:
        tree = _trees[log.pool] = LogTree(log)
    return tree


def cited(data: Any) -> set[int]:
    """Every position that the data name, wherever they stand."""
    found: set[int] = set()
    left: list[Any] = [data]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            for key, value in one.items():
                if key == _LISTS:
                    found.update(value)
                elif key in _SINGLE:
                    found.add(value)
                elif isinstance(value, (dict, list)):
                    left.append(value)
        else:
            left.extend(value for value in one if isinstance(value, (dict, list)))
    return found


async def proved(log: EventLog, data: dict[str, Any]) -> dict[str, Any]:
    """The data with `log.root` and, last, `proof`: a bundle (chancery.log.merkle) of every entry that they name.

    Raises TreeRefused or LogDamaged where the log does not have what they name.
    """
    size = data["log"]["position"]
    bundle = await tree_of(log).bundle(cited(data), size)
    return data | {"log": data["log"] | {"size": size, "root": bundle["root"]}, "proof": bundle}
