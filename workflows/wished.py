"""What acts in a defender's name share: each step waits for their wish, and a wish restored in time takes up again what fell."""

from collections.abc import Callable
from datetime import timedelta

from domain.kinds import instant
from domain.obligation import Appointment
from domain.task import Task
from workflows.obligation import ObligationWorkflow


class WishedAct(ObligationWorkflow):
    """The base of procedures that act for one defender."""

    def wished(self, step: str) -> bool:
        """Whether every gate of a step stands open."""
        asked = self.state.step(step)
        return asked is not None and all(self.state.gates.get(gate) for gate in asked["gates"])

    def left(self, task: Task | None, step: str) -> str:
        """How a step that was not done ends the procedure: `gate` also where the gate shut before the task was there."""
        return "gate" if task is None and not self.wished(step) else self.ended(task)

    async def while_wished(
        self,
        gate: str,
        step: str,
        appointment: Appointment,
        *,
        starts: str | None = None,
        posting: Callable[[], str | None] = lambda: None,
    ) -> Task | None:
        """A step of an appointment, behind a gate: withdrawn it falls, and wished again before the appointment begins it
        is asked for anew, under `<appointment>.2` and so on. None if it was not wished, or there was nothing to open.
        """
        if not await self.gate(gate, appointment.id, hold=True):
            return None
        while True:
            asked = [
                t for t in self.state.tasks.values() if (t.step, t.appointment) == (step, appointment.id)
            ]
            occurrence, since = appointment.id, starts
            if asked and not _fell(asked[-1]):
                occurrence = asked[-1].occurrence
            else:
                waits = bool(asked) or not self.state.gates.get(gate)
                if waits and not await self._wished_in_time(gate, appointment):
                    return asked[-1] if asked else None
                if asked:
                    occurrence, since = f"{appointment.id}.{len(asked) + 1}", None
            task = await self.task(
                step, occurrence, appointment=appointment.id, starts=since, posting=posting()
            )
            if not _fell(task) and (task is not None or self.state.gates.get(gate)):
                return task

    async def _wished_in_time(self, gate: str, appointment: Appointment) -> bool:
        """Wait until the gate stands open, or the appointment begins or is over: whether it opened before that."""

        def settled() -> bool:
            return bool(self.state.gates.get(gate)) or appointment.status != "set"

        while not settled():
            begins = appointment.starts
            left = instant(begins) - self._now()
            if left <= timedelta():
                return False
            await self._changes(lambda: settled() or appointment.starts != begins, left)  # noqa: B023
        return appointment.status == "set" and instant(appointment.starts) > self._now()


def _fell(task: Task | None) -> bool:
    return task is not None and task.outcome == "cancelled" and task.reason == "gate"
