"""What is written down of a case, entry by entry. All of it is sealed under the case's own key.

One model an entry, strict: what a model does not name cannot be stored by mistake. Family and colleagues are people of
their own: they stand here by role and risk, and by name only with their own consent (REQUIREMENTS.md, do-no-harm rule 3).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from chancery.cases.mechanisms import find
from chancery.cases.refusals import CaseRefused
from domain.commands import Entry
from domain.kinds import Code

Words = Annotated[str, Field(max_length=20_000)]
Some = Annotated[str, Field(min_length=1, max_length=20_000)]
Level = Literal["low", "medium", "high", "unknown"]
Judgement = Literal["immediate", "serious", "monitor"]
Role = Literal["partner", "child", "parent", "family", "colleague", "lawyer", "witness", "neighbour", "other"]
By = Literal["defender", "lawyer", "family"]
Channel = Literal[
    "in_person", "phone", "signal", "email", "letter", "via_lawyer", "via_family", "via_ngo", "other"
]
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_WEIGHT: Final[Mapping[str, int]] = {"low": 1, "medium": 2, "high": 3}
_RANK: Final[Mapping[str, int]] = {"monitor": 0, "serious": 1, "immediate": 2}
_IMMEDIATE_FROM: Final = 4.5
_SERIOUS_FROM: Final = 1.5
"""Threat times vulnerability over capacity, each 1 to 3: high and high over medium is immediate, three times medium serious
(product default)."""


class Record(BaseModel):
    """What every entry is: strict, and never changed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Identity(Record):
    """Who the case is: a person, a group or an organisation."""

    kind: Literal["person", "group", "organisation"]
    name: Some
    also_known_as: tuple[Some, ...] = ()
    work: Words = ""
    gender: Literal["woman", "man", "other", "unknown"] = "unknown"
    languages: tuple[Some, ...] = ()
    nationality: Words = ""
    travel_document: Literal["none", "valid", "expired", "withheld", "unknown"] = "unknown"
    travel_document_until: date | None = None
    business_related: bool = False


class Contact(Record):
    """How and when to reach them: `do_not_contact` are local hours such as 22:00-07:00. Nothing is ever sent automatically."""

    channel: Channel
    address: Words = ""
    whom: By = "defender"
    safe: Literal["yes", "no", "unknown"] = "unknown"
    do_not_contact: tuple[str, ...] = ()
    words: Words = ""

    @model_validator(mode="after")
    def _hours(self) -> Self:
        if not all(_HOURS.fullmatch(span) for span in self.do_not_contact):
            raise ValueError("do_not_contact: write hours such as 22:00-07:00")
        return self


class Note(Record):
    """Free words. `kind` says what for: the alert itself or a contact (how and when it came, how urgent), a note, a merge."""

    words: Some
    kind: Literal["alert", "contact", "note", "merge"] = "note"
    channel: Channel | None = None
    when: AwareDatetime | None = None
    urgent: bool | None = None
    more: dict[Code, Code] = {}


class Source(Record):
    """Where something is known from, graded: reliability of the source A to F, credibility of what it says 1 to 6.

    The grades are those of common practice: F and 6 mean that it cannot be judged, which is an answer and no gap.
    """

    kind: Literal[
        "defender", "family", "lawyer", "ngo", "press", "social_media", "partner_mission", "authorities", "other"
    ]  # fmt: skip
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Annotated[int, Field(ge=1, le=6)]
    channel_secure: Literal["yes", "no", "unknown"] = "unknown"
    who: Words = ""
    words: Words = ""


class Verification(Record):
    """What checking gave. `unverified` is a decision, not a reason to stall."""

    state: Literal["verified", "partly", "unverified", "contradicted"]
    independent_sources: Annotated[int, Field(ge=0, le=99)]
    method: Words = ""
    words: Words = ""


