"""The structural report in words: its head, and a section for each figure. Pure: data in, sections out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from chancery.i18n import speaking
from chancery.oversight.facts import PLACES
from chancery.reports.known import NAMED
from chancery.reports.paper.model import Cell, Chart, Entry, Fact, Section, Table
from chancery.reports.words_structural import word
from chancery.telling import names
from domain.instant import zone_info
from domain.kinds import instant

Item = Mapping[str, Any]
_TEXT: Final = "eu-hrd"


def head(data: Item, language: str) -> tuple[str, tuple[str, ...], tuple[Fact, ...]]:
    """Title, lines and facts."""
    words = _Words(data, language)
    request = data["request"]
    title = words("title_all") if request["mission"] is None else words("title", mission=request["mission"])
    lines = (
        words("period", first=request["first"], last=request["last"]),
        words(f"audience.{request['audience']}"),
        words("no_person"),
    )
    return title, lines, ()


def sections(data: Item, language: str) -> list[Section]:
    """Every figure with its entries, and its tables where people would rather look; then what cannot be seen. `en` or `fr`."""
    words = _Words(data, language)
    found = []
    for name, figure in data["figures"].items():
        items = figure["items"]
        entries = tuple(words.entry(name, item) for item in items)
        tables: tuple[Table, ...] = ()
        charts: tuple[Chart, ...] = ()
        said: tuple[str, ...] = ()
        if name in _TABLES:
            tables = tuple(_TABLES[name](items, words))
        if name == "load":
            entries, charts = (), tuple(_charts(items, words))
        if f"how_{name}" in ("how_due", "how_load", "how_contacts"):
            said = (words(f"how_{name}"),)
        found.append(Section(name, words(name), entries, figure["count"], said, tables, charts))
    unseen = tuple(Entry(words(f"unseen.{code}")) for code in data["cannot_see"])
    found.append(Section("cannot_see", words("cannot_see"), unseen))
    return found


class _Words:
    """The words of one language, and how each kind of item is said in them."""

    def __init__(self, data: Item, language: str) -> None:
        self.language, self.zones = language, data["zones"]

    def __call__(self, code: str, /, **values: object) -> str:
        return word(code, self.language, **values)

    def number(self, value: int | str) -> Cell:
        return value if isinstance(value, int) else self(value)

    def moment(self, text: str, mission: str) -> str:
        """An instant to the minute, in the mission's zone."""
        return f"{instant(text).astimezone(zone_info(self.zones[mission])):%Y-%m-%d %H:%M}"

    def day(self, text: str, mission: str) -> str:
        return self.moment(text, mission)[:10]

    def account(self, item: Item) -> str:
        code = f"account.{item['account']}" + (f".{item['how']}" if item["how"] else "")
        return self(code, party=self(item["party"]) if item["party"] else "")

    def spent(self, spent: Mapping[str, int]) -> str:
        days = (self("spent_one", whose=self(f"account.{k}"), n=n) for k, n in spent.items())
        return self("spent", days="; ".join(days))

    def duty(self, item: Item) -> str:
        with speaking("fr" if self.language == "fr" else "en"):
            title = names.step_title(_TEXT, item["definition"], item["step"])
        step = item["step"] if title == item["step"] else f"{item['step']} ({title})"
        return self("duty", mission=item["mission"], definition=item["definition"], step=step)

    def about(self, item: Item) -> str:
        if "case" in item:
            return self("case", duty=self.duty(item), n=item["case"])
        return self("obligation", duty=self.duty(item), obligation=item["obligation"])

    def code(self, view: str, code: str) -> str:
        if code == "not_said":
            return self(code)
        if view == "met_before":
            return self(f"met_before.{code}")
        return self(code) if view == "place" else code

    def entry(self, name: str, item: Item) -> Entry:
        subject, said = _SAID[name](item, self)
        found = item["positions"]
        if len(found) <= NAMED:
            return Entry(subject, tuple(filter(None, said)), tuple(found))
        rests = self("rests", n=len(found), first=found[0], last=found[-1])
        return Entry(subject, (*filter(None, said), rests))


Said = tuple[str, Sequence[str]]


def _post(item: Item, words: _Words) -> Said:
    post = words("post", mission=item["mission"], post=item["post"], role=words(item["role"]))
    return post, [words("share", n=item["share_percent"])]


def _vacancy(item: Item, words: _Words) -> Said:
    post = words("post", mission=item["mission"], post=item["post"], role=words(item["role"]))
    days = {name: item[name] for name in ("until", "days", "working_days")}
    return post, [words("vacant", from_=item["from"], **days)]


def _closure(item: Item, words: _Words) -> Said:
    subject = words("closed", mission=item["mission"], **_span(item, words))
    why = {"reason": words(item["reason"]), "by": words(item["by"]), "scope": words(item["scope"])}
    return subject, [words("closed_why", working_days=item["working_days"], **why)]


def _span(item: Item, words: _Words) -> dict[str, str]:
    mission = item["mission"]
    return {"from_": words.moment(item["from"], mission), "until": words.moment(item["until"], mission)}


def _outage(item: Item, words: _Words) -> Said:
    return words("closed", mission=item["mission"], **_span(item, words)), []


def _absence(item: Item, words: _Words) -> Said:
    if "number" in item:
        said = words("away_number", n=words.number(item["number"]), days=words.number(item["working_days"]))
        return item["mission"], [said]
    subject = words("away", mission=item["mission"], from_=item["from"], until=item["until"])
    substitute = words(f"substitute.{item['substitute']}")
    return subject, [words("away_days", n=item["working_days"], substitute=substitute)]


