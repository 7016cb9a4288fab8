"""The forms of what is written down of a case, made from the entries' own models: what a model asks for is asked for here.

A field is a choice where its model names the choices, words where it takes words. Nothing is read that a model does not name.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, ValidationError
from pydantic.fields import FieldInfo

from chancery.cases.entries import MODELS
from chancery.cases.mechanisms import offered
from chancery.i18n import language, tr, word
from chancery.telling.case import labels
from chancery.web.faults import FormFault
from chancery.web.forms import Sent
from domain.commands import Entry

WRITTEN: Final[tuple[Entry, ...]] = (
    "note", "contact", "source", "verification", "risk", "identity", "related", "option", "external_action",
)  # fmt: skip
"""What is written down by form, in the order in which it comes up. A wish has a page of its own."""

THREATS: Final = (
    "surveillance", "summons", "arrest", "prosecution", "violence", "death_threat", "smear", "travel_ban",
    "office_search", "online_attack", "loss_of_work",
)  # fmt: skip
"""Kinds of threat to tick. They are sealed like the rest; other codes, noted elsewhere, are shown as they are."""

WHY_NOT: Final = (
    "risk_of_harm", "no_safe_channel", "no_means_here", "no_longer_needed", "led_by_another_mission",
)  # fmt: skip
"""Why an option was refused or not used."""

Kind = Literal["choice", "line", "text", "lines", "boxes", "day", "moment", "number", "box"]

_LEFT_OUT: Final[Mapping[Entry, frozenset[str]]] = {"note": frozenset({"kind", "urgent", "more"})}
"""Fields that a form fills in by itself, or that other commands write."""
_LONG: Final = frozenset({"words", "mitigation", "method", "work"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: what it is asked as, its label, and its choices as (code, text) pairs."""

    name: str
    kind: Kind
    label: str
    needed: bool
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def fields_of(entry: Entry, country: str | None = None) -> list[Field]:
    """The form of an entry, in the language that is spoken. `country`: whose mechanisms are offered."""
    known, hints = labels(), _hints()
    found = []
    for name, info in MODELS[entry].model_fields.items():
        if name in _LEFT_OUT.get(entry, ()):
            continue
        kind, codes = _kind(entry, name, info)
        choices = _choices(entry, name, codes, country)
        label = known.get(f"{entry}.{name}") or known[name]
        value = (
            "" if info.is_required() else {None: "", True: "yes", False: ""}.get(info.default, info.default)
        )
        found.append(
            Field(
                name,
                kind,
                label,
                info.is_required(),
                value if kind in ("choice", "box") else "",
                choices,
                hints.get(f"{entry}.{name}", ""),
            )
        )
    return found


def read_entry(form: Sent, entry: Entry, zone: str) -> dict[str, Any]:
    """What was typed, as the entry that its model makes of it. Raises FormFault with a sentence for each field."""
    content: dict[str, Any] = {}
    for field in fields_of(entry):
        value = _read(form, field, zone)
        if value not in (None, "", []):
            content[field.name] = value
    try:
        return MODELS[entry].model_validate(content).model_dump(mode="json")
    except ValidationError as problem:
        raise FormFault(**_wrong(entry, problem)) from None


def _read(form: Sent, field: Field, zone: str) -> Any:
    name = field.name
    readers: Mapping[Kind, Callable[[], Any]] = {
        "lines": lambda: [line.strip() for line in form.text(name).splitlines() if line.strip()],
        "boxes": lambda: form.many(name),
        "box": lambda: form.flag(name),
        "number": lambda: form.number(name),
        "day": lambda: form.day(name),
        "moment": lambda: form.moment(name, zone),
    }
    return readers.get(field.kind, lambda: form.text(name))()


def _wrong(entry: Entry, problem: ValidationError) -> dict[str, str]:
    """A sentence for each field that the model refuses. What was typed is never repeated in it."""
    about = {
        "role": tr("Say it for people near the defender, and only for them."),
        "identity": tr("A name is kept only with that person's own consent."),
        "do_not_contact": tr("Write hours such as 22:00-07:00, one a line."),
        "mechanism": tr("Choose one of the list."),
    }
    found: dict[str, str] = {}
    for error in problem.errors(include_url=False, include_input=False, include_context=False):
        where = str(error["loc"][0]) if error["loc"] else ""
        if where not in MODELS[entry].model_fields:
            where = error["msg"].removeprefix("Value error, ").partition(":")[0]
            found[where] = about.get(where, tr("This cannot be used here."))
        elif error["type"] in ("missing", "string_too_short"):
            found[where] = tr("This is needed.")
        elif error["type"] == "string_too_long":
            found[where] = tr("This is too long: at most 20 000 characters.")
        else:
            found[where] = tr("This cannot be used here.")
    return found


_OWN: Final[Mapping[tuple[Entry, str], tuple[Kind, tuple[Any, ...]]]] = {
    ("option", "mechanism"): ("choice", ()),
    ("option", "reason"): ("choice", WHY_NOT),
    ("source", "credibility"): ("choice", tuple(range(1, 7))),
    ("risk", "threats"): ("boxes", THREATS),
}
"""Fields whose model names no choices, and which are chosen all the same."""
_BY_TYPE: Final[Mapping[Any, Kind]] = {
    bool: "box", int: "number", date: "day", datetime: "moment", AwareDatetime: "moment"
}  # fmt: skip


def _kind(entry: Entry, name: str, info: FieldInfo) -> tuple[Kind, tuple[Any, ...]]:
    """How a field is asked for, and the codes to choose from."""
    plain = _plain(info.annotation)
    if get_origin(plain) is Literal:
        return "choice", get_args(plain)
    if (entry, name) in _OWN:
        return _OWN[entry, name]
    if get_origin(plain) is tuple:
        return "lines", ()
    return _BY_TYPE.get(plain, "text" if name in _LONG else "line"), ()


def _plain(annotation: Any) -> Any:
    """The type itself: without `| None` and without what is annotated to it."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _choices(
    entry: Entry, name: str, codes: tuple[Any, ...], country: str | None
) -> tuple[tuple[str, str], ...]:
    if (entry, name) == ("option", "mechanism"):
        return tuple(
            (one.code, one.title.fr if language() == "fr" else one.title.en) for one in offered(country)
        )
    if (entry, name) == ("option", "reason"):
        return tuple((code, word(code)) for code in codes)
    return tuple((str(code), word(f"said:{code}")) for code in codes)


def _hints() -> dict[str, str]:
    return {
        "identity.also_known_as": tr("One a line."),
        "identity.languages": tr("One a line."),
        "contact.do_not_contact": tr("Write hours such as 22:00-07:00, one a line."),
        "risk.role": tr("Only for people near the defender: their role, never who they are."),
        "related.identity": tr("A name is kept only with that person's own consent."),
        "note.when": tr("If it was earlier: both times are kept."),
        "risk.judgement": tr("Yours, beside the three inputs: too little known never makes a risk low."),
        "verification.state": tr("Unverified is a result too."),
    }
