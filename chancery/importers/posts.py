"""A staff table becomes posts and postings, mission by mission; officers go to the directory, never to the log."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid5

from chancery import adoption
from chancery.directory import Entry
from chancery.importers.problems import Problems
from chancery.importers.staff import FAR, StaffLine, parse
from chancery.office import Office, send
from chancery.streams import as_event, mission_stream
from domain import commands as c
from domain import mission_decide, policy
from domain.envelope import OPERATOR, Actor, Event
from domain.events import New
from domain.instant import BadInput, check_year, date_from_text
from domain.instrument import HEADQUARTERS
from domain.mission import Mission, Posting, evolve
from domain.refusals import Refused

_AT_HEADQUARTERS = HEADQUARTERS | {"auditor", "data_protection_officer"}


@dataclass(frozen=True, slots=True)
class MissionPosts:
    """What the table meant for one mission. `position` is that of its last event, 0 if nothing changed."""

    mission: str
    adopted: bool
    posts: int
    began: int
    ended: int
    unchanged: int
    position: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostsOutcome:
    """What an import of posts did, mission by mission."""

    missions: tuple[MissionPosts, ...]

    @property
    def events(self) -> int:
        """How many events it left in the log."""
        return sum(m.adopted + m.posts + m.began + m.ended for m in self.missions)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a line of the table would mean, were it recorded now. `new_post`: it also makes the post."""

    line: StaffLine
    what: Literal["begins", "ends", "unchanged"]
    new_post: bool


class PartlyImported(Exception):
    """One part could not be recorded after others had been. Each mission's posts are whole: all of its lines or none."""

    def __init__(self, recorded: Sequence[str], left: Sequence[str], cause: Exception) -> None:
        self.recorded, self.left, self.cause = tuple(recorded), tuple(left), cause
        self.code = str(getattr(cause, "code", "partly-imported"))
        super().__init__(
            f"Recorded: {', '.join(recorded)}. Not recorded: posts of {', '.join(left)} ({cause}). "
            "Import the same file again: what is recorded already changes nothing."
        )


