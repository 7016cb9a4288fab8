"""What follows from an obligation, and what is answered back."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from temporalio import activity

from chancery import following
from chancery.desk import Desk
from chancery.sealing import VaultError
from chancery.vault import Vault
from domain.baton import Follow, Followed, Spread, Tell
from domain.instant import BadInput
from domain.refusals import Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counter:
    """The desk with the vault beside it."""

    desk: Desk
    vault: Vault


class FollowingActivities:
    """`follow`, `tell` and `spread` of `workflows.ports`, at a desk with its vault.

    A locked vault and an unreachable database are waited for. What the rules refuse, and what went with a shredded case,
    is answered by nothing: the procedure goes on without it. Without a vault nothing follows from anything.
    """

    def __init__(self, desk: Desk, vault: Vault | None) -> None:
        self._counter = Counter(desk, vault) if vault is not None else None

    @activity.defn(name="follow")
    async def follow(self, ask: Follow) -> Followed:
        """Open what follows, once."""
        if self._counter is None:
            return Followed(obligation=None)
        return Followed(obligation=await _or(None, following.follow(self._counter, ask)))

    @activity.defn(name="tell")
    async def tell(self, ask: Tell) -> bool:
        """Answer the obligation from which this one followed."""
        return self._counter is not None and await _or(False, following.tell(self._counter, ask))

    @activity.defn(name="spread")
    async def spread(self, ask: Spread) -> int:
        """Shut what is shut wherever the case is served."""
        return 0 if self._counter is None else await _or(0, following.spread(self._counter, ask))


async def _or(otherwise: T, work: Awaitable[T]) -> T:
    """What the work gives; `otherwise` if the rules or the vault refuse it for good."""
    try:
        return await work
    except (Refused, BadInput, VaultError) as problem:
        _pass_over(problem)
        return otherwise


def _pass_over(problem: Refused | BadInput | VaultError) -> None:
    """Raise what heals by itself, to be tried again; say what does not."""
    if problem.code in ("stale-stream", "vault.locked", "vault.reference_taken"):
        raise problem
    activity.logger.error("nothing followed: %s", problem.code)
