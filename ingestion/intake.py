"""Reading a body from outside, within limits that hold while it is read and while it is decompressed. Pure."""

from __future__ import annotations

import zlib
from typing import Final, Protocol

CHUNK: Final = 256 * 1024
# zlib copies what it has not consumed yet, once a chunk and once a member: of a small slice that costs nothing.
_SLICE: Final = 16 * 1024
_GZIP: Final = 31


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class TooLarge(Exception):
    """The body is larger than allowed; says what the limit is."""


class BadCompression(Exception):
    """The body is no gzip, or only the beginning of one."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read(stream: Readable, *, limit: int, declared: int = 0) -> bytes:
    """The whole stream. Raises TooLarge at once where more is declared, else as soon as it has given more than `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    if declared > limit:
        raise TooLarge(f"The body is larger than {limit:,} bytes.")
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"The body is larger than {limit:,} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def gunzip(data: bytes, *, limit: int) -> bytes:
    """The decompressed data, of all members. Never holds more than `limit` bytes and a chunk.

    Raises TooLarge, or BadCompression where it is no gzip, has rubbish at its end or breaks off.
    """
    chunks: list[bytes] = []
    size = 0
    member = None
    for start in range(0, len(data), _SLICE):
        rest = data[start : start + _SLICE]
        while rest:
            member = member or zlib.decompressobj(_GZIP)
            try:
                chunk = member.decompress(rest, CHUNK)
            except zlib.error as error:
                raise BadCompression("gzip_invalid", f"The body is not gzip: {error}.") from error
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"Decompressed, the body is larger than {limit:,} bytes.")
            chunks.append(chunk)
            rest, member = (member.unused_data, None) if member.eof else (member.unconsumed_tail, member)
    # A member's checksum is its last part: what zlib has not given out yet lies before it, and it would not be consumed.
    if member is not None:
        raise BadCompression("gzip_truncated", "The gzip stream breaks off before its end.")
    return b"".join(chunks)
