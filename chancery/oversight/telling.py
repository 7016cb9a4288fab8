"""Entries of the log as lines that a page shows and an export writes."""

from collections.abc import Iterable
from typing import Any

from chancery.installation import Installation
from chancery.log.store import Recorded
from chancery.oversight.entry import missions_of
from chancery.streams import as_event
from chancery.telling import course, names


async def told(here: Installation, recorded: Iterable[Recorded]) -> list[dict[str, Any]]:
    """Who (and on whose behalf), what, about what, when it happened and when it was recorded, by which command; by position."""
    entries = list(recorded)
    events = [as_event(one) for one in entries]
    held = await names.officers(here, course.people(events))
    missions = await missions_of(here.log, entries)
    found = []
    for one, event in zip(entries, events, strict=True):
        mission = missions[one.stream]
        zone = (await here.desk.mission(mission)).clock.zone if mission else "UTC"
        kind, _, name = one.stream.partition("/")
        found.append(
            {
                "position": one.position,
                "at": event.happened,
                "recorded": event.recorded,
                "mission": mission,
                "zone": zone,
                "type": event.type,
                "object": one.stream,
                "link": f"/obligations/{name}" if kind == "obligation" else None,
                "task": event.data.get("task"),
                "kind": event.actor["kind"],
                "by": event.by,
                "officer": held.get(event.by, event.by),
                "role": event.actor.get("role"),
                "behalf": event.actor.get("for"),
                "behalf_officer": held.get(event.actor.get("for", ""), event.actor.get("for")),
                "command": event.command,
                "leaf": one.leaf.hex(),
                "sentence": course.sentence(event, zone, held),
            }
        )
    return found
