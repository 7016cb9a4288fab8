"""Every way in which a command can be refused: a stable code, and a sentence in English and in French.

A refusal is an answer, not a fault. It says what, where and what would be right. Placeholders take codes only.
"""

from typing import Final

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
        "There is no mission {mission}; `chancery mission show` lists those adopted.",
        "Il n'y a pas de mission {mission} ; `chancery mission show` donne la liste de celles adoptées.",
    ),
    "mission-exists": (
        "Mission {mission} has been adopted already.",
        "La mission {mission} a déjà été adoptée.",
    ),
    "no-such-obligation": (
        "There is no obligation {obligation}; `chancery obligation list` shows those open.",
        "Il n'y a pas d'obligation {obligation} ; `chancery obligation list` montre celles ouvertes.",
    ),
    "obligation-closed": (
        "Obligation {obligation} has ended ({outcome}); a correction is still possible.",
        "L'obligation {obligation} est terminée ({outcome}) ; une correction reste possible.",
    ),
    "no-such-task": (
        "Obligation {obligation} has no task {task}; `chancery task list` shows those open.",
        "L'obligation {obligation} n'a pas de tâche {task} ; `chancery task list` montre celles ouvertes.",
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
    "command-reused": (
        "Command id {command_id} was used for something else; send a new one.",
        "L'identifiant de commande {command_id} a servi à autre chose ; envoyez-en un nouveau.",
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
        "Say who observes sitting {appointment} (observer=POSTING), or decline with a reason.",
        "Indiquez qui observe l'audience {appointment} (observer=AFFECTATION) ou déclinez avec un motif.",
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
    "bad-command": (
        "{where}: {problem}",
        "{where} : {problem}",
    ),
}


class Refused(Exception):
    """A command that is not carried out. `code` is stable; `params` are codes that fill the sentence."""

    def __init__(self, code: str, **params: object) -> None:
        if code not in SENTENCES:
            raise KeyError(f"no sentence for refusal {code}")
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """The refusal as its reader should see it, in `en` or `fr`."""
        english, french = SENTENCES[self.code]
        return (french if language == "fr" else english).format(**self.params)
