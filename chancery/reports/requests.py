"""What can be asked of a report, as a file says it: read strictly, for a file is anybody's."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Code = Annotated[str, Field(min_length=1, max_length=120)]


class Request(BaseModel):
    """What every request has: which kind of report it asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str


class StaffRequest(Request):
    """A person's record over a period of local days, both included."""

    kind: Literal["staff"]
    officer: Code
    postings: tuple[Code, ...]
    first: date
    last: date
    regime: Code | None


class StructuralRequest(Request):
    """What a mission's duties met over a period; `mission` None: every one."""

    kind: Literal["structural"]
    mission: Code | None
    first: date
    last: date
    audience: Literal["mission", "outside"]


class AuditRequest(Request):
    """What became of obligations in a half-year, by paragraph or definition; `missions` None: every one."""

    kind: Literal["audit"]
    half: Annotated[str, Field(pattern=r"^[0-9]{4}-[12]$")]
    by: Literal["paragraph", "definition"]
    missions: tuple[Code, ...] | None


class ReviewRequest(Request):
    """A review with the report of one of its editions."""

    kind: Literal["review"]
    review: Annotated[str, Field(pattern=r"^rv-[0-9a-f]{12}$")]
    edition: Annotated[int, Field(ge=1, le=10_000)]


KINDS: Final[dict[str, type[Request]]] = {
    "staff": StaffRequest,
    "structural": StructuralRequest,
    "audit": AuditRequest,
    "review": ReviewRequest,
}


def parse(kind: str, request: Any) -> Request | None:
    """The request of a report of that kind; None if it is none. Raises KeyError for a kind that there is not."""
    try:
        return KINDS[kind].model_validate(request)
    except ValidationError:
        return None
