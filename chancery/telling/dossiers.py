"""What happened to a work plan, a review, an export or the statement of purpose, as sentences. One a type, whole in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chancery.i18n import tr, word
from chancery.telling.moments import local
from chancery.telling.names import called
from domain.envelope import Event

SENTENCES: Final[Mapping[str, str]] = {
    "PurposeStated": "{by} stated what staff reports are for ({opinion}); they are kept {months} months.",
    "PurposeWithdrawn": "{by} withdrew the statement of what staff reports are for.",
    "WorkPlanDrafted": "{by} put down a work plan for {posting}, {first} to {last}: {n} objectives.",
    "WorkPlanAgreed": "{by} agreed to edition {edition} of the work plan, as {part}.",
    "WorkPlanAmended": "{by} put down edition {edition} of the work plan: {reason}.",
    "WorkPlanEnded": "{by} ended the work plan: {reason}.",
    "ReviewOpened": "{by} opened a review for {first} to {last}, on the log up to position {size}.",
    "ReviewRead": "{by} opened the report, as {part}.",
    "ReviewCommented": "{by} added words, sealed, as {part}.",
    "ItemContested": "{by} contested something ({figure}): {ground}.",
    "ContestAnswered": "{by} answered what was contested: {answer}.",
    "ReviewMadeAgain": "{by} had the report made again, on the log up to position {size}.",
    "ReviewSigned": "{by} signed, as {part}: {stance}.",
    "ReviewerReplaced": "{posting} is now {part}: {reason}.",
    "ReviewCancelled": "{by} called the review off: {reason}.",
    "ExportProposed": "{by} asked for a full export ({scope}), for {recipient}: {purpose}. It lapses {expires}.",
    "ExportAnswered": "{by} answered the request for an export: {approved}.",
    "ExportMade": "{by} made the export, on the log up to position {size}.",
}
"""Event type → English sentence; the French ones stand in `chancery/locale`."""

TEXTS: Final[Mapping[str, str]] = {"addendum": "{by} added an addendum, on the log up to position {size}."}
"""What is said otherwise: of a report made again after it was signed."""

_CODED: Final = (
    "opinion", "part", "reason", "figure", "ground", "answer", "stance", "scope", "recipient", "purpose",
)  # fmt: skip
_AS_IS: Final = ("edition", "first", "last", "size")


def sentence(event: Event, zone: str, held: Mapping[str, str]) -> str:
    """What an event of a dossier says, in the language that is spoken; `held` is posting → officer."""
    data = event.data

    def known(code: Any) -> str:
        return called(str(code), held) if code else tr("nobody")

    params: dict[str, Any] = {
        "by": known(event.by),
        "posting": known(data.get("posting")),
        "months": data.get("retention_months", ""),
        "n": len(data.get("objectives", ())),
        "approved": tr("yes") if data.get("approved") else tr("no"),
        "expires": local(data.get("expires"), zone),
    }
    params |= {name: word(data.get(name)) for name in _CODED}
    params |= {name: data.get(name, "") for name in _AS_IS}
    return tr(TEXTS["addendum"] if data.get("addendum") else SENTENCES[event.type], **params)
