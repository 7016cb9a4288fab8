"""What the program says with its exit code: the kinds of answers, which `chancery.answers` gives each stable code."""

from chancery.answers import (
    CONFLICT,
    DENIED,
    EXIT,
    FINDING,
    INTERRUPTED,
    NOT_FOUND,
    OK,
    UNAVAILABLE,
    USAGE,
    exit_code,
)

__all__ = [
    "CONFLICT",
    "DENIED",
    "EXIT",
    "FINDING",
    "INTERRUPTED",
    "NOT_FOUND",
    "OK",
    "UNAVAILABLE",
    "USAGE",
    "exit_code",
]
