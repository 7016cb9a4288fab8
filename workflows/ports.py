"""What workflows ask of the world: typed contracts, so that a workflow never imports what does I/O.

The implementations stand in `activities/`; a test holds their names and signatures against these.
"""

from temporalio import activity

from domain.baton import Answer, Ask, Ticked


@activity.defn(name="submit")
async def submit(ask: Ask) -> Answer:
    """Send a command through the desk. A refusal comes back as data; an unreachable database is retried."""
    raise NotImplementedError


@activity.defn(name="read")
async def read(ask: Ask) -> Answer:
    """The workflow's own stream after the version it knows, a page at a time."""
    raise NotImplementedError


@activity.defn(name="tick")
async def tick(mission: str) -> Ticked:
    """Open what is due in a mission and not yet open."""
    raise NotImplementedError
