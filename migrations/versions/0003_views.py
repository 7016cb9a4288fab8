"""Views, the conductor's checkpoint, and a function that holds the log still while views are rebuilt."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _at(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _flag(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    op.execute("CREATE SCHEMA view")
    op.create_table(
        "obligation",
        sa.Column("id", sa.Text, primary_key=True),
        *(_text(n) for n in ("mission", "accreditation", "instrument", "definition", "workflow")),
        _number("procedure"),
        _text("period", nullable=True),
        _flag("case_bound"),
        _text("status"),
        _text("outcome", nullable=True),
        _at("opened", nullable=False),
        *(_at(n) for n in ("closed", "due_by", "next_due", "next_wake")),
        _number("version"),
        schema="view",
    )
    op.create_index("obligation_open", "obligation", ["mission", "status"], schema="view")
    op.create_index("obligation_wake", "obligation", ["next_wake"], schema="view")
    op.create_table(
        "task",
        sa.Column("obligation", sa.Text, primary_key=True),
        sa.Column("task", sa.Text, primary_key=True),
        *(_text(n) for n in ("mission", "definition", "instrument", "step", "owner_role", "posting")),
        _flag("accepted"),
        _text("status"),
        *(_text(n, nullable=True) for n in ("outcome", "reason", "timing")),
        *(_text(n) for n in ("source", "term", "zone")),
        *(_at(n, nullable=False) for n in ("opened", "original_due", "due")),
        _flag("provisional"),
        _text("waiting", nullable=True),
        _at("happened"),
        _at("ended"),
        _flag("passed"),
        _number("revision"),
        schema="view",
    )
    op.create_index("task_inbox", "task", ["posting", "status", "due"], schema="view")
    op.create_index("task_clock", "task", ["mission", "status", "due"], schema="view")
    op.create_table(
        "involvement",
        sa.Column("posting", sa.Text, primary_key=True),
        sa.Column("obligation", sa.Text, primary_key=True),
        schema="view",
    )
    op.create_table(
        "mission",
        sa.Column("code", sa.Text, primary_key=True),
        *(_text(n) for n in ("kind", "zone", "adopted_on")),
        _number("version"),
        schema="view",
    )
    op.create_table(
        "posting",
        sa.Column("posting", sa.Text, primary_key=True),
        *(_text(n) for n in ("mission", "post", "role", "first", "last")),
        _flag("local_agent"),
        schema="view",
    )
    op.create_index("posting_mission", "posting", ["mission"], schema="view")

    op.execute("CREATE SCHEMA conductor")
    op.create_table(
        "checkpoint",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("leader", sa.Uuid),
        schema="conductor",
    )
    op.create_table(
        "parked",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        _text("code"),
        _at("since", nullable=False),
        _number("attempts"),
        schema="conductor",
    )
    op.execute("GRANT USAGE ON SCHEMA view, conductor TO chancery_app")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA view, conductor TO chancery_app"
    )
    op.execute("GRANT USAGE ON SCHEMA view TO chancery_reader")
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA view TO chancery_reader")
    # Rebuilding ends with a moment in which nothing may be appended; the app's role cannot lock the head row itself.
    op.execute(
        "CREATE FUNCTION log.hold() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$\n"
        "BEGIN PERFORM 1 FROM log.head WHERE id = 1 FOR UPDATE;\n"
        "RETURN (SELECT coalesce(max(position), 0) FROM log.event); END $$"
    )
    op.execute("ALTER FUNCTION log.hold() OWNER TO chancery_log_owner")
    op.execute("REVOKE ALL ON FUNCTION log.hold() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION log.hold() TO chancery_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION log.hold()")
    op.execute("DROP SCHEMA conductor CASCADE")
    op.execute("DROP SCHEMA view CASCADE")
