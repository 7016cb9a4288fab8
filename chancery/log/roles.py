"""Who may do what to the log: three roles of the database cluster."""

from typing import Final

from psycopg import Connection, errors, sql

OWNER: Final = "chancery_log_owner"
"""Owns the schema and the append function; nobody can log in as it."""
APP: Final = "chancery_app"
"""The program: reads, and calls the append function."""
READER: Final = "chancery_reader"
"""Signer, verifier, reports: reads."""

_ATTEMPTS = 5
_LIMITS = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}


def ensure_roles(
    connection: Connection[tuple[object, ...]], *, app_password: str, reader_password: str
) -> None:
    """Create the roles or renew their passwords; roles are the cluster's, so two preparations may race.

    The connection is an administrator's and in autocommit mode. Passwords leave the client as SCRAM verifiers, so that
    none can reach the server's log. Raises psycopg.Error.
    """
    _settle(connection, OWNER, sql.SQL("NOLOGIN"))
    for role, password in ((APP, app_password), (READER, reader_password)):
        verifier = connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
        _settle(connection, role, sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(verifier)))
        for setting, value in _LIMITS.items():
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            _insist(
                connection,
                statement.format(sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)),
            )
    _own(connection)


def _settle(connection: Connection[tuple[object, ...]], role: str, what: sql.Composable) -> None:
    try:
        connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), what))
    except (errors.DuplicateObject, errors.UniqueViolation):
        _insist(connection, sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(role), what))


def _own(connection: Connection[tuple[object, ...]]) -> None:
    """Let an administrator who is no superuser act as the owner, which migrating takes."""
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row is not None and not row[0]:
        grant = sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE")
        _insist(connection, grant.format(sql.Identifier(OWNER)))


def _insist(connection: Connection[tuple[object, ...]], statement: sql.Composable) -> None:
    """Run again what lost a race for a row of the catalogue ("tuple concurrently updated")."""
    for attempt in range(_ATTEMPTS):
        try:
            connection.execute(sql.Composed([statement]))
            return
        except (errors.InternalError_, errors.UniqueViolation):
            if attempt == _ATTEMPTS - 1:
                raise
