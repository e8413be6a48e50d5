"""What loggers write before a message: time, level, place. Pure.

Every pattern is anchored and every repetition bounded, so that hostile lines cost no more than honest ones.
"""

import re
from typing import Final

from incidents.severity import Severity
from ingestion.formats.after_time import Header, read_after_time, skip_separators
from ingestion.formats.cleaning import MARKUP
from ingestion.formats.levels import DOTNET, after_level, level_of, of_syslog
from ingestion.formats.times import MONTHS, written_ns
from ingestion.records import Location

_TIME: Final = re.compile(
    r"(\[)?(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d{0,20})?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?(?!\d)", re.ASCII
)
_CLOCK: Final = re.compile(r"\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?(?= )", re.ASCII)
_APACHE: Final = re.compile(r"\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? (\d{4})\](?= )", re.ASCII)
_CLF_TIME: Final = re.compile(r"\[(\d\d)/([A-Z][a-z]{2})/(\d{4})[: ](\d\d:\d\d:\d\d)(?: ([+-]\d{4}))?\](?: |\Z)", re.ASCII)
_SYSLOG: Final = re.compile(
    r"(?:<(\d{1,3})>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?:\d{4} )?[\w.:-]{1,255} [\w./-]{1,100}(?:\[\d{1,10}\])?: ", re.ASCII
)
_RFC5424: Final = re.compile(
    r"<(\d{1,3})>1 (\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) \S{1,255} \S{1,48} \S{1,128} \S{1,32} "
    r"(?:-|(?:\[[^\]\n]{0,1000}\]){1,16})(?: \ufeff?|\Z)",
    re.ASCII,
)
_HOST: Final = re.compile(r" [\w.-]{1,255} [\w./-]{1,100}\[\d{1,10}\]: ", re.ASCII)
_CRI: Final = re.compile(r" (?:stdout|stderr) [FP] ")
_GLOG: Final = re.compile(r"([IWEF])(?:\d{4}|\d{8}) \d\d:\d\d:\d\d\.\d{1,9} {1,8}\d{1,10} ([\w./-]{1,200}):(\d{1,9})\] ", re.ASCII)
_RUBY: Final = re.compile(r"[DIWEFA], \[(?=\d{4}-)")
_RUBY_TAIL: Final = re.compile(r" #\d{1,10}\] {1,4}([A-Z]{3,7}) -- ([\w.:-]{0,100}): ")
_DOTNET: Final = re.compile(r"(trce|dbug|info|warn|fail|crit): ([\w.]{1,200})\[\d{1,10}\](?:\s{1,12}|\Z)")

_CELERY: Final = re.compile(r": ([A-Z]{3,11})/([^\]\n]{1,100})\] ?")
_RUST: Final = re.compile(r" ([A-Z]{3,11}) {1,4}([\w:.-]{1,200})\] ?")
_BASIC: Final = re.compile(r"([A-Z]{3,11}):([\w.-]{1,200}):(?! )")
_BARE: Final = re.compile(r"(?:\[([A-Za-z]{3,11}) {0,8}\]|([A-Za-z]{3,11}))(:?)([ \t]{0,12})")
_VERBOSE: Final = re.compile(r" ([A-Za-z_][\w.]{0,200}) \d{1,10} \d{1,20} ")
_GLOG_LEVELS: Final = {"I": Severity.INFO, "W": Severity.WARNING, "E": Severity.ERROR, "F": Severity.CRITICAL}
# How far markup is removed where it stands in the header too.
_HEADER_LENGTH: Final = 600


def read_header(text: str, *, level_known: bool = False) -> Header:
    """The header of a text without control characters; one that begins at 0 and says nothing where there is none.

    Where the level is known from elsewhere, a leading "ERROR: " is the program's own words and stays.
    """
    first = text[:1]
    if first == "<" and MARKUP.match(text):
        unmarked = MARKUP.sub("", text[:_HEADER_LENGTH]) + text[_HEADER_LENGTH:]
        header = _timed(unmarked) if unmarked[:1].isdigit() else Header(text)
        return header if header.start else Header(text)
    if first.isdigit() or (first == "[" and text[1:2].isdigit()):
        return _timed(text)
    if first == "<" or text[:3] in MONTHS:
        return _syslog(text)
    if not (first == "[" or first.isalpha()):
        return Header(text)
    return _worded(text, level_known)


def _timed(text: str, *, wrapped: bool = False) -> Header:
    match = _TIME.match(text)
    if match is None:
        return _clocked(text)
    bracket, year, month, day, clock, fraction, zone = match.groups()
    time_ns = written_ns(f"{year}-{month}-{day}", clock, fraction, zone)
    start = match.end()
    if bracket is None:
        wrapper = None if wrapped else _HOST.match(text, start) or _CRI.match(text, start)
        if wrapper is not None:
            inner = _inner(text[wrapper.end() :])
            return inner if inner.time_ns is not None else inner._replace(time_ns=time_ns)
        return read_after_time(text, start, time_ns)
    if text[start : start + 1] == "]":
        return read_after_time(text, start + 1, time_ns)
    if (match := _CELERY.match(text, start)) and (level := level_of(match[1])):
        return Header(text, match.end(), level, Location(), time_ns)
    if (match := _RUST.match(text, start)) and (level := level_of(match[1])):
        return Header(text, match.end(), level, Location(module=match[2]), time_ns)
    return Header(text, 0, None, Location(), time_ns)


