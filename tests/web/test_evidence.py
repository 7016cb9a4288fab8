"""Evidence through the browser: sealed at any size, listed without being opened, opened by who may, checked against the log."""

from __future__ import annotations

import hashlib
import os
from email import message_from_bytes
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from chancery import parts, proofs
from chancery.cases import intake, shred
from chancery.cases.reading import readings
from chancery.evidence import BESIDE, Proof, key_for, place_of, sealed_proofs
from chancery.streams import as_event, obligation_stream
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from tests.made import FOCAL, HEAD, adoption, cid
from tests.web.browser import NARROW, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.looking import looked, sound
from tests.web.test_mailfiles import letter
from tests.web.test_thread import fields

if TYPE_CHECKING:
    from tests.conftest import Database

TASK = "/tasks/o-1/hold.1"
PROOF = "/evidence/o-1/hold.1/1"
CANARY = "canary-7f3a"


async def complete(
    browser: httpx2.AsyncClient, files: Any, task: str = TASK, lines: tuple[str, ...] = ("risk_list",), **typed: Any
) -> httpx2.Response:  # fmt: skip
    """Say that a task was done, as the form of its page does."""
    action = f"{task}/complete"
    form = fields((await browser.get(task)).text, action)
    return await browser.post(action, data=form | {"line": list(lines), "marking": "limite"} | typed, files=files)  # fmt: skip


async def posted(browser: httpx2.AsyncClient, what: str, proof: str = PROOF, **typed: str) -> httpx2.Response:
    """Open a proof, or download it."""
    form = fields((await browser.get(proof)).text, f"{proof}/open")
    return await browser.post(f"{proof}/{what}", data=form | typed)


_ADMIN: list[str] = []


@pytest.fixture(autouse=True)
def _known(database: Database) -> None:
    _ADMIN[:] = [database.admin_url]


