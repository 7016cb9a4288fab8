"""The log: one table that only its append function may write."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = r"""
CREATE SCHEMA log AUTHORIZATION chancery_log_owner;
SET LOCAL ROLE chancery_log_owner;

-- One row that every append locks and none updates: an updated row slows down while any snapshot is open.
CREATE TABLE log.head (id smallint PRIMARY KEY CHECK (id = 1));
INSERT INTO log.head VALUES (1);

-- Which log this is. Only a rehearsal takes its time from the caller.
CREATE TABLE log.origin (
  id        smallint PRIMARY KEY CHECK (id = 1),
  origin    text     NOT NULL CHECK (octet_length(origin) BETWEEN 1 AND 200),
  rehearsal boolean  NOT NULL
);

CREATE TABLE log.stream (
  id   bigint PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE CHECK (octet_length(name) BETWEEN 1 AND 200)
);

-- convert_from alone is only STABLE; the promise of IMMUTABLE holds because the encoding is UTF8 for good.
-- json, not jsonb: four columns read a body, none needs its tree, and text is searched faster than a tree is built.
-- Every name carries its schema: a restore runs with an empty search_path.
CREATE FUNCTION log.field(body bytea, path text[]) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (pg_catalog.convert_from(body, 'UTF8')::pg_catalog.json OPERATOR(pg_catalog.#>>) path);

-- recorded_us is when the log took it: microseconds since 1970-01-01T00:00:00Z, never decreasing.
-- leaf is RFC 6962's leaf hash, from raw columns: PostgreSQL refuses one made from a generated column.
CREATE TABLE log.event (
  position    bigint  PRIMARY KEY CHECK (position > 0),
  recorded_us bigint  NOT NULL,
  stream      bigint  NOT NULL,
  version     integer NOT NULL GENERATED ALWAYS AS (log.field(body, '{version}')::integer) STORED
                      CHECK (version > 0),
  body        bytea   NOT NULL CHECK (octet_length(body) <= 65519),
  event_id    uuid    NOT NULL GENERATED ALWAYS AS (log.field(body, '{id}')::uuid) STORED,
  type        text    NOT NULL GENERATED ALWAYS AS (log.field(body, '{type}')) STORED,
  command_id  uuid    NOT NULL GENERATED ALWAYS AS (log.field(body, '{command,id}')::uuid) STORED,
  leaf        bytea   NOT NULL GENERATED ALWAYS AS
                      (sha256('\x00'::bytea || int8send(position) || int8send(recorded_us) || body)) STORED,
  UNIQUE (stream, version),
  UNIQUE (stream, event_id)
);
"""

APPEND = r"""
CREATE FUNCTION log.assert_durable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_catalog.current_setting('synchronous_commit') IN ('off', 'local') THEN
    RAISE EXCEPTION 'synchronous_commit was switched off before the commit' USING ERRCODE = 'CH003';
  END IF;
  RETURN NULL;
END $$;

-- The check on entry says nothing about the commit: SET LOCAL after the call left 50 of 50 commits unflushed.
CREATE CONSTRAINT TRIGGER durable AFTER INSERT ON log.event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION log.assert_durable();

CREATE FUNCTION log.append(
  p_reads text[], p_read_versions integer[],
  p_streams text[], p_versions integer[], p_bodies bytea[],
  p_recorded_us bigint DEFAULT NULL
) RETURNS TABLE ("position" bigint, recorded_us bigint, leaf bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The plan must be the same at ten rows and at ten million: index look-ups, planned once.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_last    bigint;
  v_last_us bigint;
  v_now_us  bigint;
  v_name    text;
  v_names   text;
BEGIN
  IF current_setting('synchronous_commit') IN ('off', 'local') THEN
    RAISE EXCEPTION 'the log refuses synchronous_commit = %', current_setting('synchronous_commit')
      USING ERRCODE = 'CH003';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    -- An older snapshot cannot see what was appended while it waited for the lock.
    RAISE EXCEPTION 'the log is appended to under READ COMMITTED, not %', current_setting('transaction_isolation')
      USING ERRCODE = 'CH004';
  END IF;
  IF p_recorded_us IS NOT NULL AND NOT EXISTS (SELECT FROM log.origin o WHERE o.rehearsal) THEN
    RAISE EXCEPTION 'a real log takes the time from its own clock' USING ERRCODE = 'CH006';
  END IF;
  IF coalesce(cardinality(p_streams), 0) = 0
     OR cardinality(p_versions) IS DISTINCT FROM cardinality(p_streams)
     OR cardinality(p_bodies) IS DISTINCT FROM cardinality(p_streams)
     OR cardinality(p_reads) IS DISTINCT FROM cardinality(p_read_versions) THEN
    RAISE EXCEPTION 'append takes arrays of equal length and at least one event' USING ERRCODE = 'CH005';
  END IF;
  SELECT w.stream INTO v_name
    FROM unnest(p_streams, p_versions, p_bodies) AS w(stream, version, body),
         LATERAL (SELECT convert_from(w.body, 'UTF8')::jsonb AS event OFFSET 0) AS parsed
   WHERE parsed.event ->> 'stream' IS DISTINCT FROM w.stream
      OR parsed.event ->> 'version' IS DISTINCT FROM w.version::text
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a body names another stream or version than it is appended to: %', v_name
      USING ERRCODE = 'CH005';
  END IF;

  PERFORM FROM log.head h WHERE h.id = 1 FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'log.head has lost its row' USING ERRCODE = 'CH005';
  END IF;

  SELECT jsonb_agg(DISTINCT claim.name)::text INTO v_names
    FROM (SELECT r.name, r.version FROM unnest(p_reads, p_read_versions) AS r(name, version)
          UNION
          SELECT w.stream, w.version - row_number() OVER (PARTITION BY w.stream ORDER BY w.n)
            FROM unnest(p_streams, p_versions) WITH ORDINALITY AS w(stream, version, n)) AS claim
    LEFT JOIN log.stream s ON s.name = claim.name
    LEFT JOIN LATERAL (SELECT e.version FROM log.event e
                        WHERE e.stream = s.id ORDER BY e.version DESC LIMIT 1) AS top ON true
   WHERE claim.version IS DISTINCT FROM coalesce(top.version, 0);
  IF v_names IS NOT NULL THEN
    RAISE EXCEPTION 'streams have moved' USING ERRCODE = 'CH001', DETAIL = v_names;
  END IF;

  INSERT INTO log.stream (id, name)
  SELECT (SELECT coalesce(max(s.id), 0) FROM log.stream s) + row_number() OVER (ORDER BY w.n), w.name
    FROM (SELECT u.name, min(u.n) AS n FROM unnest(p_streams) WITH ORDINALITY AS u(name, n) GROUP BY u.name) AS w
   WHERE NOT EXISTS (SELECT FROM log.stream s WHERE s.name = w.name);

  SELECT e.position, e.recorded_us INTO v_last, v_last_us FROM log.event e ORDER BY e.position DESC LIMIT 1;
  v_last := coalesce(v_last, 0);
  v_now_us := greatest(v_last_us, coalesce(p_recorded_us, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint));
  -- Later statements of the same transaction know by this where their events lie.
  PERFORM set_config('chancery.base', v_last::text, true);
  PERFORM pg_notify('chancery_log', (v_last + cardinality(p_streams))::text);

  BEGIN
    RETURN QUERY
    INSERT INTO log.event (position, recorded_us, stream, body)
    SELECT v_last + w.n, v_now_us, s.id, w.body
      FROM unnest(p_streams, p_bodies) WITH ORDINALITY AS w(stream, body, n)
      JOIN log.stream s ON s.name = w.stream
     ORDER BY w.n
    RETURNING position, recorded_us, leaf;
  EXCEPTION WHEN unique_violation THEN
    SELECT jsonb_agg(DISTINCT w.name)::text INTO v_names
      FROM (SELECT u.name, (convert_from(u.body, 'UTF8')::jsonb ->> 'id')::uuid AS id,
                   count(*) OVER (PARTITION BY u.name, (convert_from(u.body, 'UTF8')::jsonb ->> 'id')::uuid) AS times
              FROM unnest(p_streams, p_bodies) AS u(name, body)) AS w
      LEFT JOIN log.stream s ON s.name = w.name
     WHERE w.times > 1 OR EXISTS (SELECT FROM log.event e WHERE e.stream = s.id AND e.event_id = w.id);
    IF v_names IS NULL THEN
      RAISE;
    END IF;
    RAISE EXCEPTION 'an event is in its stream already' USING ERRCODE = 'CH002', DETAIL = v_names;
  END;
END $$;
"""

GRANTS = r"""
REVOKE ALL ON FUNCTION log.field(bytea, text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION log.assert_durable() FROM PUBLIC;
REVOKE ALL ON FUNCTION log.append(text[], integer[], text[], integer[], bytea[], bigint) FROM PUBLIC;
GRANT USAGE ON SCHEMA log TO chancery_app, chancery_reader;
GRANT SELECT ON log.event, log.stream, log.head, log.origin TO chancery_app, chancery_reader;
GRANT EXECUTE ON FUNCTION log.append(text[], integer[], text[], integer[], bytea[], bigint) TO chancery_app;
RESET ROLE;
"""


def upgrade() -> None:
    for script in (TABLES, APPEND, GRANTS):
        op.execute(script)


def downgrade() -> None:
    # Going back is for an empty log: no version of the program may throw away a record.
    op.execute(r"""
DO $$ BEGIN
  IF EXISTS (SELECT FROM log.event) THEN
    RAISE EXCEPTION 'the log holds events: it is never dropped by a migration' USING ERRCODE = 'CH007';
  END IF;
END $$;
DROP SCHEMA log CASCADE;
""")
