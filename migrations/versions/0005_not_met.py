"""What the Guidelines state and was not done in the time that they state, shown in the views.

Rows that stood before say false until their stream moves or the views are made anew (`chancery rebuild views`).

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("obligation", "task")


def upgrade() -> None:
    for table in TABLES:
        column = sa.Column("not_met", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, column, schema="view")
        op.alter_column(table, "not_met", server_default=None, schema="view")


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "not_met", schema="view")
