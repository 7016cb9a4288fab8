"""README.txt of an export, English and French: what lies here, how to check it, what that proves. It holds no personal data."""

from collections.abc import Mapping
from typing import Any, Final

_ENGLISH: Final = """\
EXPORT OF A CHANCERY LOG
========================
{rehearsal}
Log:         {origin}
Up to:       position {size}, root {root}
Given here:  {events} positions, the bytes of {bodies} of them
Redaction:   {redaction}
Purpose:     {purpose}; recipient: {recipient}
Approval:    {approval}

What lies here
  events.jsonl   a line for each position given. "body" is the event as it lies in the log, byte for byte; a line without it is
                 redacted: its leaf (a hash) shows that it is there, and nothing of what it says
  checkpoint     size and root of the log, signed; other lines are cosignatures of witnesses
  keys           the public keys under which that signature holds. Whoever could forge this export could put other keys here:
                 compare them with keys that you know from elsewhere (headquarters' audit, the mission's protocol, an earlier export)
  proof.json     hashes of what is not given, so that the root can be computed
  tile/          hash tiles, if the whole log is given, for other programs (c2sp.org/tlog-tiles)
  manifest.json  what is said above, for programs
  SHA256SUMS     against accidents only: whoever changes a file on purpose can change this one too
  verify.py      the verifier. Better take it from a place that you trust: a false one can say anything

How to check it, with nothing but Python 3.9 or newer, without a network
  python verify.py THIS-FOLDER-OR-ZIP --key KEY-KNOWN-FROM-ELSEWHERE [--witness KEY] [--older CHECKPOINT-KEPT-FROM-BEFORE]
  with a report, as PDF or JSON:  … --report report.pdf --follow on_time

What it proves: these events lie at these positions, with these times, in the log that was signed; nothing up to there was changed,
put in, taken out or moved since. What it does not prove: that what was entered is true; anything after position {size}; who holds
the key; what a redacted event says.
"""
_FRENCH: Final = """\

EXPORT D'UN JOURNAL CHANCERY
============================
{rehearsal}
Journal :    {origin}
Jusqu'à :    position {size}, racine {root}
Ici :        {events} positions, dont {bodies} avec leurs octets
Caviardage : {redaction}
Finalité :   {purpose} ; destinataire : {recipient}
Accord :     {approval}

Ce qui se trouve ici
  events.jsonl   une ligne par position. « body » est l'événement tel qu'il figure au journal, octet pour octet ; une ligne qui n'en a
                 pas est caviardée : sa feuille (une empreinte) montre qu'il est là, et rien de ce qu'il dit
  checkpoint     taille et racine du journal, signées ; les autres lignes sont les cosignatures des témoins
  keys           les clés publiques de ces signatures. Qui saurait falsifier cet export saurait y mettre d'autres clés : comparez-les
                 à celles que vous tenez d'ailleurs (audit du siège, protocole de la mission, export antérieur)
  proof.json     empreintes de ce qui n'est pas donné, pour que la racine puisse être calculée
  tile/          tuiles d'empreintes, si le journal est donné en entier, pour d'autres programmes (c2sp.org/tlog-tiles)
  manifest.json  ce qui est dit plus haut, pour les programmes
  SHA256SUMS     contre les accidents seulement : qui modifie un fichier exprès peut aussi modifier celui-ci
  verify.py      le vérificateur. Mieux vaut le prendre en un lieu sûr : un faux peut dire n'importe quoi

Comment vérifier, avec Python 3.9 ou plus récent et rien d'autre, sans réseau
  python verify.py CE-DOSSIER-OU-ZIP --key CLÉ-CONNUE-D-AILLEURS [--witness CLÉ] [--older POINT-DE-CONTRÔLE-GARDÉ]
  avec un rapport, PDF ou JSON :  … --report rapport.pdf --follow on_time

Ce que cela prouve : ces événements se trouvent à ces positions, à ces heures, dans le journal qui a été signé ; jusque-là rien n'a
été modifié, ajouté, retiré ni déplacé depuis. Ce que cela ne prouve pas : que ce qui a été saisi est vrai ; quoi que ce soit après la
position {size} ; qui détient la clé ; ce que dit un événement caviardé.
"""
_REDACTION_FR: Final = {
    "leaves": "Un export sans lecteur : des feuilles seulement.",
    "reader": "Les contenus seulement là où le lecteur peut les lire.",
    "mission": "Les contenus seulement de la mission pour laquelle l'export a été accordé.",
    "nothing": "Rien n'est caviardé.",
}


def text(manifest: Mapping[str, Any]) -> str:
    """Both languages, one after the other. Purpose and recipient are codes in the one and words in neither: they stand in the log so."""
    asked, rehearsal = manifest["approval"], manifest["rehearsal"]
    given = {
        name: manifest[name]
        for name in ("origin", "size", "root", "events", "bodies", "purpose", "recipient")
    }
    english = _ENGLISH.format(
        **given,
        redaction=manifest["redaction"]["why"],
        rehearsal="A REHEARSAL: nothing in it happened.\n" if rehearsal else "",
        approval="asked for at position {proposed}, agreed to at position {answered}".format(**asked)
        if asked
        else "none needed",
    )
    french = _FRENCH.format(
        **given,
        redaction=_REDACTION_FR[manifest["redaction"]["code"]],
        rehearsal="UNE RÉPÉTITION : rien de ceci n'a eu lieu.\n" if rehearsal else "",
        approval="demandé à la position {proposed}, accordé à la position {answered}".format(**asked)
        if asked
        else "pas nécessaire",
    )
    return english + french
