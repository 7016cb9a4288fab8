"""Who is reached and who is not: the last word on each area counts."""

from types import MappingProxyType

from domain.coverage import Reach, not_reached, reach, to_visit
from domain.obligation import Obligation
from domain.task import Task

MAPPED = MappingProxyType({"code": "MAP", "step": [{"code": "map"}]})
TRAVELLED = MappingProxyType({"code": "FIELD-VISIT", "step": [{"code": "plan"}, {"code": "visit"}]})


def task(step: str, occurrence: str, happened: str | None, reached: str | None = None) -> Task:
    made = Task(
        id=f"{step}.{occurrence}", step=step, occurrence=occurrence, owner_role="focal_point", posting="p",
        starts="", opened="2026-01-01T07:00:00Z", source="product_default", original_due="", due="",
        deadline={}, notices=[], appointment=None, holdings=[], positions=[],
    )  # fmt: skip
    if happened is not None:
        made.status, made.happened = "ended", happened
        made.outcome = "done" if reached else "blocked"
        made.result = {"reached": reached} if reached else {}
    return made


def visits(*tasks: Task, **coverage: bool) -> Obligation:
    return Obligation(
        id="v",
        definition=TRAVELLED,
        opened="2026-01-01T07:00:00Z",
        closed="2026-12-31T21:59:59Z",
        coverage=dict(coverage),
        tasks={t.id: t for t in tasks},
    )


def a_map(drawn: str, **coverage: bool) -> Obligation:
    one = task("map", "1", drawn, "yes")
    opened = "2026-01-01T07:00:00Z"
    return Obligation(id="m", definition=MAPPED, opened=opened, coverage=dict(coverage), tasks={one.id: one})


def test_a_region_visited_is_reached_though_the_years_list_said_it_was_not() -> None:
    year = visits(task("visit", "north", "2026-05-05T10:00:00Z", "partly"), north=False, south=False)
    assert not_reached([year]) == ["south"]
    assert reach([year])[0] == Reach("north", True, "2026-05-05T10:00:00Z", "v")


def test_a_trip_that_reached_nobody_or_did_not_take_place_leaves_its_region_unreached() -> None:
    none = visits(
        task("visit", "north", "2026-05-05T10:00:00Z", "no"), task("visit", "south", "2026-05-06T10:00:00Z")
    )
    assert not_reached([none]) == ["north", "south"]
    still_open = visits(task("visit", "north", None))
    assert reach([still_open]) == []


def test_the_later_word_counts_whichever_is_read_first() -> None:
    trip = visits(task("visit", "north", "2026-05-05T10:00:00Z", "yes"))
    for before, expected in (("2026-03-01T00:00:00Z", []), ("2026-06-30T00:00:00Z", ["north"])):
        drawn = a_map(before, north=False)
        assert not_reached([drawn, trip]) == not_reached([trip, drawn]) == expected


def test_a_map_says_groups_as_well_as_regions() -> None:
    assert not_reached(
        [a_map("2026-06-30T00:00:00Z", women_rural=False, unregistered=False, capital=True)]
    ) == [
        "unregistered",
        "women_rural",
    ]


def test_trips_to_begin_are_those_recorded_and_those_an_earlier_run_began() -> None:
    year = visits(task("visit", "east", None), north=False, south=True)
    assert to_visit(year, ()) == ["east", "north"]
    assert to_visit(year, {"north"}) == ["east"]
    assert to_visit(year, {"east", "north"}) == []
