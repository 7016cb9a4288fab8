"""French sentences for work plans, reviews, exports and the statement of purpose."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "{by} stated what staff reports are for ({opinion}); they are kept {months} months.": "{by} a déclaré à quoi servent les rapports sur le personnel ({opinion}) ; ils sont conservés {months} mois.",
    "{by} withdrew the statement of what staff reports are for.": "{by} a retiré la déclaration de finalité des rapports sur le personnel.",
    "{by} put down a work plan for {posting}, {first} to {last}: {n} objectives.": "{by} a établi un plan de travail pour {posting}, du {first} au {last} : {n} objectifs.",
    "{by} agreed to edition {edition} of the work plan, as {part}.": "{by} a donné son accord à la version {edition} du plan de travail, en tant que : {part}.",
    "{by} put down edition {edition} of the work plan: {reason}.": "{by} a établi la version {edition} du plan de travail : {reason}.",
    "{by} ended the work plan: {reason}.": "{by} a mis fin au plan de travail : {reason}.",
    "{by} opened a review for {first} to {last}, on the log up to position {size}.": "{by} a ouvert une évaluation du {first} au {last}, sur le journal jusqu'à la position {size}.",
    "{by} opened the report, as {part}.": "{by} a ouvert le rapport, en tant que : {part}.",
    "{by} added words, sealed, as {part}.": "{by} a ajouté un texte, scellé, en tant que : {part}.",
    "{by} contested something ({figure}): {ground}.": "{by} a contesté un point ({figure}) : {ground}.",
    "{by} answered what was contested: {answer}.": "{by} a répondu à la contestation : {answer}.",
    "{by} had the report made again, on the log up to position {size}.": "{by} a fait refaire le rapport, sur le journal jusqu'à la position {size}.",
    "{by} added an addendum, on the log up to position {size}.": "{by} a ajouté un additif, sur le journal jusqu'à la position {size}.",
    "{by} signed, as {part}: {stance}.": "{by} a signé, en tant que : {part} ({stance}).",
    "{posting} is now {part}: {reason}.": "{posting} est désormais : {part} ({reason}).",
    "{by} called the review off: {reason}.": "{by} a annulé l'évaluation : {reason}.",
    "{by} asked for a full export ({scope}), for {recipient}: {purpose}. It lapses {expires}.": "{by} a demandé une exportation intégrale ({scope}), pour {recipient} : {purpose}. La demande expire le {expires}.",
    "{by} answered the request for an export: {approved}.": "{by} a répondu à la demande d'exportation : {approved}.",
    "{by} made the export, on the log up to position {size}.": "{by} a fait l'exportation, sur le journal jusqu'à la position {size}.",
    "{by} set down the job description of post {post}, clause {clause}: {share} % of the time; it answers for {definitions}.": "{by} a consigné la description du poste {post}, clause {clause} : {share} % du temps ; le poste répond de {definitions}.",
}
