"""Terms as people say them: `3wd` is "3 working days", `by:03-31` is "by 31 March"."""

from chancery.i18n import tr
from chancery.telling.year import MONTHS
from domain.term import BadTerm, Term


def term_words(term: str) -> str:
    """A term in words, in the language that is spoken; what is no term stays as it is written."""
    if term == "period":
        return tr("by the end of the period")
    try:
        found = Term.parse(term)
    except BadTerm:
        return term
    if found.kind == "at":
        return tr("at the appointment")
    if found.kind == "by":
        return tr("by {day} {month}", day=found.day, month=tr(MONTHS[found.month - 1]))
    n = found.n
    said = {
        "wd": tr("1 working day") if n == 1 else tr("{n} working days", n=n),
        "h": tr("1 hour") if n == 1 else tr("{n} hours", n=n),
        "d": tr("1 day") if n == 1 else tr("{n} days", n=n),
        "mo": tr("1 month") if n == 1 else tr("{n} months", n=n),
        "y": tr("1 year") if n == 1 else tr("{n} years", n=n),
        "before": tr("1 working day before the appointment")
        if n == 1
        else tr("{n} working days before the appointment", n=n),
    }
    return said[found.kind]
