"""The vault: sealed fields and the directory of officers, behind functions of a role of their own.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Roles belong to the cluster and outlive a database; two databases may be prepared at once.
ROLES = """
DO $$
BEGIN
    BEGIN
        CREATE ROLE chancery_vault_owner NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    -- An administrator who is no superuser must be able to act as the owner.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT chancery_vault_owner TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
    END IF;
END $$
"""

TABLES = """
CREATE SCHEMA vault AUTHORIZATION chancery_vault_owner;
REVOKE ALL ON SCHEMA vault FROM PUBLIC;

CREATE TABLE vault.sealed (
    reference uuid PRIMARY KEY,
    mission text NOT NULL,
    marker bytea NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    commitment bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sealed_lengths
        CHECK (octet_length(marker) = 16 AND octet_length(nonce) = 12 AND octet_length(commitment) = 32)
);
ALTER TABLE vault.sealed OWNER TO chancery_vault_owner;

CREATE TABLE vault.directory (
    posting text PRIMARY KEY,
    mission text NOT NULL,
    officer_mac bytea,
    nonce bytea,
    ciphertext bytea,
    erased_at timestamptz,
    CONSTRAINT directory_whole_or_erased CHECK (
        num_nonnulls(officer_mac, nonce, ciphertext) = CASE WHEN erased_at IS NULL THEN 3 ELSE 0 END
    )
);
ALTER TABLE vault.directory OWNER TO chancery_vault_owner;
CREATE INDEX directory_officer ON vault.directory (officer_mac);
"""

# The first row of a reference stays: a command that is sent again after an unknown outcome seals the same words under
# a new nonce, and its event holds the same commitment. Equal commitments say that either row would do. Sorted, so
# that two batches which share references wait for each other instead of deadlocking.
FUNCTIONS = """
CREATE FUNCTION vault.put(
    refs uuid[], missions text[], markers bytea[], nonces bytea[], ciphertexts bytea[], commitments bytea[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    written integer;
    taken uuid;
BEGIN
    INSERT INTO vault.sealed (reference, mission, marker, nonce, ciphertext, commitment)
        SELECT a.* FROM unnest(refs, missions, markers, nonces, ciphertexts, commitments)
            AS a (reference, mission, marker, nonce, ciphertext, commitment)
        ORDER BY a.reference
        ON CONFLICT (reference) DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < coalesce(cardinality(refs), 0) THEN
        SELECT a.reference INTO taken
            FROM unnest(refs, markers, commitments) AS a (reference, marker, commitment)
            LEFT JOIN vault.sealed s ON s.reference = a.reference
                AND s.marker = a.marker AND s.commitment = a.commitment
            WHERE s.reference IS NULL
            LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'The reference % already holds other words.', taken USING ERRCODE = 'VA001';
        END IF;
    END IF;
    RETURN written;
END $$;

CREATE FUNCTION vault.get(refs uuid[])
RETURNS TABLE (reference uuid, mission text, marker bytea, nonce bytea, ciphertext bytea, commitment bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.reference, s.mission, s.marker, s.nonce, s.ciphertext, s.commitment
    FROM unnest(refs) AS r (reference), LATERAL (
        SELECT * FROM vault.sealed WHERE sealed.reference = r.reference LIMIT 1
    ) s
$$;

CREATE FUNCTION vault.directory_put(
    postings text[], missions text[], macs bytea[], nonces bytea[], ciphertexts bytea[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    written integer;
    taken text;
BEGIN
    INSERT INTO vault.directory (posting, mission, officer_mac, nonce, ciphertext)
        SELECT a.* FROM unnest(postings, missions, macs, nonces, ciphertexts)
            AS a (posting, mission, officer_mac, nonce, ciphertext)
        ORDER BY a.posting
        ON CONFLICT (posting) DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < coalesce(cardinality(postings), 0) THEN
        SELECT a.posting INTO taken
            FROM unnest(postings, missions, macs) AS a (posting, mission, mac)
            LEFT JOIN vault.directory d ON d.posting = a.posting
                AND d.mission = a.mission AND d.officer_mac = a.mac
            WHERE d.posting IS NULL
            LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'The posting % already stands for another officer, or was erased.', taken
                USING ERRCODE = 'VA002';
        END IF;
    END IF;
    RETURN written;
END $$;

CREATE FUNCTION vault.directory_find(mac bytea) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.posting FROM vault.directory d WHERE d.officer_mac = mac ORDER BY d.posting
$$;

CREATE FUNCTION vault.directory_get(postings text[])
RETURNS TABLE (posting text, nonce bytea, ciphertext bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.posting, d.nonce, d.ciphertext FROM vault.directory d
    WHERE d.posting = ANY (postings) AND d.erased_at IS NULL
$$;

CREATE FUNCTION vault.directory_erase(erased text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE vault.directory d SET officer_mac = NULL, nonce = NULL, ciphertext = NULL, erased_at = now()
        WHERE d.posting = erased AND d.erased_at IS NULL;
    RETURN FOUND;
END $$;
"""

SIGNATURES = (
    "vault.put(uuid[], text[], bytea[], bytea[], bytea[], bytea[])",
    "vault.get(uuid[])",
    "vault.directory_put(text[], text[], bytea[], bytea[], bytea[])",
    "vault.directory_find(bytea)",
    "vault.directory_get(text[])",
    "vault.directory_erase(text)",
)


def upgrade() -> None:
    op.execute(ROLES)
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    op.execute("GRANT USAGE ON SCHEMA vault TO chancery_app")
    for signature in SIGNATURES:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO chancery_vault_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO chancery_app")


def downgrade() -> None:
    # Going back is for an empty vault: what events refer to is never thrown away by a migration.
    # The role stays: other databases of the cluster may use it.
    op.execute(r"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM vault.sealed) OR EXISTS (SELECT FROM vault.directory) THEN
        RAISE EXCEPTION 'the vault holds sealed fields: it is never dropped by a migration' USING ERRCODE = 'VA003';
    END IF;
END $$;
DROP SCHEMA vault CASCADE;
""")
