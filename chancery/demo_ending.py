"""How the demonstration ends: what a reader takes home, and that somebody else can check it without this program.

A signed review, headquarters' audit and a structural report as files; the signed checkpoint that covers the log, verified; an
export that the stand-alone verifier follows from the review's figures to the entries of the log. All by commands that anybody types.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from chancery import queries, trust
from chancery.clock import SystemClock
from chancery.embedded.beside import environment_of
from chancery.installation import opened
from chancery.log.checkpoints import Kept
from chancery.log.tree import LogTree
from chancery.settings import Settings

Say = Callable[..., None]
PATIENCE: Final = 20.0
"""Seconds that signer and witness, just started, have to sign."""
PAPERS: Final = "papers"
READER: Final = "H-302"
"""The second person of the review, who is in post still."""
VERIFIER: Final = Path(__file__).resolve().parent / "data" / "verify.py"
FOLLOWED: Final = "late"

WORDS: Final[dict[str, tuple[str, str]]] = {
    "papers": (
        "what a reader takes home, in {folder}; each says that it is a rehearsal",
        "ce qu'un lecteur emporte, dans {folder} ; chaque document dit qu'il s'agit d'une répétition",
    ),
    "checkpoint": (
        "Verified: the log of {size} events has the root {root} that {signers} signed and {witnesses} cosigned.",
        "Vérifié : le journal de {size} événements a la racine {root} que {signers} a signée et {witnesses} cosignée.",
    ),
    "verified": (
        "The stand-alone verifier, without this program and without the log, on review.pdf: {finding}",
        "Le vérificateur autonome, sans ce programme et sans le journal, sur review.pdf : {finding}",
    ),
    "follow": (
        "Follow one of its figures to the events behind it:",
        "Suivez l'un de ses chiffres jusqu'aux événements :",
    ),
    "see": (
        "Then look at {address}/reviews/{review} as H-302, {address}/audit as H-303, {address}/headquarters as H-302.",
        "Voyez ensuite {address}/reviews/{review} en tant que H-302, {address}/audit en tant que H-303, {address}/headquarters en tant que H-302.",
    ),
    "unsigned": (
        "Nobody signed the log within {seconds} seconds.",
        "Personne n'a signé le journal en {seconds} secondes.",
    ),
    "not_verified": (
        "The checkpoint of size {size} is not to be believed: {why}.",
        "Le point de contrôle de taille {size} n'est pas digne de foi : {why}.",
    ),
    "failed": ("This command failed: {command}", "Cette commande a échoué : {command}"),
}


class EndingFailed(Exception):
    """Something at the end did not come out: a code, the key of its words, and their parameters."""

    def __init__(self, code: str, words: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        self.params = params


async def signed_review(settings: Settings) -> str:
    """The code of the review that the history holds, signed. Raises EndingFailed if there is none."""
    async with opened(settings, SystemClock()) as here:
        found = await queries.dossiers(here.log, "review", status="signed")
    if not found:
        raise EndingFailed("demo.review", "failed", command="review sign")
    return str(found[0]["code"])


async def end(settings: Settings, review: str, language: str, say: Say) -> None:
    """Make the papers, verify the checkpoint and the export. Raises EndingFailed."""
    folder = settings.data_dir / PAPERS
    folder.mkdir(exist_ok=True)
    await verified_checkpoint(settings, None)
    say("papers", folder=folder)
    pdf = folder / "review.pdf"
    await _typed(
        settings,
        language,
        ("report", "review", review, "--signed", "--form", "pdf", "--out", str(pdf), "--as", READER),
        ("report", "audit", "2026-1", "--signed", "--form", "html", "--out", str(folder / "audit.html")),
        ("report", "structural", "Q", "--from", "2026-01-01", "--to", "2026-06-30", "--signed", "--form", "pdf",
         "--out", str(folder / "structural.pdf")),
    )  # fmt: skip
    export = folder / "proof"
    await _typed(
        settings, language, ("log", "export", "--report", str(pdf), "--out", str(export), "--as", READER)
    )
    say("checkpoint", **await verified_checkpoint(settings, await _head(settings)))
    checking = [str(VERIFIER), str(export), *_keys(settings), "--report", str(pdf)]
    say("verified", finding=await _finding(checking))
    say("follow")
    shown = [part if part == part.strip() and "+" not in part else f"'{part}'" for part in checking]
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"    python3 {' '.join(shown)} --follow {FOLLOWED}", markup=False
    )


async def _head(settings: Settings) -> int:
    async with opened(settings, SystemClock()) as here:
        return await here.log.head()


async def verified_checkpoint(settings: Settings, size: int | None) -> dict[str, object]:
    """The first checkpoint that covers so many events (one, if None): its signatures, and its root against the log's own.

    Raises EndingFailed.
    """
    kept = Kept(settings.checkpoints / "log")
    waited = 0.0
    while (found := kept.at_least(size or 1)) is None:
        if waited >= PATIENCE:
            raise EndingFailed("demo.unsigned", "unsigned", seconds=int(PATIENCE))
        await asyncio.sleep(0.1)
        waited += 0.1
    checkpoint, policy = found.checkpoint, trust.policy_of(settings)
    if policy is None or not policy.witnessed(found):
        raise EndingFailed("demo.checkpoint", "not_verified", size=checkpoint.size, why="witness")
    signers = found.signed_by(policy.logs_of(checkpoint.origin))
    if not signers:
        raise EndingFailed("demo.checkpoint", "not_verified", size=checkpoint.size, why="signature")
    async with opened(settings, SystemClock()) as here:
        if await LogTree(here.log).root(checkpoint.size) != checkpoint.root:
            raise EndingFailed("demo.checkpoint", "not_verified", size=checkpoint.size, why="root")
    return {
        "size": checkpoint.size,
        "root": f"{checkpoint.root.hex()[:16]}…",
        "signers": ", ".join(key.name for key in signers),
        "witnesses": ", ".join(found.witnessed(policy.cosigners)),
    }


def _keys(settings: Settings) -> list[str]:
    """The public keys, as whoever verifies was given them: of the log, and of its witness."""
    policy = trust.policy_of(settings)
    assert policy is not None
    logs = [key for key in policy.logs if not key.name.endswith("/readings")]
    return [
        *(part for key in logs for part in ("--key", str(key))),
        *(part for key in policy.cosigners for part in ("--witness", str(key))),
    ]


async def _finding(checking: Sequence[str]) -> str:
    """What the verifier says of the report, in its own words. Raises EndingFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", *checking, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await process.communicate())[0].decode()
    lines = [line for line in said.splitlines() if line.startswith("OK     report: ")]
    if process.returncode or not lines:
        sys.stderr.write(said)
        raise EndingFailed("demo.verify", "failed", command=" ".join(checking))
    return lines[0].removeprefix("OK     report: ")


async def _typed(settings: Settings, language: str, *commands: Sequence[str]) -> None:
    """Type commands, at once for they do not wait for each other, and let their words be seen in order. Raises EndingFailed."""
    environment = {**environment_of(settings), "CHANCERY_LANGUAGE": language}
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chancery.cli.main", *command, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )
        for command in commands
    ]  # fmt: skip
    said = await asyncio.gather(*(process.communicate() for process in processes))
    out = Console(stderr=True, highlight=False, soft_wrap=True)
    for command, process, (text, _) in zip(commands, processes, said, strict=True):
        out.print(f"[bold]$ chancery {' '.join(command)}[/bold]")
        out.print(text.decode().rstrip(), markup=False)
        if process.returncode:
            raise EndingFailed("demo.command", "failed", command=" ".join(command))
