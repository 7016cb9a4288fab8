"""What a value in an event may look like.

Free text can hold a name, and a name kills. So every string in an event is a code, an instant, a date, a hash or a
reference, held to a pattern here; words go to the vault and the event keeps a reference (DESIGN.md, rule 3).
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints
from typing_extensions import TypedDict

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,95}$")]
"""A stable code: of a step, a reason, a post, an obligation. No blanks, so no sentence and no person's name."""

Clause = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){0,4}$")]
"""The number of a clause in a text, like 4.2: digits alone, so nobody's name."""

DossierCode = Annotated[str, StringConstraints(pattern=r"^(wp|rv|ex)-[0-9a-f]{12}$")]
"""The code of a work plan, a review or an export, drawn at random: never typed."""

Label = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f<>]{1,120}$")]
"""The published name of a public holiday or the reason beside a day in an explanation. Never typed by staff."""

InstantText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$")]
"""RFC 3339 in UTC with a Z."""


def _real_day(text: str) -> str:
    date.fromisoformat(text)
    return text


DateText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_real_day)]
"""A day of the calendar: 30 February would stand in the log for ever and stop whoever reads it."""

Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,128}$")]
Uuid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]

Source = Literal["guideline", "local_strategy", "hq_instruction", "product_default"]
"""Where a term comes from. Only `guideline` may ever be called a breach of the Guidelines (DESIGN.md, rule 4)."""

Marking = Literal["public", "limite", "sensitive"]
"""The highest an unaccredited system may hold; anything classified stays outside (REQUIREMENTS.md, Law and markings)."""


class SealedRef(TypedDict):
    """Points at words in the vault: a random reference and a keyed commitment to what they were."""

    ref: Uuid
    commit: Hex


class EvidenceData(TypedDict):
    """A file or reference that proves a step; its bytes stay outside the log.

    `digest` is a keyed hash under the mission's key: a plain one would let whoever has a published file, or can guess its
    words, find the case that it proves. `bytes` is rounded up to 256 for the same reason.
    """

    kind: Code
    digest: Hex
    bytes: int
    marking: Marking


def instant(text: str) -> datetime:
    """The aware UTC instant that an event's text states."""
    return datetime.fromisoformat(text)


def instant_text(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds unless there are microseconds. Refuses a naive time with ValueError."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
