"""Our own log lines: for operators, never a record, and nothing in them that could be a person.

Denied by default. A key that is not in ALLOWED is dropped and counted; a value that is no plain token is refused; of an
exception remain its type, its code, where it was raised and a correlation id, never its message. What libraries log is
reduced to logger, place and exception type, because their sentences hold our data.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO
from uuid import UUID

import structlog
from temporalio import workflow
from typing_extensions import override

if TYPE_CHECKING:
    from temporalio.runtime import LoggingConfig

ALLOWED: Final = frozenset(
    # Not here on purpose: `case`. A case beside an obligation, in one line, is the link that shredding must cut.
    [
        "event",
        "level",
        "timestamp",
        "logger",
        "where",
        "error",
        "cause",
        "code",
        "correlation",
        "reference",
        "hook",
        "at",
        "dropped",
        "refused",
        "command",
        "command_id",
        "actor",
        "role",
        "stream",
        "position",
        "positions",
        "first",
        "last",
        "version",
        "obligation",
        "task",
        "step",
        "mission",
        "definition",
        "instrument",
        "procedure",
        "kind",
        "state",
        "status",
        "outcome",
        "reason",
        "view",
        "migration",
        "parked",
        "workflow_id",
        "workflow_type",
        "run_id",
        "activity",
        "attempt",
        "task_queue",
        "namespace",
        "schedule",
        "signal",
        "worker",
        "count",
        "events",
        "size",
        "bytes",
        "seconds",
        "lag",
        "due",
        "instant",
        "pid",
        "port",
        "address",
        "program",
        "path",
        "language",
    ]
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.:/@+\-\[\]<>=]{0,200}", re.ASCII)
_EVENT: Final = re.compile(r"[a-z0-9][a-z0-9 _.,;:()/-]{0,99}", re.ASCII)
_SEALED_STREAMS: Final = re.compile(r"\b(case|proceeding)([/:-]).+", re.ASCII)

dropped: Final[Counter[str]] = Counter()
"""How often each key was dropped or its value refused since the program began; for the metrics."""

Event = MutableMapping[str, Any]


def configure(
    form: Literal["auto", "json", "console"] = "auto", level: str = "info", stream: TextIO | None = None
) -> None:
    """Send every log line of this process, ours and the libraries', through the allow-list to ``stream`` (standard error).

    May be called again. Also takes over what Python prints by itself: warnings and uncaught exceptions.
    """
    stream = stream or sys.stderr
    console = form == "console" or (form == "auto" and stream.isatty())
    renderer = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty(), sort_keys=False)
        if console
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    structlog.configure(
        processors=[
            drop_replays,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _exceptions,
            allow,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,  # a lock made on first use inside a workflow stops it
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _Routed):
            root.removeHandler(handler)
    root.addHandler(_Routed())
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # logging's own complaint prints the arguments of the call
    sys.excepthook = _uncaught
    threading.excepthook = lambda seen: _uncaught(seen.exc_type, seen.exc_value, seen.exc_traceback)


def core_logging() -> LoggingConfig:
    """For ``temporalio.runtime``: the SDK's core is not Python and writes failures, message and all, to standard error itself.

    Forwarded, its lines are reduced like those of any library. ``TelemetryConfig(logging=core_logging())``.
    """
    from temporalio.runtime import LogForwardingConfig, LoggingConfig, TelemetryFilter

    return LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(
            logger=logging.getLogger("temporalio.core"),
            append_target_to_name=False,
            append_log_fields_to_message=False,
        ),
    )


def reset() -> None:
    """Undo ``configure``: for tests."""
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _Routed):
            root.removeHandler(handler)
            root.setLevel(logging.WARNING)
            logging.captureWarnings(capture=False)
            logging.raiseExceptions = True
            sys.excepthook = sys.__excepthook__
            threading.excepthook = threading.__excepthook__


def correlate(correlation: str | None = None) -> str:
    """Bind a correlation id, random unless given, to all lines of this context; what a user may quote to an operator."""
    chosen = correlation or secrets.token_hex(6)
    structlog.contextvars.bind_contextvars(correlation=chosen)
    return chosen


def drop_replays(_logger: object, _method: str, event: Event) -> Event:
    """First processor: what a workflow logged before is not logged again when its history is replayed."""
    if workflow.in_workflow() and workflow.unsafe.is_replaying_history_events():
        raise structlog.DropEvent
    return event


def allow(_logger: object, _method: str, event: Event) -> Event:
    """Keep allowed keys with plain values; count the rest."""
    kept: dict[str, Any] = {}
    lost = refused = 0
    for key, value in event.items():
        if key not in ALLOWED:
            lost += 1
            dropped[key] += 1
        elif key == "event":
            kept[key] = value if isinstance(value, str) and _EVENT.fullmatch(value) else "refused"
        elif (plain := _plain(value)) is _REFUSED:
            refused += 1
            dropped[key] += 1
        else:
            kept[key] = plain
    if lost:
        kept["dropped"] = lost
    if refused:
        kept["refused"] = refused
    return kept


_REFUSED: Final = object()


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, UUID | Path):
        value = str(value)
    if isinstance(value, str) and _TOKEN.fullmatch(value):
        return _SEALED_STREAMS.sub(r"\1\2<sealed>", value)
    return _REFUSED


def _exceptions(_logger: object, _method: str, event: Event) -> Event:
    """An exception's message may quote what was typed: only type, code and place remain."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event.update(describe(error))
        event.setdefault("correlation", secrets.token_hex(6))
    return event


def describe(error: BaseException) -> Mapping[str, str]:
    """What may be said of an exception in a log line: never its message."""
    said = {"error": f"{type(error).__module__}.{type(error).__qualname__}"}
    for name in ("code", "sqlstate"):
        code = getattr(error, name, None)
        if isinstance(code, str) and code:
            said["code"] = code
            break
    frames = traceback.extract_tb(error.__traceback__)
    if frames:
        said["at"] = f"{Path(frames[-1].filename).stem}:{frames[-1].lineno}"
    cause = error.__cause__ or error.__context__
    if cause is not None:
        said["cause"] = type(cause).__qualname__
    return said


class _Routed(logging.Handler):
    """Takes what libraries log. Their sentence is left out; logger and place find it again in their source."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        known = {"debug", "info", "warning", "error", "critical"}
        method = record.levelname.lower() if record.levelname.lower() in known else "warning"
        getattr(log, method)(
            "library message",
            logger=record.name,
            where=f"{record.module}:{record.lineno}",
            exc_info=record.exc_info if record.exc_info and record.exc_info[1] else None,
        )


def _uncaught(kind: type[BaseException], value: BaseException | None, _trace: object) -> None:
    if not issubclass(kind, SystemExit | KeyboardInterrupt):
        structlog.get_logger().critical("uncaught exception", exc_info=value)
