"""Who reads what is sent to a posting: the account of the officer in it, if it has an address. No address is ever logged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from chancery import queries
from chancery.accounts import Account, Accounts
from chancery.i18n import LANGUAGES, Language
from chancery.installation import Installation
from chancery.kept import Box
from domain.instrument import HEADQUARTERS
from domain.mission import Mission

_HQ: Final = "headquarters"


def accounts_of(here: Installation) -> Accounts:
    """The accounts of the installation."""
    return Accounts(here.pool, Box(here.keys, here.origin))


async def readers(here: Installation, postings: Iterable[str]) -> dict[str, Account]:
    """Posting → the account behind it, where there is one with an address. While a vault is locked nobody is known."""
    officers = await here.directory.officers_of(here.pool, postings)
    known = accounts_of(here)
    found: dict[str, Account] = {}
    for posting, officer in officers.items():
        account = await known.of(officer)
        if account is not None and account.email:
            found[posting] = account
    return found


async def without_address(here: Installation, mission: Mission) -> list[str]:
    """The postings that run today and that no mail reaches, in the order of their posts: for the focal point to see."""
    now = here.clock.now()
    running = sorted((held.post, code) for code, held in mission.postings.items() if mission.runs(code, now))
    reached = await readers(here, [code for _, code in running])
    return [code for _, code in running if code not in reached]


async def serving_in(here: Installation, roles: Collection[str]) -> dict[str, list[str]]:
    """Role of headquarters → the postings that serve in it today, or act for them; any other role has none."""
    now = here.clock.now()
    wanted = sorted(HEADQUARTERS & set(roles))
    found: dict[str, list[str]] = {role: [] for role in roles}
    for row in await queries.missions(here.log) if wanted else ():
        if row["kind"] == _HQ:
            mission = await here.desk.mission(row["code"])
            for role in wanted:
                found[role] += [mission.substitute_for(p, now) or p for p in mission.holders(role, now)]
    return found


def language_of(account: Account, otherwise: Language) -> Language:
    """The language in which somebody reads."""
    chosen = account.preferences.get("language")
    return next((code for code in LANGUAGES if code == chosen), otherwise)
