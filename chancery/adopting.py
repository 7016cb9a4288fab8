"""How far a mission has come with beginning: read from its own stream, from the accounts, and from what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from chancery import queries, tick
from chancery.accounts import Accounts
from chancery.cases.codes import TRIAL
from chancery.installation import Installation
from chancery.instruments import carried_by, find, shipped
from chancery.queries import Row
from chancery.telling import names
from domain.instrument import DefinitionData
from domain.mission import Mission
from domain.mission_parts import Switch

State = Literal["done", "open", "choice"]
"""Done; still to be done; to be done where there is anything to do."""

SOON: Final = timedelta(days=120)
"""Holidays that are only estimated are confirmed so long ahead."""
AHEAD: Final = 30
"""So many days ahead it is shown what falls due."""
_NEEDED: Final = {
    "mission": ("head_of_mission", "focal_point"),
    "headquarters": ("hq_desk", "hq_human_rights"),
}
"""Without these nobody answers for the work."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of a mission. `comes_round`: whether its next is counted from when it was last done."""

    instrument: str
    code: str
    group: str
    comes_round: bool
    on: bool = True
    last_done: str | None = None
    switch: Switch | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a mission is. `shut_out`: officers in post today who cannot sign in yet, by their codes."""

    estimates: Sequence[tuple[date, str]]
    missing: Sequence[str]
    in_post: int
    shut_out: Sequence[str]
    invited: frozenset[str]
    duties: Sequence[Duty]
    trials: int
    coming: Sequence[tick.Foreseen]
    due: Sequence[Row]

    @property
    def states(self) -> dict[str, State]:
        """How each step of the adoption stands."""
        return {
            "mission": "done",
            "calendar": "open" if self.estimates else "done",
            "staff": "open" if self.missing else "done",
            "accounts": "open" if self.shut_out or not self.in_post else "done",
            "last_done": "done",
            "duties": "done" if any(duty.switch for duty in self.duties) else "choice",
            "lists": "done" if self.trials else "choice",
            "week": "open" if self.missing else "done",
        }


async def standing(here: Installation, accounts: Accounts, mission: Mission) -> Standing:
    """How far a mission is that has been adopted."""
    now = here.clock.now()
    today = mission.day(now)
    in_post = [code for code in mission.postings if mission.runs(code, now)]
    held = await names.officers(here, in_post)
    officers = sorted({officer for posting, officer in held.items() if officer != posting})
    ways = {one.account.officer: one for one in await accounts.all() if one.ended_at is None}
    tasks = await queries.tasks(here.log, mission=mission.code)
    last = mission.clock.start_of(today + timedelta(days=AHEAD + 1))
    return Standing(
        estimates=sorted(
            (day, holiday.name)
            for day, holiday in mission.clock.holidays.items()
            if holiday.estimated and today <= day <= today + SOON
        ),
        missing=[role for role in _NEEDED[mission.kind] if not mission.holders(role, now)],
        in_post=len(in_post),
        shut_out=[o for o in officers if o not in ways or not (ways[o].password or ways[o].bound)],
        invited=frozenset(
            o for o, way in ways.items() if way.invited_until is not None and way.invited_until > now
        ),
        duties=duties_of(mission, today),
        trials=len(await queries.obligations(here.log, mission=mission.code, definition=TRIAL)),
        coming=await tick.foreseen(here.desk, mission, AHEAD),
        due=[row for row in tasks if row["due"] is not None and row["due"] < last],
    )


def duties_of(mission: Mission, today: date) -> list[Duty]:
    """Every duty of the texts that the mission has taken up and that is its own to carry out, on or off today."""
    return [
        Duty(
            instrument,
            one["code"],
            one["group"],
            _comes_round(one),
            mission.duty_is_on(one["code"], today),
            mission.last_done.get(one["code"]),
            mission.switches.get(one["code"]),
        )
        for instrument, one in _definitions(mission.instruments, mission.kind)
    ]


def asked_for(instruments: Sequence[str], kind: str) -> list[Duty]:
    """The duties of which an adoption is asked when they were last done: those that come round and begin switched on."""
    newest = {code: shipped()[code]["version"] for code in instruments}
    return [
        Duty(instrument, one["code"], one["group"], True)
        for instrument, one in _definitions(newest, kind)
        if _comes_round(one) and one["group"] != "optional"
    ]


def _definitions(instruments: dict[str, str], kind: str) -> list[tuple[str, DefinitionData]]:
    found = []
    for code, version in sorted(instruments.items()):
        text = find(code, version)
        for one in text["definition"] if text else ():
            own = (one["scope"] == "headquarters") == (kind == "headquarters")
            if own and carried_by(instruments, code, one["code"]) is None:
                found.append((code, one))
    return found


def _comes_round(one: DefinitionData) -> bool:
    return one["cadence"]["kind"] != "event" or one["code"] == "LIS-ADOPT"
