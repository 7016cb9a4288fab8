"""`chancery mission`: begin with Chancery, and what a mission is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import (
    Table,
    actor_for,
    command_id,
    installed,
    local,
    noun,
    say,
    show,
    show_receipt,
    submit,
    tr,
    verb,
    word,
)
from domain.envelope import OPERATOR
from domain.instant import BadInput, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chancery.asof import Reading
    from chancery.installation import Installation
    from domain.mission import Mission

app = noun("mission", "Missions: adopt one, look at one.")


@verb(
    app,
    "adopt",
    changes=True,
    examples=(
        "chancery mission adopt Q --host EG --zone Africa/Cairo --on 2026-01-01",
        "chancery mission adopt Q --host EG --zone Africa/Cairo --on 2026-01-01 --last-done MEET-ANNUAL=2025-11-20 --partner EUD-CAIRO",
    ),
)
async def adopt(
    *,
    mission: Annotated[str, typer.Argument(metavar="MISSION", help="The mission's code, such as Q.")],
    host: Annotated[str, typer.Option("--host", metavar="CC", help="The host country, such as EG.")],
    zone: Annotated[str, typer.Option("--zone", help="The time zone, such as Africa/Cairo.")],
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="Nothing is owed for the time before this day.")
    ],
    weekend: Annotated[
        str | None,
        typer.Option("--weekend", metavar="DAYS", help="Another weekend than the host's, such as fri,sat."),
    ] = None,
    years: Annotated[
        str | None,
        typer.Option(
            "--years", metavar="FROM-TO", help="Years of holidays to begin with, such as 2025-2029."
        ),
    ] = None,
    instrument: Annotated[
        list[str] | None,
        typer.Option("--instrument", metavar="CODE", help="What is adopted (eu-hrd); may be repeated."),
    ] = None,
    last_done: Annotated[
        list[str] | None,
        typer.Option("--last-done", metavar="CODE=DATE", help="When a duty was last done; may be repeated."),
    ] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option("--partner", metavar="CODE", help="A partner mission; may be repeated."),
    ] = None,
    covers: Annotated[
        list[str] | None,
        typer.Option("--covers", metavar="CC", help="A further country of accreditation; may be repeated."),
    ] = None,
    hq: Annotated[bool, typer.Option("--hq", help="This is headquarters: accredited nowhere.")] = False,
) -> None:
    """Begin with Chancery in a mission: calendar, instruments, and a key for what it seals."""
    from chancery import adoption

    plan = adoption.Plan(
        mission,
        host,
        zone,
        on,
        kind="headquarters" if hq else "mission",
        weekend=weekend,
        years=years,
        instruments=tuple(instrument or ("eu-hrd",)),
        last_done=dict(_pair(text) for text in last_done or ()),
        partners=tuple(partner or ()),
        covers=tuple(covers or ()),
    )
    adoption.command(plan, command_id())  # bad input is said before any server is asked
    async with installed() as here:
        actor = await actor_for(here, default=OPERATOR)
        receipt = await adoption.adopt(here, plan, command_id(), actor)
    if receipt.fresh:
        say("Mission {mission} is adopted; next: `chancery import posts FILE.csv`.", mission=mission)
    show_receipt(receipt)


def _pair(text: str) -> tuple[str, str]:
    code, equals, day = text.partition("=")
    if not equals:
        raise BadInput(
            "bad-last-done",
            f"--last-done: {quoted(text)} is not a code and a day such as MEET-ANNUAL=2025-11-20.",
        )
    return code.strip(), day.strip()


@verb(
    app,
    "feeds",
    changes=True,
    examples=(
        "chancery mission feeds Q --forbid --reason searches --as Q-101",
        "chancery mission feeds Q --allow --reason over --as Q-101",
    ),
)
async def feeds(
    *,
    mission: Annotated[str, typer.Argument(metavar="MISSION", help="The mission's code, such as Q.")],
    allowed: Annotated[
        bool, typer.Option("--allow/--forbid", help="Whether its officers may have calendar feeds.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")],
) -> None:
    """Forbid calendar feeds in a mission, or allow them again. Forbidden, every one ends at once."""
    from domain import commands as c

    async with installed() as here:
        command = c.SetFeeds(command_id=command_id(), mission=mission, allowed=allowed, reason=reason)
        receipt = await submit(here, command, mission=mission)
    if allowed:
        say("Officers of mission {mission} may have calendar feeds.", mission=mission)
    else:
        say("Nobody in mission {mission} has a calendar feed now.", mission=mission)
    show_receipt(receipt, feeds_allowed=allowed)


@verb(
    app,
    "show",
    examples=("chancery mission show", "chancery mission show Q", "chancery mission show Q --as-of 4210"),
)
async def show_(
    mission: Annotated[
        str | None, typer.Argument(metavar="MISSION", help="The mission's code; all without it.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """All missions; or one, with its calendar, posts, absences, suspensions and open obligations."""
    async with installed() as here:
        seen = await known(here, as_of)
        if mission is None:
            await _all(seen)
        else:
            await _one(here, seen, mission)


async def _all(seen: Reading) -> None:
    found = await seen.missions()
    headings = ("Mission", "Kind", "Zone", "Adopted on")
    rows: list[Sequence[str]] = [(m["code"], word(m["kind"]), m["zone"], m["adopted_on"]) for m in found]
    show(
        "missions",
        stamp(seen) | {"missions": found},
        lambda: [Table(headings, rows, empty="No mission is adopted.")],
    )


async def _one(here: Installation, seen: Reading, code: str) -> None:
    from domain.refusals import Refused

    mission = await seen.mission(code)
    if not mission.version:
        raise Refused("no-such-mission", mission=code)
    officers = await here.directory.officers_of(here.pool, mission.postings)
    open_ = await seen.obligations(mission=code, status="open")
    data = stamp(seen) | _data(mission, officers, open_, seen.at)
    zone = mission.clock.zone
    show("mission", data, lambda: _page(data, zone))


def _data(
    mission: Mission, officers: dict[str, str], open_: list[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    return {
        "mission": mission.code,
        "kind": mission.kind,
        "adopted_on": mission.adopted_on,
        "zone": mission.clock.zone,
        "calendar_version": mission.clock.version,
        "accreditations": mission.accreditations,
        "instruments": mission.instruments,
        "last_done": mission.last_done,
        "partners": list(mission.partners),
        "vault_locked": mission.vault_locked,
        "feeds_allowed": mission.feeds_allowed,
        "posts": [
            {
                "post": p.code,
                "role": p.role,
                "share_percent": p.share_percent,
                "support": p.support,
                "postings": [
                    {
                        "posting": held.code,
                        "officer": officers[held.code],
                        "from": held.first,
                        "until": None if held.last.year == 9999 else held.last,
                        "in_post": mission.runs(held.code, now),
                        "appraisal": held.appraisal,
                    }
                    for held in sorted(mission.postings.values(), key=lambda h: h.first)
                    if held.post == p.code
                ],
            }
            for p in sorted(mission.posts.values(), key=lambda p: p.code)
        ],
        "absences": [
            {
                "absence": a.code,
                "officer": officers[a.posting],
                "from": a.first,
                "until": a.last,
                "substitute": officers[a.substitute] if a.substitute else None,
                "scope": list(a.scope),
            }
            for a in sorted(mission.absences.values(), key=lambda a: (a.first, a.code))
        ],
        "suspensions": [
            {"suspension": s.id, "starts": s.starts, "ends": s.ends, "in_force": s.starts <= now < s.ends}
            for s in mission.all_suspensions()
        ],
        "open_obligations": [
            {
                "obligation": o["id"],
                "definition": o["definition"],
                "period": o["period"],
                "next_due": o["next_due"],
            }
            for o in open_
        ],
    }


def _page(data: dict[str, Any], zone: str) -> list[str | Table]:
    accredited = ", ".join(f"{code} ({country})" for code, country in data["accreditations"].items()) or tr(
        "none"
    )
    instruments = ", ".join(f"{code} {version}" for code, version in data["instruments"].items())
    lines: list[str | Table] = [
        tr(
            "{mission}: {kind}, adopted on {on}; {zone}, calendar version {version}.",
            mission=data["mission"], kind=word(data["kind"]), on=data["adopted_on"], zone=zone,
            version=data["calendar_version"],
        ),
        tr("Accreditations: {codes}. Instruments: {instruments}.", codes=accredited, instruments=instruments),
    ]  # fmt: skip
    if data["partners"]:
        lines.append(tr("Partners: {codes}.", codes=", ".join(data["partners"])))
    if data["vault_locked"]:
        lines.append(tr("Its vault is closed; tasks go on by code."))
    if not data["feeds_allowed"]:
        lines.append(tr("Calendar feeds are forbidden here."))
    people: list[Sequence[str]] = [
        (
            p["post"], word(p["role"]), f"{p['share_percent']} %", h["officer"], h["posting"], str(h["from"]),
            str(h["until"] or ""), tr("yes") if h["in_post"] else "",
        )
        for p in data["posts"]
        for h in p["postings"]
    ]  # fmt: skip
    headings = ("Post", "Role", "Share", "Officer", "Posting", "From", "Until", "In post")
    lines.append(
        Table(headings, people, title="Posts", empty="No post is recorded; `chancery import posts` does.")
    )
    if data["absences"]:
        rows: list[Sequence[str]] = [
            (a["officer"], str(a["from"]), str(a["until"]), a["substitute"] or "", ", ".join(a["scope"]))
            for a in data["absences"]
        ]
        lines.append(Table(("Officer", "From", "Until", "Substitute", "For"), rows, title="Absences"))
    if data["suspensions"]:
        stops: list[Sequence[str]] = [
            (
                s["suspension"],
                local(s["starts"], zone),
                local(s["ends"], zone),
                tr("yes") if s["in_force"] else "",
            )
            for s in data["suspensions"]
        ]
        lines.append(Table(("Suspension", "From", "Until", "In force"), stops, title="Suspensions"))
    open_: list[Sequence[str]] = [
        (o["obligation"], o["definition"], o["period"] or "", local(o["next_due"], zone))
        for o in data["open_obligations"]
    ]
    lines.append(
        Table(
            ("Obligation", "Definition", "Period", "Next due"),
            open_,
            title="Open obligations",
            empty="No obligation is open.",
        )
    )
    return lines
