"""Small numbers: a count under five is not shown, nor one by which it could be found by subtraction. Pure.

Nought is shown: that nothing was late points at nobody. What is hidden must leave a reader at least two possibilities for
every hidden count; where that cannot be had, the whole row stays hidden and only its sum is shown. This guards against
subtraction, not against somebody who runs the rule backwards: whoever may open the page may open each task anyway.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

FEW: Final = 5
Hidden = Literal["few", "withheld"]
Shown = int | Hidden
"""A number; `few`: one to four; `withheld`: it would give another away."""


@dataclass(frozen=True, slots=True)
class Row:
    """What may be said of a row: how many in all, and how many in each place (empty where nothing may be said)."""

    whole: Shown
    places: Mapping[str, Shown]

    def sum_of(self, names: Collection[str]) -> int | None:
        """The sum of some places, or None if one of them is hidden."""
        values = [self.places.get(name, "withheld") for name in names]
        return (
            sum(v for v in values if isinstance(v, int)) if all(isinstance(v, int) for v in values) else None
        )


def row(counts: Mapping[Any, int], unsure: Collection[str] = ()) -> Row:
    """A row of counts that add up to its whole. `unsure`: places that must be hidden for a reason from elsewhere."""
    whole = sum(counts.values())
    if 0 < whole < FEW:
        return Row("few", {})
    small = {name for name, n in counts.items() if 0 < n < FEW}
    hidden = small | set(unsure)
    others = sorted((n, name) for name, n in counts.items() if n and name not in hidden)
    while hidden and determined([(counts[name], *_bounds(counts[name], name in unsure)) for name in hidden]):
        if not others:
            return Row(whole, {})
        hidden.add(others.pop(0)[1])
    said: dict[str, Shown] = {
        name: n if name not in hidden else "few" if name in small else "withheld"
        for name, n in counts.items()
    }
    return Row(whole, said)


def determined(hidden: Collection[tuple[int, int, int | None]]) -> bool:
    """Whether hidden counts, of which a reader knows the sum, can be told from it.

    Of each: the count, the least that a reader knows it to be, and the most (None: no limit).
    """
    if len(hidden) < 2:
        return True
    whole = sum(n for n, _, _ in hidden)
    most = [high for _, _, high in hidden if high is not None]
    return whole == sum(low for _, low, _ in hidden) or (len(most) == len(hidden) and whole == sum(most))


def _bounds(n: int, unsure: bool) -> tuple[int, int | None]:
    """What a reader knows of a hidden count: one to four where it says so, else five and more, or nothing."""
    if unsure:
        return 0, None
    return (1, FEW - 1) if n < FEW else (FEW, None)


def share(part: int | None, whole: int | None) -> tuple[int, int] | None:
    """A part of a whole with its denominator, or None where either is hidden, the whole under five, or the rest a small number."""
    if part is None or whole is None or whole < FEW or 0 < part < FEW or 0 < whole - part < FEW:
        return None
    return part, whole


def percent(part: int, whole: int) -> str:
    """A share in whole percent that never rounds to all or to nothing what is not."""
    if part in (0, whole):
        return "100" if part else "0"
    return str(min(99, max(1, round(100 * part / whole))))
