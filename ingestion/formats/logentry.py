"""One LogEntry of Cloud Logging, as JSON text, to a record. Pure.

Only what is no entry at all is rejected; everything merely odd is taken, with a remark.
"""

import json
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import msgspec

from incidents.severity import Severity, by_name
from ingestion.formats.cleaning import clean, storable, word
from ingestion.formats.origin import insert_id_of, instance_of, labels_of, release_of, stream_of, trace_of, user_of
from ingestion.formats.payloads import dumped, frame_of, level_in, loggers_in, mapping, place_in, said_in, tells_nothing
from ingestion.formats.text import MESSAGE_LIMIT, RAW_LIMIT, Said, of_status, read_text
from ingestion.formats.times import in_range, rfc3339_ns
from ingestion.records import Location, Record, Rejected, Remark


class _Entry(msgspec.Struct, gc=False):
    """The fields that are read, of whatever type they come."""

    timestamp: Any = None
    severity: Any = None
    insertId: Any = None
    textPayload: Any = None
    jsonPayload: Any = None
    protoPayload: Any = None
    httpRequest: Any = None
    resource: Any = None
    labels: Any = None
    sourceLocation: Any = None
    trace: Any = None


_DECODE: Final = msgspec.json.Decoder(_Entry).decode
_FIELDS: Final = _Entry.__struct_fields__
_PAYLOADS: Final = {"textPayload", "jsonPayload", "protoPayload"}
_UNTOLD_NAMES: Final = {"logging", "root"}
_NO_TIME: Final = Remark("no_time", "The entry gives no time.")
_OUT_OF_RANGE: Final = Remark("time_out_of_range", "The entry's time lies outside of the years 1678 to 2261.")
_NO_MESSAGE: Final = Remark("no_message", "The entry has no payload to take a message from.")
_CLEANED: Final = Remark("cleaned", "Characters that cannot be stored were taken out of the message.")
_INSERT_ID: Final = Remark("insert_id_invalid", "The insert id is neither text nor a number.")


def read_logentry(raw: str) -> Record | Rejected:
    """The record of one LogEntry. Rejected only for what is no JSON object, or has a timestamp that is no RFC 3339 time."""
    entry = _decoded(raw)
    if isinstance(entry, Rejected):
        return entry
    notes: list[Remark] = []
    time_ns = _time_of(entry.timestamp, notes)
    if isinstance(time_ns, Rejected):
        return time_ns
    payload, labels, resource = mapping(entry.jsonPayload), mapping(entry.labels), mapping(entry.resource)
    stated = _stated_severity(entry.severity, notes)
    said = _said(entry, payload, stated is not None, notes)
    message, raw = _fitting(said.message, raw, notes)
    insert_id = insert_id_of(entry.insertId)
    if insert_id is None:
        notes.append(_INSERT_ID)
    resource_labels = mapping(resource.get("labels"))
    instance = instance_of(resource_labels, labels)
    return Record(
        message=message,
        raw=raw,
        severity=_severity(entry, payload, stated, said),
        time_ns=time_ns,
        insert_id=insert_id or "",
        location=_location(entry, payload, labels, said),
        stream=stream_of(word(resource.get("type")), resource_labels, instance),
        instance=instance,
        trace=trace_of(entry.trace, payload),
        user=user_of(payload, labels),
        release=release_of(resource_labels, labels, payload),
        labels=labels_of(labels),
        notes=tuple(notes),
    )


def _decoded(raw: str) -> _Entry | Rejected:
    try:
        return _DECODE(raw)
    except RecursionError:
        return Rejected("too_deep", "The entry is nested too deep to be read.")
    except (msgspec.DecodeError, UnicodeEncodeError):
        # Lone surrogates and numbers out of range are JSON all the same.
        return _tolerantly_decoded(raw)


def _tolerantly_decoded(raw: str) -> _Entry | Rejected:
    try:
        value = json.loads(raw, parse_int=_any_int, parse_constant=_refuse_constant)
    except RecursionError:
        return Rejected("too_deep", "The entry is nested too deep to be read.")
    except ValueError as error:
        return Rejected("not_json", f"The entry is no JSON: {word(str(error))}.")
    if not isinstance(value, dict):
        return Rejected("not_an_object", f"A log entry is a JSON object; a {type(value).__name__} came.")
    return _Entry(**{name: value.get(name) for name in _FIELDS})


def _any_int(digits: str) -> int | str:
    # Python refuses to convert more than 4,300 digits; as text they do no harm.
    return int(digits) if len(digits) <= 4000 else digits


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _time_of(timestamp: object, notes: list[Remark]) -> int | Rejected | None:
    if timestamp is None or timestamp == "":
        notes.append(_NO_TIME)
        return None
    time_ns = rfc3339_ns(timestamp) if isinstance(timestamp, str) else None
    if time_ns is None:
        return Rejected("timestamp_invalid", f"The timestamp {word(repr(timestamp)[:90])} is no RFC 3339 time.")
    if not in_range(time_ns):
        notes.append(_OUT_OF_RANGE)
        return None
    return time_ns


