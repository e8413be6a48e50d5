"""Levels as log lines write them, and the parts of a line that come with one. Pure."""

import re
from typing import Final

from incidents.severity import ALIASES, Severity
from ingestion.records import Location

# The short forms of zerolog and logrus.
_SHORT: Final = {
    **dict.fromkeys(("TRC", "DBG", "DEBU", "TRAC"), Severity.DEBUG),
    **dict.fromkeys(("INF",), Severity.INFO),
    **dict.fromkeys(("WRN",), Severity.WARNING),
    **dict.fromkeys(("ERRO",), Severity.ERROR),
    **dict.fromkeys(("FTL", "FATA"), Severity.CRITICAL),
}
_UPPER: Final = {name: severity for name, severity in {**Severity.__members__, **ALIASES, **_SHORT}.items() if severity}
# Words that mean a level in any case; the others are too much like prose ("log", "fine", "alert").
_ANY_CASE: Final = ("debug", "trace", "verbose", "info", "notice", "warn", "warning", "err", "error", "crit", "critical", "fatal", "emerg")
_LEVELS: Final = _UPPER | {spelt: _UPPER[word.upper()] for word in _ANY_CASE for spelt in (word, word.capitalize())}
# What .NET's console writes.
DOTNET: Final = {
    "trce": Severity.DEBUG,
    "dbug": Severity.DEBUG,
    "info": Severity.INFO,
    "warn": Severity.WARNING,
    "fail": Severity.ERROR,
    "crit": Severity.CRITICAL,
}
_CODE: Final = r"[\w./\\$-]{1,200}\.(?:py|go|js|mjs|cjs|ts|tsx|java|kt|scala|rs|rb|php|c|cc|cpp|h|cs|ex|erl|swift|pl)"
_DOTTED: Final = r"[A-Za-z_][\w.$/-]{0,200}(?:::[\w]{1,80}){0,12}"

# What follows a level, in the order in which it is looked for.
_SPRING: Final = re.compile(r" {1,8}(?:\d{1,10} )?--- (?:\[[^\]\n]{0,120}\] ?){1,3}(?P<name>[^\s:]{1,200}) {0,60}: ")
_THREAD: Final = re.compile(
    r"[ \t]{1,8}[\[(][^\])\n]{0,120}[\])] {1,4}(?P<name>[A-Za-z_][\w.$/-]{0,200})"
    r"(?:\((?P<file>[\w.$-]{1,100}):(?P<fileline>\d{1,9})\)|:(?P<line>\d{1,9}))? {0,60}(?:-|:) "
)
_BRACKETED: Final = re.compile(r"[ \t]{0,8}\[(?P<name>[A-Za-z_][\w$-]{0,100}(?:\.[\w$-]{1,100}){1,20})\]:? ")
_PLACE: Final = re.compile(rf"[ \t:-]{{1,8}}[\[(]?(?P<file>{_CODE}):(?P<line>\d{{1,9}})[\])]?(?:(?: -|:)?[ \t]|\Z)")
_NAMED: Final = re.compile(rf"[ \t]{{1,8}}(?P<name>{_DOTTED})(?::(?P<line>\d{{1,9}}))?(?P<end>:| {{1,60}}-)[ \t]")
_TAILS: Final = (_SPRING, _THREAD, _BRACKETED, _PLACE, _NAMED)
_EXCEPTION: Final = ("Error", "Exception", "Warning", "Exit", "Interrupt")


# Numbers of other worlds: syslog's (GELF, journald) and those of pino and bunyan, which count from 10.
_SYSLOG: Final = (
    *(Severity.EMERGENCY, Severity.ALERT, Severity.CRITICAL, Severity.ERROR),
    *(Severity.WARNING, Severity.NOTICE, Severity.INFO, Severity.DEBUG),
)
_PINO: Final = {10: Severity.DEBUG, 20: Severity.DEBUG, 30: Severity.INFO, 40: Severity.WARNING, 50: Severity.ERROR, 60: Severity.CRITICAL}
_PYTHON: Final = {10: Severity.DEBUG, 20: Severity.INFO, 30: Severity.WARNING, 40: Severity.ERROR, 50: Severity.CRITICAL}


def of_syslog(number: int) -> Severity:
    """The severity of a syslog priority or level."""
    return _SYSLOG[number % 8]


def of_number(number: int) -> Severity | None:
    """The severity of a logger's own level number, as JSON loggers write it under `level`."""
    return _SYSLOG[number] if 0 <= number < 8 else _PINO.get(number)


def of_python(number: int) -> Severity | None:
    """The severity of Python's `levelno`."""
    return _PYTHON.get(number)


def level_of(word: str) -> Severity | None:
    """The severity that a word means where a level is expected; None for words that are none, and for DEFAULT."""
    return _LEVELS.get(word)


def is_name(word: str, end: str = ":") -> bool:
    """Whether a word before a colon or dash is a logger's name, and not an exception's or the beginning of a sentence."""
    if word.endswith(_EXCEPTION) or word in _LEVELS or "/" in word[:1]:
        return False
    if "." in word or "::" in word or "_" in word:
        return True
    return end == ":" and word[0].islower()


def after_level(text: str, start: int) -> tuple[int, Location]:
    """Where the message begins in a line whose level ends at `start`, and what is said between the two of the place."""
    for pattern in _TAILS:
        match = pattern.match(text, start)
        if match is None:
            continue
        found = match.groupdict()
        name = found.get("name") or ""
        if pattern is _NAMED and not is_name(name, found["end"].strip()):
            continue
        line = found.get("fileline") or found.get("line")
        return match.end(), Location(module=name, file=found.get("file") or "", line=int(line) or None if line else None)
    return start, Location()
