"""What the web keeps for itself: sign-in, sessions, drafts, saved views, device tokens. None of it is a fact of the work.

No report reads it, and it may be emptied at any time without loss to the record (docs/adr/0016). What could say who somebody
is, or what they typed, is sealed under a key of the installation's own.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA: Final = "web"
metadata = sa.MetaData(schema=SCHEMA)


def _at(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    kind = sa.DateTime(timezone=True)
    if now:
        return sa.Column(name, kind, nullable=False, server_default=sa.text("now()"))
    return sa.Column(name, kind, nullable=nullable)


account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("officer_mac", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("subject_mac", sa.LargeBinary, unique=True),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("password", sa.Text),
    sa.Column("invite", sa.LargeBinary, unique=True),
    _at("invited_until"),
    sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("failed", sa.Integer, nullable=False, server_default="0"),
    _at("locked_until"),
    sa.Column("preferences", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    _at("created_at", now=True),
    _at("ended_at"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.LargeBinary, primary_key=True),
    sa.Column("account", sa.Uuid),
    sa.Column("posting", sa.Text),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("data", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    _at("created_at", nullable=False),
    _at("seen_at", nullable=False),
    _at("expires_at", nullable=False),
    sa.Index("session_account", "account"),
    sa.Index("session_expires", "expires_at"),
)

saved_view = sa.Table(
    "saved_view",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account", sa.Uuid, nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("mission", sa.Text),
    _at("created_at", now=True),
    sa.Index("saved_view_account", "account", "page"),
)

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("account", sa.Uuid, primary_key=True),
    sa.Column("form", sa.LargeBinary, primary_key=True),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    _at("saved_at", nullable=False),
)

visit = sa.Table(
    "visit",
    metadata,
    sa.Column("account", sa.Uuid, primary_key=True),
    sa.Column("page", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("before", sa.BigInteger, nullable=False, server_default="0"),
    _at("at", nullable=False),
)

seen = sa.Table(
    "seen",
    metadata,
    sa.Column("posting", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    _at("at", nullable=False),
)

token = sa.Table(
    "token",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("account", sa.Uuid, nullable=False),
    sa.Column("posting", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    _at("created_at", nullable=False),
    _at("used_at"),
    _at("revoked_at"),
    sa.Index("token_account", "account"),
    sa.CheckConstraint("kind IN ('calendar', 'api')", name="token_kind"),
)

template = sa.Table(
    "template",
    metadata,
    sa.Column("mission", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("posting", sa.Text, nullable=False),
    _at("at", nullable=False),
)

hook = sa.Table(
    "hook",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account", sa.Uuid, nullable=False),
    sa.Column("posting", sa.Text, nullable=False),
    sa.Column("mission", sa.Text, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_code", sa.Text),
    _at("failing_since"),
    _at("next_try"),
    _at("created_at", nullable=False),
    _at("ended_at"),
)

request = sa.Table(
    "request",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("said", sa.LargeBinary, nullable=False),
    _at("at", nullable=False),
    prefixes=["UNLOGGED"],
)

digest = sa.Table(
    "digest",
    metadata,
    sa.Column("account", sa.Uuid, primary_key=True),
    sa.Column("what", sa.Text, primary_key=True),
    _at("sent_at", nullable=False),
)

bucket = sa.Table(
    "bucket",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("tokens", sa.Float, nullable=False),
    _at("at", nullable=False),
    prefixes=["UNLOGGED"],
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", JSONB),
    sa.Column("lane", sa.Text, nullable=False),
    _at("started_at", nullable=False),
    _at("beat_at", now=True),
    _at("ended_at"),
    sa.Index("job_account", "account", "started_at"),
    sa.Index("job_lane", "lane", unique=True, postgresql_where=sa.text("ended_at IS NULL")),
)

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    _at("expires_at", nullable=False),
)
