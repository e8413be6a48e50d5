"""expat, made to refuse what a test report has no need of. Pure."""

from __future__ import annotations

import re
from typing import Final, Protocol
from xml.parsers import expat

from audits.evidence.shapes import Unreadable

_MIB: Final = 1_048_576
# One start tag, comment or the like. expat before 2.6 reads an unfinished one again with each chunk (CVE-2023-52425).
MOST_MARKUP: Final = 8 * _MIB
# The parser remembers each name of an element or attribute.
MOST_NAMES: Final = 10_000

# What expat reads by itself, and the single-byte encodings that Python tells it.
_ENCODINGS: Final = re.compile(
    r"utf-?8|us-ascii|ascii|utf-?16(?:le|be)?|iso[-_]8859[-_](?:[1-9]|1[013-6])|latin-?1|(?:windows-|cp)125[0-8]", re.IGNORECASE
)
_WRONG_ENCODING: Final = frozenset(
    expat.errors.codes[message] for message in (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING)
)


class Listener(Protocol):
    """What is called for each element, in the document's order."""

    def start(self, name: str, attributes: dict[str, str], /) -> None: ...

    def end(self, name: str, /) -> None: ...

    def characters(self, text: str, /) -> None: ...


class Parser:
    """Parses a document chunk by chunk. What the listener raises comes out of `feed`, and so does Unreadable: `not_well_formed`,
    `doctype_refused`, `encoding_unsupported`, `markup_too_long`, `too_many_names`."""

    def __init__(self, listener: Listener) -> None:
        self._names: dict[str, str] = {}
        self._expat = expat.ParserCreate(intern=self._names)
        self._expat.buffer_text = True
        self._expat.XmlDeclHandler = _check_encoding
        self._expat.StartDoctypeDeclHandler = _refuse_doctype
        self._expat.StartElementHandler = listener.start
        self._expat.EndElementHandler = listener.end
        self._expat.CharacterDataHandler = listener.characters
        self._fed = 0

    def feed(self, chunk: bytes) -> None:
        """Parse one more chunk."""
        if not self._fed:
            # Templates leave a line break before the XML declaration, which must come first.
            chunk = chunk.lstrip()
        self._parse(chunk, last=False)
        self._fed += len(chunk)
        if self._fed - self._expat.CurrentByteIndex > MOST_MARKUP + len(chunk):
            raise Unreadable("markup_too_long", f"A tag or comment of the XML is longer than {MOST_MARKUP // _MIB} MiB.")
        if len(self._names) > MOST_NAMES:
            raise Unreadable("too_many_names", f"The XML has more than {MOST_NAMES:,} different names of elements and attributes.")

    def close(self) -> None:
        """Say that the document is at its end."""
        self._parse(b"", last=True)

    def _parse(self, data: bytes, *, last: bool) -> None:
        try:
            self._expat.Parse(data, last)
        except expat.ExpatError as error:
            where = f"line {error.lineno:,}, column {error.offset + 1:,}"
            if error.code in _WRONG_ENCODING:
                raise Unreadable("encoding_unsupported", f"The encoding that the XML names is not that of its bytes ({where}).") from error
            reason = expat.ErrorString(error.code)
            raise Unreadable("not_well_formed", f"The XML is not well-formed: {reason} ({where}).") from error


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and not _ENCODINGS.fullmatch(encoding):
        raise Unreadable("encoding_unsupported", f"The XML is in the encoding “{encoding[:40]}”; write it in UTF-8.")


def _refuse_doctype(*_: object) -> None:
    # Entities, external references and billion laughs all need one; no runner writes one.
    raise Unreadable("doctype_refused", "The XML has a DOCTYPE, which a report does not need and which is not read.")
