"""What the codes of a case's own duties are called: intake, consent, urgent action, gender check, feedback, effect."""

from typing import Final

CASE_CODES: Final[dict[str, tuple[str, str]]] = {
    # how a step may end
    "superseded": ("superseded", "remplacée"),
    "impossible": ("impossible", "impossible"),
    # reasons
    "duplicate": ("known under another code", "connu sous un autre code"),
    "outside_accreditation": ("outside the accreditation", "hors de l'accréditation"),
    "no_safe_channel": ("no safe channel", "pas de canal sûr"),
    "sender_unknown": ("sender unknown", "expéditeur inconnu"),
    "no_risk_found": ("no risk found", "aucun risque constaté"),
    "not_urgent": ("not urgent", "pas urgent"),
    "danger_passed": ("the danger has passed", "le danger est passé"),
    "no_means_here": ("no means here", "aucun moyen sur place"),
    "no_longer_needed": ("no longer needed", "n'est plus nécessaire"),
    "recipient_silent": ("the recipient does not answer", "le destinataire ne répond pas"),
    "recipient_gone": ("the recipient is gone", "le destinataire n'est plus là"),
    "nothing_kept": ("nothing was kept", "rien n'a été conservé"),
    "nothing_was_done": ("nothing was done", "rien n'a été fait"),
    "somebody_can_be_asked": ("somebody can be asked", "quelqu'un peut être consulté"),
    "no_life_at_stake": ("no life is at stake", "aucune vie n'est en jeu"),
    "told_with_another": ("told together with something else", "dit avec autre chose"),
    "asked_with_another": ("asked together with something else", "demandé avec autre chose"),
    # results
    "class": ("class", "classe"),
    "immediate": ("immediate risk", "risque immédiat"),
    "serious": ("serious risk", "risque grave"),
    "monitor": ("to be followed", "à suivre"),
    "verification": ("verification", "vérification"),
    "confirmed": ("confirmed", "confirmée"),
    "probable": ("probable", "probable"),
    "unverified": ("unverified", "non vérifiée"),
    "goes_on": ("goes on", "se poursuit"),
    "answered": ("answered", "réponse reçue"),
    "finding": ("finding", "constat"),
    "specific": ("something specific", "risques propres"),
    "nothing_specific": ("checked, nothing specific", "vérifié, rien de particulier"),
    "gender": ("gender check", "vérification de genre"),
    "visa": ("visa", "visa"),
    "shelter": ("shelter", "hébergement temporaire"),
    "grant": ("grant", "aide financière"),
    "recommendation": ("recommendation to headquarters", "recommandation au siège"),
    # evidence, causes, owners
    "cable": ("cable", "télégramme diplomatique"),
    "report": ("report", "rapport"),
    "outcome_note": ("outcome note", "note de résultat"),
    "case_closed": ("the case was closed", "le cas a été clos"),
    "not_pursued": ("not pursued", "sans suite"),
    "asked_anew": ("agreed anew, or no longer", "convenu à nouveau, ou plus du tout"),
    "duty_officer": ("duty officer", "permanence"),
}
