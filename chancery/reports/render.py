"""A staff report in words, part by part: what every form (text, page, PDF, table) lays out and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chancery.reports.paper.model import Chart, Entry, Section, Table
from chancery.reports.said import Said
from chancery.reports.subject import ENDS

_Item = Mapping[str, Any]


def sections(data: _Item, language: str) -> list[Section]:
    """The report's data in `en` or `fr`. Raises ValueError for another language."""
    page = _Page(data, language)
    return [*page.heads(), *page.figures()]


class _Page:
    def __init__(self, data: _Item, language: str) -> None:
        self.data = data
        self.said = Said(data, language)
        self.w = self.said.w

    def heads(self) -> Iterator[Section]:
        """Posts, days away, standing in, load, plan, whose terms they were, texts."""
        yield self._head("posts", self._post)
        yield self._head("absences", self._absence)
        yield self._head("acting", self._acting)
        yield self._load()
        yield Section("plan", self.w("plan"), tuple(self._plan()))
        yield self._sources()
        yield self._head("definitions", self._definition)

    def figures(self) -> Iterator[Section]:
        """Every figure with its items."""
        for name, figure in self.data["figures"].items():
            entries = tuple(
                Entry(self.said.subject(item), self.said.of(name, item), tuple(item["positions"]))
                for item in figure["items"]
            )
            told = tuple(self._note(name)) if entries else ()
            yield Section(name, self.w(name), entries, figure["count"], paragraphs=told)

    def _note(self, name: str) -> Iterator[str]:
        """What has to be known to read a figure."""
        if name == "assigned":
            for line in self.data["assigned_by_step"]:
                yield self.w("by_step", n=line["count"], step=self.said.named(line))
        elif name == "out_of_hours":
            yield self.w("office_hours", **self.data["office_hours"])
        elif name in ("waiting", "late_entries", "opened_by", "contacts"):
            yield self.w(f"note.{name}")

    def _head(self, name: str, say: Callable[[_Item], tuple[str, ...]]) -> Section:
        found = []
        for item in self.data[name]:
            subject, *more = say(item)
            found.append(Entry(subject, tuple(more), tuple(item.get("positions", ()))))
        return Section(name, self.w(name), tuple(found))

    def _post(self, item: _Item) -> tuple[str, ...]:
        said = {**item, "role": self.said.coded(item["role"])}
        lines = [self.w("post" if item["until"] else "post_open", **said)]
        for job in item["job"]:
            if job["clause"] is not None:
                lines.append(self.w("job", **{**job, "answers_for": self._listed(job["answers_for"])}))
            elif len(item["job"]) > 1:
                lines.append(self.w("job_before", **job))
        return tuple(lines)

    def _absence(self, item: _Item) -> tuple[str, ...]:
        covered = self.w("with_substitute" if item["substitute"] else "without_substitute")
        return (self._days(item) + covered,)

    def _acting(self, item: _Item) -> tuple[str, ...]:
        scope = self.w("acting_scope", scope=self._listed(item["scope"])) if item["scope"] else ""
        return (self._days(item) + (scope or self.w("acting_all")),)

    def _days(self, item: _Item) -> str:
        return self.w("absence1" if self.said.one(item["working_days"]) else "absence", **item)

    def _listed(self, codes: Iterable[str]) -> str:
        return ", ".join(codes) or "-"

    def _load(self) -> Section:
        weeks = self.data["load"]
        found = tuple(
            Entry(
                self.w("load_week1" if self.said.one(week["open"]) else "load_week", **week),
                tuple(self.said.short(item) for item in week["items"]),
                tuple(week["positions"]),
            )
            for week in weeks
        )
        charts: tuple[Chart, ...] = ()
        if len(weeks) > 1:
            rows = tuple((week["week"], week["open"], week["share_percent"]) for week in weeks)
            heads = (self.w("week"), self.w("open_tasks"), self.w("share_of_post"))
            numbers = [week["open"] for week in weeks]
            told = self.w(
                "load_told",
                first=weeks[0]["first"],
                last=weeks[-1]["last"],
                least=min(numbers),
                most=max(numbers),
            )
            charts = (Chart("columns", told, Table(self.w("load"), heads, rows, "load_by_week")),)
        return Section("load", self.w("load"), found, paragraphs=(self.w("note.load"),), charts=charts)

    def _plan(self) -> Iterator[Entry]:
        for plan in self.data["plan"]:
            agreed = [
                self.w(
                    "edition",
                    edition=e["edition"],
                    at=self.said.moment(e["at"]),
                    agreed=self._agreed(e["agreed_by"]),
                )
                for e in plan["editions"]
            ]
            if plan["edition"] is None:
                agreed.append(self.w("plan_draft"))
            if plan["ended"]:
                agreed.append(self.w("plan_ended", reason=self.said.coded(plan["ended"])))
            answers = self._listed(plan["answers_for"])
            subject = self.w("plan_of", **{**plan, "answers_for": answers})
            yield Entry(subject, tuple(agreed), tuple(plan["positions"]))
            for one in plan["objectives"]:
                yield self._objective(plan, one)

    def _agreed(self, parts: Iterable[str]) -> str:
        return ", ".join(self.w(f"part.{part}") for part in parts) or self.w("nobody_yet")

    def _objective(self, plan: _Item, one: _Item) -> Entry:
        said = {
            "workplan": plan["workplan"],
            "n": one["objective"].removeprefix("o"),
            "count": one["count"],
            "regions": self._listed(one["regions"]),
            "definitions": self._listed(one["definitions"]),
        }
        lines = [self.said.counted(self.w(r["figure"]), r["count"]) for r in one["record"]]
        if "with_entry" in one:
            lines.append(self.w("with_entry", regions=self._listed(one["with_entry"])))
            lines.append(self.w("without_entry", regions=self._listed(one["without_entry"])))
        rests = sorted({p for r in one["record"] for item in r["items"] for p in item["positions"]})
        return Entry(self.w(f"objective.{one['kind']}", **said), tuple(lines), tuple(rests))

    def _sources(self) -> Section:
        found = []
        for line in self.data["sources"]:
            ends = [
                self.said.counted(self.w(name), line["ends"][name]) for name in ENDS if line["ends"][name]
            ]
            subject = self.said.counted(self.w(f"source.{line['source']}"), line["count"])
            found.append(Entry(subject, tuple(ends), tuple(line["positions"])))
        return Section("sources", self.w("sources"), tuple(found), paragraphs=(self.w("note.sources"),))

    def _definition(self, item: _Item) -> tuple[str, ...]:
        if item["paragraph"] == "none":
            return (self.w("definition_none", **item),)
        checked = self.w("confirmed" if item["paragraph_confirmed"] else "not_confirmed")
        return (f"{self.w('definition', **item)}{checked}",)
