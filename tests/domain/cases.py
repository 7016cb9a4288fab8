"""Obligations that serve a case, made for the tests of gates: a consultation, and an action behind gates."""

from __future__ import annotations

from typing import Any

from domain import commands as c
from tests.domain.spec import World
from tests.made import adoption, cid, posts

SEALED = {"ref": "00000000-0000-4000-a000-000000000001", "commit": "cd" * 32}
DEMARCHE, NAME = "consent:demarche", "consent:publish_name"


def step(code: str, **more: Any) -> dict[str, Any]:
    """A step of a definition's snapshot with nothing special about it."""
    return {
        "code": code,
        "owner": "focal_point",
        "term": "5wd",
        "source": "product_default",
        "escalates": False,
        "bound": "none",
        "checklist": [],
        "evidence": [],
        "results": {},
        "reasons": ["risk_of_harm"],
        "outcomes": ["not_appropriate"],
        "gates": [],
        **more,
    }


CONSULT = {
    "code": "CONSULT",
    "gate": "consent",
    "step": [
        step("talk"),
        step("recall", term="4h"),
        step("approve-vital-interest", owner="head_of_mission", term="24h", outside=True, approval=True),
    ],
}
ACTION = {
    "code": "STATEMENT",
    "step": [step("prepare", gates=[DEMARCHE]), step("release", gates=[DEMARCHE, NAME]), step("follow")],
}


def serving(definition: dict[str, Any], obligation: str = "o-1", *, partners: tuple[str, ...] = ()) -> World:
    """A mission, and an obligation that serves a case."""
    whole = {
        "paragraph": "10",
        "paragraph_confirmed": False,
        "group": "core",
        "workflow": "Consultation",
        "procedure": 1,
        "owner": "focal_point",
        "scope": "case",
        "cadence": {"kind": "event"},
        **definition,
    }
    world = World().having(adoption().model_copy(update={"partners": partners}))
    world.having(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()))
    return world.having(
        c.OpenObligation(
            command_id=cid(f"open {obligation}"),
            mission="Q",
            obligation=obligation,
            accreditation="Q-EG",
            instrument="eu-hrd",
            instrument_version="2008.1",
            definition=whole["code"],
            definition_data=whole,
            subject=SEALED,
        )
    )


def on(kind: type[c.Command], name: str = "", **data: Any) -> Any:
    """A command on the obligation of `serving`."""
    return kind.model_validate(
        {"command_id": cid(f"{kind.__name__} {name} {data}"), "mission": "Q", "obligation": "o-1", **data}
    )
