"""The views' tables. The app's role may write them; they hold nothing that the log does not."""

from typing import Final

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(schema="view")


def _at(name: str, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


obligation: Final = Table(
    "obligation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mission", Text, nullable=False),
    Column("accreditation", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("workflow", Text, nullable=False),
    Column("procedure", Integer, nullable=False),
    Column("period", Text),
    Column("case_bound", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    _at("opened", nullable=False),
    _at("closed"),
    _at("due_by"),
    _at("next_due"),
    _at("next_wake"),
    Column("version", Integer, nullable=False),
    Column("not_met", Boolean, nullable=False),
    Column("awaiting", Text),
    Index("obligation_open", "mission", "status"),
    Index("obligation_wake", "next_wake"),
    Index("obligation_awaiting", "mission", postgresql_where=text("awaiting IS NOT NULL")),
)

task: Final = Table(
    "task",
    metadata,
    Column("obligation", Text, primary_key=True),
    Column("task", Text, primary_key=True),
    Column("mission", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("owner_role", Text, nullable=False),
    Column("posting", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("timing", Text),
    Column("source", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("zone", Text, nullable=False),
    _at("opened", nullable=False),
    _at("original_due", nullable=False),
    _at("due", nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("waiting", Text),
    _at("happened"),
    _at("ended"),
    Column("passed", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("not_met", Boolean, nullable=False),
    _at("waiting_since"),
    Column("awaiting", Text),
    Index("task_inbox", "posting", "status", "due"),
    Index("task_clock", "mission", "status", "due"),
    Index("task_awaiting", "mission", postgresql_where=text("awaiting IS NOT NULL")),
)

involvement: Final = Table(
    "involvement",
    metadata,
    Column("posting", Text, primary_key=True),
    Column("obligation", Text, primary_key=True),
)

mission: Final = Table(
    "mission",
    metadata,
    Column("code", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("adopted_on", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

posting: Final = Table(
    "posting",
    metadata,
    Column("posting", Text, primary_key=True),
    Column("mission", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("support", Boolean, nullable=False),
    Index("posting_mission", "mission"),
)

dossier: Final = Table(
    "dossier",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("mission", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("first", Text),
    Column("last", Text),
    Column("parties", ARRAY(Text), nullable=False),
    Column("version", Integer, nullable=False),
    Index("dossier_mission", "mission"),
    Index("dossier_parties", "parties", postgresql_using="gin"),
)
"""Work plans, reviews, exports, the statement of purpose: where each stands, and which postings are parties to it."""

ALL: Final = (obligation, task, involvement, mission, posting, dossier)
