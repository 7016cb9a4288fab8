"""`report`: what the log says of a person, a mission or an instrument, in the form that its reader needs; and made again."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast

import typer

from chancery.cli import reproducing
from chancery.cli.acting import postings_of
from chancery.cli.faults import Fault
from chancery.cli.knowing import AsOf, place
from chancery.cli.shared import Table, installed, noun, say, show, state, verb
from chancery.cli.times import day

if TYPE_CHECKING:
    from datetime import datetime

    from chancery.installation import Installation
    from chancery.log.checkpoints import Signed
    from chancery.readings.entry import Form as Taken

app: Final = noun("report", "Reports: every figure with the positions that it comes from.")
_NEEDED: Any = ...
_BINARY: Final = ("pdf", "xlsx")
From = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")]
To = Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")]
Form = Annotated[
    str,
    typer.Option("--form", metavar="FORM", help="text, html, pdf, xlsx, csv or json."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write there, not to standard output.")
]
WithCheckpoint = Annotated[
    bool,
    typer.Option("--signed", help="As known at the latest signed checkpoint, which is embedded (pdf, html)."),
]


@verb(
    app,
    "staff",
    examples=(
        "chancery report staff Q-103 --from 2026-01-01 --to 2026-12-31",
        "chancery report staff Q-103 --from 2026-01-01 --to 2026-06-30 --as-of 4210 --json",
        "chancery report staff Q-103 --from 2026-01-01 --to 2026-12-31 --signed --form pdf --out Q-103.pdf",
    ),
)
async def staff(
    officer: Annotated[str, typer.Argument(help="An officer's code, or a posting's.")],
    *,
    from_: From = _NEEDED,
    to: To = _NEEDED,
    as_of: AsOf = None,
    regime: Annotated[
        str | None,
        typer.Option("--regime", metavar="CODE", help="Of those under several appraisals, under which one."),
    ] = None,
    form: Form = "text",
    out: Out = None,
    signed: WithCheckpoint = False,
) -> None:
    """Report what an officer held, for how long, and how it ended. The same request gives the same bytes."""
    from chancery.readings import book
    from chancery.reports.staff import staff_report
    from chancery.reports.stated import require_purpose

    first, last = period(from_, to)
    chosen = form_of(form, out)
    async with installed() as here:
        await require_purpose(here.log)
        held = sorted(row["posting"] for row in await postings_of(here, officer))
        at, checkpoint = await placed(here, as_of, signed=signed)
        report = await staff_report(here.log, officer, held, first, last, at, regime=regime)
        # Whoever is reviewed sees in their record that somebody read it; what cannot be written down is not shown.
        await book.note(
            here, kind="report", who="operator", basis="operator", of=held, form=cast("Taken", chosen)
        )
    give(report.data(), chosen, out, checkpoint)


@verb(
    app,
    "structural",
    examples=(
        "chancery report structural Q --from 2026-01-01 --to 2026-06-30",
        "chancery report structural --from 2026-01-01 --to 2026-06-30 --outside --form xlsx --out posts.xlsx",
    ),
)
async def structural(
    mission: Annotated[
        str | None,
        typer.Argument(metavar="MISSION", help="The mission's code; else every one, as from outside."),
    ] = None,
    *,
    from_: From = _NEEDED,
    to: To = _NEEDED,
    as_of: AsOf = None,
    outside: Annotated[
        bool,
        typer.Option("--outside", help="For readers outside the mission: no lists, no number under five."),
    ] = False,
    form: Form = "text",
    out: Out = None,
    signed: WithCheckpoint = False,
) -> None:
    """Report what a mission's duties met: vacancies, closures, waiting on others, load, coverage."""
    from chancery.reports.structural import structural_report

    first, last = period(from_, to)
    chosen = form_of(form, out)
    async with installed() as here:
        at, checkpoint = await placed(here, as_of, signed=signed)
        audience: Literal["mission", "outside"] = "outside" if outside or mission is None else "mission"
        report = await structural_report(here.log, mission, first, last, at, audience=audience)
    give(report.data(), chosen, out, checkpoint)


@verb(
    app,
    "audit",
    examples=(
        "chancery report audit 2026-1",
        "chancery report audit 2026-1 --by definition --signed --form pdf --out audit.pdf",
    ),
)
async def audit(
    half: Annotated[str, typer.Argument(metavar="HALF", help="A half-year: 2026-1 is January to June 2026.")],
    *,
    by: Annotated[str, typer.Option("--by", metavar="LINES", help="paragraph or definition.")] = "paragraph",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="MISSION", help="Of this mission; may be given several times."),
    ] = None,
    as_of: AsOf = None,
    form: Form = "text",
    out: Out = None,
    signed: WithCheckpoint = False,
) -> None:
    """Report what was considered, acted on, declined and missed, by paragraph and mission."""
    from chancery.reports.audit import audit_report

    if by not in ("paragraph", "definition"):
        raise Fault("usage", "--by: {given} is not known; paragraph and definition are.", given=by)
    chosen = form_of(form, out)
    async with installed() as here:
        at, checkpoint = await placed(here, as_of, signed=signed)
        lines: Literal["paragraph", "definition"] = "definition" if by == "definition" else "paragraph"
        report = await audit_report(here.log, half, at, by=lines, missions=only)
    give(report.data(), chosen, out, checkpoint)


