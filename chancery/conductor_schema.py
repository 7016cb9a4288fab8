"""What the conductor remembers beside the log: how far it has come, and which streams it could not deliver."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, Uuid

metadata = MetaData(schema="conductor")

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("leader", Uuid),
)
parked = Table(
    "parked",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
)
