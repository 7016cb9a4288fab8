"""Who read a case: a log of its own in the vault's schema, to which rows are only ever added.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE vault.reading (
    id uuid PRIMARY KEY,
    mission text NOT NULL,
    marker bytea NOT NULL CONSTRAINT reading_marker CHECK (octet_length(marker) = 16),
    reader text NOT NULL,
    basis text NOT NULL CONSTRAINT reading_basis CHECK (basis IN ('holder', 'lead', 'partner', 'break_glass')),
    reason text,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT reading_reason CHECK ((basis = 'break_glass') = (reason IS NOT NULL))
);
ALTER TABLE vault.reading OWNER TO chancery_vault_owner;
CREATE INDEX reading_mission ON vault.reading (mission, read_at);
"""

# The database says when: whoever reads cannot say that it was at another time. No function changes or removes a row.
FUNCTIONS = """
CREATE FUNCTION vault.note_reading(
    id uuid, mission text, marker bytea, reader text, basis text, reason text
) RETURNS timestamptz LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO vault.reading (id, mission, marker, reader, basis, reason)
        VALUES (note_reading.id, note_reading.mission, note_reading.marker, note_reading.reader, note_reading.basis,
                note_reading.reason)
        RETURNING read_at
$$;

CREATE FUNCTION vault.readings(of_mission text)
RETURNS TABLE (id uuid, marker bytea, reader text, basis text, reason text, read_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.id, r.marker, r.reader, r.basis, r.reason, r.read_at
    FROM vault.reading r WHERE r.mission = of_mission ORDER BY r.read_at, r.id
$$;
"""

SIGNATURES = (
    "vault.note_reading(uuid, text, bytea, text, text, text)",
    "vault.readings(text)",
)


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(FUNCTIONS)
    for signature in SIGNATURES:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO chancery_vault_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO chancery_app")


def downgrade() -> None:
    # Who read what is never thrown away by a migration.
    op.execute(r"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM vault.reading) THEN
        RAISE EXCEPTION 'the vault holds a log of readings: it is never dropped by a migration' USING ERRCODE = 'VA003';
    END IF;
END $$;
DROP FUNCTION vault.readings(text);
DROP FUNCTION vault.note_reading(uuid, text, bytea, text, text, text);
DROP TABLE vault.reading;
""")
