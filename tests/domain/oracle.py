"""What a case's wishes and a mission's people come to, in a few plain dicts; written from the design, not from the rules.

It imports nothing of `domain`: whatever it says was worked out a second time. Instants are whole minutes from the beginning of
the story, days are numbers: the story is told in a mission that lives by UTC and knows no holiday.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Gate = str
Wish = tuple[str, str, Gate]
"""An obligation, a case's number in it, a gate."""

KINDS = {f"consent:{kind}" for kind in (
    "attend", "visit", "demarche", "statement", "publish_name", "photo", "share_eu", "share_partners", "share_un", "refer", "contact_family",
)}  # fmt: skip
KNOWN: dict[str, set[Gate]] = {
    "consult": KINDS,
    "consult2": KINDS,
    "trial": {"consent:attend", "consent:share_eu", "consent:share_partners"},
    "demarche": {"consent:demarche"},
    "statement": {"consent:statement", "consent:publish_name", "consent:photo"},
}
"""The gates of each obligation of the story."""

BEHIND: dict[str, set[Gate]] = {
    "decide-and-staff": {"consent:attend"}, "attend-and-report": {"consent:attend"}, "propose": {"consent:demarche"},
    "draft": {"consent:statement"}, "release": {"consent:statement"},
    "release-named": {"consent:statement", "consent:publish_name"},
}  # fmt: skip
"""The gates behind which a step stands."""

HOURS_OF_A_LIFE, PAUSE = 72 * 60, 1
"""Minutes for which a vital interest opens a gate; minutes between releasing and making."""


@dataclass
class Oracle:
    """Everything that matters, as plain as it goes."""

    wish: dict[Wish, bool] = field(default_factory=dict)
    ends: dict[Wish, int] = field(default_factory=dict)
    lapsed: set[Wish] = field(default_factory=set)
    """Wishes that nobody took back: their time ran out."""
    asked: dict[Gate, str | None] = field(default_factory=dict)
    """Of the consultation: who asked for a vital interest, None once it was answered."""
    cases: dict[str, set[str]] = field(default_factory=lambda: {o: {"1"} for o in KNOWN})
    open: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)
    """Open tasks: (obligation, task) → (step, appointment)."""
    begins: dict[str, int] = field(default_factory=dict)
    released: int | None = None
    status: str = "none"
    release_step: str = "release"
    away: dict[str, list[tuple[int, int, str | None]]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    # ── wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def stands(self, obligation: str, gate: Gate) -> bool:
        """Whether any case lets it pass."""
        return any(on for (o, _, g), on in self.wish.items() if (o, g) == (obligation, gate))

    def answered(self, gate: Gate) -> bool:
        """Whether somebody has said yes or no to it, and that still is their word."""
        key = ("consult", "1", gate)
        return key in self.wish and key not in self.lapsed

    def may_begin(self, obligation: str, step: str) -> bool:
        """Whether a step may be begun."""
        return all(self.stands(obligation, gate) for gate in BEHIND.get(step, ()))

    @property
    def come_to_release(self) -> bool:
        """Whether it was drafted and agreed, and somebody is to release it: a task that did not fall with a wish."""
        return any(
            of == "statement" and step.startswith("release") for (of, _), (step, _) in self.open.items()
        )

    def say(self, obligation: str, case: str, gate: Gate, *, yes: bool, until: int | None, now: int) -> None:
        """A wish, for one case; what falls with it falls at once."""
        if gate not in KNOWN[obligation]:
            return
        self.wish[obligation, case, gate] = yes
        self.lapsed.discard((obligation, case, gate))
        self.ends.pop((obligation, case, gate), None)
        if yes and until is not None:
            self.ends[obligation, case, gate] = until
        if not yes and not self.stands(obligation, gate):
            self._fall(obligation, gate, now)

    def _fall(self, obligation: str, gate: Gate, now: int) -> None:
        for (of, task), (step, appointment) in list(self.open.items()):
            begun = appointment is not None and self.begins[appointment] <= now
            if of == obligation and gate in BEHIND.get(step, ()) and not begun:
                del self.open[of, task]
        if obligation == "statement" and self.status == "released" and gate in BEHIND[self.release_step]:
            self.status = "cancelled"

    def goes_out(self, case: str, now: int) -> None:
        """A case leaves the trial; its wishes leave with it, and what only they let pass falls."""
        self.cases["trial"].discard(case)
        for key in [key for key in self.wish if key[:2] == ("trial", case)]:
            yes = self.wish.pop(key)
            self.ends.pop(key, None)
            if yes and not self.stands("trial", key[2]):
                self._fall("trial", key[2], now)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def until(self, now: int) -> None:
        """Everything that comes by itself up to now, in its order: agreements end, what was released is made."""
        while True:
            ends = [(at, 0, key) for key, at in self.ends.items() if at <= now]
            made = (
                [(self.released, 1, None)] if self.status == "released" and self.released is not None else []
            )
            due = sorted([*ends, *(m for m in made if m[0] <= now)], key=lambda one: one[:2])
            if not due:
                return
            at, _, key = due[0]
            if key is None:
                self.status = "made"
            else:
                self.say(*key, yes=False, until=None, now=at)
                self.lapsed.add(key)

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────

    def there(self, who: str, day: int) -> bool:
        """In post and not away."""
        away = any(first <= day <= last for first, last, _ in self.away.get(who, ()))
        return not away and day <= self.left.get(who, 10**6)

    def covered(self, who: str, day: int) -> bool:
        """There, or somebody there acts for them."""
        if self.there(who, day):
            return True
        subs = [s for first, last, s in self.away.get(who, ()) if first <= day <= last]
        gone = day > self.left.get(who, 10**6)
        return not gone and any(s is not None and self.there(s, day) for s in subs)
