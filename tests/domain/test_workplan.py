"""A work plan holds once officer and manager agree to it; a job description says what a post answers for."""

from typing import Any

import pytest

from domain import commands as c
from domain.refusals import Refused
from domain.workplan import WorkPlan
from tests.domain.dossiers import DEPUTY, MANAGER, OFFICER, WP, Office, ask, office
from tests.made import cid

ROTA = {"kind": "rota", "definitions": ("TRIAL-OBS",)}
REGIONS = {"kind": "regions", "definitions": ("FIELD-VISIT",), "regions": ("EG-MT", "EG-ALX"), "count": 2}


def draft(*objectives: dict[str, Any], **more: Any) -> Any:
    data = {"posting": "p-fp", "manager": "p-hom", "first": "2026-01-01", "last": "2026-12-31"}
    return ask(c.DraftWorkPlan, objectives=objectives or (ROTA, REGIONS), **(data | more))


def agree(edition: int = 1, name: str = "agree") -> Any:
    return ask(c.AgreeWorkPlan, name, edition=edition)


def plan(at: Office) -> WorkPlan:
    found: WorkPlan = at.state(f"workplan/{WP}")
    return found


def test_a_job_description_names_its_share_and_what_the_post_answers_for() -> None:
    at = office().by(MANAGER)
    said = c.DescribeJob(
        command_id=cid("job"), mission="Q", post="Q-POL-1", clause="4.2", share_percent=35,
        answers_for=("TRIAL-OBS", "CONTACT", "CONTACT"),
    )  # fmt: skip
    at.mission(said)
    post = at.missions["Q"].posts["Q-POL-1"]
    assert (post.clause, post.share_percent, post.answers_for) == ("4.2", 35, ("CONTACT", "TRIAL-OBS"))
    at.asks(draft())
    assert (plan(at).share_percent, plan(at).answers_for) == (35, ("CONTACT", "TRIAL-OBS"))
    before = at.asked
    assert at.mission(said).asked == before, "the same again changes nothing"
    with pytest.raises(Refused) as refusal:
        at.mission(said.model_copy(update={"post": "Q-NONE"}))
    assert refusal.value.code == "no-such-post"


@pytest.mark.parametrize("clause", ["4.2", "12", "1.2.3.4"])
def test_a_clause_is_a_number(clause: str) -> None:
    assert c.DescribeJob(
        command_id=cid("x"), mission="Q", post="P", clause=clause, share_percent=1, answers_for=()
    )


@pytest.mark.parametrize("clause", ["Ana", "4.x", "four", "4.2 a", ""])
def test_a_name_is_no_clause(clause: str) -> None:
    with pytest.raises(ValueError, match="clause"):
        c.DescribeJob(
            command_id=cid("x"), mission="Q", post="P", clause=clause, share_percent=1, answers_for=()
        )


def test_it_holds_once_both_have_agreed() -> None:
    at = office().by(OFFICER).asks(draft())
    assert at.made == ["WorkPlanDrafted"]
    assert plan(at).status == "draft"
    assert at.asks(agree()).made == ["WorkPlanAgreed"]
    assert plan(at).in_force is None
    assert at.asks(agree(1, "twice")).made == []
    assert at.by(MANAGER).asks(agree(1, "manager")).made == ["WorkPlanAgreed"]
    assert plan(at).status == "in_force"
    assert [o["objective"] for o in plan(at).in_force.objectives] == ["o1", "o2"]  # type: ignore[union-attr]
    assert at.by(DEPUTY).asks(agree(1, "other")).code == "not-allowed"


def test_only_whom_it_names_puts_it_down() -> None:
    assert office().by(DEPUTY).asks(draft()).code == "not-allowed"
    assert office().by(MANAGER).asks(draft()).made == ["WorkPlanDrafted"]
    at = office().by(OFFICER)
    assert at.asks(draft(manager="p-fp")).code == "two-others"
    assert at.asks(draft(manager="p-none")).code == "no-such-posting"
    assert at.asks(draft(first="2027-01-01")).code == "ends-before-start"
    assert at.asks(draft(first="2020-01-01", last="2020-12-31")).code == "no-such-posting"
    assert at.asks(draft()).made and at.asks(draft(last="2026-11-30")).code == "dossier-exists"


@pytest.mark.parametrize(
    "objective",
    [
        {"kind": "rota"},
        {"kind": "regions"},
        {"kind": "number", "definitions": ("CONTACT",)},
        {"kind": "in_time", "regions": ("EG-MT",)},
    ],
    ids=lambda o: o["kind"],
)
def test_an_objective_names_what_the_record_can_be_laid_beside(objective: dict[str, Any]) -> None:
    assert office().by(OFFICER).asks(draft(objective)).code == "objective-empty"


def test_the_former_edition_holds_until_both_agree_to_the_next() -> None:
    at = office().by(OFFICER).asks(draft()).asks(agree())
    at.by(MANAGER).asks(agree(1, "m"))
    amended = ask(c.AmendWorkPlan, objectives=(ROTA,), reason="security")
    assert at.asks(amended).made == ["WorkPlanAmended"]
    assert (plan(at).status, plan(at).in_force.number) == ("amending", 1)  # type: ignore[union-attr]
    assert at.asks(agree(1, "old")).code == "edition-superseded"
    assert at.asks(ask(c.AmendWorkPlan, "same", objectives=(ROTA,), reason="access")).code == (
        "workplan-unchanged"
    )
    assert at.asks(ask(c.AmendWorkPlan, "why", objectives=(REGIONS,), reason="mood")).code == "code-unknown"
    at.asks(agree(2, "m2")).by(OFFICER).asks(agree(2, "o2"))
    assert (plan(at).status, plan(at).in_force.number) == ("in_force", 2)  # type: ignore[union-attr]


def test_it_ends_and_nothing_is_agreed_after_that() -> None:
    at = office().by(OFFICER).asks(draft())
    assert at.asks(ask(c.EndWorkPlan, "o", reason="replaced")).code == "not-allowed"
    assert at.by(MANAGER).asks(ask(c.EndWorkPlan, "w", reason="mood")).code == "code-unknown"
    assert at.asks(ask(c.EndWorkPlan, "m", reason="replaced")).made == ["WorkPlanEnded"]
    assert plan(at).status == "ended"
    assert at.asks(agree()).code == "workplan-ended"
    assert at.asks(ask(c.AgreeWorkPlan, "z", workplan="wp-ffffffffffff", edition=1)).code == "not-allowed"
