"""Outages: a time in which nothing could be entered, said afterwards."""

from datetime import datetime

from domain import commands as c
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.refusals import Refused


def declare(command: c.DeclareOutage, state: Mission, now: datetime, _: Actor) -> list[New]:
    """It is over. It makes nothing timely by itself: a second person still confirms each late entry."""
    code = f"u-{command.command_id.hex[:12]}"
    if code in state.outages:
        return []
    starts, ends = instant_text(command.starts), instant_text(command.ends)
    if command.ends <= command.starts:
        raise Refused("ends-before-start", what="The outage", end=ends, start=starts)
    if command.ends > now:
        raise Refused("in-the-future", at=ends)
    return [New("OutageDeclared", {"outage": code, "starts": starts, "ends": ends})]
