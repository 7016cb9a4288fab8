"""`/tasks/…`: what is asked and by which paragraph, the clock step by step, who held it, what happened, what may be done."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chancery.cases.consent import CONSULT
from chancery.desk import Unknown
from chancery.i18n import language, word
from chancery.instruments import definition as shipped
from chancery.proofs import listed
from chancery.streams import as_event, obligation_stream
from chancery.telling import names
from chancery.telling.sizes import size_words
from chancery.telling.task import data_of, instead, people
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.routes.task_verbs import VERBS, Asked, carry_out
from chancery.web.visitor import At, Officer, Visitor
from domain.deciding.tasks import LATE_REASONS
from domain.mission import Mission
from domain.obligation import Obligation
from domain.vocabulary import CORRECTION_REASONS, EVIDENCE, INSTEAD, WAIT_CAUSES, WAIT_PARTIES

router: Final = APIRouter()
_SINCE: Final = 25
"""So many of the latest entries are shown at once; the rest behind them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A result that the form asks for, with (code, words) to choose from."""

    name: str
    choices: list[tuple[str, str]]
    needed: bool


@router.get("/tasks/{obligation}/{task}")
async def show(request: Request, at: At, who: Officer, obligation: str, task: str) -> Response:
    """One task."""
    await receipt_of(request, at)
    typed = await _draft(at, who, obligation, task)
    return await page(request, at, who, obligation, task, typed=typed, drafted=bool(typed))


@router.post("/tasks/{obligation}/{task}/{verb}")
async def do(request: Request, at: At, who: Officer, obligation: str, task: str, verb: str) -> Response:
    """Do something with a task; then show what became of it, or why it was refused with what was typed."""
    form = await sent(request)
    state, mission = await _found(at, who, obligation, task)
    if verb not in VERBS:
        raise NotHere("no-such-page")
    try:
        receipt = await carry_out(at, Asked(verb, form, who, state, mission, task))
    except ANSWERS as problem:
        status = 409 if getattr(problem, "code", "") in ("stale", "task-ended", "stale-stream") else 422
        return await page(
            request, at, who, obligation, task, form=form, problem=problem, verb=verb, status=status,
            typed=form.typed,
        )  # fmt: skip
    return onward(f"/tasks/{obligation}/{task}", receipt)


async def _draft(at: At, who: Visitor, obligation: str, task: str) -> dict[str, list[str]]:
    """What was typed and not sent. A draft whose form was sent since is dropped here, not when it is sent: that must be quick."""
    form = f"task:{obligation}/{task}"
    typed = await at.drafts.get(who.account.id, form, at.here.clock.now())
    sent_as = typed.get("command_id", [""])[0]
    if sent_as and await at.here.desk.was_carried_out(obligation, sent_as):
        await at.drafts.drop(who.account.id, form)
        return {}
    return typed


async def _found(at: At, who: Visitor, obligation: str, task: str) -> tuple[Obligation, Mission]:
    state = await at.here.desk.obligation(obligation)
    if not state.version or task not in state.tasks:
        raise NotHere("no-such-page")
    if state.mission != who.home.code and not who.may_see(state.mission):
        raise NotHere("no-such-page")
    own = who.mission is not None and who.mission.code == state.mission
    return state, who.home if own else await at.here.desk.mission(state.mission)


async def page(
    request: Request, at: At, who: Visitor, obligation: str, task: str, *, status: int = 200,
    form: Sent | None = None, problem: Exception | None = None, verb: str = "", drafted: bool = False,
    typed: dict[str, list[str]],
) -> Response:  # fmt: skip
    """The page of a task; after a refusal with what was typed, and with what others did since the form was shown."""
    state, mission = await _found(at, who, obligation, task)
    now = at.here.clock.now()
    events = [as_event(e) for e in await at.here.log.read_stream(obligation_stream(obligation))]
    own = [e for e in events if e.data.get("task") == task]
    held = await names.officers(at.here, people(own) | set(mission.postings))
    data = data_of(state, mission, task, events=own, instead_of=instead(events), held=held, now=now)
    request.state.position = at.tail.head
    step = state.step(state.tasks[task].step) or {}
    known = shipped(state.instrument, state.code)
    verbs = {name for name, one in VERBS.items() if may(one.command, who.actor, mission, now, state, task)}
    shown = form.number("shown") if form is not None else None
    return render(
        request,
        "task.html",
        status=status,
        task=data,
        state=state,
        mission=mission,
        held=held,
        definition=known,
        stated=known["stated"][language()] if known else "",
        heading=known["title"][language()] if known else state.code,
        verbs=_sensible(verbs, data, state, task, now),
        late_reasons=LATE_REASONS,
        all_reasons=list(dict.fromkeys([*step.get("reasons", ()), *LATE_REASONS])),
        more_evidence=[kind for kind in EVIDENCE if kind not in data["evidence"]],
        questions=_questions(step, state.tasks[task].appointment is not None, mission, held, now),
        approval=bool(step.get("approval")),
        answers_at=_answers_at(who, state, step, mission, now),
        is_late=data["status"] == "open" and now.isoformat() > data["due"],
        colleagues=_colleagues(mission, held, data["posting"], now),
        wait_causes=WAIT_CAUSES, wait_parties=WAIT_PARTIES, instead=INSTEAD, correction_reasons=CORRECTION_REASONS,
        ids=_ids(verb, form, typed, unsure=isinstance(problem, Unknown)),
        typed=typed,
        drafted=drafted,
        problem=None
        if problem is None
        else said(problem, names.line_titles(state.instrument, state.code, state.tasks[task].step)),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
        verb=verb,
        size_words=size_words,
        evidence=await listed(at.here, state, own, task),
        act=next((e.data["act"] for e in own if e.type == "TaskCompleted" and "act" in e.data), None),
        files_again=form is not None and bool(form.files),
        since=[h for h in data["history"] if shown is not None and h["position"] > shown],
        ago=_SINCE,
    )  # fmt: skip


def _ids(verb: str, form: Sent | None, typed: dict[str, list[str]], *, unsure: bool) -> dict[str, UUID]:
    """The command id of each form of the page. A form that was kept as a draft keeps its own; and so does one of which it is
    not known whether it was carried out: sent again, it is carried out once.
    """
    ids = {name: new_id() for name in VERBS}
    if form is not None and unsure:
        ids[verb] = form.command_id
    kept, drafted = typed.get("command_id", [""])[0], typed.get("verb", [""])[0]
    if kept and drafted in ids:
        with suppress(ValueError):
            ids[drafted] = UUID(kept)
    return ids


def _sensible(verbs: set[str], data: dict[str, Any], state: Obligation, task: str, now: datetime) -> set[str]:
    """Of what the policy allows, what the task's state leaves to be done."""
    t = state.tasks[task]
    waits, asked = t.wait is not None, t.waiver is not None
    if not t.is_open:
        left = {"correct"} | ({"answer-correction"} if t.asked else set())
        return verbs & (
            left | ({"confirm"} if t.timing == "reported_in_time" and t.confirmed is None else set())
        )
    gone = {"confirm", "correct", "answer-correction"}
    gone |= {"accept"} if t.accepted else set()
    gone |= {"pause"} if waits else {"resume", "renew"}
    gone |= {"waive"} if asked else {"answer-waiver"}
    return verbs - gone


