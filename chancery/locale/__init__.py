"""The French of command line and pages: English sentence → French sentence, put together from the files beside this one."""

from typing import Final

from chancery.locale import (
    fr_cases,
    fr_help,
    fr_history,
    fr_knowing,
    fr_pages,
    fr_people,
    fr_refusals,
    fr_web_adoption,
    fr_web_api,
    fr_web_board,
    fr_web_calendar,
    fr_web_cases,
    fr_web_core,
    fr_web_dates,
    fr_web_documents,
    fr_web_feeds,
    fr_web_headquarters,
    fr_web_obligations,
    fr_web_people,
    fr_web_signing,
)

FRENCH: Final[dict[str, str]] = {
    **fr_help.TEXTS,
    **fr_pages.TEXTS,
    **fr_history.TEXTS,
    **fr_refusals.TEXTS,
    **fr_cases.TEXTS,
    **fr_knowing.TEXTS,
    **fr_people.TEXTS,
    **fr_web_core.TEXTS,
    **fr_web_signing.TEXTS,
    **fr_web_obligations.TEXTS,
    **fr_web_board.TEXTS,
    **fr_web_headquarters.TEXTS,
    **fr_web_people.TEXTS,
    **fr_web_calendar.TEXTS,
    **fr_web_adoption.TEXTS,
    **fr_web_cases.TEXTS,
    **fr_web_documents.TEXTS,
    **fr_web_dates.TEXTS,
    **fr_web_feeds.TEXTS,
    **fr_web_api.TEXTS,
}
"""Every sentence. A placeholder has the same name in both languages (a test holds that)."""
