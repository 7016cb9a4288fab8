"""`key`: the private keys of signer and witness, each made where it is to stay, and their public halves."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import typer

from chancery.cli.acting import settings
from chancery.cli.shared import installed, noun, say, show, verb

app: Final = noun("key", "The keys that sign checkpoints: made here, never shown, never an argument.")
Holder = Annotated[
    Literal["signer", "witness"], typer.Argument(help="Whose key: the signer's, or a witness's.")
]


@verb(
    app,
    "make",
    examples=("chancery key make signer", "chancery key make witness --name audit.example.org/chancery"),
)
async def make(
    holder: Holder,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="The log's origin, or what the witness is called; else it is found out.",
        ),
    ] = None,
) -> None:
    """Make a new key, in a file that only its owner may read, and print its public half.

    Give the public half to whoever is to believe it, by another way than this machine. A key is never written over.
    """
    from chancery import trust
    from chancery.log.keys import make_key
    from chancery.log.notes import COSIGNATURE
    from chancery.witnessing import KEY

    chosen = settings()
    if name is None:
        async with installed() as here:
            name = here.origin if holder == "signer" else f"{here.origin}/witness"
    if holder == "witness":
        made = {chosen.witness / KEY: make_key(chosen.witness / KEY, name, COSIGNATURE)}
    else:
        made = {}
        for log, suffix in trust.SIGNED.items():
            path = chosen.signer_keys / f"{log}.skey"
            made[path] = make_key(path, name + suffix)
    for path in made:
        say("Made {file}.", file=path)
    _show([str(key.verifier) for key in made.values()])


@verb(app, "show", examples=("chancery key show signer", "chancery key show witness --json"))
def show_(holder: Holder) -> None:
    """Print the public halves of the keys that are here, as verifiers take them (a vkey, C2SP)."""
    from chancery import trust
    from chancery.log.keys import read_keys
    from chancery.log.notes import COSIGNATURE
    from chancery.witnessing import KEY

    chosen = settings()
    if holder == "witness":
        keys = read_keys(chosen.witness / KEY, COSIGNATURE)
    else:
        keys = [key for log in trust.SIGNED for key in read_keys(chosen.signer_keys / f"{log}.skey")]
    _show([str(key.verifier) for key in keys])


def _show(vkeys: list[str]) -> None:
    data: dict[str, Any] = {"keys": vkeys}
    show("keys", data, lambda: vkeys)
