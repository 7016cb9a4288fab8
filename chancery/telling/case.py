"""What is known of a case, as people read it: a sentence for each sealed entry, and what stands in it by plain labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chancery.i18n import language, tr, word
from chancery.locale.codes import CODES
from chancery.telling import names
from chancery.telling.moments import local

if TYPE_CHECKING:
    from chancery.cases.record import Line

_LONG: Final = frozenset({"words", "mitigation", "method", "content"})
"""Fields that hold text of several lines: they stand below the others."""
_CODES: Final = (
    "kind", "channel", "whom", "safe", "gender", "travel_document", "reliability", "credibility", "channel_secure",
    "state", "threat", "vulnerability", "capacity", "judgement", "threats", "status", "reason", "actor", "action",
    "role", "risk", "by", "agreed", "withdrawn", "explained", "basis", "to",
)  # fmt: skip
"""Fields that hold codes. What anybody typed is shown as typed, even where it is written like a code."""
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_LATER: Final = timedelta(minutes=1)
_LINK: Final = "case"
"""What the link from an obligation to its case is sealed as: the page shows it as a table of its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as it is told. `facts` are (label, text) pairs, `words` what was written at length."""

    position: int
    at: datetime
    entry: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    obligation: str = ""
    entered: datetime | None = None
    """When it was written down, where that was later than what it tells."""


def told(line: Line, zone: str, people: Mapping[str, str]) -> Said | None:
    """A sealed line as its reader sees it, in the language that is spoken; None for the link to an obligation."""
    if line.kind == _LINK:
        return None
    by = people.get(line.by, word(line.by))
    if line.refusal is not None:
        shut = tr("{by} sealed something that cannot be read ({code}).", by=by, code=line.refusal)
        return Said(line.position, line.at, "", shut, obligation=line.obligation)
    content = line.content
    if line.entry == "note" and isinstance(content, Mapping) and content.get("kind") != "note":
        entry = {"contact": "contact-taken"}.get(str(content["kind"]), str(content["kind"]))
    else:
        entry = line.entry or line.kind.partition(":")[0]
    titled = _titled(line.definition)
    sentence = _sentence(entry, by, titled, line.kind)
    if isinstance(content, Mapping):
        facts, words = _parts(line.entry or line.kind, content, zone)
    else:
        facts, words = (), (_text(content),)
    entered = line.recorded if line.recorded - line.at >= _LATER else None
    return Said(line.position, line.at, entry, sentence, facts, words, line.obligation, entered)


def _titled(code: str) -> str:
    """A definition's title, whichever of the shipped instruments has it; else its code."""
    from chancery.instruments import shipped

    found = (names.definition_title(instrument, code) for instrument in shipped())
    return next((title for title in found if title != code), code)


def _sentence(entry: str, by: str, definition: str, kind: str) -> str:
    """What was done, in one sentence; whatever a later version seals has one too."""
    if entry == "evidence":
        what = word(kind.partition(":")[2])
        return tr(
            "{by} sealed evidence ({kind}) with: {definition}.", by=by, kind=what, definition=definition
        )
    own = {
        "alert": tr("{by} took down an alert.", by=by),
        "contact-taken": tr("{by} took down a contact.", by=by),
        "note": tr("{by} wrote a note.", by=by),
        "merge": tr("{by} wrote down how this code stands to another.", by=by),
        "identity": tr("{by} wrote down who it is.", by=by),
        "contact": tr("{by} wrote down how to reach them.", by=by),
        "source": tr("{by} graded a source.", by=by),
        "verification": tr("{by} wrote down what checking gave.", by=by),
        "risk": tr("{by} judged the risk.", by=by),
        "option": tr("{by} wrote down an option.", by=by),
        "external_action": tr("{by} wrote down what others do.", by=by),
        "related": tr("{by} wrote down somebody near.", by=by),
        "consent": tr("{by} wrote down a wish of the defender.", by=by),
        "disclosure": tr("{by} shared something.", by=by),
        "sitting": tr("{by} wrote down a sitting.", by=by),
        "shredding": tr("{by} asked that the content be destroyed.", by=by),
    }
    return own.get(entry) or tr("{by} sealed something with: {definition}.", by=by, definition=definition)


