"""`chancery mechanism`: what can protect a defender, formal and informal."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import typer

from chancery.cli.shared import Table, noun, show, tr, verb, word
from chancery.i18n import language

app: Final = noun("mechanism", "What can protect a defender: offered as options in a case.")


@verb(
    app,
    "list",
    examples=("chancery mechanism list", "chancery mechanism list --country MX --arena informal"),
)
def list_(
    country: Annotated[
        str | None,
        typer.Option("--country", metavar="CC", help="What may be offered in this country (ISO 3166-1)."),
    ] = None,
    arena: Annotated[
        Literal["formal", "informal"] | None, typer.Option("--arena", help="Only formal or informal ones.")
    ] = None,
) -> None:
    """List the registry of mechanisms. A term that nobody has confirmed is marked."""
    from chancery.cases.mechanisms import offered

    found = offered(country.strip().upper() if country else None, arena)

    def page() -> list[Table]:
        table = Table(
            ("Code", "What", "Arena", "Kept by", "Consent", "Own terms", "Link"), empty="Nothing to show."
        )
        for one in found:
            terms = ", ".join(f"{name} {term}" for name, term in one.clock.items())
            if terms and not one.confirmed:
                terms = tr("{terms} (not confirmed)", terms=terms)
            title = one.title.fr if language() == "fr" else one.title.en
            table.rows.append(
                (
                    one.code,
                    title,
                    word(one.arena),
                    word(f"level:{one.level}"),
                    one.consent or "",
                    terms,
                    one.link or "",
                )
            )
        return [table]

    show("mechanism-list", {"mechanisms": [one.model_dump(mode="json") for one in found]}, page)
