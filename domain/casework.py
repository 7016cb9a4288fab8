"""What an obligation holds beside its tasks: gates with their ends, disclosures, a publication, answers, a hand-over's signatures.

Parts of the state in `domain/obligation.py`, and how events change them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.envelope import Event

FIRST = "1"
"""The number, in its obligation, of the case that it was opened for."""


KINDS: Final = (
    "attend", "visit", "demarche", "statement", "publish_name", "photo", "share_eu", "share_partners",
    "share_un", "refer", "contact_family",
)  # fmt: skip
"""What can be agreed to, each by itself (REQUIREMENTS.md, do-no-harm rules 1 to 3)."""

CHECKS: Final = {"gender": "GENDER"}
"""Gates that a check opens and nobody's wish shuts → the definition whose procedure makes it. Where that duty is switched
off, its gate holds nothing up."""


@dataclass(slots=True)
class Disclosure:
    """Something was shared: with whom, under which arrangement, behind which gate."""

    id: str
    n: int
    gate: str
    to: str
    arrangement: str


@dataclass(slots=True)
class Publication:
    """What was released and is made at `makes`. `status`: released, made, cancelled."""

    n: int
    makes: str
    status: str = "released"


@dataclass(slots=True)
class VitalInterest:
    """Asked to act without consent behind a gate: by whom, on which basis, and what was answered (None: not yet).

    `n`: for the how-manieth time; what was approved ends after days, and the life may still be at stake.
    """

    gate: str
    basis: str
    proposer: str
    approved: bool | None = None
    n: int = 1

    @property
    def occurrence(self) -> str:
        """Under which its approval and its review are asked for."""
        return self.gate if self.n == 1 else f"{self.gate}.{self.n}"


@dataclass(slots=True)
class Casework:
    """The part of an obligation's state that this module's events change.

    `gate_of[(gate, case)]` is what one case's wish says; `gates[gate]` whether any of the cases lets it pass.
    """

    gates: dict[str, bool] = field(default_factory=dict)
    gate_of: dict[tuple[str, str], bool] = field(default_factory=dict)
    lapses: dict[tuple[str, str], str] = field(default_factory=dict)
    basis: dict[str, str] = field(default_factory=dict)
    gate_answers: dict[tuple[str, str], bool] = field(default_factory=dict)
    disclosures: list[Disclosure] = field(default_factory=list)
    publication: Publication | None = None
    vital: dict[str, VitalInterest] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    cases: dict[str, Mapping[str, str]] = field(default_factory=dict)
    noted: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)
    signed: dict[str, str] = field(default_factory=dict)
    handed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    queried: dict[str, tuple[str, ...]] = field(default_factory=dict)
    allocations: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    coverage: dict[str, bool] = field(default_factory=dict)

    def may_pass(self, gate: str, case: str, *, passes: bool, lapses: str | None = None) -> None:
        """One case's wish for one gate, as it now stands."""
        self.gate_of[gate, case] = passes
        self.lapses.pop((gate, case), None)
        if passes and lapses is not None:
            self.lapses[gate, case] = lapses
        self.gates[gate] = any(on for (name, _), on in self.gate_of.items() if name == gate)


def _gate_set(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.may_pass(d["gate"], d.get("case", FIRST), passes=d["open"], lapses=d.get("lapses"))
    if "basis" in d:
        s.basis[d["gate"]] = d["basis"]
    else:
        s.basis.pop(d["gate"], None)


def _gate_answered(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.gate_answers[d["gate"], d["occurrence"]] = d["passed"]


def _vital_proposed(s: Casework, d: Mapping[str, Any], e: Event) -> None:
    before = s.vital.get(d["gate"])
    n = before.n + 1 if before is not None else 1
    s.vital[d["gate"]] = VitalInterest(d["gate"], d["basis"], e.by, n=n)


def _vital_answered(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.vital[d["gate"]].approved = d["approved"]


def _disclosed(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.disclosures.append(Disclosure(d["disclosure"], d["n"], d["gate"], d["to"], d["arrangement"]))


def _noted(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.noted.setdefault(d["entry"], []).append(d["record"])


def _attached(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.cases[d["case"]] = d["subject"]


def _detached(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.cases.pop(d["case"], None)
    for gate, case in [key for key in s.gate_of if key[1] == d["case"]]:
        s.may_pass(gate, case, passes=False)
        del s.gate_of[gate, case]


def _released(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.publication = Publication(d["n"], d["makes"])


def _made(s: Casework, _d: Mapping[str, Any], _: Event) -> None:
    assert s.publication is not None
    s.publication.status = "made"


def _publication_cancelled(s: Casework, _d: Mapping[str, Any], _: Event) -> None:
    assert s.publication is not None
    s.publication.status = "cancelled"


def _answered(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.answers[d["question"]] = d["answer"]


def _signed(s: Casework, d: Mapping[str, Any], e: Event) -> None:
    s.signed[d["side"]] = e.by
    s.handed[d["side"]], s.queried[d["side"]] = tuple(d["items"]), tuple(d["queried"])


def _allocated(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.allocations[d["area"]] = (d["lead"], d["backup"])


def _covered(s: Casework, d: Mapping[str, Any], _: Event) -> None:
    s.coverage |= dict.fromkeys(d["reached"], True) | dict.fromkeys(d["not_reached"], False)


ON_CASEWORK: dict[str, Callable[[Any, Mapping[str, Any], Event], None]] = {
    "GateSet": _gate_set,
    "GateAnswered": _gate_answered,
    "VitalInterestProposed": _vital_proposed,
    "VitalInterestAnswered": _vital_answered,
    "DisclosureMade": _disclosed,
    "CaseNoted": _noted,
    "CaseAttached": _attached,
    "CaseDetached": _detached,
    "PublicationReleased": _released,
    "PublicationMade": _made,
    "PublicationCancelled": _publication_cancelled,
    "AnswerRecorded": _answered,
    "HandoverSigned": _signed,
    "AreaAllocated": _allocated,
    "CoverageRecorded": _covered,
}
"""Event type → how it changes an obligation's casework."""
