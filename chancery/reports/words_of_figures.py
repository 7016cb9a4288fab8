"""What the newer parts of a staff report say, in English and French: load, plan, sources, entries. No word judges a person."""

from typing import Final

FIGURE_WORDS: Final[dict[str, tuple[str, str]]] = {
    # who
    "engine": ("the engine, by the clock", "le moteur, par l'horloge"),
    "entered_by": ("entered by {who}", "saisi par {who}"),
    "declared_by": ("declared by {who}", "déclarée par {who}"),
    "renewed_by": ("renewed by {who}", "prolongée par {who}"),
    "task_of": ("a task then held by {who}", "tâche tenue alors par {who}"),
    "of_mission": ("Mission {mission}, as a whole", "Mission {mission}, dans son ensemble"),
    "matter": ("Matter {n}", "Affaire {n}"),
    "by_step": ("{n} x {step}", "{n} fois {step}"),
    # the job
    "job": (
        "from {from}, job description {clause}: share for this work {share_percent}\u00a0%; answers for {answers_for}",
        "à partir du {from}, description de poste {clause} : part de ce travail {share_percent}\u00a0% ; répond de {answers_for}",
    ),
    "job_before": (
        "from {from}, by the staff table: share for this work {share_percent}\u00a0%",
        "à partir du {from}, selon le tableau des effectifs : part de ce travail {share_percent}\u00a0%",
    ),
    "acting": ("Named as substitute", "Désigné comme suppléant"),
    "acting_all": (", for everything", ", pour tout"),
    "acting_scope": (", for {scope}", ", pour {scope}"),
    # load
    "load": ("Load over time", "Charge au fil du temps"),
    "load_week": (
        "{week} ({first} to {last}): {open} open tasks, share for this work {share_percent}\u00a0%",
        "{week} (du {first} au {last}) : {open} tâches ouvertes, part de ce travail {share_percent}\u00a0%",
    ),
    "load_week1": (
        "{week} ({first} to {last}): {open} open task, share for this work {share_percent}\u00a0%",
        "{week} (du {first} au {last}) : {open} tâche ouverte, part de ce travail {share_percent}\u00a0%",
    ),
    "load_told": (
        "Open tasks held in each week from {first} to {last}, between {least} and {most}; below, the share of the posts held.",
        "Tâches ouvertes tenues chaque semaine du {first} au {last}, entre {least} et {most} ; dessous, la part des postes.",
    ),
    "note.load": (
        "Tasks that the person held on any day of the week, beside the share of their posts. Nothing is worked out from the two.",
        "Tâches tenues un jour au moins de la semaine, à côté de la part des postes. Rien n'est tiré des deux.",
    ),
    "week": ("Week", "Semaine"),
    "open_tasks": ("Open tasks", "Tâches ouvertes"),
    "share_of_post": ("Share for this work, per cent", "Part de ce travail, pour cent"),
    # whose terms
    "sources": ("Whose terms they were", "De qui étaient les délais"),
    "note.sources": (
        "Only the terms that the Guidelines state are theirs. Past a default of this product, a task is after that date, no more.",
        "Seuls les délais que fixent les Orientations sont les leurs. Passé un défaut de ce produit, une tâche est après sa date.",
    ),
    # plan
    "plan": ("The work plan beside the record", "Le plan de travail à côté du bilan"),
    "plan_of": (
        "Work plan {workplan}, {from} to {until} (here {first} to {last}); share for this work {share_percent}\u00a0%; answers for {answers_for}",
        "Plan de travail {workplan}, du {from} au {until} (ici du {first} au {last}) ; part de ce travail {share_percent}\u00a0% ; répond de {answers_for}",
    ),
    "edition": (
        "edition {edition}, {at}: agreed by {agreed}",
        "édition {edition}, {at} : accord de {agreed}",
    ),
    "part.officer": ("the officer", "l'agent"),
    "part.manager": ("the manager", "le supérieur"),
    "nobody_yet": ("nobody yet", "personne encore"),
    "plan_draft": (
        "No edition was agreed by both by then, so nothing is laid beside it.",
        "Aucune édition n'avait alors l'accord des deux : rien n'est mis à côté.",
    ),
    "plan_ended": ("ended: {reason}", "terminé : {reason}"),
    "objective.rota": (
        "Plan {workplan}, objective {n}: observe the sittings on the rota ({definitions})",
        "Plan {workplan}, objectif {n} : observer les audiences du tableau de service ({definitions})",
    ),
    "objective.regions": (
        "Plan {workplan}, objective {n}: visit each of these regions: {regions}",
        "Plan {workplan}, objectif {n} : se rendre dans chacune de ces régions : {regions}",
    ),
    "objective.in_time": (
        "Plan {workplan}, objective {n}: answer in time ({definitions})",
        "Plan {workplan}, objectif {n} : répondre dans le délai ({definitions})",
    ),
    "objective.number": (
        "Plan {workplan}, objective {n}: carry out {count} ({definitions})",
        "Plan {workplan}, objectif {n} : en accomplir {count} ({definitions})",
    ),
    "objective.training": (
        "Plan {workplan}, objective {n}: be trained ({definitions})",
        "Plan {workplan}, objectif {n} : se former ({definitions})",
    ),
    "with_entry": ("regions with an entry: {regions}", "régions avec une saisie : {regions}"),
    "without_entry": ("regions without an entry: {regions}", "régions sans saisie : {regions}"),
    # figures
    "pauses": (
        "Clocks that this person stopped for others",
        "Horloges arrêtées par cette personne pour d'autres",
    ),
    "swaps": ("Sittings taken over from others", "Audiences reprises à d'autres"),
    "contacts": ("Contacts and visits made", "Contacts et déplacements effectués"),
    "training": ("Training done", "Formations suivies"),
    "evidence": ("Evidence given", "Preuves versées"),
    "without_evidence": (
        "Done without evidence that the step asks for",
        "Accomplies sans une preuve que demande l'étape",
    ),
    "late_entries": ("Entered on a later day than it happened", "Saisies un autre jour que le fait"),
    "out_of_hours": ("Entries outside office hours", "Saisies hors des heures de bureau"),
    "opened_by": ("Opened by this person", "Ouvertes par cette personne"),
    "note.waiting": (
        "Who holds a task cannot stop its own clock: each wait names by role who declared it.",
        "Qui tient une tâche ne peut arrêter sa propre horloge : chaque attente dit la fonction de qui l'a déclarée.",
    ),
    "note.late_entries": (
        "When it happened is a claim; when it was entered is the log's own time, which nobody sets.",
        "Le moment du fait est une déclaration ; celui de la saisie est le temps du journal, que personne ne règle.",
    ),
    "note.opened_by": (
        "Obligations and sittings entered by this person, with the tasks that came of each.",
        "Obligations et audiences saisies par cette personne, avec les tâches qui en sont nées.",
    ),
    "note.contacts": (
        "Whom a contact was with is sealed; whether they had been met before is said where it was entered.",
        "Avec qui un contact a eu lieu est scellé ; s'ils avaient déjà été rencontrés est dit là où c'est saisi.",
    ),
    "swap.observer": (
        "another officer had it; this person became its observer",
        "un autre agent l'avait ; cette personne en est devenue l'observateur",
    ),
    "swap.report": (
        "its report was another officer's before the sitting began",
        "son compte rendu était à un autre agent avant l'audience",
    ),
    "attempt": (
        "attempt {n} at this proceeding that ended at the door",
        "tentative {n} à ce procès, arrêtée à la porte",
    ),
    "met_before.yes": ("met before", "déjà rencontrés"),
    "met_before.no": ("not met before", "jamais rencontrés"),
    "not_given": ("not given: {kinds}", "non versé : {kinds}"),
    "with_another": (
        "done with another task, whose evidence serves here",
        "accomplie avec une autre tâche, dont la preuve vaut ici",
    ),
    "later": ("{n} working days later", "{n} jours ouvrables plus tard"),
    "later1": ("{n} working day later", "{n} jour ouvrable plus tard"),
    "office_hours": (
        "Office hours counted: {from} to {until} local on working days, a default of this product.",
        "Heures de bureau comptées : {from} à {until}, heure locale, les jours ouvrables ; valeur par défaut de ce produit.",
    ),
    "hours.day_off": ("on a day that is not worked", "un jour non ouvrable"),
    "hours.hour": ("outside office hours", "hors des heures de bureau"),
    "hours.away": ("on a day recorded as away", "un jour noté comme absence"),
    "came_of_it": (
        "tasks that came of it: {tasks}; held by this person: {held}",
        "tâches qui en sont nées : {tasks} ; tenues par cette personne : {held}",
    ),
    "alike": (
        "opened alike in this period (same definition and period, or same proceeding): {n}",
        "ouvertes de même (même définition et période, ou même procès) : {n}",
    ),
}
