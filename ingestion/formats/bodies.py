"""From the bytes of a body to the raw text of each of its entries. Pure."""

import io
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NoReturn

import msgspec

from ingestion.records import Rejected


class Form(StrEnum):
    """How a body is written down."""

    JSON = "json"
    NDJSON = "ndjson"
    TEXT = "text"


class Malformed(ValueError):
    """The whole body is refused: a stable code, and a sentence that helps to mend it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


_FORMS: Final = {
    "": Form.JSON,
    "application/json": Form.JSON,
    "text/json": Form.JSON,
    "application/x-ndjson": Form.NDJSON,
    "application/ndjson": Form.NDJSON,
    "application/jsonl": Form.NDJSON,
    "application/x-jsonl": Form.NDJSON,
    "application/jsonlines": Form.NDJSON,
    "application/x-jsonlines": Form.NDJSON,
    "text/plain": Form.TEXT,
}
# An entry becomes an object in memory of a hundred bytes and more, however short it is in the body.
MOST_LINES: Final = 5_000_000
# Half a gigabyte of ordinary entries has about 14 million.
MOST_COMMAS: Final = 20_000_000
_CHARSETS: Final = {"utf-8", "utf8", "us-ascii", "ascii"}
_BOM: Final = b"\xef\xbb\xbf"


def form_of(media_type: str) -> Form:
    """The form that a Content-Type means; none at all means JSON.

    Raises Malformed (`media_type_unsupported`, `encoding_unsupported`) for what cannot be read.
    """
    kind, *parameters = (part.strip().lower() for part in media_type.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"')
        if name.strip() == "charset" and charset not in _CHARSETS:
            raise Malformed("encoding_unsupported", f"The charset {charset[:40]!r} is not read here; send UTF-8.")
    form = _FORMS.get(kind) or (Form.JSON if kind.startswith("application/") and kind.endswith("+json") else None)
    if form is None:
        known = "application/json, application/x-ndjson or text/plain"
        raise Malformed("media_type_unsupported", f"The media type {kind[:80]!r} is not read here; send {known}.")
    return form


# What may follow the first bracket of a JSON array of entries; log lines begin with `[` too: "[2025-…", "[ERROR] …".
_ARRAY_HEAD: Final = re.compile(rb"\[[ \t\r\n]*(?:[{\]]|\Z)")
_OBJECT_HEAD: Final = re.compile(rb'\{[ \t\r\n]*(?:["}]|\Z)')
_ENTRIES_HEAD: Final = re.compile(rb'\{[ \t\r\n]*"entries"[ \t\r\n]*:')


def sniff(head: bytes) -> Form:
    """The likely form of a file that begins with these bytes (the whole file, or its first kilobytes)."""
    head = head.removeprefix(_BOM).lstrip()
    if head.startswith(b"["):
        return Form.JSON if _ARRAY_HEAD.match(head) or _complete(head) else Form.TEXT
    if not _OBJECT_HEAD.match(head):
        return Form.TEXT
    line, newline, rest = head.partition(b"\n")
    if _ENTRIES_HEAD.match(head) and not (rest.strip() and _complete(line)):
        return Form.JSON
    # A first line that is longer than the head is one entry of many; one that is short and incomplete is pretty-printed.
    return Form.NDJSON if not newline or _complete(line) else Form.JSON


def _complete(text: bytes) -> bool:
    try:
        _ANY.decode(_mask_lone_surrogates(text))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def split(body: bytes, form: Form) -> list[str | Rejected]:
    """The raw text of each entry of a body, in order; `Rejected` stands where an item cannot be an entry.

    Blank lines are no items. Raises Malformed (`empty`, `not_json`, `wrong_shape`, `too_deep`, `encoding`,
    `too_many_entries`) where nothing of the body can be taken.
    """
    body = body.removeprefix(_BOM)
    if not body or body.isspace():
        raise Malformed("empty", "The body holds no entries: it is empty.")
    _refuse_too_many(body, form)
    try:
        items = _SPLITTERS[form](body)
    except UnicodeDecodeError:
        _refuse_encoding(body)
    if not items:
        raise Malformed("empty", "The body holds no entries.")
    return items


def _refuse_too_many(body: bytes, form: Form) -> None:
    """Bound the memory that a body of very many tiny items would take, before any of them is read."""
    separator, most, things = (b",", MOST_COMMAS, "commas") if form is Form.JSON else (b"\n", MOST_LINES, "lines")
    if body.count(separator) > most:
        raise Malformed("too_many_entries", f"The body has more than {most:,} {things}. Send it in several pieces.")


class _Envelope(msgspec.Struct):
    entries: msgspec.Raw = msgspec.Raw()


_ANY: Final = msgspec.json.Decoder(msgspec.Raw)
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_FIRST: Final = re.compile(rb"[ \t\r\n]*(.?)", re.DOTALL)
_KINDS: Final = {"[": "an array", "{": "an object", '"': "a string", "t": "a boolean", "f": "a boolean", "n": "null", "": "nothing"}


def _kind(first: str) -> str:
    return _KINDS.get(first, "a number")


def _split_json(body: bytes) -> list[str | Rejected]:
    try:
        return _elements(_texts(_array_of(body)))
    except RecursionError:
        raise Malformed("too_deep", "The JSON is nested too deep to be read.") from None
    except msgspec.DecodeError as error:
        # msgspec refuses a lone surrogate (\ud800), and with it everything around; JSON itself allows it.
        masked = _mask_lone_surrogates(body)
        if masked == body:
            _refuse_json(body, error)
    try:
        return _elements(_originals(body, masked, _array_of(masked)))
    except msgspec.DecodeError as error:
        _refuse_json(body, error)


def _array_of(body: bytes) -> list[msgspec.Raw]:
    """The elements of the array, or of the object's "entries". Raises what msgspec does, and Malformed (`wrong_shape`)."""
    match = _FIRST.match(body)
    first = match[1].decode("latin-1") if match else ""
    if first == "[":
        return _ARRAY.decode(body)
    if first != "{":
        _ANY.decode(body)
        raise Malformed("wrong_shape", f'Expected an array of log entries or {{"entries": […]}}; {_kind(first)} came.')
    entries = _ENVELOPE.decode(body).entries
    inner = bytes(entries)[:1].decode("latin-1")
    if not inner:
        raise Malformed("wrong_shape", 'The object has no "entries"; send {"entries": […]}, or a single entry inside [ ].')
    if inner != "[":
        raise Malformed("wrong_shape", f'"entries" must be an array of log entries; {_kind(inner)} came.')
    return _ARRAY.decode(entries)


