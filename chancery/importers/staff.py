"""A staff table as an administration sends it, read strictly. The columns stand in docs/imports.md."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from chancery import hostcalendar
from chancery.adoption import check_mission
from chancery.importers.problems import Problems, decode
from domain.instant import BadInput, check_year, date_from_text, quoted, zone_info
from domain.instrument import ROLES
from domain.mission_deciding.people import SUPPORT

COLUMNS: Final = (
    "mission", "host", "zone", "post", "role", "officer", "from", "to",
    "hrd_share_percent", "languages", "local_agent",
)  # fmt: skip
"""In any order, separated by semicolons or, if the header is, by commas."""

OPTIONAL: Final = ("appraisal",)
"""Columns that a table may have besides."""

FAR: Final = "9999-12-31"
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_PERCENT: Final = re.compile(r"[0-9]{1,3}")
_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One posting: `number` is its line in the file, `until` its last day where the file gives one."""

    number: int
    mission: str
    host: str
    zone: str
    post: str
    role: str
    officer: str
    first: str
    until: str | None
    share: int
    languages: tuple[str, ...]
    local_agent: bool
    appraisal: str | None = None

    @property
    def last(self) -> str:
        """The last day; far away where none is known."""
        return self.until or FAR


def parse(raw: bytes, filename: str) -> dict[str, list[StaffLine]]:
    """Mission → its lines, in the order of the file. Raises ImportRefused with every problem that was found."""
    problems = Problems(filename)
    lines = [
        line
        for number, row in _rows(decode(raw, problems), problems)
        if (line := _line(number, row, problems))
    ]
    problems.refuse_any()
    if not lines:
        raise problems.stop(2, "file", "empty", "the table has a header and no line.")
    _one_of_each(lines, problems)
    _no_overlaps(lines, problems)
    problems.refuse_any()
    found: dict[str, list[StaffLine]] = defaultdict(list)
    for line in lines:
        found[line.mission].append(line)
    return dict(found)


def _rows(text: str, problems: Problems) -> Iterator[tuple[int, dict[str, str]]]:
    header, _, _ = text.lstrip("\r\n").partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    names: list[str] | None = None
    last = 0
    try:
        for row in reader:
            number, last = last + 1, reader.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if names is None:
                names = _header(cells, number, problems)
            elif len(cells) != len(names):
                problems.add(
                    number,
                    "line",
                    "wrong-width",
                    f"{len(cells)} fields; the header has {len(names)}. Quote what holds a separator.",
                )
            else:
                yield number, dict(zip(names, cells, strict=True))
            if last > _LINES:
                raise problems.stop(
                    number, "file", "too-large", f"more than {_LINES:,} lines; split the table."
                )
    except csv.Error as error:
        raise problems.stop(last + 1, "line", "not-csv", f"not a CSV line ({error}).") from None


def _header(cells: list[str], number: int, problems: Problems) -> list[str]:
    names = [cell.lower() for cell in cells]
    for name in COLUMNS:
        if names.count(name) != 1:
            how = "is missing" if name not in names else "stands twice"
            problems.add(number, name, "bad-header", f"this column {how}; the header is {';'.join(COLUMNS)}")
    for name in names:
        if name not in COLUMNS and (name not in OPTIONAL or names.count(name) > 1):
            problems.add(
                number,
                "header",
                "bad-header",
                f"{quoted(name)} is not a column; the header is {';'.join(COLUMNS)}",
            )
    problems.refuse_any()
    return names


def _line(number: int, row: dict[str, str], problems: Problems) -> StaffLine | None:
    before = len(problems.found)
    for name in ("post", "officer"):
        if not _CODE.fullmatch(row[name]):
            problems.add(
                number,
                name,
                "bad-code",
                f"{quoted(row[name])} is not a code; write letters, digits, . : / _ and -, no blank and no name.",
            )
    if not any(letter.isdigit() for letter in row["officer"]):
        problems.add(
            number,
            "officer",
            "looks-like-a-name",
            "an officer has a code with a digit, such as Q-103, never a name.",
        )
    _place(number, row, problems)
    role = SUPPORT if row["role"] == "local_agent" else row["role"]
    if role not in ROLES:
        problems.add(
            number,
            "role",
            "unknown-role",
            f"{quoted(row['role'])} is not a role; one of these is: {', '.join(sorted(ROLES))}.",
        )
    first, until = (
        _day(number, "from", row, problems),
        _day(number, "to", row, problems) if row["to"] else None,
    )
    if first and until and until < first:
        problems.add(number, "to", "ends-before-start", f"{until} is before the first day, {first}.")
    share = int(row["hrd_share_percent"]) if _PERCENT.fullmatch(row["hrd_share_percent"]) else -1
    if not 0 <= share <= 100:
        problems.add(
            number,
            "hrd_share_percent",
            "bad-share",
            f"{quoted(row['hrd_share_percent'])} is not a whole number from 0 to 100.",
        )
    languages = tuple(part.strip() for part in row["languages"].split(",") if part.strip())
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            problems.add(
                number,
                "languages",
                "bad-language",
                f"{quoted(language)} is not a language code such as fr; join several by commas.",
            )
    agent, appraisal = _support(number, row, role, problems), _appraisal(number, row, problems)
    if len(problems.found) > before or first is None:
        return None
    return StaffLine(
        number, row["mission"], row["host"].upper(), row["zone"], row["post"], role, row["officer"],
        first, until, share, languages, agent, appraisal,
    )  # fmt: skip


