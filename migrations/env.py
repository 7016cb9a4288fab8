"""Alembic's entry: one transaction for all migrations, one migrating program at a time."""

import importlib
import os

from alembic import context
from sqlalchemy import Connection, MetaData, create_engine, text

MODULES = (
    "chancery.log.schema",
    "chancery.vault_schema",
    "chancery.views.tables",
    "chancery.conductor_schema",
    "chancery.kept_schema",
)
MIGRATION_LOCK = (
    0x6368616E63657279  # "chancery": two programs that start together migrate one after the other
)


def models() -> list[MetaData]:
    """The tables as the code sees them."""
    return [importlib.import_module(name).metadata for name in MODULES]


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Compare our schemas only: a database may hold what is not ours."""
    return kind != "schema" or name in {model.schema for model in models()}


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models(),
        include_schemas=True,
        include_name=ours,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


def run() -> None:
    """Migrate on the connection that chancery.db passes, or on DATABASE_URL when alembic itself is called."""
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    from chancery.db import sqlalchemy_url

    engine = create_engine(sqlalchemy_url(os.environ["DATABASE_URL"]), hide_parameters=True)
    with engine.connect() as connection:
        migrate(connection)
        connection.commit()
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("migrations need a database: set DATABASE_URL and leave out --sql")
run()
