"""Work plans, reviews, exports and the statement of purpose: a view of where each stands and who is party to it.

The view is empty until a dossier moves or the views are made anew (`chancery rebuild views`); before this there were none.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dossier",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("first", sa.Text),
        sa.Column("last", sa.Text),
        sa.Column("parties", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        schema="view",
    )
    op.create_index("dossier_mission", "dossier", ["mission"], schema="view")
    op.create_index("dossier_parties", "dossier", ["parties"], schema="view", postgresql_using="gin")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON view.dossier TO chancery_app")
    op.execute("GRANT SELECT ON view.dossier TO chancery_reader")


def downgrade() -> None:
    op.drop_table("dossier", schema="view")