def _parts(
    entry: str, content: Mapping[str, Any], zone: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    known = labels()
    order = {name: n for n, name in enumerate(known)}
    facts: list[tuple[str, str]] = []
    words: list[str] = []
    # What is sealed comes back by the alphabet of its keys; it is told in the order in which it was asked.
    for key, value in sorted(
        _flat(content), key=lambda one: order.get(f"{entry}.{one[0]}", order.get(one[0], 0))
    ):
        if value in (None, "", [], {}, False):
            continue
        text = _mechanism(value) if key == "mechanism" else _value(value, zone, key in _CODES)
        if key in _LONG:
            words.append(text)
        else:
            facts.append((known.get(f"{entry}.{key}") or known.get(key) or key, text))
    return tuple(facts), tuple(words)


def _flat(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields one by one; what stands within `more` or `content` comes out of it, an ordinary `kind` of note is left out."""
    for key, value in content.items():
        if isinstance(value, Mapping) and key in ("more", "content"):
            yield from value.items()
        elif isinstance(value, Mapping):
            for name, until in value.items():  # what was agreed: each kind with its end
                yield "agreed", [name, until] if until else name
        elif (key, value) not in (("kind", "note"), ("kind", "merge"), ("words", "-")):
            yield key, value


def _value(value: Any, zone: str, coded: bool) -> str:
    if isinstance(value, bool):
        return tr("yes")
    if isinstance(value, list):
        return ", ".join(_value(one, zone, coded) for one in value)
    text = str(value)
    if _INSTANT.fullmatch(text):
        return local(text, zone)
    if not coded:
        return text
    return next((word(code) for code in (f"said:{text}", f"consent:{text}", text) if code in CODES), text)


def _mechanism(code: Any) -> str:
    from chancery.cases.mechanisms import find

    found = find(str(code))
    return str(code) if found is None else str(getattr(found.title, language()))


def _text(content: Any) -> str:
    """Words as they are; a file that is no text by its size alone."""
    text = str(content)
    if "\ufffd" in text or "\x00" in text:
        return tr("A file of about {n} kB that is no text.", n=max(1, len(text) // 1000))
    return text


def spoken(prefix: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with what they are called, for a list to choose from: those of `said:` or of `consent:`."""
    return [(code, word(f"{prefix}:{code}")) for code in codes]


def labels() -> dict[str, str]:
    """What each field of a sealed entry is called: `entry.field`, or `field` where it means the same everywhere."""
    return {
        "words": tr("In words"),
        "whom": tr("Whom it is about"),
        "role": tr("How they stand to the defender"),
        "channel": tr("How it reached us"),
        "kind": tr("Of what kind"),
        "when": tr("When"),
        "urgent": tr("Urgent"),
        "by": tr("Who said so"),
        "agreed": tr("Agreed to, and until when"),
        "withdrawn": tr("Refused or taken back"),
        "explained": tr("What was explained before"),
        "to": tr("With whom"),
        "code": tr("The code by which they know it"),
        "basis": tr("Why nobody was asked"),
        "merged": tr("Taken in"),
        "merged-into": tr("Merged into"),
        "separated": tr("Separated again"),
        "separated-from": tr("Separated from"),
        "identity.kind": tr("A person, a group or an organisation"),
        "identity.name": tr("Name"),
        "identity.also_known_as": tr("Other names"),
        "identity.work": tr("What they do for human rights"),
        "identity.gender": tr("Gender, as they say it"),
        "identity.languages": tr("Languages"),
        "identity.nationality": tr("Nationality"),
        "identity.travel_document": tr("Travel document"),
        "identity.travel_document_until": tr("Travel document valid until"),
        "identity.business_related": tr("Their work concerns a business"),
        "contact.channel": tr("Channel"),
        "contact.address": tr("Number or address"),
        "contact.whom": tr("Who answers there"),
        "contact.safe": tr("Is the channel safe?"),
        "contact.do_not_contact": tr("Hours at which not to call"),
        "source.kind": tr("Where it is known from"),
        "source.reliability": tr("How reliable the source is"),
        "source.credibility": tr("How credible what it says is"),
        "source.channel_secure": tr("Is its channel safe?"),
        "source.who": tr("Who the source is"),
        "verification.state": tr("What checking gave"),
        "verification.independent_sources": tr("Independent sources asked"),
        "verification.method": tr("How it was checked"),
        "risk.threat": tr("Threat"),
        "risk.vulnerability": tr("Vulnerability"),
        "risk.capacity": tr("Capacity to protect themselves"),
        "risk.judgement": tr("Judgement"),
        "risk.threats": tr("Kinds of threat"),
        "risk.mitigation": tr("What lowers the risk"),
        "option.mechanism": tr("Mechanism"),
        "option.status": tr("What became of it"),
        "option.reason": tr("Reason"),
        "external_action.actor": tr("Who acts"),
        "external_action.action": tr("What they do"),
        "external_action.when": tr("On which day"),
        "external_action.under_way": tr("It is still under way"),
        "related.risk": tr("The risk to them"),
        "related.own_consent": tr("They agreed themselves that their name is kept"),
        "related.identity": tr("Name, only if they agreed"),
    }
