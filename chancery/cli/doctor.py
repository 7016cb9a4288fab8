"""`doctor`: does everything that is needed stand and answer? Each check says OK or FAIL, and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import typer

from chancery.cli import checks
from chancery.cli.acting import logged, settings
from chancery.cli.checks import Check, Unmet
from chancery.cli.shared import Table, noun, show, verb
from chancery.i18n import tr

app: Final = noun("", "")
_STYLES = {"ok": "green", "fail": "bold red", "skipped": "dim"}


@verb(app, "doctor", examples=("chancery doctor", "chancery doctor --json"))
async def doctor() -> None:
    """Check this installation. Exit code 1 if anything is wrong."""
    chosen = settings()
    logged(chosen)
    found: list[Check] = [checks.python(), checks.zones(), checks.key_store(chosen)]
    async with checks.reached(chosen) as ground:
        for name, look, needs in _CHECKS:
            found.append(await _one(name, look, needs, ground))
    wrong = [c for c in found if c.status == "fail"]
    data = {"ok": not wrong, "checks": [c.data() for c in found]}

    def page() -> list[str | Table]:
        table = Table(("Check", "Result", "What was found", "What to do"))
        for number, c in enumerate(found):
            table.rows.append((tr(c.name), tr(_SHOWN[c.status]), c.detail, tr(c.remedy) if c.remedy else ""))
            table.marks[number] = _STYLES[c.status]
        return [table]

    show("doctor", data, page)
    if wrong:
        raise typer.Exit(1)


async def _one(name: str, look: Callable[[Any], Awaitable[str]], needs: str, ground: checks.Ground) -> Check:
    if needs and getattr(ground, needs) is None:
        return Check(name, "skipped", tr("cannot be looked at"), "")
    try:
        return Check(name, "ok", await look(ground), "")
    except Unmet as unmet:
        return Check(name, "fail", unmet.detail, unmet.remedy)
    except Exception as problem:  # noqa: BLE001 - a check that breaks is a finding, not a crash
        return Check(name, "fail", type(problem).__name__, "See the log of that server.")


_SHOWN: Final = {"ok": "OK", "fail": "FAIL", "skipped": "skipped"}
_CHECKS: Final = (
    ("Database reachable", checks.database, ""),
    ("Tables migrated", checks.migrated, "here"),
    ("Database role", checks.role, "here"),
    ("Commits are durable", checks.durable, "here"),
    ("Clock against the database", checks.skew, "here"),
    ("Log", checks.log_head, "here"),
    ("Checkpoints", checks.signed, "here"),
    ("Witnesses", checks.witnessed, ""),
    ("Temporal reachable", checks.temporal, ""),
    ("Search attributes", checks.attributes, "client"),
    ("Schedules", checks.schedules, "client"),
    ("Conductor", checks.conductor, "here"),
    ("Streams delivered", checks.parked, "here"),
    ("Mail", checks.mail, ""),
)
