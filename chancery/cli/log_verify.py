"""`log verify`: everything in the log derived again from its bytes, and held against what is known of it elsewhere."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.faults import Fault
from chancery.cli.progress import bar
from chancery.cli.shared import Table, installed, show
from chancery.i18n import tr

if TYPE_CHECKING:
    from chancery.log.findings import Findings

EXAMPLES: Final = (
    "chancery log verify",
    "chancery log verify --checkpoint witness.txt --json",
    "chancery log verify --state audit.json",
    "chancery log verify --state audit.json --full",
)


async def verify(
    *,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FILE",
            help="A file of yours: how far the last verification was. Only what is new is read; made if it is not there.",
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="With --state: read all again, and name the first that was changed."),
    ] = False,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="A checkpoint kept elsewhere, by a witness or by you; may be given again. - is standard input.",
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="VKEY", help="The log's public key, as it was published elsewhere."),
    ] = None,
    witnesses: Annotated[
        list[str] | None,
        typer.Option(
            "--witness",
            metavar="VKEY",
            help="A witness's public key; may be given again: any of them is enough.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            help="Whom to believe (C2SP tlog-policy); else that of the installation.",
        ),
    ] = None,
    log_only: Annotated[
        bool, typer.Option("--log-only", help="Do not compare what reports read with the log.")
    ] = False,
    after_head: Annotated[
        int | None,
        typer.Option("--expect", metavar="POSITION", min=0, help="Fail if the log is shorter than this."),
    ] = None,
) -> None:
    """Derive everything in the log again from its bytes, and compare.

    Exit code 1 if anything differs; the first bad position is named, or the range that it lies in. Without a checkpoint kept
    elsewhere it proves that the table is whole, not that nobody has rewritten all of it (docs/tampering.md).
    """
    from chancery.log.findings import Finding
    from chancery.verifying import Wanted, verified

    if policy is not None and not policy.is_file():
        raise Fault("no-such-file", "{file} cannot be read.", file=policy)
    if full and state is None:
        raise Fault("usage", "--full goes with --state: without a state everything is read anyway.")
    notes = [(path.name if str(path) != "-" else "-", _read(path)) for path in checkpoints or []]
    async with installed() as here:
        wanted = Wanted(
            folder=here.settings.checkpoints / "log",
            notes=notes,
            state=state,
            full=full,
            keys=keys or (),
            witnesses=witnesses or (),
            policy=policy or here.settings.policy_file,
            views=not log_only,
        )
        with bar("Verifying") as progress:
            findings = await asyncio.shield(verified(here.log, wanted, here.clock.now(), progress))
    if after_head is not None and findings.head < after_head:
        params: dict[str, str | int] = {"source": "--expect", "size": after_head, "head": findings.head}
        findings.found.append(Finding(findings.head + 1, "log.short", params))
    show("log-verify", _data(findings), lambda: _page(findings))
    if findings.found:
        raise typer.Exit(1)


def _read(path: Path) -> str:
    """A checkpoint's text. Raises OSError; what is not UTF-8 is no checkpoint and is said to be none."""
    raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    return raw.decode("utf-8", "replace")


def _data(findings: Findings) -> dict[str, Any]:
    first = findings.first
    return {
        "head": findings.head,
        "after": findings.after,
        "events": findings.events,
        "root": findings.root.hex(),
        "checkpoints": findings.checkpoints,
        "signed": findings.signed,
        "witnessed": findings.witnessed,
        "ok": findings.ok,
        "first": None
        if first is None or not first.position
        else {"position": first.position, "upto": first.upto or first.position, "exact": first.exact},
        "findings": [
            {
                "position": f.position or None,
                "upto": None if not f.position else f.upto or f.position,
                "code": f.code,
                "message": f.message,
            }
            for f in findings.found
        ],
        "notices": [{"code": n.code, "message": n.message} for n in findings.notices],
    }


def _page(findings: Findings) -> list[str | Table]:
    said = [n.message for n in findings.notices]
    if findings.ok:
        whole = tr("{n} events up to position {head}: all as written.", n=findings.events, head=findings.head)
        return [whole, *said]
    rows = [(f.where, f.code, f.message) for f in findings.found]
    return [Table(("Position", "Finding", "What is wrong"), rows), _first(findings), *said]


def _first(findings: Findings) -> str:
    first = findings.first
    if first is None or not first.position:
        return tr("Nothing of this is about one event.")
    if first.exact:
        return tr("The first bad position is {position}.", position=first.position)
    return tr(
        "The first bad position lies between {position} and {upto}.", position=first.position, upto=first.upto
    )
