"""The corpus of recorded histories: what the manifest says of each, and how a history is judged.

Histories are encrypted as they are in Temporal's store. They open only with the namespace that they were recorded in, the
workflow's id and the key, so all three stand in the manifest; the key guards nothing, and is published here for that reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from temporalio.converter import DataConverter

from chancery.codec import KeyRing, data_converter
from domain.deciding.clocks import next_wake
from domain.obligation import Obligation

HERE: Final = Path(__file__).parent
MANIFEST: Final = HERE / "manifest.json"
HISTORIES: Final = HERE / "histories"


def read_manifest() -> dict[str, Any]:
    """Histories by file, with type, workflow id, namespace, key, why it is here, and the state that it must fold to."""
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text())
    return manifest


def converter_of(entry: Mapping[str, Any]) -> DataConverter:
    """The data converter with the published key of an entry."""
    return data_converter(KeyRing.derived(bytes.fromhex(entry["secret"]), entry["key"]))


def golden(state: Obligation) -> dict[str, Any]:
    """What a run must have folded when its history is at an end: everything that a procedure or a timer looks at."""
    return {
        "version": state.version,
        "outcome": state.outcome,
        "next": next_wake(state),
        "gates": {f"{gate} {at}": passed for (gate, at), passed in sorted(state.gate_answers.items())},
        "sittings": [[a.id, a.starts, a.status, a.observer] for a in state.sittings()],
        "tasks": {
            task.id: {
                "due": task.due,
                "holders": [h.posting for h in task.holdings],
                "outcome": task.outcome,
                "passed": list(task.passed),
                "sent": sorted(f"{kind} {n} {due}".strip() for kind, n, due in task.sent),
            }
            for task in state.tasks.values()
        },
    }
