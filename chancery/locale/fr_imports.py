"""The French of `chancery calendar`, `case`, `import` and `mission`."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # calendar
    "When a term ends, and a mission's working days.": "Quand un délai expire, et les jours ouvrables d'une mission.",
    "When a term ends, and why, day by day.": "Quand un délai expire, et pourquoi, jour par jour.",
    "A mission's weekend, holidays and make-up days.": "Le week-end d'une mission, ses jours fériés et ses jours de récupération.",
    "Change a mission's days off; open deadlines follow.": "Modifier les jours chômés d'une mission ; les échéances ouvertes suivent.",
    "Due {local} ({zone}), that is {utc}.": "Échéance : {local} ({zone}), soit {utc}.",
    "Provisional: a holiday in it is estimated, or a year has no holiday data.": (
        "Provisoire : un jour férié y est estimé, ou une année est sans données."
    ),
    "Nothing is known of the holidays of {year}: deadlines in it are provisional.": (
        "On ne sait rien des jours fériés de {year} : les échéances y sont provisoires."
    ),
    "Mission {mission}, {zone}, version {version}. Weekend: {weekend}.": (
        "Mission {mission}, {zone}, version {version}. Week-end : {weekend}."
    ),
    "Say what changes: --add DATE=NAME, --remove DATE.": "Dites ce qui change : --add DATE=NOM, --remove DATE.",
    "Open deadlines of {mission} are set anew where these days lie in them.": (
        "Les échéances ouvertes de {mission} qui comprennent ces jours sont recalculées."
    ),
    "worked: a make-up day": "travaillé : jour de récupération",
    "No holiday is recorded.": "Aucun jour férié n'est enregistré.",
    "The host country, such as EG.": "Le pays hôte, par exemple EG.",
    "Its time zone, such as Africa/Cairo.": "Son fuseau horaire, par exemple Africa/Cairo.",
    "The event that the term counts from.": "L'événement à partir duquel court le délai.",
    "3wd, 24h, 30d, 6mo, 1y, by:12-31, at:, before:10wd.": "3wd, 24h, 30d, 6mo, 1y, by:12-31, at:, before:10wd.",
    "Another weekend, such as fri,sat.": "Un autre week-end, par exemple fri,sat.",
    "A further day off; may be repeated.": "Un jour chômé de plus ; peut être répété.",
    "A suspension; may be repeated.": "Une suspension ; peut être répété.",
    "The appointment that at: and before: serve.": "Le rendez-vous auquel se rapportent at: et before:.",
    "Only this year.": "Cette année seulement.",
    "Who said so: a code, no blanks.": "Qui l'a dit : un code, sans espace.",
    "A new day off; may be repeated.": "Un nouveau jour chômé ; peut être répété.",
    "A day off taken back; may be repeated.": "Un jour chômé retiré ; peut être répété.",
    "Day": "Jour",
    "Weekday": "Jour de la semaine",
    "Name": "Nom",
    "Estimated": "Estimé",
    "Source": "Source",
    "Counted": "Compté",
    "Why": "Pourquoi",
    "counted": "compté",
    "estimated": "estimé",
    "none": "aucun",
    "Monday": "lundi",
    "Tuesday": "mardi",
    "Wednesday": "mercredi",
    "Thursday": "jeudi",
    "Friday": "vendredi",
    "Saturday": "samedi",
    "Sunday": "dimanche",
    # case
    "Make a random code for a new case; nothing is recorded yet.": (
        "Tirer au sort le code d'un nouveau cas ; rien n'est encore enregistré."
    ),
    # import
    "Staff tables and court lists: all of a file, or nothing.": (
        "Tableaux des effectifs et rôles d'audience : tout le fichier, ou rien."
    ),
    "Import a staff table: posts, and who holds them from when to when.": (
        "Importer un tableau des effectifs : les postes, et qui les occupe de quand à quand."
    ),
    "Import a court list: new sittings, moved ones, cancelled ones.": (
        "Importer un rôle d'audience : audiences nouvelles, déplacées, annulées."
    ),
    "The file; - is standard input.": "Le fichier ; - est l'entrée standard.",
    "Adopt the missions that are not adopted, as of that day.": "Adopter, à cette date, les missions qui ne le sont pas.",
    "The case's random code (chancery case new).": "Le code aléatoire du cas (chancery case new).",
    "The mission that observes.": "La mission qui observe.",
    "{file} cannot be read.": "{file} ne peut être lu.",
    "{events} events recorded.": "{events} événements enregistrés.",
    "Nothing was imported.": "Rien n'a été importé.",
    "And {more} more problems.": "Et {more} problèmes de plus.",
    "Obligation {id} is open.": "L'obligation {id} est ouverte.",
    "Sittings": "Audiences",
    "Number": "Nombre",
    "new": "nouvelles",
    "moved": "déplacées",
    "cancelled": "annulées",
    "unchanged": "inchangées",
    "held or cancelled before, left as they are": "tenues ou annulées auparavant, laissées telles quelles",
    "Adopted": "Adoptée",
    "New posts": "Nouveaux postes",
    "New postings": "Nouvelles affectations",
    "Ends changed": "Fins modifiées",
    "Lines unchanged": "Lignes inchangées",
    "yes": "oui",
    # mission
    "Missions: adopt one, look at one.": "Les missions : en adopter une, en regarder une.",
    "Begin with Chancery in a mission: calendar, instruments, and a key for what it seals.": (
        "Commencer avec Chancery dans une mission : calendrier, instruments, et une clé pour ce qu'elle scelle."
    ),
    "All missions; or one, with its calendar, posts, absences, suspensions and open obligations.": (
        "Toutes les missions ; ou une seule, avec calendrier, postes, absences, suspensions et obligations ouvertes."
    ),
    "Mission {mission} is adopted; next: `chancery import posts FILE.csv`.": (
        "La mission {mission} est adoptée ; ensuite : `chancery import posts FICHIER.csv`."
    ),
    "{mission}: {kind}, adopted on {on}; {zone}, calendar version {version}.": (
        "{mission} : {kind}, adoptée le {on} ; {zone}, calendrier version {version}."
    ),
    "Accreditations: {codes}. Instruments: {instruments}.": "Accréditations : {codes}. Instruments : {instruments}.",
    "No mission is adopted.": "Aucune mission n'est adoptée.",
    "No post is recorded; `chancery import posts` does.": "Aucun poste n'est enregistré ; `chancery import posts` le fait.",
    "No obligation is open.": "Aucune obligation n'est ouverte.",
    "The mission's code.": "Le code de la mission.",
    "The mission's code, such as Q.": "Le code de la mission, par exemple Q.",
    "The mission's code; all without it.": "Le code de la mission ; toutes, sans lui.",
    "The time zone, such as Africa/Cairo.": "Le fuseau horaire, par exemple Africa/Cairo.",
    "Nothing is owed for the time before this day.": "Rien n'est dû pour la période antérieure à ce jour.",
    "Another weekend than the host's, such as fri,sat.": "Un autre week-end que celui du pays hôte, par exemple fri,sat.",
    "Years of holidays to begin with, such as 2025-2029.": "Années de jours fériés pour commencer, par exemple 2025-2029.",
    "What is adopted (eu-hrd); may be repeated.": "Ce qui est adopté (eu-hrd) ; peut être répété.",
    "When a duty was last done; may be repeated.": "Quand une tâche périodique a été faite pour la dernière fois ; peut être répété.",
    "A partner mission; may be repeated.": "Une mission partenaire ; peut être répété.",
    "A further country of accreditation; may be repeated.": "Un autre pays d'accréditation ; peut être répété.",
    "This is headquarters: accredited nowhere.": "C'est le siège : accrédité nulle part.",
    "Mission": "Mission",
    "Kind": "Genre",
    "Zone": "Fuseau",
    "Adopted on": "Adoptée le",
    "Post": "Poste",
    "Posts": "Postes",
    "Role": "Fonction",
    "Share": "Part",
    "Officer": "Agent",
    "Posting": "Affectation",
    "From": "Du",
    "Until": "Au",
    "In post": "En poste",
    "Obligation": "Obligation",
    "Definition": "Définition",
    "Period": "Période",
    "Next due": "Prochaine échéance",
    "Open obligations": "Obligations ouvertes",
    "Substitute": "Remplaçant",
    "Absences": "Absences",
    "Suspension": "Suspension",
    "Suspensions": "Suspensions",
    "In force": "En vigueur",
}
