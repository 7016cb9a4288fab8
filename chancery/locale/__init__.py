"""The French of the command line: English sentence → French sentence, put together from the files beside this one."""

from typing import Final

from chancery.locale import fr_cases, fr_help, fr_history, fr_knowing, fr_pages, fr_people, fr_refusals

FRENCH: Final[dict[str, str]] = {
    **fr_help.TEXTS,
    **fr_pages.TEXTS,
    **fr_history.TEXTS,
    **fr_refusals.TEXTS,
    **fr_cases.TEXTS,
    **fr_knowing.TEXTS,
    **fr_people.TEXTS,
}
"""Every sentence. A placeholder has the same name in both languages (a test holds that)."""
