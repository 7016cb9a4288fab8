"""French of reads as known at a position, of waivers, corrections and outages."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "As known at position {position}, {at} UTC.": "État connu à la position {position}, {at} UTC.",
    "The log has positions 1 to {head}; {given} is none of them.": "Le journal a les positions 1 à {head} ; {given} n'en est pas une.",
    # what the Guidelines state and was not done in time
    "not met": "non remplie",
    "Not met: the time that the Guidelines state had passed. The day on which it ends is this product's.": "Non remplie : la période que fixent les Orientations était passée. Le jour où elle finit est celui de ce produit.",
    # waivers and corrections
    "Ask that a task need not be done this time. What is done instead becomes a task of its own.": "Demander qu'une tâche n'ait pas à être faite cette fois-ci. Ce qui est fait à la place devient une tâche à part entière.",
    "What is done instead, and by when; may be repeated.": "Ce qui est fait à la place, et d'ici quand ; peut se répéter.",
    "--alternative: {given} is not WHAT=DAY such as bilateral_talks=2027-03-31.": "--alternative : {given} n'est pas de la forme QUOI=JOUR, comme bilateral_talks=2027-03-31.",
    "A waiver waits for an answer: `task waive approve`.": "Une dispense attend une réponse : `task waive approve`.",
    "What an ended task should say instead, if a second person agrees.": "Ce qu'une tâche terminée devrait dire, si une seconde personne l'accepte.",
    "Ask that an ended task say something else. A second person answers; the first entry stays visible beside it.": "Demander qu'une tâche terminée dise autre chose. Une seconde personne répond ; la première inscription reste visible à côté.",
    "The entry meant, as `task show` lists it; else the last one.": "L'inscription visée, telle que `task show` la donne ; sinon la dernière.",
    "Which request, as `task show` lists it, if there are several.": "Quelle demande, telle que `task show` la donne, s'il y en a plusieurs.",
    "Whether it should say that.": "Si elle doit dire cela.",
    "Approve or refuse a correction, as somebody who neither asked for it nor held or ended the task.": "Approuver ou refuser une correction, sans l'avoir demandée ni avoir tenu ou terminé la tâche.",
    "A correction waits for an answer: `task correction answer`.": "Une correction attend une réponse : `task correction answer`.",
    "Task {task} has {n} corrections to be answered; say which with --of, as `task show` lists them.": "La tâche {task} a {n} corrections en attente ; dites laquelle avec --of, comme `task show` les donne.",
    # outages
    "A time in which nothing could be entered: the network, the power.": "Un temps où rien ne pouvait être saisi : réseau, courant.",
    "Say, once it is over, from when to when nothing could be entered. It makes nothing timely by itself.": "Dire, une fois la panne finie, de quand à quand rien ne pouvait être saisi. Rien n'en devient ponctuel pour autant.",
    "List a mission's outages.": "Lister les pannes d'une mission.",
    "No outage was declared.": "Aucune panne n'a été déclarée.",
    "Outage": "Panne",
    "Every late entry of what happened during an outage, as `outage list` shows it.": "Toute saisie tardive de ce qui s'est produit pendant une panne, telle que `outage list` la donne.",
    "Name one task as OBLIGATION/TASK, or an outage with --all-of.": "Indiquez une tâche sous la forme OBLIGATION/TASK, ou une panne avec --all-of.",
    "No mission has declared an outage {outage}; `chancery outage list` shows those declared.": "Aucune mission n'a déclaré de panne {outage} ; `chancery outage list` donne celles déclarées.",
    "Until when; the mission's time.": "Jusqu'à quand ; heure de la mission.",
    "Happened": "Fait le",
    "Entered": "Saisi le",
    "Answer": "Réponse",
    "No late entry of that time waits for an answer.": "Aucune saisie tardive de ce temps n'attend de réponse.",
    "recorded at position {position}": "enregistré à la position {position}",
    "Group": "Groupe",
    "Open": "Ouvertes",
}
