"""Who a case is, to the engine: a random code, which no event ever holds.

The obligations that serve a case have ids made with the case's own key: without the key nobody can tell which case an
obligation belongs to, not even whoever knows every case code there is. When the key is destroyed the two are unlinked.
"""

import base64
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID, uuid5

from chancery.keystore import KeyStore
from chancery.vault import Sealed, Vault
from domain.instant import BadInput
from domain.kinds import SealedRef

TRIAL: Final = "TRIAL-OBS"
"""The definition that serves a proceeding."""

_BYTES: Final = 7
_LETTERS: Final = 10
_ID_BYTES: Final = 10
_MADE_HERE: Final = re.compile(r"c-(?=(?:[a-z]*[2-7]){2})[a-z2-7]{10}")
_CODE: Final = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9_-]{1,39}")
_WORD: Final = re.compile(r"[A-Za-z]{4}")


def new_case(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A new case code: `c-` and ten letters and digits, 50 random bits but for those that could spell a word."""
    while True:
        code = "c-" + base64.b32encode(random_bytes(_BYTES)).decode()[:_LETTERS].lower()
        if _MADE_HERE.fullmatch(code):
            return code


def case_of_request(vault: Vault, mission: str, request: UUID) -> str:
    """The code that a request makes a case under: the same each time it is sent, and to be guessed by nobody.

    The request's own id stands nowhere in the log (the commands it is carried out by have ids made from it), so neither it
    nor the mission's key tells afterwards which obligation belongs to the code. Raises KeyMissing, VaultLocked, Shredded.
    """
    drawn = _drawn(vault, mission, request)
    return new_case(lambda size: next(drawn)[:size])


def _drawn(vault: Vault, mission: str, request: UUID) -> Iterator[bytes]:
    number = 0
    while True:
        yield bytes.fromhex(vault.blind(f"mission:{mission}", "new case", f"{request} {number}"))
        number += 1


def check_case(case: str) -> str:
    """The code itself, if it can be a case's. Raises BadInput `bad-case` for whatever could be a name.

    A code that was not made here passes if it has a digit and no four letters in a row; `case-` may stand in front.
    """
    plain = case.removeprefix("case-")
    if _MADE_HERE.fullmatch(case) or (
        _CODE.fullmatch(case) and plain[:1].isalnum() and not _WORD.search(plain)
    ):
        return case
    raise BadInput(
        "bad-case",
        "--case: a case has a random code such as c-7kq2mz4xha, never a name; `chancery case new` makes one.",
    )


def open_case(keys: KeyStore, mission: str, case: str) -> str:
    """The id of the case's key, made at the first use under the mission's. Raises BadInput and what the key store does."""
    return keys.create_case(mission, check_case(case))


def key_of(case: str) -> str:
    """The id of the case's key. Raises BadInput."""
    return f"case:{check_case(case)}"


def trial_obligation(vault: Vault, case: str) -> str:
    """The id of the obligation that observes this case's trial. Raises KeyMissing, Shredded, VaultLocked, BadInput."""
    digest = bytes.fromhex(vault.blind(f"case:{check_case(case)}", "obligation", TRIAL))
    return "o-" + base64.b32encode(digest[:_ID_BYTES]).decode().lower()


def partner_code(vault: Vault, case: str, partner: str) -> str:
    """The code under which a partner knows a case: the same each time, another for each partner.

    Two partners who compare what they were told cannot tell that it is one case, and once the key is destroyed nobody can.
    Raises KeyMissing, Shredded, VaultLocked, BadInput.
    """
    digest = bytes.fromhex(vault.blind(key_of(case), "partner", partner))
    return "x-" + base64.b32encode(digest[:_ID_BYTES]).decode()[:_LETTERS].lower()


def link(vault: Vault, case: str, command: UUID, parent: str | None = None) -> Sealed:
    """The sealed link from an obligation to its case, and to the obligation it came from, for the command that opens it."""
    words = {"case": case, "parent": parent}
    return vault.seal(f"case:{case}", "case", words, reference=uuid5(command, "case"))


def ref(sealed: Sealed) -> SealedRef:
    """What stands for sealed words in a command."""
    return {"ref": str(sealed.reference), "commit": sealed.commitment}