def _support(number: int, row: dict[str, str], role: str, problems: Problems) -> bool:
    agent = row["local_agent"].lower()
    if agent not in ("yes", "no"):
        problems.add(
            number, "local_agent", "bad-local-agent", f"{quoted(row['local_agent'])} is neither yes nor no."
        )
    elif (agent == "yes") != (role == SUPPORT):
        problems.add(
            number,
            "local_agent",
            "bad-local-agent",
            f"{agent} does not go with the role {quoted(row['role'])}; yes goes with {SUPPORT}, no with all others.",
        )
    return agent == "yes"


def _appraisal(number: int, row: dict[str, str], problems: Problems) -> str | None:
    appraisal = row.get("appraisal") or None
    if appraisal is not None and not _CODE.fullmatch(appraisal):
        problems.add(
            number,
            "appraisal",
            "bad-appraisal",
            f"{quoted(appraisal)} is not a code such as staff_regulations; none means that no staff report is made.",
        )
    return appraisal


def _place(number: int, row: dict[str, str], problems: Problems) -> None:
    try:
        check_mission(row["mission"])
    except BadInput as refusal:
        problems.add(number, "mission", refusal.code, refusal.message)
    try:
        zone_info(row["zone"])
    except BadInput as refusal:
        problems.add(number, "zone", refusal.code, refusal.message)
    refused = _country(row["host"])
    if refused is not None:
        problems.add(number, "host", refused.code, refused.message)


@cache
def _country(code: str) -> BadInput | None:
    """Why this is no host country; None if it is one. Kept, since a table names one country on every line."""
    try:
        hostcalendar.seed(code, "UTC", [2026])
    except BadInput as refusal:
        return refusal
    return None


def _day(number: int, name: str, row: dict[str, str], problems: Problems) -> str | None:
    try:
        day = date_from_text(row[name])
        check_year(day)
    except BadInput as refusal:
        problems.add(number, name, refusal.code, refusal.message)
        return None
    return day.isoformat()


def _one_of_each(lines: list[StaffLine], problems: Problems) -> None:
    """A mission has one host and one zone; a post one role and one share; no line stands twice."""
    first_of: dict[tuple[str, ...], StaffLine] = {}
    seen: dict[StaffLine, int] = {}
    for line in lines:
        whole = replace(line, number=0)
        if whole in seen:
            problems.add(
                line.number, "line", "duplicate-line", f"the same as line {seen[whole]}; remove one."
            )
        seen.setdefault(whole, line.number)
        mission = first_of.setdefault((line.mission,), line)
        for name in ("host", "zone"):
            said, had = getattr(line, name), getattr(mission, name)
            if said != had:
                problems.add(
                    line.number,
                    name,
                    f"two-{name}s",
                    f"{said}, but line {mission.number} gives mission {line.mission} {had}.",
                )
        post = first_of.setdefault((line.mission, line.post), line)
        for name, column in (("role", "role"), ("share", "hrd_share_percent")):
            said, had = getattr(line, name), getattr(post, name)
            if said != had:
                problems.add(
                    line.number,
                    column,
                    "two-posts",
                    f"{said}, but line {post.number} gives post {line.post} {had}.",
                )


def _no_overlaps(lines: list[StaffLine], problems: Problems) -> None:
    """A post has one holder at a time. The line that begins later is the one named."""
    latest: dict[tuple[str, str], StaffLine] = {}
    for line in sorted(lines, key=lambda one: (one.first, one.number)):
        post = (line.mission, line.post)
        other = latest.setdefault(post, line)
        if other is not line and line.first <= other.last and not _same(line, other):
            who = "the same officer" if other.officer == line.officer else "another officer"
            problems.add(
                line.number,
                "from",
                "posting-overlaps",
                f"{who} holds {line.post} from {other.first} to {other.until or 'further notice'} "
                f"(line {other.number}); end that posting first.",
            )
        if line.last > other.last:
            latest[post] = line


def _same(one: StaffLine, other: StaffLine) -> bool:
    """Two lines that say the same are named as duplicates already."""
    return replace(one, number=0) == replace(other, number=0)
