"""What a signed review says beside the record itself, in English and French."""

from typing import Final

from chancery.reports.paper import words as shared
from domain import vocabulary

UNSEEN: Final = ("talks", "why_unsaid", "people")
"""What a review cannot show, by code."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Review {review}", "Évaluation {review}"),
    "period": ("{first} to {last}", "Du {first} au {last}"),
    "about": ("Person concerned (posting)", "Personne concernée (affectation)"),
    "part.officer": ("Person concerned", "Personne concernée"),
    "part.manager": ("Manager", "Supérieur"),
    "part.second": ("Second person", "Deuxième personne"),
    "part.other": ("Another reader", "Autre lecteur"),
    "digest": ("Digest of the record (SHA-256)", "Condensé de l'état (SHA-256)"),
    "status.unseen": (
        "The person concerned has not opened it yet.",
        "La personne concernée ne l'a pas encore ouvert.",
    ),
    "status.replying": ("It is not signed yet.", "Elle n'est pas encore signée."),
    "status.signed": ("Signed.", "Signée."),
    "status.addendum": (
        "Signed; an addendum waits for signatures.",
        "Signée ; un additif attend les signatures.",
    ),
    "status.cancelled": ("Called off: this is no review.", "Annulée : ceci n'est pas une évaluation."),
    "signatures": ("Signatures", "Signatures"),
    "signed": ("{part}: {stance}", "{part} : {stance}"),
    "of_edition": ("Edition {edition}, {at}", "Version {edition}, {at}"),
    "stance.agrees": ("signed, agrees", "signé, d'accord"),
    "stance.disagrees": ("signed, does not agree", "signé, pas d'accord"),
    "stance.seen": ("signed that they saw it", "signé pour prise de connaissance"),
    "comments": ("What was said", "Ce qui a été dit"),
    "said": ("{part}, {at}", "{part}, {at}"),
    "quoted": ("“{text}”", "« {text} »"),
    "gone": (
        "The words can be read no longer: the key that sealed them is gone or locked.",
        "Le texte ne peut plus être lu : la clé qui le scellait n'existe plus ou est verrouillée.",
    ),
    "contests": ("What was contested", "Ce qui a été contesté"),
    "contested": ("{figure}: {ground} ({at})", "{figure} : {ground} ({at})"),
    "entries": ("Entries of the log: {positions}", "Entrées du journal : {positions}"),
    "unanswered": ("Not answered yet.", "Pas encore de réponse."),
    "answered": ("Second person, {at}: {answer}", "Deuxième personne, {at} : {answer}"),
    "answer.stands": ("it stands", "c'est maintenu"),
    "answer.corrected": ("the record was corrected", "l'état a été corrigé"),
    "answer.noted": ("noted beside the record", "noté en regard de l'état"),
    "editions": ("Editions", "Versions"),
    "edition": (
        "Edition {edition}, on the log of size {size}, {at}",
        "Version {edition}, sur le journal de taille {size}, {at}",
    ),
    "edition_addendum": (
        "Addendum, edition {edition}, on the log of size {size}, {at}",
        "Additif, version {edition}, sur le journal de taille {size}, {at}",
    ),
    "seen": ("Opened by the person concerned: {at}", "Ouvert par la personne concernée : {at}"),
    "not_seen": ("not yet", "pas encore"),
    "reply": ("Time to reply until {at}", "Délai de réponse jusqu'au {at}"),
    "digest_is": ("Digest {digest}", "Condensé {digest}"),
    "readings": ("Who opened it", "Qui l'a ouvert"),
    "read": ("{part}, {at}", "{part}, {at}"),
    "addendum": (
        "Addendum: what edition {edition} says otherwise",
        "Additif : ce que la version {edition} dit autrement",
    ),
    "changed": ("{figure}: {fields}", "{figure} : {fields}"),
    "unseen.talks": (
        "What manager and officer said to each other.",
        "Ce que le supérieur et l'agent se sont dit.",
    ),
    "unseen.why_unsaid": (
        "Why somebody did not comment or did not sign.",
        "Pourquoi quelqu'un n'a pas commenté ou pas signé.",
    ),
    "unseen.people": (
        "Who stands behind a posting: the directory says it to whom it may.",
        "Qui se trouve derrière une affectation : l'annuaire le dit à qui en a le droit.",
    ),
    "ground.not_mine": ("it was not mine", "ce n'était pas à moi"),
    "ground.wrong_time": ("the time is wrong", "le moment est inexact"),
    "ground.wrong_outcome": ("the end is wrong", "l'issue est inexacte"),
    "ground.wrong_reason": ("the reason is wrong", "le motif est inexact"),
    "ground.missing": ("something is missing", "il manque quelque chose"),
    "ground.counted_twice": ("counted twice", "compté deux fois"),
    "ground.waited_on_others": ("it waited on others", "cela dépendait d'autres"),
    "ground.away": ("I was away", "j'étais absent"),
    "ground.no_capacity": ("there was no capacity", "les moyens manquaient"),
    "ground.term_not_fair": ("the term was not fair", "le délai n'était pas équitable"),
    "ground.other": ("another ground", "un autre motif"),
}
"""Code → English, French. What every report shares stands in chancery/reports/paper/words.py."""

assert all(f"ground.{ground}" in WORDS for ground in vocabulary.CONTEST_GROUNDS)


def word(code: str, language: str, **values: object) -> str:
    """A sentence in `en` or `fr`. Raises KeyError for a code that nobody put into words."""
    found = WORDS.get(code)
    if found is None:
        return shared.word(code, language, **values)
    return found[language == "fr"].format(**values)
