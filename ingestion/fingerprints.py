"""The identity of what an entry says. Pure.

A fingerprint follows from the entry alone, never from what came before it: any worker, in any
order, gives an entry the same one. A change of masking is a new VERSION; old digests stay as they are.
"""

import hashlib
from typing import Final, NamedTuple

from ingestion.mining.masking import mask
from ingestion.mining.miner import context_of
from ingestion.records import Record

VERSION: Final = 2
_DIGEST_BYTES: Final = 16


class Fingerprinted(NamedTuple):
    """A fingerprint's digest (32 hexadecimal digits), and what it stands for: a masked message and its context."""

    digest: str
    masked: str
    context: str


def fingerprint(record: Record) -> Fingerprinted:
    """What the record's severity, place in the code and masked message amount to."""
    masked = mask(record.message)
    context = context_of(record.severity, record.location.module, record.location.function)
    return Fingerprinted(digest_of(masked, context), masked, context)


def digest_of(masked: str, context: str) -> str:
    """The digest of the two parts. Messages hold no NUL, so it parts them without doubt."""
    return hashlib.blake2b(f"{context}\0{masked}".encode(), digest_size=_DIGEST_BYTES).hexdigest()
