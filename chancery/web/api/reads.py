"""Reading: missions, postings, obligations and tasks, now or as known at a position. What is not yours to see does not exist."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import ColumnElement, Select, select, tuple_

from chancery import inbox, queries
from chancery.asof import Reading, Then
from chancery.inbox import Tab
from chancery.telling import names
from chancery.telling.obligation import data_of as obligation_data
from chancery.telling.task import data_of as task_data
from chancery.telling.task import instead, people
from chancery.views import tables as v
from chancery.web.api import shapes, versions
from chancery.web.api.door import At, Who
from chancery.web.api.paging import Asked, AsOf, plain, read_as_of, stamp
from chancery.web.api.problems import Problem, unusable
from chancery.web.visitor import Visitor
from domain.mission import Mission
from domain.obligation import Obligation

router: Final = APIRouter(tags=["reading"])

_CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}$"
Code = Annotated[str, Path(pattern=_CODE)]
CodeFilter = Annotated[str | None, Query(pattern=_CODE)]
Status = Annotated[str, Query(pattern="^(open|closed|ended|any)$", description="`any` for all.")]

_OBLIGATION: Final = (
    "id", "mission", "accreditation", "instrument", "definition", "period", "case_bound", "status", "outcome", "opened",
    "closed", "due_by", "next_due", "not_met", "version",
)  # fmt: skip
_TASK: Final = (
    "obligation", "task", "mission", "instrument", "definition", "step", "owner_role", "posting", "accepted", "status",
    "outcome", "reason", "timing", "source", "term", "opened", "original_due", "due", "provisional", "waiting", "ended",
    "not_met", "revision",
)  # fmt: skip


@router.get("/missions", response_model=shapes.Missions)
async def missions(
    *, asked: Asked, response: Response, as_of: AsOf = None,
) -> Any:  # fmt: skip
    """Missions that you may see, by code."""
    at, who = asked.at, asked.who
    seen = await read_as_of(at, as_of, asked.as_of)
    found = [
        plain(row, "code", "kind", "adopted_on", "version") | {"time_zone": row["zone"]}
        for row in await seen.missions()
        if who.may_see(row["code"])
    ]
    return asked.cut(response, found, "code", **stamp(seen))


@router.get("/missions/{mission}", response_model=dict[str, Any])
async def mission(response: Response, at: At, who: Who, mission: Code, as_of: AsOf = None) -> Any:
    """A mission: its calendar, what it has taken up, its posts' absences, suspensions and outages."""
    seen = await read_as_of(at, as_of)
    state = await mission_seen(seen, who, mission)
    if as_of is None:
        versions.give(response, state)
    return stamp(seen) | _mission(state)


def _mission(state: Mission) -> dict[str, Any]:
    return {
        "code": state.code,
        "kind": state.kind,
        "version": state.version,
        "time_zone": state.clock.zone,
        "adopted_on": state.adopted_on,
        "calendar": state.clock.to_data(),
        "accreditations": dict(state.accreditations),
        "instruments": dict(state.instruments),
        "partners": list(state.partners),
        "vault_locked": state.vault_locked,
        "absences": [
            {
                "absence": a.code, "posting": a.posting, "from": a.first.isoformat(), "until": a.last.isoformat(),
                "substitute": a.substitute, "scope": list(a.scope),
            }
            for a in state.absences.values()
        ],
        "suspensions": [
            plain({"suspension": s.id, "starts": s.starts, "ends": s.ends}, "suspension", "starts", "ends")
            for s in state.suspensions.values()
        ],
        "outages": [
            plain({"starts": o.starts, "ends": o.ends}, "starts", "ends") for o in state.outages.values()
        ],
    }  # fmt: skip


