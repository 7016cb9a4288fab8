"""The words that staff may choose from where a command asks for a code: closed lists, since a code typed freely can be a name.

What enters the log stays there for ever, so a word that is not in its list is refused, and never repeated (DESIGN.md, rule 3).
Lists are of kinds, never of particular courts, bodies or persons. The words themselves go to the vault.
"""

import re
from collections.abc import Iterable
from typing import Final

from domain.refusals import Refused

SHARED_WITH: Final = (
    "eu_missions",
    "partner_mission",
    "like_minded",
    "headquarters",
    "un_office",
    "un_mechanism",
    "regional_body",
    "national_body",
    "ngo",
    "protection_network",
)
"""With whom something of a case may be shared, beside the mission's own partners by their codes."""

ARRANGEMENTS: Final = (
    "coordination",
    "burden-sharing",
    "joint-controllers",
    "information-sharing",
    "local-strategy",
    "referral",
)
"""The arrangement between two controllers under which something is shared; a year may follow."""

PUBLICATION_CAUSES: Final = (
    "risk_of_harm",
    "facts_not_established",
    "text_changed",
    "second_thoughts",
    "not_cleared",
    "another_mission_acts",
    "overtaken_by_events",
    "released_in_error",
)
"""Why what was released is not published after all."""

PROCEEDING_CAUSES: Final = (
    "verdict",
    "withdrawn",
    "discontinued",
    "no_longer_needed",
    "called_off",
    "transferred",
    "opened_in_error",
)
"""Why no further sitting is expected. What became of the person is sealed: neither a release nor a flight stands here."""

WAIT_CAUSES: Final = (
    "adjourned",
    "appeal",
    "clearance",
    "invitation",
    "security",
    "access",
    "awaiting_hq",
    "awaiting_partner",
    "awaiting_answer",
    "awaiting_document",
)
"""Why a task waits."""

WAIT_PARTIES: Final = (
    "court",
    "authorities",
    "host_state",
    "headquarters",
    "partner",
    "un_mechanism",
    "regional_body",
    "ngo",
    "defender",
    "lawyer",
    "interpreter",
)
"""For whom a task waits: always outside the mission."""

INSTEAD: Final = (
    "bilateral_talk",
    "bilateral_talks",
    "talks",
    "written_exchange",
    "online_meeting",
    "small_meetings",
    "telephone_calls",
    "meeting_elsewhere",
    "meeting_by_partner",
    "visit",
    "demarche",
    "report",
)
"""What is done instead of what is waived."""

EVIDENCE: Final = (
    "note",
    "minutes",
    "report",
    "letter",
    "message",
    "cable",
    "agenda",
    "reference",
    "published_text",
)
"""Kinds of evidence that any step takes, beside its own."""

CORRECTION_REASONS: Final = (
    "typing_error",
    "misread",
    "misunderstood",
    "wrong_time",
    "wrong_task",
    "known_later",
    "contested",
)
"""Why an ended task should say something else."""

ROTA_REASONS: Final = ("no_time", "nobody_free", "no_access", "another_mission_observes", "concerned")
"""Why a sitting on offer is declined, beside the reasons that any task knows."""

SUSPENSION_REASONS: Final = (
    "security",
    "unrest",
    "evacuation",
    "relocation",
    "closure",
    "expelled",
    "disaster",
    "epidemic",
)
"""Why a mission's work stops."""

LOCK_REASONS: Final = (
    "raid",
    "security",
    "coercion",
    "expelled",
    "evacuation",
    "lost_device",
    "suspected_access",
    "drill",
)
"""Why a vault is closed."""

UNLOCK_REASONS: Final = ("over", "reopened", "moved", "false_alarm", "drill")
"""Why a vault is opened again."""

FEEDS_FORBIDDEN: Final = (
    "security",
    "searches",
    "coercion",
    "lost_device",
    "suspected_access",
    "hq_instruction",
)
"""Why nobody in a mission may have a calendar feed."""

FEEDS_ALLOWED: Final = ("over", "false_alarm", "hq_instruction")
"""Why they may again."""

AUTHORITIES: Final = (
    "strategy",
    "work-plan",
    "head_of_mission",
    "hq_instruction",
    "hq_human_rights",
    "burden-sharing",
)
"""Who said that a duty or a term is another one here; a year may follow."""

LOCAL_REASONS: Final = (
    "strategy",
    "capacity",
    "resource",
    "security",
    "access",
    "distances",
    "reach",
    "done_by_partner",
    "nothing_here",
)
"""Why a duty or a term is another one here."""

