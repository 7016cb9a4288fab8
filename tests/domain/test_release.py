"""A full export takes four eyes, a purpose and a recipient, and lapses; what was made is written down."""

from typing import Any

from domain import commands as c
from domain.release import Export
from tests.domain.dossiers import (
    AUDITOR,
    COMMITTEE,
    DEPUTY,
    DIGEST,
    DPO,
    EX,
    MANAGER,
    ROOT,
    SECOND,
    Office,
    ask,
    office,
    state_purpose,
)


def propose(**more: Any) -> Any:
    data = {"mission": "HQ", "purpose": "audit", "recipient": "court_of_auditors", "scope": "installation"}
    return ask(c.ProposeExport, **({"upto": 4300} | data | more))


def answer(approved: bool = True, mission: str = "HQ") -> Any:
    return ask(c.AnswerExport, mission=mission, approved=approved)


def made(mission: str = "HQ") -> Any:
    return ask(c.RecordExport, mission=mission, size=4300, root=ROOT, digest=DIGEST)


def export(at: Office) -> Export:
    found: Export = at.state(f"export/{EX}")
    return found


def test_it_is_asked_for_agreed_to_by_another_and_made() -> None:
    at = office().by(AUDITOR).asks(propose())
    assert at.made == ["ExportProposed"]
    assert at.asks(made()).code == "export-not-approved"
    assert at.asks(answer()).code == "export-own"
    assert at.by(DPO).asks(answer()).made == ["ExportAnswered"]
    assert at.asks(answer(approved=False)).code == "export-answered"
    assert at.asks(made()).code == "not-allowed", "who approved it is not who makes it"
    assert at.by(AUDITOR).asks(made()).made == ["ExportMade"]
    assert at.asks(made()).made == [], "once"
    found = export(at)
    assert (found.status, found.approver, found.proposed_position < found.answered_position) == (
        "made",
        "p-dpo",
        True,
    )


def test_refused_it_is_not_made() -> None:
    at = office().by(AUDITOR).asks(propose()).by(DPO).asks(answer(approved=False))
    assert export(at).status == "refused"
    assert at.by(AUDITOR).asks(made()).code == "export-not-approved"


def test_what_was_agreed_lapses_after_a_fortnight() -> None:
    at = office().by(AUDITOR).asks(propose()).by(DPO).asks(answer())
    at.at("2026-05-19 09:11").by(AUDITOR)
    assert at.asks(made()).code == "export-lapsed"
    late = office().by(AUDITOR).asks(propose())
    assert late.at("2026-05-20 09:00").by(DPO).asks(answer()).code == "export-lapsed"


def test_a_missions_head_asks_for_that_mission_alone() -> None:
    at = office().by(MANAGER)
    assert at.asks(propose(mission="Q")).code == "export-whole"
    assert at.asks(propose(mission="Q", scope="mission")).made == ["ExportProposed"]
    assert at.by(DEPUTY).asks(answer(mission="Q")).made == ["ExportAnswered"]
    assert at.by(MANAGER).asks(propose(mission="HQ", scope="mission")).code == "not-allowed"


def test_purpose_recipient_and_range_are_said() -> None:
    at = office().by(SECOND)
    assert at.asks(propose(purpose="curiosity")).code == "code-unknown"
    assert at.asks(propose(recipient="friend")).code == "code-unknown"
    assert at.asks(propose(after=4300)).code == "export-range"
    assert at.asks(propose()).made and at.asks(propose(upto=4301)).code == "dossier-exists"
    assert at.asks(answer(mission="Q")).code == "no-such-dossier"


def test_the_purpose_of_staff_reports_is_not_everybodys_to_state() -> None:
    at = office()
    assert at.by(AUDITOR).asks(state_purpose()).code == "not-allowed"
    assert at.by(COMMITTEE).asks(state_purpose()).made == ["PurposeStated"]
    assert at.asks(state_purpose()).made == [], "the same again changes nothing"
    assert at.asks(state_purpose(24)).made == ["PurposeStated"]
    words = ask(c.StatePurpose, "w", mission="HQ", retention_months=12, opinion="whatever")
    assert at.asks(words).code == "code-unknown"
    assert at.state("purpose/staff_reports").status == "partly"
