"""What reckons for long in a process of its own, so that no page waits for it: `python -m chancery.apart`.

What is asked comes as one line of JSON on standard input, settings and all: nothing of it shows in the list of processes.
Lines of JSON come back: how far it is, and at last what came of it, in codes and numbers. It ends with whoever asked: at its next line at the latest.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

if TYPE_CHECKING:
    from chancery.settings import Settings

Tell = Callable[[int, int], None]
OFTEN: Final = 0.5
"""Seconds between two lines that say how far it is, at least."""
MOST_NAMED: Final = 20
"""So many findings are named; the rest are counted."""
OVERDUE: Final = frozenset({"checkpoint.unsigned", "checkpoint.unwitnessed"})
"""Findings that say that nobody has signed for long: nothing is wrong with the log by that."""
MOST_BYTES: Final = 128 * 1024 * 1024
"""Of one line: a report over every mission of a long log names each entry behind its figures."""
PROGRAMMES: Final = Path(__file__).parents[1] / "rehearsals"


class ApartFailed(Exception):
    """The other process could not do it. `code` is that of what kept it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def programmes() -> list[str]:
    """The names of the rehearsals that come with the program; none where it was installed without them."""
    return sorted(path.stem for path in PROGRAMMES.glob("*.toml"))


# ── the side that asks ───────────────────────────────────────────────────────────────────────────────────────────


async def run(settings: Settings, what: str, tell: Tell, **given: str) -> dict[str, Any]:
    """Have it done; `what` is a key of WORK. The other process ends when this is cancelled. Raises ApartFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MOST_BYTES,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        asked = {"what": what, "settings": _plain(settings), "given": given}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        await process.stdin.drain()
        async for line in process.stdout:
            said = json.loads(line)
            if "failed" in said:
                raise ApartFailed(str(said["failed"]))
            if "result" in said:
                found: dict[str, Any] = said["result"]
                return found
            tell(int(said["done"]), int(said["total"]))
        raise ApartFailed("ended-with-process")
    finally:
        # With all that it started: a rehearsal's Temporal would live on, hold the output open, and be waited for without end.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _plain(settings: Settings) -> dict[str, Any]:
    """Settings as JSON, secrets too."""
    found = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        found[name] = str(value) if isinstance(value, Path) else value
    return found


# ── the side that works ──────────────────────────────────────────────────────────────────────────────────────────


async def _verify(settings: Settings, tell: Tell) -> dict[str, Any]:
    from chancery.reports.signed import FOLDER
    from chancery.verifying import Wanted, verified

    # The views have a job of their own; what is signed beside the database is looked at here.
    wanted = Wanted(folder=settings.checkpoints / FOLDER, policy=settings.policy_file, views=False)
    async with _opened(settings) as here:
        findings = await verified(here.log, wanted, here.clock.now(), tell)
    wrong = [f for f in findings.found if f.code not in OVERDUE]
    named = [
        {"where": f.where, "exact": f.exact, "position": f.position, "code": f.code}
        for f in wrong[:MOST_NAMED]
    ]
    return {"ok": not wrong, "head": findings.head, "events": findings.events, "wrong": len(wrong), "findings": named,
            "signed": findings.signed, "witnessed": findings.witnessed,
            "overdue": sorted({f.code for f in findings.found} & OVERDUE)}  # fmt: skip


async def _check(settings: Settings, tell: Tell) -> dict[str, Any]:
    from chancery.views import rebuild

    async with _opened(settings) as here:
        wrong = await rebuild.check(here.log, tell)
        head = await here.log.head()
    views = [text.partition(":")[0].removeprefix("view ") for text in wrong]
    return {"ok": not wrong, "head": head, "views": views}


async def _rebuild(settings: Settings, tell: Tell) -> dict[str, Any]:
    from chancery.views import rebuild

    async with _opened(settings) as here:
        counts = await rebuild.rebuild(here.log, tell)
    mended = {name: number for name, number in sorted(counts.mended.items()) if number}
    return {"ok": True, "head": counts.position, "rows": sum(counts.rows.values()), "mended": mended}


async def _rehearse(settings: Settings, tell: Tell, programme: str = "", script: str = "") -> dict[str, Any]:
    from chancery.rehearse.play import Player, ends_of, starts_of
    from chancery.rehearse.script import Script, ScriptRefused, load
    from chancery.rehearse.stage import staged

    if script:
        played = Script.model_validate_json(script)
    elif programme in programmes():
        played = load(PROGRAMMES / f"{programme}.toml")
    else:
        raise ScriptRefused("no such rehearsal")
    days = (played.ends - played.starts).days

    def told(text: str) -> None:
        try:
            tell(max(0, (date.fromisoformat(text[:10]) - played.starts).days), days)
        except ValueError:
            return  # it tells of other things besides the day that it has reached

    starts, ends = starts_of(played), ends_of(played)
    async with staged(settings, starts, played.seed, told) as stage:
        ledger = await Player(played, PROGRAMMES, stage, told, ends).play()
    found = [
        {
            "mission": one["mission"], "definition": one["definition"], "period": one["period"],
            "outcome": one["outcome"], "opened": min((t["opened"] for t in one["tasks"]), default=None),
            "tasks": len(one["tasks"]),
        }
        for one in ledger.obligations
    ]  # fmt: skip
    months: dict[str, int] = {}
    for one in ledger.obligations:
        for task in one["tasks"]:
            months[task["opened"][:7]] = months.get(task["opened"][:7], 0) + 1
    return {"ok": ledger.as_scripted, "title": ledger.title, "obligations": found, "months": months,
            "refused": len(ledger.refusals)}  # fmt: skip


async def _report(settings: Settings, _tell: Tell, kind: str, request: str, position: str) -> dict[str, Any]:
    from chancery.reports.reproduce import remade

    async with _opened(settings) as here:
        return await remade(here.log, kind, json.loads(request), int(position))


WORK: Final[dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]]] = {
    "verify": _verify,
    "check": _check,
    "rebuild": _rebuild,
    "rehearsal": _rehearse,
    "report": _report,
}


def _opened(settings: Settings) -> Any:
    from chancery.clock import SystemClock
    from chancery.installation import opened

    return opened(settings, SystemClock(), connections=2)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Do what standard input asks for. Returns the exit code: 0, or 1 if it failed."""
    import structlog

    from chancery import logs
    from chancery.clock import use_pinned_zones
    from chancery.settings import Settings

    use_pinned_zones()
    asked = json.loads(sys.stdin.readline())
    settings = Settings(**asked["settings"])
    logs.configure(settings.log_format, settings.log_level)
    said_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= OFTEN:
            said_at = time.monotonic()
            _say(done=done, total=total)

    try:
        result = asyncio.run(WORK[asked["what"]](settings, tell, **asked["given"]))
    except BrokenPipeError:
        return 1  # nobody waits for it any more
    except Exception as problem:  # noqa: BLE001 - whatever it was: whoever asked is told by its code
        code = str(getattr(problem, "code", "fault"))
        structlog.get_logger(__name__).error(
            "apart_failed", error=type(problem).__name__, code=code, exc_info=problem
        )
        _say(failed=code)
        return 1
    _say(result=result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
