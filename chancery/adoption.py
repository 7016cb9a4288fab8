"""A mission begins with Chancery: its key, its calendar seeded from the host country, its instruments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from chancery import hostcalendar
from chancery.desk import Desk
from chancery.instruments import checksums, optional, shipped
from chancery.office import Office, send
from chancery.streams import Receipt, mission_stream
from domain import commands as c
from domain import policy
from domain.envelope import OPERATOR, Actor
from domain.instant import FIRST_YEAR, LAST_YEAR, BadInput, check_year, date_from_text, quoted
from domain.refusals import Refused

YEARS_BEFORE: Final = 1
YEARS_AFTER: Final = 3
"""A calendar is seeded from the year before the adoption to so many years after it, unless years are named."""

_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS: Final = {short: n for n, name in enumerate(_NAMES) for short in (name[:3], name)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a mission starts with. Texts as typed: country codes, an IANA zone, days `YYYY-MM-DD`."""

    mission: str
    host: str
    zone: str
    on: str
    kind: Literal["mission", "headquarters"] = "mission"
    weekend: str | None = None
    years: str | None = None
    instruments: Sequence[str] = ("eu-hrd",)
    last_done: Mapping[str, str] | None = None
    partners: Sequence[str] = ()
    covers: Sequence[str] = ()


def command(plan: Plan, command_id: UUID) -> c.AdoptMission:
    """The command that adopts the mission.

    Headquarters is accredited to nobody: what it owes stands under its own code, in its own country. Raises BadInput: `bad-mission`, `bad_date`,
    `unknown_country`, `unknown_zone`, `bad_weekend`, `bad-years`, `unknown-instrument`, `bad-last-done`, `bad-code`.
    """
    mission = check_mission(plan.mission)
    on = date_from_text(plan.on)
    check_year(on)
    years = (
        range(on.year - YEARS_BEFORE, on.year + YEARS_AFTER + 1) if plan.years is None else _years(plan.years)
    )
    host = plan.host.strip().upper()
    weekend = None if plan.weekend is None else _weekend(plan.weekend)
    calendar = hostcalendar.seed(host, plan.zone, years, weekend=weekend)
    countries = [host]
    for country in plan.covers if plan.kind == "mission" else ():
        hostcalendar.seed(country, plan.zone, [on.year])  # refuses what is no country
        countries.append(country.strip().upper())
    instruments = {code: _instrument(code) for code in plan.instruments}
    for partner in plan.partners:
        if not partner.isascii() or not partner.replace("-", "").isalnum() or not partner[:1].isalnum():
            raise BadInput("bad-code", f"--partner: {quoted(partner)} is not a code such as EUD-CAIRO.")
    return c.AdoptMission(
        command_id=command_id,
        mission=mission,
        kind=plan.kind,
        on=on.isoformat(),
        accreditations=accreditations(mission, plan.kind, countries),
        calendar=calendar.to_data(),
        calendar_source=hostcalendar.SOURCE,
        instruments=instruments,
        checksums={code: checksums()[code] for code in instruments},
        last_done=_last_done(plan, instruments),
        partners=tuple(plan.partners),
        switched_off=optional(instruments),
    )


def accreditations(
    mission: str, kind: Literal["mission", "headquarters"], countries: Sequence[str]
) -> tuple[c.Accreditation, ...]:
    """Those of a mission, the first country its host; headquarters' own, under its own code, with no residence anywhere."""
    if kind == "headquarters":
        return (c.Accreditation(code=mission, country=countries[0], resident=False),)
    return tuple(
        c.Accreditation(code=f"{mission}-{country}", country=country, resident=country == countries[0])
        for country in dict.fromkeys(countries)
    )


async def adopt(office: Office, plan: Plan, command_id: UUID, actor: Actor = OPERATOR) -> Receipt:
    """Adopt a mission. Its key is made first, and only if it has not been adopted and the actor may.

    Raises BadInput as `command` does, Refused `mission-exists`, Shredded, and what `Desk.submit` raises.
    """
    asked = command(plan, command_id)
    known = await office.desk.mission(plan.mission)
    policy.check(asked, actor, None, known)
    if not known.version:
        office.keys.create_mission(plan.mission)
    return await send(office, asked, actor)


async def resident_accreditation(desk: Desk, mission: str) -> str:
    """The code of the mission's accreditation to its host country. Raises Refused `no-such-mission`, BadInput."""
    events = await desk.log.read_stream(mission_stream(mission))
    for one in events:
        if one.event["type"] == "MissionAdopted":
            for accreditation in one.event["data"]["accreditations"]:
                if accreditation["resident"]:
                    return str(accreditation["code"])
            raise BadInput(
                "no-accreditation", f"{mission} is accredited nowhere; name the mission in the country."
            )
    raise Refused("no-such-mission", mission=mission)


def check_mission(code: str) -> str:
    """The code itself. Raises BadInput `bad-mission` for what can be no mission's: it names a stream and a key."""
    if 1 <= len(code) <= 32 and code.isascii() and code[0].isalnum() and code.replace("-", "").isalnum():
        return code
    raise BadInput(
        "bad-mission", f"{quoted(code)} is not a mission's code; write letters, digits and -, such as Q."
    )


def _instrument(code: str) -> str:
    known = shipped().get(code)
    if known is None:
        raise BadInput(
            "unknown-instrument",
            f"{quoted(code)} is not an instrument known here; one of these is: {', '.join(shipped())}.",
        )
    return known["version"]


def _years(text: str) -> range:
    first, dash, last = text.partition("-")
    if all(
        len(year) == 4 and year.isascii() and year.isdecimal() for year in (first, last if dash else first)
    ):
        years = range(int(first), int(last if dash else first) + 1)
        if years and years[0] >= FIRST_YEAR and years[-1] <= LAST_YEAR and len(years) <= 30:
            return years
    raise BadInput(
        "bad-years", f"--years: {quoted(text)} is not a year or a span of at most thirty such as 2025-2029."
    )


def _weekend(text: str) -> frozenset[int]:
    days = [name.strip().lower() for name in text.split(",")]
    if not all(day in _WEEKDAYS for day in days):
        raise BadInput("bad_weekend", f"--weekend: {quoted(text)} is not a list of days such as fri,sat.")
    return frozenset(_WEEKDAYS[day] for day in days)


def _last_done(plan: Plan, instruments: Mapping[str, str]) -> dict[str, str]:
    known = {d["code"] for code in instruments for d in shipped()[code]["definition"]}
    for code, day in (plan.last_done or {}).items():
        if code not in known:
            raise BadInput(
                "bad-last-done", f"--last-done: {quoted(code)} is no obligation of {', '.join(instruments)}."
            )
        if date_from_text(day) > date_from_text(plan.on):
            raise BadInput("bad-last-done", f"--last-done: {code}: {day} is after the adoption on {plan.on}.")
    return dict(plan.last_done or {})
