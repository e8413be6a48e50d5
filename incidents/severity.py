"""The severities of Cloud Logging, with their numbers. Pure.

Source: the LogSeverity enum of the Cloud Logging API v2.
"""

from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """How bad a log entry says it is; comparable, and stored as its number."""

    DEFAULT = 0
    DEBUG = 100
    INFO = 200
    NOTICE = 300
    WARNING = 400
    ERROR = 500
    CRITICAL = 600
    ALERT = 700
    EMERGENCY = 800


# What loggers of other worlds write for the same thing.
ALIASES: Final = {
    "TRACE": Severity.DEBUG,
    "VERBOSE": Severity.DEBUG,
    "FINE": Severity.DEBUG,
    "INFORMATION": Severity.INFO,
    "SUCCESS": Severity.INFO,
    "LOG": Severity.INFO,
    "WARN": Severity.WARNING,
    "ERR": Severity.ERROR,
    "SEVERE": Severity.ERROR,
    "CRIT": Severity.CRITICAL,
    "FATAL": Severity.CRITICAL,
    "PANIC": Severity.EMERGENCY,
    "EMERG": Severity.EMERGENCY,
}


_NAMES: Final[dict[str, Severity]] = {**Severity.__members__, **ALIASES}


def by_name(name: str) -> Severity | None:
    """The severity that a word means, whatever its case; None for a word that is none."""
    return _NAMES.get(name.strip().upper())
