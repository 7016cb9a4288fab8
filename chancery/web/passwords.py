"""Passwords: what one must be, and its Argon2 hash. Hashing is slow on purpose, so it has two threads of its own."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chancery.i18n import tr
from chancery.web.faults import FormFault

_T = TypeVar("_T")
SHORTEST: Final = 12
LONGEST: Final = 200
FEWEST_KINDS: Final = 5
"""So many different characters a password has at least."""
COMMON: Final = (
    "password", "passwort", "motdepasse", "contrasena", "qwerty", "azerty", "qwertz", "letmein", "welcome",
    "bienvenue", "iloveyou", "administrator", "changeme", "abcdefgh", "12345678", "87654321", "chancery",
    "trustno1", "football", "baseball", "superman", "sunshine", "princess", "dragon", "monkey", "master",
    "secret", "embassy", "ambassade", "delegation",
)  # fmt: skip
"""What guessers try first. A password may hold one of these, but not be little more than it."""
_MORE: Final = 8
"""So many characters must remain when a common word is taken out."""

_hasher: Final = PasswordHasher()
_threads: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""64 MB each while they work: more at once would let a crowd of tries take the memory of everybody else."""


def check(name: str, password: str, officer: str) -> None:
    """Raises FormFault at the field `name` for a password that is too short, too plain, or known to all."""
    plain = password.casefold()
    rest = min((len(plain.replace(word, "")) for word in (*COMMON, officer.casefold())), default=len(plain))
    if len(password) < SHORTEST:
        said = tr("At least {n} characters; several words are easiest to keep.", n=SHORTEST)
    elif len(password) > LONGEST:
        said = tr("At most {n} characters.", n=LONGEST)
    elif len(set(plain)) < FEWEST_KINDS or _in_a_row(plain):
        said = tr("Too plain: the same few characters, or characters in a row.")
    elif rest < _MORE:
        said = tr("Among the first that would be guessed. Add words of your own.")
    else:
        return
    raise FormFault(**{name: said})


def _in_a_row(text: str) -> bool:
    """Whether most of it counts up or down, as in `123456789012` or `abcdefghijkl`."""
    steps = [ord(b) - ord(a) for a, b in pairwise(text)]
    return any(steps.count(step) > 0.7 * len(steps) for step in (1, -1, 0))


async def hashed(password: str) -> str:
    """The hash to keep."""
    return await _in_thread(_hasher.hash, _bytes(password))


async def verify(kept: str | None, password: str) -> bool:
    """Whether a password is the one whose hash was kept. Without one the same work is done, and the answer is no."""
    right = await _in_thread(_verify, kept or _nobodys(), _bytes(password))
    return right and kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's, and is to be made anew."""
    return _hasher.check_needs_rehash(kept)


def _verify(kept: str, password: bytes) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash(b"nobody's")


def _bytes(password: str) -> bytes:
    """The same password typed on two keyboards is the same bytes. What is far too long is cut: it is wrong anyway."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1]).encode("utf-8", "surrogatepass")


async def _in_thread(function: Callable[..., _T], *given: object) -> _T:
    return await asyncio.get_running_loop().run_in_executor(_threads, function, *given)
