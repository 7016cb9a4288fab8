"""`chancery case`: a code for a case, made by chance. Who the case is stays in the vault."""

from chancery.cli.shared import noun, show, verb

app = noun("case", "Codes for cases, never names.")


@verb(app, "new", examples=("chancery case new",))
def new() -> None:
    """Make a random code for a new case; nothing is recorded yet."""
    from chancery.cases import new_case

    code = new_case()
    show("case", {"case": code}, lambda: [code])
