"""One entry of the access log: what it says, its canonical bytes, and its leaf.

An entry holds codes only: postings, missions, grounds, reasons of closed lists. Of a case it holds a mark that only the
case's key can tell (as everywhere in the vault), never the code. So nothing here says who a defender is, and when the key is
destroyed the entry can be counted and no longer assigned.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args

import rfc8785

from chancery.log.merkle import leaf_of

Kind: TypeAlias = Literal["case", "person", "report", "review", "export", "readings", "tidied"]
"""What was read: a case's content; what a person did (looked up in the log); a staff report; a review; a file taken out of the
log; this log. `tidied` is no reading: it says up to which position content was removed."""
Basis: TypeAlias = Literal[
    "holder", "lead", "partner", "break_glass",
    "self", "manager", "second", "head", "oversight", "granted", "operator", "engine", "unstated",
]  # fmt: skip
"""On which ground. The first four are a case's. `second`: the second person of a review; `head`: heads of the person's mission;
`oversight`: headquarters, auditors, the data protection officer; `granted`: an export that two people allowed; `unstated`: written
down before grounds were."""
Form: TypeAlias = Literal["page", "text", "json", "jsonl", "csv", "xlsx", "pdf", "html", "full"]
"""As what it was taken: shown, or as a file."""

KINDS: Final[tuple[str, ...]] = get_args(Kind)
BASES: Final[tuple[str, ...]] = get_args(Basis)
FORMS: Final[tuple[str, ...]] = get_args(Form)
YEAR: Final = timedelta(days=365)
"""So long an entry keeps its content (vault.readings_forget holds it too, by its own clock)."""
ENGINE: Final = "engine"
SCHEMA: Final = 1
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,95}")
_REASON: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MARK: Final = re.compile(r"[0-9a-f]{32}")
_KEYS: Final = frozenset(
    {"about", "basis", "by", "form", "kind", "mark", "mission", "reason", "schema", "upto"}
)


class NotAnEntry(Exception):
    """Something that the access log does not take, or bytes that are no entry. Nothing was written."""

    code = "readings.not_an_entry"


@dataclass(frozen=True, slots=True)
class Mark:
    """By what the holder of a case's key knows that an entry is about it: `chancery.sealing.marker` of a random id, in hex."""

    id: str
    marker: str


@dataclass(frozen=True, slots=True)
class Note:
    """What an entry says. `by`: a posting, `operator`, a partner's code, or `engine`. `about`: postings whose record was read.

    `mission`: whose heads see the entry. `reason`: a code, needed with `break_glass`. `upto`: of `tidied`, the last position that has
    no content any more.
    """

    kind: Kind
    by: str
    basis: Basis
    mission: str | None = None
    about: tuple[str, ...] = ()
    reason: str | None = None
    form: Form | None = None
    mark: Mark | None = None
    upto: int | None = None

    def body(self) -> bytes:
        """The canonical bytes (RFC 8785). Raises NotAnEntry for what is no code: words never come in here."""
        problem = _problem(self)
        if problem is not None:
            raise NotAnEntry(f"The access log takes codes only: {problem}.")
        return rfc8785.dumps({
            "about": sorted(set(self.about)),
            "basis": self.basis,
            "by": self.by,
            "form": self.form,
            "kind": self.kind,
            "mark": None if self.mark is None else {"id": self.mark.id, "marker": self.mark.marker},
            "mission": self.mission,
            "reason": self.reason,
            "schema": SCHEMA,
            "upto": self.upto,
        })  # fmt: skip


def _problem(note: Note) -> str | None:
    """What is no code or does not go together; None if nothing. Repeats nothing of what was given."""
    codes = [note.by, *note.about, *([note.mission] if note.mission is not None else [])]
    checks = {
        "the kind is unknown": note.kind in KINDS,
        "the ground is unknown": note.basis in BASES,
        "the form is unknown": note.form is None or note.form in FORMS,
        "a posting or mission is no code": all(_CODE.fullmatch(code) for code in codes),
        "the reason is no code": note.reason is None or _REASON.fullmatch(note.reason),
        "breaking the glass takes a reason": note.basis != "break_glass" or note.reason is not None,
        "a case is known by its mark alone": note.kind != "case" or note.mark is not None,
        "the mark is none": note.mark is None
        or (_CODE.fullmatch(note.mark.id) and _MARK.fullmatch(note.mark.marker)),
        "only tidying goes up to a position": (note.kind == "tidied") == (note.upto is not None),
    }
    return next((said for said, right in checks.items() if not right), None)


def parsed(body: bytes) -> Note:
    """The entry that these bytes say, in the one spelling it has. Raises NotAnEntry."""
    try:
        said: dict[str, Any] = json.loads(body)
        if said.keys() != _KEYS or said["schema"] != SCHEMA:
            raise NotAnEntry("These bytes have not the keys of an entry of the access log.")
        mark = said["mark"]
        note = Note(
            said["kind"], said["by"], said["basis"], said["mission"], tuple(said["about"]), said["reason"],
            said["form"], None if mark is None else Mark(mark["id"], mark["marker"]), said["upto"],
        )  # fmt: skip
        same = note.body() == body
    except (ValueError, TypeError, KeyError, AttributeError, UnicodeDecodeError):
        raise NotAnEntry("These bytes are no entry of the access log.") from None
    if not same:
        raise NotAnEntry("These bytes are not the canonical form of the entry that they say.")
    return note


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it lies in the access log. Without `salt` and `body` its year is over: the leaf is what is left.

    `recorded_us`: microseconds since 1970-01-01T00:00:00Z by the log's own clock, never decreasing.
    """

    position: int
    recorded_us: int
    salt: bytes | None
    body: bytes | None
    leaf: bytes

    @property
    def at(self) -> datetime:
        """When it was recorded, in UTC."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.recorded_us)

    @property
    def data(self) -> bytes | None:
        """What stands in the leaf after position and time: salt and body; None when they are gone."""
        return None if self.salt is None or self.body is None else self.salt + self.body

    @property
    def note(self) -> Note:
        """What it says. Raises NotAnEntry, also when its content is gone."""
        if self.body is None:
            raise NotAnEntry(f"The content of entry {self.position} was removed after its year.")
        return parsed(self.body)

    def whole(self) -> bool:
        """Whether the leaf is that of the content: SHA-256(0x00, position, time, salt, body). True of one whose content is gone."""
        return self.data is None or leaf_of(self.position, self.recorded_us, self.data) == self.leaf


def us(at: datetime) -> int:
    """An instant as the log writes it: microseconds since 1970-01-01T00:00:00Z. `at` has a time zone."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
