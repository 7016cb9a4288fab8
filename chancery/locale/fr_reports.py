"""The French of reports in their forms: making them, and making them again."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # making
    "text, html, pdf, xlsx, csv or json.": "text, html, pdf, xlsx, csv ou json.",
    "Write there, not to standard output.": "Écrire là, non sur la sortie standard.",
    "As known at the latest signed checkpoint, which is embedded (pdf, html).": "Tel que connu au dernier point de contrôle signé, qui est joint (pdf, html).",
    "Report what a mission's duties met: vacancies, closures, waiting on others, load, coverage.": "Dire ce que les obligations d'une mission ont rencontré : vacances, fermetures, attentes, charge, couverture.",
    "The mission's code; else every one, as from outside.": "Le code de la mission ; à défaut, toutes, comme de l'extérieur.",
    "For readers outside the mission: no lists, no number under five.": "Pour des lecteurs hors de la mission : ni listes, ni nombre inférieur à cinq.",
    "Report what was considered, acted on, declined and missed, by paragraph and mission.": "Dire ce qui a été examiné, suivi d'effet, écarté ou manqué, par paragraphe et par mission.",
    "A half-year: 2026-1 is January to June 2026.": "Un semestre : 2026-1 va de janvier à juin 2026.",
    "paragraph or definition.": "paragraph ou definition.",
    "Of this mission; may be given several times.": "De cette mission ; peut être donné plusieurs fois.",
    "Print the JSON Schema of a report's data (draft 2020-12).": "Afficher le schéma JSON des données d'un rapport (draft 2020-12).",
    "As the data name it; else all there are.": "Tel que les données le nomment ; à défaut, tous.",
    "Schema": "Schéma",
    "--by: {given} is not known; paragraph and definition are.": "--by : {given} n'est pas connu ; paragraph et definition le sont.",
    "--form: {given} is no form of a report; text, html, pdf, xlsx, csv and json are.": "--form : {given} n'est pas une forme de rapport ; text, html, pdf, xlsx, csv et json le sont.",
    "--form {form} is no text; name a file with --out.": "--form {form} n'est pas du texte ; nommez un fichier avec --out.",
    "--signed goes with a position or with none, not with an instant.": "--signed va avec une position ou sans, non avec un instant.",
    "{file} cannot be written.": "{file} ne peut pas être écrit.",
    "Written: {file}, {n} bytes, as known at position {position} of log {origin}.": "Écrit : {file}, {n} octets, tel que connu à la position {position} du journal {origin}.",
    # making again
    "A report in PDF, HTML, XLSX, CSV or JSON.": "Un rapport en PDF, HTML, XLSX, CSV ou JSON.",
    "Make a report's file again from the log as known then, and compare the two byte for byte.\n\nExit code 1 if they differ, with where. A signed checkpoint in the file is checked, too.": "Refaire le fichier d'un rapport à partir du journal tel que connu alors, et comparer les deux à l'octet près.\n\nCode de sortie 1 s'ils diffèrent, avec l'endroit. Un point de contrôle signé contenu dans le fichier est vérifié aussi.",
    "The same, byte for byte, as log {origin} gives it at position {position}.": "Le même, à l'octet près, que ce que donne le journal {origin} à la position {position}.",
    "It differs from what log {origin} gives at position {position}.": "Il diffère de ce que donne le journal {origin} à la position {position}.",
    "The signed checkpoint in it is of this log, this size and this root.": "Le point de contrôle signé qu'il contient est de ce journal, de cette taille et de cette racine.",
    "The file names another program ({theirs}); this one is {ours}.": "Le fichier nomme un autre programme ({theirs}) ; celui-ci est {ours}.",
    "The file names another program ({theirs}); this one is {ours}, which may be why.": "Le fichier nomme un autre programme ({theirs}) ; celui-ci est {ours}, ce qui peut en être la cause.",
    "the figures or facts are not those of the log": "les chiffres ou les faits ne sont pas ceux du journal",
    "an embedded file is another one": "un fichier joint est un autre",
    "the data are the log's or are not held; what is shown is not what they give": "les données sont celles du journal ou n'y sont pas ; ce qui est montré n'est pas ce qu'elles donnent",
    "no key that is known here has signed the checkpoint": "aucune clé connue ici n'a signé le point de contrôle",
    "the checkpoint was signed for another root": "le point de contrôle a été signé pour une autre racine",
    "the checkpoint was signed for another size": "le point de contrôle a été signé pour une autre taille",
    "the checkpoint is of another log": "le point de contrôle est d'un autre journal",
    "a signature of the checkpoint is false": "une signature du point de contrôle est fausse",
    "the checkpoint cannot be read": "le point de contrôle ne peut pas être lu",
}
"""English sentence → French sentence."""
