"""The sittings of a proceeding, one after the other, as a procedure waits for them."""

from collections.abc import AsyncIterator, Callable

from temporalio import workflow
from typing_extensions import override

from domain.obligation import Appointment, Obligation


class Sittings(AsyncIterator[Appointment]):
    """Every sitting, in the order in which it became known, until the proceeding has ended.

    No async generator: a run that is put out of memory would leave one behind, to be closed in a loop that is not its own.
    """

    def __init__(self, state: Callable[[], Obligation]) -> None:
        """`state`: the obligation as the run knows it now."""
        self._state = state
        self._begun: set[str] = set()

    @override
    async def __anext__(self) -> Appointment:
        await workflow.wait_condition(lambda: self._next() is not None or self._ended())
        sitting = self._next()
        if sitting is None:
            raise StopAsyncIteration
        self._begun.add(sitting.id)
        return sitting

    def _next(self) -> Appointment | None:
        return next((a for a in self._state().appointments.values() if a.id not in self._begun), None)

    def _ended(self) -> bool:
        state = self._state()
        to_come = any(a.status == "set" for a in state.appointments.values())
        return state.ended_cause is not None and not to_come