def admin(web: Web, statement: str) -> list[tuple[Any, ...]]:
    """Ask the database of the running test as its administrator."""
    with psycopg.connect(_ADMIN[0], autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def everything(web: Web) -> str:
    """Every row of every table of ours, as text and as bytes in hex."""
    tables = admin(
        web,
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname IN ('log', 'view', 'vault', 'web', 'conductor')",
    )
    return "\n".join(str(row[0]) for (name,) in tables for row in admin(web, f"SELECT t::text FROM {name} t"))


async def test_a_file_is_sealed_listed_opened_and_given_back(
    working: Web, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = await working.as_("Q-p-fp")
    content = f"%PDF {CANARY} was there".encode()
    sent = await complete(browser, {"file:minutes": (f"{CANARY}.pdf", content)})
    assert sent.status_code == 303, sent.text
    page = (await browser.get(TASK)).text
    assert 'href="/evidence/o-1/hold.1/1"' in page and "sealed in the vault" in page and CANARY not in page
    assert CANARY not in (await browser.get(PROOF)).text
    opened = await posted(browser, "open")
    assert opened.status_code == 200 and f"{CANARY}.pdf" in opened.text  # the control: here it may stand
    assert hashlib.sha256(content).hexdigest() in opened.text and "is the same" in opened.text
    file = await posted(browser, "file")
    assert file.content == content
    assert file.headers["content-disposition"] == 'attachment; filename="minutes-1.pdf"'
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-security-policy"].startswith("sandbox")
    assert file.headers["cache-control"] == "no-store" and CANARY not in str(file.headers)
    rows = everything(working)
    assert CANARY not in rows and CANARY.encode().hex() not in rows
    assert hashlib.sha256(content).hexdigest() not in rows, (
        "whoever has the file must not find the case by it"
    )
    said = capfd.readouterr()
    assert CANARY not in said.out + said.err


async def test_twenty_megabytes_go_in_parts_ahead_of_their_command_and_come_back(working: Web) -> None:
    content = os.urandom(20 * 1024 * 1024)
    here = working.house.here
    browser = await working.as_("Q-p-fp")
    sent = await complete(browser, {"file:minutes": ("a.bin", content)})
    assert sent.status_code == 303, sent.text
    assert (await posted(browser, "file")).content == content
    [[count, largest]] = admin(working, "SELECT count(*), max(octet_length(ciphertext)) FROM vault.part")
    assert count == -(-len(content) // parts.SIZE) and largest < parts.SIZE + 1024
    # What waits at the desk with the command is the manifest, whatever the size.
    state = await here.desk.obligation("o-1")
    for size, stays in ((BESIDE, True), (BESIDE + 1, False)):
        proof = Proof.of("minutes", bytes(size))
        made = await sealed_proofs(here, "mission:Q", "Q", uuid4(), [proof], "limite")
        travels = sum(len(one) for s in made.sealed for column in s.parameters for one in column if isinstance(one, bytes))  # fmt: skip
        assert (travels > size) is stays, (size, travels)
    assert await key_for(here, state) == "mission:Q"


async def test_what_was_stored_ahead_for_nothing_is_swept_after_a_day_and_nothing_else(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    big = {"file:minutes": ("a.bin", bytes(BESIDE + 1))}
    refused = await complete(browser, big, lines=())
    assert refused.status_code == 422 and "checklist-open" in refused.text
    assert "Choose the files again" in refused.text
    assert (await complete(browser, big)).status_code == 303
    assert admin(working, "SELECT count(DISTINCT manifest) FROM vault.part") == [(2,)]
    assert admin(working, "SELECT vault.part_sweep()") == [(0,)]  # the control: too early
    admin(working, "UPDATE vault.part_waiting SET since = since - interval '25 hours'")
    assert admin(working, "SELECT vault.part_sweep()") == [(1,)]
    assert admin(working, "SELECT count(*) FROM vault.part_waiting") == [(0,)]
    assert (await posted(browser, "file")).content == bytes(BESIDE + 1)


async def test_a_second_file_under_the_same_form_is_refused_and_a_double_click_is_one(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    action = f"{TASK}/complete"
    form = fields((await browser.get(TASK)).text, action) | {"line": "risk_list", "marking": "limite"}
    for content in (b"small", bytes(BESIDE + 7)):
        first = await browser.post(action, data=form, files={"file:minutes": ("a", content)})
        if content == b"small":
            assert first.status_code == 303
            again = await browser.post(action, data=form, files={"file:minutes": ("a", content)})
            assert again.headers["location"] == first.headers["location"]
        else:
            assert first.status_code in (409, 422)
    assert (await posted(browser, "file")).content == b"small"


async def test_a_mail_is_sealed_without_its_way_and_both_hashes_are_told(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    raw = letter().as_bytes()
    sent = await complete(browser, {"file:minutes": ("Canary.EML", raw)})
    assert sent.status_code == 303, sent.text
    opened = (await posted(browser, "open")).text
    file = await posted(browser, "file")
    assert file.headers["content-disposition"] == 'attachment; filename="minutes-1.eml"'
    assert b"canary" not in file.content.lower()
    assert message_from_bytes(file.content)["Subject"] == message_from_bytes(raw)["Subject"]
    assert hashlib.sha256(raw).hexdigest() in opened and hashlib.sha256(file.content).hexdigest() in opened
    assert "x-originating-ip" in opened and "192.0.2.7" not in opened
    [event] = [
        e.event for e in await working.house.here.log.read(0, 100) if e.event["type"] == "TaskCompleted"
    ]
    keyed = working.house.here.vault.blind("mission:Q", "evidence", hashlib.sha256(raw).hexdigest())
    assert event["data"]["evidence"][0]["digest"] == keyed


BAD = {
    "empty": ({"file:minutes": ("a.pdf", b"")}, {}, "This file is empty."),
    "too large": ({"file:minutes": ("a.pdf", bytes(20 * 1024 * 1024 + 1))}, {}, "A file has at most 20 MB"),
    "no mail": ({"file:minutes": ("a.eml", b"nothing of the kind")}, {}, "cannot be read as a mail"),
    "no mail of Outlook's": ({"file:minutes": ("a.msg", b"nothing")}, {}, "cannot be read as a mail"),
    "marked higher": ({"file:minutes": ("a", b"x")}, {"marking": "higher"}, "higher than sensitive is not kept here"),
    "a marking that is none": ({"file:minutes": ("a", b"x")}, {"marking": "cosmic"}, "Choose one of the list."),
    "a kind that is none": ({"file:secret": ("a", b"x")}, {}, "Choose one of the list."),
    "another kind unnamed": ({"file:other": ("a", b"x")}, {}, "This is needed."),
    "a number without its kind": ({}, {"held_number": "R-1"}, "This is needed."),
    "a number without end": ({}, {"held_number": "R" * 300, "held_kind": "minutes"}, "one line of at most 200 signs"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_taken_is_refused_at_its_field_and_nothing_is_kept(
    working: Web, name: str
) -> None:
    files, typed, sentence = BAD[name]
    more: Any = typed
    browser = await working.as_("Q-p-fp")
    head = await working.house.here.log.head()
    refused = await complete(browser, files, note="Kept as typed", **more)
    assert refused.status_code == 422, refused.text[:300]
    assert sentence in refused.text and "Kept as typed" in refused.text and 'class="error"' in refused.text
    assert await working.house.here.log.head() == head
    assert admin(working, "SELECT count(*) FROM vault.part") == [(0,)]


async def test_what_is_held_elsewhere_is_known_by_its_number_only(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    sent = await complete(
        browser, {}, held_kind="minutes", held_number=f"REG/{CANARY}/12", marking="higher"
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    page = (await browser.get(TASK)).text
    assert "held elsewhere" in page and CANARY not in page
    assert f"REG/{CANARY}/12" in (await posted(browser, "open")).text
    assert "content-disposition" not in (await posted(browser, "file")).headers
    [event] = [
        e.event for e in await working.house.here.log.read(0, 100) if e.event["type"] == "TaskCompleted"
    ]
    [row] = event["data"]["evidence"]
    assert (row["bytes"], row["marking"]) == (0, "sensitive") and CANARY not in everything(working)


async def test_a_flipped_bit_and_a_left_out_part_are_found(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    content = bytes(2 * parts.SIZE + 5)
    await complete(browser, {"file:minutes": ("a.bin", content)})
    assert (await posted(browser, "file")).content == content  # the control
    flip = "UPDATE vault.part SET ciphertext = set_byte(ciphertext, 9, get_byte(ciphertext, 9) # 1)"
    one = "WHERE reference = (SELECT min(reference::text)::uuid FROM vault.part)"
    admin(working, f"{flip} {one}")
    for what in ("open", "file"):
        bad = await posted(browser, what)
        assert bad.status_code == 422 and "vault.not_genuine" in bad.text
    admin(working, f"{flip} {one}")
    assert (await posted(browser, "file")).content == content
    admin(working, f"DELETE FROM vault.part {one}")
    assert "vault.not_found" in (await posted(browser, "file")).text


async def test_a_proof_that_is_not_the_logs_is_not_given_out(working: Web) -> None:
    """Somebody with the keys puts another file, well sealed, in the place of the first: the log's digest tells."""
    browser = await working.as_("Q-p-fp")
    await complete(browser, {"file:minutes": ("a.txt", b"the first")})
    here = working.house.here
    events = [as_event(e) for e in await here.log.read_stream(obligation_stream("o-1"))]
    given = proofs.given(events, "hold.1")
    assert given is not None
    place = place_of(here.vault, "mission:Q", "Q", given[0].command, 1)
    admin(working, "DELETE FROM vault.part")
    admin(working, f"DELETE FROM vault.sealed WHERE reference = '{place.manifest}'")
    forged = await sealed_proofs(
        here, "mission:Q", "Q", UUID(given[0].command), [Proof.of("minutes", b"another")], "limite"
    )
    async with here.pool.connection() as connection:
        for put in forged.sealed:
            await connection.execute(put.sql.encode(), put.parameters)
    bad = await posted(browser, "file")
    assert bad.status_code == 422 and "vault.commitment" in bad.text


async def test_evidence_of_the_missions_work_is_open_to_whoever_is_in_post_there(working: Web) -> None:
    await complete(await working.as_("Q-p-fp"), {"file:minutes": ("a.txt", b"who met")})
    colleague = await working.as_("Q-p-pol")
    assert (await posted(colleague, "file")).content == b"who met"
    without = await colleague.post(f"{PROOF}/file", data={"csrf": "none"})
    assert without.status_code == 403
    assert (await colleague.get(f"{PROOF}/file")).status_code in (404, 405)
    for wrong in ("/evidence/o-1/hold.1/2", "/evidence/o-1/hold.1/0", "/evidence/o-1/hold.9/1", "/evidence/o-9/hold.1/1",
                  "/evidence/o-1/hold.1/x", "/evidence/%00/hold.1/1", "/evidence/o-1/%00/1", f"/evidence/o-1/hold.1/{10**30}"):  # fmt: skip
        assert (await colleague.get(wrong)).status_code == 404, wrong
    async with working.nobody() as nobody:
        assert (await nobody.get(PROOF)).status_code == 303


# ── what serves a case ───────────────────────────────────────────────────────────────────────────────────────────────


async def headquarters(web: Web) -> None:
    """Headquarters with an auditor."""
    here = web.house.here
    adopted = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    await here.desk.submit(adopted, OPERATOR)
    line = c.PostLine(
        post="HQ-AUDIT", role="auditor", share_percent=20, local_agent=False, posting="p-audit",
        from_day="2024-01-01", until=None,
    )  # fmt: skip
    here.keys.create_mission("HQ")
    from chancery.directory import Entry

    await here.desk.submit(
        c.RecordPosts(command_id=cid("hq"), mission="HQ", lines=(line,)),
        OPERATOR,
        [here.directory.statement([Entry("p-audit", "HQ", "HQ-1")])],
    )


async def received(web: Web) -> tuple[str, str]:
    """A case received, and its first task ended with a letter as evidence: (case, the proof's address)."""
    here = web.house.here
    case, obligation = await intake.receive(here, FOCAL, "Q", urgent=False, record={"words": CANARY})
    state = await here.desk.obligation(obligation)
    if not state.tasks:
        step = state.definition["step"][0]["code"]
        await here.desk.submit(
            c.OpenTask(command_id=cid("first"), mission="Q", obligation=obligation, step=step),
            Actor("engine", "workflow"),
        )
        state = await here.desk.obligation(obligation)
    task = next(iter(state.tasks.values()))
    step = state.step(task.step) or {}
    browser = await web.as_(f"Q-{task.posting}")
    sent = await complete(
        browser, {"file:other": (f"{CANARY}.txt", CANARY.encode())}, f"/tasks/{obligation}/{task.id}",
        tuple(line["code"] for line in step["checklist"]), other_kind="letter",
        **{f"result:{name}": step["results"][name][0] for name in step.get("asks", ())},
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    return case, f"/evidence/{obligation}/{task.id}/1"


async def test_a_cases_proof_is_read_on_a_ground_and_recorded_first(
    staffed: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = staffed.house.here
    await headquarters(staffed)
    case, proof = await received(staffed)

    async def who() -> list[tuple[str, str, str | None]]:
        return [(r.reader, r.basis, r.reason) for r in await readings(here, HEAD, case)]

    lead, political = await staffed.as_("Q-p-dep"), await staffed.as_("Q-p-pol")
    auditor = await staffed.as_("HQ-1")
    assert "is recorded before it is opened" in (await lead.get(proof)).text
    assert await who() == [], "looking at the list opens nothing"
    assert (await posted(lead, "file", proof)).content == CANARY.encode()
    assert await who() == [("p-dep", "lead", None)]
    refused = await posted(political, "file", proof)
    assert refused.status_code == 422 and "case-not-yours" in refused.text
    without = await posted(auditor, "open", proof)
    assert without.status_code == 422 and "reason-to-read" in without.text
    assert len(await who()) == 1
    assert CANARY in (await posted(auditor, "open", proof, reason="audit")).text
    assert (await who())[1:] == [("p-audit", "break_glass", "audit")]

    async def away(*_: object) -> None:
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr("chancery.readings.book._rows", away)
    unwritten = await posted(lead, "file", proof)
    assert unwritten.status_code == 503 and CANARY not in unwritten.text, "what is not recorded is not opened"


async def test_a_locked_vault_and_a_destroyed_case_say_so(staffed: Web) -> None:
    here = staffed.house.here
    case, proof = await received(staffed)
    lead = await staffed.as_("Q-p-dep")
    task = proof.replace("/evidence/", "/tasks/").rpartition("/")[0]
    assert "sealed in the vault" in (await lead.get(task)).text
    here.keys.lock("Q")
    assert "the vault is locked" in (await lead.get(proof)).text
    here.keys.unlock("Q")
    asked = await shred.propose(here, FOCAL, case, "on_request")
    await shred.answer(here, HEAD, "Q", asked, approved=True)
    page = await lead.get(proof)
    assert "destroyed with its case" in page.text and "Open and check" not in page.text
    bad = await lead.post(f"{proof}/file", data=fields((await lead.get(task)).text, "/sign-out"))
    assert bad.status_code == 422 and "vault.shredded" in bad.text


async def test_the_pages_of_evidence_look_and_read_well(working: Web) -> None:
    async with browsing() as browser:
        window = await signed_in(browser, working, "Q-p-fp", viewport=NARROW)
        page = await window.new_page()
        await page.goto(TASK)
        await page.get_by_text("More: other evidence").press("Enter")
        await page.get_by_label("Registry number").fill("R" * 30)
        await shot(page, "evidence-form")
        await sound(page, "the form of evidence")
        await window.close()
        await complete(await working.as_("Q-p-fp"), {"file:minutes": ("a.eml", letter().as_bytes())})
        await looked(browser, working, "Q-p-fp", [TASK, PROOF])
        window = await signed_in(browser, working, "Q-p-fp", java_script_enabled=False)
        page = await window.new_page()
        await page.goto(PROOF)
        await page.get_by_role("button", name="Open and check").press("Enter")
        assert "Opened and checked" in await page.content()
        await shot(page, "evidence-opened")
        async with page.expect_download() as coming:
            await page.get_by_role("button", name="Download as minutes-1.eml").press("Enter")
        assert (await coming.value).suggested_filename == "minutes-1.eml"
        await window.close()
