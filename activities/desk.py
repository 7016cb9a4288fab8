"""A workflow's way to the desk and to its own stream."""

from typing import Any

from pydantic import ValidationError
from temporalio import activity

from chancery.desk import Desk
from chancery.log.store import Recorded
from chancery.streams import obligation_stream
from domain import commands as c
from domain.baton import Answer, Ask, Placed, Said
from domain.envelope import ENGINE_TIMER, ENGINE_WORKFLOW
from domain.instant import BadInput
from domain.kinds import instant_text
from domain.refusals import Refused

PAGE = 500
"""Events of one answer. A stream longer than that is read page by page, so that no workflow task folds for seconds."""

PASSING = "stale-stream"
"""The one refusal that is no answer of the rules: streams kept moving while the desk decided. It is tried again."""


class DeskActivities:
    """`submit` and `read` of `workflows.ports`, at a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @activity.defn(name="submit")
    async def submit(self, ask: Ask) -> Answer:
        """Carry out a command of the engine. A refusal is data; an unreachable database raises and is retried.

        A command that does not parse is a defect of ours and never heals by retrying: it comes back as a refusal too.
        """
        data: dict[str, Any] = {**ask.data, "obligation": ask.obligation, "mission": ask.mission}
        refused: Said | None = None
        try:
            command = c.COMMANDS[ask.command].model_validate(data)
            actor = ENGINE_TIMER if ask.command == "Wake" else ENGINE_WORKFLOW
            await self._desk.submit(command, actor)
        except Refused as refusal:
            if refusal.code == PASSING:
                raise  # others were quicker, the rules said nothing: taken for an answer, it would end the procedure
            refused = Said(code=refusal.code, params=refusal.params)
        except (ValidationError, BadInput) as problem:
            activity.logger.error("engine command refused: %s", type(problem).__name__)
            refused = Said(
                code="bad-command", params={"where": ask.command, "problem": type(problem).__name__}
            )
        return await self._answer(ask, refused)

    @activity.defn(name="read")
    async def read(self, ask: Ask) -> Answer:
        """The stream after the version that the workflow knows, at most a page."""
        return await self._answer(ask, None)

    async def _answer(self, ask: Ask, refused: Said | None) -> Answer:
        events = await self._desk.log.read_stream(obligation_stream(ask.obligation), ask.since)
        now = self._desk.clock.now()
        mission = await self._desk.mission(ask.mission)
        wake = mission.staffing_change(now) if mission.version else None
        return Answer(
            events=[_placed(e) for e in events[:PAGE]],
            now=instant_text(now),
            mission_wake=instant_text(wake) if wake else None,
            refused=refused,
            more=len(events) > PAGE,
        )


def _placed(one: Recorded) -> Placed:
    return Placed(body=one.event, position=one.position, recorded_us=one.recorded_us)
