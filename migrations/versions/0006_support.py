"""Local agents are mission support in the views too, as in the log: no dump of them says who has no immunity.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("posting", "local_agent", new_column_name="support", schema="view")
    op.execute("UPDATE view.posting SET role = 'mission_support' WHERE role = 'local_agent'")


def downgrade() -> None:
    op.execute("UPDATE view.posting SET role = 'local_agent' WHERE role = 'mission_support'")
    op.alter_column("posting", "support", new_column_name="local_agent", schema="view")
