"""Documents that a mission writes again and again: templates of its own, in versions, filled in the session and never kept filled.

A template is plain text with blanks. `{{date}}` and the like are filled from a closed list; `{{ask: Label}}` is typed by whoever
fills it in, and is where names go. Nothing else is understood: no conditions, no loops, nothing that runs.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from chancery.i18n import LANGUAGES, Language, tr
from chancery.instruments import definition as shipped_definition
from chancery.instruments import shipped
from chancery.kept import Box, Row, one, rows
from chancery.log.store import Pool
from domain.instant import BadInput
from domain.kinds import instant
from domain.mission import Mission
from domain.obligation import Obligation

KINDS: Final = ("note_verbale", "sitting_report", "speaking_note", "report_section", "leaflet")
FACTS: Final = ("date", "mission", "post", "obligation", "instrument", "paragraph", "asked", "task", "due")
"""What a blank may be filled with by itself."""
LONGEST: Final = 20_000
"""Characters of a template."""
MOST_ASKED: Final = 40
BLANK: Final = "…………"
"""What stands where nothing is known yet."""

_HOLE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_ASK: Final = re.compile(r"ask\s*:\s*(.{1,100})", re.DOTALL)
_FOLDER: Final = Path(__file__).parent / "data" / "templates"
_MONTHS: Final = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a template. Version 0 is the product's own, which nobody wrote here (`posting` and `at` None)."""

    kind: str
    language: Language
    version: int
    text: str
    posting: str | None = None
    at: datetime | None = None


class Stale(Exception):
    """Somebody saved another version meanwhile; `version` is theirs."""

    code = "stale"

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} stands now")
        self.version = version


@cache
def default(kind: str, language: Language) -> Template:
    """The product's own template of a kind."""
    data = tomllib.loads((_FOLDER / f"{kind}.toml").read_text())
    return Template(kind, language, 0, data[language]["text"].strip() + "\n")


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one installation, sealed. A version that was saved is never changed."""

    pool: Pool
    box: Box

    async def current(self, mission: str) -> list[Template]:
        """Of each kind and language the version that stands, in the order of KINDS."""
        found = await rows(
            self.pool,
            "SELECT DISTINCT ON (kind, language) * FROM web.template WHERE mission = %s "
            "ORDER BY kind, language, version DESC",
            [mission],
        )
        kept = {(row["kind"], row["language"]): self._open(row) for row in found}
        return [
            kept.get((kind, language), default(kind, language)) for kind in KINDS for language in LANGUAGES
        ]

    async def get(
        self, mission: str, kind: str, language: Language, version: int | None = None
    ) -> Template | None:
        """One version, or the one that stands. None for a version that there is not."""
        if version == 0:
            return default(kind, language)
        found = await one(
            self.pool,
            "SELECT * FROM web.template WHERE mission = %s AND kind = %s AND language = %s "
            "AND version = coalesce(%s::integer, version) ORDER BY version DESC LIMIT 1",
            [mission, kind, language, version],
        )
        if found is None:
            return default(kind, language) if version is None else None
        return self._open(found)

    async def versions(self, mission: str, kind: str, language: Language) -> list[Row]:
        """Which versions there are, the latest first: number, posting, when."""
        return await rows(
            self.pool,
            "SELECT version, posting, at FROM web.template WHERE mission = %s AND kind = %s AND language = %s "
            "ORDER BY version DESC",
            [mission, kind, language],
        )

    async def save(
        self, mission: str, kind: str, language: Language, text: str, *, seen: int, posting: str, now: datetime
    ) -> int:  # fmt: skip
        """Put a new version beside those before. Its number; that of the standing one if nothing was changed.

        `seen`: the version that the writer began with. Raises BadInput (`template-…`), Stale.
        """
        plain = tidy(text)
        check(plain)
        standing = await self.get(mission, kind, language)
        assert standing is not None
        if standing.text == plain:
            return standing.version
        if standing.version != seen:
            raise Stale(standing.version)
        version = seen + 1
        nonce, ciphertext = self.box.seal(
            self.box.place(f"template:{mission}/{kind}/{language}/{version}"), "template", plain.encode()
        )
        written = await rows(
            self.pool,
            "INSERT INTO web.template (mission, kind, language, version, nonce, ciphertext, posting, at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING version",
            [mission, kind, language, version, nonce, ciphertext, posting, now],
        )
        if not written:
            raise Stale(version)
        return version

    def _open(self, row: Row) -> Template:
        place = self.box.place("template:{mission}/{kind}/{language}/{version}".format_map(row))
        text = self.box.open(place, "template", row["nonce"], row["ciphertext"]).decode()
        return Template(row["kind"], row["language"], row["version"], text, row["posting"], row["at"])


def tidy(text: str) -> str:
    """A text as it is kept: lines ended one way, no blanks at their ends, one line break at the very end."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def check(text: str) -> None:
    """Refuse a template with a blank that nothing fills. Raises BadInput `template-empty`, `template-long`, `template-blank`."""
    if not text.strip():
        raise BadInput("template-empty", tr("A template cannot be empty."))
    if len(text) > LONGEST or "\0" in text:
        raise BadInput("template-long", tr("A template has at most {most} characters.", most=LONGEST))
    unknown = [hole for hole in _HOLE.findall(text) if not _known(hole)]
    if unknown:
        raise BadInput(
            "template-blank",
            tr(
                "{blank} is no blank that can be filled. These are: {known}; or {ask} for what is typed when it is filled in.",
                blank="{{" + unknown[0].strip()[:60] + "}}",
                known=", ".join("{{" + name + "}}" for name in FACTS),
                ask="{{ask: …}}",
            ),
        )
    rest = _HOLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise BadInput(
            "template-blank", tr("A blank begins with two braces and ends with two; one here does not.")
        )
    if len(asked(text)) > MOST_ASKED:
        raise BadInput("template-asks", tr("A template asks for at most {most} things.", most=MOST_ASKED))


