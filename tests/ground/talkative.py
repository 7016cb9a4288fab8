"""A workflow that logs: in a module of its own, because the sandbox imports it again."""

import structlog
from temporalio import workflow


@workflow.defn
class Talkative:
    """Says one thing, waits, says another."""

    @workflow.run
    async def run(self) -> None:
        structlog.get_logger().info("said once", workflow_id=workflow.info().workflow_id)
        await workflow.sleep(1)
        structlog.get_logger().info("said after")


@workflow.defn
class Careless:
    """Puts what it was told into an error."""

    @workflow.run
    async def run(self, told: str) -> None:
        raise ValueError(told)
