"""Reports by the command line: every form, the signed checkpoint with it, and the file made again."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from chancery.desk import Desk
from chancery.log.checkpoints import Checkpoint
from chancery.log.notes import Note, SigningKey
from chancery.log.tree import LogTree
from chancery.reports.paper.attached import attachments
from chancery.reports.schemas import names
from tests.cli.conftest import TASK, Cli

STAFF = ("report", "staff", "Q-103", "--from", "2026-05-01", "--to", "2026-05-31")
FORMS = ("pdf", "html", "xlsx", "csv", "json")


async def test_every_form_is_written_and_made_again(stated: Desk, cli: Cli, tmp_path: Path) -> None:
    files = {form: tmp_path / f"report.{form}" for form in FORMS}
    for form, file in files.items():
        made = await cli(*STAFF, "--form", form, "--out", str(file), "--language", "fr")
        assert made.code == 0 and made.out == "", made.err
        assert "Écrit" in made.err and stat.S_IMODE(file.stat().st_mode) == 0o600
    await cli("task", "accept", TASK, "--as", "Q-103")
    for form, file in files.items():
        again = await cli("report", "reproduce", str(file), "--json")
        assert again.code == 0, again.out + again.err
        assert (again.json["same"], again.json["form"], again.json["differs"]) == (True, form, [])
    said = await cli("report", "reproduce", str(files["pdf"]), "--language", "fr")
    assert "Le même, à l'octet près" in said.out
    text = (await cli(*STAFF, "--language", "fr")).out
    assert text.startswith("Rapport individuel") and "report.json" not in text


async def test_a_changed_file_is_a_finding(stated: Desk, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    await cli(*STAFF, "--form", "json", "--out", str(file))
    data = json.loads(file.read_text())
    data["figures"]["late"] = {"count": 1, "items": []}
    file.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    found = await cli("report", "reproduce", str(file))
    assert found.code == 1 and "data/figures/late" in found.out and "differs" in found.out
    data["log"]["origin"] = "chancery/elsewhere"
    file.write_text(json.dumps(data))
    other = await cli("report", "reproduce", str(file))
    assert other.code == 2 and other.err.count("\n") == 1 and "[report.other-log]" in other.err
    file.write_text("no report")
    assert (await cli("report", "reproduce", str(file))).err.endswith("[report.file]\n")
    assert (await cli("report", "reproduce", str(tmp_path / "absent"))).code == 3


async def test_what_is_asked_wrongly_is_said(stated: Desk, cli: Cli, tmp_path: Path) -> None:
    odd = await cli(*STAFF, "--form", "odt")
    assert odd.code == 2 and "odt is no form" in odd.err
    no_file = await cli(*STAFF, "--form", "pdf")
    assert no_file.code == 2 and "--out" in no_file.err
    nowhere = await cli(*STAFF, "--out", str(tmp_path / "absent" / "x"))
    assert nowhere.code == 3 and "cannot be written" in nowhere.err
    assert (await cli(*STAFF, "--signed", "--as-of", "2026-05-05T00:00:00Z")).code == 2
    assert (await cli("report", "audit", "2026-1", "--by", "colour")).code == 2
    assert (await cli("report", "audit", "May")).code == 2


async def test_the_signed_checkpoint_goes_with_it(
    stated: Desk, cli: Cli, environment: Path, tmp_path: Path
) -> None:
    file = tmp_path / "report.pdf"
    ask = (*STAFF, "--signed", "--form", "pdf", "--out", str(file))
    none = await cli(*ask)
    assert none.code == 3 and "[report.no-checkpoint]" in none.err
    origin, _ = await stated.log.origin()
    size = await stated.log.head()
    key = SigningKey.of(origin, bytes(32))
    folder = environment / "data" / "checkpoints" / "log"
    folder.mkdir(parents=True)
    (folder / "vkey").write_text(f"{key.verifier}\n")

    def sign(root: bytes) -> str:
        text = Checkpoint(origin, size, root).text()
        note = str(Note(text, (key.sign(text),)))
        (folder / "checkpoint").write_text(note)
        return note

    note = sign(await LogTree(stated.log).root(size))
    await cli("task", "accept", TASK, "--as", "Q-103")
    made = await cli(*ask)
    assert made.code == 0, made.err
    inside = attachments(file.read_bytes())
    assert inside["checkpoint.txt"].decode() == note
    assert json.loads(inside["report.json"])["log"]["size"] == size, "as known at the checkpoint, not later"
    again = await cli("report", "reproduce", str(file))
    assert again.code == 0 and "The signed checkpoint in it is of this log" in again.out
    (folder / "vkey").unlink()
    unknown = await cli("report", "reproduce", str(file))
    assert unknown.code == 1 and "no key that is known here" in unknown.out
    (folder / "vkey").write_text(f"{key.verifier}\n")
    sign(bytes(32))
    forked = await cli(*ask)
    assert forked.code == 1 and "[report.checkpoint-root]" in forked.err
    (folder / "checkpoint").write_text(note.replace(f"\n{size}\n", f"\n{size - 1}\n"))
    assert (await cli(*ask)).err.endswith("[report.checkpoint]\n")
    assert (await cli(*ask, "--as-of", "3")).code == 3, "no checkpoint of just that size"


async def test_the_other_reports_take_the_same_forms(stated: Desk, cli: Cli, tmp_path: Path) -> None:
    period = ("--from", "2026-05-01", "--to", "2026-05-31")
    asked = (
        ("structural", "Q", *period),
        ("structural", "--from", "2026-01-01", "--to", "2026-06-30"),
        ("audit", "2026-1"),
        ("audit", "2026-1", "--by", "definition", "--only", "Q"),
    )
    for ask, form in zip(asked, ("pdf", "xlsx", "csv", "html"), strict=True):
        file = tmp_path / f"x.{form}"
        made = await cli("report", *ask, "--form", form, "--out", str(file))
        assert made.code == 0, made.err
        again = await cli("report", "reproduce", str(file))
        assert again.code == 0, again.out + again.err
    text = (await cli("report", *asked[0], "--language", "fr")).out
    assert text.startswith("Rapport de structure") and max(map(len, text.splitlines())) <= 100


async def test_the_schemas_are_published(cli: Cli) -> None:
    assert (await cli("report", "schema", "--json")).json["schemas"] == names() != []
    for name in names():
        shown = await cli("report", "schema", name)
        assert shown.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert name in shown.out
    wrong = await cli("report", "schema", "chancery.sla/1")
    assert wrong.code == 2 and "is no schema of a report" in wrong.err