@dataclass(slots=True)
class _Plan:
    """One mission's part of the table, decided but not yet recorded."""

    mission: str
    lines: list[StaffLine]
    adopt: c.AdoptMission | None = None
    codes: list[str] = field(default_factory=list)
    fresh: list[Entry] = field(default_factory=list)
    made: list[New] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def import_posts(
    office: Office,
    raw: bytes,
    filename: str,
    command_id: UUID,
    *,
    adopt_on: str | None = None,
    actor: Actor = OPERATOR,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> PostsOutcome:
    """Record a staff table. Everything of every mission is checked before anything is recorded.

    `command_id` makes the commands: the same id and file give the same ones. `adopt_on` (a day) adopts missions that
    are not adopted yet, with a calendar seeded from the host country. A table that is recorded already changes nothing.
    `progress` is told how many missions are recorded, and of how many.
    Raises BadInput (`adopt_on`), ImportRefused (nothing was recorded), PartlyImported, VaultError, and what `Desk.submit` raises.
    """
    plans = await _plans(office, raw, filename, command_id, adopt_on)
    for plan in plans:
        policy.check(_command(plan, command_id), actor, None, Mission())
    done: list[MissionPosts] = []
    recorded: list[str] = []
    for number, plan in enumerate(plans):
        progress(number, len(plans))
        try:
            done.append(await _record(office, plan, command_id, actor, recorded))
        except Exception as cause:
            if not recorded:
                raise
            raise PartlyImported(recorded, [p.mission for p in plans[number:]], cause) from cause
    return PostsOutcome(tuple(done))


async def foreseen(office: Office, raw: bytes, filename: str) -> tuple[list[Foreseen], list[str]]:
    """What a staff table would mean, line by line, and what it says that is not recorded. Nothing is changed.

    Raises ImportRefused with every problem that was found.
    """
    found: list[Foreseen] = []
    notes: list[str] = []
    for plan in await _plans(office, raw, filename, UUID(int=0), None):
        began = {new.data["posting"] for new in plan.made if new.type == "PostingBegan"}
        ended = {new.data["posting"] for new in plan.made if new.type == "PostingEnded"}
        posts = {new.data["post"] for new in plan.made if new.type == "PostCreated"}
        for line, code in zip(plan.lines, plan.codes, strict=True):
            found.append(
                Foreseen(
                    line,
                    "begins" if code in began else "ends" if code in ended else "unchanged",
                    line.post in posts,
                )
            )
            posts.discard(line.post)
        notes += [f"{plan.mission}: {note}" for note in plan.notes]
    return sorted(found, key=lambda one: one.line.number), notes


async def _plans(
    office: Office, raw: bytes, filename: str, command_id: UUID, adopt_on: str | None
) -> list[_Plan]:
    """Every mission's part, decided. Raises BadInput (`adopt_on`), ImportRefused."""
    if adopt_on is not None:
        check_year(date_from_text(adopt_on))
    problems = Problems(filename)
    plans = [
        await _plan(office, mission, lines, command_id, adopt_on, problems)
        for mission, lines in parse(raw, filename).items()
    ]
    problems.refuse_any()
    return plans


async def _plan(
    office: Office,
    mission: str,
    lines: list[StaffLine],
    command_id: UUID,
    adopt_on: str | None,
    problems: Problems,
) -> _Plan:
    plan = _Plan(mission, lines)
    before = len(problems.found)
    state = await _state(office, mission)
    first = lines[0]
    if not state.version:
        if adopt_on is None:
            problems.add(
                first.number, "mission", "no-such-mission",
                f"{mission} is not adopted; `chancery mission adopt {mission} --host {first.host} --zone {first.zone} "
                "--on DATE` adopts it, `--adopt DATE` adopts every such mission of this table.",
            )  # fmt: skip
            return plan
        try:
            plan.adopt = adoption.command(
                _adoption(mission, lines, adopt_on), uuid5(command_id, f"adopt {mission}")
            )
            _take_in(state, mission_decide.decide(plan.adopt, state, office.desk.clock.now(), OPERATOR))
        except BadInput as refusal:
            problems.add(first.number, "host", refusal.code, refusal.message)
            return plan
    _fits(state, lines, problems)
    await _find_codes(office, state, plan)
    _overlaps_known(state, plan, problems)
    if len(problems.found) == before:
        try:
            asked = _command(plan, command_id)
            plan.made = mission_decide.decide(asked, state, office.desk.clock.now(), OPERATOR)
        except Refused as refusal:
            problems.add(first.number, "mission", refusal.code, refusal.sentence())
    return plan


async def _state(office: Office, mission: str) -> Mission:
    """The mission as it stands, in a copy that a plan may fold further."""
    state = Mission()
    for one in await office.desk.log.read_stream(mission_stream(mission)):
        evolve(state, as_event(one))
    return state


def _take_in(state: Mission, made: Sequence[New]) -> None:
    for new in made:
        evolve(state, Event("", new.type, "", state.version + 1, "", {}, "", new.data))


def _adoption(mission: str, lines: Sequence[StaffLine], on: str) -> adoption.Plan:
    """Where every role is one of headquarters, the mission is headquarters."""
    hq = all(line.role in _AT_HEADQUARTERS for line in lines)
    return adoption.Plan(mission, lines[0].host, lines[0].zone, on, kind="headquarters" if hq else "mission")


def _fits(state: Mission, lines: Sequence[StaffLine], problems: Problems) -> None:
    """The table against what is recorded: zone, host and the roles of posts do not change by a table."""
    first = lines[0]
    if state.clock.zone != first.zone:
        problems.add(
            first.number,
            "zone",
            "another-zone",
            f"mission {state.code} was adopted in {state.clock.zone}, not {first.zone}.",
        )
    countries = set(state.accreditations.values())
    if countries and first.host not in countries:
        problems.add(
            first.number,
            "host",
            "another-host",
            f"mission {state.code} is accredited to {', '.join(sorted(countries))}, not {first.host}.",
        )
    for line in lines:
        if line.role in HEADQUARTERS and state.kind != "headquarters":
            problems.add(
                line.number,
                "role",
                "no-such-role",
                f"{line.role} is a role of headquarters; {state.code} is a mission.",
            )
        post = state.posts.get(line.post)
        if post is not None and post.role != line.role:
            problems.add(
                line.number, "role", "another-role",
                f"post {line.post} is recorded as {post.role}; give a post with another role a code of its own.",
            )  # fmt: skip


async def _find_codes(office: Office, state: Mission, plan: _Plan) -> None:
    """The posting code of each line: the same officer, post and first day are the same posting; others get a new code."""
    of: dict[str, list[Posting]] = {}
    for line in plan.lines:
        if line.officer not in of:
            codes = await office.directory.postings_of(office.desk.log.pool, line.officer)
            of[line.officer] = [state.postings[code] for code in codes if code in state.postings]
        known = next(
            (p for p in of[line.officer] if (p.post, p.first.isoformat()) == (line.post, line.first)), None
        )
        if known is not None:
            plan.codes.append(known.code)
        else:
            plan.codes.append(office.directory.new_posting())
            plan.fresh.append(Entry(plan.codes[-1], plan.mission, line.officer))
        _note(state, line, known, plan.notes)


def _note(state: Mission, line: StaffLine, known: Posting | None, notes: list[str]) -> None:
    """What the table says and the log has no event for: said, so that nobody takes it for recorded."""
    post = state.posts.get(line.post)
    if post is not None and post.share_percent != line.share:
        note = f"{line.post}: the share stays {post.share_percent} %; the table's {line.share} % is not recorded."
        if note not in notes:
            notes.append(note)
    if known is not None and line.appraisal is not None and line.appraisal != known.appraisal:
        notes.append(
            f"{line.post}: the posting from {line.first} stays under {known.appraisal or 'no appraisal named'}; "
            f"the table's {line.appraisal} is not recorded."
        )
    if known is not None and line.until is None and known.last.isoformat() != FAR:
        notes.append(
            f"{line.post}: the posting from {line.first} still ends on {known.last}; the table names no end."
        )


def _overlaps_known(state: Mission, plan: _Plan, problems: Problems) -> None:
    """Against recorded postings that the table does not name; those that it names were compared line by line."""
    named = set(plan.codes)
    others: dict[str, list[Posting]] = defaultdict(list)
    for held in state.postings.values():
        if held.code not in named:
            others[held.post].append(held)
    for line in plan.lines:
        for held in others[line.post]:
            if held.first.isoformat() <= line.last and line.first <= held.last.isoformat():
                end = "further notice" if held.last.isoformat() == FAR else held.last
                problems.add(
                    line.number, "from", "posting-overlaps",
                    f"post {line.post} is held by posting {held.code} from {held.first} to {end}; end that posting first.",
                )  # fmt: skip


def _command(plan: _Plan, command_id: UUID) -> c.RecordPosts:
    return c.RecordPosts(
        command_id=uuid5(command_id, f"posts {plan.mission}"),
        mission=plan.mission,
        lines=tuple(
            c.PostLine(
                post=line.post, role=line.role, share_percent=line.share, local_agent=line.local_agent, posting=code,
                from_day=line.first, until=line.until, languages=line.languages, appraisal=line.appraisal,
            )
            for line, code in zip(plan.lines, plan.codes, strict=True)
        ),
    )  # fmt: skip


async def _record(
    office: Office, plan: _Plan, command_id: UUID, actor: Actor, recorded: list[str]
) -> MissionPosts:
    if plan.adopt is not None:
        office.keys.create_mission(plan.mission)
        await send(office, plan.adopt, actor)
        recorded.append(f"the adoption of {plan.mission}")
    types: list[str] = []
    position = 0
    if plan.made:
        # Directory and log commit together: no posting is ever in one of them alone.
        sealed = [office.directory.statement(plan.fresh)] if plan.fresh else []
        receipt = await send(office, _command(plan, command_id), actor, sealed)
        types, position = list(receipt.events), receipt.position
        recorded.append(f"posts of {plan.mission}")
    began, ended = types.count("PostingBegan"), types.count("PostingEnded")
    return MissionPosts(
        plan.mission, plan.adopt is not None, types.count("PostCreated"), began, ended,
        len(plan.lines) - began - ended, position, tuple(plan.notes),
    )  # fmt: skip


def to_data(outcome: PostsOutcome) -> dict[str, Any]:
    """As plain JSON."""
    return {
        "events": outcome.events,
        "missions": [
            {
                "mission": m.mission,
                "adopted": m.adopted,
                "posts_created": m.posts,
                "postings_began": m.began,
                "postings_ended": m.ended,
                "lines_unchanged": m.unchanged,
                "position": m.position,
                "notes": list(m.notes),
            }
            for m in outcome.missions
        ],
    }
