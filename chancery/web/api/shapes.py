"""What the API sends back, so that its description can say so. Instants are RFC 3339 in UTC; `time_zone` is where a day begins."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[str, Field(examples=["2026-05-05T06:10:00Z"])]
Rows = list[dict[str, Any]]


class Shape(BaseModel):
    """What every answer is: what it names, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Page(Shape):
    """A page of a list. `position`, `at`: up to which entry of the log, and when, it was read."""

    position: int
    at: Instant
    next: str | None = Field(description="Where the next page is; null at the end.")


class MissionItem(Shape):
    """A mission."""

    code: str
    kind: str
    time_zone: str
    adopted_on: str
    version: int


class Missions(Page):
    """Missions by code."""

    items: list[MissionItem]


class PostingItem(Shape):
    """Who holds a post, from one day to another. `officer` is an administrative code, or the posting's own where that is gone."""

    posting: str
    mission: str
    post: str
    role: str
    first: str
    last: str | None
    support: bool
    officer: str


class Postings(Page):
    """Postings of a mission."""

    items: list[PostingItem]


class ObligationItem(Shape):
    """An obligation in a list."""

    id: str
    mission: str
    accreditation: str
    instrument: str
    definition: str
    title: str
    period: str | None
    case_bound: bool
    status: str
    outcome: str | None
    opened: Instant
    closed: Instant | None
    due_by: Instant | None
    next_due: Instant | None
    not_met: bool
    version: int
    time_zone: str


class Obligations(Page):
    """Obligations by id."""

    items: list[ObligationItem]


class TaskItem(Shape):
    """A task in a list."""

    id: str
    obligation: str
    task: str
    mission: str
    instrument: str
    definition: str
    step: str
    title: str
    owner_role: str
    posting: str
    accepted: bool
    status: str
    outcome: str | None
    reason: str | None
    timing: str | None
    source: str
    term: str
    opened: Instant
    original_due: Instant
    due: Instant
    provisional: bool
    waiting: str | None
    ended: Instant | None
    not_met: bool
    revision: int
    time_zone: str


class Tasks(Page):
    """Tasks."""

    items: list[TaskItem]


class Entry(Shape):
    """An entry of the log. `body` is the event as it lies there; null where its mission is not yours to see."""

    position: int
    recorded: Instant
    leaf: str
    body: str | None = Field(
        description="Canonical JSON (RFC 8785), the very bytes that the leaf is made of, as UTF-8."
    )


class Head(Shape):
    """Where the log ends."""

    origin: str
    rehearsal: bool
    position: int
    leaf: str | None
    recorded: Instant | None


class EventItem(Shape):
    """An event of an obligation or a mission."""

    position: int
    recorded: Instant
    id: str
    type: str
    stream: str
    version: int
    at: Instant
    actor: dict[str, Any]
    data: dict[str, Any]


class Events(Page):
    """Events of one stream, in order."""

    items: list[EventItem]


class Receipt(Shape):
    """What a command gets back: where its last event lies and that event's leaf; position 0 if nothing had to change.

    `fresh` is false if this very request was carried out before. What else it made stands in `made`.
    """

    position: int
    leaf: str
    stream: str
    version: int
    events: list[str]
    fresh: bool
    made: dict[str, str | None] = {}