@verb(
    app,
    "review",
    changes=True,
    examples=(
        "chancery report review rv-1a2b3c4d5e6f --form pdf --out review.pdf --as Q-103",
        "chancery report review rv-1a2b3c4d5e6f --signed --form html --out review.html --as H-302",
    ),
)
async def review(
    code: Annotated[
        str, typer.Argument(metavar="REVIEW", help="The review's code, as `review list` shows it.")
    ],
    *,
    edition: Annotated[
        int | None,
        typer.Option("--edition", metavar="NUMBER", min=1, help="Else the signed one, or the last."),
    ] = None,
    form: Form = "text",
    out: Out = None,
    signed: WithCheckpoint = False,
) -> None:
    """Give a review to one of its parties: the record, what was said of it, the answers, the signatures.

    That it was opened is written into the log before.
    """
    from chancery.cli.reading import opened
    from chancery.reports.review import review_report

    chosen = form_of(form, out)
    async with installed() as here:
        await opened(here, code, cast("Taken", chosen))
        at, checkpoint = await placed(here, None, signed=signed)
        report = await review_report(here, code, edition, at if isinstance(at, int) else None)
    give(report.data(), chosen, out, checkpoint)


@verb(
    app,
    "reproduce",
    examples=("chancery report reproduce Q-103.pdf", "chancery report reproduce audit.xlsx --json"),
)
async def reproduce(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report in PDF, HTML, XLSX, CSV or JSON.")],
) -> None:
    """Make a report's file again from the log as known then, and compare the two byte for byte.

    Exit code 1 if they differ, with where. A signed checkpoint in the file is checked, too.
    """
    from chancery.reports.reproduce import reproduce as made_again
    from chancery.reports.signed import known_keys

    content = file.read_bytes()
    async with installed() as here:
        origin, _ = await here.log.origin()
        keys = known_keys(here.settings.checkpoints, here.settings.policy_file, origin)
        found = await made_again(here.log, content, keys, here)
    show("report-reproduced", reproducing.data(file, found), lambda: reproducing.page(found))
    if not found.same:
        raise typer.Exit(1)


@verb(app, "schema", examples=("chancery report schema", "chancery report schema chancery.staff-report/2"))
def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="SCHEMA", help="As the data name it; else all there are.")
    ] = None,
) -> None:
    """Print the JSON Schema of a report's data (draft 2020-12)."""
    from chancery.reports import schemas

    if name is None:
        found = schemas.names()
        show("report-schemas", {"schemas": found}, lambda: [Table(("Schema",), [(one,) for one in found])])
        return
    sys.stdout.write(schemas.text(name))
    sys.stdout.flush()


def period(from_: str, to: str) -> tuple[date, date]:
    """The two days. Raises Fault."""
    return date.fromisoformat(day(from_, "--from")), date.fromisoformat(day(to, "--to"))


def form_of(form: str, out: Path | None) -> str:
    """The form that is asked for; `--json` means json. Raises Fault `usage`."""
    from chancery.reports.paper.forms import FORMS

    chosen = "json" if state().json and form == "text" else form
    if chosen not in FORMS:
        raise Fault(
            "usage",
            "--form: {given} is no form of a report; text, html, pdf, xlsx, csv and json are.",
            given=form,
        )
    if chosen in _BINARY and out is None:
        raise Fault("usage", "--form {form} is no text; name a file with --out.", form=chosen)
    return chosen


async def placed(
    here: Installation, as_of: str | None, *, signed: bool
) -> tuple[int | datetime | None, Signed | None]:
    """The place to make a report at, and the checkpoint of just that size if one is wanted."""
    at = place(as_of)
    if not signed:
        return at, None
    from chancery.reports.signed import checkpoint_at

    if at is not None and not isinstance(at, int):
        raise Fault("usage", "--signed goes with a position or with none, not with an instant.")
    origin, _ = await here.log.origin()
    found = checkpoint_at(here.settings.checkpoints, here.settings.policy_file, origin, at)
    return found.checkpoint.size, found


def give(data: dict[str, Any], form: str, out: Path | None, checkpoint: Signed | None) -> None:
    """Print the report, or write it to a file; nothing is added, for these are the bytes that can be made again."""
    from chancery.log import durable
    from chancery.reports.paper.forms import CARRY_CHECKPOINT, formed
    from chancery.reports.signed import must_be_of

    note = None
    if checkpoint is not None:
        must_be_of(checkpoint, data)
        note = checkpoint.note_text.encode() if form in CARRY_CHECKPOINT else None
    content = formed(form, data, state().language, checkpoint=note)
    if out is None:
        sys.stdout.write(content.decode())
        sys.stdout.flush()
        return
    try:
        durable.replace(out, content, durable.PRIVATE)  # it may be about a person: for whoever made it
    except OSError:
        raise Fault("no-such-file", "{file} cannot be written.", file=out) from None
    log = data["log"]
    say(
        "Written: {file}, {n} bytes, as known at position {position} of log {origin}.",
        file=out, n=len(content), position=log["position"], origin=log["origin"],
    )  # fmt: skip