def _week(item: Item, words: _Words) -> Said:
    return f"{item['mission']}, {item['week']}", [str(words.number(item["open"]))]


def _due(item: Item, words: _Words) -> Said:
    subject = words(f"lay.{item['lay']}", mission=item["mission"])
    return subject, _due_said(item, words)


def _due_said(item: Item, words: _Words) -> list[str]:
    found = [words("due_said", due=words.number(item["due"]), missed=words.number(item["missed"]))]
    return [*found, words.spent(item["spent"])] if item["spent"] else found


def _duty(item: Item, words: _Words) -> Said:
    return words.duty(item), _due_said(item, words)


def _days(item: Item, words: _Words) -> Said:
    subject = words("account_of", mission=item["mission"], account=words.account(item))
    numbers = {"days": words.number(item["working_days"]), "tasks": words.number(item["tasks"])}
    return subject, [words("days_said", **numbers)]


def _area(item: Item, words: _Words) -> Said:
    said = words("reached" if item["reached"] else "not_reached", at=words.day(item["at"], item["mission"]))
    return words("area", mission=item["mission"], area=item["area"]), [said]


def _led(item: Item, words: _Words) -> Said:
    if "number" in item:
        numbers = {name: words.number(item[name]) for name in ("with_backup", "without_backup")}
        return words("areas_number", mission=item["mission"], n=words.number(item["number"]), **numbers), []
    said = words(
        "leads", lead=words(item["lead"]), backup=words(item["backup"]) if item["backup"] else words("none")
    )
    return words("area", mission=item["mission"], area=item["area"]), [said]


def _contact(item: Item, words: _Words) -> Said:
    parts = [
        words("part", code=words.code(item["by"], code), n=words.number(n))
        for code, n in item["parts"].items()
    ]
    whole = words("number", n=words.number(item["number"]))
    return words(f"by.{item['by']}", mission=item["mission"]), [whole, "; ".join(parts)]


def _task(item: Item, words: _Words) -> Said:
    mission = item["mission"]
    times = {"from_": words.moment(item["from"], mission), "due": words.moment(item["due"], mission)}
    said = [words("task_said", place=words(f"place.{item['place']}"), **times)]
    days = (words("spent_one", whose=words.account(one), n=one["working_days"]) for one in item["accounts"])
    return words.about(item), [*said, "; ".join(days)]


def _wait(item: Item, words: _Words) -> Said:
    why = {
        "cause": words(item["cause"]),
        "party": words(item["party"]),
        "clock": words(f"clock.{item['clock']}"),
    }
    return words.about(item), [words("wait_said", n=item["working_days"], **why, **_span(item, words))]


_SAID: Final[Mapping[str, Callable[[Item, _Words], Said]]] = {
    "posts": _post,
    "vacancies": _vacancy,
    "closures": _closure,
    "outages": _outage,
    "absences": _absence,
    "load": _week,
    "due": _due,
    "days": _days,
    "coverage": _area,
    "areas": _led,
    "contacts": _contact,
    "headquarters": _duty,
    "tasks": _task,
    "waits": _wait,
}


def _due_table(items: Sequence[Item], words: _Words) -> Iterator[Table]:
    if items:
        heads = (
            words("col_where"),
            words("col_due"),
            words("col_missed"),
            *(words(f"place.{p}") for p in PLACES),
        )
        rows = tuple(
            (
                words(f"lay.{item['lay']}", mission=item["mission"]),
                words.number(item["due"]),
                words.number(item["missed"]),
                *(words.number(item["places"][p]) for p in PLACES),
            )
            for item in items
        )
        yield Table(words("due"), heads, rows, "due")


def _days_table(items: Sequence[Item], words: _Words) -> Iterator[Table]:
    if items:
        heads = (words("col_account"), words("col_days"), words("col_tasks"))
        rows = tuple(
            (
                words("account_of", mission=item["mission"], account=words.account(item)),
                words.number(item["working_days"]),
                words.number(item["tasks"]),
            )
            for item in items
        )
        yield Table(words("days"), heads, rows, "days")


def _load_tables(items: Sequence[Item], words: _Words) -> Iterator[Table]:
    heads = tuple(words(f"col_{name}") for name in ("week", "open", "share", "present"))
    for mission, weeks in groupby(items, key=lambda item: item["mission"]):
        rows = tuple(
            (w["week"], words.number(w["open"]), w["share_percent"], w["present_percent"]) for w in weeks
        )
        yield Table(words("table_load", mission=mission), heads, rows, f"load_{mission}")


def _charts(items: Sequence[Item], words: _Words) -> Iterator[Chart]:
    """A picture of each mission's weeks; none where a number is hidden, since a gap would be read as nothing."""
    heads = tuple(words(f"col_{name}") for name in ("week", "open", "present"))
    for mission, grouped in groupby(items, key=lambda item: item["mission"]):
        weeks = list(grouped)
        if len(weeks) > 1 and all(isinstance(w["open"], int) for w in weeks):
            rows = tuple((w["week"], w["open"], w["present_percent"]) for w in weeks)
            numbers = [w["open"] for w in weeks]
            span = {"first": weeks[0]["week"], "last": weeks[-1]["week"]}
            told = words("told_load", mission=mission, least=min(numbers), most=max(numbers), **span)
            yield Chart(
                "columns", told, Table(words("table_load", mission=mission), heads, rows, f"chart_{mission}")
            )


_TABLES: Final[Mapping[str, Callable[[Sequence[Item], _Words], Iterator[Table]]]] = {
    "load": _load_tables,
    "due": _due_table,
    "days": _days_table,
}
