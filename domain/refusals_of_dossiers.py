"""How a command on a dossier (work plan, review, export, statement of purpose) is refused: code → English, French."""

from typing import Final

OF_DOSSIERS: Final[dict[str, tuple[str, str]]] = {
    "no-such-dossier": (
        "There is no {dossier} here; the lists of work plans, reviews and exports show those there are.",
        "Il n'y a pas de {dossier} ici ; les listes des plans de travail, des évaluations et des exportations montrent ce qu'il y a.",
    ),
    "dossier-exists": (
        "{dossier} has been begun already; take another code.",
        "{dossier} a déjà été ouvert ; prenez un autre code.",
    ),
    "no-such-post": (
        "Mission {mission} has no post {post}; the staff table shows its posts.",
        "La mission {mission} n'a pas de poste {post} ; le tableau des effectifs montre ses postes.",
    ),
    "purpose-role": (
        "What staff reports are for is stated by these roles, each for itself: {roles}.",
        "La finalité des rapports sur le personnel est déclarée par ces rôles, chacun pour soi : {roles}.",
    ),
    "purpose-not-stated": (
        "No record of a person is drawn up before its purpose is stated; still missing: {roles}.",
        "Aucun état d'une personne n'est établi avant que sa finalité ne soit déclarée ; il manque encore : {roles}.",
    ),
    "workplan-ended": (
        "Work plan {workplan} has ended ({reason}); put down a new one.",
        "Le plan de travail {workplan} a pris fin ({reason}) ; établissez-en un autre.",
    ),
    "workplan-unchanged": (
        "These are the objectives that work plan {workplan} has already; change one of them.",
        "Ce sont les objectifs que le plan de travail {workplan} contient déjà ; modifiez-en un.",
    ),
    "edition-superseded": (
        "Work plan {workplan} has gone on to edition {last}; you saw edition {edition}: look again, then agree.",
        "Le plan de travail {workplan} en est à la version {last} ; vous avez vu la version {edition} : relisez-la, puis donnez votre accord.",
    ),
    "objective-empty": (
        "Objective {n} ({kind}) lacks {needs}: without it nothing of the record can be laid beside it.",
        "Il manque {needs} à l'objectif {n} ({kind}) : sans cela rien de l'état ne peut y être comparé.",
    ),
    "two-others": (
        "In {dossier} the manager and the second person are two others than the person concerned; {posting} cannot be both.",
        "Dans {dossier}, le supérieur et la deuxième personne sont deux autres que la personne concernée ; {posting} ne peut être les deux.",
    ),
    "own-review": (
        "Review {review} is about you; somebody else replaces its reviewers or calls it off.",
        "L'évaluation {review} porte sur vous ; quelqu'un d'autre en remplace les évaluateurs ou l'annule.",
    ),
    "export-own": (
        "You asked for export {export} yourself; a second person answers.",
        "Vous avez demandé l'exportation {export} vous-même ; une deuxième personne répond.",
    ),
    "review-cancelled": (
        "Review {review} was called off ({reason}).",
        "L'évaluation {review} a été annulée ({reason}).",
    ),
    "subject-first": (
        "The person concerned sees review {review} first; others from {until} (UTC), or as soon as they have opened it.",
        "La personne concernée voit l'évaluation {review} en premier ; les autres à partir de {until} (UTC), ou dès qu'elle l'a ouverte.",
    ),
    "review-unread": (
        "Open the report of review {review} first, then answer or sign.",
        "Ouvrez d'abord le rapport de l'évaluation {review}, puis répondez ou signez.",
    ),
    "contest-beyond": (
        "The report of review {review} knows positions up to {size}; name one of those.",
        "Le rapport de l'évaluation {review} connaît les positions jusqu'à {size} ; indiquez l'une d'elles.",
    ),
    "no-such-contest": (
        "In review {review} nothing was contested under {contest}.",
        "Dans l'évaluation {review}, rien n'a été contesté sous {contest}.",
    ),
    "contest-answered": (
        "What was contested under {contest} has its answer ({answer}).",
        "La contestation {contest} a déjà sa réponse ({answer}).",
    ),
    "review-not-later": (
        "Review {review} rests on the log up to position {size} already; nothing has come since.",
        "L'évaluation {review} repose déjà sur le journal jusqu'à la position {size} ; rien ne s'y est ajouté depuis.",
    ),
    "review-changed": (
        "The report of review {review} was made again (edition {edition}) since you saw it; look again, then sign.",
        "Le rapport de l'évaluation {review} a été refait (version {edition}) depuis que vous l'avez vu ; relisez-le, puis signez.",
    ),
    "stance-officer": (
        "Only the person concerned says whether they agree; as {part} you sign or you do not.",
        "Seule la personne concernée dit si elle est d'accord ; comme {part}, vous signez ou non.",
    ),
    "contests-open": (
        "In review {review} these still wait for the second person's answer: {contests}.",
        "Dans l'évaluation {review}, ces contestations attendent encore la réponse de la deuxième personne : {contests}.",
    ),
    "reply-first": (
        "The person concerned may answer review {review} until {until} (UTC); sign after that, or after they have.",
        "La personne concernée peut répondre à l'évaluation {review} jusqu'au {until} (UTC) ; signez ensuite, ou après elle.",
    ),
    "review-part-signed": (
        "Review {review} bears the signature of its {part} already; after that nobody takes their place.",
        "L'évaluation {review} porte déjà la signature du rôle {part} ; personne ne le remplace ensuite.",
    ),
    "review-signed": (
        "Review {review} is signed; a later correction adds an addendum.",
        "L'évaluation {review} est signée ; une correction ultérieure y ajoute un additif.",
    ),
    "not-a-party": (
        "You take no part in review {review}.",
        "Vous ne prenez pas part à l'évaluation {review}.",
    ),
    "export-not-approved": (
        "Export {export} may not be made: it is {status}; a second person has to approve it first.",
        "L'exportation {export} ne peut pas être faite : elle est {status} ; une deuxième personne doit d'abord l'approuver.",
    ),
    "export-range": (
        "An export goes from one position to a later one; {after} to {upto} is none.",
        "Une exportation va d'une position à une position ultérieure ; {after} à {upto} n'en est pas une.",
    ),
    "export-whole": (
        "{role} may not have the whole installation's log; these roles may: {roles}.",
        "{role} ne peut pas recevoir le journal de toute l'installation ; ces rôles le peuvent : {roles}.",
    ),
    "export-answered": (
        "Export {export} was answered already: it is {status}.",
        "L'exportation {export} a déjà reçu sa réponse : elle est {status}.",
    ),
    "export-lapsed": (
        "What was asked under export {export} lapsed at {at}; ask again.",
        "La demande d'exportation {export} a expiré à {at} ; demandez de nouveau.",
    ),
}
