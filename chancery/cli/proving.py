"""`signer`, `witness`, and of `log`: `checkpoint` and `proof`. Who signs the record, who watches, and what that proves."""

from __future__ import annotations

import asyncio
import base64
import signal
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli import acting
from chancery.cli.acting import settings
from chancery.cli.log import app as log_app
from chancery.cli.output import Table
from chancery.cli.shared import Fault, installed, noun, say, show, verb
from chancery.i18n import tr
from chancery.telling.moments import local

if TYPE_CHECKING:
    from chancery.log.checkpoints import Signed
    from chancery.settings import Settings

app: Final = noun("", "")


@verb(app, "signer", examples=("chancery signer", "chancery signer --resume"))
async def signer(
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Put away the alarm that stands, after somebody has looked into it."),
    ] = False,
) -> None:
    """Read the record's bytes again as it grows, and sign how long it is and what its root is, until Ctrl-C.

    It comes in as a role that may only read. It stops for good, with exit code 1, as soon as the record is not what it signed.
    """
    from chancery import logs, trust
    from chancery.installation import reader_url
    from chancery.log.signer import acknowledge
    from chancery.signing import serve

    chosen = settings()
    logs.configure(chosen.log_format, chosen.log_level)
    if resume:
        for name in trust.SIGNED:
            alarm = acknowledge(chosen.checkpoints / name)
            if alarm is not None:
                say("Put away: {alarm}", alarm=alarm.why.sentence(_language()))
    url = reader_url(chosen)
    if url is None:
        raise Fault("no-reader", "Set DATABASE_READER_URL: the signer comes in as a role that may only read.")
    await serve(
        url,
        chosen.checkpoints,
        chosen.signer_keys,
        trust.policy_of(chosen),
        acting.system_clock(),
        _told_to_stop(),
    )


@verb(
    app,
    "witness",
    examples=(
        "chancery witness",
        "chancery witness --status",
        "CHANCERY_WITNESS_HOST=0.0.0.0 chancery witness",
    ),
)
async def witness(
    status: Annotated[
        bool,
        typer.Option("--status", help="Say what it has seen, and leave. Exit code 1 if anything is wrong."),
    ] = False,
) -> None:
    """Sign a checkpoint only if its record added to what was seen before (C2SP tlog-witness), until Ctrl-C.

    For whoever is to notice a second history: headquarters' auditors, another ministry, an outsider. It needs a folder with its
    key and the public keys of the records it watches, and nothing else of Chancery.
    """
    from chancery import logs
    from chancery.witnessing import serving, witness_in

    chosen = settings()
    if status:
        _status(chosen)
        return
    logs.configure(chosen.log_format, chosen.log_level)
    stop = _told_to_stop()
    made = await asyncio.to_thread(witness_in, chosen.witness, acting.system_clock())
    async with serving(made, chosen.witness_host, chosen.witness_port) as address:
        show("witness-runs", {"address": address, "key": str(made.verifier)}, lambda: [address])
        await stop.wait()


def _status(chosen: Settings) -> None:
    from datetime import UTC, datetime

    from chancery.witnessing import status_of, witness_in

    data = status_of(witness_in(chosen.witness, acting.system_clock()))
    data.pop("schema")

    def page() -> list[str | Table]:
        rows = [
            (
                log["origin"],
                str(log["size"]),
                log["root"][:16],
                tr("never") if log["at"] is None else local(datetime.fromtimestamp(log["at"], UTC), "UTC"),
                _wrong(log),
            )
            for log in data["logs"]
        ]
        return [
            Table(
                ("Record", "Events", "Root", "Last cosigned (UTC)", "What is wrong"),
                rows,
                empty="It watches no record yet.",
            )
        ]

    show("witness", data, page)
    if not data["ok"]:
        raise typer.Exit(1)


def _wrong(log: dict[str, Any]) -> str:
    if log["evidence"]:
        return tr("It showed {n} times what does not follow on.", n=log["evidence"])
    return tr("No checkpoint for a quarter of an hour.") if log["silent"] else ""


