"""The ledger of a rehearsal: every task with its deadlines, notices, holders' time and outcome.

Sorted by business key, without positions or random codes, so two runs of one file print the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chancery import queries
from chancery.rehearse.actors import Company
from chancery.rehearse.script import Script
from chancery.rehearse.stage import Stage
from chancery.streams import as_event, obligation_stream
from domain.envelope import Event
from domain.kinds import instant, instant_text
from domain.mission import Mission
from domain.obligation import Obligation, fold
from domain.task import Task
from domain.whose import intervals_of, own_time_of

SCHEMA: Final = "chancery.ledger/1"

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "obligation": ("obligation", "obligation"),
    "opened": ("opened", "ouverte"),
    "due": ("due", "échéance"),
    "was": ("originally", "à l'origine"),
    "moved": ("moved", "déplacée"),
    "reminders": ("reminders", "rappels"),
    "overdue": ("overdue notice", "avis de retard"),
    "escalations": ("escalations", "escalades"),
    "held": ("held by", "tenue par"),
    "ended": ("ended", "terminée"),
    "open": ("still open", "encore ouverte"),
    "refused": ("refused", "refusée"),
    "tasks": ("tasks", "tâches"),
    "provisional": ("provisional", "provisoire"),
    "not_met": ("not met", "non remplie"),
    "short": ("short notice", "délai trop court"),
    "sittings": ("sittings", "audiences"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line of the script that was refused, as it should have been or not."""

    at: datetime
    by: str
    what: str
    code: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """The result of a rehearsal. `data()` is plain JSON, `text()` is for people; both the same at each run."""

    title: str
    obligations: Sequence[Mapping[str, Any]]
    refusals: Sequence[Mapping[str, Any]]

    @property
    def as_scripted(self) -> bool:
        """Whether nothing was refused that the script did not expect."""
        return all(r["expected"] for r in self.refusals)

    def data(self) -> dict[str, Any]:
        """Plain JSON, with the version of its schema."""
        return {
            "schema": SCHEMA,
            "title": self.title,
            "obligations": list(self.obligations),
            "refusals": list(self.refusals),
        }

    def text(self, language: str = "en") -> str:
        """For people, at most some 110 columns wide. Times are the mission's own."""

        def word(key: str) -> str:
            return _WORDS[key][1 if language == "fr" else 0]

        lines = [self.title, "=" * len(self.title), ""]
        for one in self.obligations:
            period = f" {one['period']}" if one["period"] else ""
            outcome = one["outcome"] or word("open")
            lines.append(f"{one['mission']}  {one['definition']}{period} — {one['name']}: {outcome}")
            for sitting in one["sittings"]:
                lines.append(
                    f"      {sitting['name']}  {sitting['day']}  {sitting['status']}  {sitting['outcome'] or ''}"
                )
            for task in one["tasks"]:
                lines += _task_lines(task, word)
            lines.append("")
        for refusal in self.refusals:
            lines.append(
                f"{word('refused')}: {refusal['at']} {refusal['by']} {refusal['what']} [{refusal['code']}]"
            )
        count = sum(len(o["tasks"]) for o in self.obligations)
        lines.append(f"{len(self.obligations)} {word('obligation')}, {count} {word('tasks')}")
        return "\n".join(lines) + "\n"


def _task_lines(task: Mapping[str, Any], word: Any) -> list[str]:
    end = f"{word('ended')} {task['ended']} {task['outcome']}" if task["ended"] else word("open")
    timing = f" ({task['timing']})" if task["timing"] else ""
    reason = f" [{task['reason']}]" if task["reason"] else ""
    flags = "".join(
        f" · {word(k)}"
        for k, on in (
            ("not_met", task["not_met"]),
            ("provisional", task["provisional"]),
            ("short", task["short_notice"]),
        )
        if on
    )
    flags += "".join(f" · {flag}" for flag in task["flags"] if flag in ("suspended", "waiting", "extended"))
    lines = [f"    {task['task']:<34} {word('due')} {task['due']}  {task['source']}{flags}"]
    lines.append(f"      {word('opened')} {task['opened']} · {end}{timing}{reason}")
    for move in task["moved"]:
        lines.append(f"      {word('moved')} {move['from']} → {move['to']} ({move['cause']})")
    notices = [
        f"{word(kind)} {_few(task[kind])}" for kind in ("reminders", "overdue", "escalations") if task[kind]
    ]
    if notices:
        lines.append("      " + " · ".join(notices))
    held = ", ".join(f"{h['who']} {h['amount']} {h['unit']}" for h in task["held"])
    if held:
        lines.append(f"      {word('held')} {held}")
    return lines


def _few(instants: Sequence[str]) -> str:
    """The first of them, and how many more: a call that is repeated for weeks must not hide what else there is."""
    shown = ", ".join(instants[:4])
    return shown if len(instants) <= 4 else f"{shown} … +{len(instants) - 4}"


@dataclass(frozen=True, slots=True)
class _Page:
    """What every entry of one obligation is written with: its mission, the file's names, and the end of the rehearsal."""

    mission: Mission
    names: Mapping[str, str]
    sittings: Mapping[str, str]
    officers: Mapping[str, str]
    now: datetime

    def local(self, text: str | None) -> str | None:
        """An instant in the mission's own time, to the second, with its offset."""
        return self.mission.clock.local(instant(text)).isoformat(sep=" ") if text else None


