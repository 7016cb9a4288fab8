"""Look before it is sent: what a change of the mission's days would move, shown with the form that then makes it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from chancery.calendar_moves import Outlook, outlook
from chancery.streams import Receipt, mission_stream
from chancery.web.forms import Sent, hand_in, onward
from chancery.web.pages import render
from chancery.web.routes.calendar import told
from chancery.web.routes.people import back
from chancery.web.visitor import At, Visitor
from domain import commands as c


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that was asked for: its command, how it is said, and the fields that ask for it again."""

    command: c.MissionCommand
    said: Sequence[str]
    fields: Sequence[tuple[str, str]]
    to: str
    button: str


async def preview(request: Request, at: At, who: Visitor, asked: Asked, *, changed: bool = False) -> Response:
    """The page before the change. `changed`: it was sent, and what it moves is no longer what was shown.

    Raises Refused and BadInput, as sending it would.
    """
    seen = await outlook(at.here.desk, asked.command, who.actor)
    request.state.position = at.tail.head
    return render(
        request,
        "calendar-preview.html",
        status=409 if changed else 200,
        mission=seen.before,
        asked=asked,
        command_id=asked.command.command_id,
        moves=told(seen.moves),
        looked_at=seen.looked_at,
        changed=changed,
        expected=fingerprint(seen),
        more="" if back(who, seen.before) == "/people" else f"?mission={seen.before.code}",
    )


async def make(request: Request, at: At, who: Visitor, asked: Asked, form: Sent) -> Response:
    """Make the change if it still moves what was shown; else show it anew. Sent twice, it is made once.

    Raises Refused, BadInput, Unavailable, Unknown.
    """
    before = await at.here.log.event_of_command(
        mission_stream(asked.command.mission), asked.command.command_id
    )
    if before is None:
        seen = await outlook(at.here.desk, asked.command, who.actor)
        if form.text("expected") != fingerprint(seen):
            return await preview(request, at, who, asked, changed=True)
    receipt = await hand_in(at, asked.command, who.actor)
    return after(at, who, asked.command.mission, receipt)


def after(at: At, who: Visitor, mission: str, receipt: Receipt) -> Response:
    """To the change as the log has it, where what moves stands as it moves."""
    own = who.mission is not None and who.mission.code == mission
    path = f"/calendar/changes/{receipt.position}" if receipt.position else "/calendar/changes"
    return onward(path if own else f"{path}?mission={mission}", receipt)


def fingerprint(seen: Outlook) -> str:
    """What was shown, in short: the same moves give the same text."""
    lines = [f"{m.obligation}|{m.task}|{m.was}|{m.due}|{m.provisional}" for m in seen.moves]
    return hashlib.sha256("\n".join([str(seen.before.clock.version), *lines]).encode()).hexdigest()[:32]
