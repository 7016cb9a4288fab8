"""What serves a case says what else it satisfies, however it was opened: by hand, or because it followed."""

from __future__ import annotations

from chancery.cases import open_case
from chancery.cases.opening import open_for
from chancery.following import follow
from domain.baton import Follow
from tests.cases.conftest import Bureau
from tests.made import FOCAL, cid

CASE = "c-3hd8wq5rjt"


async def test_a_trial_and_the_demarche_that_follows_it_count_for_other_texts_too(office: Bureau) -> None:
    open_case(office.keys, "Q", CASE)
    mission = await office.desk.mission("Q")
    trial, _ = await open_for(office, FOCAL, mission, CASE, "TRIAL-OBS", cid("a trial"))
    assert (await office.desk.obligation(trial)).also == ("osce:OSCE-TRIAL", "swiss:CH-TRIAL")
    ask = Follow(obligation=trial, mission="Q", definition="DEMARCHE", occurrence="1")
    followed = await follow(office, ask)
    assert followed is not None
    assert (await office.desk.obligation(followed)).also == ("swiss:CH-INTERVENE",)


async def test_what_maps_to_nothing_says_nothing(office: Bureau) -> None:
    open_case(office.keys, "Q", CASE)
    mission = await office.desk.mission("Q")
    company, _ = await open_for(
        office, FOCAL, mission, CASE, "CH-COMPANY", cid("a company"), instrument="swiss"
    )
    state = await office.desk.obligation(company)
    assert (state.instrument, state.also) == ("swiss", ())
