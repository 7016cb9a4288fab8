"""What headquarters' audit says, in English and French. No word here ranks a mission or judges a person."""

from typing import Final

from chancery.locale.codes import CODES

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Headquarters' audit, {half}", "Audit du siège, {half}"),
    "half1": ("January to June {year}", "janvier à juin {year}"),
    "half2": ("July to December {year}", "juillet à décembre {year}"),
    "period": ("Tasks that fell due from {first} to {last}", "Tâches échues du {first} au {last}"),
    "by_paragraph": ("By paragraph of each text", "Par paragraphe de chaque texte"),
    "by_definition": ("By obligation", "Par obligation"),
    "missions": ("Missions: {codes}", "Missions : {codes}"),
    "no_rank": (
        "Missions stand by their code, never by a result.",
        "Les missions se suivent par code, jamais par résultat.",
    ),
    "how": ("How to read these figures", "Comment lire ces chiffres"),
    "how_due": (
        ("A task is counted in the half-year in which it fell due, where it lay when it fell due: with the mission, or with "
        "headquarters. What fell away is not counted."),
        ("Une tâche est comptée dans le semestre de son échéance, là où elle se trouvait à l'échéance : à la mission ou au "
        "siège. Ce qui est devenu sans objet n'est pas compté."),
    ),
    "how_considered": (
        "Considered: done, or decided with a reason not to be done. Deciding in time not to act is compliance.",
        "Examinées : accomplies, ou décision motivée de ne pas agir. Décider à temps de ne pas agir, c'est se conformer.",
    ),
    "how_missed": (
        ("Missed: its date passed before it was done or decided. The Guidelines state almost no time limits: a missed default "
        "of this product breaks no rule of theirs."),
        ("Manquées : la date a passé avant l'acte ou la décision. Les Orientations ne fixent presque aucun délai : dépasser "
        "une valeur par défaut du produit ne viole aucune de leurs règles."),
    ),
    "how_in_time": (
        ("In time: done in time, or decided in time not to be done, divided by all that ended. What is in time and not yet "
        "confirmed by a second person counts among those that ended only."),
        ("Dans le délai : accomplies, ou décision de ne pas agir, dans le délai, sur toutes celles qui ont pris fin. Ce qui est "
        "dans le délai sans être confirmé par une seconde personne ne compte que parmi celles qui ont pris fin."),
    ),
    "how_few": (
        ("One to four is shown as “fewer than 5”, and what would give it away by subtraction is not shown. There is no share of "
        "fewer than five."),
        ("De un à quatre, on lit « moins de 5 », et ce qui le révélerait par soustraction n'est pas montré. Aucune part n'est "
        "donnée sur moins de cinq."),
    ),
    "how_first": (
        "Where fewer than three postings stand behind a figure, ten working days are left to them before it is shown here.",
        ("Quand moins de trois affectations sont derrière un chiffre, dix jours ouvrables leur sont laissés avant qu'il ne "
        "figure ici."),
    ),
    "how_peers": (
        "Other missions are shown as a range of at least three, never as a place in it.",
        "Les autres missions sont montrées par une fourchette d'au moins trois, jamais par un rang.",
    ),
    "how_leaves": (
        "Behind each row that is shown, the data name the events by position and leaf. What they say is not in this file.",
        ("Derrière chaque ligne montrée, les données désignent les événements par position et empreinte. Leur contenu n'est "
        "pas dans ce fichier."),
    ),
    # rows and columns
    "cells": ("What was due and what became of it", "Ce qui était dû et ce qu'il en est advenu"),
    "row_mission": ("Mission {code}", "Mission {code}"),
    "row_headquarters": ("Headquarters", "Siège"),
    "nothing": ("Nothing was due.", "Rien n'était dû."),
    "paragraph": ("Paragraph {number}", "Paragraphe {number}"),
    "paragraph_none": (
        "Outside the paragraphs: what makes the rest work",
        "Hors des paragraphes : ce qui fait fonctionner le reste",
    ),
    "paragraph_unconfirmed": ("Paragraph not known yet", "Paragraphe encore inconnu"),
    "area": ("{instrument}, {area}", "{instrument}, {area}"),
    "not_checked": ("{area} (number not checked against the text)", "{area} (numéro non vérifié sur le texte)"),
    "col_area": ("Area", "Domaine"),
    "col_due": ("Due", "Dues"),
    "col_considered": ("Considered", "Examinées"),
    "col_acted": ("Acted on", "Suivies d'un acte"),
    "col_declined": ("Not acted on, with a reason", "Sans acte, avec un motif"),
    "col_missed": ("Missed", "Manquées"),
    "col_in_time": ("In time, of those that ended", "Dans le délai, sur celles qui ont pris fin"),
    "col_lacking": ("Without evidence, of those that ask for it", "Sans preuve, sur celles qui en demandent"),
    "table_what": ("{row}: what became of it", "{row} : ce qu'il en est advenu"),
    "table_missed": ("{row}: missed, by whose term", "{row} : manquées, selon l'origine du délai"),
    "table_trend": ("{row}: in time, by half-year", "{row} : dans le délai, par semestre"),
    "place.on_time": ("On time", "Dans le délai"),
    "place.unconfirmed": ("In time, not confirmed", "Dans le délai, non confirmées"),
    "place.late": ("Done after the date", "Accomplies après la date"),
    "place.reasoned": ("Decided in time not to act", "Décision de ne pas agir, dans le délai"),
    "place.late_reasoned": ("Decided after the date not to act", "Décision de ne pas agir, après la date"),
    "place.open": ("Open", "Ouvertes"),
    "place.overdue": ("Overdue", "Échues"),
    "source.guideline": ("stated by the Guidelines", "fixé par les Orientations"),
    "source.local_strategy": ("set by the local strategy", "fixé par la stratégie locale"),
    "source.hq_instruction": ("set by headquarters", "fixé par le siège"),
    "source.product_default": ("default of this product", "valeur par défaut du produit"),
    "few": ("fewer than 5", "moins de 5"),
    "withheld": ("not shown", "non montré"),
    "held": ("seen first by who stands behind it", "vu d'abord par les intéressés"),
    "said.few": ("Fewer than 5 were due; nothing more is said of so few.", "Moins de 5 étaient dues ; rien de plus n'est dit d'un si petit nombre."),
    "said.withheld": (
        "Not shown: a small number could be found from it by subtraction.",
        "Non montré : un petit nombre pourrait s'en déduire par soustraction.",
    ),
    "said.held": (
        "Fewer than three postings stand behind this, so they see it first. Shown from {until} at the latest.",
        ("Moins de trois affectations sont derrière ce chiffre : elles le voient en premier. Montré au plus tard à partir du "
        "{until}."),
    ),
    "share": ("{part} of {whole}", "{part} sur {whole}"),
    "share_percent": ("{part} of {whole} ({percent} %)", "{part} sur {whole} ({percent} %)"),
    "due": ("due: {n}", "dues : {n}"),
    "considered": (
        "considered: {considered}; acted on: {acted}; not acted on, with a reason: {declined}; missed: {missed}",
        "examinées : {considered} ; suivies d'un acte : {acted} ; sans acte, avec un motif : {declined} ; manquées : {missed}",
    ),
    "in_time": ("in time, of those that ended: {share}", "dans le délai, sur celles qui ont pris fin : {share}"),
    "days": (
        "median of working days from start to done: {median}, of {n}",
        "médiane des jours ouvrables du début à l'accomplissement : {median}, sur {n}",
    ),
    "lacking": (
        "without evidence: {n} of {asked} done that ask for it",
        "sans preuve : {n} sur {asked} accomplies qui en demandent",
    ),
    "peers": (
        "in time, {n} other missions: {low} to {high} %",
        "dans le délai, {n} autres missions : {low} à {high} %",
    ),
    "spent": ("working days of what was missed: {days}", "jours ouvrables de ce qui fut manqué : {days}"),
    "spent_one": ("{whose} {n}", "{whose} {n}"),
    "account.holder": ("those who held it", "ceux qui la tenaient"),
    "account.vacancy": ("vacancy", "vacance"),
    "account.suspension": ("closure", "fermeture"),
    "account.headquarters": ("headquarters", "siège"),
    "account.outside": ("others outside", "autres, extérieurs"),
    "versions": ("opened under versions {versions} of the text", "ouvertes sous les versions {versions} du texte"),
    "rests": (
        "rests on {n} entries of the log, positions {first} to {last}; the data name each",
        "repose sur {n} entrées du journal, positions {first} à {last} ; les données nomment chacune",
    ),
    # changes
    "changes": ("What changed in the period", "Ce qui a changé pendant la période"),
    "change": ("{mission}, {day}", "{mission}, {day}"),
    "change.SuspensionDeclared": (
        "Closed from {starts} to {ends}: {reason}.",
        "Fermée du {starts} au {ends} : {reason}.",
    ),
    "change.LocalTermSet": (
        "The term of {definition}, {step}, became {term}: figures before and after do not compare.",
        "Le délai de {definition}, {step}, est passé à {term} : les chiffres d'avant et d'après ne se comparent pas.",
    ),
    "change.on": ("{definition} was switched on.", "{definition} a été activée."),
    "change.off": ("{definition} was switched off.", "{definition} a été désactivée."),
    "change.InstrumentAdopted": (
        "{instrument} was taken up in version {version}: figures before and after do not compare.",
        "{instrument} a été repris dans la version {version} : les chiffres d'avant et d'après ne se comparent pas.",
    ),
    # what it cannot see
    "cannot_see": ("What the system cannot see", "Ce que le système ne voit pas"),
    "unseen.outside_the_log": ("Work that nobody entered.", "Le travail que personne n'a saisi."),
    "unseen.unasked": (
        "What should have been asked and was not: only tasks that were opened can be counted.",
        "Ce qui aurait dû être demandé et ne l'a pas été : seules les tâches ouvertes se comptent.",
    ),
    "unseen.quality": (
        "How well a thing was done, and what it changed. A number of acts is no measure of either.",
        "La qualité de ce qui a été fait et son effet. Le nombre d'actes ne mesure ni l'une ni l'autre.",
    ),
    "unseen.defaults": (
        "Whether a default date was the right one here. Most dates are this product's, not the Guidelines'.",
        "Si une date par défaut convenait ici. La plupart des dates sont celles du produit, non des Orientations.",
    ),
    "unseen.seen_first": (
        "Who has already seen their own figures: that stands outside the log, so the ten days are always left to them.",
        "Qui a déjà vu ses propres chiffres : cela ne figure pas dans le journal, les dix jours leur sont donc toujours laissés.",
    ),
    "unseen.postings_not_people": (
        "Whether two postings are one officer's: the log knows postings only.",
        "Si deux affectations sont celles d'un même agent : le journal ne connaît que des affectations.",
    ),
    "unseen.danger": (
        "What became of a defender. It is never a measure of a mission's work.",
        "Le sort d'un défenseur. Il ne mesure jamais le travail d'une mission.",
    ),
}  # fmt: skip


def word(code: str, language: str, /, **values: object) -> str:
    """The words of a code; a code of the house (a reason, a text) by its name there, any other as it stands."""
    pair = WORDS.get(code)
    if pair is None:
        return CODES.get(code, (code, code))[language == "fr"]
    return pair[language == "fr"].format(**values)
