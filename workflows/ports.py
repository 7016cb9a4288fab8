"""What workflows ask of the world: typed contracts, so that a workflow never imports what does I/O.

The implementations stand in `activities/`; a test holds their names and signatures against these.
"""

from temporalio import activity

from domain.baton import Answer, Ask, Follow, Followed, Spread, Tell, Ticked


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


@activity.defn(name="follow")
async def follow(ask: Follow) -> Followed:
    """Open another obligation that follows from this one, once. A locked vault or an unreachable database is retried."""
    raise NotImplementedError


@activity.defn(name="tell")
async def tell(ask: Tell) -> bool:
    """Give an answer to another obligation of the same case or chain; whether there was one to tell."""
    raise NotImplementedError


@activity.defn(name="spread")
async def spread(ask: Spread) -> int:
    """Shut a case's shut gates in every obligation that serves it; how many commands it took (0 or 1)."""
    raise NotImplementedError
