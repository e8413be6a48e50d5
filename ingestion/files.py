"""Log files as bodies of batches. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ingestion.formats.bodies import Form, sniff
from ingestion.intake import TooLarge, gunzip

# A file of lines is cut into batches of about this size, so that work shows and a crash costs little.
PIECE: Final = 16 * 1024 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"
_SNIFFED: Final = 1024 * 1024


def bodies_of(data: bytes, *, limit: int) -> Iterator[tuple[Form, bytes]]:
    """The bodies that a file makes. Raises TooLarge for what cannot be cut and is larger than `limit`, BadCompression."""
    if data.startswith(_GZIP_MAGIC):
        data = gunzip(data, limit=limit)
    form = sniff(data[:_SNIFFED])
    if form is Form.JSON:
        if len(data) > limit:
            raise TooLarge(f"The file is larger than {limit:,} bytes.")
        yield form, data
        return
    for piece in _pieces(data):
        yield form, piece


def _pieces(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + PIECE)
        end = len(data) if end < 0 else end + 1
        # The first piece goes through even when it is blank: an empty file has to be refused, not passed over.
        if start == 0 or data[start:end].strip():
            yield data[start:end]
        start = end
    if not data:
        yield data
