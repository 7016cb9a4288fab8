"""Random histories with work plans and exports among the obligations: streams of other kinds, in the same views."""

from __future__ import annotations

from typing_extensions import override

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from tests.made import DEPUTY, FOCAL, HEAD, cid
from tests.rebuild.histories import Player


class WithDossiers(Player):
    """Every fourth step is about a work plan or an export."""

    @override
    async def found(self) -> None:
        """As ever, and a work plan."""
        await super().found()
        assert await self.send(self.plan(0), HEAD)

    def code(self, kind: str, which: int) -> str:
        """A dossier's code."""
        return f"{kind}-{cid(f'{self.run} {kind} {which}').hex[:12]}"

    def plan(self, which: int) -> c.DraftWorkPlan:
        """A plan of the focal point's for the year."""
        return c.DraftWorkPlan(
            command_id=self.id(), mission="Q", workplan=self.code("wp", which), posting="p-fp", manager="p-hom",
            first="2026-01-01", last="2026-12-31", objectives=(c.Objective(kind="rota", definitions=("TRIAL-OBS",)),),
        )  # fmt: skip

    @override
    async def _step(self, kind: int, obligation: str, pick: int) -> bool:
        if pick % 4:
            return await super()._step(kind, obligation, pick)
        which = kind % 3
        plan = {"command_id": self.id(), "mission": "Q", "workplan": self.code("wp", which)}
        export = {"command_id": self.id(), "mission": "Q", "export": self.code("ex", which)}
        commands: tuple[tuple[c.Command, Actor], ...] = (
            (self.plan(which), HEAD),
            (c.AgreeWorkPlan(**plan, edition=1 + pick % 3), FOCAL),
            (c.AgreeWorkPlan(**plan, edition=1 + pick % 3), HEAD),
            (
                c.AmendWorkPlan(
                    **plan,
                    objectives=(c.Objective(kind="number", definitions=("COORD-LOCAL",), count=1 + pick),),
                    reason=min(vocabulary.PLAN_AMENDMENTS),
                ),
                HEAD,
            ),
            (c.EndWorkPlan(**plan, reason=min(vocabulary.PLAN_ENDS)), HEAD),
            (
                c.ProposeExport(
                    **export,
                    purpose=min(vocabulary.EXPORT_PURPOSES),
                    recipient=min(vocabulary.EXPORT_RECIPIENTS),
                    scope="mission",
                    upto=1 + pick,
                ),
                HEAD,
            ),
            (c.AnswerExport(**export, approved=pick % 8 > 0), DEPUTY),
        )
        command, actor = commands[pick // 4 % len(commands)]
        return await self.send(command, actor)
