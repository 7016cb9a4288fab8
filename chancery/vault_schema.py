"""The vault's tables, as SQLAlchemy metadata: what `make check` compares the migrations with.

No row names its case: a reader holding a key knows its rows by their marker (see `chancery.sealing.marker`).
"""

import sqlalchemy as sa

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

reading = sa.Table(
    "reading",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("mission", sa.Text, nullable=False),
    sa.Column("marker", sa.LargeBinary, nullable=False),
    sa.Column("reader", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column(
        "read_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
    ),
    sa.CheckConstraint("octet_length(marker) = 16", name="reading_marker"),
    sa.CheckConstraint("basis IN ('holder', 'lead', 'partner', 'break_glass')", name="reading_basis"),
    sa.CheckConstraint("(basis = 'break_glass') = (reason IS NOT NULL)", name="reading_reason"),
    sa.Index("reading_mission", "mission", "read_at"),
)

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
