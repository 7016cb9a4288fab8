"""Headquarters' audit in words: its head, and for each mission what became of what was due. Pure: data in, sections out."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from chancery.i18n import speaking
from chancery.oversight.halfyear import HalfYear
from chancery.oversight.hiding import percent
from chancery.reports.known import NAMED
from chancery.reports.paper.model import Cell, Entry, Fact, Section, Table
from chancery.reports.words_audit import word
from chancery.telling import names
from chancery.telling.terms import term_words
from domain.instant import zone_info
from domain.kinds import instant

Item = Mapping[str, Any]
_HOW: Final = ("due", "considered", "missed", "in_time", "few", "first", "peers", "leaves")
_SHOWN: Final = "shown"


def head(data: Item, language: str) -> tuple[str, tuple[str, ...], tuple[Fact, ...]]:
    """Title, lines and facts."""
    words = _Words(language)
    period, request = data["period"], data["request"]
    lines = [
        words("period", first=period["first"], last=period["last"]),
        words(f"by_{request['by']}"),
        words("no_rank"),
    ]
    if request["missions"] is not None:
        lines.insert(1, words("missions", codes=", ".join(request["missions"])))
    return words("title", half=words.half(period["half"])), tuple(lines), ()


def sections(data: Item, language: str) -> list[Section]:
    """The audit, mission by mission; then what changed, and what the system cannot see. `en` or `fr`."""
    words, figures = _Words(language), data["figures"]
    found = [Section("how", words("how"), paragraphs=tuple(words(f"how_{name}") for name in _HOW))]
    cells = figures["cells"]["items"]
    for row, items in groupby(cells, key=lambda item: item["mission"]):
        found.append(_row(row, list(items), data, words))
    if not cells:
        found.append(Section("cells", words("cells"), count=0, paragraphs=(words("nothing"),)))
    changes = tuple(_change(item, data["zones"], words) for item in figures["changes"]["items"])
    found.append(Section("changes", words("changes"), changes, figures["changes"]["count"]))
    unseen = tuple(Entry(words(f"unseen.{code}")) for code in data["cannot_see"])
    found.append(Section("cannot_see", words("cannot_see"), unseen))
    return found


class _Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, code: str, /, **values: object) -> str:
        return word(code, self.language, **values)

    def rests(self, item: Item) -> list[str]:
        """What is said of positions that are too many to be named one by one."""
        found = item["positions"]
        return [self("rests", n=len(found), first=found[0], last=found[-1])] if len(found) > NAMED else []

    def named(self, item: Item) -> tuple[int, ...]:
        return () if len(item["positions"]) > NAMED else tuple(item["positions"])

    def half(self, code: str) -> str:
        half = HalfYear.parse(code)
        return self(f"half{half.half}", year=half.year)

    def number(self, value: int | str | None) -> Cell:
        return self("withheld") if value is None else value if isinstance(value, int) else self(value)

    def share(self, share: Mapping[str, int] | None) -> str:
        if share is None:
            return self("withheld")
        return self("share_percent", **share, percent=percent(share["part"], share["whole"]))

    def area(self, item: Item, by: str) -> str:
        with speaking("fr" if self.language == "fr" else "en"):
            if by == "definition":
                title = names.definition_title(item["instrument"], item["area"])
                said = item["area"] if title == item["area"] else f"{item['area']}, {title}"
            elif item["area"] in ("none", "unconfirmed"):
                said = self(f"paragraph_{item['area']}")
            else:
                said = self("paragraph", number=item["area"])
        if not item["confirmed"] and by == "paragraph" and item["area"] not in ("none", "unconfirmed"):
            said = self("not_checked", area=said)
        return self("area", instrument=self(item["instrument"]), area=said)


def _row(row: str | None, items: list[Item], data: Item, words: _Words) -> Section:
    by = data["request"]["by"]
    title = words("row_headquarters") if row is None else words("row_mission", code=row)
    entries = tuple(
        Entry(
            words.area(item, by), (*_said(item, data["zones"], words), *words.rests(item)), words.named(item)
        )
        for item in items
    )
    name = f"cells.{'headquarters' if row is None else row}"
    return Section(name, title, entries, len(items), tables=tuple(_tables(title, items, by, words)))


def _said(item: Item, zones: Mapping[str, str], words: _Words) -> Iterator[str]:
    if item["said"] != _SHOWN:
        until = ""
        if item["held_until"]:
            zone = zones.get(item["mission"] or "", "UTC")
            until = f"{instant(item['held_until']).astimezone(zone_info(zone)):%Y-%m-%d}"
        yield words(f"said.{item['said']}", until=until)
        return
    yield words("due", n=item["due"])
    names_ = ("considered", "acted", "declined", "missed")
    yield words("considered", **{name: words.number(item[name]) for name in names_})
    if item["in_time"]:
        yield words("in_time", share=words.share(item["in_time"]))
    if item["peers"]:
        peers = item["peers"]
        yield words("peers", n=peers["missions"], low=peers["lowest"], high=peers["highest"])
    if item["days"]:
        median = item["days"]["median"]
        said = median.replace(".", ",") if words.language == "fr" else median
        yield words("days", median=said, n=item["days"]["of"])
    if item["evidence"]["lacking"] is not None:
        evidence = item["evidence"]
        yield words("lacking", n=words.number(evidence["lacking"]), asked=words.number(evidence["asked"]))
    if item["spent"]:
        days = (words("spent_one", whose=words(f"account.{k}"), n=n) for k, n in item["spent"].items())
        yield words("spent", days="; ".join(days))
    if len(item["versions"]) > 1:
        yield words("versions", versions=", ".join(item["versions"]))


def _tables(title: str, items: Iterable[Item], by: str, words: _Words) -> Iterator[Table]:
    shown = [item for item in items if item["said"] == _SHOWN]
    if not shown:
        return
    columns = ("due", "considered", "acted", "declined", "missed")
    places = tuple(shown[0]["places"])
    yield Table(
        words("table_what", row=title),
        (words("col_area"), *(words(f"col_{c}") for c in columns), *(words(f"place.{p}") for p in places)),
        tuple(
            (
                words.area(item, by),
                *(words.number(item[c]) for c in columns),
                *(words.number(item["places"][p]) for p in places),
            )
            for item in shown
        ),
        "what",
    )
    missed = [item for item in shown if item["missed_by_source"] is not None and item["missed"]]
    if missed:
        sources = tuple(missed[0]["missed_by_source"])
        yield Table(
            words("table_missed", row=title),
            (words("col_area"), words("col_missed"), *(words(f"source.{s}") for s in sources)),
            tuple(
                (
                    words.area(item, by),
                    words.number(item["missed"]),
                    *(words.number(item["missed_by_source"][s]) for s in sources),
                )
                for item in missed
            ),
            "missed",
        )
    yield Table(
        words("table_trend", row=title),
        (words("col_area"), *(words.half(t["half"]) for t in shown[0]["trend"])),
        tuple((words.area(item, by), *(_trend(t, words) for t in item["trend"])) for item in shown),
        "trend",
    )


def _trend(one: Item, words: _Words) -> Cell:
    if one["said"] != _SHOWN:
        return words(one["said"])
    return 0 if one["due"] == 0 else words.share(one["in_time"])


def _change(item: Item, zones: Mapping[str, str], words: _Words) -> Entry:
    zone, data = zone_info(zones[item["mission"]]), dict(item["data"])
    day = f"{instant(item['at']).astimezone(zone):%Y-%m-%d}"
    kind = item["type"]
    if kind == "DutySwitched":
        said = words("change.on" if data["on"] else "change.off", definition=data["definition"])
    elif kind == "LocalTermSet":
        with speaking("fr" if words.language == "fr" else "en"):
            term = term_words(data["term"])
        said = words("change.LocalTermSet", definition=data["definition"], step=data["step"], term=term)
    elif kind == "SuspensionDeclared":
        starts, ends = (f"{instant(data[n]).astimezone(zone):%Y-%m-%d %H:%M}" for n in ("starts", "ends"))
        said = words("change.SuspensionDeclared", starts=starts, ends=ends, reason=words(data["reason"]))
    else:
        said = words(
            "change.InstrumentAdopted", instrument=words(data["instrument"]), version=data["version"]
        )
    return Entry(words("change", mission=item["mission"], day=day), (said,), tuple(item["positions"]))
