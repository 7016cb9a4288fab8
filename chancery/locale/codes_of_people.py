"""What the codes of the strategy, the focal point, hand-over, training, burden-sharing and contacts are called."""

from typing import Final

PEOPLE_CODES: Final[dict[str, tuple[str, str]]] = {
    "auditor": ("auditor", "auditeur"),
    "data_protection_officer": ("data protection officer", "délégué à la protection des données"),
    "security_officer": ("security officer", "responsable de la sécurité"),
    # strategy
    "strategy": ("the strategy's text", "le texte de la stratégie"),
    "review_note": ("note of the review", "note de réexamen"),
    "adopted_already": ("adopted already", "déjà adoptée"),
    # focal point
    "appointment_note": ("appointment note", "note de nomination"),
    "contact_test": ("test call", "appel d'essai"),
    "not_answered": ("not answered", "sans réponse"),
    "shared_with_another_mission": ("another mission's officer serves", "l'agent d'une autre mission assure"),
    "post_abolished": ("the post is abolished", "le poste est supprimé"),
    "awaiting_successor": ("waiting for a successor", "dans l'attente d'un successeur"),
    "network_down": ("the network is down", "le réseau est en panne"),
    # hand-over
    "successor": ("successor", "successeur"),
    "posting_extended": ("the posting is extended", "l'affectation est prolongée"),
    "nothing_open": ("nothing is open", "rien n'est ouvert"),
    "left_already": ("left already", "déjà parti"),
    "no_successor_yet": ("no successor yet", "pas encore de successeur"),
    # training
    "certificate": ("certificate", "attestation"),
    "certificate_valid": ("a certificate is still valid", "une attestation est encore valable"),
    "no_course_offered": ("no course was offered", "aucune formation n'était offerte"),
    "leaving_soon": ("leaving soon", "départ proche"),
    # burden-sharing and meetings
    "rota": ("signed rota", "tableau de service signé"),
    "load": ("load", "charge"),
    "kept": ("shares stay", "parts maintenues"),
    "shifted": ("shares were shifted", "parts déplacées"),
    "no_other_mission": ("there is no other mission", "il n'y a pas d'autre mission"),
    "actions": ("actions", "actions"),
    "noted": ("noted", "notées"),
    "overtaken_by_events": ("overtaken by events", "dépassé par les événements"),
    "passed_to_another_mission": ("passed to another mission", "passé à une autre mission"),
    # contacts
    "place": ("place", "lieu"),
    "their_office": ("their office", "leurs bureaux"),
    "neutral_place": ("a neutral place", "un lieu neutre"),
    "telephone": ("by telephone", "par téléphone"),
    "in_writing": ("in writing", "par écrit"),
    "met_before": ("met before", "déjà rencontrés"),
    "promised": ("promised", "promis"),
    "nothing": ("nothing", "rien"),
    "something": ("something", "quelque chose"),
    # field visits and the map
    "trip_report": ("trip report", "compte rendu de déplacement"),
    "reached": ("reached", "atteints"),
    "every_region_reached": ("every region was reached", "toutes les régions ont été atteintes"),
    "capital_only": ("defenders work in the capital only", "les défenseurs n'agissent que dans la capitale"),
    "no_access": ("no access", "pas d'accès"),
    "visited_by_another_mission": ("visited by another mission", "visitée par une autre mission"),
    # on what somebody reads
    "phone": ("telephone", "téléphone"),
    "tablet": ("tablet", "tablette"),
    "computer": ("computer", "ordinateur"),
    "other_system": ("another system", "un autre système"),
    "token:api": ("the API", "l'API"),
    "token:calendar": ("calendar feed", "flux d'agenda"),
}
