"""A mission: accreditations, calendar, posts, officers in them, absences, suspensions, and what it sets for itself.

The stream is `mission/<code>`. Whoever decides on an obligation reads this too, so that a task opened beside a
suspension sees it. All days are the mission's own (the zone of its calendar).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from domain.calendar import Calendar, Suspension
from domain.envelope import Event, Role
from domain.kinds import instant
from domain.mission_parts import Absence, KnownDate, LocalTerm, Outage, Post, Posting, Shredding, Switch

__all__ = ["CLOCK", "NOBODY", "STAFFING", "Absence", "Mission", "Post", "Posting", "Why", "evolve", "fold"]

Why = Literal[
    "role", "alternate", "deputy", "head_of_mission", "named", "substitute", "first_holder", "mission"
]

NOBODY = "vacant"
"""Who holds a task when a mission has nobody at all: still an owner to be counted, the structure itself."""

_FALLBACK: dict[Role, tuple[tuple[Role, Why], ...]] = {
    "": (
        ("focal_point_alternate", "alternate"),
        ("deputy_head_of_mission", "deputy"),
        ("head_of_mission", "head_of_mission"),
        ("focal_point", "mission"),
    ),
    "head_of_mission": (
        ("deputy_head_of_mission", "deputy"),
        ("focal_point_alternate", "mission"),
        ("focal_point", "mission"),
    ),
}
"""Vacancy and absence pass a task on: alternate, then deputy, then Head of Mission (DEADLINES.md, Whose time it was)."""

_FAR = date(9999, 12, 31)
_LONG = date(2199, 12, 31)
_ALWAYS = datetime(2199, 12, 31, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Mission:
    """A mission as its events say. `version` is that of its stream; 0 means it has not been adopted."""

    code: str = ""
    kind: str = "mission"
    version: int = 0
    adopted_on: date | None = None
    accreditations: dict[str, str] = field(default_factory=dict)
    calendar: Calendar | None = None
    instruments: dict[str, str] = field(default_factory=dict)
    last_done: dict[str, str] = field(default_factory=dict)
    switched_off: frozenset[str] = frozenset()
    partners: tuple[str, ...] = ()
    posts: dict[str, Post] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)
    suspensions: dict[str, Suspension] = field(default_factory=dict)
    outages: dict[str, Outage] = field(default_factory=dict)
    local_terms: dict[tuple[str, str], LocalTerm] = field(default_factory=dict)
    """(definition, step) → its term here, the last that was set."""
    switches: dict[str, Switch] = field(default_factory=dict)
    vault_locked_by: str | None = None
    """The role of who closed the vault, while it is closed."""
    feeds_allowed: bool = True
    """Whether its officers may have calendar feeds; the Head of Mission forbids them."""
    dates: dict[str, KnownDate] = field(default_factory=dict)
    """Headquarters' calendar, by kind, day and definition; only headquarters has one."""
    shreddings: dict[str, Shredding] = field(default_factory=dict)
    moved_by: str = "refreshed"
    """What moved the mission's clocks last: `calendar` or `suspension`, the cause that a moved deadline names."""

    @property
    def clock(self) -> Calendar:
        """The mission's calendar; a mission that is not adopted has none and nothing is decided on it."""
        if self.calendar is None:
            raise LookupError(f"mission {self.code or '?'} has no calendar")
        return self.calendar

    @property
    def vault_locked(self) -> bool:
        """Whether the mission's vault is closed: tasks go on, by code."""
        return self.vault_locked_by is not None

    def duty_is_on(self, definition: str, day: date) -> bool:
        """Whether the duty is on that local day: as switched last, while that lasts, else as adopted."""
        switch = self.switches.get(definition)
        if switch is not None and day <= switch.until:
            return switch.on
        return definition not in self.switched_off

    def local_terms_for(self, definition: str, day: date) -> dict[str, tuple[str, str]]:
        """Step → (term, source), where the mission's own differs from the instrument's on that local day."""
        return {
            step: (local.term, local.source)
            for (of, step), local in self.local_terms.items()
            if of == definition and day <= local.until
        }

    def day(self, at: datetime) -> date:
        """The mission's local day at an instant."""
        return self.clock.local(at).date()

    def role_of(self, posting: str) -> Role | None:
        """The role of the post that a posting is to, whenever it was."""
        held = self.postings.get(posting)
        return self.posts[held.post].role if held else None

    def is_local_agent(self, posting: str) -> bool:
        """Whether the posting is a local agent's: never alone at a trial, a detention visit or a démarche."""
        held = self.postings.get(posting)
        return bool(held and self.posts[held.post].support)

    def runs(self, posting: str, at: datetime) -> bool:
        """Whether the posting runs on that day, absent or not."""
        held = self.postings.get(posting)
        return bool(held and held.covers(self.day(at)))

    def absence_of(self, posting: str, at: datetime) -> Absence | None:
        """The absence of a posting on that day, if any."""
        day = self.day(at)
        for absence in self.absences.values():
            if absence.posting == posting and absence.first <= day <= absence.last:
                return absence
        return None

    def is_present(self, posting: str, at: datetime) -> bool:
        """In post on that day, and not away."""
        return self.runs(posting, at) and self.absence_of(posting, at) is None

    def holders(self, role: Role, at: datetime) -> list[str]:
        """Postings to posts of that role running on that day, in the order of their posts' codes."""
        day = self.day(at)
        found = [p for p in self.postings.values() if p.covers(day) and self.posts[p.post].role == role]
        return [p.code for p in sorted(found, key=lambda p: (p.post, p.first))]

    def assignee(
        self, role: Role, at: datetime, refused: Iterable[str] = (), definition: str | None = None
    ) -> tuple[str, Why]:
        """Who gets a task of that role at that instant, and by which rule. Never nobody while anybody is in post.

        Leave with a substitute for that definition gives it to the substitute, resolved now; leave without one, a vacancy or
        a refusal passes it on: alternate, deputy, Head of Mission. `refused` names those who declined it.
        """
        skip = set(refused)
        steps: list[tuple[Role, Why]] = [(role, "role")]
        steps += _FALLBACK.get(role, _FALLBACK[""])
        for step_role, why in steps:
            for posting in self.holders(step_role, at):
                if posting in skip:
                    continue
                if self.is_present(posting, at):
                    return posting, why
                substitute = self.substitute_for(posting, at, definition)
                if substitute and substitute not in skip and self.is_present(substitute, at):
                    return substitute, "substitute"
        for step_role in ("head_of_mission", "deputy_head_of_mission"):
            for posting in self.holders(step_role, at):
                return posting, "mission"
        anyone = sorted(p for p in self.postings if self.runs(p, at) and not self.is_local_agent(p))
        return (anyone[0], "mission") if anyone else (NOBODY, "mission")

    def substitute_for(self, posting: str, at: datetime, definition: str | None = None) -> str | None:
        """Who acts on behalf of an absent posting at that instant, for that definition (None: for anything at all)."""
        day = self.day(at)
        away = [a for a in self.absences.values() if a.posting == posting and a.first <= day <= a.last]
        named = [one for a in away if (one := a.substitute_in(definition)) is not None]
        return next((one for one in named if self.is_present(one, at)), named[0] if named else None)

    def away(
        self, posting: str, definition: str | None, calendar: Calendar
    ) -> list[tuple[datetime, datetime, str | None]]:
        """(start, end, substitute for that definition) of each absence, in UTC; the time after the posting comes last.

        Where absences overlap, one with a substitute comes after those without: the later one in the list decides.
        """
        days = [
            (a.first, a.last, a.substitute_in(definition))
            for a in self.absences.values()
            if a.posting == posting and a.first <= a.last
        ]
        days.sort(key=lambda span: (span[2] is not None, span[:2]))
        held = self.postings.get(posting)
        if held is not None and held.last < _FAR:
            days.append((held.last + _DAY, _FAR, None))
        return [
            (
                calendar.start_of(first),
                calendar.start_of(last + _DAY) if last < _LONG else _ALWAYS,
                substitute,
            )
            for first, last, substitute in days
            if first < _LONG
        ]

    def staffing_change(self, after: datetime) -> datetime | None:
        """The next instant at which somebody's posting or absence begins or ends, as far as is known."""
        today = self.day(after)
        starts = [p.first for p in self.postings.values()] + [a.first for a in self.absences.values()]
        ends = [p.last for p in self.postings.values()] + [a.last for a in self.absences.values()]
        days = [d for d in starts if d > today]
        days += [d + _DAY for d in ends if today <= d < _FAR]
        return self.clock.start_of(min(days)) if days else None

    def all_suspensions(self) -> tuple[Suspension, ...]:
        """Every suspension, past and present, by its start."""
        return tuple(sorted(self.suspensions.values(), key=lambda s: (s.starts, s.id)))

    def suspended(self, at: datetime) -> Suspension | None:
        """The suspension in force at that instant, if any."""
        return next((s for s in self.suspensions.values() if s.starts <= at < s.ends), None)