@verb(
    log_app,
    "checkpoint",
    examples=("chancery log checkpoint", "chancery log checkpoint --size 1200 > note.txt"),
)
def checkpoint(
    size: Annotated[
        int | None,
        typer.Option(
            "--size", metavar="EVENTS", min=0, help="The first that covers so many; else the newest."
        ),
    ] = None,
) -> None:
    """Print a signed checkpoint, and say whose signatures on it are good.

    Exit code 1 if the log's is not, or too few witnesses cosigned it. What counts is a checkpoint that somebody else keeps.
    """
    from chancery import trust
    from chancery.log.checkpoints import Kept

    chosen = settings()
    kept = Kept(chosen.checkpoints / "log")
    signed = kept.latest() if size is None else kept.at_least(size)
    if signed is None:
        raise Fault(
            "no-checkpoint", "No checkpoint covers that yet; `chancery up` and `chancery signer` make them."
        )
    policy = trust.policy_of(chosen)
    pinned = policy is not None and bool(policy.logs_of(signed.checkpoint.origin))
    keys = policy.logs if policy is not None and pinned else trust.published(chosen)
    names = [key.name for key in signed.signed_by(list(keys))]
    witnesses = signed.witnessed(policy.cosigners) if policy is not None else {}
    enough = policy is not None and policy.witnessed(signed)
    ok = bool(names) and (policy is None or enough)
    data = {
        "origin": signed.checkpoint.origin,
        "size": signed.checkpoint.size,
        "root": signed.checkpoint.root.hex(),
        "note": signed.note_text,
        "signed": bool(names),
        "pinned": pinned,
        "witnesses": witnesses,
        "enough": enough,
        "ok": ok,
    }
    show("checkpoint", data, lambda: [signed.note_text.rstrip("\n")])
    _judge(data)
    if not ok:
        raise typer.Exit(1)


def _judge(data: dict[str, Any]) -> None:
    if not data["signed"]:
        say("No key that is known has signed it.")
    elif data["pinned"]:
        say("Signed by the log's key that the policy names.")
    else:
        say(
            "Signed by the key that the signer itself names: compare it with one that was published elsewhere."
        )
    for name in data["witnesses"]:
        say("Cosigned by {name}.", name=name)
    if not data["enough"]:
        say(
            "Too few witnesses that are known have cosigned it: it convinces nobody who does not trust this machine."
        )


@verb(log_app, "proof", examples=("chancery log proof 120", "chancery log proof 120 --size 4000 --json"))
async def proof(
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1, help="The event's place in the log.")],
    size: Annotated[
        int | None,
        typer.Option(
            "--size",
            metavar="EVENTS",
            min=1,
            help="In the log as it was then; else as the newest checkpoint has it.",
        ),
    ] = None,
) -> None:
    """Print the proof that an event is in the log that was signed (C2SP tlog-proof).

    With the event's leaf it can be checked without us: docs/verify.md.
    """
    from chancery.log.checkpoints import Kept
    from chancery.log.merkle import check_inclusion
    from chancery.log.store import LogDamaged
    from chancery.log.tree import LogTree

    kept = Kept(settings().checkpoints / "log")
    latest = kept.latest()
    if size is None:
        if latest is None or latest.checkpoint.size < position:
            raise Fault(
                "no-checkpoint",
                "No checkpoint covers that yet; `chancery up` and `chancery signer` make them.",
            )
        size = latest.checkpoint.size
    signed = latest if latest is not None and latest.checkpoint.size == size else kept.exactly(size)
    async with installed() as here:
        tree = LogTree(here.log)
        hashes = await tree.inclusion(position, size)
        root = await tree.root(size)
        [event] = await here.log.read(position - 1, 1)
    if not check_inclusion(event.leaf, position - 1, size, hashes, root):
        raise LogDamaged(position)
    data = {
        "position": position,
        "size": size,
        "leaf": event.leaf.hex(),
        "root": root.hex(),
        "proof": [each.hex() for each in hashes],
        "checkpoint": None if signed is None else signed.note_text,
    }
    show("proof", data, lambda: [_tlog_proof(position, hashes, signed)])
    if signed is None:
        say(
            "Nobody has signed the log at just this size: the proof leads to the root {root}.",
            root=root.hex(),
        )
    elif signed.checkpoint.root != root:
        say(
            "The checkpoint of this size has another root: the log was altered since; `chancery log verify` says where."
        )
        raise typer.Exit(1)


def _tlog_proof(position: int, hashes: list[bytes], signed: Signed | None) -> str:
    lines = ["c2sp.org/tlog-proof@v1", f"index {position - 1}"]
    lines += [base64.b64encode(each).decode() for each in hashes]
    return "\n".join([*lines, "", signed.note_text.rstrip("\n") if signed else ""]).rstrip("\n")


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _language() -> str:
    from chancery import i18n

    return i18n.language()
