"""One mission-year: every recurring duty, cases as they come, staff who come and go, and do each task in their own way.

The script is made from a number of cases and a seed; what staff do of themselves is drawn task by task as it opens. All of
it goes through the desk and the real workflows, as any rehearsal.
"""

from __future__ import annotations

import random  # noqa: TID251 - seeded: the same seed makes the same year
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from chancery.instruments import shipped
from chancery.rehearse.script import Cast, Move, Posted, Script

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
ROTATION: Final = date(2026, 7, 1)
"""The focal point's successor arrives; the alternate's comes two weeks after the alternate has left."""
_WEEKEND: Final = (4, 5)
_TRIALS, _URGENT_HOUR = 0.4, 0.2


def _post(
    post: str, role: str, officer: str, share: int, first: date = date(2025, 2, 1), last: date | None = None
) -> Posted:
    agent = role == "local_agent"
    return Posted(
        post=post, role=role, officer=officer, share=share, first=first, last=last, local_agent=agent
    )


def _core(shares: tuple[int, int, int, int]) -> tuple[Posted, ...]:
    """The four whom every mission has, with the share of their time; two of them are followed by somebody else."""
    head, deputy, focal, alternate = shares
    return (
        _post("Q-HOM", "head_of_mission", "Q-101", head),
        _post("Q-DHOM", "deputy_head_of_mission", "Q-102", deputy),
        _post("Q-POL-1", "focal_point", "Q-103", focal, last=ROTATION - timedelta(days=1)),
        _post("Q-POL-1", "focal_point", "Q-203", focal, first=ROTATION),
        _post("Q-POL-2", "focal_point_alternate", "Q-104", alternate, last=date(2026, 8, 31)),
        _post("Q-POL-2", "focal_point_alternate", "Q-204", alternate, first=date(2026, 9, 14)),
    )


def _large() -> tuple[Posted, ...]:
    """A mission with everybody."""
    return (
        *_core((5, 5, 60, 40)),
        _post("Q-POL-3", "political_officer", "Q-105", 30),
        _post("Q-PRESS", "press_officer", "Q-106", 10),
        _post("Q-CONS", "consular_officer", "Q-107", 10),
        _post("Q-COOP", "cooperation_officer", "Q-110", 20),
        _post("Q-DUTY", "duty_officer", "Q-109", 10),
        _post("Q-LA-1", "local_agent", "Q-108", 30),
    )


def _small() -> tuple[Posted, ...]:
    """Four people who share 1.2 posts (DESIGN.md, rule 6)."""
    return _core((10, 15, 65, 30))


def _headquarters() -> Cast:
    return Cast(
        code="HQ",
        host="BE",
        zone="Europe/Brussels",
        kind="headquarters",
        on=STARTS,
        post=(
            _post("HQ-DESK", "hq_desk", "H-301", 30),
            _post("HQ-HRD", "hq_human_rights", "H-302", 100),
            _post("HQ-DUTY", "hq_duty", "H-306", 20),
        ),
    )


