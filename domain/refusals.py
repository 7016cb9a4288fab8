"""Every way in which a command can be refused: a stable code, and a sentence in English and in French.

A refusal is an answer, not a fault. It says what, where and what would be right. Placeholders take codes only.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from domain.refusals_of_dossiers import OF_DOSSIERS

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "not-allowed": (
        "{role} may not {command} here; {who} may (policy {rule}).",
        "{role} ne peut pas exécuter {command} ici ; {who} le peut (règle {rule}).",
    ),
    "not-your-task": (
        "Task {task} is held by {holder}; ask them, or have it reassigned by the focal point.",
        "La tâche {task} est tenue par {holder} ; adressez-vous à cette personne ou faites-la réattribuer par le point focal.",
    ),
    "no-such-mission": (
        "There is no mission {mission}; the list of missions shows those adopted.",
        "Il n'y a pas de mission {mission} ; la liste des missions montre celles adoptées.",
    ),
    "mission-exists": (
        "Mission {mission} has been adopted already.",
        "La mission {mission} a déjà été adoptée.",
    ),
    "no-such-obligation": (
        "There is no obligation {obligation}; the list of obligations shows those open.",
        "Il n'y a pas d'obligation {obligation} ; la liste des obligations montre celles ouvertes.",
    ),
    "obligation-closed": (
        "Obligation {obligation} has ended ({outcome}); a correction is still possible.",
        "L'obligation {obligation} est terminée ({outcome}) ; une correction reste possible.",
    ),
    "no-such-task": (
        "Obligation {obligation} has no task {task}; the list of tasks shows those open.",
        "L'obligation {obligation} n'a pas de tâche {task} ; la liste des tâches montre celles ouvertes.",
    ),
    "task-ended": (
        "Task {task} ended as {outcome} at {at}; only a correction can change that.",
        "La tâche {task} s'est terminée ({outcome}) à {at} ; seule une correction peut la modifier.",
    ),
    "stale": (
        "Task {task} has changed since you saw it (revision {seen}, now {now}); look again, then decide.",
        "La tâche {task} a changé depuis que vous l'avez vue (révision {seen}, maintenant {now}) ; relisez-la, puis décidez.",
    ),
    "stale-stream": (
        "{stream} kept moving while this was decided; try again.",
        "{stream} n'a cessé de changer pendant la décision ; essayez de nouveau.",
    ),
    "changed-since": (
        "{stream} has changed since you saw it (version {seen}, now {now}); look again, then decide.",
        "{stream} a changé depuis que vous l'avez vu (version {seen}, maintenant {now}) ; relisez, puis décidez.",
    ),
    "command-reused": (
        "Command id {command_id} was used for something else; send a new one.",
        "L'identifiant de commande {command_id} a servi à autre chose ; envoyez-en un nouveau.",
    ),
    "not-headquarters": (
        "{mission} is a mission; only headquarters keeps this calendar.",
        "{mission} est une mission ; seul le siège tient ce calendrier.",
    ),
    "no-such-date": (
        "Headquarters' calendar holds no date {date}; the list of dates shows those it holds.",
        "Le calendrier du siège ne contient pas de date {date} ; la liste des dates montre celles qu'il contient.",
    ),
    "date-twice": (
        "The date {date} stands twice in what was sent; send it once.",
        "La date {date} figure deux fois dans l'envoi ; envoyez-la une fois.",
    ),
    "no-such-definition": (
        "Mission {mission} has adopted no definition {definition}.",
        "La mission {mission} n'a adopté aucune définition {definition}.",
    ),
    "no-such-step": (
        "Definition {definition} has no step {step}.",
        "La définition {definition} n'a pas d'étape {step}.",
    ),
    "before-adoption": (
        "Nothing is owed for the time before {adopted}, when mission {mission} adopted Chancery.",
        "Rien n'est dû pour la période antérieure au {adopted}, date d'adoption de Chancery par la mission {mission}.",
    ),
    "no-such-posting": (
        "There is no posting {posting} in mission {mission} on {day}.",
        "Il n'y a pas d'affectation {posting} dans la mission {mission} le {day}.",
    ),
    "posting-overlaps": (
        "Post {post} is held by {posting} from {start} to {end}; end that posting first.",
        "Le poste {post} est occupé par {posting} du {start} au {end} ; mettez d'abord fin à cette affectation.",
    ),
    "ends-before-start": (
        "{what} ends on {end}, before it starts on {start}.",
        "{what} se termine le {end}, avant de commencer le {start}.",
    ),
    "nobody-leads": (
        "Mission {mission} would have no head and no deputy; a task could be left without an owner.",
        "La mission {mission} n'aurait ni chef ni adjoint ; une tâche pourrait rester sans responsable.",
    ),
    "reason-needed": (
        "Say why with one of these codes: {codes}.",
        "Indiquez pourquoi, par l'un de ces codes : {codes}.",
    ),
    "reason-unknown": (
        "{reason} is no reason for step {step}; one of these is: {codes}.",
        "{reason} n'est pas un motif pour l'étape {step} ; en voici : {codes}.",
    ),
    "evidence-missing": (
        "Step {step} needs evidence of kind {kinds}.",
        "L'étape {step} exige une preuve de type {kinds}.",
    ),
    "checklist-open": (
        "These lines of the checklist are open: {lines}. Tick them, or end the task with a reason.",
        "Ces lignes de la liste restent ouvertes : {lines}. Cochez-les ou terminez la tâche avec un motif.",
    ),
    "result-missing": (
        "Step {step} is not done until it says: {fields}.",
        "L'étape {step} n'est pas accomplie tant qu'il n'est pas dit : {fields}.",
    ),
    "result-unknown": (
        "{field}={value} is no result of step {step}; {allowed} would be.",
        "{field}={value} n'est pas un résultat de l'étape {step} ; {allowed} le serait.",
    ),
    "in-the-future": (
        "{at} lies in the future; say when it happened.",
        "{at} est dans le futur ; indiquez quand cela s'est produit.",
    ),
    "before-opening": (
        "{at} is before task {task} opened ({opened}).",
        "{at} est antérieur à l'ouverture de la tâche {task} ({opened}).",
    ),
    "before-sitting": (
        "The sitting {appointment} has not begun ({starts}); its report cannot be complete.",
        "L'audience {appointment} n'a pas commencé ({starts}) ; son rapport ne peut être complet.",
    ),
    "second-person": (
        "{what} needs a second person; {posting} cannot do both.",
        "{what} exige une seconde personne ; {posting} ne peut faire les deux.",
    ),
    "own-clock": (
        "Who holds a task can neither stop its clock nor set it later; ask the Head of Mission, or for theirs headquarters.",
        "Qui tient une tâche ne peut ni en arrêter l'horloge ni la reporter ; demandez au chef de mission ou, pour lui, au siège.",
    ),
    "no-such-gate": (
        "Definition {definition} has no gate {gate}; it has {gates}.",
        "La définition {definition} n'a pas de condition {gate} ; elle a {gates}.",
    ),
    "no-such-role": (
        "{role} is no role of a {kind}; one of these is: {roles}.",
        "{role} n'est pas un rôle d'un poste de type {kind} ; en voici : {roles}.",
    ),
    "extension-beyond": (
        "Task {task} serves an appointment at {bound}; it cannot be extended beyond it.",
        "La tâche {task} prépare un rendez-vous le {bound} ; elle ne peut être prolongée au-delà.",
    ),
    "already-waiting": (
        "Task {task} waits already ({cause}).",
        "La tâche {task} attend déjà ({cause}).",
    ),
    "not-waiting": ("Task {task} does not wait.", "La tâche {task} n'est pas en attente."),
    "extension-earlier": (
        "An extension must be later than {due}.",
        "Une prolongation doit être postérieure à {due}.",
    ),
    "extension-stated": (
        "The term of {task} is stated by the Guidelines and cannot be extended here; a waiver is possible.",
        "Le délai de {task} est fixé par les Orientations et ne peut être prolongé ici ; une dispense est possible.",
    ),
    "no-waiver-proposed": (
        "No waiver is proposed for task {task}.",
        "Aucune dispense n'est proposée pour la tâche {task}.",
    ),
    "waiver-proposed": (
        "A waiver for task {task} is proposed already; it needs an answer.",
        "Une dispense est déjà proposée pour la tâche {task} ; elle attend une réponse.",
    ),
    "no-such-suspension": (
        "No suspension {suspension} is in force in mission {mission}.",
        "Aucune suspension {suspension} n'est en vigueur dans la mission {mission}.",
    ),
    "suspension-too-long": (
        "A suspension is declared for at most {days} days, then renewed.",
        "Une suspension est déclarée pour {days} jours au plus, puis renouvelée.",
    ),
    "suspension-overlaps": (
        "Suspension {suspension} is in force until {until}; renew it instead.",
        "La suspension {suspension} est en vigueur jusqu'au {until} ; renouvelez-la plutôt.",
    ),
    "no-such-appointment": (
        "Obligation {obligation} has no appointment {appointment}.",
        "L'obligation {obligation} n'a pas de rendez-vous {appointment}.",
    ),
    "appointment-ended": (
        "Appointment {appointment} is {status}; it cannot change.",
        "Le rendez-vous {appointment} est {status} ; il ne peut plus changer.",
    ),
    "not-offered": (
        "Sitting {appointment} is not on offer to {posting}.",
        "L'audience {appointment} n'est pas proposée à {posting}.",
    ),
    "already-answered": (
        "{posting} has answered the offer for {appointment} already.",
        "{posting} a déjà répondu à l'offre pour {appointment}.",
    ),
    "never-alone": (
        "A local agent never observes alone: name an officer, with the agent as support.",
        "Un agent local n'observe jamais seul : désignez un agent diplomatique, l'agent local en appui.",
    ),
    "observer-needed": (
        "Say who observes sitting {appointment}, or decline with a reason.",
        "Indiquez qui observe l'audience {appointment}, ou déclinez avec un motif.",
    ),
    "already-accepted": ("Task {task} is accepted already.", "La tâche {task} est déjà acceptée."),
    "same-holder": (
        "Task {task} is held by {holder} already.",
        "La tâche {task} est déjà tenue par {holder}.",
    ),
    "nothing-late": (
        "Task {task} was not entered late; there is nothing to confirm.",
        "La tâche {task} n'a pas été saisie tardivement ; il n'y a rien à confirmer.",
    ),
    "nothing-to-correct": (
        "Task {task} has not ended; there is nothing to correct.",
        "La tâche {task} n'est pas terminée ; il n'y a rien à corriger.",
    ),
    "calendar-unchanged": (
        "The calendar of mission {mission} says that already.",
        "Le calendrier de la mission {mission} le dit déjà.",
    ),
    "duty-core": (
        "{definition} is a core duty and stays on; what cannot be done this time can be waived.",
        "{definition} est une obligation essentielle et reste active ; ce qui ne peut être fait cette fois peut faire l'objet d'une dispense.",
    ),
    "term-stated": (
        "The term of {step} is stated by the Guidelines; it cannot be changed locally.",
        "Le délai de {step} est fixé par les Orientations ; il ne peut être modifié localement.",
    ),
    "term-needs-appointment": (
        "{term} counts from an appointment, and {step} has none; write a term such as 3wd or 30d.",
        "{term} se compte à partir d'un rendez-vous, et {step} n'en a pas ; indiquez un délai tel que 3wd ou 30d.",
    ),
    "scope-of-nobody": (
        "A scope is a substitute's; name who acts for {posting}, or leave the scope out.",
        "Un périmètre est celui d'un remplaçant ; désignez qui agit pour {posting} ou omettez le périmètre.",
    ),
    "vault-locked-elsewhere": (
        "The vault of mission {mission} was closed by {role} at headquarters, who alone can open it.",
        "Le coffre de la mission {mission} a été fermé par {role} au siège, qui seul peut le rouvrir.",
    ),
    "no-such-shredding": (
        "Mission {mission} has no request {request} to destroy content.",
        "La mission {mission} n'a pas de demande de destruction {request}.",
    ),
    "shredding-answered": (
        "Request {request} was answered already ({status}).",
        "La demande {request} a déjà reçu une réponse ({status}).",
    ),
    "shredding-not-approved": (
        "Request {request} is not approved; a second person must agree before anything is destroyed.",
        "La demande {request} n'est pas approuvée ; une seconde personne doit donner son accord avant toute destruction.",
    ),
    "gate-shut": (
        "{gate} does not stand open for {obligation}: it has to be agreed to, or checked, before anything that needs it starts.",
        "{gate} n'est pas acquis pour {obligation} : il faut un accord, ou une vérification, avant que commence ce qui en dépend.",
    ),
    "wish-stands": (
        "There is an answer for {gate} already; what somebody refused or withdrew is not decided over their head.",
        "Il existe déjà une réponse pour {gate} ; on ne passe pas outre un refus ou un retrait.",
    ),
    "already-asked": (
        "Acting behind {gate} without consent has been proposed already; it needs an answer.",
        "Agir sans consentement ({gate}) est déjà proposé ; une réponse est attendue.",
    ),
    "nothing-asked": (
        "Nobody has proposed to act behind {gate} without consent.",
        "Personne n'a proposé d'agir sans consentement ({gate}).",
    ),
    "answered-otherwise": (
        "{step} ends with the answer to what was asked, approved or refused; it is not completed by itself.",
        "{step} prend fin avec la réponse à ce qui a été demandé, accord ou refus ; cette étape ne s'achève pas d'elle-même.",
    ),
    "no-case": (
        "Obligation {obligation} serves no case; nothing of a case is kept there.",
        "L'obligation {obligation} ne sert aucun cas ; rien d'un cas n'y est conservé.",
    ),
    "first-case": (
        "Obligation {obligation} was opened for that case; close the obligation instead.",
        "L'obligation {obligation} a été ouverte pour ce cas ; clôturez plutôt l'obligation.",
    ),
    "already-released": (
        "What {obligation} publishes is {status} already.",
        "Ce que publie {obligation} est déjà dans l'état {status}.",
    ),
    "nothing-to-release": (
        "Obligation {obligation} has not come to its release; draft and agree first.",
        "L'obligation {obligation} n'en est pas à la publication ; il faut d'abord rédiger et convenir.",
    ),
    "nothing-released": (
        "Obligation {obligation} has released nothing that could still be stopped.",
        "L'obligation {obligation} n'a rien libéré qui puisse encore être arrêté.",
    ),
    "handover-unsigned": (
        "Whoever leaves signs hand-over {obligation} first.",
        "C'est d'abord à la personne qui part de signer la passation {obligation}.",
    ),
    "handover-differs": (
        "Hand-over {obligation}: these stand on one side only: {items}.",
        "Passation {obligation} : ceci ne figure que d'un côté : {items}.",
    ),
    "no-such-act": (
        "Task {task} of {obligation} was not done, or is not this mission's; it can prove nothing here.",
        "La tâche {task} de {obligation} n'a pas été faite ou relève d'une autre mission ; elle ne prouve rien ici.",
    ),
    "alternative-date": (
        "{by} is no date for an alternative; give one from {first} to {last}.",
        "{by} ne convient pas pour une solution de remplacement ; indiquez une date du {first} au {last}.",
    ),
    "higher-approver": (
        "Task {task} would be waived {times} times in a row; from the second on {who} approves.",
        "La tâche {task} serait dispensée {times} fois de suite ; dès la deuxième, l'approbation revient à {who}.",
    ),
    "no-such-entry": (
        "Task {task} has no entry {entry}; name its end or a correction of it.",
        "La tâche {task} n'a pas d'inscription {entry} ; indiquez sa fin ou une correction de celle-ci.",
    ),
    "no-correction-proposed": (
        "No such correction is proposed for task {task}.",
        "Aucune correction de ce genre n'est proposée pour la tâche {task}.",
    ),
    "declined-already": (
        "{posting} declined task {task} before; it goes to whoever comes next.",
        "{posting} a déjà décliné la tâche {task} ; elle va à qui vient ensuite.",
    ),
    "nobody-else": (
        "Nobody else of mission {mission} can take task {task} today; it stays where it is.",
        "Personne d'autre de la mission {mission} ne peut reprendre la tâche {task} aujourd'hui ; elle reste où elle est.",
    ),
    "no-such-partner": (
        "{partner} is no partner of mission {mission}; the mission's description lists them.",
        "{partner} n'est pas un partenaire de la mission {mission} ; la description de la mission en donne la liste.",
    ),
    "no-handover": (
        "No hand-over of {posting} is open in mission {mission}; one opens twenty working days before a posting's last day.",
        "Aucune passation de {posting} n'est ouverte dans la mission {mission} ; elle s'ouvre vingt jours ouvrables avant le dernier jour de l'affectation.",
    ),
    "code-unknown": (
        "{field} is not in the list; one of these is: {codes}.",
        "{field} n'est pas dans la liste ; en voici : {codes}.",
    ),
    "bad-command": (
        "{where}: {problem}",
        "{where} : {problem}",
    ),
    **OF_DOSSIERS,
}


class Told(Exception):
    """A refusal: a stable code, and codes that fill its sentence in English or French. Each kind has its own sentences."""

    sentences: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def __init__(self, code: str, **params: object) -> None:
        if code not in self.sentences:
            raise KeyError(f"no sentence for refusal {code}")
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """The refusal as its reader should see it, in `en` or `fr`."""
        english, french = self.sentences[self.code]
        return (french if language == "fr" else english).format(**self.params)


class Refused(Told):
    """A command that is not carried out."""

    sentences = SENTENCES
