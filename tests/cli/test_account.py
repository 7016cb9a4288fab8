"""`chancery account`: invitations, the list, the end; only the operator's, and no secret is printed but a new invitation."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from chancery.accounts import Accounts
from chancery.clock import ManualClock
from chancery.credentials import Credentials
from chancery.desk import Desk
from chancery.kept import Box, one
from chancery.keystore import FileKeyStore
from tests.cli.conftest import Cli

HASH = "$argon2id$v=19$canary"


@pytest.fixture
async def accounts(staffed: Desk, environment: Path) -> Accounts:
    origin, _ = await staffed.log.origin()
    return Accounts(staffed.log.pool, Box(FileKeyStore(environment / "data" / "keys"), origin))


async def test_an_invitation_is_printed_once_and_kept_as_a_hash(
    accounts: Accounts, cli: Cli, clock: ManualClock
) -> None:
    said = await cli("account", "invite", "Q-103")
    assert said.code == 0
    found = re.fullmatch(r"http://localhost:8080/enrol/([A-Za-z0-9_-]{32})\n", said.out)
    assert found is not None and "It works once, until 2026-05-08 06:10" in said.err
    credentials = Credentials(accounts)
    whose = await credentials.invited(found[1], clock.now())
    assert whose is not None and whose.officer == "Q-103"
    assert await credentials.invited(found[1], clock.now() + timedelta(hours=72)) is None
    row = await one(accounts.pool, "SELECT invite::text AS invite FROM web.account")
    assert row is not None and found[1].encode().hex() not in row["invite"]
    again = (await cli("account", "invite", "Q-103", "--json")).json
    assert again["schema"] == "chancery.invitation/1" and again["until"] == "2026-05-08T06:10:00Z"
    assert await credentials.invited(found[1], clock.now()) is None
    assert (await cli("account", "invite", "operator")).code == 0


async def test_who_may_and_who_may_be_invited(
    accounts: Accounts, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments, code, name in (
        (("invite", "Q-999"), 3, "no-such-officer"),
        (("invite", "Q-103", "--as", "Q-101"), 4, "operator-only"),
        (("list", "--as", "Q-101"), 4, "operator-only"),
        (("end", "Q-103"), 3, "no-such-account"),
        (("unbind", "Q-103"), 3, "no-such-account"),
        (("email", "Q-103"), 2, "usage"),
    ):
        said = await cli("account", *arguments)
        assert (said.code, said.out) == (code, "") and said.err.endswith(f"[{name}]\n"), said.err
    assert await accounts.all() == []
    monkeypatch.setenv("CHANCERY_WEB_URL", "https://chancery.example.org")
    assert (await cli("account", "invite", "Q-103")).out.startswith("https://chancery.example.org/enrol/")
    monkeypatch.setenv("CHANCERY_OIDC_ISSUER", "https://id.example.org")
    monkeypatch.setenv("CHANCERY_OIDC_CLIENT_ID", "chancery")
    said = await cli("account", "invite", "Q-103")
    assert (said.code, said.err[-20:]) == (5, "[sign-in-elsewhere]\n"[-20:])
    assert (await cli("account", "invite", "operator")).code == 0
    monkeypatch.delenv("CHANCERY_WEB_URL")
    monkeypatch.setenv("CHANCERY_WEB_PORT", "0")
    assert (await cli("account", "invite", "operator")).err.endswith("[no-address]\n")


async def test_the_list_says_how_and_never_what(
    accounts: Accounts, cli: Cli, clock: ManualClock, tmp_path: Path
) -> None:
    credentials = Credentials(accounts)
    code, _ = await credentials.invite("Q-103", clock.now())
    assert await credentials.enrol(code, HASH, "CANARYTOTP", 1, clock.now()) is not None
    await accounts.bind("Q-104", "https://id.example.org", "canary-subject")
    open_, _ = await credentials.invite("Q-105", clock.now())
    address = tmp_path / "address"
    address.write_text("canary41@example.org\n")
    assert (await cli("account", "email", "Q-103", "--file", str(address))).code == 0
    known = await accounts.of("Q-103")
    assert known is not None and known.email == "canary41@example.org" and known.wants_digest
    said = await cli("account", "list")
    rows = [re.split(r"\s*\t\s*", line) for line in said.out.splitlines()]
    assert rows == [
        ["Officer", "Signs in by", "Digest", "Invited until", "Ended on"],
        ["Q-103", "password and second factor", "yes"],
        ["Q-104", "provider", "no"],
        ["Q-105", "no way yet", "no", "2026-05-08 06:10"],
    ] or rows[3][3].startswith("2026-05-08 06:10")
    for secret in (HASH, "canary41", "CANARYTOTP", "canary-subject", open_):
        assert secret not in said.out + said.err
    as_json = (await cli("account", "list", "--json")).json["accounts"]
    assert [(a["officer"], a["password"], a["provider"], a["email"]) for a in as_json] == [
        ("Q-103", True, False, True), ("Q-104", False, True, False), ("Q-105", False, False, False),
    ]  # fmt: skip
    for wrong in ("no address", "a@b@c", "a@example.org\nb@example.org", "x" * 300 + "@example.org", ""):
        address.write_text(wrong)
        refused = await cli("account", "email", "Q-103", "--file", str(address))
        assert (refused.code, refused.err[-12:]) == (2, "[bad-email]\n"), wrong
    assert (await cli("account", "email", "Q-103", "--none")).code == 0
    known = await accounts.of("Q-103")
    assert known is not None and known.email is None


async def test_an_account_ends_and_may_be_bound_anew(accounts: Accounts, cli: Cli) -> None:
    first = await accounts.bind("Q-104", "https://id.example.org", "s-1")
    assert first is not None
    assert await accounts.bind("Q-104", "https://new.example.org", "s-1") is None
    assert (await cli("account", "unbind", "Q-104")).code == 0
    again = await accounts.bind("Q-104", "https://new.example.org", "s-1")
    assert again is not None and again.id == first.id
    assert (await cli("account", "end", "Q-104")).code == 0
    assert await accounts.of("Q-104") is None
    assert await accounts.bind("Q-104", "https://new.example.org", "s-1") is None
    assert (await cli("account", "list", "--json")).json["accounts"][0]["ended_at"] is not None
    assert (await cli("account", "invite", "Q-104")).code == 0
    assert await accounts.of("Q-104") is not None