@router.get("/missions/{mission}/postings", response_model=shapes.Postings)
async def postings(
    *, asked: Asked, response: Response, mission: Code, as_of: AsOf = None,
) -> Any:  # fmt: skip
    """Who holds which post of a mission, from when to when."""
    at, who = asked.at, asked.who
    seen = await read_as_of(at, as_of, asked.as_of)
    state = await mission_seen(seen, who, mission)
    officers = await names.officers(at.here, state.postings)
    found = [
        {
            "posting": p.code, "mission": mission, "post": p.post, "role": state.posts[p.post].role,
            "first": p.first.isoformat(), "last": None if p.last.year == 9999 else p.last.isoformat(),
            "support": state.posts[p.post].support, "officer": officers.get(p.code, p.code),
        }
        for p in state.postings.values()
    ]  # fmt: skip
    return asked.cut(response, found, "posting", **stamp(seen))


@router.get("/obligations", response_model=shapes.Obligations)
async def obligations(
    *, asked: Asked, response: Response, mission: CodeFilter = None,
    definition: CodeFilter = None, instrument: CodeFilter = None, status: Status = "open", as_of: AsOf = None,
) -> Any:  # fmt: skip
    """Obligations by id: of your own mission, or of any if you look across missions."""
    at, who = asked.at, asked.who
    seen = await read_as_of(at, as_of, asked.as_of)
    wanted = {
        "mission": _mission_wanted(who, mission), "definition": definition, "instrument": instrument,
        "status": _status(status, "closed"),
    }  # fmt: skip
    if isinstance(seen, Then):
        rows = sorted(await seen.obligations(**wanted), key=lambda r: r["id"])
        rows = [r for r in rows if asked.after is None or (r["id"],) > asked.after][: asked.limit + 1]
    else:
        o = v.obligation
        rows = await queries.rows(
            at.here.log, _keyed(select(o), wanted, o, [o.c.id], asked.after, asked.limit)
        )
    zones = {row["code"]: row["zone"] for row in await queries.missions(at.here.log)}
    items = [
        plain(row, *_OBLIGATION)
        | {
            "title": names.definition_title(row["instrument"], row["definition"]),
            "time_zone": zones[row["mission"]],
        }
        for row in rows[: asked.limit]
    ]
    last = [rows[asked.limit - 1]["id"]] if len(rows) > asked.limit else None
    return asked.answer(response, items, last, **stamp(seen))


@router.get("/obligations/{obligation}/tasks/{task}", response_model=dict[str, Any], name="task")
async def task(response: Response, at: At, who: Who, obligation: Code, task: Code, as_of: AsOf = None) -> Any:
    """One task: what is asked, its clock explained step by step, who held it, what happened."""
    seen = await read_as_of(at, as_of)
    state = await obligation_seen(seen, who, obligation)
    if task not in state.tasks:
        raise Problem("not-found")
    events = await seen.events(obligation)
    own = [e for e in events if e.data.get("task") == task]
    told = task_data(
        state, await seen.mission(state.mission), task, events=own, instead_of=instead(events),
        held=await names.officers(at.here, people(own)), now=seen.at,
    )  # fmt: skip
    if as_of is None:
        versions.give(response, state, task)
    return stamp(seen) | told | {"time_zone": told["zone"]}


