"""A word of its own in every personal field there is; afterwards a plain dump of the database holds none of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from chancery.cases import codes, consent, intake, merging, record, sharing, shred
from chancery.cases.consent import Wish
from chancery.cases.entries import MODELS
from domain.commands import Entry
from tests.cases.conftest import Bureau
from tests.log.tools import tool
from tests.made import FOCAL, HEAD

FILLED: dict[Entry, dict[str, Any]] = {
    "identity": {
        "kind": "person", "name": "@", "also_known_as": ["@", "@"], "work": "@", "languages": ["@"], "nationality": "@",
    },
    "contact": {"channel": "phone", "address": "@", "words": "@", "do_not_contact": ["22:17-06:43"]},
    "note": {"words": "@", "more": {"k": "@"}},
    "source": {"kind": "lawyer", "reliability": "B", "credibility": 2, "who": "@", "words": "@"},
    "verification": {"state": "unverified", "independent_sources": 0, "method": "@", "words": "@"},
    "risk": {
        "threat": "high", "vulnerability": "high", "capacity": "low", "judgement": "immediate", "threats": ["@"],
        "mitigation": "@", "words": "@",
    },
    "option": {"mechanism": "accompaniment", "status": "refused_by_defender", "reason": "@", "words": "@"},
    "external_action": {"actor": "network", "action": "urgent_appeal", "words": "@"},
    "related": {"role": "child", "risk": "high", "own_consent": True, "identity": "@", "words": "@"},
    "consent": {"by": "lawyer", "channel": "phone", "words": "@"},
}  # fmt: skip
"""An `@` where a word of its own goes: every field of every entry that takes free words or codes of the staff's choice."""


def filled(content: Any, made: list[str]) -> Any:
    """The content with a new canary for each `@`; `made` collects them."""
    if isinstance(content, dict):
        return {key: filled(value, made) for key, value in content.items()}
    if isinstance(content, list):
        return [filled(value, made) for value in content]
    if content == "@":
        made.append(f"canary-{uuid4().hex}")
        return made[-1]
    return content


def dumped(office: Bureau, *arguments: str) -> bytes:
    """What `pg_dump` writes of the test's database."""
    done = subprocess.run(
        [tool("pg_dump"), "--data-only", *arguments, office.database.admin_url],
        check=True,
        capture_output=True,
    )
    return done.stdout


def found(words: list[str], dump: bytes) -> Iterator[str]:
    """Those words that stand in a dump, as they are or as the hexadecimal digits of a bytea."""
    lower = dump.lower()
    return (word for word in words if word.encode() in dump or word.encode().hex().encode() in lower)


def test_every_field_that_takes_words_has_a_canary() -> None:
    for entry, model in MODELS.items():
        free = {
            name
            for name, field in model.model_fields.items()
            if "str" in str(field.annotation) and "Literal" not in str(field.annotation)
        }
        taken = {name for name, value in FILLED[entry].items() if "@" in json.dumps(value)}
        assert free - taken <= {"do_not_contact", "mechanism", "agreed", "withdrawn"}, entry


async def test_no_word_of_a_case_is_in_a_dump_without_the_vault_nor_in_clear_in_one_with_it(
    office: Bureau,
) -> None:
    made: list[str] = []
    alert = filled({"words": "@", "channel": "phone"}, made)
    case, _ = await intake.receive(office, FOCAL, "Q", urgent=True, record=alert)
    other, _ = await intake.receive(office, FOCAL, "Q", urgent=False, record=filled({"words": "@"}, made))
    for entry, content in FILLED.items():
        await record.note(office, FOCAL, case, entry, filled(content, made))
    wish = Wish("family", "via_lawyer", filled("@", made))
    await consent.agree(office, FOCAL, case, {"attend": None, "share_eu": None}, wish)
    _, code = await sharing.disclose(
        office,
        FOCAL,
        case,
        "share_eu",
        to="EMB-A",
        arrangement="burden-sharing-2026",
        content=filled({"what": "@"}, made),
    )
    await consent.withdraw(office, FOCAL, case, ["attend"], Wish("lawyer", "phone", filled("@", made)))
    await merging.merge(office, FOCAL, case, other, words=filled("@", made))
    killed, _ = await intake.unlinked(office, FOCAL, "Q", record=filled({"words": "@"}, made))
    await record.history(office, HEAD, case)
    await shred.propose(office, FOCAL, killed, "retention_ended")

    everything = repr(await record.history(office, FOCAL, case)) + repr(
        await record.history(office, FOCAL, other)
    )
    everything += repr(await record.history(office, FOCAL, killed))
    assert [word for word in made if word not in everything] == []  # each was stored, and can be read back
    hidden = [*made, case, other, killed, code, "22:17-06:43", "refused_by_defender", "via_lawyer"]
    assert len(made) >= 30
    for dump in (dumped(office, "--exclude-schema=vault"), dumped(office)):
        assert list(found(hidden, dump)) == []

    # The control: what is put in clear is found, in the bytes of the log and in a view alike.
    seen = dumped(office, "--exclude-schema=vault")
    assert list(found(["EMB-A", "burden-sharing-2026", "retention_ended", "DisclosureMade"], seen)) == [
        "EMB-A", "burden-sharing-2026", "retention_ended", "DisclosureMade",
    ]  # fmt: skip
    assert b"CASE-INTAKE" in seen and codes.check_case(case) == case