def _stated_severity(value: object, notes: list[Remark]) -> Severity | None:
    """The severity of the envelope: DEFAULT for an unknown word, None for none at all or "DEFAULT"."""
    if value is None or value == "":
        return None
    found: Severity | None = None
    if isinstance(value, str):
        found = _of_step(int(value)) if value.isascii() and value.isdecimal() and len(value) < 20 else by_name(value)
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        found = _of_step(value)
    if found is None:
        notes.append(Remark("severity_unknown", f"The severity {word(repr(value)[:90])} is not known."))
        return Severity.DEFAULT
    return found or None


def _of_step(number: int) -> Severity:
    return max(step for step in Severity if step <= number)


def _said(entry: _Entry, payload: dict[str, Any], stated: bool, notes: list[Remark]) -> Said:
    text = entry.textPayload
    if isinstance(text, str) and text:
        return _told(text, stated, notes)
    words = said_in(payload) if payload else entry.jsonPayload
    if isinstance(words, str) and words:
        return _told(words, stated or level_in(payload) is not None, notes)
    data, proto, request = entry.jsonPayload or text, mapping(entry.protoPayload), mapping(entry.httpRequest)
    # Load balancers and their like describe a request by typed details; the request itself says more.
    if data and not (request and "@type" in payload):
        return _plain(dumped(data), notes)
    sentence = _audit(proto) or _request(request) or (dumped(proto) if proto else "")
    return _plain(sentence, notes)


def _told(text: str, level_known: bool, notes: list[Remark]) -> Said:
    text, lost = clean(text)
    if lost:
        notes.append(_CLEANED)
    said = read_text(text, level_known=level_known)
    if not said.message:
        notes.append(_NO_MESSAGE)
    return said


def _plain(sentence: str, notes: list[Remark]) -> Said:
    message, lost = clean(sentence)
    if lost:
        notes.append(_CLEANED)
    if not message:
        notes.append(_NO_MESSAGE)
    return Said(message)


def _audit(proto: dict[str, Any]) -> str:
    """A sentence for an AuditLog: service, method, resource, and what its status says."""
    named = [proto.get("serviceName"), proto.get("methodName"), proto.get("resourceName"), mapping(proto.get("status")).get("message")]
    return " ".join(part for part in named if isinstance(part, str) and part)


def _request(request: dict[str, Any]) -> str:
    method, url, status = request.get("requestMethod"), request.get("requestUrl"), request.get("status")
    parts = [method, _path(url) if isinstance(url, str) else "", str(status) if isinstance(status, int | str) else ""]
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _path(url: str) -> str:
    """The path of an address, without host and query."""
    try:
        return urlsplit(url).path or ("/" if "://" in url else "")
    except ValueError:
        return url.partition("?")[0]


def _severity(entry: _Entry, payload: dict[str, Any], stated: Severity | None, said: Said) -> Severity:
    if stated is not None:
        return stated
    found = (level_in(payload) if payload else None) or said.severity
    return found or _of_request(entry) or _of_audit(entry) or Severity.DEFAULT


def _of_request(entry: _Entry) -> Severity | None:
    status = mapping(entry.httpRequest).get("status")
    if isinstance(status, str) and status.isascii() and status.isdecimal() and len(status) < 5:
        status = int(status)
    return of_status(status) if isinstance(status, int) and not isinstance(status, bool) and 100 <= status < 1000 else None


def _of_audit(entry: _Entry) -> Severity | None:
    code = mapping(mapping(entry.protoPayload).get("status")).get("code")
    return Severity.ERROR if isinstance(code, int) and code != 0 else None


def _location(entry: _Entry, payload: dict[str, Any], labels: dict[str, Any], said: Said) -> Location:
    """The most telling place: code before logger's name, the logging library's own frame last of all."""
    stated = frame_of(entry.sourceLocation) if isinstance(entry.sourceLocation, dict) else Location()
    stated = stated or (place_in(payload) if payload else stated)
    if stated and not tells_nothing(stated):
        return stated
    found = said.location
    if found and not tells_nothing(found) and (said.is_trace or found.line is not None):
        return found
    names = loggers_in(payload, labels) if payload or labels else []
    telling = next((name for name in names if name not in _UNTOLD_NAMES), "")
    if telling:
        return Location(module=telling)
    if found and not tells_nothing(found):
        return found
    return stated or found or Location(module=names[0] if names else "")


def _fitting(message: str, raw: str, notes: list[Remark]) -> tuple[str, str]:
    if len(message) > MESSAGE_LIMIT:
        notes.append(Remark("cut", f"The message was cut from {len(message):,} to {MESSAGE_LIMIT:,} characters."))
        message = message[:MESSAGE_LIMIT]
    if len(raw) > RAW_LIMIT:
        notes.append(Remark("raw_cut", f"The payload of the raw entry of {len(raw):,} characters was left out."))
        raw = _envelope(raw, message)
    return message, storable(raw)


def _envelope(raw: str, message: str) -> str:
    """A huge entry without its payloads, and with the message in their place."""
    value = json.loads(raw, parse_int=_any_int)
    kept = {key: part for key, part in value.items() if key not in _PAYLOADS}
    text = json.dumps(kept | {"textPayload": message})
    if len(text) <= RAW_LIMIT:
        return text
    # Labels or a request can be as huge as a payload; what identifies the entry cannot.
    short = {key: word(kept.get(key)) for key in ("insertId", "timestamp", "severity", "logName", "trace") if key in kept}
    return json.dumps(short | {"textPayload": message})
