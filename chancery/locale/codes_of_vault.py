"""What the codes of cases, consent and the vault are called. A prefix keeps them from others that are written alike."""

from typing import Final

VAULT_CODES: Final[dict[str, tuple[str, str]]] = {
    # what is written down of a case
    "entry:identity": ("identity", "identité"),
    "entry:contact": ("contact", "contact"),
    "entry:note": ("note", "note"),
    "entry:source": ("source", "source"),
    "entry:verification": ("verification", "vérification"),
    "entry:risk": ("risk", "risque"),
    "entry:option": ("option", "option"),
    "entry:external_action": ("action by others", "action d'autrui"),
    "entry:related": ("somebody near", "proche"),
    "entry:consent": ("consent", "consentement"),
    "entry:sitting": ("sitting", "audience"),
    "entry:disclosure": ("shared", "communication"),
    "entry:shredding": ("to be destroyed", "à détruire"),
    # on which ground somebody read a case, and why
    "basis:holder": ("holds a task of it", "tient une tâche du cas"),
    "basis:lead": ("leads the mission's work", "dirige le travail de la mission"),
    "basis:partner": ("a partner, by consent", "un partenaire, par consentement"),
    "basis:break_glass": ("with a reason", "avec motif"),
    "audit": ("audit", "audit"),
    "complaint": ("complaint", "plainte"),
    "data_subject_request": ("request of the person concerned", "demande de la personne concernée"),
    "incident": ("incident", "incident"),
    "legal_duty": ("legal duty", "obligation légale"),
    # destruction
    "shredding:proposed": ("asked", "demandée"),
    "shredding:approved": ("approved, under way", "approuvée, en cours"),
    "shredding:refused": ("refused", "refusée"),
    "shredding:shredded": ("destroyed", "détruite"),
    "shredded": ("destroyed", "détruit"),
    "retention_ended": ("retention has ended", "durée de conservation échue"),
    "on_request": ("at the request of the person concerned", "à la demande de la personne concernée"),
    # mechanisms
    "option:offered": ("offered", "proposé"),
    "option:used": ("used", "utilisé"),
    "option:refused_by_defender": ("refused by the defender", "refusé par le défenseur"),
    "option:not_used": ("not used", "non utilisé"),
    "formal": ("formal", "formel"),
    "informal": ("informal", "informel"),
    "level:state": ("the State", "l'État"),
    "level:regional": ("a regional body", "un organe régional"),
    "level:eu": ("the European Union", "l'Union européenne"),
    "level:un": ("the United Nations", "les Nations unies"),
    "level:ngo": ("organisations", "des organisations"),
    "level:network": ("networks", "des réseaux"),
    "level:community": ("communities", "des communautés"),
}
