"""`readings`: who read what, on which ground; and whether the access log is what was written."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.acting import postings_of
from chancery.cli.progress import bar
from chancery.cli.shared import Table, actor_for, installed, local, noun, show, tr, verb, word
from chancery.telling import names

if TYPE_CHECKING:
    from chancery.installation import Installation
    from chancery.readings.verify import Findings

app: Final = noun(
    "readings", "The access log: who read what, on which ground; kept a year, in a tree of its own."
)


@verb(
    app,
    "list",
    acts=True,
    examples=(
        "chancery readings list Q --as Q-101",
        "chancery readings list --person Q-103 --first 2026-05-01 --as HQ-007 --json",
    ),
)
async def listed(  # noqa: PLR0917 - typer makes an option of each
    mission: Annotated[
        str | None, typer.Argument(help="The mission's code; headquarters and auditors may leave it out.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person", metavar="OFFICER", help="Read by or about them: an officer's code or a posting's."
        ),
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="CASE", help="The readings of one case, by its code.")
    ] = None,
    basis: Annotated[
        str | None,
        typer.Option("--basis", metavar="CODE", help="On one ground, such as holder or break_glass."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--first", metavar="DAY", help="Recorded from this day on.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--last", metavar="DAY", help="Recorded up to this day.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=50_000, help="At most so many, the latest first.")
    ] = 100,
) -> None:
    """Show who read what, when and on which ground: to the mission's heads, headquarters, auditors.

    That you asked is an entry too. With --json each comes with its bytes, its salt and its leaf.
    """
    from chancery.cases.refusals import CaseRefused
    from chancery.readings import asking

    async with installed() as here:
        actor = await actor_for(here, mission)
        if actor.mission is None:
            raise CaseRefused("readings-not-yours")
        calendar = (await here.desk.mission(actor.mission or "")).clock
        asked = asking.Asked(
            mission=mission or (None if case else await _own(here, actor)),
            people=None
            if person is None
            else tuple(row["posting"] for row in await postings_of(here, person)),
            case=case,
            basis=asking.basis_of(basis or ""),
            first=asking.day_of(first or "", calendar),
            until=asking.day_of(last or "", calendar, after=True),
        )
        page = await asking.entries(here, actor, asked, form="text", most=limit)
        lines = await asking.told(here, page.entries)
        data = {
            "mission": asked.mission,
            "more": page.following is not None,
            "readings": [
                line
                | {
                    "recorded_us": entry.recorded_us,
                    "salt": None if entry.salt is None else entry.salt.hex(),
                    "body": None if entry.body is None else entry.body.decode(),
                }
                for entry, line in zip(page.entries, lines, strict=True)
            ],
        }
    show("readings-list", data, lambda: [_table(lines)])


async def _own(here: Installation, actor: Any) -> str | None:
    """The mission that is meant where none is said: none in particular for who oversees all, else one's own."""
    from chancery.cases.reading import GLASS, identified

    who = await identified(here, actor)
    return None if who.role in GLASS else who.mission


def _table(lines: list[dict[str, Any]]) -> Table:
    headings = ("Position", "When (UTC)", "Reader", "What", "Ground", "Why", "Leaf")
    table = Table(headings, empty="Nobody opened anything here.")
    for line in lines:
        reader = names.who(line["reader"], {line["reader"]: line["officer"]})
        taken = "" if line["form"] in (None, "page") else f" ({word('form:' + line['form'])})"
        table.rows.append((
            str(line["position"]), local(line["at"], "UTC"), reader, line["sentence"] + taken,
            word(f"basis:{line['basis']}"), word(line["reason"]), line["leaf"][:16],
        ))  # fmt: skip
    return table


@verb(
    app,
    "verify",
    examples=("chancery readings verify", "chancery readings verify --checkpoint witness.txt --json"),
)
async def verified(
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="A checkpoint of the access log kept elsewhere; may be given again.",
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key", metavar="VKEY", help="The access log's public key, as it was published elsewhere."
        ),
    ] = None,
    witnesses: Annotated[
        list[str] | None,
        typer.Option("--witness", metavar="VKEY", help="A witness's public key; may be given again."),
    ] = None,
) -> None:
    """Derive every entry of the access log again from its bytes, and hold its tree against kept checkpoints.

    Exit code 1 if anything differs. Entries older than a year have a leaf alone; that proves them still. Nothing of what was
    read is shown.
    """
    from chancery.log.evidence import policy_of
    from chancery.log.policy import Policy
    from chancery.readings.tree import origin_of
    from chancery.readings.verify import evidence_of, verify

    policy = policy_of(keys or (), witnesses or ()) if keys or witnesses else None
    notes = [(path.name, path.read_bytes().decode("utf-8", "replace")) for path in checkpoints or []]
    async with installed() as here:
        origin = await origin_of(here.log)
        if policy is None and here.settings.policy_file.is_file():
            policy = Policy.parse(here.settings.policy_file.read_text(encoding="utf-8"))
        evidence = evidence_of(origin, here.settings.checkpoints / "readings", notes, policy)
        with bar("Verifying") as progress:
            findings = await asyncio.shield(verify(here.pool, evidence, progress))
    show("readings-verify", _data(origin, findings), lambda: _page(findings))
    if findings.found:
        raise typer.Exit(1)


def _data(origin: str, findings: Findings) -> dict[str, Any]:
    return {
        "origin": origin,
        "size": findings.size,
        "root": findings.root.hex(),
        "removed": findings.removed,
        "checkpoints": findings.checkpoints,
        "signed": findings.signed,
        "witnessed": findings.witnessed,
        "ok": findings.ok,
        "findings": [one._asdict() for one in findings.found],
    }


def _page(findings: Findings) -> list[str | Table]:
    if findings.found:
        rows = [
            (str(f.position) if f.upto == f.position else f"{f.position}-{f.upto}", f.code, f.message)
            for f in findings.found
        ]
        return [Table(("Position", "Finding", "What is wrong"), rows)]
    said = [
        tr(
            "{n} entries of the access log, all as written; of {removed} the year is over and the leaf is left.",
            n=findings.size,
            removed=findings.removed,
        )
    ]
    if findings.signed:
        said.append(tr("Signed checkpoints agree up to position {position}.", position=findings.signed))
    else:
        said.append(
            tr(
                "No checkpoint was compared: this proves that the table is whole, not that nobody has rewritten all of it."
            )
        )
    return list(said)
