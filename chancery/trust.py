"""Who signs here and whom to believe: the keys and the policy of an installation that brings its own servers.

With real servers each key is made by whoever is to hold it (`chancery key make`), and the witness stands elsewhere: one on this
machine shows that the machinery works and convinces nobody whom the operator could deceive.
"""

from pathlib import Path
from typing import Final

from chancery.log import durable
from chancery.log.keys import KeyRefused, make_key, read_keys
from chancery.log.notes import COSIGNATURE, NoteRefused, Verifier
from chancery.log.policy import Policy, PolicyRefused
from chancery.settings import Settings
from chancery.witnessing import KEY, LOGS

SIGNED: Final = {"log": "", "readings": "/readings"}
"""What is signed: the name of the folder and of the file of the key, and what the origin ends with."""
OURS: Final = "# Written by Chancery for a witness on this same machine, and written again at each start; write your own into another file.\n"


def log_keys(settings: Settings, origin: str) -> list[Verifier]:
    """The signer's public keys, made on first asking. Raises KeyRefused, OSError."""
    found = []
    for name, suffix in SIGNED.items():
        path = settings.signer_keys / f"{name}.skey"
        try:
            keys = read_keys(path)
        except KeyRefused as problem:
            if problem.code != "key.missing":
                raise
            keys = [make_key(path, origin + suffix)]
        found += [key.verifier for key in keys]
    return found


def witness_folder(settings: Settings, origin: str) -> Path:
    """The folder of a witness of this machine, made on first asking. Raises KeyRefused, OSError."""
    folder = settings.witness
    if not (folder / KEY).exists():
        make_key(folder / KEY, f"{origin}/witness", COSIGNATURE)
    lines = "".join(f"{key}\n" for key in log_keys(settings, origin))
    if not (folder / LOGS).exists() or (folder / LOGS).read_text() != lines:
        durable.replace(folder / LOGS, lines.encode())
    return folder


def brings_witness(settings: Settings) -> bool:
    """Whether a witness is to run on this machine: nobody has said whom else to believe."""
    if settings.policy is not None:
        return False
    file = settings.policy_file
    return not file.exists() or file.read_text(encoding="utf-8").startswith(OURS)


def write_policy(settings: Settings, origin: str, url: str) -> None:
    """Say that the witness of this machine is believed, and where it listens. Raises KeyRefused, OSError."""
    [witness] = read_keys(settings.witness / KEY, COSIGNATURE)
    logs = "".join(f"log {key}\n" for key in log_keys(settings, origin))
    text = f"{OURS}{logs}witness here {witness.verifier} {url}\nquorum here\n"
    durable.replace(settings.policy_file, text.encode())


def policy_of(settings: Settings) -> Policy | None:
    """Whom to believe; None if nobody has said. Raises PolicyRefused."""
    try:
        return Policy.parse(settings.policy_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise PolicyRefused(0, "the policy is not text") from None


def published(settings: Settings, name: str = "log") -> list[Verifier]:
    """The keys that the signer itself names beside its checkpoints: they prove nothing about who holds them. Raises OSError."""
    try:
        lines = (settings.checkpoints / name / "vkey").read_text(encoding="utf-8").splitlines()
        return [Verifier.parse(line) for line in lines]
    except (FileNotFoundError, NoteRefused):
        return []
