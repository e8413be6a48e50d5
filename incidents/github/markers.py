"""The hidden marks by which we know our own issues and comments on GitHub. Pure.

A marker is an HTML comment that names a subject and holds a digest of it under a secret of ours, so that nobody else can make one.
It can be copied, though: a valid marker says that we wrote it once, and not that it stands where we put it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

_SUBJECT: Final = r"[A-Za-z0-9._:/-]{1,150}"
_IS_SUBJECT: Final = re.compile(rf"{_SUBJECT}\Z")
# In hexadecimal: 128 of the digest's 256 bits.
_DIGITS: Final = 32
_MARKER: Final = re.compile(rf"<!-- fixproof:({_SUBJECT}):([0-9a-f]{{{_DIGITS}}}) -->")


def marker(subject: str, *, secret: str) -> str:
    """The marker of a subject, in one line. Raises ValueError where it cannot be one."""
    if not _IS_SUBJECT.match(subject):
        raise ValueError(f"A marker's subject is 1 to 150 letters, digits and . _ : / -, which {subject[:200]!r} is not.")
    return f"<!-- fixproof:{subject}:{_digest(subject, _key(secret))} -->"


def subjects(text: str, *, secrets: Sequence[str]) -> list[str]:
    """The subjects of all markers in a text that were made with one of the secrets, in order; others are passed over."""
    keys = [_key(secret) for secret in secrets]
    return [found[1] for found in _MARKER.finditer(text) if _is_ours(found[1], found[2], keys)]


def _is_ours(subject: str, digest: str, keys: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(_digest(subject, key), digest) for key in keys)


def _digest(subject: str, key: bytes) -> str:
    return hmac.new(key, subject.encode("ascii"), hashlib.sha256).hexdigest()[:_DIGITS]


def _key(secret: str) -> bytes:
    """A key of its own, as the secret serves other ends as well. Raises ValueError for an empty one, with which anybody could sign."""
    if not secret:
        raise ValueError("Markers need a secret.")
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"fixproof markers on GitHub 1", hashlib.sha256).digest()
