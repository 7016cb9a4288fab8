"""What kind of answer a stable code is: one table, for the exit codes of the command line and the statuses of the API.

Every refusal of the rules has a row, and a test holds that.

0 done · 1 a finding, or a verification failed · 2 wrong use or bad input · 3 not found · 4 denied · 5 conflict ·
6 something that is needed cannot be reached.
"""

from typing import Final

OK: Final = 0
FINDING: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
DENIED: Final = 4
CONFLICT: Final = 5
UNAVAILABLE: Final = 6
INTERRUPTED: Final = 130

EXIT: Final[dict[str, int]] = {
    # who may
    "not-allowed": DENIED,
    "operator-only": DENIED,
    "not-your-task": DENIED,
    "second-person": DENIED,
    "own-clock": DENIED,
    "never-alone": DENIED,
    "declined-already": DENIED,
    "report.no-appraisal": DENIED,
    "not-offered": DENIED,
    "extension-stated": DENIED,
    "higher-approver": DENIED,
    "gate-shut": DENIED,
    "wish-stands": DENIED,
    "duty-core": DENIED,
    "not-headquarters": DENIED,
    "term-stated": DENIED,
    "vault-locked-elsewhere": DENIED,
    "shredding-not-approved": DENIED,
    # what there is not
    "no-such-mission": NOT_FOUND,
    "no-such-obligation": NOT_FOUND,
    "no-such-task": NOT_FOUND,
    "no-such-definition": NOT_FOUND,
    "no-such-date": NOT_FOUND,
    "no-such-step": NOT_FOUND,
    "no-such-posting": NOT_FOUND,
    "no-such-gate": NOT_FOUND,
    "no-such-role": NOT_FOUND,
    "no-such-suspension": NOT_FOUND,
    "no-such-appointment": NOT_FOUND,
    "no-such-officer": NOT_FOUND,
    "no-such-account": NOT_FOUND,
    "no-such-file": NOT_FOUND,
    "no-such-position": NOT_FOUND,
    "no-such-outage": NOT_FOUND,
    "no-such-act": NOT_FOUND,
    "no-such-entry": NOT_FOUND,
    "no-such-shredding": NOT_FOUND,
    "no-handover": NOT_FOUND,
    "no-such-partner": NOT_FOUND,
    "no-such-case": NOT_FOUND,
    "case-not-opened": NOT_FOUND,
    "case-not-yours": DENIED,
    "reason-to-read": DENIED,
    "not-consulted": CONFLICT,
    "already-merged": CONFLICT,
    "not-attached": CONFLICT,
    "not-merged": CONFLICT,
    "same-case": USAGE,
    "no-such-kind": USAGE,
    "nothing-named": USAGE,
    "bad-record": USAGE,
    # what stands in the way
    "mission-exists": CONFLICT,
    "obligation-closed": CONFLICT,
    "task-ended": CONFLICT,
    "stale": CONFLICT,
    "stale-stream": CONFLICT,
    "changed-since": CONFLICT,
    "command-reused": CONFLICT,
    "before-adoption": CONFLICT,
    "posting-overlaps": CONFLICT,
    "nobody-leads": CONFLICT,
    "nobody-else": CONFLICT,
    "before-sitting": CONFLICT,
    "already-waiting": CONFLICT,
    "not-waiting": CONFLICT,
    "no-waiver-proposed": CONFLICT,
    "waiver-proposed": CONFLICT,
    "suspension-overlaps": CONFLICT,
    "appointment-ended": CONFLICT,
    "already-answered": CONFLICT,
    "already-accepted": CONFLICT,
    "same-holder": CONFLICT,
    "nothing-late": CONFLICT,
    "nothing-to-correct": CONFLICT,
    "no-correction-proposed": CONFLICT,
    "already-asked": CONFLICT,
    "nothing-asked": CONFLICT,
    "no-case": CONFLICT,
    "first-case": CONFLICT,
    "already-released": CONFLICT,
    "nothing-released": CONFLICT,
    "nothing-to-release": CONFLICT,
    "answered-otherwise": CONFLICT,
    "handover-unsigned": CONFLICT,
    "handover-differs": CONFLICT,
    "shredding-answered": CONFLICT,
    "calendar-unchanged": CONFLICT,
    "already-up": CONFLICT,
    "sign-in-elsewhere": CONFLICT,
    # what was said wrongly
    "ends-before-start": USAGE,
    "date-twice": USAGE,
    "dates-columns": USAGE,
    "dates-lines": USAGE,
    "dates-line": USAGE,
    "dates-kind": USAGE,
    "dates-definition": USAGE,
    "dates-cell": USAGE,
    "reason-needed": USAGE,
    "reason-unknown": USAGE,
    "code-unknown": USAGE,
    "evidence-missing": USAGE,
    "checklist-open": USAGE,
    "result-missing": USAGE,
    "result-unknown": USAGE,
    "in-the-future": USAGE,
    "before-opening": USAGE,
    "extension-earlier": USAGE,
    "extension-beyond": USAGE,
    "suspension-too-long": USAGE,
    "observer-needed": USAGE,
    "alternative-date": USAGE,
    "scope-of-nobody": USAGE,
    "term-needs-appointment": USAGE,
    "bad-command": USAGE,
    "usage": USAGE,
    "unknown-instrument": USAGE,
    "who-acts": USAGE,
    "bad-email": USAGE,
    "no-address": USAGE,
    "which-posting": USAGE,
    # what cannot be reached
    "database-unavailable": UNAVAILABLE,
    "temporal-unavailable": UNAVAILABLE,
    "outcome-unknown": UNAVAILABLE,
    # what is wrong with us
    "log.damaged": FINDING,
    "unexpected": FINDING,
}

_FAMILIES: Final = (
    ("postgres.", UNAVAILABLE),
    ("temporal.", UNAVAILABLE),
    ("embedded.", UNAVAILABLE),
    ("database.", UNAVAILABLE),
    ("log.", UNAVAILABLE),
    ("settings.", USAGE),
    ("vault.locked", DENIED),
    ("vault.", CONFLICT),
)


def exit_code(code: str) -> int:
    """The exit code for an error's stable code. What only the parsing of input can say (`bad_instant` …) is 2."""
    if code in EXIT:
        return EXIT[code]
    return next((exit_ for family, exit_ in _FAMILIES if code.startswith(family)), USAGE)
