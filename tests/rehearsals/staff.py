"""Staff who do what comes to them: each task some time after it opened, mostly in time, in a way drawn from a seed.

What a task needs beside its completion (a consent recorded, a day set, a hand-over signed, a text released) they do too.
"""

from __future__ import annotations

import random  # noqa: TID251 - seeded: the same seed makes the same year
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid5

from typing_extensions import override

from chancery import queries
from chancery.instruments import definition
from chancery.rehearse.play import _NAMES, _ORDER_HABIT, Player
from chancery.rehearse.script import Habit, Move
from domain.instrument import StepData, find_step
from domain.refusals import Refused

Odds = Mapping[str, Mapping[str | None, float]]
_NO, _YES = None, "yes"

LATE, NOT_ACTED = 0.08, 0.04
"""How often a task is ended after its deadline, and how often it is decided not to act."""

_OPTIONS: Final[Odds] = {
    "detention_visit": {_NO: 0.85, _YES: 0.15}, "demarche": {_NO: 0.8, _YES: 0.2}, "statement": {_NO: 0.88, _YES: 0.12},
    "visa": {_NO: 0.94, _YES: 0.06}, "shelter": {_NO: 0.94, _YES: 0.06}, "grant": {_NO: 0.92, _YES: 0.08},
    "un_referral": {_NO: 0.85, _YES: 0.15}, "recommendation": {_NO: 0.92, _YES: 0.08},
}  # fmt: skip
RESULTS: Final[Mapping[tuple[str, str], Odds]] = {
    ("CASE-INTAKE", "acknowledge"): {"class": {_NO: 0.92, "immediate": 0.05, "serious": 0.03}},
    ("CASE-INTAKE", "decide"): {
        "decision": {"open": 1.0}, "class": {"immediate": 0.06, "serious": 0.2, "monitor": 0.74}, **_OPTIONS,
    },
    ("CASE-INTAKE", "close-case"): {"case": {"closed": 0.7, "goes_on": 0.3}},
    ("URGENT", "decide"): _OPTIONS,
    ("URGENT", "decide-serious"): _OPTIONS,
    ("CONSULT", "recall"): {"answered": {_YES: 0.7, "no": 0.3}},
    ("CONSULT", "chase"): {"answered": {_YES: 0.7, "no": 0.3}},
    ("FP-APPOINT", "appoint"): {"contact_test": {"answered": 0.7, "not_answered": 0.3}},
    ("FP-APPOINT", "test-contact"): {"contact_test": {"answered": 1.0}},
    ("STATEMENT", "draft"): {"content": {"unnamed": 0.7, "with_name": 0.3}},
    ("DEMARCHE", "reply"): {"reply": {"received": 0.5, "none": 0.5}, "next": {"none": 0.9, "statement": 0.1}},
    ("DETENTION-VISIT", "raise"): {"answer": {"permitted": 0.5, "refused": 0.5}, "next": {"none": 0.7, "ask_again": 0.3}},
    ("SP-LINK", "reply"): {"reply": {"received": 0.5, "none": 0.5}, "next": {"none": 1.0}},
    ("TRIAL-OBS", "decide-follow-up"): {"follow_up": {"none": 0.7, "demarche": 0.15, "statement": 0.1, "un_referral": 0.05}},
    ("TRIAL-OBS", "decide-and-staff"): {"decision": {"observe": 1.0}},
    **{(code, "answer"): {"next": {"goes_on": 0.85, "another_way": 0.15}} for code in ("VISA", "SHELTER", "GRANT")},
    ("VISA", "check"): {"next": {"closed": 0.7, "check_again": 0.3}},
    ("SHELTER", "check"): {"next": {"closed": 0.7, "check_again": 0.3}},
}  # fmt: skip
"""What is answered, where any of the allowed values will not do."""

ALWAYS: Final = frozenset({"CONSULT", "FP-HANDOVER", "BURDEN", "MAP", "FIELD-VISIT"})
"""Definitions whose steps are done and not waved off, because an errand belongs to them."""

