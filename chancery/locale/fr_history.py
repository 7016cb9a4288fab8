"""French sentences for the history of a task."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "The task came to {holder} ({why}), due {due}.": "La tâche est échue à {holder} ({why}), échéance {due}.",
    "The task went to {holder} ({why}).": "La tâche est passée à {holder} ({why}).",
    "{by} accepted it.": "{by} l'a acceptée.",
    "{by} declined it: {reason}.": "{by} l'a déclinée : {reason}.",
    "{by} completed it ({timing}); it happened {happened}. Evidence: {evidence}.": "{by} l'a achevée ({timing}) ; fait le {happened}. Preuves : {evidence}.",
    "{by} ended it as {outcome}: {reason} ({timing}).": "{by} l'a terminée ({outcome}) : {reason} ({timing}).",
    "It fell away: {cause}.": "Elle est tombée : {cause}.",
    "{by} answered whether it happened when the entry says: {confirmed}.": "{by} a répondu si cela s'est produit quand la saisie le dit : {confirmed}.",
    "{by} proposed a waiver: {reason}.": "{by} a proposé une dispense : {reason}.",
    "{by} answered the waiver: {approved}.": "{by} a répondu à la dispense : {approved}.",
    "{by} recorded that it waits for {party}: {cause}. The clock: {stops}. The wait lapses {lapses}.": "{by} a noté qu'elle attend ({party}) : {cause}. L'horloge : {stops}. L'attente expire le {lapses}.",
    "{by} let the wait go on; it lapses {lapses}.": "{by} a laissé durer l'attente ; elle expire le {lapses}.",
    "The wait ended: {cause}.": "L'attente a pris fin : {cause}.",
    "The deadline stays at {due}, flagged: {cause}.": "L'échéance reste au {due}, signalée : {cause}.",
    "The deadline moved from {was} to {due}: {cause}.": "L'échéance est passée du {was} au {due} : {cause}.",
    "{kind} {n} went to {to}.": "{kind} {n} envoyé à {to}.",
    "The due time passed.": "L'échéance est passée.",
    "{by} corrected {field} to {value}, agreed by {approver}: {reason}.": "{by} a corrigé {field} en {value}, avec l'accord de {approver} : {reason}.",
    "on behalf of {who}": "au nom de {who}",
    "stands still": "arrêtée",
    "runs on": "continue",
    "nobody": "personne",
    "none": "aucune",
    "yes": "oui",
    "no": "non",
}
