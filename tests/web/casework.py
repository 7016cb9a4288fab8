"""What tests of cases share: forms read from a page and sent back, headquarters beside mission Q, a case to begin with."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx2

from chancery import hostcalendar
from chancery.cases import intake, reading, record
from chancery.cases.opening import open_for
from chancery.directory import Entry
from chancery.instruments import checksums, shipped
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import FOCAL, cid
from tests.web.conftest import Web

HQ = (("desk", "hq_desk"), ("rights", "hq_human_rights"), ("duty", "hq_duty"), ("audit", "auditor"))


async def headquarters(web: Web) -> None:
    """A desk, a human rights division, a duty officer and an auditor, signed in as `HQ-h-desk` and so on."""
    here = web.house.here
    calendar = hostcalendar.seed("BE", "Europe/Brussels", range(2025, 2029))
    await here.desk.submit(
        c.AdoptMission(
            command_id=cid("adopt HQ"), mission="HQ", kind="headquarters", on="2026-01-01", accreditations=(),
            calendar=calendar.to_data(), calendar_source="host",
            instruments={code: i["version"] for code, i in shipped().items()}, checksums=dict(checksums()),
        ),
        OPERATOR,
    )  # fmt: skip
    lines = tuple(
        c.PostLine(
            post=f"HQ-{name.upper()}", role=role, share_percent=20, local_agent=False, posting=f"p-h-{name}",
            from_day="2024-01-01", until=None,
        )
        for name, role in HQ
    )  # fmt: skip
    here.keys.create_mission("HQ")
    entries = [Entry(line.posting, "HQ", f"HQ-{name}") for line, (name, _) in zip(lines, HQ, strict=True)]
    await here.desk.submit(
        c.RecordPosts(command_id=cid("posts HQ"), mission="HQ", lines=lines),
        OPERATOR,
        [here.directory.statement(entries)],
    )


async def a_case(web: Web, words: str = "an alert", *, urgent: bool = False) -> str:
    """A case whose alert was taken down by the focal point."""
    case, _ = await intake.receive(web.house.here, FOCAL, "Q", urgent=urgent, record={"words": words})
    return case


async def serving(web: Web, case: str, code: str) -> str:
    """The obligation of a definition that serves the case, opened now if nobody has."""
    here = web.house.here
    found = (await record.known(here, case)).own(code)
    if found is not None:
        return found.id
    opened, _ = await open_for(here, FOCAL, await here.desk.mission("Q"), case, code, cid(f"{case} {code}"))
    return opened


async def a_task(web: Web, case: str, code: str, step: str) -> str:
    """A task of an obligation that serves the case, opened as the workflow would; `obligation/task`."""
    obligation = await serving(web, case, code)
    command = c.OpenTask(
        command_id=cid(f"{obligation} {step}"), mission="Q", obligation=obligation, step=step
    )
    await web.house.here.desk.submit(command, ENGINE_WORKFLOW)
    return f"{obligation}/{step}.1"


async def readings(web: Web, case: str) -> list[reading.Reading]:
    """Who has read a case."""
    return await reading.readings(web.house.here, Actor("officer", "p-hom", "Q"), case)


def fields(page: str, action: str) -> dict[str, Any]:
    """The hidden fields of the form that goes to `action`."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", maxsplit=1)[0]
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    }


async def fill(
    client: httpx2.AsyncClient, path: str, action: str | None = None, /, **typed: Any
) -> httpx2.Response:
    """Open a page, fill its form and send it."""
    page = await client.get(path)
    assert page.status_code == 200, page.text
    where = action or path
    return await client.post(where, data=fields(page.text, where) | typed)
