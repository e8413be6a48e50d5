"""Whether a proposed regular expression matches the values that it is for. Pure.

A stranger's expression is tried with RE2, whose time is linear in the text: no expression can hang the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import re2

LONGEST_EXPRESSION: Final = 2_000
# Of all values together. With the dearest programs that fit, RE2 takes up to 75 microseconds a character.
MOST_TEXT: Final = 20_000
# RE2 refuses a program that would not fit, which bounds what `(a{1,1000}){1,1000}` can cost. Its own default is 8 MiB.
MEMORY: Final = 1 << 18


class PatternInvalid(Exception):
    """The expression cannot be tried: `detail` says why, in a sentence for whoever wrote it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def failures(regex: str, must_match: Sequence[str]) -> list[str]:
    """Those of the values that the expression does not match, in their order; empty where it matches all.

    A value matches where the expression is found anywhere in it (`re.search`): an author who means the whole value anchors the
    expression, as in `^…$`, and only so can an expression be called wrong whatever function it will be used with.

    Raises PatternInvalid where RE2 cannot compile it (look-around and back references are unknown to it), or where expression or
    values are past the limits above.
    """
    _within_limits(regex, must_match)
    compiled = _compiled(regex)
    return [value for value in must_match if not compiled.search(_without_surrogates(value))]


def _within_limits(regex: str, must_match: Sequence[str]) -> None:
    if len(regex) > LONGEST_EXPRESSION:
        raise PatternInvalid(f"An expression may have {LONGEST_EXPRESSION:,} characters; this one has {len(regex):,}.")
    text = sum(len(value) + 1 for value in must_match)
    if text > MOST_TEXT:
        raise PatternInvalid(f"The values may have {MOST_TEXT:,} characters together; these have {text:,}.")


def _compiled(regex: str) -> Any:
    options = re2.Options()
    options.max_mem = MEMORY
    # It would write to the process's stderr.
    options.log_errors = False
    try:
        return re2.compile(regex, options=options)
    except UnicodeEncodeError:
        raise PatternInvalid("The expression has a surrogate that stands alone.") from None
    except re2.error as refused:
        raise PatternInvalid(f"RE2 cannot compile it: {_reason(refused)}.") from None


def _reason(refused: Exception) -> str:
    # The binding gives the library's bytes.
    said = refused.args[0] if refused.args else b""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _without_surrogates(value: str) -> str:
    return value.encode("utf-8", "replace").decode()
