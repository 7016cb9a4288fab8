"""What imports work with, and how they send: an installation, or a rehearsal's stand-in for one."""

from collections.abc import Sequence
from typing import Final, Protocol

from chancery.desk import Desk, Unavailable, Unknown
from chancery.directory import Directory
from chancery.keystore import KeyStore
from chancery.log.pipeline import BatchRefused, Statement
from chancery.streams import Receipt
from chancery.vault import Vault, refusal
from domain.commands import Command
from domain.envelope import Actor

TRIES: Final = 3
"""How often a command whose outcome is unknown is sent again: under the same id, it is carried out once."""


class Registry(Protocol):
    """The desk and the vault beside it: what opening an obligation takes."""

    @property
    def desk(self) -> Desk:
        """The one door."""
        ...

    @property
    def vault(self) -> Vault:
        """What seals."""
        ...


class Office(Registry, Protocol):
    """What imports work with: an installation, or a rehearsal's stand-in for one."""

    @property
    def keys(self) -> KeyStore:
        """Where keys lie."""
        ...

    @property
    def directory(self) -> Directory:
        """Who stands behind a posting."""
        ...


async def send(
    office: Registry,
    command: Command,
    actor: Actor,
    sealed: Sequence[Statement] = (),
    *,
    expected: int | None = None,
) -> Receipt:
    """Hand a command to the desk; where the outcome is unknown, ask again. `expected`: as `Desk.submit` takes it.

    Raises Refused, Unavailable, Unknown, VaultError.
    """
    unsure: Unknown | None = None
    for _ in range(1 + TRIES):
        try:
            return await office.desk.submit(command, actor, sealed, expected=expected)
        except Unknown as problem:
            unsure = problem
        except Unavailable:
            if unsure is None:
                raise
        except BatchRefused as problem:
            raise refusal(problem) or problem from None
    assert unsure is not None
    raise unsure
