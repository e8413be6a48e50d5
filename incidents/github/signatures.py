"""Whether a webhook comes from whoever knows the secret. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

_SCHEME: Final = "sha256="


def is_signed(body: bytes, signature: str, *, secrets: Sequence[str]) -> bool:
    """Whether `signature` (the header X-Hub-Signature-256) is one of the secrets' over the raw body.

    Several secrets may hold while one takes the place of another; each is tried in constant time. The old SHA-1 is no signature.
    """
    if not signature.startswith(_SCHEME) or not signature.isascii():
        return False
    given = signature.removeprefix(_SCHEME).lower()
    expected = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets if secret]
    return any(hmac.compare_digest(given, each) for each in expected)
