"""Posts, postings and absences: who is in the mission, who is away, who acts for them."""

from datetime import datetime, timedelta

from domain import commands as c
from domain.envelope import Actor
from domain.events import New
from domain.instrument import HEADQUARTERS, ROLES
from domain.mission import Mission
from domain.refusals import Refused

SUPPORT = "mission_support"
"""The role of a local agent as the log has it: without immunity, they stand there as no more than this."""


def record_posts(command: c.RecordPosts, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """A staff table: its posts and postings, all or nothing. A post or a posting known already changes nothing."""
    made: list[New] = []
    posts = set(state.posts)
    # A table that ends one posting and begins the next says both at once: the end that it gives is what counts.
    ends = {line.posting: line.until for line in command.lines if line.until is not None}
    spans: dict[str, list[tuple[str, str, str]]] = {}
    for held in state.postings.values():
        end = ends.get(held.code, held.last.isoformat())
        spans.setdefault(held.post, []).append((held.code, held.first.isoformat(), end))
    for line in command.lines:
        role = _role(line.role, state)
        if line.until is not None and line.until < line.from_day:
            raise Refused("ends-before-start", what=f"{line.post}", end=line.until, start=line.from_day)
        if line.post not in posts:
            posts.add(line.post)
            made.append(
                New(
                    "PostCreated",
                    {
                        "post": line.post,
                        "role": role,
                        "share_percent": line.share_percent,
                        "support": line.local_agent,
                    },
                )
            )
        made += _posting(line, state, spans.setdefault(line.post, []))
    if command.lines and not _somebody_leads(command, state):
        raise Refused("nobody-leads", mission=command.mission)
    return made


def describe_job(command: c.DescribeJob, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """What the post's job description says; the same again changes nothing."""
    post = state.posts.get(command.post)
    if post is None:
        raise Refused("no-such-post", post=command.post, mission=command.mission)
    answers_for = tuple(sorted(set(command.answers_for)))
    if (post.clause, post.share_percent, post.answers_for) == (
        command.clause,
        command.share_percent,
        answers_for,
    ):
        return []
    return [
        New(
            "JobDescribed",
            {
                "post": command.post,
                "clause": command.clause,
                "share_percent": command.share_percent,
                "answers_for": list(answers_for),
            },
        )
    ]


def _role(role: str, state: Mission) -> str:
    """A slip in a role would leave its tasks to the fallback; headquarters' roles reach into every mission."""
    if role == "local_agent":
        return SUPPORT
    roles = sorted(ROLES - HEADQUARTERS if state.kind == "mission" else ROLES)
    if role not in roles:
        raise Refused("no-such-role", role=role, kind=state.kind, roles=", ".join(roles))
    return role


def _posting(line: c.PostLine, state: Mission, spans: list[tuple[str, str, str]]) -> list[New]:
    last = line.until or "9999-12-31"
    known = state.postings.get(line.posting)
    if known is not None:
        if known.last.isoformat() == last or line.until is None:
            return []
        return [New("PostingEnded", {"posting": line.posting, "until": line.until})]
    for code, first, end in spans:
        if first <= last and line.from_day <= end:
            raise Refused("posting-overlaps", post=line.post, posting=code, start=first, end=end)
    spans.append((line.posting, line.from_day, last))
    data = {
        "posting": line.posting,
        "post": line.post,
        "from_day": line.from_day,
        "until": line.until,
        "languages": list(line.languages),
        "appraisal": line.appraisal,
    }
    return [New("PostingBegan", data)]


def _somebody_leads(command: c.RecordPosts, state: Mission) -> bool:
    if state.kind == "headquarters":
        return True
    roles = {p.role for p in state.posts.values()} | {line.role for line in command.lines}
    return bool(roles & {"head_of_mission", "deputy_head_of_mission"})


def end_posting(command: c.EndPosting, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """A posting's last day; never into the time of whoever holds the post after it."""
    held = state.postings.get(command.posting)
    if held is None:
        raise Refused("no-such-posting", posting=command.posting, mission=command.mission, day=command.until)
    for other in state.postings.values():
        if other.post == held.post and held.first < other.first and command.until >= other.first.isoformat():
            start, end = other.first, other.last
            raise Refused("posting-overlaps", post=held.post, posting=other.code, start=start, end=end)
    if command.until < held.first.isoformat():
        raise Refused("ends-before-start", what=command.posting, end=command.until, start=held.first)
    if held.last.isoformat() == command.until:
        return []
    return [New("PostingEnded", {"posting": command.posting, "until": command.until})]


def record_absence(command: c.RecordAbsence, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Days away, from today if it is sudden, without a reason. A scope needs a substitute to whom it is given."""
    for code in (command.posting, command.substitute):
        if code is not None and code not in state.postings:
            raise Refused("no-such-posting", posting=code, mission=command.mission, day=command.from_day)
    if command.until < command.from_day:
        raise Refused("ends-before-start", what=command.posting, end=command.until, start=command.from_day)
    if command.substitute == command.posting:
        raise Refused("second-person", what="A substitute", posting=command.posting)
    if state.is_local_agent(command.substitute or "") and not state.is_local_agent(command.posting):
        raise Refused("never-alone")
    if command.scope and command.substitute is None:
        raise Refused("scope-of-nobody", posting=command.posting)
    code = f"a-{command.command_id.hex[:12]}"
    if code in state.absences:
        return []
    data = {
        "absence": code,
        "posting": command.posting,
        "from_day": command.from_day,
        "until": command.until,
        "substitute": command.substitute,
        "scope": list(dict.fromkeys(command.scope)),
    }
    return [New("AbsenceRecorded", data)]


def end_absence(command: c.EndAbsence, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Back sooner; an absence that had not begun did not take place."""
    known = state.absences.get(command.absence)
    if known is None:
        raise Refused("no-such-posting", posting=command.absence, mission=command.mission, day=command.until)
    until = max(command.until, (known.first - timedelta(days=1)).isoformat())
    if known.last.isoformat() <= until:
        return []
    return [New("AbsenceEnded", {"absence": command.absence, "until": until})]