SHREDDING_BASES: Final = ("retention_ended", "on_request", "subject_request", "unlawfully_kept", "duplicate")
"""On which ground a case's content is destroyed."""

DATE_KINDS: Final = (
    "hrc_session",
    "ga_committee",
    "upr_session",
    "upr_submission",
    "treaty_body",
    "cohom_meeting",
    "human_rights_dialogue",
    "report_due",
    "high_level_visit",
    "other_review",
)
"""What a date of headquarters' calendar is: a kind of session or a day on which something must be there, never what is on its agenda."""

CALENDAR_SOURCES: Final = (
    "government",
    "government_decree",
    "decree",
    "note-verbale",
    "closing-days",
    "hq_instruction",
    "mission",
)
"""Who said that a day is a holiday or is not; a year may follow."""

DAYS_OFF: Final = (
    "Public holiday",
    "Government holiday",
    "National day",
    "Religious holiday",
    "Eid",
    "Eid, day two",
    "Eid, day three",
    "Bridge day",
    "Election day",
    "Day of mourning",
    "Closing day",
    "Closing",
)
"""What a day off may be called, beside the names that the mission's calendar knows already."""

OPINIONS: Final = ("agreed", "agreed_with_conditions")
"""What data protection officer or staff committee say of the purpose; the conditions are sealed words."""

PLAN_AMENDMENTS: Final = (
    "workload",
    "vacancy",
    "long_absence",
    "security",
    "access",
    "priorities_changed",
    "post_changed",
    "written_in_error",
)
"""Why a work plan is another one now."""

PLAN_ENDS: Final = ("posting_ended", "post_changed", "replaced", "written_in_error")
"""Why a work plan holds no longer."""

FIGURES: Final = (
    "posts",
    "absences",
    "assigned",
    "carried_in",
    "accepted",
    "on_time",
    "reported_in_time",
    "late",
    "not_acted",
    "waived",
    "cancelled",
    "handed_on",
    "carried_out",
    "own_time",
    "waiting",
    "stood_in",
    "acted_for",
    "escalations",
    "rota",
    "sittings",
    "refused_entry",
    "corrections",
    "corrections_not_made",
    "load",
    "training",
    "sources",
    "out_of_hours",
    "swaps",
    "evidence",
    "without_evidence",
    "late_entries",
    "pauses",
    "opened_by",
    "plan",
    "contacts",
    "acting",
)
"""What of a staff report may be contested: its parts, by their names."""

CONTEST_GROUNDS: Final = (
    "not_mine",
    "wrong_time",
    "wrong_outcome",
    "wrong_reason",
    "missing",
    "counted_twice",
    "waited_on_others",
    "away",
    "no_capacity",
    "term_not_fair",
    "other",
)
"""On which ground an item of a report is contested; the words are sealed."""

REVIEWER_REASONS: Final = ("left", "away", "concerned", "asked_by_officer", "named_in_error")
"""Why somebody else is manager or second person of a review."""

REVIEW_ENDS: Final = ("opened_in_error", "wrong_period", "wrong_person", "posting_ended", "replaced")
"""Why a review is called off."""

EXPORT_PURPOSES: Final = (
    "audit",
    "court_order",
    "parliamentary_inquiry",
    "supervisory_authority",
    "evaluation",
    "moving_system",
    "restore_drill",
)
"""Why the log leaves unredacted."""

EXPORT_RECIPIENTS: Final = (
    "internal_audit",
    "court_of_auditors",
    "data_protection_authority",
    "court",
    "parliament",
    "ombudsman",
    "headquarters",
    "external_auditor",
    "archive",
    "other_installation",
)
"""To which kind of body it goes."""

_YEAR: Final = re.compile(r"-20[0-9]{2}")


def undated(code: str) -> str:
    """A code without the year that may follow it: `strategy` of `strategy-2026`."""
    return code[:-5] if _YEAR.fullmatch(code[-5:]) else code


def check(field: str, value: str, known: Iterable[str], *, dated: bool = False) -> None:
    """Raise Refused `code-unknown` for what is not in the list. The value is not repeated: it may be a name.

    `dated`: a year may follow the word, as in `strategy-2026`; no other number may, or it could be a docket's.
    """
    codes = tuple(dict.fromkeys(known))
    if (undated(value) if dated else value) not in codes:
        written = [f"{code}[-YYYY]" for code in codes] if dated else codes
        raise Refused("code-unknown", field=field, codes=", ".join(written))
