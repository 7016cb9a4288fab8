"""The words of the forms themselves, in English and French; what a report says stands in the words of its kind."""

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Report", "Rapport"),
    "count": ("{title}: {count}", "{title} : {count}"),
    "label": ("{label}:", "{label} :"),
    "none": ("None.", "Néant."),
    "position": ("position {positions}", "position {positions}"),
    "positions": ("positions {positions}", "positions {positions}"),
    "cannot_see": ("What the system cannot see", "Ce que le système ne voit pas"),
    "rests_on": ("What this report rests on", "Sur quoi repose ce rapport"),
    "log": ("Log", "Journal"),
    "as_known": ("As known at position", "État connu à la position"),
    "recorded": ("Recorded by the log", "Enregistrée par le journal"),
    "utc": ("{instant} (UTC)", "{instant} (UTC)"),
    "size": ("Size of the log", "Taille du journal"),
    "root": ("Root of the log at that size", "Racine du journal à cette taille"),
    "leaf": ("Leaf of that position", "Empreinte de cette position"),
    "checkpoint": ("Signed checkpoint", "Point de contrôle signé"),
    "checkpoint_in": (
        "embedded as {file}; signed for this size and this root",
        "joint sous le nom {file} ; signé pour cette taille et cette racine",
    ),
    "data": ("Data", "Données"),
    "program": ("Made by", "Établi par"),
    "rehearsal": ("A rehearsal: nothing here happened.", "Répétition : rien de ceci n'a eu lieu."),
    "how": ("How to check this report", "Comment vérifier ce rapport"),
    "how_again": (
        (
            "The same request, made again from the same log as known at position {position}, gives this file byte for byte: "
            "chancery report reproduce FILE."
        ),
        (
            "La même demande, refaite à partir du même journal tel que connu à la position {position}, donne ce fichier à "
            "l'octet près : chancery report reproduce FICHIER."
        ),
    ),
    "how_positions": (
        "A figure is the number of entries in its list; the positions behind an entry are those of the log that it rests on.",
        "Un chiffre est le nombre d'entrées de sa liste ; les positions d'une entrée sont celles du journal sur lesquelles elle repose.",
    ),
    "how_proof": (
        (
            "The report's data hold the leaf of each of these positions and the hashes that lead to the root. The stand-alone "
            "verifier (verify.py) checks them without this program and without the log."
        ),
        (
            "Les données du rapport contiennent l'empreinte de chacune de ces positions et les empreintes qui mènent à la "
            "racine. Le vérificateur autonome (verify.py) les contrôle sans ce programme et sans le journal."
        ),
    ),
    "how_not": (
        "That proves that the entries stand in that log unaltered. It does not prove that what was entered is true.",
        (
            "Cela prouve que les entrées figurent inchangées dans ce journal. Cela ne prouve pas que ce qui a été saisi "
            "est vrai."
        ),
    ),
    "unshown": (
        (
            "Signs that the fonts of this file do not have stand as their Unicode number, such as [U+5317]; the embedded data "
            "hold them."
        ),
        (
            "Les signes absents des polices de ce fichier figurent par leur numéro Unicode, par exemple [U+5317] ; les "
            "données jointes les contiennent."
        ),
    ),
    "page": ("page {n} of {all}", "page {n} sur {all}"),
    "number": ("No.", "N°"),
    "figure": ("Figure", "Chiffre"),
    "figure_code": ("Figure (code)", "Chiffre (code)"),
    "how_many": ("Number", "Nombre"),
    "subject": ("About", "Objet"),
    "said": ("What the log says", "Ce que dit le journal"),
    "positions_head": ("Positions", "Positions"),
    "overview": ("Figures", "Chiffres"),
    "text": ("Text", "Texte"),
    "columns_note": (
        "Columns whose heading is a code give the data as they stand in the report's JSON; instants are UTC.",
        "Les colonnes dont l'intitulé est un code donnent les données telles que dans le JSON du rapport ; heures UTC.",
    ),
    "area": ("Area", "Zone"),
    "reached": ("reached ({day})", "atteinte ({day})"),
    "not_reached": ("not reached ({day})", "non atteinte ({day})"),
    "chart_days": ("Own working days", "Jours ouvrables propres"),
    "chart_tasks": ("Tasks", "Tâches"),
    "chart_own_time": (
        "{n} tasks along a line of working days, a dot for each: the fewest {least}, the most {most}.",
        "{n} tâches le long d'une ligne de jours ouvrables, un point chacune : le moins {least}, le plus {most}.",
    ),
}


def word(code: str, language: str, **values: object) -> str:
    """The words of a code, filled in; `en` or `fr`."""
    text = WORDS[code][language == "fr"]
    return text.format(**values) if values else text


def runs(numbers: tuple[int, ...]) -> str:
    """Positions with runs of three and more drawn together; each is still there: `3, 7-12`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(f"{r[0]}-{r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in found)


def positions_said(positions: tuple[int, ...], language: str) -> str:
    """`positions 3, 7-12`, or nothing where there are none."""
    if not positions:
        return ""
    return word("position" if len(positions) == 1 else "positions", language, positions=runs(positions))
