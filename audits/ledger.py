"""The evidence chain: each record of an iteration is hashed together with the one before it. Pure.

A record's digest is SHA-256 over a domain line, the previous digest, the sequence number, the kind and the canonical
bytes, each ended by a newline. Whoever changes, drops or reorders a record has to change every later digest, and the
head of the chain is printed in exports and on GitHub, where it stays.

Canonical bytes are JSON in UTF-8 with sorted keys and no spaces, without NaN or infinity; the same in every Python.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

import msgspec

DOMAIN: Final = b"fixproof evidence chain 1"


class Link(msgspec.Struct, frozen=True):
    """One record as it is stored."""

    seq: int
    kind: str
    content: bytes
    previous: str
    digest: str


class Break(msgspec.Struct, frozen=True):
    """One place where the chain does not hold: the sequence number it shows at, a stable code, a sentence."""

    seq: int
    code: str
    detail: str


def canonical(content: Any) -> bytes:
    """Plain data as the bytes that are hashed. Raises ValueError for NaN and infinity."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")


def digest(*, previous: str, seq: int, kind: str, content: bytes) -> str:
    """A record's digest, in hexadecimal."""
    return hashlib.sha256(b"\n".join([DOMAIN, previous.encode(), str(seq).encode(), kind.encode(), content, b""])).hexdigest()


def breaks(links: Iterable[Link], *, length: int, head: str) -> list[Break]:
    """Where the chain does not hold; empty when it is whole. `links` come in the order in which they are stored by seq.

    `length` and `head` are what the iteration says of its chain: a tail that was cut off leaves no other trace.
    """
    found: list[Break] = []
    previous, expected = "", 1
    for link in links:
        if link.seq != expected:
            found.append(Break(expected, "record_missing", _missing(expected, link.seq)))
        if link.previous != previous:
            found.append(Break(link.seq, "order_broken", f"Record {link.seq} does not follow on the record before it."))
        if link.digest != digest(previous=link.previous, seq=link.seq, kind=link.kind, content=link.content):
            found.append(Break(link.seq, "content_changed", f"Record {link.seq} ({link.kind}) is not what was recorded."))
        previous, expected = link.digest, link.seq + 1
    if expected <= length:
        found.append(Break(expected, "record_missing", _missing(expected, length + 1)))
    elif (expected - 1, previous) != (length, head):
        found.append(Break(expected - 1, "head_differs", f"The chain ends with record {expected - 1}, but another end was recorded."))
    return found


def _missing(first: int, until: int) -> str:
    return f"Record {first} is missing." if until == first + 1 else f"Records {first} to {until - 1} are missing."
