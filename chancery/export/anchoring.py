"""The checkpoint that an export or a receipt is proved against: the signer's own, verified, or one that somebody brings."""

from chancery import trust
from chancery.export.files import ExportRefused
from chancery.export.request import Anchor
from chancery.log.checkpoints import Kept, Signed, opened
from chancery.log.notes import Verifier
from chancery.log.store import EventLog
from chancery.settings import Settings


async def anchor(settings: Settings, log: EventLog, *, reach: int = 0, note: str | None = None) -> Anchor:
    """What to prove against: the newest checkpoint, or `note`; it covers at least position `reach`.

    Raises ExportRefused `export-unsigned`; NoteRefused for a checkpoint that is not to be believed; PolicyRefused, OSError.
    """
    origin, rehearsal = await log.origin()
    found = Kept(settings.checkpoints / "log").latest() if note is None else Signed.parse(note)
    if found is None or found.checkpoint.size < max(1, reach):
        raise ExportRefused("export-unsigned", position=max(1, reach))
    keys, witnesses = known(settings, origin)
    opened(found.note_text, origin, keys)
    vkeys = [str(key) for key in found.signed_by([*keys, *witnesses])]
    return Anchor(found, tuple(dict.fromkeys(vkeys)), rehearsal)


def known(settings: Settings, origin: str) -> tuple[list[Verifier], list[Verifier]]:
    """The keys of this log, as the policy names them, else as they lie beside its checkpoints; and the policy's witnesses.

    Raises PolicyRefused, OSError.
    """
    policy = trust.policy_of(settings)
    if policy is None:
        return trust.published(settings), []
    return policy.logs_of(origin), policy.cosigners
