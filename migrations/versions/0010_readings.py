"""One access log with a tree of its own: who read what. The readings of cases and the look-ups of auditors move into it.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Iterable
from typing import Any

import rfc8785
from alembic import op
from sqlalchemy import Connection, text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# As in the log: one row that every append locks and none updates, and positions without a gap. Content and salt can go after a
# year, the leaf stays; so the leaf cannot be generated, and the table itself refuses one that is not that of its content.
TABLES = r"""
CREATE TABLE vault.reading_head (id smallint PRIMARY KEY CHECK (id = 1));
INSERT INTO vault.reading_head VALUES (1);
ALTER TABLE vault.reading_head OWNER TO chancery_vault_owner;

CREATE FUNCTION vault.reading_field(body bytea, name text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (pg_catalog.convert_from(body, 'UTF8')::pg_catalog.json OPERATOR(pg_catalog.->>) name);

CREATE FUNCTION vault.reading_about(body bytea) RETURNS text[]
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN ARRAY(SELECT pg_catalog.json_array_elements_text(
      pg_catalog.convert_from(body, 'UTF8')::pg_catalog.json OPERATOR(pg_catalog.->) 'about'));

CREATE TABLE vault.reading (
    position bigint PRIMARY KEY CHECK (position > 0),
    recorded_us bigint NOT NULL,
    salt bytea,
    body bytea,
    leaf bytea NOT NULL,
    kind text GENERATED ALWAYS AS (vault.reading_field(body, 'kind'::text)) STORED,
    reader text GENERATED ALWAYS AS (vault.reading_field(body, 'by'::text)) STORED,
    basis text GENERATED ALWAYS AS (vault.reading_field(body, 'basis'::text)) STORED,
    mission text GENERATED ALWAYS AS (vault.reading_field(body, 'mission'::text)) STORED,
    about text[] GENERATED ALWAYS AS (vault.reading_about(body)) STORED,
    CONSTRAINT reading_lengths CHECK (
        octet_length(leaf) = 32 AND coalesce(octet_length(salt), 16) = 16
        AND coalesce(octet_length(body), 2) BETWEEN 2 AND 8192
    ),
    CONSTRAINT reading_whole_or_removed CHECK ((salt IS NULL) = (body IS NULL)),
    CONSTRAINT reading_named CHECK (body IS NULL OR num_nonnulls(kind, reader, basis, about) = 4),
    CONSTRAINT reading_leaf CHECK (
        body IS NULL
        OR leaf = sha256('\x00'::bytea || int8send(position) || int8send(recorded_us) || salt || body)
    )
);
ALTER TABLE vault.reading OWNER TO chancery_vault_owner;
ALTER FUNCTION vault.reading_field(bytea, text) OWNER TO chancery_vault_owner;
ALTER FUNCTION vault.reading_about(bytea) OWNER TO chancery_vault_owner;
REVOKE ALL ON FUNCTION vault.reading_field(bytea, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION vault.reading_about(bytea) FROM PUBLIC;
CREATE INDEX reading_mission ON vault.reading (mission, position);
CREATE INDEX reading_reader ON vault.reading (reader, position);
CREATE INDEX reading_about ON vault.reading USING gin (about);
CREATE INDEX reading_kept ON vault.reading (position) WHERE body IS NOT NULL;
GRANT USAGE ON SCHEMA log TO chancery_vault_owner;
GRANT SELECT ON log.origin TO chancery_vault_owner;
CREATE CONSTRAINT TRIGGER durable AFTER INSERT ON vault.reading
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION log.assert_durable();
"""

# The log's own rules: it is flushed before anything is shown, its time is its own (a rehearsal's, the caller's) and never runs
# backwards. The salt is made here, so that whoever asks cannot choose it: a leaf whose content went must not be guessed.
APPEND = r"""
CREATE FUNCTION vault.readings_append(p_bodies bytea[], p_now_us bigint)
RETURNS TABLE ("position" bigint, recorded_us bigint, leaf bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_last bigint;
    v_last_us bigint;
    v_now_us bigint;
BEGIN
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        RAISE EXCEPTION 'the access log refuses synchronous_commit = %', current_setting('synchronous_commit')
            USING ERRCODE = 'CH003';
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the access log is appended to under READ COMMITTED, not %',
            current_setting('transaction_isolation') USING ERRCODE = 'CH004';
    END IF;
    IF coalesce(cardinality(p_bodies), 0) = 0 THEN
        RAISE EXCEPTION 'at least one reading is appended' USING ERRCODE = 'CH005';
    END IF;
    PERFORM FROM vault.reading_head h WHERE h.id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'vault.reading_head has lost its row' USING ERRCODE = 'CH005';
    END IF;
    SELECT r.position, r.recorded_us INTO v_last, v_last_us FROM vault.reading r ORDER BY r.position DESC LIMIT 1;
    v_now_us := greatest(v_last_us, vault.readings_now(p_now_us));
    RETURN QUERY
    INSERT INTO vault.reading (position, recorded_us, salt, body, leaf)
    SELECT w.position, v_now_us, w.salt, w.body,
           sha256('\x00'::bytea || int8send(w.position) || int8send(v_now_us) || w.salt || w.body)
      FROM (SELECT coalesce(v_last, 0) + b.n AS position, b.body,
                   substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16) AS salt
              FROM unnest(p_bodies) WITH ORDINALITY AS b(body, n) OFFSET 0) AS w
     ORDER BY w.position
    RETURNING position, recorded_us, leaf;
END $$;

CREATE FUNCTION vault.readings_now(p_now_us bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT p_now_us FROM log.origin o WHERE o.rehearsal),
                    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
$$;
"""

# What is a year old goes, from the first position on, and that it went is an entry itself. Nobody is asked how old is old.
FORGET = r"""
CREATE FUNCTION vault.readings_forget(p_now_us bigint, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_upto bigint;
    v_removed integer;
    v_before bigint := vault.readings_now(p_now_us) - 365::bigint * 86400 * 1000000;
BEGIN
    PERFORM FROM vault.reading_head h WHERE h.id = 1 FOR UPDATE;
    SELECT max(old.position) INTO v_upto
      FROM (SELECT r.position, r.recorded_us FROM vault.reading r
             WHERE r.body IS NOT NULL ORDER BY r.position LIMIT greatest(p_most, 1)) AS old
     WHERE old.recorded_us < v_before;
    IF v_upto IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE vault.reading r SET salt = NULL, body = NULL WHERE r.position <= v_upto AND r.body IS NOT NULL;
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    PERFORM vault.readings_append(ARRAY[convert_to(format(
        '{"about":[],"basis":"engine","by":"engine","form"\:null,"kind":"tidied","mark"\:null,"mission"\:null,'
        '"reason"\:null,"schema"\:1,"upto":%s}', v_upto), 'UTF8')], p_now_us);
    RETURN v_removed;
END $$;
"""

READ = r"""
CREATE FUNCTION vault.readings_head() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(r.position), 0) FROM vault.reading r
$$;

CREATE FUNCTION vault.readings_page(p_after bigint, p_upto bigint, p_limit integer)
RETURNS TABLE ("position" bigint, recorded_us bigint, salt bytea, body bytea, leaf bytea,
               kind text, reader text, basis text, mission text, about text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.position, r.recorded_us, r.salt, r.body, r.leaf, r.kind, r.reader, r.basis, r.mission, r.about
    FROM vault.reading r WHERE r.position > p_after AND r.position <= p_upto ORDER BY r.position LIMIT p_limit
$$;

CREATE FUNCTION vault.readings_leaves(p_after bigint[], p_upto bigint[]) RETURNS TABLE (leaves bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT string_agg(r.leaf, ''::bytea ORDER BY r.position) FROM vault.reading r
                      WHERE r.position > w.after AND r.position <= w.upto), ''::bytea)
    FROM unnest(p_after, p_upto) WITH ORDINALITY AS w(after, upto, n) ORDER BY w.n
$$;

CREATE FUNCTION vault.readings_find(
    p_missions text[], p_people text[], p_about text[], p_kinds text[], p_basis text,
    p_from_us bigint, p_until_us bigint, p_before bigint, p_limit integer
) RETURNS TABLE ("position" bigint, recorded_us bigint, salt bytea, body bytea, leaf bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.position, r.recorded_us, r.salt, r.body, r.leaf FROM vault.reading r
    WHERE r.body IS NOT NULL
      AND (p_missions IS NULL OR r.mission = ANY (p_missions))
      AND (p_people IS NULL OR r.reader = ANY (p_people) OR r.about && p_people)
      AND (p_about IS NULL OR r.about && p_about)
      AND (p_kinds IS NULL OR r.kind = ANY (p_kinds))
      AND (p_basis IS NULL OR r.basis = p_basis)
      AND (p_from_us IS NULL OR r.recorded_us >= p_from_us)
      AND (p_until_us IS NULL OR r.recorded_us < p_until_us)
      AND (p_before IS NULL OR r.position < p_before)
    ORDER BY r.position DESC LIMIT p_limit
$$;
"""

OF_THE_APPLICATION = ("vault.readings_append(bytea[], bigint)", "vault.readings_forget(bigint, integer)")
OF_BOTH = (
    "vault.readings_head()",
    "vault.readings_page(bigint, bigint, integer)",
    "vault.readings_leaves(bigint[], bigint[])",
    "vault.readings_find(text[], text[], text[], text[], text, bigint, bigint, bigint, integer)",
)
OF_NOBODY = ("vault.readings_now(bigint)",)

OLD_FUNCTIONS = (
    "vault.note_reading(uuid, text, bytea, text, text, text)",
    "vault.readings(text)",
)

OLD_READING = """
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

CREATE TABLE web.look (
    id UUID NOT NULL,
    reader TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX look_about ON web.look (about, at);
CREATE INDEX look_at ON web.look (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON web.look TO chancery_app;
"""

PUT = text("""
INSERT INTO vault.reading (position, recorded_us, salt, body, leaf)
SELECT w.position, w.us, w.salt, w.body,
       sha256('\\x00'::bytea || int8send(w.position) || int8send(w.us) || w.salt || w.body)
  FROM (SELECT CAST(:position AS bigint) AS position, CAST(:us AS bigint) AS us, CAST(:body AS bytea) AS body,
               substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16) AS salt OFFSET 0) AS w
""")
CASES = text(
    """
SELECT (extract(epoch FROM read_at) * 1000000)::bigint AS us, id::text, mission, marker, reader, basis, reason
  FROM vault.reading
"""
)
LOOKS = text(
    """
SELECT (extract(epoch FROM l.at) * 1000000)::bigint AS us, l.id::text, l.reader, l.kind, l.about, d.mission
  FROM web.look l LEFT JOIN vault.directory d ON d.posting = l.about AND l.kind = 'person'
"""
)


def upgrade() -> None:
    before = list(_earlier(op.get_bind()))
    for signature in OLD_FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP TABLE vault.reading")
    op.execute("DROP TABLE web.look")
    op.execute(TABLES)
    for script in (APPEND, FORGET, READ):
        op.execute(script)
    for signature in (*OF_THE_APPLICATION, *OF_BOTH, *OF_NOBODY):
        op.execute(f"ALTER FUNCTION {signature} OWNER TO chancery_vault_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for signature in (*OF_THE_APPLICATION, *OF_BOTH):
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO chancery_app")
    # The signer and whoever verifies read the bytes; they come in as the reader, who may write nothing.
    op.execute("GRANT USAGE ON SCHEMA vault TO chancery_reader")
    for signature in OF_BOTH:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO chancery_reader")
    for position, (us, body) in enumerate(before, start=1):
        op.get_bind().execute(PUT, {"position": position, "us": us, "body": rfc8785.dumps(body)})


def _earlier(connection: Connection) -> Iterable[tuple[int, dict[str, Any]]]:
    """What both older tables hold, in the order of time, as entries of the new log."""
    found = []
    for row in connection.execute(CASES).mappings():
        mark = {"id": row["id"], "marker": bytes(row["marker"]).hex()}
        found.append((row, {"kind": "case", "basis": row["basis"], "reason": row["reason"], "mark": mark}))
    for row in connection.execute(LOOKS).mappings():
        # A look at a person named their posting only; the others named a mission in its place.
        whom = {"about": [row["about"]]} if row["kind"] == "person" else {"mission": row["about"]}
        found.append((row, {"kind": row["kind"], "basis": "unstated"} | whom))
    found.sort(key=lambda one: (one[0]["us"], one[0]["id"]))
    empty: dict[str, Any] = {
        "about": [],
        "form": None,
        "mark": None,
        "reason": None,
        "schema": 1,
        "upto": None,
    }
    for row, said in found:
        yield row["us"], empty | {"by": row["reader"], "mission": row["mission"]} | said


def downgrade() -> None:
    # Who read what is never thrown away by a migration: what the older tables cannot say keeps them from coming back.
    op.execute(r"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM vault.reading WHERE kind NOT IN ('case', 'person', 'export', 'readings', 'tidied')
                  OR kind = 'person' AND cardinality(about) <> 1) THEN
        RAISE EXCEPTION 'the access log holds what the older tables cannot: it is never dropped by a migration'
            USING ERRCODE = 'VA003';
    END IF;
END $$;
""")
    for signature in (*OF_THE_APPLICATION, *OF_BOTH, *OF_NOBODY):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("REVOKE USAGE ON SCHEMA vault FROM chancery_reader")
    op.execute("ALTER TABLE vault.reading RENAME TO reading_10")
    op.execute("ALTER TABLE vault.reading_10 RENAME CONSTRAINT reading_pkey TO reading_10_pkey")
    op.execute("DROP INDEX vault.reading_mission")
    op.execute(OLD_READING)
    for signature in OLD_FUNCTIONS:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO chancery_vault_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO chancery_app")
    op.execute(r"""
INSERT INTO vault.reading (id, mission, marker, reader, basis, reason, read_at)
SELECT (r.said #>> '{mark,id}')::uuid, r.mission, decode(r.said #>> '{mark,marker}', 'hex'), r.reader, r.basis,
       r.said ->> 'reason', timestamptz 'epoch' + r.recorded_us * interval '1 microsecond'
  FROM (SELECT *, convert_from(body, 'UTF8')::json AS said FROM vault.reading_10 WHERE kind = 'case') AS r;
INSERT INTO web.look (id, reader, kind, about, at)
SELECT gen_random_uuid(), r.reader, r.kind, CASE WHEN r.kind = 'person' THEN r.about[1] ELSE coalesce(r.mission, '') END,
       timestamptz 'epoch' + r.recorded_us * interval '1 microsecond'
  FROM vault.reading_10 r WHERE r.kind IN ('person', 'export', 'readings');
DROP TABLE vault.reading_10;
DROP TABLE vault.reading_head;
DROP FUNCTION vault.reading_field(bytea, text);
DROP FUNCTION vault.reading_about(bytea);
REVOKE SELECT ON log.origin FROM chancery_vault_owner;
REVOKE USAGE ON SCHEMA log FROM chancery_vault_owner;
""")
