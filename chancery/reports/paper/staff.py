"""The staff report on paper: its head, its sections with their pictures, and what the system cannot see."""

from collections import Counter
from dataclasses import replace
from typing import Final

from chancery.reports import render, words
from chancery.reports.paper.making import Head, unseen
from chancery.reports.paper.model import Chart, Data, Fact, Language, Section, Table
from chancery.reports.paper.words import word
from chancery.reports.regimes import UNNAMED

_LEAST: Final = 2
"""With fewer tasks a picture shows nothing that their line does not."""


def head(data: Data, language: Language) -> Head:
    """Whose report, which days, under which regime, in whose times."""

    def say(code: str, **values: object) -> str:
        return words.word(code, language, **values)

    colon = " : " if language == "fr" else ": "
    period = data["period"]
    lines = [f"{say('period')}{colon}{period['first']} {say('to')} {period['last']}"]
    if data["appraisal"] != UNNAMED:
        lines.append(f"{say('appraisal')}{colon}{data['appraisal']}")
    zones = set(data["zones"].values())
    lines.append(say("times", zone=zones.pop() if len(zones) == 1 else "UTC"))
    return Head(
        f"{say('title')}{colon}{data['officer']}", tuple(lines), (Fact(say("officer"), data["officer"]),)
    )


def sections(data: Data, language: Language) -> list[Section]:
    """The sections of the staff report, each in the report's own words, with the picture that belongs to it."""
    found = []
    for one in render.sections(data, language):
        picture = _PICTURES.get(one.name)
        found.append(
            one if picture is None or one.charts else replace(one, charts=picture(data, one.title, language))
        )
    if all(one.name != "cannot_see" for one in found):
        found.append(unseen(data, language, words.word))
    return found


def time_to_act(data: Data, title: str, language: Language) -> tuple[Chart, ...]:
    """Own working days of each task, as dots on a line: no mean and no mark, for either would be a grade."""
    amounts = [
        i["in_all"]["working_days"]
        for i in data["figures"]["own_time"]["items"]
        if "working_days" in i["in_all"]
    ]
    if len(amounts) < _LEAST:
        return ()
    counted = sorted(Counter(amounts).items())
    heads = (word("chart_days", language), word("chart_tasks", language))
    told = word("chart_own_time", language, n=len(amounts), least=counted[0][0], most=counted[-1][0])
    return (Chart("dots", told, Table(title, heads, tuple(counted), "own_time_by_days")),)


_PICTURES: Final = {"own_time": time_to_act}
"""Which sections have a picture."""
