"""Once a day at 09:00 of a mission, and when somebody's end of posting becomes known: what is due and not yet open?"""

from datetime import timedelta

from temporalio import workflow

from workflows import ports

PREFIX = "tick:"


@workflow.defn
class MissionTick:
    """Opens what has come round. It takes no input: a Schedule adds a timestamp to the workflow's id, which a codec bound
    to the id would refuse, so the mission stands in the id: `tick:<mission>-<timestamp>`, or after people moved
    `tick:<mission>-people-at-<position>`.
    """

    @workflow.run
    async def run(self) -> list[str]:
        """The ids that this tick opened. A second tick of the day opens nothing."""
        mission = mission_of(workflow.info().workflow_id)
        ticked = await workflow.execute_activity(
            ports.tick,
            mission,
            start_to_close_timeout=timedelta(seconds=60),
            schedule_to_close_timeout=timedelta(hours=20),
        )
        return list(ticked.opened)


def mission_of(workflow_id: str) -> str:
    """The mission in a tick's id. `tick:Q-2026-01-01T07:00:00Z` → `Q`, as `tick:Q-people-at-412`."""
    return workflow_id.removeprefix(PREFIX).rsplit("-", 3)[0]
