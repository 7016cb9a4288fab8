"""Which obligations serve a case: known to whoever holds its key, and to nobody else.

Ids are keyed hashes. Each obligation's opening seals the case and the obligation that it followed from; the case's index,
sealed too, lies under references that only its key can make. When the key is destroyed neither way leads anywhere.
"""

import base64
from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

from chancery.cases.codes import check_case, link
from chancery.desk import Desk
from chancery.log.pipeline import Statement
from chancery.vault import Sealed, Source, Vault
from domain.casework import FIRST
from domain.obligation import Obligation

_NAMESPACE: Final = UUID("3f1a9a53-7f0c-5f59-9a53-0d1f6f6f5a20")
_ID_BYTES: Final = 10
_PAGE: Final = 16
ONCE: Final = frozenset({"CASE-INTAKE", "CONSULT", "TRIAL-OBS", "GENDER", "EFFECT"})
"""Definitions of which a case has one obligation, whose id its key alone gives."""


def obligation_id(vault: Vault, case: str, definition: str, parent: str = "", occurrence: str = "1") -> str:
    """The id of the obligation of a definition that serves a case. Raises KeyMissing, Shredded, VaultLocked, BadInput."""
    name = definition if definition in ONCE else f"{definition}|{parent}|{occurrence}"
    digest = bytes.fromhex(vault.blind(f"case:{check_case(case)}", "obligation", name))
    return "o-" + base64.b32encode(digest[:_ID_BYTES]).decode().lower()


def consultation_of(vault: Vault, case: str) -> str:
    """The id of the case's consultation, whether it was opened or not."""
    return obligation_id(vault, case, "CONSULT")


async def sealed_opening(
    vault: Vault,
    source: Source,
    case: str,
    obligation: str,
    command: UUID,
    *,
    parent: str | None = None,
    number: str = FIRST,
) -> tuple[Sealed, Statement]:
    """What is sealed as an obligation is opened for a case (or a case attached to one): its subject, and the index's line.

    Give both in one statement to the desk with the command. If somebody else took the same line of the index meanwhile the
    vault refuses (ReferenceTaken): ask again.
    """
    subject = link(vault, case, command, parent)
    taken = await _index(vault, source, case)
    line = vault.seal(
        f"case:{case}",
        "index",
        {"obligation": obligation, "case": number},
        reference=_line(vault, case, len(taken)),
    )
    return subject, vault.statement([subject, line])


async def obligations_of(vault: Vault, source: Source, case: str) -> dict[str, str]:
    """Every obligation that serves a case → the case's number there. Raises KeyMissing, Shredded, VaultLocked."""
    return {str(line["obligation"]): str(line["case"]) for line in await _index(vault, source, case)}


async def case_of(vault: Vault, source: Source, state: Obligation) -> tuple[str | None, str | None]:
    """The case that an obligation was opened for and the obligation that it followed from; None for what it has not.

    Raises Shredded, VaultLocked, NotFound.
    """
    if state.subject is None:
        return None, None
    words = await vault.open(source, UUID(state.subject["ref"]), state.subject["commit"])
    assert isinstance(words, dict)
    return words.get("case"), words.get("parent")


async def consultation(vault: Vault, desk: Desk, case: str) -> Obligation | None:
    """The case's consultation, if it was opened and has not ended."""
    state = await desk.obligation(consultation_of(vault, case))
    return state if state.is_open else None


async def _index(vault: Vault, source: Source, case: str) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    while True:
        places = [_line(vault, case, len(found) + n) for n in range(_PAGE)]
        known = await vault.find(source, places, [f"case:{case}"])
        for place in places:
            words = known.get(place)
            if not isinstance(words, dict):
                return found
            found.append(words)


def _line(vault: Vault, case: str, number: int) -> UUID:
    return uuid5(_NAMESPACE, vault.blind(f"case:{check_case(case)}", "index", str(number)))
