"""What the structural report says, in English and French. No word here adds up anything for a person."""

from typing import Final

from chancery.locale.codes import CODES

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Structural report: {mission}", "Rapport de structure : {mission}"),
    "title_all": ("Structural report: all missions", "Rapport de structure : toutes les missions"),
    "period": ("{first} to {last}", "Du {first} au {last}"),
    "audience.mission": (
        "For the Head of Mission: with the lists behind the numbers. It stays in the mission.",
        "Pour le chef de mission : avec les listes derrière les chiffres. Il reste à la mission.",
    ),
    "audience.outside": (
        "For readers outside the mission: one to four is shown as “fewer than 5”, and what would give it away is not shown.",
        "Pour des lecteurs hors de la mission : de un à quatre, on lit « moins de 5 », et ce qui le révélerait n'est pas montré.",
    ),
    "no_person": (
        "Nothing here is added up for a person. Whose time it was is said by account; holders are one account together.",
        "Rien n'est ici additionné par personne. À qui était le temps est dit par compte ; ceux qui tenaient une tâche forment un seul compte.",
    ),
    # sections
    "posts": ("Posts and their share for this work", "Postes et leur part de ce travail"),
    "vacancies": ("Vacancies", "Vacances de poste"),
    "closures": ("Closures", "Fermetures"),
    "outages": ("Outages", "Pannes"),
    "absences": ("Absences without a substitute", "Absences sans suppléance"),
    "load": ("Load beside share", "Charge et part de travail"),
    "due": ("What fell due, and where it lay", "Ce qui est échu, et où cela se trouvait"),
    "days": ("Whose time it was, in working days", "À qui était le temps, en jours ouvrables"),
    "coverage": ("Areas not reached, and those reached", "Domaines non atteints, et atteints"),
    "areas": ("Who leads where", "Qui mène où"),
    "contacts": ("Contacts with defenders", "Contacts avec les défenseurs"),
    "headquarters": ("What lay with headquarters when it fell due", "Ce qui était au siège à l'échéance"),
    "tasks": ("Tasks of the period", "Tâches de la période"),
    "waits": ("Waiting on others", "Attentes de tiers"),
    "cannot_see": ("What the system cannot see", "Ce que le système ne voit pas"),
    "none": ("None.", "Néant."),
    "how_due": (
        "A task counts where it lay when it fell due. Headquarters' own duties and the clearances that missions wait for stand in the same table.",
        "Une tâche compte là où elle se trouvait à l'échéance. Les tâches propres du siège et les accords que les missions attendent figurent dans le même tableau.",
    ),
    "how_load": (
        "Open tasks on the last working day of each week; the share of all posts in percent of one full post, and that of posts whose holder was there that day.",
        "Tâches ouvertes le dernier jour ouvrable de chaque semaine ; part de tous les postes en pour cent d'un poste entier, et part de ceux dont le titulaire était présent ce jour-là.",
    ),
    "how_contacts": (
        "The log keeps no name and no code of an organisation, so it cannot say whether a few are met again and again.",
        "Le journal ne garde ni nom ni code d'organisation : il ne peut pas dire si quelques-unes sont rencontrées encore et toujours.",
    ),
    # items
    "post": ("{mission}, {post} ({role})", "{mission}, {post} ({role})"),
    "share": ("{n} % of a full post", "{n} % d'un poste entier"),
    "vacant": (
        "nobody in post from {from_} to {until}: {days} days, {working_days} of them working days",
        "personne en poste du {from_} au {until} : {days} jours, dont {working_days} ouvrables",
    ),
    "closed": ("{mission}, {from_} to {until}", "{mission}, du {from_} au {until}"),
    "closed_why": (
        "{reason}; declared by: {by}; scope: {scope}; working days in the period: {working_days}",
        "{reason} ; déclarée par : {by} ; portée : {scope} ; jours ouvrables dans la période : {working_days}",
    ),
    "away": ("{mission}, {from_} to {until}", "{mission}, du {from_} au {until}"),
    "away_days": ("working days: {n}; {substitute}", "jours ouvrables : {n} ; {substitute}"),
    "substitute.none": ("nobody stood in", "personne n'assurait la suppléance"),
    "substitute.some": ("somebody stood in for some duties", "suppléance assurée pour certaines tâches"),
    "away_number": ("absences: {n}; working days: {days}", "absences : {n} ; jours ouvrables : {days}"),
    "lay.mission": ("{mission}: with the mission", "{mission} : à la mission"),
    "lay.headquarters": ("{mission}: with headquarters", "{mission} : au siège"),
    "lay.partner": ("{mission}: with a partner", "{mission} : chez un partenaire"),
    "due_said": ("due: {due}; missed: {missed}", "dues : {due} ; manquées : {missed}"),
    "spent": ("working days of what was missed: {days}", "jours ouvrables de ce qui fut manqué : {days}"),
    "spent_one": ("{whose} {n}", "{whose} {n}"),
    "account.holder": ("held in the mission", "tenues à la mission"),
    "account.vacancy": ("vacancy", "vacance"),
    "account.suspension": ("closure", "fermeture"),
    "account.headquarters.held": ("held by headquarters", "tenues par le siège"),
    "account.headquarters.waited": ("waiting on headquarters", "en attente du siège"),
    "account.outside.held": ("held by {party}", "tenues par {party}"),
    "account.outside.waited": ("waiting on {party}", "en attente de {party}"),
    "account.headquarters": ("headquarters", "siège"),
    "account.outside": ("others outside", "autres, extérieurs"),
    "account_of": ("{mission}: {account}", "{mission} : {account}"),
    "days_said": ("working days: {days}; tasks: {tasks}", "jours ouvrables : {days} ; tâches : {tasks}"),
    "area": ("{mission}, {area}", "{mission}, {area}"),
    "reached": ("reached, as recorded {at}", "atteint, selon l'entrée du {at}"),
    "not_reached": ("not reached, as recorded {at}", "non atteint, selon l'entrée du {at}"),
    "leads": ("leads: {lead}; stands in: {backup}", "mène : {lead} ; supplée : {backup}"),
    "areas_number": (
        "{mission}: areas with somebody who leads: {n}; with somebody who stands in: {with_backup}; without: {without_backup}",
        "{mission} : domaines avec un responsable : {n} ; avec suppléance : {with_backup} ; sans : {without_backup}",
    ),
    "by.kind": ("{mission}, by duty", "{mission}, par tâche"),
    "by.place": ("{mission}, by channel", "{mission}, par voie"),
    "by.met_before": ("{mission}, whether they had met before", "{mission}, déjà rencontrés ou non"),
    "by.region": ("{mission}, visits by region", "{mission}, visites par région"),
    "part": ("{code}: {n}", "{code} : {n}"),
    "number": ("in all: {n}", "en tout : {n}"),
    "not_said": ("not said", "non précisé"),
    "met_before.yes": ("met before", "déjà rencontrés"),
    "met_before.no": ("met for the first time", "rencontrés pour la première fois"),
    "duty": ("{mission}: {definition} / {step}", "{mission} : {definition} / {step}"),
    "case": ("{duty}, case {n}", "{duty}, cas {n}"),
    "obligation": ("{duty}, {obligation}", "{duty}, {obligation}"),
    "task_said": ("from {from_}, due {due}: {place}", "du {from_}, échéance {due} : {place}"),
    "wait_said": (
        "{cause}, {party}, {clock}; {from_} to {until}; working days in the period: {n}",
        "{cause}, {party}, {clock} ; du {from_} au {until} ; jours ouvrables dans la période : {n}",
    ),
    "clock.stopped": ("clock stopped", "horloge arrêtée"),
    "clock.ran_on": ("clock ran on", "horloge en marche"),
    "place.on_time": ("On time", "Dans le délai"),
    "place.unconfirmed": ("In time, not confirmed", "Dans le délai, non confirmées"),
    "place.late": ("Done after the date", "Accomplies après la date"),
    "place.reasoned": ("Decided in time not to act", "Décision de ne pas agir, dans le délai"),
    "place.late_reasoned": ("Decided after the date not to act", "Décision de ne pas agir, après la date"),
    "place.open": ("Open", "Ouvertes"),
    "place.overdue": ("Overdue", "Échues"),
    "place.cancelled": ("Fell away", "Devenues sans objet"),
    "few": ("fewer than 5", "moins de 5"),
    "withheld": ("not shown", "non montré"),
    "col_where": ("Where it lay", "Où cela se trouvait"),
    "col_due": ("Due", "Dues"),
    "col_missed": ("Missed", "Manquées"),
    "col_account": ("Account", "Compte"),
    "col_days": ("Working days", "Jours ouvrables"),
    "col_tasks": ("Tasks", "Tâches"),
    "col_week": ("Week", "Semaine"),
    "col_open": ("Open tasks", "Tâches ouvertes"),
    "col_share": ("Share of all posts, percent", "Part de tous les postes, pour cent"),
    "col_present": (
        "Share of posts whose holder was there, percent",
        "Part des postes dont le titulaire était présent, pour cent",
    ),
    "table_load": (
        "{mission}: open tasks by week, beside the posts' share",
        "{mission} : tâches ouvertes par semaine, et part des postes",
    ),
    "told_load": (
        "Open tasks in {mission} from {first} to {last}, week by week: least {least}, most {most}; below, the posts' share.",
        "Tâches ouvertes à {mission} de {first} à {last}, semaine par semaine : au moins {least}, au plus {most} ; en dessous, la part des postes.",
    ),
    "rests": (
        "rests on {n} entries of the log, positions {first} to {last}; the data name each",
        "repose sur {n} entrées du journal, positions {first} à {last} ; les données nomment chacune",
    ),
    # what it cannot see
    "unseen.outside_the_log": (
        "Work that nobody entered: conversations, advice, travel, preparation, other duties.",
        "Le travail que personne n'a saisi : entretiens, conseils, déplacements, préparation, autres tâches.",
    ),
    "unseen.who_was_met": (
        "Whether contacts are shared out or go to a few organisations: no organisation stands in the log, by name or by code.",
        "Si les contacts sont répartis ou reviennent à quelques organisations : aucune ne figure au journal, ni par nom ni par code.",
    ),
    "unseen.contacts_not_entered": (
        "Contacts that nobody asked for through a duty and nobody entered.",
        "Les contacts qu'aucune tâche ne demandait et que personne n'a saisis.",
    ),
    "unseen.areas_not_looked_at": (
        "Regions and groups that nobody looked at: they stand in no list.",
        "Les régions et groupes que personne n'a examinés : ils ne figurent dans aucune liste.",
    ),
    "unseen.partners_own_log": (
        "What partners did in their own records, and why they took the time that they took.",
        "Ce que les partenaires ont fait dans leurs propres registres, et pourquoi il leur a fallu ce temps.",
    ),
    "unseen.leave_kinds": (
        "Why somebody was absent: an absence has no kind.",
        "Pourquoi quelqu'un était absent : une absence n'a pas de nature.",
    ),
    "unseen.hours_worked": (
        "Hours worked, and what else a post has to do: a share is what a job description says.",
        "Les heures travaillées, et les autres tâches d'un poste : une part est ce que dit la description d'emploi.",
    ),
    "unseen.declared_times": (
        "Whether a time was told rightly. When it was entered is certain; when it happened is a claim.",
        "Si une heure déclarée est exacte. La saisie est certaine ; le moment du fait est une déclaration.",
    ),
    "unseen.unasked": (
        "What should have been asked and was not: only tasks that were opened can be counted.",
        "Ce qui aurait dû être demandé et ne l'a pas été : seules les tâches ouvertes se comptent.",
    ),
}


def word(code: str, language: str, /, **values: object) -> str:
    """The words of a code; a code of the house (a reason, a role) by its name there, any other as it stands."""
    pair = WORDS.get(code)
    if pair is None:
        plain = code.rpartition(".")[2]
        return CODES.get(plain, (plain, plain))[language == "fr"]
    return pair[language == "fr"].format(**values)
