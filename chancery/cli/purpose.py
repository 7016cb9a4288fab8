"""`purpose`: what staff reports are for, in the words of those without whom none is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.acting import actor_for
from chancery.cli.parties import WordsFile, words_from
from chancery.cli.shared import Table, command_id, installed, noun, say, show, show_receipt, verb
from chancery.i18n import word

if TYPE_CHECKING:
    from chancery.installation import Installation
    from domain.envelope import Actor

app: Final = noun(
    "purpose", "What staff reports are for: stated by data protection officer and staff committee."
)
_NEEDED: Any = ...


@verb(
    app,
    "state",
    changes=True,
    examples=(
        "chancery purpose state --months 24 --opinion agreed --as H-304",
        "chancery purpose state --months 24 --opinion agreed_with_conditions --words-file conditions.txt --as H-304",
    ),
)
async def state_(
    *,
    months: Annotated[
        int,
        typer.Option("--months", metavar="NUMBER", min=1, max=120, help="How long a report is kept, months."),
    ] = _NEEDED,
    opinion: Annotated[
        str, typer.Option("--opinion", metavar="CODE", help="agreed or agreed_with_conditions.")
    ] = _NEEDED,
    words_file: WordsFile = None,
) -> None:
    """State for your own role what staff reports are for, and how long they are kept.

    No report on another person is made, and no review opened, before both roles have.
    """
    from chancery import purposes

    text = words_from(words_file)
    async with installed() as here:
        actor = await _whoever(here)
        show_receipt(await purposes.state(here, actor, command_id(), months, opinion, text))


@verb(app, "withdraw", changes=True, examples=("chancery purpose withdraw --as H-304",))
async def withdraw(*, words_file: WordsFile = None) -> None:
    """Withdraw your role's statement: from now on no new report on another person is made."""
    from chancery import purposes

    text = words_from(words_file)
    async with installed() as here:
        show_receipt(await purposes.withdraw(here, await _whoever(here), command_id(), text))


@verb(app, "show", examples=("chancery purpose show", "chancery purpose show --json"))
async def show_() -> None:
    """Show who has stated it, when and where in the log, and how long reports are kept."""
    from chancery.reports.stated import purpose_of

    async with installed() as here:
        found = await purpose_of(here.log)
    statements = [
        {
            "role": role,
            "opinion": one.opinion,
            "retention_months": one.retention_months,
            "at": one.at,
            "position": one.position,
        }
        for role, one in sorted(found.statements.items())
    ]
    data = {
        "stated": found.stated,
        "missing": list(found.missing),
        "retention_months": found.retention_months if found.stated else None,
        "statements": statements,
    }

    def page() -> list[Table]:
        table = Table(("Who", "Opinion", "Months", "At (UTC)", "Position"), empty="Nobody has stated it.")
        for role, one in sorted(found.statements.items()):
            months, position = str(one.retention_months), str(one.position)
            table.rows.append(
                (word(role), word(one.opinion), months, one.at[:16].replace("T", " "), position)
            )
        return [table]

    show("purpose", data, page)
    if found.missing:
        say("Still missing: {roles}.", roles=", ".join(word(role) for role in found.missing))


async def _whoever(here: Installation) -> Actor:
    """Who acts, and the mission of their post. Raises Fault, Refused `purpose-role` for who holds none."""
    from domain.purpose import WHO
    from domain.refusals import Refused

    actor = await actor_for(here)
    if actor.mission is None:
        raise Refused("purpose-role", roles=", ".join(WHO))
    return actor
