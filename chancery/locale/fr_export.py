"""French of exports and receipts on the command line."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # log export
    "Write the log, or a part of it, so that anybody can check it offline.\n\n"
    "Every position asked for is there by its leaf; its body only if whoever is named by --as may read it. Without --as,\n"
    "and for the operator, no bodies leave. Bodies of everything take a second person: `chancery export propose`.": (
        "Écrire le journal, ou une partie, pour que quiconque puisse le vérifier hors ligne.\n\n"
        "Chaque position demandée y figure par sa feuille ; son contenu seulement si la personne nommée par --as peut le lire. Sans\n"
        "--as, et pour l'opérateur, aucun contenu ne sort. Tous les contenus : une seconde personne, `chancery export propose`."
    ),
    "A new folder, or a new file ending in .zip.": "Un nouveau dossier, ou un nouveau fichier finissant par .zip.",
    "From there on; else from the beginning.": "À partir de là ; sinon depuis le début.",
    "Up to there; else as far as was signed.": "Jusque-là ; sinon jusqu'où va la signature.",
    "Up to there; else up to now.": "Jusque-là ; sinon jusqu'à maintenant.",
    "These only, such as 12,40-44; proved without the rest.": "Celles-ci seulement, comme 12,40-44 ; prouvées sans le reste.",
    "What this report (JSON or PDF) names, and its size.": "Ce que cite ce rapport (JSON ou PDF), et sa taille.",
    "Prove too that the log only added to one of this size.": (
        "Prouver aussi que le journal n'a fait que s'allonger depuis cette taille."
    ),
    "A checkpoint kept elsewhere; else the newest one here.": (
        "Un point de contrôle gardé ailleurs ; sinon le plus récent d'ici."
    ),
    "Give --positions, or --report, or a range: one of them.": (
        "Donnez --positions, ou --report, ou un intervalle : l'un des trois."
    ),
    "--positions: {given} is no position, and no range such as 40-44.": (
        "--positions : {given} n'est ni une position, ni un intervalle comme 40-44."
    ),
    "{path} is no report as JSON or PDF.": "{path} n'est pas un rapport en JSON ou en PDF.",
    "{out}: {events} positions, the bytes of {bodies}; digest {digest}.": (
        "{out} : {events} positions, dont {bodies} avec leurs octets ; empreinte {digest}."
    ),
    "Check it with {out}/verify.py, or better with a copy of it that you have from elsewhere.": (
        "Vérifiez-le avec {out}/verify.py, ou mieux avec une copie que vous tenez d'ailleurs."
    ),
    # export
    "Full exports: what leaves unredacted, for whom and why, with a second person's word.": (
        "Exports complets : ce qui sort sans caviardage, pour qui et pourquoi, avec l'accord d'une seconde personne."
    ),
    "The export's code, as `chancery export list` shows it.": "Le code de l'export, tel que l'affiche `chancery export list`.",
    "Ask for a full export. Nothing leaves until a second person agrees.\n\n"
    "Purposes and recipients are codes: audit, court_order, evaluation … and court, parliament, external_auditor …": (
        "Demander un export complet. Rien ne sort sans l'accord d'une seconde personne.\n\n"
        "Finalités et destinataires sont des codes : audit, court_order, evaluation … et court, parliament, external_auditor …"
    ),
    "Why it leaves.": "Pourquoi cela sort.",
    "To whom it goes.": "À qui cela va.",
    "Everything in the installation, not this mission's part.": (
        "Toute l'installation, et non la part de cette mission."
    ),
    "Export {export} waits for a second person: `chancery export answer {export}`.": (
        "L'export {export} attend une seconde personne : `chancery export answer {export}`."
    ),
    "Agree to a full export that somebody else asked for, or refuse it.": (
        "Accorder un export complet demandé par quelqu'un d'autre, ou le refuser."
    ),
    "Agree to it, or not.": "L'accorder, ou non.",
    "Say --approve or --refuse.": "Dites --approve ou --refuse.",
    "Make an export that was agreed to, and write into the log that it was made.\n\n"
    "The file names who agreed, by the positions of the log. It appears only once the log says that it was made.": (
        "Établir un export accordé, et l'inscrire au journal.\n\n"
        "Le fichier indique qui l'a accordé, par les positions du journal. Il n'apparaît qu'une fois inscrit."
    ),
    "Full exports: asked for, agreed to, refused, made.": "Exports complets : demandés, accordés, refusés, établis.",
    "No full export was asked for.": "Aucun export complet n'a été demandé.",
    # receipt
    "Receipts: the position and leaf that every change answers with.": (
        "Reçus : la position et la feuille par lesquelles répond tout changement."
    ),
    "Ask whether a receipt still holds: the event is in the log, at that place, under a signed checkpoint.\n\n"
    "Exit code 1 if it does not.": (
        "Demander si un reçu vaut toujours : l'événement est au journal, à cette place, sous un point de contrôle signé.\n\n"
        "Code de sortie 1 sinon."
    ),
    "The position on the receipt.": "La position qui figure sur le reçu.",
    "Its leaf: all 64 digits, or the first 16 or more.": "Sa feuille : les 64 chiffres, ou au moins les 16 premiers.",
    "Ask this export, without an installation or a network.": "Interroger cet export, sans installation ni réseau.",
    "With --export: a public key that you know from elsewhere.": (
        "Avec --export : une clé publique que vous connaissez d'ailleurs."
    ),
    "An export has a checkpoint of its own; give --checkpoint or --export.": (
        "Un export a son propre point de contrôle ; donnez --checkpoint ou --export."
    ),
    "Position {position} holds this leaf: {leaf}.": "La position {position} contient cette feuille : {leaf}.",
    "The log recorded it at {at}.": "Le journal l'a inscrite à {at}.",
    "{n} of 64 digits were given; these agree.": "{n} chiffres sur 64 ont été donnés ; ceux-là concordent.",
    "No checkpoint covers it yet: it is in the log, and nobody has signed that.": (
        "Aucun point de contrôle ne la couvre encore : elle est au journal, et personne ne l'a signé."
    ),
    "The checkpoint of size {size} in the export includes it. Its key came with the export: that proves nothing about who signed.": (
        "Le point de contrôle de taille {size} de l'export la comprend. Sa clé est venue avec l'export : cela ne prouve rien de qui a signé."
    ),
    "The checkpoint of size {size}, signed by {names}, includes it.": (
        "Le point de contrôle de taille {size}, signé par {names}, la comprend."
    ),
    "The log ends at position {head}; position {position}, which this receipt names, is gone.": (
        "Le journal s'arrête à la position {head} ; la position {position}, que nomme ce reçu, a disparu."
    ),
    "Position {position} holds another leaf, {leaf}: not what this receipt was given for.": (
        "La position {position} contient une autre feuille, {leaf} : pas celle pour laquelle ce reçu a été donné."
    ),
    "The bytes at position {position} do not give its leaf.": "Les octets de la position {position} ne donnent pas sa feuille.",
    "The checkpoint was signed over another log: position {position} is not in it.": (
        "Le point de contrôle a été signé sur un autre journal : la position {position} n'y est pas."
    ),
    "The export holds no position {position}; nothing was checked.": (
        "L'export ne contient pas la position {position} ; rien n'a été vérifié."
    ),
    "The checkpoint ends before position {position}; it says nothing about it.": (
        "Le point de contrôle s'arrête avant la position {position} ; il n'en dit rien."
    ),
    "Export": "Export",
    "Scope": "Portée",
    "Purpose": "Finalité",
    "Recipient": "Destinataire",
    "Lapses (UTC)": "Expire (UTC)",
}
