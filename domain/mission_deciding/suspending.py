"""Suspensions: declared, renewed, lifted."""

from datetime import datetime, timedelta

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.refusals import Refused

SUSPENSION_DAYS = 14
"""A suspension is declared or renewed for at most so many days, so that none goes on unnoticed (product default)."""


def declare(command: c.DeclareSuspension, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """A stop of the mission's work, of at most two weeks; one at a time."""
    vocabulary.check("reason", command.reason, vocabulary.SUSPENSION_REASONS)
    code = f"s-{command.command_id.hex[:12]}"
    if code in state.suspensions:
        return []
    _bounded(command.starts, command.ends)
    for known in state.suspensions.values():
        if known.starts < command.ends and command.starts < known.ends:
            raise Refused("suspension-overlaps", suspension=known.id, until=instant_text(known.ends))
    data = {
        "suspension": code,
        "starts": instant_text(command.starts),
        "ends": instant_text(command.ends),
        "scope": "mission",
        "reason": command.reason,
    }
    return [New("SuspensionDeclared", data)]


def _bounded(starts: datetime, ends: datetime) -> None:
    if ends <= starts:
        raise Refused(
            "ends-before-start", what="The suspension", end=instant_text(ends), start=instant_text(starts)
        )
    if ends - starts > timedelta(days=SUSPENSION_DAYS):
        raise Refused("suspension-too-long", days=SUSPENSION_DAYS)


def renew(command: c.RenewSuspension, state: Mission, now: datetime, _: Actor) -> list[New]:
    """It goes on, from now for at most two weeks more."""
    known = state.suspensions.get(command.suspension)
    if known is None or known.ends <= now:
        raise Refused("no-such-suspension", suspension=command.suspension, mission=command.mission)
    _bounded(max(now, known.starts), command.ends)
    if command.ends == known.ends:
        return []
    return [New("SuspensionRenewed", {"suspension": command.suspension, "ends": instant_text(command.ends)})]


def lift(command: c.LiftSuspension, state: Mission, now: datetime, _: Actor) -> list[New]:
    """It is over, at an instant that has come."""
    known = state.suspensions.get(command.suspension)
    if known is None or known.ends <= min(now, command.at):
        raise Refused("no-such-suspension", suspension=command.suspension, mission=command.mission)
    if command.at > now:
        raise Refused("in-the-future", at=instant_text(command.at))
    if command.at <= known.starts:
        raise Refused(
            "ends-before-start",
            what="The suspension",
            end=instant_text(command.at),
            start=instant_text(known.starts),
        )
    return [New("SuspensionLifted", {"suspension": command.suspension, "ends": instant_text(command.at)})]
