"""The table of docs/tampering.md, measured anew: `python -m tests.tamper.table [TRIALS] [--write]` (a hundred of each by default).

A PostgreSQL of its own, the same log and the same seeds each time: the same figures.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from chancery import db
from chancery.clock import use_pinned_zones
from chancery.embedded.postgres import EmbeddedPostgres
from tests.conftest import APP_PASSWORD, READER_PASSWORD, TEMPLATE
from tests.tamper.ground import Ground, prepared
from tests.tamper.trials import (
    ATTACKS,
    LEAVES,
    NOTES,
    RECEIPT,
    SIGNED,
    TABLE,
    TAIL,
    WITNESSED,
    Result,
    one,
    told,
)

PAGE = Path(__file__).parents[2] / "docs" / "tampering.md"
BEGIN, END = (
    "<!-- measured: python -m tests.tamper.table --write -->\n",
    "<!-- end of what was measured -->\n",
)
FOUND = (TABLE, SIGNED, WITNESSED, RECEIPT)


def tables(ground: Ground, trials: int, played: Mapping[str, Sequence[Result]]) -> str:
    """Two tables: what is found by whom, and where the first bad position is said to be."""
    head = (
        f"{trials} trials of each, seeds 0 to {trials - 1}; {ground.head} events, {ground.signed} of them signed, "
        f"{len(ground.given)} checkpoints witnessed."
    )
    found = [f"| attack | {' | '.join(FOUND)} |", f"|---|{'---|' * len(FOUND)}"]
    named = [
        f"| attack | {NOTES}: exact, else the range (median) | {WITNESSED}: the same | {LEAVES}: exact |",
        "|---|---|---|---|",
    ]
    for attack, results in played.items():
        counts = [sum(r.detected(way) for r in results) for way in FOUND]
        found.append(f"| {attack} | {' | '.join(_bold(n, trials) for n in counts)} |")
        placed = [r for r in results if r.first and r.detected(WITNESSED)]
        if (
            placed and attack != TAIL
        ):  # what is found of the tail are histories that no longer fold: nothing names a position
            exact = sum(r.named(LEAVES) for r in placed)
            cells = (_where(placed, NOTES), _where(placed, WITNESSED), f"{exact} of {len(placed)}")
            named.append(f"| {attack} | {' | '.join(cells)} |")
    return "\n".join([head, "", *found, "", *named]) + "\n"


def _bold(count: int, trials: int) -> str:
    return f"**{count}**" if count < trials else str(count)


def _where(results: Sequence[Result], way: str) -> str:
    exact = sum(r.named(way) for r in results)
    wide = [r.width(way) for r in results if not r.named(way)]
    assert all(r.bracketed(way) for r in results), way
    return f"{exact}, else {statistics.median(wide):.0f} positions" if wide else str(exact)


def main(arguments: Sequence[str]) -> None:
    """Measure, and print or write."""
    use_pinned_zones()
    trials = next((int(a) for a in arguments if a.isdigit()), 100)
    with tempfile.TemporaryDirectory(prefix="chancery-tamper-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        # It loses nothing that matters: whoever measures does not wait for the disk thirteen hundred times.
        server = EmbeddedPostgres(home / "postgres", guarded=True, settings={"fsync": "off"})
        server.start()
        try:
            db.prepare(server.admin_url(TEMPLATE), app_password=APP_PASSWORD, reader_password=READER_PASSWORD)
            (home / "ground").mkdir()
            ground = prepared(server, TEMPLATE, home / "ground")
            played: dict[str, list[Result]] = {}
            for attack in (*ATTACKS, TAIL):
                played[attack] = [one(ground, attack, str(seed)) for seed in range(trials)]
                sys.stderr.write(told(played[attack]) + "\n")
            text = tables(ground, trials, played)
        finally:
            server.stop()
    if "--write" in arguments:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.partition(END)[2])
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