def asked(text: str) -> list[str]:
    """What is to be typed: each label once, in order."""
    return list(dict.fromkeys(label for hole in _HOLE.findall(text) if (label := _label(hole)) is not None))


def filled(text: str, facts: Mapping[str, str], typed: Mapping[str, str]) -> str:
    """The text with its blanks filled, in one pass: what was put in is not looked through for blanks again."""

    def fill(hole: re.Match[str]) -> str:
        label = _label(hole[1])
        known = facts.get(hole[1].strip()) if label is None else typed.get(label)
        return known.strip() if known and known.strip() else BLANK

    return _HOLE.sub(fill, text)


def facts_of(
    language: Language, mission: Mission, post: str, now: datetime, state: Obligation | None, task: str | None
) -> dict[str, str]:
    """What fills the closed list, in the template's language: days by the mission's calendar, words of the instrument."""
    zone = mission.clock.zone
    known = {"date": long_date(_day(now, zone), language), "mission": mission.code, "post": post}
    if state is None:
        return known
    definition = shipped_definition(state.instrument, state.code)
    instrument = shipped().get(state.instrument)
    if definition is not None and instrument is not None:
        known |= {
            "obligation": definition["title"][language],
            "instrument": instrument["title"][language],
            "paragraph": str(definition["paragraph"]),
            "asked": definition["stated"][language],
        }
    held = state.tasks.get(task or "")
    if held is None:
        return known
    titles: Iterator[str] = iter(
        step["title"][language] for step in (definition or {"step": []})["step"] if step["code"] == held.step
    )
    due = long_date(_day(instant(held.due), held.deadline["zone"]), language)
    return known | {"task": next(titles, held.step), "due": due}


def long_date(day: date, language: Language) -> str:
    """A day as a letter has it: `5 May 2026`, `1er mai 2026`."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[language][day.month - 1]} {day.year}"


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _known(hole: str) -> bool:
    return hole.strip() in FACTS or _label(hole) is not None


def _label(hole: str) -> str | None:
    """The label of a blank to be typed, on one line; None if it is no such blank."""
    found = _ASK.fullmatch(hole.strip())
    return None if found is None else " ".join(found[1].split()) or None
