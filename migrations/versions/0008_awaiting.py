"""Since when a task waits, and for what a task or an obligation waits on a second person: what a board counts.

Rows that stood before say nothing of it until their stream moves or the views are made anew (`chancery rebuild views`).

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("obligation", "task")


def upgrade() -> None:
    op.add_column("obligation", sa.Column("awaiting", sa.Text), schema="view")
    op.add_column("task", sa.Column("waiting_since", sa.DateTime(timezone=True)), schema="view")
    op.add_column("task", sa.Column("awaiting", sa.Text), schema="view")
    for table in TABLES:
        asked = sa.text("awaiting IS NOT NULL")
        op.create_index(f"{table}_awaiting", table, ["mission"], schema="view", postgresql_where=asked)


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"{table}_awaiting", table, schema="view")
    op.drop_column("task", "awaiting", schema="view")
    op.drop_column("task", "waiting_since", schema="view")
    op.drop_column("obligation", "awaiting", schema="view")
