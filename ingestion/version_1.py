"""The first grouping version: masking by the shape of values alone, and no merging. Pure.

It groups nothing any more. It says which pattern of the first version an entry would have belonged to, so that what
has grown up around that pattern's issue goes on with what the present version makes of the entry.
"""

import hashlib
import re
from typing import Final

from ingestion.records import Record

_DIGEST_BYTES: Final = 16

# Longer messages are told apart by their beginning; the rest is most often a dump of data.
MASKED_LENGTH: Final = 4_000

# Order matters: the first alternative that fits at a place wins. Every quantifier is bounded or followed by something
# it cannot match itself, so that no text takes more than linear time.
_VALUES: Final = re.compile(
    r"""
      (?P<URL>\b[a-z][a-z0-9+.-]{1,20}://[^\s"'<>|\\)\]}]{1,2000})
    | (?P<EMAIL>\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b)
    | (?P<UUID>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)
    | (?P<TIME>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|\ ?[+-]\d\d:?\d\d)?)?\b|\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b)
    | (?P<MAC>\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b)
    | (?P<IP>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b)
    | (?P<HEX>\b0x[0-9a-f]{1,64}\b|\b(?=[0-9a-f]{0,63}\d)(?=[0-9a-f]{0,63}[a-f])[0-9a-f]{8,64}\b)
    | (?P<ID>\b(?=[a-z0-9_-]{0,127}\d)(?=[a-z0-9_-]{0,127}[a-z])(?=[a-z0-9]{0,127}[_-])[a-z0-9_-]{6,128}\b
            |\b(?=[a-z]{0,31}\d)[a-z0-9]{12,128}\b)
    | (?P<NUM>(?<![\w.])[+-]?\d{1,40}(?:[.,]\d{1,40}){0,8}(?=[^\W_]{0,3}\b)|\d{1,40})
    """,
    re.IGNORECASE | re.VERBOSE,
)


def digest_of(record: Record) -> str:
    """The fingerprint's digest that the record had in the first version."""
    place = record.location
    whole = "\0".join((str(int(record.severity)), place.module, place.function, mask(record.message)))
    return hashlib.blake2b(whole.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def mask(message: str) -> str:
    """The message's template: values replaced by `<URL>`, `<UUID>`, `<NUM>` and the like, blanks folded."""
    text = message[:MASKED_LENGTH]
    return " ".join(_VALUES.sub(_name, text).split()) if "\n" not in text else "\n".join(_mask_lines(text))


def _mask_lines(text: str) -> list[str]:
    return [line.rstrip() for line in _VALUES.sub(_name, text).split("\n")]


def _name(match: re.Match[str]) -> str:
    return f"<{match.lastgroup}>"
