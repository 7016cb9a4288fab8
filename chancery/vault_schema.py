"""The vault's tables, as SQLAlchemy metadata: what `make check` compares the migrations with.

No row names its case: a reader holding a key knows its rows by their marker (see `chancery.sealing.marker`).
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

SCHEMA = "vault"
metadata = sa.MetaData(schema=SCHEMA)

sealed = sa.Table(
    "sealed",
    metadata,
    sa.Column("reference", sa.Uuid, primary_key=True),
    sa.Column("mission", sa.Text, nullable=False),
    sa.Column("marker", sa.LargeBinary, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    sa.CheckConstraint(
        "octet_length(marker) = 16 AND octet_length(nonce) = 12 AND octet_length(commitment) = 32",
        name="sealed_lengths",
    ),
)

directory = sa.Table(
    "directory",
    metadata,
    sa.Column("posting", sa.Text, primary_key=True),
    sa.Column("mission", sa.Text, nullable=False),
    sa.Column("officer_mac", sa.LargeBinary),
    sa.Column("nonce", sa.LargeBinary),
    sa.Column("ciphertext", sa.LargeBinary),
    sa.Column("erased_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint(
        "num_nonnulls(officer_mac, nonce, ciphertext) = CASE WHEN erased_at IS NULL THEN 3 ELSE 0 END",
        name="directory_whole_or_erased",
    ),
    sa.Index("directory_officer", "officer_mac"),
)

reading_head = sa.Table(
    "reading_head",
    metadata,
    sa.Column("id", sa.SmallInteger, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
)
"""One row that every entry of the access log locks and none updates."""


def _said(name: str) -> sa.Column[str]:
    return sa.Column(
        name if name != "by" else "reader",
        sa.Text,
        sa.Computed(f"vault.reading_field(body, '{name}'::text)", persisted=True),
    )


reading = sa.Table(
    "reading",
    metadata,
    sa.Column(
        "position", sa.BigInteger, sa.CheckConstraint("position > 0"), primary_key=True, autoincrement=False
    ),
    sa.Column("recorded_us", sa.BigInteger, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("body", sa.LargeBinary),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    _said("kind"),
    _said("by"),
    _said("basis"),
    _said("mission"),
    sa.Column("about", ARRAY(sa.Text), sa.Computed("vault.reading_about(body)", persisted=True)),
    sa.CheckConstraint(
        "octet_length(leaf) = 32 AND coalesce(octet_length(salt), 16) = 16 "
        "AND coalesce(octet_length(body), 2) BETWEEN 2 AND 8192",
        name="reading_lengths",
    ),
    sa.CheckConstraint("(salt IS NULL) = (body IS NULL)", name="reading_whole_or_removed"),
    sa.CheckConstraint("body IS NULL OR num_nonnulls(kind, reader, basis, about) = 4", name="reading_named"),
    sa.CheckConstraint(
        r"body IS NULL OR leaf = sha256('\x00'::bytea || int8send(position) || int8send(recorded_us) || salt || body)",
        name="reading_leaf",
    ),
    sa.Index("reading_mission", "mission", "position"),
    sa.Index("reading_reader", "reader", "position"),
    sa.Index("reading_about", "about", postgresql_using="gin"),
    sa.Index("reading_kept", "position", postgresql_where=sa.text("body IS NOT NULL")),
)
"""Who read what (docs/adr/0019): after a year salt and body go, position, time and leaf stay."""

part = sa.Table(
    "part",
    metadata,
    sa.Column("reference", sa.Uuid, primary_key=True),
    sa.Column("mission", sa.Text, nullable=False),
    sa.Column("manifest", sa.Uuid, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    sa.CheckConstraint("octet_length(nonce) = 12 AND octet_length(commitment) = 32", name="part_lengths"),
    sa.Index("part_manifest", "manifest"),
)
"""A piece of a file, under the reference of the sealed manifest that names it."""

part_waiting = sa.Table(
    "part_waiting",
    metadata,
    sa.Column("manifest", sa.Uuid, primary_key=True),
    sa.Column("mission", sa.Text, nullable=False),
    sa.Column(
        "since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
    ),
)
"""Parts that were stored ahead of their command: after a day without it they are swept."""
