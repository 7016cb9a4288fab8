"""Checkpoints as the signer makes them, without its process: signed into the folder that the pages read."""

from __future__ import annotations

from chancery.log.checkpoints import Signed
from chancery.log.notes import SigningKey
from chancery.log.signer import Signer
from chancery.log.sources import LogSource
from tests.web.conftest import Web


async def signed(web: Web, seed: bytes = bytes(32)) -> tuple[Signed, SigningKey]:
    """The log signed as it stands, and the key."""
    here = web.house.here
    origin, _ = await here.log.origin()
    key = SigningKey.of(origin, seed)
    folder = here.settings.checkpoints / "log"
    async with Signer(LogSource(here.pool), folder, [key], here.clock) as signer:
        made = await signer.step()
    (folder / "vkey").write_text(f"{key.verifier}\n", encoding="utf-8")
    assert made is not None
    return made, key
