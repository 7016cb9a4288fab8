"""Why a signer stopped, and what its folder says about itself: for `chancery doctor`, the pages, and whoever restarts it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from typing_extensions import override

from domain.refusals import Told

HEARTBEAT: Final = 300
"""Seconds after which a checkpoint is signed again though the log has not grown, so that silence means trouble."""
SILENCE: Final = 900
"""Seconds without a new checkpoint after which a witness raises its alarm."""


class SignerStopped(Told):
    """The log is not what was signed, or cannot be signed: the signer signs nothing more until somebody has looked."""

    sentences: Final = {  # type: ignore[misc]
        "signer.shrunk": (
            "The log ends at position {head}, and {size} events were signed; the first that is missing or altered is {position}.",
            "Le journal s'arrête à la position {head}, alors que {size} événements ont été signés ; le premier manquant ou altéré est {position}.",
        ),
        "signer.gap": (
            "Position {position} is missing from the log.",
            "La position {position} manque au journal.",
        ),
        "signer.leaf": (
            "At position {position} the stored leaf is not that of the bytes.",
            "À la position {position}, la feuille enregistrée n'est pas celle des octets.",
        ),
        "signer.time": (
            "At position {position} the log's time runs backwards.",
            "À la position {position}, l'heure du journal recule.",
        ),
        "signer.rewritten": (
            "Position {position} holds something else than what was signed.",
            "La position {position} contient autre chose que ce qui a été signé.",
        ),
        "signer.origin": (
            "The database holds the log {found}, and the checkpoints kept here are of {origin}.",
            "La base contient le journal {found}, et les points de contrôle gardés ici sont ceux de {origin}.",
        ),
        "signer.state": (
            "The signer's folder is not what it was when it last signed ({what}); put it back from a copy.",
            "Le dossier du signataire n'est plus ce qu'il était à la dernière signature ({what}) ; remettez-le depuis une copie.",
        ),
        "signer.key": (
            "The signer's key is {name}, and the log is {origin}; make one for this log with `chancery key make`.",
            "La clé du signataire est {name}, et le journal est {origin} ; faites-en une pour ce journal avec `chancery key make`.",
        ),
        "signer.role": (
            "The signer came in as {role}, which may write to the log; give it a role that may only read.",
            "Le signataire est entré comme {role}, qui peut écrire dans le journal ; donnez-lui un rôle qui ne peut que lire.",
        ),
    }

    @property
    def position(self) -> int | None:
        """The position that it is about, if it is about one."""
        return int(self.params["position"]) if "position" in self.params else None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it stands in the signer's folder: seconds since 1970 when it was raised, and why."""

    at: int
    why: SignerStopped

    def line(self) -> bytes:
        """As one line of JSON."""
        return _line({"at": self.at, "code": self.why.code, "params": self.why.params})

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """From its line. Raises ValueError, KeyError."""
        data = json.loads(line)
        return cls(int(data["at"]), SignerStopped(data["code"], **data["params"]))


@dataclass(frozen=True, slots=True)
class State:
    """The last that was signed: never less is signed again. `at`: seconds since 1970."""

    origin: str
    size: int
    root: bytes
    at: int

    def line(self) -> bytes:
        """As one line of JSON."""
        return _line({"origin": self.origin, "size": self.size, "root": self.root.hex(), "at": self.at})

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """From its line. Raises ValueError, KeyError."""
        data = json.loads(line)
        return cls(str(data["origin"]), int(data["size"]), bytes.fromhex(data["root"]), int(data["at"]))


@dataclass(frozen=True, slots=True)
class WitnessState:
    """How a witness stands to a log: the size it cosigned last and when; what was wrong the last time, and since when."""

    name: str
    size: int
    at: int
    problem: str | None
    since: int

    @override
    def __str__(self) -> str:
        return f"{self.name}: {self.problem or self.size}"


def standing(folder: Path) -> Alarm | None:
    """The alarm that stands in a signer's folder; None if all is well. Raises OSError, ValueError."""
    try:
        return Alarm.parse((folder / "alarm").read_bytes())
    except FileNotFoundError:
        return None


def signed(folder: Path) -> State | None:
    """What the signer of a folder signed last; None before the first time. Raises OSError, ValueError."""
    try:
        return State.parse((folder / "state").read_bytes())
    except FileNotFoundError:
        return None


def witnesses(folder: Path) -> list[WitnessState]:
    """How each witness stood when it was last asked. Raises OSError, ValueError."""
    try:
        data = json.loads((folder / "witnesses").read_bytes())
    except FileNotFoundError:
        return []
    return [WitnessState(name, **said) for name, said in data.items()]


def witness_lines(states: list[WitnessState]) -> bytes:
    """What `witnesses` reads."""
    return _line(
        {s.name: {"size": s.size, "at": s.at, "problem": s.problem, "since": s.since} for s in states}
    )


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode() + b"\n"
