"""One Temporal Schedule a mission: a tick each day at 09:00 of the mission's zone."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)


async def ensure_schedule(client: Client, mission: str, zone: str, queue: str) -> None:
    """Create the mission's daily tick if there is none. It carries no payload; catches up three days, never a year.

    09:00 because an hour in the night may not exist on a day, and Temporal would skip that day.
    """
    action = ScheduleActionStartWorkflow("MissionTick", id=f"tick:{mission}", task_queue=queue)
    spec = ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(9)])], time_zone_name=zone)
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(days=3))
    try:
        await client.create_schedule(f"tick:{mission}", Schedule(action=action, spec=spec, policy=policy))
    except ScheduleAlreadyRunningError:
        return
