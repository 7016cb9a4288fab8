"""`chancery case`: take an alert down, note, look, merge. Who the case is stays in the vault; what is sealed is shown to its readers."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import typer

from chancery.cli.casework import Case, Channel, EntryFile, Why, Words, acting_on, content_of, words_of
from chancery.cli.shared import actor_for, command_id, installed, noun, say, show, show_receipt, verb
from chancery.cli.times import moment

app: Final = noun(
    "case", "Persons, groups and organisations at risk, by random codes; what is known of them is sealed."
)
_NEEDED: Any = ...
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]
Proceeding = Annotated[
    str, typer.Argument(metavar="OBLIGATION", help="The obligation that observes or visits.")
]
Entry = Literal[
    "identity", "contact", "note", "source", "verification", "risk", "option", "external_action", "related"
]  # fmt: skip


@verb(app, "new", examples=("chancery case new",))
def new() -> None:
    """Make a random code for a new case; nothing is recorded yet."""
    from chancery.cases import new_case

    code = new_case()
    show("case", {"case": code}, lambda: [code])


@verb(
    app,
    "receive",
    changes=True,
    examples=(
        "chancery case receive alert.txt --mission Q --channel phone --when 2026-11-14T00:10 --urgent --as Q-103",
        "chancery case receive - --mission Q --channel email --as Q-103",
    ),
)
async def receive(
    file: Words,
    mission: Mission = _NEEDED,
    channel: Annotated[Channel, typer.Option("--channel", help="How it reached us. It is sealed.")] = _NEEDED,
    when: Annotated[
        str | None,
        typer.Option(
            "--when", metavar="TIME", help="When it reached us, if not just now; the mission's time."
        ),
    ] = None,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="Urgent action begins at once, by the hour.")
    ] = False,
    case: Annotated[
        str | None, typer.Option("--case", metavar="CODE", help="A code made before (chancery case new).")
    ] = None,
) -> None:
    """Take an alert down at once: a code and a key are made, the intake opens, the words are sealed."""
    from chancery.cases import intake
    from domain.refusals import Refused

    words = words_of(file)
    async with installed() as here:
        state = await here.desk.mission(mission)
        if not state.version:
            raise Refused("no-such-mission", mission=mission)
        at = None if when is None else moment(when, state.clock.zone, "--when")
        record = {"words": words, "channel": channel, "when": at}
        actor = await actor_for(here, mission)
        made, obligation = await intake.receive(
            here, actor, mission, urgent=urgent, record=record, request=command_id(), case=case
        )
    _say_opened(made, obligation)


@verb(app, "killing", changes=True, examples=("chancery case killing report.txt --mission Q --as Q-103",))
async def killing(file: Words, mission: Mission = _NEEDED) -> None:
    """Open what follows a killing, under a new code that nothing links to the case it was."""
    from chancery.cases import intake

    words = words_of(file)
    async with installed() as here:
        actor = await actor_for(here, mission)
        made, obligation = await intake.unlinked(
            here, actor, mission, record={"words": words}, request=command_id()
        )
    _say_opened(made, obligation)


def _say_opened(case: str, obligation: str) -> None:
    show("case", {"case": case, "obligation": obligation}, lambda: [case])
    say("Obligation {id} is open.", id=obligation)


@verb(
    app,
    "note",
    changes=True,
    examples=(
        "chancery case note c-7kq2mz4xha risk risk.json --as Q-103",
        "chancery case note c-7kq2mz4xha contact - --as Q-103",
    ),
)
async def note(
    case: Case,
    entry: Annotated[Entry, typer.Argument(metavar="ENTRY", help="What is written down.")],
    file: EntryFile,
) -> None:
    """Write something down of a case, sealed."""
    from chancery.cases import record

    content = content_of(file)
    async with installed() as here:
        actor = await acting_on(here, case)
        receipt = await record.note(here, actor, case, entry, content, command_id())
    show_receipt(receipt)


@verb(
    app,
    "show",
    acts=True,
    examples=(
        "chancery case show c-7kq2mz4xha --as Q-103",
        "chancery case show c-7kq2mz4xha --reason complaint --as HQ-901",
    ),
)
async def show_(case: Case, reason: Why = None) -> None:
    """Open what is known of a case, for somebody who may read it. Each reading is recorded."""
    from chancery.cases import record
    from chancery.cli.case_page import data_of, page_of
    from chancery.telling import names

    async with installed() as here:
        found = await record.history(here, await acting_on(here, case), case, reason)
        zone = (await here.desk.mission(found.mission)).clock.zone
        people = await names.officers(here, {line.by for line in found.lines})
        data = data_of(found, zone, people)
    show("case-history", data, lambda: page_of(data))


@verb(app, "options", acts=True, examples=("chancery case options c-7kq2mz4xha --as Q-103",))
async def options(case: Case, reason: Why = None) -> None:
    """Go through what could protect the case, formal and informal, with what was offered or used. It is recorded as a reading."""
    from chancery.cases import mechanisms, record
    from chancery.cli.case_page import options_of

    async with installed() as here:
        found = await record.history(here, await acting_on(here, case), case, reason)
        mission = await here.desk.mission(found.mission)
    countries = {mission.accreditations.get(one.accreditation) for one in found.serving}
    noted = [
        (line.content["mechanism"], line.content["status"]) for line in found.of("option") if line.content
    ]
    country = countries.pop() if len(countries) == 1 else None
    rows = mechanisms.checklist(noted, country)
    data = {
        "case": case,
        "country": country,
        "options": [one.model_dump(mode="json") | {"status": status} for one, status in rows],
    }
    show("case-options", data, lambda: [options_of(rows)])


@verb(app, "readers", acts=True, examples=("chancery case readers c-7kq2mz4xha --as Q-101",))
async def readers(case: Case) -> None:
    """Show who has read a case, when and why: to the mission's heads, the data protection officer and auditors."""
    from chancery.cases import reading
    from chancery.cli.case_page import readers_of
    from chancery.telling import names

    async with installed() as here:
        rows = await reading.readings(here, await acting_on(here, case), case)
        people = await names.officers(here, {row.reader for row in rows})
    data = {
        "case": case,
        "readings": [
            {
                "at": row.at,
                "reader": row.reader,
                "officer": people[row.reader],
                "basis": row.basis,
                "reason": row.reason,
            }
            for row in rows
        ],
    }
    show("case-readers", data, lambda: [readers_of(data)])


