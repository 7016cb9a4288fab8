"""Reviews on the pages: the person concerned first, each side what is theirs, nobody else anything; and every look is written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chancery import queries, reviews
from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import FOCAL, HEAD, cid
from tests.web.browser import NARROW, browsing, signed_in
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.oversight_made import Half, headquarters
from tests.web.reviews_made import (
    CANARY,
    DEPUTY,
    MANAGER,
    PERSON,
    SECOND_PERSON,
    act,
    answered,
    opened,
    plan,
    sends,
    signed,
    stated,
)  # fmt: skip
from tests.web.test_thread import fields


@pytest.fixture
async def office(staffed: Web) -> Web:
    """Mission Q and headquarters, and the purpose stated."""
    await stated(staffed)
    return staffed


# ── a review from its opening to its signatures, by forms alone ──────────────────────────────────────────────────


async def test_a_review_goes_from_opening_to_three_signatures_by_its_pages(office: Web) -> None:
    code_of_plan = await plan(office)
    await Half(office).past(on_time=(None,) * 8, late=(None,))
    person, manager = await office.as_(PERSON), await office.as_(MANAGER)
    second = await office.as_(SECOND_PERSON)
    typed = {
        "officer": "p-fp", "manager": "p-hom@Q", "second": "p-h-rights@HQ", "first": "2026-01-01", "last": "2026-12-31",
        "workplan": code_of_plan,
    }  # fmt: skip
    form = fields((await manager.get("/reviews/new")).text, "/reviews/new") | typed
    first = await manager.post("/reviews/new", data=form)
    assert first.status_code == 303 and first.headers["location"].startswith("/reviews?done=")
    again = await manager.post("/reviews/new", data=form)
    assert again.headers["location"] == first.headers["location"], "sent twice, it is one review"
    [row] = await queries.dossiers(office.house.here.log, "review")
    page = f"/reviews/{row['code']}"

    early = (await manager.get(page)).text
    assert "The person concerned opens the report first." in early and 'id="f-late"' not in early
    refused = await manager.post(
        f"{page}/open",
        data=fields((await manager.get("/help")).text, "/sign-out") | {"command_id": str(cid("x"))},
    )
    assert (
        refused.status_code == 422 and "subject-first" in refused.text and 'id="f-late"' not in refused.text
    )

    before = (await person.get(page)).text
    assert "You see it first" in before and 'id="f-late"' not in before
    shown = (await sends(person, page, f"{page}/open")).text
    assert re.search(r'id="f-late"[^>]*>\s*<summary>[^<]*: 1<', shown), "opened, and shown"
    link = re.search(rf'href="({page}/contest\?figure=late[^"]+)"', shown)
    assert link is not None
    asked = link[1].replace("&amp;", "&")
    told = await sends(person, asked, f"{page}/contest", figure="late", ground="no_capacity", words=CANARY)
    assert CANARY in told.text and "Not answered yet." in told.text

    await sends(manager, page, f"{page}/open")
    own = (await sends(manager, page, f"{page}/comment", words=f"{CANARY}-3")).text
    assert f"{CANARY}-3" in own and f'{page}/sign"' not in own, "what is contested is answered first"
    await sends(second, page, f"{page}/open")
    after = (await sends(second, page, f"{page}/answer", answer="noted", words=f"{CANARY}-2")).text
    assert f"{CANARY}-2" in after and "noted" in after

    await sends(person, page, f"{page}/sign", stance="disagrees")
    await sends(manager, page, f"{page}/sign")
    last = (await sends(second, page, f"{page}/sign")).text
    assert "It is signed." in last
    review = await reviews.review_of(office.house.here, row["code"])
    assert {p: s[0] for p, s in review.now.signatures.items()} == {
        "officer": "disagrees", "manager": "agrees", "second": "agrees",
    }  # fmt: skip
    assert all(CANARY.encode() not in one.body for one in await office.house.here.log.read(0, 10_000))


async def test_after_a_correction_it_is_made_again_and_the_difference_is_told(office: Web) -> None:
    code = await opened(office)
    await answered(office, code)
    await signed(office, code)
    half = Half(office)
    half.n = 50
    await half.past(late=(None,))  # something entered later, of the same period
    page, manager, person = f"/reviews/{code}", await office.as_(MANAGER), await office.as_(PERSON)
    head = await office.house.here.log.head()
    made = (await sends(manager, page, f"{page}/again", causes=f"#{head}")).text
    assert (await reviews.review_of(office.house.here, code)).status == "addendum"
    assert "Addendum: what edition 2" not in made, "the person concerned sees it first, again"
    seen = (await sends(person, page, f"{page}/open")).text
    assert "Addendum: what edition 2 says otherwise" in seen
    assert "edition 1" in seen.lower(), "the signed one stands beside it"


async def test_only_the_second_person_answers_and_heads_name_another(office: Web) -> None:
    code = await opened(office)
    page = f"/reviews/{code}"
    deputy = await office.as_(DEPUTY)
    thin = (await deputy.get(page)).text
    assert code in thin and "p-fp" not in thin.split("<main")[1].split("Name another manager")[0]
    done = await sends(deputy, page, f"{page}/replace", part="second", reviewer="p-h-audit@HQ", reason="left")
    assert done.status_code == 200
    review = await reviews.review_of(office.house.here, code)
    assert review.reviewers["second"] == ("p-h-audit", "HQ")
    assert (await (await office.as_(SECOND_PERSON)).get(page)).status_code == 404, (
        "who was replaced sees it no longer"
    )
    assert (await (await office.as_("HQ-h-audit")).get(page)).status_code == 200
    wrong = await sends(deputy, page, f"{page}/replace", part="second", reviewer="nobody@HQ", reason="left")
    assert wrong.status_code == 422 and "Choose one of the list." in wrong.text


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_files_are_made_again_byte_for_byte_and_ones_own_record_too(office: Web) -> None:
    from chancery.reports.reproduce import reproduce

    code = await opened(office)
    await answered(office, code)
    here = office.house.here
    person = await office.as_(PERSON, **{"Accept-Language": "fr"})
    for form in ("json", "html", "csv"):
        for where in (f"/reviews/{code}/report.{form}", f"/record.{form}?first=2026-01-01&last=2026-12-31"):
            answer = await person.get(where)
            assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"], where
            assert (await reproduce(here.log, answer.content, here=here)).same, where
    assert (await person.get(f"/reviews/{code}/report.exe")).status_code == 404
    assert (await person.get("/record.exe")).status_code == 404


# ── what waits, what is typed wrong, who left ────────────────────────────────────────────────────────────────────


async def test_the_inbox_says_that_something_waits_and_not_what(office: Web) -> None:
    said = "1 thing waits for you under reviews and work plans."
    code = await opened(office)
    person, manager = await office.as_(PERSON), await office.as_(MANAGER)
    inbox = (await person.get("/inbox")).text
    assert said in inbox and code not in inbox and "evaluat" not in inbox.split("<main")[1].lower()
    assert said not in (await manager.get("/inbox")).text, (
        "nothing is theirs to do before the person opened it"
    )
    office.clock.set(office.clock.now() + timedelta(days=30))
    assert said in (await (await office.as_(MANAGER)).get("/inbox")).text


async def test_the_mornings_mail_counts_one_other_thing_and_says_no_more(office: Web) -> None:
    from chancery.mail import digest
    from chancery.mail.morning import Round

    await opened(office)
    counts = await Round(office.house.here, office.clock.now()).counts("Q")
    assert counts["p-fp"].other == 1 and counts["p-hom"].other == counts["p-alt"].other == 0
    text = digest.text(counts["p-fp"], "https://chancery.example")
    assert "1 other thing waits for you." in text and "review" not in text.lower()


async def test_headquarters_opens_one_in_a_mission_and_finds_no_more_of_it(office: Web) -> None:
    await Half(office).past(on_time=(None,))
    rights = await office.as_(SECOND_PERSON)
    assert 'href="/reviews/new?mission=Q"' in (await rights.get("/reviews/new")).text
    typed = {
        "officer": "p-fp", "manager": "p-hom@Q", "second": "p-h-audit@HQ", "first": "2026-01-01", "last": "2026-12-31",
    }  # fmt: skip
    page = (await rights.get("/reviews/new?mission=Q")).text
    done = await rights.post("/reviews/new", data=fields(page, "/reviews/new") | typed)
    assert done.status_code == 303, done.text
    [row] = await queries.dossiers(office.house.here.log, "review", mission="Q")
    assert (await rights.get(f"/reviews/{row['code']}")).status_code == 404
    desk = await office.as_("HQ-h-desk")
    assert (await desk.get("/reviews/new?mission=Q")).status_code == 404, (
        "the control: not everybody there does"
    )


async def test_before_the_purpose_is_stated_no_review_is_opened_and_the_form_says_so(staffed: Web) -> None:
    await headquarters(staffed)
    await Half(staffed).past(on_time=(None,))
    manager = await staffed.as_(MANAGER)
    assert "No review can be opened yet" in (await manager.get("/reviews/new")).text
    typed = {
        "officer": "p-fp",
        "manager": "p-hom@Q",
        "second": "p-h-rights@HQ",
        "first": "2026-01-01",
        "last": "2026-12-31",
    }
    refused = await sends(manager, "/reviews/new", "/reviews/new", **typed)
    assert refused.status_code == 422 and "purpose-not-stated" in refused.text
    assert await queries.dossiers(staffed.house.here.log, "review") == []


async def test_what_is_typed_wrong_is_said_beside_its_field_and_records_nothing(office: Web) -> None:
    code = await opened(office)
    await act(office, FOCAL, c.ReadReview, code)
    person, page = await office.as_(PERSON), f"/reviews/{code}"
    head = await office.house.here.log.head()
    for data, said in (
        ({"figure": "late", "ground": "other", "positions": "x"}, "with commas between them"),
        ({"figure": "", "ground": "other"}, "This is needed."),
        ({"figure": "late", "ground": "other", "words": "x" * 9000}, "at most 8000"),
        ({"figure": "late", "ground": "other", "positions": "999999"}, "contest-beyond"),
        ({"figure": "late", "ground": "nonsense"}, "code-unknown"),
    ):
        answer = await sends(person, f"{page}/contest", f"{page}/contest", **data)
        assert answer.status_code == 422 and said in answer.text, (data, said)
    assert (await sends(person, page, f"{page}/comment", words=" ")).status_code == 422
    manager = await office.as_(MANAGER)
    form = fields((await manager.get("/reviews/new")).text, "/reviews/new")
    for name, value in (
        ("officer", "p-none"),
        ("second", "p-none@HQ"),
        ("last", "2025-01-01"),
        ("first", "soon"),
    ):
        typed = {
            "officer": "p-fp", "manager": "p-hom@Q", "second": "p-h-rights@HQ", "first": "2026-01-01",
            "last": "2026-12-31", name: value,
        }  # fmt: skip
        assert (await manager.post("/reviews/new", data=form | typed)).status_code == 422, name
    assert await office.house.here.log.head() == head


async def test_who_left_the_post_still_reads_it_and_can_do_nothing(office: Web) -> None:
    code = await opened(office)
    office.clock.set(office.clock.now() + timedelta(days=2))
    until = (office.clock.now().date() - timedelta(days=1)).isoformat()
    ended = c.EndPosting(command_id=cid("gone"), mission="Q", posting="p-fp", until=until)
    await office.house.here.desk.submit(ended, HEAD)
    person = await office.as_(PERSON)
    page = (await person.get(f"/reviews/{code}")).text
    assert (
        'id="f-late"' in page and "You have left the post" in page and f"/reviews/{code}/comment" not in page
    )


async def test_who_left_as_manager_finds_it_no_longer(office: Web) -> None:
    code = await opened(office)
    await act(office, FOCAL, c.ReadReview, code)
    await act(office, HEAD, c.ReadReview, code)
    assert (await (await office.as_(MANAGER)).get(f"/reviews/{code}")).status_code == 200  # the control
    office.clock.set(office.clock.now() + timedelta(days=2))
    until = (office.clock.now().date() - timedelta(days=1)).isoformat()
    ended = c.EndPosting(command_id=cid("gone"), mission="Q", posting="p-hom", until=until)
    await office.house.here.desk.submit(ended, OPERATOR)
    manager = await office.as_(MANAGER)
    assert (await manager.get(f"/reviews/{code}")).status_code == 404
    assert (await manager.get(f"/reviews/{code}/report.json")).status_code == 404
    assert code not in (await manager.get("/reviews")).text


# ── how it looks ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_pages_are_sound_and_work_without_a_script(office: Web) -> None:
    work, waiting = await plan(office), "/workplans"
    code = await opened(office, (work,))
    await answered(office, code)
    page = f"/reviews/{code}"
    async with browsing() as browser:
        await looked(
            browser, office, PERSON,
            ("/reviews", page, f"{page}/contest?figure=late&positions=12", f"{page}/figures/on_time", waiting, f"/workplans/{work}"),
        )  # fmt: skip
        await looked(
            browser,
            office,
            MANAGER,
            ("/reviews/new", page, "/workplans/new", "/purpose", "/people/posts/Q-POL-1"),
        )
        window = await signed_in(
            browser, office, PERSON, viewport=NARROW, java_script_enabled=False, locale="fr-FR"
        )
        shown = await window.new_page()
        await shown.goto(page)
        await shown.get_by_text("Signer", exact=True).first.click()
        await shown.get_by_label("n'êtes pas d'accord").check()
        await shown.get_by_role("button", name="Signer").click()
        await shown.wait_for_url("**done=*")
        assert "Vous avez signé." in await shown.inner_text("main")
        await window.close()
    review = await reviews.review_of(office.house.here, code)
    assert review.now.signatures["officer"][0] == "disagrees"
