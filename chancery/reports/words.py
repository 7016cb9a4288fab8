"""What a report says, in English and French. No word here judges a person."""

from typing import Final

from chancery.locale.codes import CODES
from chancery.reports.words_of_figures import FIGURE_WORDS

UNSEEN: Final = (
    "outside_the_log",
    "quality",
    "hours_worked",
    "declared_times",
    "sealed_words",
    "danger",
    "unasked",
    "whom_met",
    "reasons_looked_at",
    "evidence_looked_at",
    "office_hours",
    "elsewhere",
)
"""What the system cannot see, by code: it stands in every report."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    **FIGURE_WORDS,
    "title": ("Staff report", "Rapport individuel"),
    "officer": ("Officer", "Agent"),
    "period": ("Period", "Période"),
    "appraisal": ("Appraised under", "Évalué au titre de"),
    "times": ("Times are those of {zone}.", "Les heures sont celles de {zone}."),
    "known": (
        "As known at position {position} of log {origin}, recorded {recorded}",
        "État connu à la position {position} du journal {origin}, enregistrée le {recorded}",
    ),
    "leaf": ("Leaf of that position", "Empreinte de cette position"),
    "rehearsal": ("A rehearsal: nothing here happened.", "Répétition : rien de ceci n'a eu lieu."),
    "posts": ("Posts held", "Postes occupés"),
    "post": (
        "{post} ({role}), mission {mission}, {from} to {until}, share for this work {share_percent}\u00a0%",
        "{post} ({role}), mission {mission}, du {from} au {until}, part de ce travail {share_percent}\u00a0%",
    ),
    "post_open": (
        "{post} ({role}), mission {mission}, from {from}, no end known, share for this work {share_percent}\u00a0%",
        "{post} ({role}), mission {mission}, depuis le {from}, sans fin connue, part de ce travail {share_percent}\u00a0%",
    ),
    "absences": ("Days away", "Jours d'absence"),
    "absence1": (
        "{from} to {until}: {working_days} working day",
        "du {from} au {until} : {working_days} jour ouvrable",
    ),
    "absence": (
        "{from} to {until}: {working_days} working days",
        "du {from} au {until} : {working_days} jours ouvrables",
    ),
    "with_substitute": (", with a substitute", ", avec suppléance"),
    "without_substitute": (", without a substitute", ", sans suppléance"),
    "definitions": ("Texts", "Textes"),
    "definition": (
        "{definition}: {instrument} version {version}, paragraph {paragraph}",
        "{definition} : {instrument} version {version}, paragraphe {paragraph}",
    ),
    "definition_none": (
        "{definition}: {instrument} version {version}, not in its text",
        "{definition} : {instrument} version {version}, absent du texte",
    ),
    "confirmed": (" (confirmed)", " (confirmé)"),
    "not_confirmed": (
        " (number not checked against the official text)",
        " (numéro non vérifié sur le texte officiel)",
    ),
    "none": ("None.", "Néant."),
    "positions": ("positions", "positions"),
    "position": ("position", "position"),
    "case": ("Case {n}", "Dossier {n}"),
    "sitting": ("sitting {n}", "audience {n}"),
    "to": ("to", "au"),
    "cannot_see": ("What the system cannot see", "Ce que le système ne voit pas"),
    "due": ("due {due}", "échéance {due}"),
    "was_due": ("first due {due}", "échéance initiale {due}"),
    "term": ("term {term}, {source}", "délai {term}, {source}"),
    "provisional": ("a day of it is estimated", "un jour en est estimé"),
    "reason": ("reason {reason}", "motif {reason}"),
    "happened": ("happened {happened}", "fait le {happened}"),
    "entered": ("entered {at}", "saisi le {at}"),
    "until_then": ("counted to {at}", "compté jusqu'au {at}"),
    "own": ("own time", "temps propre"),
    "in_all": ("in all", "au total"),
    "whose": ("whose time", "temps de"),
    "wd1": ("{n} working day", "{n} jour ouvrable"),
    "wd": ("{n} working days", "{n} jours ouvrables"),
    "hm": ("{n} h:min", "{n} h:min"),
    "answered": ("answered {at}", "réponse le {at}"),
    "unanswered": ("no answer of this person's", "sans réponse de cette personne"),
    "confirmed_by_second": (
        "confirmed by a second person ({who})",
        "confirmé par une seconde personne ({who})",
    ),
    "refused_by_second": (
        "not confirmed by the second person ({who})",
        "non confirmé par la seconde personne ({who})",
    ),
    "self": ("the person themself", "la personne elle-même"),
    "other": ("somebody else", "une autre personne"),
    "asked_and_agreed": (
        "asked for by {requester}, agreed by {approver}",
        "demandé par {requester}, accepté par {approver}",
    ),
    "corrects_correction": (
        "corrects the correction at position {position}",
        "corrige la correction en position {position}",
    ),
    "asked_to_say": ("{field}: to say {asked}", "{field} : indiquer {asked}"),
    "asked_by": ("asked for by {requester}", "demandé par {requester}"),
    "refused": ("refused by {approver}", "refusé par {approver}"),
    "unanswered_correction": ("not answered", "sans réponse"),
    "not_met": (
        "not met: the period that the Guidelines state had passed (the day on which it ends is this product's)",
        "non remplie : la période que fixent les Orientations était passée (le jour où elle finit est celui de ce produit)",
    ),
    "before_after": ("{field}: {before} → {after}", "{field} : {before} → {after}"),
    # figures
    "assigned": ("Assigned in the period", "Attribuées pendant la période"),
    "carried_in": ("Carried in", "Reprises de la période précédente"),
    "accepted": ("Accepted", "Acceptées"),
    "on_time": ("Done on time", "Accomplies dans le délai"),
    "reported_in_time": ("Reported in time, unconfirmed", "Déclarées dans le délai, non confirmées"),
    "late": ("Done after the date", "Accomplies après la date"),
    "not_acted": ("Decided not to act, with the reason", "Décision de ne pas agir, avec le motif"),
    "waived": ("Waived", "Dispensées"),
    "cancelled": ("Cancelled: no longer had an object", "Annulées : devenues sans objet"),
    "handed_on": ("Handed on", "Transmises"),
    "carried_out": ("Carried out of the period, open", "Ouvertes à la fin de la période"),
    "own_time": ("Own time by task", "Temps propre par tâche"),
    "waiting": ("Waiting on others, taken out of own time", "Attentes de tiers, retirées du temps propre"),
    "stood_in": ("Time held as a named substitute", "Temps tenu comme suppléant désigné"),
    "acted_for": ("Done on behalf of an absent colleague", "Actes pour un collègue absent"),
    "escalations": ("Escalations addressed to this person", "Relances adressées à cette personne"),
    "rota": ("Rota", "Tableau de service"),
    "sittings": ("Sittings attended", "Audiences suivies"),
    "refused_entry": (
        "Entry refused, which counts as performed (also among the sittings)",
        "Entrée refusée, ce qui vaut accomplissement (figure aussi parmi les audiences)",
    ),
    "corrections": ("Corrections, before and after", "Corrections, avant et après"),
    "corrections_not_made": (
        "Corrections asked for and not made",
        "Corrections demandées et non faites",
    ),
    # accounts
    "account.own": ("own", "propre"),
    "account.another_officer": ("another officer", "un autre agent"),
    "account.vacancy": ("vacancy", "vacance"),
    "account.suspension": ("suspension", "suspension"),
    "account.headquarters": ("headquarters", "siège"),
    "account.outside": ("outside: {party}", "extérieur : {party}"),
    # sources
    "source.guideline": ("stated by the Guidelines", "fixé par les Orientations"),
    "source.local_strategy": ("set by the local strategy", "fixé par la stratégie locale"),
    "source.hq_instruction": ("set by headquarters", "fixé par le siège"),
    "source.product_default": (
        "a default of this product, not of the Guidelines",
        "valeur par défaut du produit, non des Orientations",
    ),
    # verdicts
    "on time": ("on time", "dans le délai"),
    "not yet due": ("not due by then", "non échue à cette date"),
    "handed on in time": ("handed on before the date", "transmise avant la date"),
    "waits": ("the clock stood still", "horloge arrêtée"),
    "reported in time, unconfirmed": ("reported in time, unconfirmed", "déclaré dans le délai, non confirmé"),
    "late in my hands": ("late in own hands", "en retard entre ses mains"),
    "late, shared": ("late, shared: see whose time it was", "en retard, partagé : voir à qui était le temps"),
    "after the guideline's date": ("after the Guidelines' date", "après la date des Orientations"),
    "after the local strategy's date": (
        "after the local strategy's date",
        "après la date de la stratégie locale",
    ),
    "after the instruction's date": ("after the instruction's date", "après la date de l'instruction"),
    "after the default date": ("after the default date", "après la date par défaut"),
    # rota, waits, sittings
    "offered": ("offered", "proposée"),
    "observer": ("observer", "observateur"),
    "backup": ("backup", "remplaçant"),
    "declined": ("declined", "déclinée"),
    "support": ("support", "appui"),
    "admitted.yes": ("admitted", "admis"),
    "admitted.partly": ("admitted in part", "admis en partie"),
    "admitted.refused": ("entry refused", "entrée refusée"),
    "clock.stopped": ("clock stopped", "horloge arrêtée"),
    "clock.ran_on": ("clock ran on", "horloge en marche"),
    # what it cannot see
    "unseen.outside_the_log": (
        "Work that nobody entered: conversations, advice, travel, preparation, other duties.",
        "Le travail que personne n'a saisi : entretiens, conseils, déplacements, préparation, autres tâches.",
    ),
    "unseen.quality": (
        "How well a thing was done, and what it changed. A number of acts is no measure of either.",
        "La qualité de ce qui a été fait et son effet. Le nombre d'actes ne mesure ni l'une ni l'autre.",
    ),
    "unseen.hours_worked": (
        "Hours worked. A task held is not a task worked on; days held run side by side.",
        "Les heures travaillées. Tenir une tâche n'est pas y travailler ; les jours tenus se recouvrent.",
    ),
    "unseen.declared_times": (
        "Whether a time was told rightly. When it was entered is certain; when it happened is a claim.",
        "Si une heure déclarée est exacte. La saisie est certaine ; le moment du fait est une déclaration.",
    ),
    "unseen.sealed_words": (
        "The words behind a reason code: they are sealed, and not read for this report.",
        "Les mots derrière un code de motif : ils sont scellés et ne sont pas lus pour ce rapport.",
    ),
    "unseen.danger": (
        "What became of a defender. It is never a measure of a person's work.",
        "Le sort d'un défenseur. Il ne mesure jamais le travail d'une personne.",
    ),
    "unseen.unasked": (
        "What should have been asked and was not: only tasks that were opened can be counted.",
        "Ce qui aurait dû être demandé et ne l'a pas été : seules les tâches ouvertes se comptent.",
    ),
    "unseen.whom_met": (
        "Whom a contact was with. It is sealed: one organisation met ten times and ten met once look alike here.",
        "Avec qui un contact a eu lieu. C'est scellé : une organisation vue dix fois et dix vues une fois se confondent ici.",
    ),
    "unseen.reasons_looked_at": (
        "Whether a reason for not acting was sound. Where nobody is named beside it, nobody's second look is in the log.",
        "Si un motif de ne pas agir était fondé. Sans nom de fonction à côté, aucun second regard n'est au journal.",
    ),
    "unseen.evidence_looked_at": (
        "Whether evidence is good. The log holds that it was given, its kind and its marking; nobody's check of it.",
        "Si une preuve est bonne. Le journal dit qu'elle fut donnée, son genre, son marquage ; non que quelqu'un l'a vérifiée.",
    ),
    "unseen.office_hours": (
        "The hours agreed with a person. Out of hours means outside this product's office hours of the mission.",
        "L'horaire convenu avec une personne. Hors horaires s'entend des heures de bureau de ce produit pour la mission.",
    ),
    "unseen.elsewhere": (
        "Entries and escalations on matters in which the person held no task and no place on a rota.",
        "Les saisies et relances sur des affaires où la personne n'a tenu ni tâche ni place au tableau.",
    ),
}


def word(code: str, language: str, **values: object) -> str:
    """The words of a code; a code of the house (a reason, a role) by its name there, any other as it stands."""
    pair = WORDS.get(code)
    if pair is None:
        plain = code.rpartition(".")[2]
        return CODES.get(plain, (plain, plain))[language == "fr"]
    return pair[language == "fr"].format(**values)
