"""Cases: their codes and links, their intake, record, consent, and how their content is locked and destroyed."""

from chancery.cases.codes import (
    TRIAL,
    check_case,
    key_of,
    link,
    new_case,
    open_case,
    partner_code,
    ref,
    trial_obligation,
)

__all__ = [
    "TRIAL",
    "check_case",
    "key_of",
    "link",
    "new_case",
    "open_case",
    "partner_code",
    "ref",
    "trial_obligation",
]
