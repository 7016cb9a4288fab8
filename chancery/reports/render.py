"""A staff report as text: every number with its list, every item with its positions, at most 100 columns wide."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chancery.i18n import speaking
from chancery.instruments import shipped
from chancery.locale.codes import CODES
from chancery.reports.regimes import UNNAMED
from chancery.reports.words import word
from chancery.telling.terms import term_words
from domain.instant import zone_info
from domain.kinds import instant

WIDTH: Final = 100
_Item = Mapping[str, Any]
_Lines = Iterator[str]


def render(data: _Item, language: str) -> str:
    """The report's data in `en` or `fr`."""
    if language not in ("en", "fr"):
        raise ValueError(f"{language} is no language of the reports; en and fr are.")
    return "\n".join(line.rstrip() for line in _Page(data, language).lines()) + "\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item in words: what it is about, what else it says, and the positions that it rests on."""

    subject: str
    said: tuple[str, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its entries. `count` of a figure is the number of its entries; None of what is no figure."""

    name: str
    title: str
    entries: tuple[Entry, ...]
    count: int | None = None


def sections(data: _Item, language: str) -> list[Section]:
    """The report in the same words, part by part, for a page that links each position; `en` or `fr`."""
    page = _Page(data, language)
    return [*page.heads(), *page.figures()]


class _Page:
    def __init__(self, data: _Item, language: str) -> None:
        self.data, self.language = data, language
        self.colon = " : " if language == "fr" else ": "
        zones = set(data["zones"].values())
        self.zone = zones.pop() if len(zones) == 1 else "UTC"

    def w(self, code: str, **values: object) -> str:
        return word(code, self.language, **values)

    def lines(self) -> _Lines:
        data, log = self.data, self.data["log"]
        title = f"{self.w('title')}{self.colon}{data['officer']}"
        yield from (title, "=" * len(title))
        period = data["period"]
        yield f"{self.w('period')}{self.colon}{period['first']} {self.w('to')} {period['last']}"
        if data["appraisal"] != UNNAMED:
            yield f"{self.w('appraisal')}{self.colon}{data['appraisal']}"
        recorded = f"{self._moment(log['recorded'])} ({self.zone})"
        yield from _wrap(
            self.w("known", position=log["position"], origin=log["origin"], recorded=recorded), ""
        )
        yield f"{self.w('leaf')}{self.colon}{log['leaf']}"
        yield self.w("times", zone=self.zone)
        if log["rehearsal"]:
            yield self.w("rehearsal")
        yield from self._head("posts", data["posts"], self._post)
        yield from self._head("absences", data["absences"], self._absence)
        yield from self._head("definitions", data["definitions"], self._definition)
        for name, figure in data["figures"].items():
            yield from self._figure(name, figure)
        yield from ("", self.w("cannot_see"))
        for code in data["cannot_see"]:
            yield from _wrap(self.w(f"unseen.{code}"), "  - ")

    def heads(self) -> Iterator[Section]:
        """Posts, days away and texts."""
        for name, say in (
            ("posts", self._post),
            ("absences", self._absence),
            ("definitions", self._definition),
        ):
            entries = tuple(
                Entry(self._plain(say(item), item), (), tuple(item.get("positions", ())))
                for item in self.data[name]
            )
            yield Section(name, self.w(name), entries)

    def _plain(self, said: str, item: _Item) -> str:
        """What is said of an item, without the positions at its end: a page links those."""
        return said.removesuffix(self._positions(item)).rstrip() if "positions" in item else said

    def figures(self) -> Iterator[Section]:
        """Every figure with its items."""
        for name, figure in self.data["figures"].items():
            entries = tuple(
                Entry(self._subject(item), tuple(filter(None, self._said(item))), tuple(item["positions"]))
                for item in figure["items"]
            )
            yield Section(name, self.w(name), entries, figure["count"])

    def _head(self, name: str, items: Sequence[_Item], say: Callable[[_Item], str]) -> _Lines:
        yield from ("", self.w(name))
        for item in items:
            yield from _wrap(say(item), "  - ")
        if not items:
            yield f"  {self.w('none')}"

    def _post(self, item: _Item) -> str:
        said = {**item, "role": self._coded(item["role"])}
        return f"{self.w('post' if item['until'] else 'post_open', **said)} {self._positions(item)}"

    def _absence(self, item: _Item) -> str:
        covered = self.w("with_substitute" if item["substitute"] else "without_substitute")
        said = self.w("absence1" if item["working_days"] == 1 else "absence", **item)
        return f"{said}{covered} {self._positions(item)}"

    def _definition(self, item: _Item) -> str:
        if item["paragraph"] == "none":
            return self.w("definition_none", **item)
        checked = self.w("confirmed" if item["paragraph_confirmed"] else "not_confirmed")
        return f"{self.w('definition', **item)}{checked}"

    def _figure(self, name: str, figure: _Item) -> _Lines:
        yield from ("", f"{self.w(name)}{self.colon}{figure['count']}")
        if name == "assigned":
            for line in self.data["assigned_by_step"]:
                yield from _wrap(f"{line['count']} x {self._named(line)}", "  ")
        for item in figure["items"]:
            yield from _wrap(f"{self._subject(item)} {self._positions(item)}", "  - ")
            for said in self._said(item):
                yield from _wrap(said, "      ")

    def _subject(self, item: _Item) -> str:
        parts = [self._named(item)]
        if "case" in item:
            parts.append(self.w("case", n=item["case"]))
        else:
            parts.append(f"{item['obligation']}")
        if "sitting" in item:
            parts.append(self.w("sitting", n=item["sitting"]))
        if "occurrence" in item:
            parts.append(item["occurrence"])
        return ", ".join(parts)

    def _named(self, item: _Item) -> str:
        """A definition and step by code, with the step's title where the shipped instruments have one."""
        code = item["definition"] + (f" / {item['step']}" if "step" in item else "")
        for instrument in shipped().values():
            for definition in instrument["definition"]:
                if definition["code"] == item["definition"]:
                    titles = [s["title"] for s in definition["step"] if s["code"] == item.get("step")]
                    title = (titles or [definition["title"]])[0]
                    said: str = title["fr"] if self.language == "fr" else title["en"]
                    return f"{code}{self.colon}{said}"
        return str(code)

    def _positions(self, item: _Item) -> str:
        """Positions, with runs of three and more drawn together; each is still there."""
        found = item["positions"]
        return f"[{self.w('position' if len(found) == 1 else 'positions')}\u00a0{_runs(found)}]"

    def _said(self, item: _Item) -> _Lines:
        """What else an item says, in the order of its life."""
        if "original_due" in item:
            yield from self._end(item)
        elif "in_all" in item:
            yield self._term(item)
            yield f"{self.w('own')}{self.colon}{self._amount(item['in_period'])}; {self.w('in_all')} {self._amount(item['in_all'])}"
        elif "in_period" in item:
            yield f"{self.w('own')}{self.colon}{self._amount(item['in_period'])}"
        elif "since" in item:
            yield f"{self._moment(item['since'])}"
        else:
            yield "; ".join(self._small(item))
        if item.get("intervals"):
            yield f"{self.w('whose')}{self.colon}" + "; ".join(map(self._interval, item["intervals"]))

    def _end(self, item: _Item) -> _Lines:
        not_met = self.w("not_met") if item["not_met"] else ""
        yield "; ".join(filter(None, (not_met, self._verdict(item), self._outcome(item))))
        times = [
            self.w("until_then" if item["outcome"] == "open" else "entered", at=self._moment(item["at"]))
        ]
        if item["happened"]:
            times.insert(0, self.w("happened", happened=self._moment(item["happened"])))
        due = [self.w("due", due=self._moment(item["due"]))]
        if item["due"] != item["original_due"]:
            due.append(self.w("was_due", due=self._moment(item["original_due"])))
        if item["provisional"]:
            due.append(self.w("provisional"))
        yield "; ".join([*times, *due])
        yield f"{self._term(item)}; {self.w('own')}{self.colon}{self._amount(item['own'])}"

    def _verdict(self, item: _Item) -> str:
        if item["timeliness"] is None:
            return self.w("waits") if item["outcome"] == "open" else ""
        if item["share"] is not None:
            return f"{self.w(item['missed'])}{self.colon}{self.w(item['share'])}"
        if item["timeliness"] == "on time" and item["outcome"] in ("open", "handed_on"):
            return self.w("not yet due" if item["outcome"] == "open" else "handed on in time")
        return self.w(str(item["timeliness"]))

    def _outcome(self, item: _Item) -> str:
        said = (
            []
            if item["outcome"] in ("done", "open", "handed_on", "waived", "cancelled")
            else [self._coded(item["outcome"])]
        )
        if item["reason"]:
            said.append(self.w("reason", reason=self._coded(item["reason"])))
        if item["confirmed"] is not None:
            said.append(self.w("confirmed_by_second" if item["confirmed"] else "refused_by_second"))
        return "; ".join(said)

    def _term(self, item: _Item) -> str:
        with speaking("fr" if self.language == "fr" else "en"):
            term = term_words(item["term"])
        return self.w("term", term=term, source=self.w(f"source.{item['source']}"))

    def _small(self, item: _Item) -> _Lines:
        """The few words of an item that is about one moment."""
        if "from" in item:
            yield f"{self._moment(item['from'])} - {self._moment(item['until'])}"
            yield f"{self._coded(item['cause'])}, {self._coded(item['party'])}, {self.w('clock.' + item['clock'])}"
            return
        yield f"{self._moment(item['at'])}"
        if "before" in item:
            names = {name: self._coded(item[name]) for name in ("field", "before", "after")}
            yield self.w("before_after", **names)
            if item["of"] == "correction":
                yield self.w("corrects_correction", position=item["of_position"])
            yield self.w(
                "asked_and_agreed", requester=self.w(item["requester"]), approver=self.w(item["approver"])
            )
        elif "asked" in item:
            yield self.w("asked_to_say", field=self._coded(item["field"]), asked=self._coded(item["asked"]))
            yield self.w("asked_by", requester=self.w(item["requester"]))
            yield self.w(item["correction"], approver=self.w(item["approver"] or ""))
        if "answered" in item:
            answered = item["answered"]
            yield self.w("answered", at=self._moment(answered)) if answered else self.w("unanswered")
        for name in ("answer", "as", "what"):
            if name in item:
                yield self.w(item[name])
        if "admitted" in item:
            yield self.w(f"admitted.{item['admitted']}")
        if item.get("reason"):
            yield self.w("reason", reason=self._coded(item["reason"]))

    def _coded(self, value: str | None) -> str:
        """A field or what stands in it: a code by its name, anything else (an instant) as it stands."""
        if not value:
            return "-"
        return CODES.get(value, (value, value))[self.language == "fr"]

    def _interval(self, part: _Item) -> str:
        account = self.w(f"account.{part['account']}", party=self._coded(part.get("party")))
        return f"{account} {self._moment(part['from'])} - {self._moment(part['until'])}"

    def _moment(self, text: str) -> str:
        """An instant to the minute, in the mission's zone (in UTC where the missions have several); the data have the second."""
        local = instant(text).astimezone(zone_info(self.zone))
        return f"{local:%Y-%m-%d %H:%M}"

    def _amount(self, time: _Item) -> str:
        if "seconds" in time:
            return self.w("hm", n=time["hours_minutes"])
        n = time["working_days"]
        return self.w("wd1") if n == 1 else self.w("wd", n=n)


def _runs(numbers: Sequence[int]) -> str:
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in found)


def _wrap(text: str, lead: str) -> list[str]:
    text = text.replace(" :", "\u00a0:").replace(" %", "\u00a0%")  # signs that may not begin a line
    return textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )
