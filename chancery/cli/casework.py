"""What the nouns about cases share: words from a file or a pipe (never from the command line), and where a case belongs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from chancery.cli.faults import Fault

if TYPE_CHECKING:
    from chancery.cases.consent import Wish
    from chancery.installation import Installation
    from domain.envelope import Actor

MOST_BYTES: Final = 1 << 20
"""So much a sealed field may hold."""

Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's random code.")]
Words = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="The words, to be sealed: a file, or - for standard input. Never on the command line.",
    ),
]
EntryFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="The entry as a JSON object (docs/vault.md): a file, or -."),
]
Why = Annotated[
    str | None,
    typer.Option(
        "--reason",
        metavar="CODE",
        help="Why headquarters or an auditor reads it: audit, complaint, data_subject_request, escalation, incident, legal_duty.",
    ),
]
Channel = Literal[
    "in_person", "phone", "signal", "email", "letter", "via_lawyer", "via_family", "via_ngo", "other"
]
By = Annotated[
    Literal["defender", "lawyer", "family"], typer.Option("--by", help="Who said so. It is sealed.")
]
Over = Annotated[Channel, typer.Option("--channel", help="How it reached us. It is sealed.")]
Said = Annotated[
    Path | None,
    typer.Option("--words", metavar="FILE", help="What was said, to be sealed: a file, or -."),
]


def words_of(file: Path) -> str:
    """The text of a file, or of standard input. Raises Fault `no-such-file`, `usage`."""
    return _decoded(_bytes(file), file)


def content_of(file: Path) -> dict[str, Any]:
    """The JSON object in a file, or on standard input. Raises Fault; nothing of what was in it is repeated."""
    text = _decoded(_bytes(file), file)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Fault("usage", "{file} does not hold one JSON object.", file=file)
    return found


def _bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    if not file.is_file():
        raise Fault("no-such-file", "{file} cannot be read.", file=file)
    with file.open("rb") as source:
        return source.read(MOST_BYTES + 1)


def _decoded(raw: bytes, file: Path) -> str:
    if len(raw) > MOST_BYTES:
        raise Fault("usage", "{file} is longer than a sealed field may be (1 MiB).", file=file)
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise Fault("usage", "{file} is not text in UTF-8.", file=file) from None


def wish(by: Literal["defender", "lawyer", "family"], channel: Channel, said: Path | None) -> Wish:
    """Who said what, and how. Raises Fault."""
    from chancery.cases.consent import Wish as Made

    return Made(by, channel, words_of(said) if said is not None else "")


def mission_of(here: Installation, case: str) -> str:
    """The mission that a case belongs to. Raises CaseRefused `no-such-case`, BadInput, Shredded."""
    from chancery.cases.codes import key_of
    from chancery.cases.refusals import CaseRefused
    from chancery.keystore import KeyMissing

    try:
        return here.keys.mission_of(key_of(case))
    except KeyMissing:
        raise CaseRefused("no-such-case", mission="-", case=case) from None


async def acting_on(here: Installation, case: str) -> Actor:
    """Who acts on a case: `--as`, in the mission that it belongs to. Raises Fault, CaseRefused."""
    from chancery.cli.acting import actor_for

    return await actor_for(here, mission_of(here, case))
