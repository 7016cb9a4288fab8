"""Writes `docs/obligations.md` from the instrument files: `python -m chancery.obligations_page`.

The page is never edited by hand; a test compares it with the files.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from chancery.instruments import also_satisfies, shipped
from domain.instrument import CadenceData, DefinitionData, InstrumentData, StepData

PAGE: Final = Path("docs/obligations.md")

_SOURCES: Final[Mapping[str, str]] = {
    "guideline": "the text",
    "local_strategy": "local strategy",
    "hq_instruction": "headquarters",
    "product_default": "default",
}
_TERMS: Final = """\
`3wd` working days · `24h` elapsed hours · `30d` days · `6mo`, `1y` months and years · `by:12-31` the next such date · `before:10wd` working
days before the appointment · `period` the end of the period. Terms and sources: a **default** is this product's, never the text's; only
what is marked **the text** may ever be called theirs. A mission's local strategy, or headquarters, can set another (`chancery duty`)."""


def page() -> str:
    """The whole page, as Markdown."""
    lines = [
        "# Obligations",
        "",
        "Made by `python -m chancery.obligations_page` from `domain/instruments/`; do not edit it. What each text asks, who owns it, how",
        "often it comes round, its steps with their terms and where the terms come from. **No paragraph has been checked against an",
        "official text yet**: each is marked *not confirmed* until a person has done so.",
        "",
        *_TERMS.splitlines(),
        "",
    ]
    for instrument in shipped().values():
        lines += _instrument(instrument)
    return "\n".join(lines).rstrip() + "\n"


def _instrument(instrument: InstrumentData) -> Iterator[str]:
    definitions = instrument["definition"]
    yield f"## {instrument['title']['en']}: `{instrument['code']}` {instrument['version']}"
    yield ""
    yield f"{len(definitions)} definitions."
    yield ""
    yield from _table(
        ("Definition", "What", "Paragraph", "Group", "Owner", "Comes round", "Workflow"),
        (
            (
                f"[{d['code']}](#{d['code'].lower()})",
                d["title"]["en"],
                _paragraph(d),
                d["group"],
                _role(d["owner"]),
                _cadence(d["cadence"]),
                f"`{d['workflow']}`",
            )
            for d in definitions
        ),
    )
    for definition in definitions:
        yield from _definition(instrument, definition)


def _definition(instrument: InstrumentData, one: DefinitionData) -> Iterator[str]:
    yield f"### {one['code']}"
    yield ""
    yield f"**{one['title']['en']}.** {one['stated']['en']}"
    yield ""
    facts = [
        f"paragraph {_paragraph(one)}",
        one["group"],
        f"owned by the {_role(one['owner'])}",
        _SCOPES[one["scope"]] + (", one of the kind" if one.get("once") else ""),
        _cadence(one["cadence"]),
        f"workflow `{one['workflow']}`, procedure {one['procedure']}",
    ]
    yield f"- {' · '.join(facts)}"
    if "gate" in one:
        yield f"- opens and shuts the {one['gate']} gates of all that serves the case"
    if one.get("follows"):
        yield f"- can open {_codes(one['follows'])}"
    if one.get("maps"):
        yield f"- satisfied by {_codes(one['maps'])} in a mission that has taken that text up"
    others = {code: i["version"] for code, i in shipped().items()}
    also = also_satisfies(others, instrument["code"], one["code"])
    if also:
        yield f"- satisfies {_codes(also)} too"
    yield ""
    yield from _table(
        ("Step", "Owner", "Term", "Source", "What", "Needs, and leads to", "Proof", "May end as"),
        (_step(step) for step in one["step"]),
    )


def _step(step: StepData) -> tuple[str, ...]:
    lines = [line["title"]["en"] + ("" if line["must"] else " (if it applies)") for line in step["checklist"]]
    what = "<br>".join([step["title"]["en"], *(f"· {line}" for line in lines)])
    return (
        f"`{step['code']}`",
        _role(step["owner"]) + (", never alone" if step.get("accompanied") else ""),
        f"`{step['term']}`" + ("" if step["bound"] == "none" else f" ({_BOUND[step['bound']]})"),
        _SOURCES[step["source"]] + ("; escalates" if step["escalates"] else ""),
        what,
        "<br>".join(_before(step)),
        ", ".join(_plain(kind) for kind in step["evidence"]),
        ", ".join(["done", *(_plain(outcome) for outcome in step["outcomes"])]),
    )


def _before(step: StepData) -> Iterator[str]:
    """What must be so for the step to be asked for, and what it leads to."""
    for gate in step["gates"]:
        yield f"gate `{gate}`"
    when = step.get("when")
    if when is not None:
        yield f"`{when['step']}` ended with {_plain(when['field'])}: {', '.join(map(_plain, when['is']))}"
    if step.get("beside"):
        yield "begins with the step before it"
    if step.get("outside"):
        yield "passes outside the mission"
    for asked in step.get("asks", ()):
        yield f"says {_plain(asked)}: {', '.join(_plain(value) for value in step['results'][asked])}"
    for result, follower in step.get("follows", {}).items():
        field, _, value = result.partition(".")
        yield f"{_plain(field)}: {_plain(value)} → {follower}"


_SCOPES: Final[Mapping[str, str]] = {
    "mission": "of a mission",
    "case": "of a case",
    "headquarters": "of headquarters",
}
_BOUND: Final[Mapping[str, str]] = {
    "appointment": "at the latest at the appointment",
    "after": "after the appointment",
}
_ROLES: Final[Mapping[str, str]] = {
    "hq_desk": "headquarters' desk",
    "hq_human_rights": "headquarters' human rights division",
    "hq_duty": "headquarters' duty officer",
    "head_of_mission": "Head of Mission",
    "deputy_head_of_mission": "Deputy Head of Mission",
}


def _role(code: str) -> str:
    return _ROLES.get(code, _plain(code))


def _plain(code: str) -> str:
    return code.replace("_", " ").replace("-", " ")


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _paragraph(one: DefinitionData) -> str:
    if one["paragraph"] == "none":
        return "not in the text"
    if one["paragraph_confirmed"]:
        return one["paragraph"]
    return "*not confirmed*" if one["paragraph"] == "unconfirmed" else f"{one['paragraph']} *(not confirmed)*"


def _cadence(cadence: CadenceData) -> str:
    if cadence["kind"] == "event":
        return "on an event"
    months = cadence["months"]
    often = {1: "every month", 12: "every year"}.get(months, f"every {months} months")
    if cadence["kind"] == "after_last":
        return f"{often}, after the last one"
    return often + (f", from month {cadence['start_month']}" if "start_month" in cadence else "")


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