@router.get("/tasks", response_model=shapes.Tasks)
async def tasks(
    *, asked: Asked, response: Response, tab: Annotated[Tab | None, Query(description="A tab of your inbox, by time left; then only `definition` narrows it.")] = None,
    mission: CodeFilter = None, definition: CodeFilter = None, posting: CodeFilter = None,
    obligation: CodeFilter = None, status: Status = "open", as_of: AsOf = None,
) -> Any:  # fmt: skip
    """Tasks: of a tab of your inbox, or of a mission, a posting or an obligation."""
    at, who = asked.at, asked.who
    seen = await read_as_of(at, as_of, asked.as_of)
    if tab is not None:
        if isinstance(seen, Then) or who.posting is None:
            raise Problem("invalid", errors=[unusable({"parameter": "tab"}, "tab")])
        whose = inbox.place(who.home, who.posting["posting"], seen.at)
        wanted = inbox.Filter(mission=mission, definition=definition)
        rows, following = await inbox.page(
            at.here.log, tab, whose, wanted, seen.at, asked.after, limit=asked.limit
        )
        return asked.answer(response, [_task(row) for row in rows], following, **stamp(seen))
    narrowed = {
        "mission": _mission_wanted(who, mission), "definition": definition, "posting": posting,
        "obligation": obligation, "status": _status(status, "ended"),
    }  # fmt: skip
    if isinstance(seen, Then):
        found = await seen.tasks(
            mission=narrowed["mission"], obligation=obligation, status=narrowed["status"],
            postings_=None if posting is None else [posting],
        )  # fmt: skip
        rows = sorted(
            (r for r in found if definition in (None, r["definition"])),
            key=lambda r: (r["obligation"], r["task"]),
        )
        rows = [r for r in rows if asked.after is None or (r["obligation"], r["task"]) > asked.after][
            : asked.limit + 1
        ]
    else:
        t = v.task
        query = _keyed(select(t), narrowed, t, [t.c.obligation, t.c.task], asked.after, asked.limit)
        rows = await queries.rows(at.here.log, query)
    last = (
        [rows[asked.limit - 1]["obligation"], rows[asked.limit - 1]["task"]]
        if len(rows) > asked.limit
        else None
    )
    return asked.answer(response, [_task(row) for row in rows[: asked.limit]], last, **stamp(seen))


@router.get("/obligations/{obligation}", response_model=dict[str, Any])
async def obligation(response: Response, at: At, who: Who, obligation: Code, as_of: AsOf = None) -> Any:
    """One obligation: its tasks, gates and sittings."""
    seen = await read_as_of(at, as_of)
    state = await obligation_seen(seen, who, obligation)
    codes = {t.posting for t in state.tasks.values()}
    codes |= {
        p for a in state.appointments.values() for p in (a.observer, a.backup, a.support, *a.answers) if p
    }
    told = obligation_data(state, await seen.mission(state.mission), await names.officers(at.here, codes))
    if as_of is None:
        versions.give(response, state)
    return stamp(seen) | told | {"version": state.version, "time_zone": told["zone"]}


async def mission_seen(seen: Reading, who: Visitor, code: str) -> Mission:
    """A mission that the caller may see. Raises Problem `not-found`."""
    state = await seen.mission(code)
    if not state.version or not who.may_see(code):
        raise Problem("not-found")
    return state


async def obligation_seen(seen: Reading, who: Visitor, id_: str) -> Obligation:
    """An obligation that the caller may see. Raises Problem `not-found`."""
    state = await seen.obligation(id_)
    if not state.version or not who.may_see(state.mission):
        raise Problem("not-found")
    return state


def _mission_wanted(who: Visitor, asked: str | None) -> str | None:
    """The mission that a list is narrowed to; None for all, which only some may see. Raises Problem `not-found`, NotHere."""
    if asked is not None:
        if not who.may_see(asked):
            raise Problem("not-found")
        return asked
    return None if who.oversees or who.is_operator else who.home.code


def _status(asked: str, ended: str) -> str | None:
    if asked == "any":
        return None
    return "open" if asked == "open" else ended


def _keyed(
    query: Select[Any],
    wanted: dict[str, str | None],
    table: Any,
    keys: Sequence[ColumnElement[Any]],
    after: tuple[Any, ...] | None,
    limit: int,
) -> Select[Any]:
    """A query narrowed, from after a key on, one more than a page."""
    query = query.where(*(table.c[name] == value for name, value in wanted.items() if value is not None))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    return query.order_by(*keys).limit(limit + 1)


def _task(row: dict[str, Any]) -> dict[str, Any]:
    return plain(row, *_TASK) | {
        "id": f"{row['obligation']}/{row['task']}",
        "title": names.step_title(row["instrument"], row["definition"], row["step"]),
        "time_zone": row["zone"],
    }
