"""`chancery account`: who may sign in to the pages. For whoever runs the installation; no secret is ever shown but a new invitation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.casework import words_of
from chancery.cli.shared import (
    Fault,
    Table,
    actor_for,
    installed,
    local,
    noun,
    say,
    show,
    state,
    tr,
    verb,
)
from domain.envelope import OPERATOR

if TYPE_CHECKING:
    from chancery.accounts import Account, Accounts, Listed
    from chancery.installation import Installation

app: Final = noun("account", "Who may sign in to the pages: invite, list, end.")
_NEEDED: Any = ...
Officer = Annotated[
    str, typer.Argument(metavar="OFFICER", help="The officer's code, such as Q-103, or operator.")
]
_ADDRESS: Final = re.compile(r"[^@\s<>\",;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_ZONE: Final = "UTC"


@verb(
    app,
    "invite",
    acts=True,
    examples=("chancery account invite Q-103", "chancery account invite operator"),
)
async def invite(officer: Officer) -> None:
    """Print an address where a password and a second factor are chosen, once, within 72 hours.

    Also the way back in for whoever lost either. Hand it over by a way that is safe; whoever opens it first is in.
    """
    from chancery.accounts import OPERATOR as RUNS_IT
    from chancery.credentials import Credentials

    async with installed() as here:
        await _check_operator(here)
        if here.settings.oidc_issuer is not None and officer != RUNS_IT:
            raise Fault(
                "sign-in-elsewhere",
                "Officers sign in through {issuer}; only the operator has a password here.",
                issuer=here.settings.oidc_issuer,
            )
        if officer != RUNS_IT and not await here.directory.postings_of(here.pool, officer):
            raise Fault(
                "no-such-officer",
                "There is no officer or posting {who} in any mission; `chancery mission show` lists who serves.",
                who=officer,
            )
        base = _pages(here)
        code, until = await Credentials(_accounts(here)).invite(officer, here.clock.now())
    address = f"{base}/enrol/{code}"
    show("invitation", {"officer": officer, "address": address, "until": until}, lambda: [address])
    say("It works once, until {when}. An older invitation is worthless now.", when=local(until, _ZONE))


@verb(app, "list", acts=True, examples=("chancery account list", "chancery account list --json"))
async def list_() -> None:
    """List who may sign in and how. No password, no code and no whole e-mail address is shown."""
    async with installed() as here:
        await _check_operator(here)
        found = await _accounts(here).all()
        now = here.clock.now()
    waiting = [
        one.invited_until if one.invited_until is not None and one.invited_until > now else None
        for one in found
    ]
    data = [
        {
            "officer": one.account.officer,
            "password": one.password,
            "provider": one.bound,
            "email": one.account.email is not None,
            "invited_until": until,
            "created_at": one.created_at,
            "ended_at": one.ended_at,
        }
        for one, until in zip(found, waiting, strict=True)
    ]

    def page() -> list[str | Table]:
        table = Table(
            ("Officer", "Signs in by", "Digest", "Invited until", "Ended on"), empty="Nobody may sign in yet."
        )
        for one, until in zip(found, waiting, strict=True):
            table.rows.append(
                (
                    one.account.officer,
                    _ways(one),
                    tr("yes") if one.account.wants_digest else tr("no"),
                    local(until, _ZONE) if until else "",
                    local(one.ended_at, _ZONE) if one.ended_at else "",
                )
            )
        return [table]

    show("account-list", {"accounts": data}, page)


@verb(app, "end", acts=True, examples=("chancery account end Q-103",))
async def end(officer: Officer) -> None:
    """Close an account at once: sessions, tokens, password, address. What the officer did stays in the log."""
    async with installed() as here:
        account = await _known(here, officer)
        await _accounts(here).end(account.id, here.clock.now())
    show("account", {"officer": officer, "ended": True}, list)
    say("The account of {officer} has ended, and every session with it.", officer=officer)


@verb(app, "unbind", acts=True, examples=("chancery account unbind Q-103",))
async def unbind(officer: Officer) -> None:
    """Forget who an officer is at the provider: when the service changes its provider, or a wrong one was bound."""
    async with installed() as here:
        account = await _known(here, officer)
        await _accounts(here).unbind(account.id)
    show("account", {"officer": officer, "provider": False}, list)
    say("The next sign-in through the provider binds {officer} anew.", officer=officer)


@verb(
    app,
    "email",
    acts=True,
    examples=("chancery account email Q-103 --file address.txt", "chancery account email Q-103 --none"),
)
async def email(
    officer: Officer,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="Where the address stands: a file, or - for standard input."
        ),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Forget the address.")] = False,
) -> None:
    """Keep the address that an officer's digests go to, sealed. It never stands on the command line."""
    if (file is None) != none:
        raise Fault("usage", "Say where the address stands (--file FILE), or --none to forget it.")
    address = None if file is None else words_of(file)
    if address is not None and (len(address) > 254 or not _ADDRESS.fullmatch(address)):
        raise Fault(
            "bad-email", "{file} does not hold one e-mail address such as post@example.org.", file=file
        )
    async with installed() as here:
        account = await _known(here, officer)
        await _accounts(here).write_to(account.id, address)
    show("account", {"officer": officer, "email": address is not None}, list)
    if address is None:
        say("The address of {officer} is forgotten.", officer=officer)
    else:
        say("The address of {officer} is kept, sealed.", officer=officer)


async def _check_operator(here: Installation) -> None:
    """Only whoever runs the installation does this: by default that is who types. Raises Fault."""
    if await actor_for(here, default=OPERATOR) != OPERATOR:
        raise Fault(
            "operator-only",
            "Accounts are the operator's: leave out --as and CHANCERY_AS ({who}).",
            who=state().who,
        )


async def _known(here: Installation, officer: str) -> Account:
    """An account that has not ended. Raises Fault `no-such-account`, `operator-only`."""
    await _check_operator(here)
    found = await _accounts(here).of(officer)
    if found is None:
        raise Fault(
            "no-such-account",
            "{who} has no account; `chancery account list` lists who may sign in.",
            who=officer,
        )
    return found


def _accounts(here: Installation) -> Accounts:
    from chancery.accounts import Accounts
    from chancery.kept import Box

    return Accounts(here.pool, Box(here.keys, here.origin))


def _pages(here: Installation) -> str:
    """The address that people type. Raises Fault `no-address` if nobody could know it."""
    settings = here.settings
    if settings.web_url is not None:
        return settings.web_url
    if settings.web_port == 0:
        raise Fault(
            "no-address", "Where the pages are is not known: set CHANCERY_WEB_URL or CHANCERY_WEB_PORT."
        )
    anywhere = settings.web_host in ("127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104 - compared, not bound
    host = "localhost" if anywhere else settings.web_host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"


def _ways(one: Listed) -> str:
    if one.password and one.bound:
        return tr("password and second factor; provider")
    if one.password:
        return tr("password and second factor")
    return tr("provider") if one.bound else tr("no way yet")
