"""Why a day counted or not, in French. The log keeps the rules' English lines; names of holidays stay as published."""

import re
from typing import Final

from chancery.i18n import language

_LINES: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"the day of the event", "le jour du fait générateur"),
        (r"working day (\d+) of (\d+), counted back", r"jour ouvrable \1 sur \2, à rebours"),
        (r"working day (\d+) of (\d+)", r"jour ouvrable \1 sur \2"),
        (r"\bweekend\b", "fin de semaine"),
        (r"\bholiday: ", "jour férié : "),
        (r"\(estimated\)", "(date estimée)"),
        (r"; the end rolls on", " ; le terme est reporté"),
        (
            r"(\d+) hours from (.+), through nights, weekends and holidays",
            r"\1 heures à compter du \2, nuits, fins de semaine et jours fériés compris",
        ),
        (
            r"\bends at the appointment, (.+); its own end was (.+)",
            r"prend fin au rendez-vous, le \1 ; son propre terme était \2",
        ),
        (r"^ends (.+)", r"prend fin le \1"),
        (r"the end of (\d+) calendar days from (.+)", r"le terme de \1 jours civils à compter du \2"),
        (r"the end of (\d+) months from (.+)", r"le terme de \1 mois à compter du \2"),
        (r"the end of (\d+) years from (.+)", r"le terme de \1 ans à compter du \2"),
        (r"the task opens", "la tâche s'ouvre"),
        (r"the stated date; it never moves", "la date fixée ; elle ne bouge jamais"),
        (r"the day of the appointment", "le jour du rendez-vous"),
        (r"the appointment, (.+)", r"le rendez-vous, le \1"),
        (
            r"short notice: (.+) has passed; due at the appointment",
            r"bref délai : le \1 est passé ; échéance au rendez-vous",
        ),
        (r"^suspension \((.+) to (.+)\)", r"suspension (du \1 au \2)"),
        (r"^waiting on (.+?): (.+) \((.+) to (.+)\)", r"en attente de \1 : \2 (du \3 au \4)"),
        (r"; the term follows the appointment", " ; le délai suit le rendez-vous"),
        (r"; the term runs on", " ; le délai court"),
        (r"recomputed \((.+)\): was due (.+)", r"recalculé (\1) : échéance précédente \2"),
        (
            r"held: a recomputation ends no deadline before the second working day after it, (.+)",
            r"maintenu : aucun recalcul ne met fin à un délai avant le deuxième jour ouvrable qui le suit, le \1",
        ),
    )
)


def explained(reason: str) -> str:
    """One line of an explanation in the language that is spoken."""
    if language() == "en":
        return reason
    for pattern, text in _LINES:
        reason = pattern.sub(text, reason)
    return reason
