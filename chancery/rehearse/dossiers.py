"""The lines of a rehearsal that speak of dossiers: work plans and reviews, run by the same office code as everybody's.

A file names a plan, a review and a contest by words of its own; an item of a report by its figure and its place in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from chancery import reviews
from chancery.office import send
from chancery.rehearse.script import ScriptRefused
from domain import commands as c
from domain.envelope import Actor

if TYPE_CHECKING:
    from chancery.rehearse.script import Move
    from chancery.rehearse.stage import Stage

KINDS: Final = frozenset(
    {
        "DraftWorkPlan",
        "AgreeWorkPlan",
        "OpenReview",
        "ReadReview",
        "CommentReview",
        "ContestItem",
        "AnswerContest",
        "SignReview",
    }
)
"""The commands that a line may ask for here."""


class Dossiers:
    """The plans and reviews of a rehearsal: what the file calls them, and the codes that they have."""

    def __init__(self, stage: Stage, posting: Callable[[str], str]) -> None:
        """`posting`: an officer's code → the posting that they hold now, in whatever mission."""
        self._stage = stage
        self._posting = posting
        self.codes: dict[str, str] = {}
        self._contests: dict[str, str] = {}

    async def perform(self, move: Move, command_id: UUID, actor: Actor) -> None:
        """Carry out one line. Raises Refused; ScriptRefused where the line cannot be understood."""
        data = dict(move.with_)
        try:
            if move.do == "OpenReview":
                await self._open(move, data, command_id, actor)
            elif "words" in data or move.do == "ContestItem":
                await self._say(move, data, command_id, actor)
            else:
                await self._send(move, data, command_id, actor)
        except KeyError as missing:
            raise ScriptRefused(f"{move.do} at {move.at:%Y-%m-%d %H:%M}: {missing} is not there") from None
        except ValueError as problem:
            line = str(problem).replace("\n", " ")
            raise ScriptRefused(f"{move.do} at {move.at:%Y-%m-%d %H:%M}: {line[:300]}") from None

    async def _open(self, move: Move, data: Mapping[str, Any], command_id: UUID, actor: Actor) -> None:
        asked = reviews.Opening(
            mission=move.mission,
            officer=self._posting(data["officer"]),
            manager=self._posting(data["manager"]),
            second=self._posting(data["second"]),
            first=_day(data["first"]),
            last=_day(data["last"]),
            workplans=tuple(self.codes[name] for name in data.get("workplans", ())),
        )
        receipt = await reviews.open_review(self._stage, actor, asked, command_id)
        self.codes[data["review"]] = receipt.stream.partition("/")[2]

    async def _say(self, move: Move, data: dict[str, Any], command_id: UUID, actor: Actor) -> None:
        """What is said in a review: a comment, a contest of an item, an answer to one."""
        code, words = self.codes[data.pop("review")], str(data.pop("words", ""))
        if move.do == "ContestItem":
            review = await reviews.review_of(self._stage, code)
            report = (await reviews.report_of(self._stage.desk.log, review)).data()
            items = report["figures"][data["figure"]]["items"]
            place = int(data.pop("item"))
            if not 1 <= place <= len(items):
                raise ScriptRefused(f"{move.do}: {data['figure']} has {len(items)} entries, not {place}")
            data["positions"] = items[place - 1]["positions"]
            self._contests[data.pop("contest")] = f"k-{command_id.hex[:12]}"
        if move.do == "AnswerContest":
            data["contest"] = self._contests[data["contest"]]
        await reviews.say(self._stage, actor, code, command_id, move.do, words, **data)

    async def _send(self, move: Move, data: dict[str, Any], command_id: UUID, actor: Actor) -> None:
        if move.do == "DraftWorkPlan":
            self.codes[data["workplan"]] = f"wp-{command_id.hex[:12]}"
            data |= {name: self._posting(data[name]) for name in ("posting", "manager")}
            data |= {name: _day(data[name]).isoformat() for name in ("first", "last")}
        for name in ("workplan", "review"):
            if name in data:
                data[name] = self.codes[data[name]]
        if move.do == "SignReview":
            data["digest"] = (await reviews.review_of(self._stage, data["review"])).now.digest
        made = c.COMMANDS[move.do].model_validate({**data, "command_id": command_id, "mission": move.mission})
        await send(self._stage, made, actor)


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise ScriptRefused(f"{value} is no day")
    return value
