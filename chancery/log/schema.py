"""The log's tables as the code sees them; the migrations make them, `python -m chancery.db check` compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

LARGEST_BODY = 65519
"""Bytes of a body: with position and time a leaf's data stays below 64 KiB."""

metadata = MetaData(schema="log")

head = Table(
    "head",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
)

origin = Table(
    "origin",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("origin", Text, CheckConstraint("octet_length(origin) BETWEEN 1 AND 200"), nullable=False),
    Column("rehearsal", Boolean, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text(collation="C"), nullable=False),
    CheckConstraint("octet_length(name) BETWEEN 1 AND 200"),
    UniqueConstraint("name", name="stream_name_key"),
)


def _field(path: str, cast: str = "") -> Computed:
    return Computed(f"log.field(body, '{{{path}}}'::text[]){cast}", persisted=True)


event = Table(
    "event",
    metadata,
    Column("position", BigInteger, CheckConstraint("position > 0"), primary_key=True, autoincrement=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("stream", BigInteger, nullable=False),
    Column(
        "version", Integer, _field("version", "::integer"), CheckConstraint("version > 0"), nullable=False
    ),
    Column("body", LargeBinary, CheckConstraint(f"octet_length(body) <= {LARGEST_BODY}"), nullable=False),
    Column("event_id", Uuid, _field("id", "::uuid"), nullable=False),
    Column("type", Text, _field("type"), nullable=False),
    Column("command_id", Uuid, _field("command,id", "::uuid"), nullable=False),
    Column(
        "leaf",
        LargeBinary,
        Computed(
            r"sha256('\x00'::bytea || int8send(position) || int8send(recorded_us) || body)", persisted=True
        ),
        nullable=False,
    ),
    UniqueConstraint("stream", "version", name="event_stream_version_key"),
    UniqueConstraint("stream", "event_id", name="event_stream_event_id_key"),
)
