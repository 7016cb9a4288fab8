"""Two scenarios of a case, to the minute: a wish taken back on the morning of a publication, and a call in the night."""

from __future__ import annotations

from typing import Any

from tests.rehearsals.test_scenarios import (  # noqa: F401 - fixtures
    SHIPPED,
    Played,
    obligation,
    played,
    settings,
    tasks,
)

WITHDRAWN = SHIPPED / "consent-withdrawn.toml"
MIDNIGHT = SHIPPED / "urgent-at-midnight.toml"


def test_consent_withdrawn(played: Played) -> None:  # noqa: F811
    ledger = played(WITHDRAWN)
    recalls = tasks(ledger, "consent")
    assert {n: recalls[n]["due"] for n in ("recall.1", "recall.2")} == {
        "recall.1": "2026-06-10 13:20:00+03:00",
        "recall.2": "2026-06-10 13:20:00+03:00",
    }
    assert recalls["recall.1"]["opened"] == "2026-06-10 09:20:00+03:00"
    assert recalls["chase.2.1"]["due"] == "2026-06-11 23:59:59+03:00"  # then chased every day
    statement = obligation(ledger, "statement")
    assert statement["outcome"] == "gate"
    assert statement["publication"] == {"makes": "2026-06-10 13:00:00+03:00", "status": "cancelled"}
    released = tasks(ledger, "statement")["release-named.1"]
    assert (released["outcome"], released["reason"], released["timing"]) == ("cancelled", "gate", None)
    # Attending was not taken back: the sitting was observed, and nobody was late.
    attended = tasks(ledger, "trial")["attend-and-report.first"]
    assert (attended["outcome"], attended["timing"]) == ("done", "on_time")
    [refused] = ledger.data()["refusals"]
    assert (refused["by"], refused["what"], refused["code"], refused["expected"]) == (
        "H-302", "ReleasePublication", "obligation-closed", True,
    )  # fmt: skip


def test_urgent_case_at_midnight_on_a_weekend(played: Played) -> None:  # noqa: F811
    ledger = played(MIDNIGHT)
    urgent = tasks(ledger, "urgent")
    assert {code: task["due"] for code, task in urgent.items() if not code.startswith("reprisal")} == {
        "acknowledge.1": "2026-11-14 01:10:00+02:00",
        "triage.1": "2026-11-14 04:10:00+02:00",
        "decide.1": "2026-11-15 00:10:00+02:00",
        "feedback-to-family.1": "2026-11-16 00:10:00+02:00",
        "report-to-headquarters.1": "2026-11-16 00:10:00+02:00",
        "full-report.1": "2026-11-19 23:59:59+02:00",
    }
    first = urgent["acknowledge.1"]
    assert first["reminders"] == ["2026-11-14 00:40:00+02:00"]
    assert first["overdue"] == ["2026-11-14 01:10:00+02:00"]
    assert first["escalations"] == []  # the deputy took it before the Head of Mission's turn at 01:40
    assert first["holders"] == ["Q-109", "Q-102"]
    assert (first["ended"], first["timing"], first["reason"]) == (
        "2026-11-14 01:22:00+02:00", "after_due", "outage",
    )  # fmt: skip
    assert first["held"] == []  # twelve minutes late, on nobody's record: the network was down
    later = urgent["triage.1"]
    assert (later["ended"], later["timing"]) == ("2026-11-14 03:30:00+02:00", "reported_in_time")
    assert not ledger.data()["refusals"]


def test_each_option_waits_for_its_own_consent_or_the_vital_interest(played: Played) -> None:  # noqa: F811
    ledger = played(MIDNIGHT)
    assert (
        tasks(ledger, "GRANT")["refer.1"]["outcome"] == "done"
    )  # in the vital interest, before anybody could be asked
    consent = tasks(ledger, "consent")
    review: dict[str, Any] = dict(consent["review-vital-interest.consent:refer"])
    assert review["due"] == "2026-11-17 09:20:00+02:00"
    assert obligation(ledger, "DEMARCHE")["outcome"] == "gate"  # the family said no
    assert obligation(ledger, "DEMARCHE")["tasks"] == []