CONSENTS: Final = (
    "attend", "visit", "demarche", "statement", "share_eu", "share_un", "refer", "contact_family", "publish_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Errand:
    """Something asked for beside a task. `{holder}` in `by` is whoever holds the task then."""

    do: str
    with_: Mapping[str, Any]
    by: str = "{holder}"


BEFORE: Final = timedelta(minutes=-10)
_HANDED: Final = {"items": ["all-open-cases", "contacts"]}
BESIDE: Final[Mapping[tuple[str, str], Errand]] = {
    ("MAP", "map"): Errand("RecordCoverage", {"reached": ["north", "women"], "not_reached": ["south"]}),
    ("FIELD-VISIT", "plan"): Errand("RecordCoverage", {"not_reached": ["south", "west"]}),
    ("BURDEN", "plan"): Errand("RecordAllocation", {"area": "north", "lead": "Q", "backup": "MS-A"}),
    ("FP-HANDOVER", "sign-over"): Errand("SignHandover", {"side": "out", **_HANDED}),
    ("FP-HANDOVER", "take-over"): Errand("SignHandover", {"side": "in", **_HANDED}),
    **{(code, step): Errand("ReleasePublication", {}) for code, step in (
        ("STATEMENT", "release"), ("STATEMENT", "release-named"), ("STATEMENT", "release-pictured"), ("KILLING", "release"),
    )},
}  # fmt: skip
"""What is asked for shortly before a task is done, by whoever does it."""


class Staff(Player):
    """A player whose habits are drawn, task by task. `told` counts the refusals that staff met, by code."""

    def __init__(self, *given: Any, observers: tuple[str, ...], seed: int = 1) -> None:
        """`observers`: the officers who go to sittings."""
        super().__init__(*given)
        self.told: Counter[str] = Counter()
        self.chance = random.Random(seed)
        self._seed = seed
        self._of_kind: Counter[tuple[str, str]] = Counter()
        self._observers = observers
        self._number = 0

    # ── what is planned when a task opens ────────────────────────────────────────────────────────────────────────

    @override
    async def _form_habits(self) -> None:
        rows = await queries.tasks(self._stage.desk.log)
        # By what they are, not by their ids, which no two runs share: the same seed makes the same year.
        for row in sorted(rows, key=lambda r: (r["opened"], r["definition"], r["task"])):
            key = f"{row['obligation']}/{row['task']}"
            if key in self._met:
                continue
            self._met.add(key)
            self._of_kind[row["definition"], row["step"]] += 1
            number = self._of_kind[row["definition"], row["step"]]
            self.chance = random.Random(f"{self._seed}|{row['definition']}|{row['step']}|{number}")
            chosen = definition(row["instrument"], row["definition"])
            step = find_step(chosen, row["step"]) if chosen else None
            if step is not None:
                self._intend(row, step)

    def _intend(self, row: Mapping[str, Any], step: StepData) -> None:
        code = (row["definition"], row["step"])
        at = self._when(row)
        task = (row["obligation"], row["task"])
        if row["term"].endswith(
            "h"
        ):  # a call is taken before the work is done, or it is made again and again
            taken = self._stage.clock.now() + (at - self._stage.clock.now()) * self.chance.uniform(0.05, 0.3)
            self._plan(
                taken.replace(microsecond=0),
                _ORDER_HABIT,
                "habit",
                (Errand("AcceptTask", {"task": row["task"]}), *task),
            )
        for after, errand in self._errands(code, row):
            self._plan(at + after, _ORDER_HABIT, "habit", (errand, *task))
        if code == ("CONSULT", "approve-vital-interest"):
            return  # the answer ends it
        idle = code[0] not in ALWAYS and step["outcomes"] and step["reasons"]
        if idle and self.chance.random() < NOT_ACTED:
            outcome, reason = self.chance.choice(step["outcomes"]), self.chance.choice(step["reasons"])
            habit = Habit(
                mission=row["mission"], step=row["step"], after="1h", outcome=outcome, reason=reason
            )
        else:
            result = self._result(code, step)
            habit = Habit(mission=row["mission"], step=row["step"], after="1h", result=result)
        self._plan(at, _ORDER_HABIT, "habit", (habit, *task))

    def _when(self, row: Mapping[str, Any]) -> datetime:
        """Some way to the deadline, in working hours unless the term runs in hours; now and then after it."""
        now, due = self._stage.clock.now(), row["due"].astimezone(UTC)
        late = self.chance.random() < LATE
        share = self.chance.uniform(1.05, 1.6) if late else self.chance.uniform(0.15, 0.85)
        at = now + max(due - now, timedelta(hours=2)) * share
        if row["term"].endswith("h"):
            return datetime.fromtimestamp(int(at.timestamp()), tz=UTC)
        calendar = self._calendars[row["mission"]]
        day = calendar.next_working(calendar.day_of(at))
        at = calendar.at(day, time(self.chance.randint(9, 16), self.chance.randint(0, 59)))
        before = calendar.at(calendar.day_of(due), time(16)) if not late else at
        return max(min(at, before), now + timedelta(minutes=20))

    def _result(self, code: tuple[str, str], step: StepData) -> dict[str, str]:
        odds = RESULTS.get(code, {})
        found: dict[str, str] = {}
        for field, values in step["results"].items():
            if field == "opens":
                continue
            if "posting" in values:
                value = self.chance.choice(self._observers) if field == "observer" else None
            elif field in odds:
                value = self.chance.choices(list(odds[field]), list(odds[field].values()))[0]
            else:
                value = self.chance.choice(values)
            if value is not None:
                found[field] = value
        return found

    # ── what goes with it ────────────────────────────────────────────────────────────────────────────────────────

    def _errands(self, code: tuple[str, str], row: Mapping[str, Any]) -> list[tuple[timedelta, Errand]]:
        """What is asked for beside, and how long after the task's own hour (before it, if negative)."""
        known = BESIDE.get(code)
        if known is not None:
            return [(BEFORE, known)]
        if code == ("CONSULT", "talk"):
            return self._consents(row)
        if code == ("CONSULT", "approve-vital-interest"):
            answer = {"gate": str(row["task"]).partition(".")[2], "approved": self.chance.random() < 0.8}
            return [(timedelta(), Errand("AnswerVitalInterest", answer))]
        if code == ("DETENTION-VISIT", "arrange"):
            return [(BEFORE, self._day(row))]
        if code == ("DETENTION-VISIT", "again"):
            over = self.chance.random() < 0.6
            return [
                (
                    BEFORE,
                    Errand("EndProceeding", {"cause": "no_longer_needed"}, "{lead}")
                    if over
                    else self._day(row),
                )
            ]
        return []

    def _day(self, row: Mapping[str, Any]) -> Errand:
        """A day for the next visit, two weeks on."""
        calendar = self._calendars[row["mission"]]
        day = calendar.add_working(calendar.day_of(self._stage.clock.now()), 10)
        self._number += 1
        one = {"name": f"visit-{self._number}", "at": datetime.combine(day, time(11))}
        return Errand("RecordSittings", {"sittings": [one]}, "{lead}")

    def _consents(self, row: Mapping[str, Any]) -> list[tuple[timedelta, Errand]]:
        """What the defender agreed to and what not, at times with an end; one in seven takes some of it back."""
        soon, days = timedelta(minutes=5), timedelta(days=1)
        drawn = self.chance.random()
        if drawn < 0.06:  # nobody can be reached, and a life is at stake
            asked = {"gate": "consent:demarche", "basis": "life_at_risk"}
            return [(-2 * soon, Errand("ProposeVitalInterest", asked, "{lead}"))]
        opened = [f"consent:{kind}" for kind in CONSENTS if self.chance.random() < 0.75]
        closed = [f"consent:{kind}" for kind in CONSENTS if f"consent:{kind}" not in opened]
        wish: dict[str, Any] = {"opened": opened, "closed": [c for c in closed if self.chance.random() < 0.5]}
        if self.chance.random() < 0.2 and opened:
            wish["lapses"] = self._stage.clock.now() + days * self.chance.randint(40, 120)
        errands = [(soon, Errand("SetGates", wish, "{lead}"))]
        if "consent:share_eu" in opened:
            shared = {"gate": "consent:share_eu", "to": "eu_missions", "arrangement": "coordination"}
            errands.append((2 * days, Errand("RecordDisclosure", shared, "{lead}")))
        if self.chance.random() < 0.15 and opened:
            taken = self.chance.sample(opened, self.chance.randint(1, len(opened)))
            back = {"closed": taken}
            errands.append((days * self.chance.randint(3, 60), Errand("SetGates", back, "{lead}")))
        return errands

    # ── doing it ─────────────────────────────────────────────────────────────────────────────────────────────────

    @override
    async def _habit(self, habit: Any, obligation: str, task: str) -> None:
        if isinstance(habit, Errand):
            await self._go(habit, obligation, task)
            return
        before = len(self._refusals)
        await super()._habit(habit, obligation, task)
        self.told.update(r.code for r in self._refusals[before:])

    async def _go(self, errand: Errand, obligation: str, task: str) -> None:
        self._number += 1
        state = await self._stage.desk.obligation(obligation)
        by = await self._who(errand.by, state, task)
        if by is None:
            return
        line = {"at": self._stage.clock.now(), "by": by, "mission": state.mission, "do": errand.do}
        move = Move.model_validate({**line, "with": {"obligation": obligation, **errand.with_}})
        try:
            await self._company.perform(move, uuid5(_NAMES, f"errand|{self._number}"))
        except Refused as refusal:
            self.told[refusal.code] += 1

    async def _who(self, by: str, state: Any, task: str) -> str | None:
        """The officer who goes: the task's holder, or whoever leads in the mission today."""
        mission, now = await self._stage.desk.mission(state.mission), self._stage.clock.now()
        if by == "{lead}":
            posting, _ = mission.assignee("focal_point", now)
        else:
            posting = state.tasks[task].posting
            posting = mission.substitute_for(posting, now, state.code) or posting
        return self._company.names.get(posting)
