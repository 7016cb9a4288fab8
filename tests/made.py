"""What tests are made of: a small mission, its officers, its commands."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from chancery import hostcalendar
from chancery.instruments import checksums, definition, shipped
from domain import commands as c
from domain.envelope import Actor
from domain.instrument import snapshot

_NAMES = UUID("00000000-0000-0000-0000-00000000feed")


def cid(name: str) -> UUID:
    """A command id that a test names."""
    return uuid5(_NAMES, name)


FOCAL = Actor("officer", "p-fp", "Q")
ALTERNATE = Actor("officer", "p-alt", "Q")
HEAD = Actor("officer", "p-hom", "Q")
DEPUTY = Actor("officer", "p-dep", "Q")
POLITICAL = Actor("officer", "p-pol", "Q")
AGENT = Actor("officer", "p-la", "Q")


def posts() -> tuple[c.PostLine, ...]:
    """Six posts, one of them a local agent's."""
    table = (
        ("Q-HOM", "head_of_mission", "p-hom", False),
        ("Q-DHOM", "deputy_head_of_mission", "p-dep", False),
        ("Q-POL-1", "focal_point", "p-fp", False),
        ("Q-POL-2", "focal_point_alternate", "p-alt", False),
        ("Q-POL-3", "political_officer", "p-pol", False),
        ("Q-LA-1", "local_agent", "p-la", True),
    )
    return tuple(
        c.PostLine(
            post=post,
            role=role,
            share_percent=20,
            local_agent=agent,
            posting=posting,
            from_day="2024-01-01",
            until=None,
        )
        for post, role, posting, agent in table
    )


def adoption(mission: str = "Q", country: str = "EG", zone: str = "Africa/Cairo") -> c.AdoptMission:
    """A mission adopted on 1 January 2026."""
    calendar = hostcalendar.seed(country, zone, range(2025, 2029))
    return c.AdoptMission(
        command_id=cid(f"adopt {mission}"),
        mission=mission,
        on="2026-01-01",
        accreditations=(c.Accreditation(code=f"{mission}-{country}", country=country),),
        calendar=calendar.to_data(),
        calendar_source="host",
        instruments={code: i["version"] for code, i in shipped().items()},
        checksums=dict(checksums()),
    )


def opening(obligation: str, code: str = "COORD-LOCAL", period: str | None = "2026-05") -> c.OpenObligation:
    """A definition at work in mission Q."""
    chosen = definition("eu-hrd", code)
    assert chosen is not None
    return c.OpenObligation(
        command_id=cid(f"open {obligation}"),
        mission="Q",
        obligation=obligation,
        accreditation="Q-EG",
        instrument="eu-hrd",
        instrument_version=shipped()["eu-hrd"]["version"],
        definition=code,
        definition_data=snapshot(chosen),
        period=period,
        due_day="2026-06-30" if period else None,
    )


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
