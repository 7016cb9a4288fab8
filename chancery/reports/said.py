"""What one item of a staff report says, in words: what it is about, and what else, in the order of its life."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from chancery.i18n import speaking
from chancery.instruments import shipped
from chancery.locale.codes import CODES
from chancery.reports.subject import ENDS
from chancery.reports.words import word
from chancery.telling.terms import term_words
from domain.instant import zone_info
from domain.kinds import instant

_Item = Mapping[str, Any]
_Lines = Iterator[str]


class Said:
    """The words of one report in one language. Instants are to the minute, in the mission's zone (in UTC where there are several)."""

    def __init__(self, data: _Item, language: str) -> None:
        if language not in ("en", "fr"):
            raise ValueError(f"{language} is no language of the reports; en and fr are.")
        self.language = language
        self.colon = " : " if language == "fr" else ": "
        zones = set(data["zones"].values())
        self.zone = zones.pop() if len(zones) == 1 else "UTC"

    def w(self, code: str, **values: object) -> str:
        """The words of a code."""
        return word(code, self.language, **values)

    def one(self, n: int) -> bool:
        """Whether a number takes the singular: in French none does too."""
        return n == 1 or (n == 0 and self.language == "fr")

    def moment(self, text: str) -> str:
        """An instant to the minute; the data have the second."""
        local = instant(text).astimezone(zone_info(self.zone))
        return f"{local:%Y-%m-%d %H:%M}"

    def coded(self, value: str | None) -> str:
        """A field or what stands in it: a code by its name, anything else (an instant) as it stands."""
        if not value:
            return "-"
        return CODES.get(value, (value, value))[self.language == "fr"]

    def who(self, value: str | None) -> str:
        """`self` or a role, in words."""
        return self.w(value) if value else "-"

    def counted(self, what: str, n: int) -> str:
        """A name with its number."""
        return f"{what}{self.colon}{n}"

    # --- what an item is about ----------------------------------------------------------------------------------------

    def subject(self, item: _Item) -> str:
        """Definition and step, and the case or obligation by what this report calls it."""
        if "definition" not in item:
            return self.w("of_mission", mission=item["mission"])
        return self.short(item, self.named(item))

    def short(self, item: _Item, named: str | None = None) -> str:
        """The same by code alone, for a list that only has to be found again elsewhere in the report."""
        code = item["definition"] + (f" / {item['step']}" if "step" in item else "")
        parts = [named or code]
        if "case" in item:
            parts.append(self.w("case", n=item["case"]))
        elif "matter" in item:
            parts.append(self.w("matter", n=item["matter"]))
        else:
            parts.append(f"{item['obligation']}")
        if "sitting" in item:
            parts.append(self.w("sitting", n=item["sitting"]))
        if "occurrence" in item:
            parts.append(item["occurrence"])
        return ", ".join(parts)

    def named(self, item: _Item) -> str:
        """A definition and step by code, with the step's title where the shipped instruments have one."""
        code = item["definition"] + (f" / {item['step']}" if "step" in item else "")
        title = _titles().get((item["definition"], item.get("step"))) or _titles().get(
            (item["definition"], None)
        )
        return f"{code}{self.colon}{title[self.language == 'fr']}" if title else str(code)

    # --- what it says -------------------------------------------------------------------------------------------------

    def of(self, figure: str, item: _Item) -> tuple[str, ...]:
        """What an item of that figure says besides."""
        lines = self._end(item) if figure in ENDS else getattr(self, f"_{figure}")(item)
        found = [line for line in lines if line]
        if item.get("intervals"):
            found.append(f"{self.w('whose')}{self.colon}" + "; ".join(map(self._interval, item["intervals"])))
        return tuple(found)

    def _end(self, item: _Item) -> _Lines:
        not_met = self.w("not_met") if item["not_met"] else ""
        yield "; ".join(filter(None, (not_met, self._verdict(item), self._outcome(item))))
        times = [self.w("until_then" if item["outcome"] == "open" else "entered", at=self.moment(item["at"]))]
        if item["happened"]:
            times.insert(0, self.w("happened", happened=self.moment(item["happened"])))
        due = [self.w("due", due=self.moment(item["due"]))]
        if item["due"] != item["original_due"]:
            due.append(self.w("was_due", due=self.moment(item["original_due"])))
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
            else [self.coded(item["outcome"])]
        )
        if item["reason"]:
            said.append(self.w("reason", reason=self.coded(item["reason"])))
        if item["asked_by"]:
            said.append(
                self.w(
                    "asked_and_agreed",
                    requester=self.who(item["asked_by"]),
                    approver=self.who(item["entered_by"]),
                )
            )
        elif item["entered_by"] not in (None, "self"):
            said.append(self.w("entered_by", who=self.who(item["entered_by"])))
        return "; ".join([*said, *self._confirmed(item)])

    def _confirmed(self, item: _Item) -> list[str]:
        if item["confirmed"] is None:
            return []
        code = "confirmed_by_second" if item["confirmed"] else "refused_by_second"
        return [self.w(code, who=self.who(item["confirmed_by"]))]

    def _term(self, item: _Item) -> str:
        with speaking("fr" if self.language == "fr" else "en"):
            term = term_words(item["term"])
        return self.w("term", term=term, source=self.w(f"source.{item['source']}"))

    def _own_time(self, item: _Item) -> _Lines:
        yield self._term(item)
        yield f"{self.w('own')}{self.colon}{self._amount(item['in_period'])}; {self.w('in_all')} {self._amount(item['in_all'])}"

    def _stood_in(self, item: _Item) -> _Lines:
        yield f"{self.w('own')}{self.colon}{self._amount(item['in_period'])}"

    def _assigned(self, item: _Item) -> _Lines:
        yield self.moment(item["at"])

    _accepted = _assigned

    def _carried_in(self, item: _Item) -> _Lines:
        yield self.moment(item["since"])

    def _waiting(self, item: _Item) -> _Lines:
        lasted = self._days(item["working_days"])
        yield f"{self.moment(item['from'])} - {self.moment(item['until'])}; {lasted}"
        yield f"{self.coded(item['cause'])}, {self.coded(item['party'])}, {self.w('clock.' + item['clock'])}"
        said = [self.w("declared_by", who=self.who(item["declared_by"]))]
        said += [self.w("renewed_by", who=self.who(one)) for one in item["renewed_by"]]
        yield "; ".join(said)

    def _pauses(self, item: _Item) -> _Lines:
        yield from self._waiting(item)
        yield self.w("task_of", who=self.who(item["holder"]))

    def _acted_for(self, item: _Item) -> _Lines:
        yield f"{self.moment(item['at'])}; {self.coded(item['what'])}"

    def _escalations(self, item: _Item) -> _Lines:
        answered = item["answered"]
        said = self.w("answered", at=self.moment(answered)) if answered else self.w("unanswered")
        yield f"{self.moment(item['at'])}; {said}"

    def _rota(self, item: _Item) -> _Lines:
        said = [self.moment(item["at"]), self.w(item["answer"])]
        said += [self.w("reason", reason=self.coded(item["reason"]))] if item["reason"] else []
        yield "; ".join(said)

    def _swaps(self, item: _Item) -> _Lines:
        how = "swap.observer" if item["why"] == "observer" else "swap.report"
        yield f"{self.moment(item['at'])}; {self.w(how)}"

    def _sittings(self, item: _Item) -> _Lines:
        admitted = self.w(f"admitted.{item['admitted']}")
        yield f"{self.moment(item['at'])}; {self.w(item['as'])}; {admitted}"

    def _refused_entry(self, item: _Item) -> _Lines:
        yield from self._sittings(item)
        yield self.w("attempt", n=item["attempt"])

    def _contacts(self, item: _Item) -> _Lines:
        said = [self.w("happened", happened=self.moment(item["happened"]))]
        said += [self.coded(item["form"])] if item["form"] else []
        said += [self.w(f"met_before.{item['met_before']}")] if item["met_before"] else []
        yield "; ".join(said)

    def _training(self, item: _Item) -> _Lines:
        yield self.w("happened", happened=self.moment(item["happened"]))

    def _evidence(self, item: _Item) -> _Lines:
        yield f"{self.moment(item['at'])}; {self.coded(item['kind'])}; {self.coded(item['marking'])}"

    def _without_evidence(self, item: _Item) -> _Lines:
        kinds = ", ".join(self.coded(kind) for kind in item["missing"])
        said = [self.moment(item["at"]), self.w("not_given", kinds=kinds)]
        said += [self.w("with_another")] if item["with_another"] else []
        yield "; ".join(said)

    def _late_entries(self, item: _Item) -> _Lines:
        times = [self.w("happened", happened=self.moment(item["happened"]))]
        times += [self.w("entered", at=self.moment(item["recorded"])), self._later(item["working_days"])]
        yield "; ".join(times)
        said = [self.coded(item["what"])]
        said += (
            [] if item["entered_by"] == "self" else [self.w("entered_by", who=self.who(item["entered_by"]))]
        )
        yield "; ".join([*said, *self._confirmed(item)])

    def _out_of_hours(self, item: _Item) -> _Lines:
        yield f"{self.moment(item['at'])}; {self.coded(item['what'])}; {self.w('hours.' + item['why'])}"

    def _opened_by(self, item: _Item) -> _Lines:
        yield f"{self.moment(item['at'])}; {self.coded(item['what'])}"
        yield self.w("came_of_it", tasks=item["tasks"], held=item["held"])
        if item["alike"] > 1:
            yield self.w("alike", n=item["alike"])

    def _corrections(self, item: _Item) -> _Lines:
        names = {name: self.coded(item[name]) for name in ("field", "before", "after")}
        said = [self.moment(item["at"]), self.w("before_after", **names)]
        if item["of"] == "correction":
            said.append(self.w("corrects_correction", position=item["of_position"]))
        people = {name: self.who(item[name]) for name in ("requester", "approver")}
        said.append(self.w("asked_and_agreed", **people))
        said.append(self.w("reason", reason=self.coded(item["reason"])))
        yield "; ".join(said)

    def _corrections_not_made(self, item: _Item) -> _Lines:
        field, asked = self.coded(item["field"]), self.coded(item["asked"])
        said = [self.moment(item["at"]), self.w("asked_to_say", field=field, asked=asked)]
        said.append(self.w("asked_by", requester=self.who(item["requester"])))
        said.append(self.w(item["correction"], approver=self.who(item["approver"])))
        said.append(self.w("reason", reason=self.coded(item["reason"])))
        yield "; ".join(said)

    def _interval(self, part: _Item) -> str:
        account = self.w(f"account.{part['account']}", party=self.coded(part.get("party")))
        return f"{account} {self.moment(part['from'])} - {self.moment(part['until'])}"

    def _amount(self, time: _Item) -> str:
        if "seconds" in time:
            return self.w("hm", n=time["hours_minutes"])
        return self._days(time["working_days"])

    def _days(self, n: int) -> str:
        return self.w("wd1" if self.one(n) else "wd", n=n)

    def _later(self, n: int) -> str:
        return self.w("later1" if self.one(n) else "later", n=n)


@cache
def _titles() -> Mapping[tuple[str, str | None], tuple[str, str]]:
    """(definition, step or None) → its title in English and in French, in the shipped instruments."""
    found: dict[tuple[str, str | None], tuple[str, str]] = {}
    for instrument in shipped().values():
        for definition in instrument["definition"]:
            of = definition["title"]
            found.setdefault((definition["code"], None), (of["en"], of["fr"]))
            for step in definition["step"]:
                title = step["title"]
                found.setdefault((definition["code"], step["code"]), (title["en"], title["fr"]))
    return found
