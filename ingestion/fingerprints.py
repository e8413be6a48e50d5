"""The identity of a log template. Pure.

A fingerprint follows from the entry alone, never from what came before it: any worker, in any
order, gives an entry the same one. A change of masking is a new VERSION; old digests stay as they are.
"""

import hashlib
from typing import Final, NamedTuple

from incidents.severity import Severity
from ingestion.records import Record
from ingestion.templates import mask

VERSION: Final = 1
_DIGEST_BYTES: Final = 16


class Fingerprinted(NamedTuple):
    """A fingerprint's digest (32 hexadecimal digits) and the template that it stands for."""

    digest: str
    template: str


def fingerprint(record: Record) -> Fingerprinted:
    """What the record's severity, module, function and masked message amount to."""
    template = mask(record.message)
    return Fingerprinted(digest_of(record.severity, record.location.module, record.location.function, template), template)


def digest_of(severity: Severity, module: str, function: str, template: str) -> str:
    """The digest of the four parts. Messages hold no NUL, so it parts them without doubt."""
    whole = "\0".join((str(int(severity)), module, function, template))
    return hashlib.blake2b(whole.encode(), digest_size=_DIGEST_BYTES).hexdigest()
