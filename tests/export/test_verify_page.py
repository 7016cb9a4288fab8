"""The steps of docs/verify.md, as they stand there: from a figure of a PDF to its events and their proof."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from chancery.desk import Desk
from chancery.log.notes import COSIGNATURE, SigningKey
from tests.cli.conftest import TASK, Cli
from tests.export.conftest import Sign
from tests.export.made import verify

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
BLOCKS = [
    block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]
WITNESS = SigningKey.of("witness.example/audit", b"w" * 32, COSIGNATURE)


class Reader:
    """Types what the page says, with the words in capitals filled in."""

    def __init__(self, cli: Cli, words: dict[str, str]) -> None:
        self.cli, self.words, self.typed = cli, words, list[str]()

    async def type(self, line: str) -> tuple[int, str]:
        self.typed.append(line)
        arguments = [self.words.get(word, word) for word in shlex.split(line)]
        if arguments[:2] == ["python", "verify.py"]:
            return verify(*arguments[2:])
        assert arguments[0] == "chancery"
        said = await self.cli(*arguments[1:])
        return said.code, said.out + said.err

    async def all(self, lines: Sequence[str]) -> list[str]:
        found = []
        for line in lines:
            code, said = await self.type(line)
            assert code == 0, f"{line}\n{said}"
            found.append(said)
        return found


async def test_the_steps(
    cli: Cli,
    sign: Sign,
    key: SigningKey,
    stated: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from chancery.log.checkpoints import Kept

    monkeypatch.chdir(tmp_path)
    kept = Kept(tmp_path / "data" / "checkpoints" / "log")
    older = await sign()
    first = kept.latest()
    assert first is not None
    (tmp_path / "older.txt").write_text(first.note_text, encoding="utf-8")
    receipt = (await cli("task", "accept", TASK, "--as", "Q-103")).err
    await sign()
    latest = kept.latest()
    assert latest is not None
    # The witness has cosigned by now, and the policy says who it is.
    cosigned = latest.note.with_signatures([WITNESS.sign(latest.note.text, 1_777_960_800)])
    (kept.folder / "checkpoint").write_text(str(cosigned), encoding="utf-8")
    policy = f"log {key.verifier}\nwitness audit {WITNESS.verifier}\nquorum audit\n"
    (tmp_path / "data" / "policy").write_text(policy, encoding="utf-8")

    position, leaf = receipt.split("position ")[1].rstrip(".\n").split(", receipt ")
    words = {
        "LOG_KEY": str(key.verifier),
        "WITNESS_KEY": str(WITNESS.verifier),
        "OLDER_SIZE": str(older),
        "POSITION": position,
        "LEAF": leaf,
    }
    reader = Reader(cli, words)
    making, checking, following, since, receipts, full = BLOCKS
    await reader.all(making)
    [said] = await reader.all(checking)
    assert "OK     report:" in said and said.count("OK     signature") == 2 and "WRONG  " not in said
    [said] = await reader.all(following)
    task = await stated.log.read_stream("obligation/o-1")
    [opened] = [one for one in task if one.event["type"] == "TaskOpened"]
    assert (
        "assigned 1: " in said and f"position {opened.position}: its bytes give its leaf: TaskOpened" in said
    )
    assert opened.event["data"]["deadline"]["due_at"] in said
    assert "the log only added to it" in (await reader.all(since))[1]
    assert f"Position {position} holds this leaf" in (await reader.all(receipts))[1]

    code, said = await reader.type(full[0])
    assert code == 0, said
    words["EXPORT"] = re.search(r"ex-[0-9a-f]{12}", said)[0]  # type: ignore[index]
    assert (await reader.type(full[1]))[0] == 0
    await sign()
    assert (await reader.type(full[2]))[0] == 0
    assert verify("full.zip", "--key", key.verifier)[0] == 0
    assert reader.typed == [line for block in BLOCKS for line in block]


async def test_a_report_that_was_touched_is_found(
    stated: Desk, cli: Cli, sign: Sign, key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.chdir(tmp_path)
    await sign()
    asked = ("report", "staff", "Q-103", "--from", "2026-05-01", "--to", "2026-05-31", "--form", "json")
    assert (await cli(*asked, "--out", "report.json")).code == 0
    assert (
        await cli("log", "export", "--report", "report.json", "--as", "Q-103", "--out", "proof")
    ).code == 0
    check = ("proof", "--key", key.verifier, "--report", "report.json", "--follow", "assigned")
    assert verify(*check)[0] == 0
    true = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))

    def told(**changed: object) -> str:
        (tmp_path / "report.json").write_text(json.dumps(true | changed, indent=2), encoding="utf-8")
        code, said = verify(*check)
        assert code == 1
        return said

    figures = true["figures"]
    fewer = figures | {"assigned": {"count": 7, "items": figures["assigned"]["items"]}}
    assert "not the length of its list" in told(figures=fewer)
    item = figures["assigned"]["items"][0] | {"positions": [1]}
    assert "a position is not among them" in told(
        figures=figures | {"assigned": {"count": 1, "items": [item]}}
    )
    proof = true["proof"]
    leaves = proof["leaves"] | {next(iter(proof["leaves"])): "00" * 32}
    assert "do not give the root" in told(proof=proof | {"leaves": leaves})
    assert "another" in told(log=true["log"] | {"origin": "chancery-elsewhere"})
    assert told(log=true["log"] | {"size": true["log"]["size"] - 1}).count("WRONG")
    assert "WRONG  figure: there is no" in verify(*check[:-1], "waved")[1]
    (tmp_path / "report.json").write_text(json.dumps(true), encoding="utf-8")
    assert verify(*check)[0] == 0  # the control