def _day(text: str | None) -> date:
    return date.fromisoformat(text) if text else _FAR


def _adopted(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.code, s.kind, s.adopted_on = d["mission"], d["kind"], _day(d["on"])
    s.accreditations = {a["code"]: a["country"] for a in d["accreditations"]}
    s.calendar = Calendar.from_data(d["calendar"])
    s.instruments, s.last_done = dict(d["instruments"]), dict(d["last_done"])
    s.switched_off, s.partners = frozenset(d.get("switched_off", ())), tuple(d["partners"])


def _calendar(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.calendar = Calendar.from_data(d["calendar"])
    s.moved_by = "calendar"


def _post(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.posts[d["post"]] = Post(d["post"], d["role"], d["share_percent"], d["support"])


def _job(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    post = s.posts[d["post"]]
    post.clause, post.share_percent, post.answers_for = (
        d["clause"],
        d["share_percent"],
        tuple(d["answers_for"]),
    )


def _posting(s: Mission, d: Mapping[str, Any], e: Event) -> None:
    s.postings[d["posting"]] = Posting(
        d["posting"], d["post"], _day(d["from_day"]), _day(d["until"]), e.position, d["appraisal"]
    )


def _posting_ended(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.postings[d["posting"]].last = _day(d["until"])


def _absence(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.absences[d["absence"]] = Absence(
        d["absence"],
        d["posting"],
        _day(d["from_day"]),
        _day(d["until"]),
        d["substitute"],
        tuple(d["scope"]),
    )


def _absence_ended(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.absences[d["absence"]].last = _day(d["until"])


def _suspended(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.suspensions[d["suspension"]] = Suspension(d["suspension"], instant(d["starts"]), instant(d["ends"]))
    s.moved_by = "suspension"


def _suspension_moved(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    old = s.suspensions[d["suspension"]]
    s.suspensions[d["suspension"]] = Suspension(old.id, old.starts, instant(d["ends"]))
    s.moved_by = "suspension"


def _outage(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.outages[d["outage"]] = Outage(d["outage"], instant(d["starts"]), instant(d["ends"]))


def _local_term(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    until = _day(d["until"])
    s.local_terms[d["definition"], d["step"]] = LocalTerm(d["term"], d["source"], d["authority"], until)


def _switched(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.switches[d["definition"]] = Switch(d["on"], d["authority"], _day(d["until"]))


def _instrument(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.instruments[d["instrument"]] = d["version"]


def _locked(s: Mission, _: Mapping[str, Any], e: Event) -> None:
    s.vault_locked_by = e.actor.get("role") or e.actor["kind"]


def _unlocked(s: Mission, _d: Mapping[str, Any], _e: Event) -> None:
    s.vault_locked_by = None


def _feeds(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.feeds_allowed = d["allowed"]


def _date_set(s: Mission, d: Mapping[str, Any], e: Event) -> None:
    until = None if d["until"] is None else _day(d["until"])
    s.dates[d["date"]] = KnownDate(
        d["date"], d["kind"], _day(d["day"]), until, d["definition"], d["days_before"], tuple(d["countries"])
    )


def _date_removed(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    del s.dates[d["date"]]


def _shredding_proposed(s: Mission, d: Mapping[str, Any], e: Event) -> None:
    s.shreddings[d["request"]] = Shredding(d["request"], d["basis"], d["case"], e.by)


def _shredding_answered(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.shreddings[d["request"]].status = "approved" if d["approved"] else "refused"


def _shredded(s: Mission, d: Mapping[str, Any], _: Event) -> None:
    s.shreddings[d["request"]].status = "shredded"


_EVOLVE = {
    "MissionAdopted": _adopted,
    "CalendarRevised": _calendar,
    "PostCreated": _post,
    "JobDescribed": _job,
    "PostingBegan": _posting,
    "PostingEnded": _posting_ended,
    "AbsenceRecorded": _absence,
    "AbsenceEnded": _absence_ended,
    "SuspensionDeclared": _suspended,
    "SuspensionRenewed": _suspension_moved,
    "SuspensionLifted": _suspension_moved,
    "OutageDeclared": _outage,
    "LocalTermSet": _local_term,
    "DutySwitched": _switched,
    "InstrumentAdopted": _instrument,
    "VaultLocked": _locked,
    "VaultUnlocked": _unlocked,
    "FeedsSet": _feeds,
    "DateSet": _date_set,
    "DateRemoved": _date_removed,
    "ShreddingProposed": _shredding_proposed,
    "ShreddingAnswered": _shredding_answered,
    "DataShredded": _shredded,
}

STAFFING = frozenset({"PostingBegan", "PostingEnded", "AbsenceRecorded", "AbsenceEnded"})
CLOCK = frozenset({"CalendarRevised", "SuspensionDeclared", "SuspensionRenewed", "SuspensionLifted"})
"""Events of a mission after which its open obligations are looked at again."""


def evolve(state: Mission, event: Event) -> Mission:
    """Apply one event, in place. KeyError on a type that a mission's stream cannot hold: never passed over silently."""
    _EVOLVE[event.type](state, event.data, event)
    state.version = event.version
    return state


def fold(events: Iterable[Event], state: Mission | None = None) -> Mission:
    """The mission that these events make, starting from `state` (which is changed) or from nothing."""
    state = state if state is not None else Mission()
    for event in events:
        evolve(state, event)
    return state
