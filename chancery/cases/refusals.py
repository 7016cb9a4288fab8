"""What only the office of cases refuses, before anything reaches the rules: a stable code and a sentence in both languages."""

from typing import Final

from chancery import i18n
from domain.refusals import Told

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "no-such-case": (
        "Mission {mission} has no case {case}; taking down an alert opens one.",
        "La mission {mission} n'a pas de cas {case} ; recevoir une alerte en ouvre un.",
    ),
    "case-not-opened": (
        "Nothing serves the case {case} yet; taking down an alert opens its intake.",
        "Rien ne sert encore le cas {case} ; recevoir une alerte ouvre son accueil.",
    ),
    "same-case": (
        "{case} cannot be merged with itself.",
        "{case} ne peut être fusionné avec lui-même.",
    ),
    "not-merged": (
        "{case} is not merged with {other}.",
        "{case} n'est pas fusionné avec {other}.",
    ),
    "already-merged": (
        "{case} is merged already; separate the two first.",
        "{case} est déjà fusionné ; séparez d'abord les deux.",
    ),
    "case-not-yours": (
        "A case is open to who holds a task of it, and to the focal point, the alternate, the deputy and the Head of Mission.",
        "Un cas est ouvert à qui tient l'une de ses tâches, au point focal, à son suppléant, à l'adjoint et au chef de mission.",
    ),
    "readings-not-yours": (
        "Who read what is shown to the heads of the mission, to headquarters, auditors and the data protection officer.",
        "Qui a lu quoi est montré aux chefs de la mission, au siège, aux auditeurs et au délégué à la protection des données.",
    ),
    "reason-to-read": (
        "Headquarters and auditors read a case only with a reason, which is recorded: {codes}.",
        "Le siège et les auditeurs ne lisent un cas qu'avec un motif, qui est enregistré : {codes}.",
    ),
    "not-consulted": (
        "The case {case} has no consultation yet: nothing can be agreed to before it is open.",
        "Le cas {case} n'a pas encore de consultation : rien ne peut être convenu avant qu'elle soit ouverte.",
    ),
    "no-such-kind": (
        "{kind} is nothing that can be agreed to; one of these is: {kinds}.",
        "{kind} n'est rien à quoi l'on puisse consentir ; en voici : {kinds}.",
    ),
    "nothing-named": (
        "Name at least one kind of action: {kinds}.",
        "Nommez au moins un type d'action : {kinds}.",
    ),
    "not-attached": (
        "The case {case} is not attached to {obligation}.",
        "Le cas {case} n'est pas rattaché à {obligation}.",
    ),
    "bad-record": (
        "{entry}: {where}: {problem}",
        "{entry} : {where} : {problem}",
    ),
}


class CaseRefused(Told):
    """A request about a case that is not carried out. Its params are codes, never what was typed as words."""

    sentences = SENTENCES

    @property
    def message(self) -> str:
        """The sentence in the language that is spoken."""
        return self.sentence(i18n.language())