class Risk(Record):
    """Three inputs and a judgement, for the defender or for people near them (`role`, never who they are)."""

    whom: Literal["defender", "near"] = "defender"
    role: Role | None = None
    threat: Level
    vulnerability: Level
    capacity: Level
    judgement: Judgement
    threats: tuple[Code, ...] = ()
    mitigation: Words = ""
    words: Words = ""

    @model_validator(mode="after")
    def _near(self) -> Self:
        if (self.whom == "near") != (self.role is not None):
            raise ValueError("role: say it for people near the defender, and only for them")
        return self

    @property
    def indicated(self) -> Judgement | None:
        """What the three inputs alone would say; None where one is unknown: too little to reckon with is no low risk."""
        levels = [_WEIGHT.get(level) for level in (self.threat, self.vulnerability, self.capacity)]
        if None in levels:
            return None
        threat, vulnerability, capacity = (level for level in levels if level is not None)
        score = threat * vulnerability / capacity
        return "immediate" if score >= _IMMEDIATE_FROM else "serious" if score >= _SERIOUS_FROM else "monitor"


class Option(Record):
    """A mechanism offered or used, from the registry; formal and informal ones alike (REQUIREMENTS.md, R21, R22)."""

    mechanism: Code
    status: Literal["offered", "used", "refused_by_defender", "not_used"]
    reason: Code | None = None
    words: Words = ""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if find(self.mechanism) is None:
            raise ValueError("mechanism: no such code in the registry; `chancery mechanism list` shows them")
        return self


class ExternalAction(Record):
    """What others do, so that nobody cuts across it: domestic movements, networks, the United Nations, media (R29, R30)."""

    actor: Literal[
        "domestic_movement", "ngo", "network", "community", "un", "regional", "state", "media", "company", "family", "other"
    ]  # fmt: skip
    action: Literal[
        "urgent_appeal", "letter", "visit", "statement", "campaign", "legal", "support", "protest", "accompaniment", "other"
    ]  # fmt: skip
    when: date | None = None
    under_way: bool = True
    words: Words = ""


class Related(Record):
    """Somebody near the defender: role and risk. A name only with that person's own consent."""

    role: Role
    risk: Level
    own_consent: bool = False
    identity: Words = ""
    words: Words = ""

    @model_validator(mode="after")
    def _own_consent(self) -> Self:
        if self.identity and not self.own_consent:
            raise ValueError("identity: stored only with that person's own consent (own_consent)")
        return self


class Consent(Record):
    """What was explained and agreed, or withdrawn: who said so, over which channel, until when for each kind of action."""

    by: By
    channel: Channel
    agreed: dict[Code, AwareDatetime | None] = {}
    withdrawn: tuple[Code, ...] = ()
    explained: tuple[Literal["action", "publicity", "sharing", "reprisals", "withdrawal"], ...] = ()
    words: Words = ""


MODELS: Final[Mapping[Entry, type[Record]]] = {
    "identity": Identity,
    "contact": Contact,
    "note": Note,
    "source": Source,
    "verification": Verification,
    "risk": Risk,
    "option": Option,
    "external_action": ExternalAction,
    "related": Related,
    "consent": Consent,
}
"""Entry → its form. A test holds that every entry which a command knows has one."""


def parsed(entry: Entry, content: Mapping[str, Any]) -> Record:
    """The entry as its model. Raises CaseRefused `bad-record`, which names the field and never repeats what was in it."""
    try:
        return MODELS[entry].model_validate(dict(content))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        named = [str(part) for part in first["loc"][:1] if part in MODELS[entry].model_fields]
        text = first["msg"].removeprefix("Value error, ")
        if not named and ": " in text:
            field, _, text = text.partition(": ")
            named = [field]
        raise CaseRefused("bad-record", entry=entry, where=named[0] if named else "-", problem=text) from None


def standing(assessments: Sequence[Risk]) -> Judgement | None:
    """How serious a case stands, by every assessment in order: the most severe of those for the defender and people near.

    A later judgement takes the place of an earlier one for the same people. Only one with all three inputs known lowers
    `immediate`: too little data must not hide a clear threat to a life (OBLIGATIONS.md, CASE-INTAKE).
    """
    held: dict[str, Judgement] = {}
    for one in assessments:
        who = one.role or one.whom
        lower = held.get(who) == "immediate" and one.judgement != "immediate"
        if not (lower and one.indicated is None):
            held[who] = one.judgement
    return max(held.values(), key=_RANK.__getitem__, default=None)
