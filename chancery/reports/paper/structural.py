"""The structural report on paper: its sections in their own words, and coverage laid out as a map is looked at, area by area."""

from dataclasses import replace

from chancery.i18n import speaking
from chancery.i18n import word as coded
from chancery.reports import structural_words
from chancery.reports.paper.making import Head
from chancery.reports.paper.model import Data, Language, Section, Table
from chancery.reports.paper.words import word


def head(data: Data, language: Language) -> Head:
    """As the report has it."""
    return Head(*structural_words.head(data, language))


def sections(data: Data, language: Language) -> list[Section]:
    """As the report has them, with the table of coverage."""
    return [
        replace(one, tables=coverage(data, one.title, language))
        if one.name == "coverage" and not one.tables
        else one
        for one in structural_words.sections(data, language)
    ]


def coverage(data: Data, title: str, language: Language) -> tuple[Table, ...]:
    """Areas down, missions across: reached or not, and since which day it is said; a dash where nobody said anything."""
    items = data["figures"]["coverage"]["items"]
    if not items:
        return ()
    missions = sorted({item["mission"] for item in items})
    said = {(item["area"], item["mission"]): item for item in items}

    def cell(area: str, mission: str) -> str:
        item = said.get((area, mission))
        if item is None:
            return "-"
        return word("reached" if item["reached"] else "not_reached", language, day=item["at"][:10])

    with speaking(language):
        named = {item["area"]: coded(item["area"]) for item in items}
    rows = tuple((named[area], *(cell(area, m) for m in missions)) for area in sorted(named))
    return (Table(title, (word("area", language), *missions), rows, "coverage"),)