def _answers_at(
    who: Visitor, state: Obligation, step: Mapping[str, Any], mission: Mission, now: datetime
) -> str | None:
    """The page on which an approval is answered, for whoever may open it."""
    asks = ("AnswerVitalInterest", "ProposeVitalInterest")
    if state.code == CONSULT and step.get("approval") and any(may(c, who.actor, mission, now) for c in asks):
        return f"/cases/vital/{state.id}"
    return None


def _questions(
    step: Mapping[str, Any], at_sitting: bool, mission: Mission, held: dict[str, str], now: datetime
) -> list[Question]:
    """What the form asks for. Where a posting is to be named: those in post, and partners that may stand in; an observer is
    no local agent, who never observes alone. What a step opens by being done is no question.
    """
    found = []
    for name, allowed in step.get("results", {}).items():
        if name == "opens":
            continue
        choices = [(code, word(code)) for code in allowed]
        if "posting" in allowed:
            choices = [
                (p, f"{held.get(p, p)} · {mission.postings[p].post}")
                for p in mission.postings
                if mission.runs(p, now) and not (name in ("observer", "backup") and mission.is_local_agent(p))
            ]
            choices = sorted(choices, key=lambda one: one[1])
            choices += [(p, word(p)) for p in sorted(mission.partners)] if name == "backup" else []
        needed = name in step.get("asks", ()) or (name == "observer" and at_sitting)
        found.append(Question(name, choices, needed))
    return found


def _colleagues(mission: Mission, held: dict[str, str], holder: str, now: datetime) -> list[tuple[str, str]]:
    """Who is in post and present, but the holder: whom a task may be given to."""
    found = [p for p in mission.postings if p != holder and mission.is_present(p, now)]
    return sorted(
        ((p, f"{held.get(p, p)} · {mission.postings[p].post}") for p in found), key=lambda one: one[1]
    )
