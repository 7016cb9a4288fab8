"""The passwords of the embedded PostgreSQL's roles, in one file that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chancery.embedded.supervise import EmbeddedRefused, only_one

SUPERUSER: Final = "postgres"


class Credentials:
    """Role and password pairs; a lost file is never replaced, because the server would not know the new one."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "credentials"

    def begin(self) -> str:
        """Forget all and make the superuser's password, for a server that is about to be created."""
        password = secrets.token_urlsafe(24)
        self._keep({SUPERUSER: password})
        return password

    def of(self, role: str) -> str:
        """The password of a role, made on first asking.

        Raises EmbeddedRefused ``postgres.credentials`` if the file is missing or unreadable.
        """
        known = self._known()
        if role not in known:
            with only_one(self._file.with_name("credentials.lock")):
                known = self._known()
                known.setdefault(role, secrets.token_urlsafe(24))
                self._keep(known)
        return known[role]

    def _known(self) -> dict[str, str]:
        try:
            known = json.loads(self._file.read_text())
            return {str(role): str(password) for role, password in known.items() if known[SUPERUSER]}
        except (OSError, ValueError, KeyError, AttributeError):
            raise EmbeddedRefused(
                "postgres.credentials",
                f"{self._file} is missing or unreadable; put it back from a copy, or choose another data directory.",
            ) from None

    def _keep(self, credentials: Mapping[str, str]) -> None:
        draft = self._file.with_name("credentials.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(credentials, handle)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(self._file)
