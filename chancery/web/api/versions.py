"""ETags: which version of something was seen. They are the versions of its stream, so that one who changes it can say so."""

import re
from typing import Annotated, Final

from fastapi import Header, Response

from chancery.web.api.problems import Problem
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

_TAG: Final = re.compile(r'"(?P<what>[!-~]+?)\.v(?P<version>\d{1,9})(\.r\d{1,9})?"')

Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=300,
        description='The ETag of what you saw, such as `"o-1/hold.1.v7.r2"`; `*` if any version will do.',
    ),
]


def tag_of(state: Obligation | Mission, task: str | None = None) -> str:
    """The ETag of a mission, an obligation or a task as it stands."""
    if isinstance(state, Mission):
        return f'"{state.code}.v{state.version}"'
    if task is None:
        return f'"{state.id}.v{state.version}"'
    return f'"{state.id}/{task}.v{state.version}.r{state.tasks[task].revision}"'


def give(response: Response, state: Obligation | Mission, task: str | None = None) -> None:
    """Send the ETag of what is shown."""
    response.headers["ETag"] = tag_of(state, task)


def expected(seen: str | None, state: Obligation | Mission, task: str | None = None) -> int | None:
    """The version that `If-Match` names; None for `*`. An obligation's own ETag serves for its tasks too.

    Raises Problem `version-needed`; Moved if it names something else.
    """
    if seen is None:
        raise Problem("version-needed")
    if seen.strip() == "*":
        return None
    own = state.code if isinstance(state, Mission) else state.id
    for found in _TAG.finditer(seen):
        if found["what"] in (own, f"{own}/{task}"):
            return int(found["version"])
    raise Moved(state, task, 0)


class Moved(Refused):
    """It is not at the version that was seen. Its ETag goes with the answer."""

    def __init__(self, state: Obligation | Mission, task: str | None, seen: int) -> None:
        kind = "mission" if isinstance(state, Mission) else "obligation"
        code = state.code if isinstance(state, Mission) else state.id
        super().__init__("changed-since", stream=f"{kind}/{code}", seen=seen, now=state.version)
        self.headers = {"ETag": tag_of(state, task)}
