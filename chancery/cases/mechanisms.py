"""The registry of mechanisms: what can protect a defender, formal and informal alike, offered as options in a case.

It records that a mechanism exists, never who belongs to it. Data in `chancery/data/mechanisms.toml`.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from domain.casework import KINDS
from domain.kinds import Code
from domain.term import Term

Host = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
FILE: Final = "mechanisms.toml"


class Title(BaseModel):
    """What a mechanism is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    en: Annotated[str, Field(min_length=4, max_length=120)]
    fr: Annotated[str, Field(min_length=4, max_length=120)]


class Mechanism(BaseModel):
    """One mechanism. `consent` is the kind behind which a case is shared with it, None where nothing of a case is.

    `clock`: its own terms by name; not to be relied on while `confirmed` is false. `link`: a public host, as text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code
    arena: Literal["formal", "informal"]
    level: Literal["state", "regional", "eu", "un", "ngo", "network", "community"]
    kind: Literal[
        "complaint", "appeal", "protection", "relocation", "funding", "accompaniment", "presence", "publicity",
        "recognition", "policy", "support",
    ]  # fmt: skip
    consent: str | None
    countries: tuple[Country, ...] = ()
    clock: dict[Code, str] = {}
    confirmed: bool = True
    link: Host | None = None
    title: Title

    @field_validator("consent")
    @classmethod
    def _a_kind(cls, value: str) -> str | None:
        if value and value not in KINDS:
            raise ValueError(f"no kind of consent: one of {', '.join(KINDS)}, or empty")
        return value or None

    @field_validator("clock")
    @classmethod
    def _terms(cls, value: dict[str, str]) -> dict[str, str]:
        for term in value.values():
            Term.parse(term)
        return value


@cache
def registry() -> tuple[Mechanism, ...]:
    """Every mechanism, in the order of the file. Raises ValueError on a bad file, or a code that stands twice."""
    text = (resources.files("chancery") / "data" / FILE).read_text(encoding="utf-8")
    found = tuple(Mechanism.model_validate(one) for one in tomllib.loads(text)["mechanism"])
    if len({one.code for one in found}) != len(found):
        raise ValueError(f"{FILE}: a code stands twice; each must be its own")
    return found


def find(code: str) -> Mechanism | None:
    """The mechanism of that code, or None."""
    return next((one for one in registry() if one.code == code), None)


def offered(country: str | None = None, arena: str | None = None) -> list[Mechanism]:
    """What may be offered in a country: what is bound to no country or to this one; of one arena, if it is named."""
    return [
        one
        for one in registry()
        if (country is None or not one.countries or country in one.countries)
        and (arena is None or one.arena == arena)
    ]


def checklist(
    noted: Iterable[tuple[str, str]], country: str | None = None
) -> list[tuple[Mechanism, str | None]]:
    """What may be offered in a country, formal before informal, each with the last status noted in a case (None: not yet).

    `noted`: (mechanism, status) in the order of the log. What was noted is there even if it is bound to another country.
    """
    said = dict(noted)
    found = {one.code: one for one in offered(country)} | {
        c: one for c in said if (one := find(c)) is not None
    }
    ordered = sorted(found.values(), key=lambda one: (one.arena, registry().index(one)))
    return [(one, said.get(one.code)) for one in ordered]
