"""The published schemas: valid themselves, kept by real reports, and broken by anything that is not one."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from chancery.reports import schemas
from chancery.reports.audit import audit_report
from chancery.reports.structural import structural_report
from chancery.reports.subject import NAMES
from domain import commands as c
from tests.made import ALTERNATE, FOCAL, HEAD
from tests.reports.conftest import Story
from tests.reports.test_page import trial

KINDS = ("staff", "structural", "audit", "review")


def check(data: dict[str, Any]) -> list[str]:
    """What is wrong with these data by the schema that they name."""
    return [f"{list(e.instance_path)}: {e.message}" for e in validator_of(data["schema"]).iter_errors(data)]


@cache
def validator_of(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schemas.schema(name))


def test_each_schema_is_one_and_says_which() -> None:
    assert {name.split(".")[1].split("-")[0] for name in schemas.names()} >= set(KINDS)
    for name in schemas.names():
        found = schemas.schema(name)
        jsonschema_rs.meta.validate(found)
        assert found["properties"]["schema"] == {"const": name}
        assert found["$id"] == "urn:chancery:" + name.removeprefix("chancery.").replace("/", ":")
        for place, node in objects(found, "#"):
            assert (
                node.get("additionalProperties") is not None
                or "unevaluatedProperties" in node
                or open_on_purpose(place)
            ), place
    with pytest.raises(schemas.NoSchema, match="one of these is right"):
        schemas.text("chancery.sla/1")


def objects(node: Any, place: str) -> list[tuple[str, dict[str, Any]]]:
    """Every part of a schema that is about an object's own properties."""
    found = []
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            found.append((place, node))
        for name, inner in node.items():
            found += objects(inner, f"{place}/{name}")
    elif isinstance(node, list):
        for n, inner in enumerate(node):
            found += objects(inner, f"{place}/{n}")
    return found


def open_on_purpose(place: str) -> bool:
    """The head of an item is closed where it is used; the staff report within a review has a schema of its own."""
    return place in ("#/$defs/head", "#/properties/report")


async def eventful(story: Story) -> None:
    """A month with something in many a figure."""
    await trial(story)
    await story.on(18).task()
    await story.on(19).act(c.ReassignTask, HEAD, posting="p-alt")
    await story.on(20).task("o-2")
    await story.absent("p-fp", 24, 25, "p-alt")
    await story.on(28).complete(ALTERNATE)
    await story.on(29).complete(FOCAL, "o-2", happened_at=story.clock.now() - timedelta(days=8))
    await story.suspend(30, 3)


async def test_real_reports_keep_their_schemas(story: Story) -> None:
    await eventful(story)
    log, first, last = story.desk.log, date(2026, 5, 1), date(2026, 5, 31)
    made = [(await story.report(p)).data() for p in ("p-fp", "p-pol", "p-alt", "p-la")]
    half = date(2026, 1, 1), date(2026, 6, 30)
    made.append((await structural_report(log, "Q", first, last)).data())
    for mission in ("Q", None):
        made.append((await structural_report(log, mission, *half, audience="outside")).data())
    made += [(await audit_report(log, "2026-1", by=by)).data() for by in ("paragraph", "definition")]
    for data in made:
        assert check(data) == [], data["schema"]
    full = made[0]["figures"]
    assert sum(bool(full[name]["items"]) for name in NAMES) >= 6, "or nothing would be looked at"
    for data in (made[0], made[4], made[7]):
        broken(data)


def broken(data: dict[str, Any]) -> None:
    """Control: whatever is left out, added, or of another kind is found, wherever it is."""
    for name in data:
        less = copy.deepcopy(data)
        del less[name]
        if name != "schema":
            assert check(less), name
        assert check({**data, name: 3} if name != "schema" else {**data, "more": 1}), name
    figures = [n for n, f in data["figures"].items() if f["items"]]
    for name in figures:
        items = data["figures"][name]["items"]
        for key in items[0]:
            other = copy.deepcopy(data)
            other["figures"][name]["items"][0][key] = {"un": "known"}
            assert check(other) or key == "data", (name, key)
        more = copy.deepcopy(data)
        more["figures"][name]["items"][0]["rank"] = 1
        assert check(more), f"{name}: a field that is not published"
    rooted = json.loads(json.dumps(data).replace(data["log"]["root"], "not a root"))
    assert check(rooted)