class Year:
    """The script of a year, line by line. `small`: four people."""

    def __init__(self, cases: int, *, seed: int = 1, small: bool = False) -> None:
        self.cases = cases
        self.small = small
        self.chance = random.Random(f"{seed}|{cases}|{small}")
        self.moves: list[Move] = []

    def script(self, switched_off: tuple[str, ...] = ()) -> Script:
        """The whole of it."""
        mission = Cast(
            code="Q",
            host="EG",
            zone="Africa/Cairo",
            on=STARTS,
            post=_small() if self.small else _large(),
            last_done={"LIS-REVIEW": date(2025, 6, 15)},
            partners=("EUD-CAIRO", "MS-A"),
            switched_off=switched_off,
        )
        for number in range(self.cases):
            self._case(number)
        for number in range(6 if self.small else 12):
            day = self._working(STARTS + timedelta(days=20 + number * (320 // (6 if self.small else 12))))
            self._say(
                day,
                (11, 0),
                self.lead(day),
                "OpenObligation",
                obligation=f"contact-{number}",
                definition="CONTACT",
            )
        self._visits()
        self._people()
        if not self.small:
            self._all_duties()
        title = f"A mission-year: {self.cases} cases"
        return Script(
            title=title, starts=STARTS, ends=ENDS, mission=(_headquarters(), mission), move=tuple(self.moves)
        )

    @property
    def observers(self) -> tuple[str, ...]:
        """Who goes to sittings."""
        return ("Q-102",) if self.small else ("Q-105",)

    def lead(self, day: date) -> str:
        """The focal point of that day."""
        return "Q-103" if day < ROTATION else "Q-203"

    # ── what comes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _case(self, number: int) -> None:
        """An alert; one in so many comes in the night. Four in ten have a trial."""
        name = f"case-{number}"
        night = self.chance.random() < _URGENT_HOUR
        day = STARTS + timedelta(days=7 + number * 315 // max(self.cases, 1))
        day = day if night else self._working(day)
        hour = (
            (self.chance.choice((0, 3, 22)), 10)
            if night
            else (self.chance.randint(9, 15), self.chance.randint(0, 59))
        )
        self._say(day, hour, self.lead(day), "OpenObligation", obligation=name, definition="CASE-INTAKE")
        if self.chance.random() < _TRIALS:
            self._trial(
                f"trial-{number}", name, self._working(day + timedelta(days=self.chance.randint(3, 20)))
            )
        if number % 40 == 39:
            self._say(
                day,
                (16, 30),
                self.lead(day),
                "OpenObligation",
                obligation=f"killing-{number}",
                definition="KILLING",
            )

    def _trial(self, trial: str, case: str, day: date) -> None:
        """Up to four sittings; a verdict, or by the end of the year none yet."""
        if day > ENDS - timedelta(days=20):
            return
        lead = self.lead(day)
        self._say(day, (12, 0), lead, "OpenObligation", obligation=trial, definition="TRIAL-OBS", case=case)
        sits = self._working(day + timedelta(days=self.chance.randint(10, 25)))
        first = {"name": f"{trial}.1", "at": datetime.combine(sits, time(10))}
        self._say(day, (12, 5), lead, "RecordSittings", obligation=trial, sittings=[first])
        last = self.chance.randint(1, 4)
        for number in range(1, last + 1):
            if sits > ENDS - timedelta(days=4):
                return
            held: dict[str, Any] = {
                "obligation": trial,
                "appointment": f"{trial}.{number}",
                "outcome": "verdict",
            }
            following = self._working(sits + timedelta(days=self.chance.randint(14, 30)))
            if number < last:
                name = f"{trial}.{number + 1}"
                held |= {
                    "outcome": "adjourned",
                    "next": {"name": name, "at": datetime.combine(following, time(10))},
                }
            self._say(sits, (14, 0), self.lead(sits), "RecordSittingHeld", **held)
            sits = following

    def _visits(self) -> None:
        """A high-level visit in spring, a dialogue in autumn."""
        for name, code, asked, meets in (
            ("visit", "VISIT-HL", date(2026, 3, 15), date(2026, 4, 27)),
            ("dialogue", "DIALOGUE", date(2026, 9, 20), date(2026, 11, 10)),
        ):
            lead = self.lead(asked)
            self._say(asked, (10, 0), lead, "OpenObligation", obligation=name, definition=code)
            one = {"name": f"{name}.1", "at": datetime.combine(meets, time(10))}
            self._say(asked, (10, 5), lead, "RecordSittings", obligation=name, sittings=[one])

    def _all_duties(self) -> None:
        """What is optional is off until somebody switches it on: here all of it is, for the year."""
        for one in shipped()["eu-hrd"]["definition"]:
            if one["group"] != "optional":
                continue
            said = {"definition": one["code"], "group": "optional", "on": True, "until": ENDS.isoformat()}
            at_headquarters = one["scope"] == "headquarters"
            line = {
                "at": datetime.combine(STARTS, time(10)),
                "by": "H-302" if at_headquarters else "Q-101",
                "mission": "HQ" if at_headquarters else "Q",
                "do": "SwitchDuty",
                "with": {**said, "authority": "strategy-2026", "reason": "strategy"},
            }
            self.moves.append(Move.model_validate(line))

    # ── who is there ─────────────────────────────────────────────────────────────────────────────────────────────

    def _people(self) -> None:
        """Leave with a substitute and without, a sudden absence, a closure for a week. Rotations stand in the posts."""
        self._away(date(2026, 2, 25), "Q-103", date(2026, 3, 8), date(2026, 3, 19), substitute="Q-104")
        self._away(date(2026, 7, 20), "Q-104", date(2026, 8, 2), date(2026, 8, 13))
        self._away(date(2026, 11, 1), self.lead(date(2026, 11, 1)), date(2026, 11, 8), date(2026, 11, 12))
        # Nobody asks why: from the first hour somebody else has it.
        self._away(date(2026, 5, 12), "Q-103", date(2026, 5, 12), date(2026, 5, 24), by="Q-102")
        if not self.small:
            self._away(date(2026, 4, 1), "Q-105", date(2026, 4, 5), date(2026, 4, 16))
        self._away(date(2026, 6, 1), "Q-101", date(2026, 6, 7), date(2026, 6, 18), substitute="Q-102")
        self._say(
            date(2026, 9, 6), (14, 0), "Q-101", "DeclareSuspension", reason="security",
            starts=datetime(2026, 9, 6, 14), ends=datetime(2026, 9, 16, 14),
        )  # fmt: skip
        self._say(
            date(2026, 9, 13),
            (18, 0),
            "Q-101",
            "LiftSuspension",
            suspension="current",
            at=datetime(2026, 9, 13, 18),
        )

    def _away(
        self,
        said: date,
        who: str,
        first: date,
        last: date,
        *,
        substitute: str | None = None,
        by: str = "operator",
    ) -> None:
        more: Mapping[str, Any] = {} if substitute is None else {"substitute": substitute}
        self._say(said, (8, 30), by, "RecordAbsence", posting=who, from_day=first, until=last, **more)

    def _say(self, day: date, hour: tuple[int, int], by: str, do: str, **with_: Any) -> None:
        line = {"at": datetime.combine(day, time(*hour)), "by": by, "mission": "Q", "do": do, "with": with_}
        self.moves.append(Move.model_validate(line))

    @staticmethod
    def _working(day: date) -> date:
        while day.weekday() in _WEEKEND:
            day += timedelta(days=1)
        return day
