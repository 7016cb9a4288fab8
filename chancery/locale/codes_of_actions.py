"""What the codes of acts for one defender are called: visits, démarches, statements, relief, the United Nations."""

from typing import Final

ACTION_CODES: Final[dict[str, tuple[str, str]]] = {
    # gates
    "consent:attend": ("consent to attend", "accord pour assister"),
    "consent:visit": ("consent to visit", "accord pour une visite"),
    "consent:demarche": ("consent to a démarche", "accord pour une démarche"),
    "consent:statement": ("consent to a statement", "accord pour une déclaration"),
    "consent:publish_name": ("consent to publish the name", "accord pour publier le nom"),
    "consent:photo": ("consent to publish a picture", "accord pour publier une image"),
    "consent:share_eu": (
        "consent to share with EU missions",
        "accord pour partager avec les missions de l'UE",
    ),
    "consent:share_partners": ("consent to share with partners", "accord pour partager avec des partenaires"),
    "consent:share_un": (
        "consent to share with the United Nations",
        "accord pour partager avec les Nations unies",
    ),
    "consent:refer": ("consent to refer", "accord pour orienter"),
    "consent:contact_family": ("consent to contact the family", "accord pour contacter la famille"),
    # reasons
    "facts_not_established": ("facts not established", "faits non établis"),
    "no_appointment": ("no appointment was given", "aucun rendez-vous accordé"),
    "no_prospect": ("no prospect of effect", "sans perspective d'effet"),
    "no_way_found": ("no way was found", "aucune voie trouvée"),
    "visit_not_held": ("the visit was not held", "la visite n'a pas eu lieu"),
    "day_set": ("a day was set", "un jour a été fixé"),
    "proceeding_ended": ("the proceeding ended", "la procédure a pris fin"),
    # results
    "alone": ("alone", "seule"),
    "another_way": ("another way", "une autre voie"),
    "answer": ("answer", "réponse"),
    "ask_again": ("ask again", "demander à nouveau"),
    "by": ("by", "par"),
    "by_delegation": ("by the EU Delegation", "par la délégation de l'UE"),
    "check_again": ("look again", "revoir"),
    "cleared": ("cleared", "validée"),
    "content": ("content", "contenu"),
    "correct": ("correct it", "la corriger"),
    "level": ("level", "niveau"),
    "minister": ("minister", "ministre"),
    "next": ("what follows", "suite"),
    "official": ("official", "fonctionnaire"),
    "permitted": ("permitted", "autorisée"),
    "received": ("received", "reçue"),
    "reply": ("reply", "réponse"),
    "returned": ("returned", "renvoyée"),
    "senior_official": ("senior official", "haut fonctionnaire"),
    "several_missions": ("several missions", "plusieurs missions"),
    "unnamed": ("naming nobody", "sans nommer personne"),
    "with_partners": ("with partners", "avec des partenaires"),
    "with_name": ("with the name", "avec le nom"),
    "with_picture": ("with name and picture", "avec nom et image"),
    "withdraw": ("withdraw it", "la retirer"),
    # evidence
    "note_verbale": ("note verbale", "note verbale"),
    "published_text": ("published text", "texte publié"),
    "referral": ("referral", "orientation"),
    "reporting_cable": ("reporting cable", "télégramme de compte rendu"),
    "visit_note": ("note of the visit", "note de visite"),
}