@verb(
    app,
    "merge",
    changes=True,
    examples=("chancery case merge c-7kq2mz4xha c-2ab4cd6ef7 --as Q-103",),
)
async def merge(
    case: Case, other: Annotated[str, typer.Argument(metavar="OTHER", help="The code that is given up.")]
) -> None:
    """Say that two codes are one case: the intake of the second ends as superseded."""
    from chancery.cases import merging

    async with installed() as here:
        await merging.merge(here, await acting_on(here, case), case, other, request=command_id())
    show("case-merged", {"case": case, "merged": other}, list)
    say("{other} is merged into {case}.", other=other, case=case)


@verb(
    app,
    "separate",
    changes=True,
    examples=("chancery case separate c-7kq2mz4xha c-2ab4cd6ef7 --as Q-103",),
)
async def separate(
    case: Case, other: Annotated[str, typer.Argument(metavar="OTHER", help="The code that was given up.")]
) -> None:
    """Undo a merge: the second code gets an intake again."""
    from chancery.cases import merging

    async with installed() as here:
        again = await merging.separate(here, await acting_on(here, case), case, other, request=command_id())
    _say_opened(other, again)


@verb(
    app,
    "attach",
    changes=True,
    examples=("chancery case attach c-7kq2mz4xha OBLIGATION --as Q-103",),
)
async def attach(case: Case, proceeding: Proceeding) -> None:
    """Attach a case to a proceeding that serves another. What it agreed to stays its own."""
    from chancery.cases import proceedings

    async with installed() as here:
        actor = await acting_on(here, case)
        show_receipt(await proceedings.attach(here, actor, case, proceeding, command_id()))


@verb(
    app,
    "detach",
    changes=True,
    examples=("chancery case detach c-7kq2mz4xha OBLIGATION --as Q-103",),
)
async def detach(case: Case, proceeding: Proceeding) -> None:
    """Take a case out of a proceeding that serves another."""
    from chancery.cases import proceedings

    async with installed() as here:
        actor = await acting_on(here, case)
        show_receipt(await proceedings.detach(here, actor, case, proceeding, command_id()))
