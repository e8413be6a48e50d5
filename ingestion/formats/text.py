"""What a line of text says, in the formats of many loggers. Pure."""

import re
from dataclasses import dataclass, field
from typing import Final

import msgspec

from incidents.severity import Severity
from ingestion.formats.after_time import Header
from ingestion.formats.cleaning import clean, storable, without_markup, word
from ingestion.formats.headers import read_header
from ingestion.formats.levels import level_of, of_number
from ingestion.formats.stacks import leads_in, read_stack
from ingestion.formats.times import MONTHS, in_range, rfc3339_ns, written_ns
from ingestion.formats.traceback import HEADER, is_header, read_traceback
from ingestion.records import Location, Record, Remark

MESSAGE_LIMIT: Final = 16_384
RAW_LIMIT: Final = 262_144


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: its message without the logger's prefix, and what that prefix told.

    `severity` is None where the text states none and implies none; `time_ns` where it has no time of its own. `is_trace` says
    that the message itself is a stack trace, whose place is better than that of whoever logged it.
    """

    message: str
    severity: Severity | None = None
    location: Location = field(default_factory=Location)
    time_ns: int | None = None
    is_trace: bool = False


# An access line begins with the client's address (or with the request, where the time has been taken off).
_ACCESS: Final = re.compile(
    r"(?:[\w.:%\[\]-]{1,256} (?:[\w.:-]{1,256} )?-(?: [^\s\"]{1,256})? (?:(\[[^\]\n]{1,64}\]) )?)?"
    r"\"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PROPFIND|WebSocket|PRI|-)(?: [^\"\n]{0,16000})?\" (\d{3})(?!\d)",
    re.ASCII,
)
_CLF_TIME: Final = re.compile(r"\[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\]", re.ASCII)
_LOGFMT_HEAD: Final = re.compile(r"[A-Za-z_@][\w.@-]{0,40}=(?=[^\s=])")
_PAIR: Final = re.compile(r'([A-Za-z_@][\w.@-]{0,40})=("(?:[^"\\\n]|\\.){0,16384}"|[^\s"]{0,1000})(?:\s|\Z)')
_PAIR_LEVELS: Final = ("level", "lvl", "severity")
_PAIR_KEYS: Final = (*_PAIR_LEVELS, "msg", "message")
_PLACE: Final = re.compile(r"([\w./\\-]{1,300}):(\d{1,9})\Z", re.ASCII)


def read_text(text: str, *, level_known: bool = False) -> Said:
    """What a logger's text says.

    Where the level is known from elsewhere, a leading "ERROR: " is the program's own words and stays in the message.
    """
    text = clean(text)[0].strip("\n").rstrip()
    header = read_header(text, level_known=level_known)
    message = without_markup(header.text[header.start :].lstrip(" ") if header.start else header.text)
    if header.severity is None and not header.location and (pairs := _logfmt(message) or _json(message)):
        return _of_pairs(message, pairs, header)
    access = _ACCESS.match(message) if '"' in message[:600] else None
    if access is not None:
        severity = of_status(int(access[2])) if header.severity is None else header.severity
        time_ns = _clf_ns(access[1]) if header.time_ns is None else header.time_ns
        return Said(message, severity, header.location, time_ns)
    return _traced(message, header)


def _traced(message: str, header: Header) -> Said:
    """The text with what a traceback or stack trace in it adds."""
    found = _trace_in(message)
    if found is None:
        return Said(message, header.severity, header.location, header.time_ns)
    severity = Severity.ERROR if header.severity is None else header.severity
    opens = header.start == 0 and _opens_with_trace(message)
    return Said(message, severity, header.location or found, header.time_ns, opens)


def _trace_in(message: str) -> Location | None:
    if HEADER in message or ('File "' in message and message[:1] in (" ", "\t")):
        traceback = read_traceback(message)
        if traceback is not None:
            innermost = traceback.innermost
            return innermost.location if innermost else Location()
    if "\n" in message or message[:1] in (" ", "\t") or leads_in(message):
        stack = read_stack(message)
        return Location() if stack is None and leads_in(message) else stack
    return None


def _opens_with_trace(message: str) -> bool:
    first = message.partition("\n")[0]
    return message[:1] in (" ", "\t") or is_header(first) or leads_in(message)


def of_status(status: int) -> Severity:
    """The severity of an HTTP response where nobody states one."""
    if status >= 500:
        return Severity.ERROR
    return Severity.WARNING if status >= 400 else Severity.INFO


def _clf_ns(stamp: str | None) -> int | None:
    match = _CLF_TIME.match(stamp or "")
    if match is None:
        return None
    day, month, year, clock, zone = match.groups()
    return written_ns(f"{year}-{MONTHS.get(month, 0):02d}-{day}", clock, None, zone)


def _logfmt(text: str) -> dict[str, str] | None:
    """The pairs of a logfmt line that states a level; None for every other text."""
    if "=" not in text[:42] or not _LOGFMT_HEAD.match(text) or not ("level=" in text or "lvl=" in text or "severity=" in text):
        return None
    pairs: dict[str, str] = {}
    position = 0
    while len(pairs) < 64 and (match := _PAIR.match(text, position)):
        pairs.setdefault(match[1], match[2])
        position = match.end()
    if pairs.keys().isdisjoint(_PAIR_LEVELS):
        return None
    return {name: value[1:-1].replace('\\"', '"').replace("\\n", "\n") if value[:1] == '"' else value for name, value in pairs.items()}


def _json(text: str) -> dict[str, str] | None:
    """The plain values of a line of JSON that states a level or message; None for every other text."""
    if not (text.startswith('{"') and text.endswith("}")):
        return None
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    plain = {name: str(part) for name, part in value.items() if isinstance(part, str | int)}
    return None if plain.keys().isdisjoint(_PAIR_KEYS) else plain


def _of_pairs(text: str, plain: dict[str, str], header: Header) -> Said:
    level = plain.get("level") or plain.get("lvl") or plain.get("severity") or ""
    message = clean(plain.get("msg") or plain.get("message") or text)[0]
    place = _PLACE.match(plain.get("caller") or plain.get("source") or "")
    location = Location(
        module=word(plain.get("logger"), 300),
        function=word(plain.get("func"), 300),
        file=place[1] if place else "",
        line=int(place[2]) or None if place else None,
    )
    stamp = rfc3339_ns(plain.get("time") or plain.get("ts") or plain.get("timestamp") or "")
    if stamp is None or not in_range(stamp):
        stamp = header.time_ns
    severity = of_number(int(level)) if level.isascii() and level.isdecimal() and len(level) < 4 else level_of(level.upper())
    return Said(message, severity, location, stamp)


def read_line(raw: str) -> Record:
    """A line of a plain text log as a record: its own time where it begins with one, else none, which is nothing to remark."""
    text, lost = clean(raw)
    said = read_text(text)
    notes = (Remark("cleaned", "Characters that cannot be stored were taken out."),) if lost else ()
    message, raw, cuts = cut(said.message, raw)
    return Record(
        message=message,
        raw=storable(raw),
        severity=Severity.DEFAULT if said.severity is None else said.severity,
        time_ns=said.time_ns,
        location=said.location,
        notes=notes + cuts,
    )


def cut(message: str, raw: str) -> tuple[str, str, tuple[Remark, ...]]:
    """Message and raw line, no longer than what is stored, and remarks on what was cut."""
    if len(message) <= MESSAGE_LIMIT and len(raw) <= RAW_LIMIT:
        return message, raw, ()
    notes = []
    if len(message) > MESSAGE_LIMIT:
        notes.append(Remark("cut", f"The message was cut from {len(message):,} to {MESSAGE_LIMIT:,} characters."))
    if len(raw) > RAW_LIMIT:
        notes.append(Remark("raw_cut", f"The raw line was cut from {len(raw):,} to {RAW_LIMIT:,} characters."))
    return message[:MESSAGE_LIMIT], raw[:RAW_LIMIT], tuple(notes)
