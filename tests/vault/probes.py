"""Workflows and activities that carry a secret along every path a payload can take."""

from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError


class Secret(BaseModel):
    """A payload like ours."""

    words: str
    rounds: int = 0


@activity.defn
async def echo(secret: Secret) -> Secret:
    activity.heartbeat(secret)
    return secret


@activity.defn
async def fail(secret: Secret) -> None:
    raise ApplicationError(secret.words, secret, type="probe.failed", non_retryable=True)


@activity.defn
async def completed_by_others(secret: Secret) -> Secret:
    activity.raise_complete_async()


_ONCE = RetryPolicy(maximum_attempts=1)
_LIMIT = timedelta(seconds=20)


@workflow.defn
class Probe:
    """Waits for a signal, calls activities, catches one failure, goes on as new, and may end by failing."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._stop = False

    @workflow.run
    async def run(self, secret: Secret | None = None) -> Secret | None:
        if secret is None:
            return None
        await workflow.wait_condition(lambda: self._stop or bool(self._heard))
        echoed = await workflow.execute_activity(
            echo, secret, start_to_close_timeout=_LIMIT, summary=secret.words
        )
        caught = ""
        try:
            await workflow.execute_activity(fail, secret, start_to_close_timeout=_LIMIT, retry_policy=_ONCE)
        except ActivityError as error:
            caught = str(error.cause)
            cause = error.cause
            if not isinstance(cause, ApplicationError) or secret.words not in caught or not cause.details:
                raise ApplicationError("the failure did not come back whole") from None
            if secret.rounds == 2:
                raise
        if secret.rounds == 1:
            workflow.upsert_memo({"note": secret.words})
            workflow.continue_as_new(Secret(words=echoed.words, rounds=0))
        return echoed

    @workflow.signal
    async def hear(self, secret: Secret) -> None:
        self._heard.append(secret.words)

    @workflow.signal
    async def stop(self) -> None:
        self._stop = True

    @workflow.query
    def heard(self) -> list[str]:
        return self._heard

    @workflow.query
    def broken(self, secret: Secret) -> str:
        raise ApplicationError(secret.words)

    @workflow.update
    async def put(self, secret: Secret) -> Secret:
        self._heard.append(secret.words)
        return secret


@workflow.defn
class Parent:
    """Hands a secret to a child and to a stranger."""

    @workflow.run
    async def run(self, secret: Secret) -> Secret | None:
        child = await workflow.start_child_workflow(
            Probe.run, secret, id=f"{workflow.info().workflow_id}-child"
        )
        await child.signal(Probe.hear, secret)
        return await child


@workflow.defn
class Trusting:
    """Believes what an activity answers: what a forger would like."""

    @workflow.run
    async def run(self, secret: Secret) -> str:
        answered = await workflow.execute_activity(
            completed_by_others,
            secret,
            activity_id="asked",
            start_to_close_timeout=_LIMIT,
            retry_policy=_ONCE,
        )
        return answered.words


WORKFLOWS = [Probe, Parent, Trusting]
ACTIVITIES = [echo, fail, completed_by_others]
