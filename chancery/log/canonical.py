"""Canonical bytes of an event: RFC 8785 with stricter rules, so that one meaning has one form for ever.

Refused, each with a code of its own: floats, integers beyond 2^53 - 1 (RFC 8785 appendix D, I-JSON), text that is not NFC,
NUL (PostgreSQL's jsonb cannot hold it), lone surrogates, keys that are not text, nesting deeper than 32, bodies beyond 65,519 bytes.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import rfc8785

from chancery.log.schema import LARGEST_BODY

LARGEST_INTEGER: Final = 2**53 - 1
DEEPEST: Final = 32

# For keys of ASCII, exact types and the checks below, this is RFC 8785 to the byte (a property test compares them),
# at a quarter of the time.
_encode: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


class NotCanonical(ValueError):
    """A value has no canonical form. `code` is stable, `where` is the path to it, like `data.tasks[3].due`."""

    def __init__(self, code: str, where: str, message: str) -> None:
        super().__init__(f"{code}: {where or 'the event'} {message}")
        self.code = code
        self.where = where
        self.message = message


def canonical(value: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an event. Raises NotCanonical."""
    ascii_keys = _plain(value) or _check(value, "", 1)
    try:
        body = _encode(value).encode() if ascii_keys else rfc8785.dumps(value)
    except UnicodeEncodeError:
        raise NotCanonical(
            "log.surrogate", "", "holds half of a surrogate pair; give whole characters"
        ) from None
    except rfc8785.CanonicalizationError as error:  # keys: values were checked one by one
        raise NotCanonical("log.surrogate", "", f"has no canonical form: {error}") from None
    if len(body) > LARGEST_BODY:
        raise NotCanonical(
            "log.size", "", f"takes {len(body)} bytes; {LARGEST_BODY} is the most an event may take"
        )
    return body


def parse(body: bytes) -> dict[str, Any]:
    """An event from its bytes, as plain dicts and lists. Raises ValueError."""
    event: dict[str, Any] = json.loads(body)
    return event


def format_instant(at: datetime) -> str:
    """An instant as events write it: RFC 3339 in UTC, with microseconds only if there are any.

    Raises NotCanonical `log.naive` if `at` has no time zone.
    """
    if at.tzinfo is None:
        raise NotCanonical(
            "log.naive", "", f"holds {at.isoformat()} without a time zone; give an aware instant"
        )
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """An aware instant in UTC from what `format_instant` wrote.

    Raises NotCanonical `log.instant` for any other spelling: an instant has one form.
    """
    try:
        at = datetime.fromisoformat(text)
        if format_instant(at) == text:
            return at
    except ValueError:
        pass
    raise NotCanonical("log.instant", "", f"holds {text!r}; an instant looks like 2026-05-05T06:10:00Z")


def _plain(value: object) -> bool:
    """Whether nothing in a value asks for a second look: ASCII without NUL, small integers, not too deep.

    Nearly every event is so, and this takes half the time of `_check`, which says what is wrong and where.
    """
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is dict:
                if not _plain_keys(item):
                    return False
                inner.extend(item.values())
            elif kind is list or kind is tuple:
                inner.extend(item)
            elif not (
                (kind is str and item.isascii() and "\0" not in item)
                or (kind is int and -LARGEST_INTEGER <= item <= LARGEST_INTEGER)
                or item is None
                or kind is bool
            ):
                return False
        if not inner:
            return True
        level = inner
    return False


def _plain_keys(value: dict[Any, Any]) -> bool:
    for key in value:
        if type(key) is not str:
            return False
    joined = "".join(value)
    return joined.isascii() and "\0" not in joined


def _check(value: object, where: str, depth: int) -> bool:
    """Refuse what has no canonical form. Returns whether all keys are ASCII."""
    kind = type(value)
    if kind is str:
        _check_text(value, where)  # type: ignore[arg-type]
        return True
    if kind is dict:
        return _check_object(value, where, depth)  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        _check_depth(where, depth)
        ascii_keys = True
        for index, item in enumerate(value):  # type: ignore[arg-type, var-annotated]
            ascii_keys &= _check(item, f"{where}[{index}]", depth + 1)
        return ascii_keys
    if kind is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:  # type: ignore[operator]
            raise NotCanonical(
                "log.integer", where, f"is {value}; beyond 2^53 - 1 readers lose digits: give it as text"
            )
        return True
    if value is None or kind is bool:
        return True
    raise NotCanonical(*_refusal(value, where))


def _check_object(value: dict[object, object], where: str, depth: int) -> bool:
    _check_depth(where, depth)
    ascii_keys = True
    for key, item in value.items():
        if type(key) is not str:
            raise NotCanonical("log.key", where, f"has the key {key!r}; keys are text")
        path = f"{where}.{key}" if where else key
        if not key.isascii():
            ascii_keys = False
        _check_text(key, path)
        ascii_keys &= _check(item, path, depth + 1)
    return ascii_keys


def _check_depth(where: str, depth: int) -> None:
    if depth > DEEPEST:
        raise NotCanonical("log.depth", where, f"is nested deeper than {DEEPEST}")


def _check_text(text: str, where: str) -> None:
    if "\0" in text:
        raise NotCanonical("log.nul", where, "holds the character NUL; leave it out")
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("log.nfc", where, "is not in Unicode's form NFC; normalise it first")


def _refusal(value: object, where: str) -> tuple[str, str, str]:
    if isinstance(value, float):
        return "log.float", where, f"is the float {value}; give an integer or text"
    if isinstance(value, datetime):
        return "log.type", where, "is a datetime; give format_instant() of it"
    return (
        "log.type",
        where,
        f"is a {type(value).__name__}; JSON holds text, integers, true, false, null, lists and objects",
    )
