"""The signed checkpoint that goes with a report: the signer's own for just that size, verified before it is embedded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from chancery.log.checkpoints import Kept, Signed, opened
from chancery.log.notes import NoteRefused, Verifier
from chancery.log.policy import Policy
from chancery.reports.regimes import NoReport

FOLDER: Final = "log"
KEYS: Final = "vkey"


def known_keys(checkpoints: Path, policy: Path, origin: str) -> list[Verifier]:
    """The keys that may sign this log's checkpoints: those of the policy, or, where there is none, those beside the checkpoints.

    Raises NoteRefused for a line that is no key, PolicyRefused for a policy that cannot be read.
    """
    if policy.exists():
        return Policy.parse(policy.read_text(encoding="utf-8")).logs_of(origin)
    try:
        lines = (checkpoints / FOLDER / KEYS).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    return [Verifier.parse(line) for line in lines if line]


def checkpoint_at(checkpoints: Path, policy: Path, origin: str, size: int | None) -> Signed:
    """The checkpoint of just this size, or the latest (None), signed by a key that is known.

    Raises NoReport: `report.no-checkpoint` where there is none, `report.checkpoint` where it cannot be believed.
    """
    kept = Kept(checkpoints / FOLDER)
    try:
        found = kept.latest() if size is None else kept.exactly(size)
        if found is None:
            raise NoReport("report.no-checkpoint", _missing(kept, size))
        return opened(found.note_text, origin, known_keys(checkpoints, policy, origin))
    except NoteRefused as problem:
        raise NoReport(
            "report.checkpoint", f"The checkpoint kept here is not to be believed: {problem.message}."
        ) from None


def must_be_of(signed: Signed, data: Mapping[str, Any]) -> None:
    """Raises NoReport `report.checkpoint-root` where the checkpoint was signed for another tree than the report's."""
    log, checkpoint = data["log"], signed.checkpoint
    if (checkpoint.size, checkpoint.root.hex()) != (log["size"], log["root"]):
        raise NoReport(
            "report.checkpoint-root",
            f"The checkpoint of size {checkpoint.size} was signed for another log than the one that is here; "
            "`chancery log verify` says where they part.",
        )


def _missing(kept: Kept, size: int | None) -> str:
    if size is None:
        return "No checkpoint has been signed here yet; `chancery signer` does."
    after = kept.at_least(size)
    if after is None:
        return f"No checkpoint covers position {size} yet."
    return f"No checkpoint of just {size} events was signed; the next one has {after.checkpoint.size}."
