"""Which language to speak: chosen on the page, else in the account, else what the browser asks for, else the house's."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request

from chancery import i18n
from chancery.i18n import LANGUAGES, Language

COOKIE: Final = "language"


def language_of(request: Request, preferences: Mapping[str, Any] | None = None) -> Language:
    """The language of a request; `preferences` are the account's."""
    house = getattr(request.app.state, "house", None)
    asked = [
        request.cookies.get(COOKIE),
        None if preferences is None else preferences.get("language"),
        *(
            part.split(";")[0].strip()[:2].lower()
            for part in request.headers.get("accept-language", "").split(",")
        ),
    ]
    for given in asked:
        for code in LANGUAGES:
            if given == code:
                return code
    found: Language = house.here.settings.language if house is not None else "en"
    return found


def speak(request: Request, preferences: Mapping[str, Any] | None = None) -> None:
    """Speak it from now on, in this request."""
    i18n.use(language_of(request, preferences))
    request.state.spoken = True
