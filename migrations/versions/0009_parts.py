"""Files that are larger than one sealed field: their parts, beside the manifest that names them.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE vault.part (
    reference uuid PRIMARY KEY,
    mission text NOT NULL,
    manifest uuid NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    commitment bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT part_lengths CHECK (octet_length(nonce) = 12 AND octet_length(commitment) = 32)
);
ALTER TABLE vault.part OWNER TO chancery_vault_owner;
CREATE INDEX part_manifest ON vault.part (manifest);

CREATE TABLE vault.part_waiting (
    manifest uuid PRIMARY KEY,
    mission text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE vault.part_waiting OWNER TO chancery_vault_owner;
"""

# As in vault.put: the first row of a reference stays, and other words under it are refused. The sweep asks nobody how old is
# old, and can take nothing whose manifest was committed: what a proof rests on is not deleted by whoever may call it.
FUNCTIONS = """
CREATE FUNCTION vault.part_put(
    refs uuid[], missions text[], manifests uuid[], nonces bytea[], ciphertexts bytea[], commitments bytea[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    written integer;
    taken uuid;
BEGIN
    INSERT INTO vault.part (reference, mission, manifest, nonce, ciphertext, commitment)
        SELECT a.* FROM unnest(refs, missions, manifests, nonces, ciphertexts, commitments)
            AS a (reference, mission, manifest, nonce, ciphertext, commitment)
        ORDER BY a.reference
        ON CONFLICT (reference) DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < coalesce(cardinality(refs), 0) THEN
        SELECT a.reference INTO taken
            FROM unnest(refs, manifests, commitments) AS a (reference, manifest, commitment)
            LEFT JOIN vault.part p ON p.reference = a.reference
                AND p.manifest = a.manifest AND p.commitment = a.commitment
            WHERE p.reference IS NULL
            LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'The reference % already holds other words.', taken USING ERRCODE = 'VA001';
        END IF;
    END IF;
    RETURN written;
END $$;

CREATE FUNCTION vault.part_await(manifests uuid[], missions text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO vault.part_waiting (manifest, mission)
        SELECT DISTINCT ON (a.manifest) a.manifest, a.mission
        FROM unnest(manifests, missions) AS a (manifest, mission) ORDER BY a.manifest
        ON CONFLICT (manifest) DO UPDATE SET since = clock_timestamp()
$$;

CREATE FUNCTION vault.part_get(refs uuid[])
RETURNS TABLE (reference uuid, nonce bytea, ciphertext bytea, commitment bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.reference, p.nonce, p.ciphertext, p.commitment
    FROM unnest(refs) AS r (reference), LATERAL (
        SELECT * FROM vault.part WHERE part.reference = r.reference LIMIT 1
    ) p
$$;

CREATE FUNCTION vault.part_sweep() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    swept integer;
    old uuid[];
BEGIN
    WITH gone AS (
        DELETE FROM vault.part_waiting WHERE since < clock_timestamp() - interval '1 day' RETURNING manifest
    )
    SELECT coalesce(array_agg(gone.manifest), '{}') INTO old FROM gone;
    DELETE FROM vault.part p WHERE p.manifest = ANY (old)
        AND NOT EXISTS (SELECT FROM vault.sealed s WHERE s.reference = p.manifest);
    GET DIAGNOSTICS swept = ROW_COUNT;
    RETURN swept;
END $$;
"""

SIGNATURES = (
    "vault.part_put(uuid[], text[], uuid[], bytea[], bytea[], bytea[])",
    "vault.part_await(uuid[], text[])",
    "vault.part_get(uuid[])",
    "vault.part_sweep()",
)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for signature in SIGNATURES:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO chancery_vault_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO chancery_app")


def downgrade() -> None:
    # Evidence is never thrown away by a migration.
    op.execute(r"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM vault.part) THEN
        RAISE EXCEPTION 'the vault holds evidence: it is never dropped by a migration' USING ERRCODE = 'VA003';
    END IF;
END $$;
""")
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP TABLE vault.part_waiting")
    op.execute("DROP TABLE vault.part")
