"""Opens a test report, whatever its format. Pure."""

from __future__ import annotations

import codecs
from typing import Final

from audits.evidence.ctrf import CtrfReader
from audits.evidence.junit import JUnitReader
from audits.evidence.shapes import Readable, Reader, Unreadable

# How far into a file its first character is looked for.
_SNIFFED: Final = 4_096
_UTF_32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def open_report(file: Readable) -> Reader:
    """The reader for a report in JUnit XML or CTRF JSON, told apart by the first character; the file is read from its beginning.

    Raises Unreadable: `empty_file`, `format_unknown`, `encoding_unsupported`. What else makes a report unreadable is raised
    while the cases are taken. Names and texts come as the report has them, markup and all: whoever shows them must escape them.
    """
    file.seek(0)
    head = file.read(_SNIFFED)
    file.seek(0)
    if head.startswith(_UTF_32):
        raise Unreadable("encoding_unsupported", "The file is in UTF-32; write it in UTF-8.")
    start = _text(head).lstrip("\ufeff \t\r\n")
    if not start:
        raise Unreadable("empty_file", "The file is empty.")
    if start[0] == "<":
        return JUnitReader(file)
    if start[0] == "{":
        return CtrfReader(file)
    raise Unreadable("format_unknown", "The file is neither JUnit XML nor CTRF JSON.")


def _text(head: bytes) -> str:
    """The beginning of a file as text: enough to see its first character."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    # Without a mark UTF-16 shows by the zero byte in its first character.
    if head[:2] in (b"<\0", b"{\0"):
        return head.decode("utf-16-le", "replace")
    if head[:2] in (b"\0<", b"\0{"):
        return head.decode("utf-16-be", "replace")
    return head.decode("utf-8", "replace")
