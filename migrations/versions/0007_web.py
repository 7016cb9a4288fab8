"""What the web keeps for itself: accounts, sessions, drafts, saved views, tokens, jobs.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE web.account (
    id UUID NOT NULL,
    officer_mac BYTEA NOT NULL,
    subject_mac BYTEA,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    password TEXT,
    invite BYTEA,
    invited_until TIMESTAMP WITH TIME ZONE,
    totp_step BIGINT DEFAULT '0' NOT NULL,
    failed INTEGER DEFAULT '0' NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    preferences JSONB DEFAULT '{}'::jsonb NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (officer_mac),
    UNIQUE (subject_mac),
    UNIQUE (invite)
);

CREATE TABLE web.session (
    id BYTEA NOT NULL,
    account UUID,
    posting TEXT,
    csrf TEXT NOT NULL,
    data JSONB DEFAULT '{}'::jsonb NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX session_account ON web.session (account);

CREATE INDEX session_expires ON web.session (expires_at);

CREATE TABLE web.saved_view (
    id UUID NOT NULL,
    account UUID NOT NULL,
    page TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    mission TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX saved_view_account ON web.saved_view (account, page);

CREATE TABLE web.draft (
    account UUID NOT NULL,
    form BYTEA NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (account, form)
);

CREATE TABLE web.visit (
    account UUID NOT NULL,
    page TEXT NOT NULL,
    position BIGINT NOT NULL,
    before BIGINT DEFAULT '0' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (account, page)
);

CREATE TABLE web.seen (
    posting TEXT NOT NULL,
    position BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (posting)
);

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

CREATE TABLE web.token (
    id UUID NOT NULL,
    hash BYTEA NOT NULL,
    account UUID NOT NULL,
    posting TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT token_kind CHECK (kind IN ('calendar', 'api')),
    UNIQUE (hash)
);

CREATE INDEX token_account ON web.token (account);

CREATE TABLE web.template (
    mission TEXT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    version INTEGER NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    posting TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (mission, kind, language, version)
);

CREATE TABLE web.hook (
    id UUID NOT NULL,
    account UUID NOT NULL,
    posting TEXT NOT NULL,
    mission TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    position BIGINT NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    last_code TEXT,
    failing_since TIMESTAMP WITH TIME ZONE,
    next_try TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);

CREATE UNLOGGED TABLE web.request (
    key BYTEA NOT NULL,
    said BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key)
);

CREATE TABLE web.digest (
    account UUID NOT NULL,
    what TEXT NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (account, what)
);

CREATE UNLOGGED TABLE web.bucket (
    key BYTEA NOT NULL,
    tokens FLOAT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key)
);

CREATE TABLE web.job (
    id UUID NOT NULL,
    account UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    done INTEGER DEFAULT '0' NOT NULL,
    total INTEGER DEFAULT '0' NOT NULL,
    result JSONB,
    lane TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    beat_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);

CREATE INDEX job_account ON web.job (account, started_at);

CREATE UNIQUE INDEX job_lane ON web.job (lane) WHERE ended_at IS NULL;

CREATE TABLE web.upload (
    id UUID NOT NULL,
    account UUID NOT NULL,
    kind TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA web")
    op.execute(TABLES)
    op.execute("GRANT USAGE ON SCHEMA web TO chancery_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA web TO chancery_app")
    # A template that was published stays as it was: a new version stands beside it.
    op.execute("REVOKE UPDATE, DELETE ON web.template FROM chancery_app")


def downgrade() -> None:
    op.execute("DROP SCHEMA web CASCADE")
