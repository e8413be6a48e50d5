"""What a log says is not recorded is taken as not said. Pure."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from audits.claims.shapes import Claim

AnyOf = TypeVar("AnyOf", bound=Claim)

# What our own export writes where nothing was recorded.
_NOTHING: Final = "Not recorded"
# Without these a claim says nothing.
_ESSENTIAL: Final = ("statement", "title", "text", "name", "regex")


def recorded(claim: AnyOf) -> AnyOf | None:
    """A claim without the fields that are only said to be empty; None where nothing of it is left to say."""
    absent = [field for field in claim.__struct_fields__ if is_absent(getattr(claim, field))]
    if not absent:
        return claim
    if any(field in _ESSENTIAL for field in absent):
        return None
    return msgspec.structs.replace(claim, **dict.fromkeys(absent, ""))


def is_absent(value: object) -> bool:
    """Whether a field's value only says that there is none."""
    return isinstance(value, str) and value.rstrip(". ") == _NOTHING