async def compile_ledger(
    script: Script, stage: Stage, company: Company, refusals: Sequence[Refusal]
) -> Ledger:
    """Everything that the rehearsal's log holds of obligations, in business order."""
    names = {id_: name for name, id_ in company.obligations.items()}
    sittings = {id_: name for name, id_ in company.appointments.items()}
    now = stage.clock.now()
    missions = {cast.code: await stage.desk.mission(cast.code) for cast in script.mission}
    pages = {code: _Page(m, names, sittings, company.names, now) for code, m in missions.items()}
    found: list[dict[str, Any]] = []
    for row in await queries.obligations(stage.desk.log):
        recorded = await stage.desk.log.read_stream(obligation_stream(row["id"]))
        events = [as_event(e) for e in recorded]
        found.append(_obligation(fold(events), events, pages[row["mission"]]))
    _name_what_followed(found, set(names))
    found.sort(key=lambda o: (o["mission"], o["opened"], o["definition"], o["period"] or "", o["name"]))
    for one in found:
        del one["id"]
    first = pages[script.mission[0].code]
    told = [
        {
            "at": first.local(instant_text(r.at)),
            "by": r.by,
            "what": r.what,
            "code": r.code,
            "expected": r.expected,
        }
        for r in refusals
    ]
    return Ledger(script.title, found, told)


def _name_what_followed(found: list[dict[str, Any]], named: set[str]) -> None:
    """What followed from something has an id that a random key made: it is called after its definition, in order of time.

    Of two opened in the same instant, whichever reads first: so two runs call them the same.
    """
    followed = [o for o in found if o["period"] is None and o["id"] not in named]
    followed.sort(key=lambda o: (o["mission"], o["opened"], o["definition"], json.dumps(o["tasks"])))
    counts: dict[tuple[str, str], int] = {}
    for one in followed:
        key = (one["mission"], one["definition"])
        counts[key] = counts.get(key, 0) + 1
        one["name"] = one["definition"] if counts[key] == 1 else f"{one['definition']}#{counts[key]}"


def _obligation(state: Obligation, events: Sequence[Event], page: _Page) -> dict[str, Any]:
    tasks = [
        _task(t, state, [e for e in events if e.data.get("task") == t.id], page) for t in state.tasks.values()
    ]
    tasks.sort(key=lambda t: (t["opened"], t["original_due"], t["task"]))
    return {
        "id": state.id,
        "mission": state.mission,
        "definition": state.code,
        "period": state.period,
        "name": page.names.get(state.id, state.id),
        "opened": page.local(state.opened),
        "outcome": state.outcome,
        "closed": page.local(state.closed),
        "sittings": [
            {
                "name": page.sittings.get(a.id, "sitting"),
                "day": a.day,
                "status": a.status,
                "outcome": a.outcome,
                "observer": page.officers.get(a.observer or ""),
                "offered": len(a.offered),
            }
            for a in state.sittings()
        ],
        "publication": _publication(state, page),
        "tasks": tasks,
    }


def _publication(state: Obligation, page: _Page) -> dict[str, Any] | None:
    one = state.publication
    return {"makes": page.local(one.makes), "status": one.status} if one is not None else None


def _task(task: Task, state: Obligation, events: Sequence[Event], page: _Page) -> dict[str, Any]:
    def notices(kind: str) -> list[str | None]:
        sent = [e.data for e in events if e.type == "NoticeRecorded"]
        return [page.local(n["planned"]) for n in sent if n["kind"] == kind]

    first, dot, turn = task.occurrence.partition(".")
    moves = [e.data for e in events if e.type == "DeadlineMoved"]
    until = instant(task.happened) if task.happened and not task.is_open else page.now
    intervals = intervals_of(task, state, page.mission, until)
    own = own_time_of(task, intervals, page.mission)
    return {
        "task": f"{task.step}.{page.sittings.get(first, first)}{dot}{turn}",
        "step": task.step,
        "opened": page.local(task.opened),
        "original_due": page.local(task.original_due),
        "due": page.local(task.due),
        "source": task.source,
        "provisional": task.deadline["provisional"],
        "short_notice": task.deadline["short_notice"],
        "moved": [
            {"cause": m["cause"], "from": page.local(m["was"]), "to": page.local(m["deadline"]["due_at"])}
            for m in moves
            if m["was"] != m["deadline"]["due_at"]
        ],
        "flags": list(task.deadline["flags"]),
        "reminders": notices("reminder"),
        "overdue": notices("overdue"),
        "escalations": notices("escalation"),
        "informed": notices("information"),
        "passed": [page.local(due) for due in task.passed],
        "holders": [page.officers.get(h.posting, h.posting) for h in task.holdings],
        "held": [
            {"who": page.officers.get(w, w), "amount": o.amount, "unit": o.unit} for w, o in own.items()
        ],
        "not_met": task.not_met,
        "outcome": task.outcome,
        "timing": task.timing,
        "reason": task.reason,
        "ended": page.local(task.happened) if not task.is_open else None,
    }
