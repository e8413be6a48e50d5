"""What the JSON that programs log says: message, level, place. Pure."""

import json
from typing import Any, Final

from incidents.severity import Severity, by_name
from ingestion.formats.cleaning import word
from ingestion.formats.levels import of_number, of_python
from ingestion.formats.traceback import HEADER
from ingestion.records import Location

_NOTHING: Final[dict[str, Any]] = {}
_MESSAGE_KEYS: Final = ("message", "msg", "textPayload", "log", "event")
_LEVEL_KEYS: Final = ("severity", "level", "levelname", "log.level", "log_level", "loglevel", "lvl", "severity_text")
_TRACE_KEYS: Final = ("exception", "stack_trace", "exc_info", "traceback", "stack", "stacktrace", "exc_text")
_TRACES: Final = frozenset(_TRACE_KEYS)
_ERROR_KEYS: Final = ("error", "err")
_LOGGER_KEYS: Final = ("logger", "logger_name", "loggerName", "log.logger", "name")
# What every structured line repeats, and no line is about.
_ENVELOPE: Final = {
    *("timestamp", "time", "ts", "@timestamp", "timestampSeconds", "timestampNanos"),
    *("severity", "level", "levelname", "levelno", "lvl", "trace_id", "traceId", "span_id", "spanId"),
}
_NO_TRACE: Final = {"", "None", "null", "NoneType: None"}
_LOGGERS_OWN: Final = {"logging", "logging.__init__", "loguru._logger"}
_LONGEST_NAME: Final = 300
_dump: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def mapping(value: object) -> dict[str, Any]:
    """The value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def said_in(payload: dict[str, Any]) -> str:
    """The words of a payload, a separate stack trace below them; empty where it has only data."""
    text = _words(payload)
    trace = _trace(payload)
    if not trace or trace in text:
        return text
    return f"{text}\n{trace}" if text else trace


def _words(payload: dict[str, Any]) -> str:
    for key in _MESSAGE_KEYS:
        text = payload.get(key)
        if text and isinstance(text, str) and not text.isspace():
            return text
    for key in _ERROR_KEYS:
        error = payload.get(key)
        text = error.get("message") if isinstance(error, dict) else error
        if text and isinstance(text, str) and not text.isspace():
            return text
    return ""


def _trace(payload: dict[str, Any]) -> str:
    if not _TRACES.isdisjoint(payload) and (found := _trace_of(payload)):
        return found
    for key in _ERROR_KEYS:
        error = payload.get(key)
        if isinstance(error, dict) and (found := _trace_of(error)):
            return found
    return ""


def _trace_of(error: dict[str, Any]) -> str:
    for key in _TRACE_KEYS:
        found = _trace_text(error.get(key))
        if found:
            return found
    return ""


def _trace_text(value: object) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in _TRACE_KEYS if isinstance(value.get(key), str)), "")
    if not isinstance(value, str):
        return ""
    text = value.strip("\n").rstrip()
    if text.strip() in _NO_TRACE:
        return ""
    # "stack": "production" is no stack trace: one has lines, or at least a header.
    return text if "\n" in text or HEADER in text else ""


def dumped(payload: object) -> str:
    """A payload without words as compact JSON, keys sorted, and without what every line repeats."""
    told = payload
    if isinstance(payload, dict):
        told = {key: value for key, value in payload.items() if key not in _ENVELOPE and not key.startswith("logging.googleapis.com/")}
    try:
        return _dump(told or payload)
    except RecursionError:
        return ", ".join(sorted(payload)) if isinstance(payload, dict) else ""


def level_in(payload: dict[str, Any]) -> Severity | None:
    """The severity that a payload states; None where it states none, or none that is known."""
    for key in _LEVEL_KEYS:
        level = payload.get(key)
        if level is None:
            continue
        if isinstance(level, str):
            found = by_name(level)
        elif isinstance(level, int) and not isinstance(level, bool):
            found = of_number(level)
        else:
            found = by_name(word(mapping(level).get("name")))
        if found:
            return found
    number = payload.get("levelno")
    return of_python(number) if isinstance(number, int) else None


def number_of(value: object) -> int | None:
    """A line number; None for everything that cannot be one."""
    if isinstance(value, str) and len(value) < 10 and value.isascii() and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
        return value
    return None


def frame_of(stated: dict[str, Any]) -> Location:
    """The place that a mapping states, under any of the names that loggers give its parts."""
    get = stated.get
    file = get("file") or get("pathname") or get("filename") or get("file_name")
    if isinstance(file, dict):
        file = file.get("path") or file.get("name")
    return Location(
        word(get("module"), _LONGEST_NAME),
        word(get("function") or get("funcName") or get("func_name") or get("func"), _LONGEST_NAME),
        word(file, _LONGEST_NAME),
        number_of(get("line") or get("lineno") or get("line_number") or get("lineNumber")),
    )


def place_in(payload: dict[str, Any]) -> Location:
    """The place in code that a payload states, apart from the name of its logger."""
    for key in ("logging.googleapis.com/sourceLocation", "sourceLocation", "labels", "source", "record"):
        stated = payload.get(key)
        if stated and isinstance(stated, dict):
            place = frame_of(stated)
            if place:
                return place
    caller = payload.get("caller")
    if isinstance(caller, str):
        file, _, line = caller.rpartition(":")
        if file and number_of(line) is not None:
            return Location(file=word(file, _LONGEST_NAME), line=number_of(line))
    place = frame_of(payload)
    # A payload's own "file" or "line" may be what it is about: one alone is no place.
    if place.module or bool(place.file) + bool(place.function) + (place.line is not None) > 1:
        return place
    return Location()


def loggers_in(payload: dict[str, Any], labels: dict[str, Any]) -> list[str]:
    """The names of loggers that an entry carries, the likeliest first."""
    named = [payload.get(key) for key in _LOGGER_KEYS]
    named += [mapping(payload.get("labels")).get("logger"), mapping(payload.get("context")).get("name"), labels.get("python_logger")]
    return [name for value in named if value and (name := word(value, _LONGEST_NAME)) and " " not in name]


def tells_nothing(place: Location) -> bool:
    """Whether a place is only the logging library's own frame."""
    return place.module in _LOGGERS_OWN or place.file.endswith(("/logging/__init__.py", "/loguru/_logger.py"))
