"""What `chancery log verify` checks, put together: the log, what is known of it elsewhere, and what reports read beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from psycopg import DataError

from chancery.log import alarms, auditing
from chancery.log.auditing import LeafFile, State, StateRefused
from chancery.log.evidence import Evidence, gather, policy_of
from chancery.log.faces import two_faced
from chancery.log.findings import Finding, Findings, Notice
from chancery.log.policy import Policy
from chancery.log.store import EventLog, LogDamaged
from chancery.log.verify import Progress, verify
from chancery.views import rebuild

LEAVES: Final = ".leaves"
"""What the file of leaf hashes is called beside an auditor's state file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody who verifies has in hand.

    `folder`: the signer's, if there is one here. `notes`: checkpoints kept elsewhere, a name to call each by and its text.
    `state`: the auditor's file, gone on from unless `full`. `keys`, `witnesses`: vkeys known from elsewhere; without any the
    `policy` says whom to believe. `views`: compare those too; it takes a reading of the whole log, so not when going on from a
    state.
    """

    folder: Path | None = None
    notes: Sequence[tuple[str, str]] = ()
    state: Path | None = None
    full: bool = False
    keys: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    policy: Path | None = None
    views: bool = True


async def verified(
    log: EventLog, wanted: Wanted, now: datetime, progress: Progress | None = None
) -> Findings:
    """Verify, and if nothing is wrong move the auditor's file on to where the log is now.

    Raises NoteRefused (a key that is none), PolicyRefused, StateRefused (`state.unreadable`, `state.other-log`), OSError,
    psycopg.OperationalError.
    """
    origin, _ = await log.origin()
    before = None if wanted.state is None else auditing.load(wanted.state)
    if before is not None and before.origin != origin:
        raise StateRefused("state.other-log", origin=before.origin, ours=origin)
    since = None if wanted.full else before
    evidence, beside = _evidence(origin, wanted, since)
    leaves = None
    if wanted.state is not None:
        leaves = LeafFile(wanted.state.with_name(wanted.state.name + LEAVES), before.size if before else 0)
        leaves.check()
        if before is not None and since is None:
            evidence.statements.append(before.statement())
            evidence.leaves.append(leaves)
    now_us = int(now.timestamp() * 1_000_000)
    keep = leaves.append if leaves else None
    try:
        findings = await verify(log, progress, evidence=evidence, since=since, keep=keep, now_us=now_us)
    finally:
        if leaves is not None:
            leaves.close()
    if beside:
        findings.notices.append(Notice("key-beside"))
    findings.found += await two_faced(log)
    if wanted.views and since is None:
        findings.found += await views_differ(log)
    else:
        findings.notices.append(Notice("views-not-compared"))
    if wanted.state is not None and findings.reached is not None and findings.ok:
        auditing.save(wanted.state, findings.reached)
    return findings


def _evidence(origin: str, wanted: Wanted, since: State | None) -> tuple[Evidence, bool]:
    """The evidence, and whether the log's key is only the one that lies beside the checkpoints."""
    folder = wanted.folder if wanted.folder is not None and wanted.folder.is_dir() else None
    policy, beside = _policy(wanted, folder)
    made = gather(origin, policy, kept=folder, given=wanted.notes, after=since.size if since else 0)
    if folder is not None:
        made.found += _alarm(folder)
    return made, beside


def _policy(wanted: Wanted, folder: Path | None) -> tuple[Policy, bool]:
    if wanted.keys or wanted.witnesses:
        return policy_of(wanted.keys, wanted.witnesses), False
    if wanted.policy is not None and wanted.policy.is_file():
        return Policy.parse(wanted.policy.read_text(encoding="utf-8")), False
    try:
        lines = [] if folder is None else (folder / "vkey").read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        lines = []
    return policy_of(lines, ()), bool(lines)


def _alarm(folder: Path) -> Iterable[Finding]:
    """The signer has stopped, and says why."""
    alarm = alarms.standing(folder)
    if alarm is not None:
        yield Finding(alarm.why.position or 0, "signer.alarm", {"problem": alarm.why.code})


async def views_differ(log: EventLog, progress: Progress | None = None) -> list[Finding]:
    """Where the views, which reports read, are not what the log says. Raises psycopg.OperationalError.

    A log that cannot be folded (its own findings say why) is one finding.
    """
    try:
        wrong = await rebuild.check(log, progress)
    except rebuild.Unfoldable as problem:
        # Where the telling stumbles is not where it was falsified: that is for the log's own findings.
        return [Finding(0, "view.unreadable", {"what": f"{problem.type} ({problem.position})"})]
    except (LogDamaged, DataError, ValueError, KeyError, TypeError) as problem:
        return [Finding(0, "view.unreadable", {"what": getattr(problem, "code", type(problem).__name__)})]
    return [Finding(0, "view.differs", {"what": text.removeprefix("view ")}) for text in wrong]
