"""Wrong uses of the program as one sentence, in English or French. Typer knows them in English only."""

import re
from functools import partial
from typing import Any, Final

from chancery.i18n import language

_FRENCH: Final = (
    (r"No such command '(?P<a>.*?)'\.", "Il n'y a pas de commande « {a} »."),
    (r"No such option: (?P<a>\S+)", "Il n'y a pas d'option {a}."),
    (r"Did you mean (?P<a>.+?)\?", "Vouliez-vous dire {a} ?"),
    (r"Did you mean one of: (?P<a>.+?)\?", "Vouliez-vous dire : {a} ?"),
    (r"\(Possible options: (?P<a>.+?)\)", "(Options possibles : {a})"),
    (r"Missing argument '(?P<a>.*?)'\.", "Il manque l'argument {a}."),
    (r"Missing option '(?P<a>.*?)'\.", "Il manque l'option {a}."),
    (r"Missing command\.", "Il manque une commande."),
    (r"Got unexpected extra arguments? \((?P<a>.*?)\)", "Argument en trop : {a}."),
    (r"Option '(?P<a>.*?)' requires an argument\.", "L'option {a} exige une valeur."),
    (r"Option '(?P<a>.*?)' does not take a value\.", "L'option {a} ne prend pas de valeur."),
    (r"Invalid value for '?(?P<a>.*?)'?: (?P<b>.*)", "Valeur inutilisable pour {a} : {b}"),
    (r"'(?P<a>.*?)' is not a valid integer\.", "« {a} » n'est pas un nombre entier."),
    (r"(?P<a>\S+) is not in the range (?P<b>.*?)\.", "{a} n'est pas dans l'intervalle {b}."),
    (r"'(?P<a>.*?)' is not one of (?P<b>.*?)\.", "« {a} » n'est pas l'une des valeurs {b}."),
)


def _filled(text: str, found: re.Match[str]) -> str:
    return text.format(**found.groupdict())


def sentence(problem: Any) -> tuple[str, str]:
    """The code and the sentence of a Typer exception; code `help` if all that was missing is the command itself."""
    message: str = problem.format_message()
    if type(problem).__name__ == "NoArgsIsHelpError":
        return "help", message
    if language() == "fr":
        for pattern, text in _FRENCH:
            message = re.sub(pattern, partial(_filled, text), message)
    if not message.rstrip().endswith((".", "?", ")")):
        message = f"{message.rstrip()}."
    return "usage", message
