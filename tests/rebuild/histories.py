"""Random histories: a script of numbers, played as commands of whoever may send them through the desk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from chancery.clock import ManualClock
from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_TIMER, ENGINE_WORKFLOW, OPERATOR, Actor
from domain.instant import BadInput
from domain.kinds import instant
from domain.refusals import Refused
from tests.made import ALTERNATE, DEPUTY, FOCAL, HEAD, POLITICAL, adoption, cid, opening, posts

Step = tuple[int, int, int, int]
"""What is done, to which of the obligations, after how many hours, and a number to choose details by."""

PEOPLE = {a.code: a for a in (FOCAL, ALTERNATE, HEAD, DEPUTY, POLITICAL)}

OPEN, ACCEPT, REASSIGN, DECLINE, DONE, DONE_BEFORE, NOT_ACT, PAUSE, RESUME, CONFIRM, PROPOSE, ANSWER = range(
    1, 13
)
WAKE, CORRECT, OFFER, CLAIM, ABSENT = range(13, 18)
_OFTEN = (OPEN, ACCEPT, REASSIGN, DONE, DONE_BEFORE, CONFIRM, PROPOSE, ANSWER)

steps = st.lists(
    st.tuples(
        st.sampled_from((*range(18), *_OFTEN, *_OFTEN)),
        st.integers(0, 3),
        st.sampled_from((1, 5, 20, 30)),
        st.integers(0, 59),
    ),
    min_size=12,
    max_size=40,
)


class Player:
    """Plays scripts at one desk; every command has an id of its own, so that scripts can follow each other."""

    def __init__(self, desk: Desk, clock: ManualClock, run: str) -> None:
        self.desk, self.clock, self.run, self.number = desk, clock, run, 0

    async def found(self) -> None:
        """Mission Q, its staff, three meetings and one trial with two sittings."""
        await self.send(adoption(), OPERATOR)
        await self.send(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
        for n in range(4):
            trial = n == 3
            base = opening(self.name(n), "TRIAL-OBS" if trial else "COORD-LOCAL", None)
            steps_: Any = base.definition_data["step"]
            short = {**base.definition_data, "step": [{**step, "term": f"{1 + 2 * n}wd"} for step in steps_]}
            await self.send(
                base if trial else base.model_copy(update={"definition_data": short}), ENGINE_TICK
            )
        sittings = tuple(
            c.Sitting(
                appointment=f"ap-{k}",
                starts=self.clock.now() + timedelta(days=9 * k),
                day="2026-05-14",
                whole_day=False,
            )
            for k in (1, 2)
        )
        await self.send(
            c.RecordSittings(command_id=self.id(), mission="Q", obligation=self.name(3), sittings=sittings),
            FOCAL,
        )

    def name(self, n: int) -> str:
        return f"o-{self.run}-{n}"

    def id(self) -> UUID:
        self.number += 1
        return cid(f"{self.run} {self.number}")

    async def send(self, command: c.Command, actor: Actor) -> bool:
        """Whether it was carried out."""
        with suppress(Refused, BadInput):
            return (await self.desk.submit(command, actor)).position > 0
        return False

    async def play(self, script: Sequence[Step]) -> int:
        """How many commands of a script were carried out."""
        done = 0
        for kind, which, hours, pick in script:
            self.clock.advance(timedelta(hours=hours))
            done += await self._step(kind, self.name(which), pick)
        return done

    async def _step(self, kind: int, obligation: str, pick: int) -> bool:
        state = await self.desk.obligation(obligation)
        step, occurrence, appointment = "hold", f"{pick % 3}", None
        if state.version and state.case_bound:
            appointment = f"ap-{1 + pick % 2}"
            step, occurrence = ("attend-and-report", "decide-and-staff")[pick % 2], appointment
        open_ = [t for t in state.tasks.values() if t.is_open]
        chosen = open_[pick % len(open_)] if open_ else next(iter(state.tasks.values()), None)
        ended = [t for t in state.tasks.values() if t.timing == "reported_in_time" and t.confirmed is None]
        if kind == CONFIRM and ended:
            chosen = ended[0]
        if kind == CORRECT:
            chosen = next((t for t in state.tasks.values() if not t.is_open), chosen)
        base = {"command_id": self.id(), "mission": "Q", "obligation": obligation}
        if kind < 2 or chosen is None:
            opened = c.OpenTask(**base, step=step, occurrence=occurrence, appointment=appointment)
            return await self.send(opened, ENGINE_WORKFLOW)
        holder = PEOPLE.get(chosen.posting, HEAD)
        task = base | {"task": chosen.id}
        now, other = self.clock.now(), sorted(PEOPLE)[pick % len(PEOPLE)]
        of_step = state.step(chosen.step)
        assert of_step is not None
        result = {"observer": "p-pol"} if "observer" in of_step["results"] else {}
        if "admitted" in of_step["results"]:
            result = {"admitted": ("yes", "refused")[pick % 2]}
        lines = tuple(x["code"] for x in of_step["checklist"] if x["must"])
        proof = tuple(
            {"kind": kind, "digest": "ab" * 32, "bytes": 9, "marking": "limite"}
            for kind in of_step["evidence"]
        )
        commands: tuple[tuple[c.Command, Actor], ...] = (
            (c.AcceptTask(**task), holder),
            (c.ReassignTask(**task, posting=other), HEAD),
            (c.DeclineTask(**task, reason="capacity"), holder),
            (c.CompleteTask(**task, checklist=lines, evidence=proof, result=result, reason="capacity"), holder),
            (
                c.CompleteTask(
                    **task, checklist=lines, evidence=proof, result=result, reason="capacity",
                    happened_at=min(now, instant(chosen.due)) - timedelta(hours=1),
                ),
                holder,
            ),
            (c.NotAct(**task, outcome=of_step["outcomes"][0], reason=of_step["reasons"][0]), holder),
            (c.PauseClock(**task, cause="awaiting_partner", party="court"), HEAD),
            (c.ResumeClock(**task), holder),
            (c.ConfirmTimeliness(**task, confirmed=pick % 3 > 0), DEPUTY if chosen.ended_by != "p-dep" else HEAD),
            (c.ProposeWaiver(**task, reason="capacity"), holder),
            (c.AnswerWaiver(**task, approved=pick % 2 == 0), HEAD),
            (c.Wake(**base, planned=now), ENGINE_TIMER),
            _second_thought(task, next(iter(chosen.asked), None), pick),
            (c.OfferRota(**base, appointment="ap-1"), ENGINE_WORKFLOW),
            (c.AnswerRota(**base, appointment="ap-1", claim=pick % 3 > 0), POLITICAL),
            (
                c.RecordAbsence(
                    command_id=self.id(), mission="Q", posting=other,
                    from_day=now.date().isoformat(),
                    until=(now + timedelta(days=pick % 5)).date().isoformat(),
                    substitute=("p-pol", None)[pick % 2] if other != "p-pol" else None,
                ),
                OPERATOR,
            ),
        )  # fmt: skip
        command, actor = commands[(kind - 3) % len(commands)] if pick % 7 else commands[pick % len(commands)]
        return await self.send(command, actor)


def _second_thought(task: dict[str, Any], asked: str | None, pick: int) -> tuple[c.Command, Actor]:
    """A correction is asked for; the one that waits is answered."""
    if asked is None:
        value = ("security", "capacity")[pick % 2]
        return c.ProposeCorrection(**task, field="reason", value=value, reason="typing_error"), HEAD
    return c.AnswerCorrection(**task, proposal=asked, approved=pick % 3 > 0), DEPUTY