def _texts(raws: list[msgspec.Raw]) -> Iterator[str]:
    return (str(raw, "utf-8") for raw in raws)


def _originals(body: bytes, masked: bytes, raws: list[msgspec.Raw]) -> Iterator[str]:
    """The elements as they came. Masking keeps lengths, so a place in one text is the same place in the other."""
    end = 0
    for raw in raws:
        start = masked.index(bytes(raw), end)
        end = start + len(bytes(raw))
        yield str(body[start:end], "utf-8")


def _elements(texts: Iterator[str]) -> list[str | Rejected]:
    return [text if text[0] == "{" else _no_object(text) for text in texts]


def _no_object(text: str) -> Rejected:
    return Rejected("not_an_object", f"A log entry is a JSON object; {_kind(text[0])} came.")


def _split_ndjson(body: bytes) -> list[str | Rejected]:
    items: list[str | Rejected] = []
    parseable = False
    for line in io.BytesIO(body):
        if line.isspace():
            continue
        item = _json_line(line)
        parseable = parseable or isinstance(item, str) or item.code == "not_an_object"
        items.append(item)
    if items and not parseable and isinstance(items[0], Rejected):
        _refuse_encoding(body)
        raise Malformed(items[0].code, f"No line of the body is JSON. The first: {items[0].reason}")
    return items


def _json_line(line: bytes) -> str | Rejected:
    try:
        text = str(_ANY.decode(line), "utf-8")
    except RecursionError:
        return Rejected("too_deep", "The JSON is nested too deep to be read.")
    except msgspec.DecodeError as error:
        if not _readable_when_masked(line):
            return Rejected("not_json", f"The line is no JSON: {_why(error)}.")
        text = str(line, "utf-8").strip()
    return text if text[0] == "{" else _no_object(text)


def _readable_when_masked(line: bytes) -> bool:
    masked = _mask_lone_surrogates(line)
    return masked != line and _complete(masked)


def _split_text(body: bytes) -> list[str | Rejected]:
    lines = (str(line, "utf-8").rstrip("\r\n") for line in io.BytesIO(body))
    return [line for line in lines if line and not line.isspace()]


_SPLITTERS: Final = {Form.JSON: _split_json, Form.NDJSON: _split_ndjson, Form.TEXT: _split_text}

# Every escape is matched, so that the `\\` of `\\ud800` is not taken for the beginning of one; pairs stay as they are.
_ESCAPE: Final = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)


def _mask_lone_surrogates(text: bytes) -> bytes:
    """The same JSON, and as long, with U+FFFD for each escaped surrogate that has no partner."""
    if rb"\ud" not in text and rb"\uD" not in text:
        return text
    return _ESCAPE.sub(lambda match: rb"\ufffd" if match[1] else match[0], text)


def _why(error: msgspec.DecodeError) -> str:
    return str(error).removeprefix("JSON is malformed: ").rstrip(".").replace("Input data was truncated", "it ends too early")


def _refuse_json(body: bytes, error: msgspec.DecodeError) -> NoReturn:
    _refuse_encoding(body)
    hint = ""
    first_line = body.lstrip()[:1_000_000].partition(b"\n")[0]
    if first_line.startswith(b"{") and _complete(first_line):
        hint = " One object a line is application/x-ndjson."
    raise Malformed("not_json", f"The body is no JSON: {_why(error)}.{hint}") from None


def _refuse_encoding(body: bytes) -> None:
    """Raises Malformed where the body is not UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise Malformed("encoding", f"The body is not UTF-8: byte {error.start} (line {line}) cannot be read.") from None