def _clocked(text: str) -> Header:
    """Lines whose time is not in ISO's order, or has no day."""
    if match := _CLF_TIME.match(text):
        day, month, year, clock, zone = match.groups()
        time_ns = written_ns(f"{year}-{MONTHS.get(month, 0):02d}-{day}", clock, None, zone)
        return read_after_time(text, match.end() - 1, time_ns) if match.end() < len(text) else Header(text, 0, None, Location(), time_ns)
    if match := _APACHE.match(text):
        month, day, clock, fraction, year = match.groups()
        time_ns = written_ns(f"{year}-{MONTHS.get(month, 0):02d}-{day.replace(' ', '0')}", clock, fraction, None)
        return read_after_time(text, match.end(), time_ns)
    if match := _CLOCK.match(text):
        header = read_after_time(text, match.end(), None)
        return header if header.severity is not None else Header(text)
    return Header(text)


def _syslog(text: str) -> Header:
    """`Jan  2 15:04:05 host process[pid]: message`; its time names no year and so is none."""
    if match := _RFC5424.match(text):
        inner = _inner(text[match.end() :])
        year, month, day, clock, fraction, zone = match.groups()[1:]
        time_ns = written_ns(f"{year}-{month}-{day}", clock, fraction, zone)
        return inner._replace(severity=of_syslog(int(match[1])) if inner.severity is None else inner.severity, time_ns=time_ns)
    match = _SYSLOG.match(text)
    if match is None:
        return _worded(text, level_known=False) if text[:1] != "<" else Header(text)
    inner = _inner(text[match.end() :])
    if inner.severity is not None or match[1] is None:
        return inner
    return inner._replace(severity=of_syslog(int(match[1])))


def _inner(text: str) -> Header:
    """The header of what another program's header wraps."""
    first = text[:1]
    if first.isdigit() or (first == "[" and text[1:2].isdigit()):
        return _timed(text, wrapped=True)
    return _worded(text, level_known=False)


def _worded(text: str, level_known: bool) -> Header:
    """Lines that begin with a word: a level, or a letter for one."""
    first = text[0:1]
    if first in "IWEF" and (match := _GLOG.match(text)):
        return Header(text, match.end(), _GLOG_LEVELS[first], Location(file=match[2], line=int(match[3]) or None))
    if first == "[" and text[4:5] == " ":
        header = _clocked(text)
        if header.start:
            return header
    if text[1:3] == ", " and _RUBY.match(text):
        return _ruby(text)
    if match := _BASIC.match(text):
        severity = level_of(match[1])
        return Header(text, match.end(), severity, Location(module=match[2])) if severity else Header(text)
    if (match := _DOTNET.match(text)) is not None:
        return Header(text, match.end(), DOTNET[match[1]], Location(module=match[2]))
    match = _BARE.match(text)
    if match is None or (severity := level_of(match[1] or match[2])) is None:
        return Header(text)
    return _levelled(text, match, severity, level_known)


def _levelled(text: str, match: re.Match[str], severity: Severity, level_known: bool) -> Header:
    boxed, word, colon, gap = match.groups()
    end = match.end() - len(gap)
    timed = _TIME.match(text, match.end()) if gap else None
    if timed is not None:
        year, month, day, clock, fraction, zone = timed.groups()[1:]
        time_ns = written_ns(f"{year}-{month}-{day}", clock, fraction, zone)
        verbose = _VERBOSE.match(text, timed.end())
        start = verbose.end() if verbose else skip_separators(text, timed.end())
        return Header(text, start, severity, Location(module=verbose[1]) if verbose else Location(), time_ns)
    loud = bool(boxed) or word.isupper()
    start, place = after_level(text, end) if loud else (end, Location())
    if place:
        return Header(text, start, severity, place)
    separated = boxed or colon or len(gap) > 1 or "\t" in gap or text[match.end() : match.end() + 2] in ("- ", "| ")
    if not separated or level_known or not gap:
        return Header(text)
    # "Error: cannot find module" is what the program said; "ERROR: …" is how its logger began.
    return Header(text, skip_separators(text, match.end()) if loud else 0, severity)


def _ruby(text: str) -> Header:
    timed = _TIME.match(text, 3)
    tail = _RUBY_TAIL.match(text, timed.end()) if timed else None
    if timed is None or tail is None:
        return Header(text)
    year, month, day, clock, fraction, zone = timed.groups()[1:]
    time_ns = written_ns(f"{year}-{month}-{day}", clock, fraction, zone)
    return Header(text, tail.end(), level_of(tail[1]), Location(module=tail[2]), time_ns)
