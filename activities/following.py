"""What follows from an obligation, and what is answered back."""

from temporalio import activity

from chancery import following
from chancery.desk import Desk
from chancery.following import Archive
from chancery.sealing import VaultError
from domain.baton import Follow, Followed, Spread, Tell
from domain.instant import BadInput
from domain.refusals import Refused


class FollowingActivities:
    """`follow`, `tell` and `spread` of `workflows.ports`, at a desk with its vault.

    A locked vault and an unreachable database are waited for. What the rules refuse, and what went with a shredded case,
    is answered by nothing: the procedure goes on without it.
    """

    def __init__(self, desk: Desk, archive: Archive | None) -> None:
        self._desk = desk
        self._archive = archive

    @activity.defn(name="follow")
    async def follow(self, ask: Follow) -> Followed:
        """Open what follows, once."""
        if self._archive is None:
            return Followed(obligation=None)
        try:
            return Followed(obligation=await following.follow(self._desk, self._archive, ask))
        except (Refused, BadInput, VaultError) as problem:
            _pass_over(problem)
            return Followed(obligation=None)

    @activity.defn(name="tell")
    async def tell(self, ask: Tell) -> bool:
        """Answer the obligation from which this one followed."""
        if self._archive is None:
            return False
        try:
            return await following.tell(self._desk, self._archive, ask)
        except (Refused, BadInput, VaultError) as problem:
            _pass_over(problem)
            return False

    @activity.defn(name="spread")
    async def spread(self, ask: Spread) -> int:
        """Shut what is shut wherever the case is served."""
        if self._archive is None:
            return 0
        try:
            return await following.spread(self._desk, self._archive, ask)
        except (Refused, BadInput, VaultError) as problem:
            _pass_over(problem)
            return 0


def _pass_over(problem: Refused | BadInput | VaultError) -> None:
    """Raise what heals by itself, to be tried again; say what does not."""
    if problem.code in ("stale-stream", "vault.locked", "vault.reference_taken"):
        raise problem
    activity.logger.error("nothing followed: %s", problem.code)
