"""Text made fit to be read and stored: without control sequences, markup and what a database refuses. Pure."""

import hashlib
import re
from typing import Final

# CSI sequences (colours, cursor; their ends may have been cut off), OSC sequences (titles, links), two-character ones.
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]?|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[@-Z\\^_=>])")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")

# loguru's own tags (its ansimarkup names, colour levels included), and nothing that is merely HTML or a repr.
_COLOURS: Final = "black|blue|cyan|green|magenta|red|white|yellow"
_TAG: Final = (
    rf"</?(?:level|lvl|bold|dim|normal|italic|underline|strike|reverse|blink|hide|(?:light-)?(?:{_COLOURS})"
    rf"|{_COLOURS.upper()}|LIGHT-(?:{_COLOURS.upper()})|[fb]g [\w#,]{{1,20}})>"
)
MARKUP: Final = re.compile(_TAG)
_LEADING_TAGS: Final = re.compile(rf"\s{{0,8}}(?:{_TAG}){{1,16}}")
_TRAILING_TAGS: Final = re.compile(rf"(?:{_TAG}){{1,16}}(?:</>)?\s{{0,8}}\Z")
# The longest run of tags that is looked for at an end.
_EDGE: Final = 320


def clean(text: str) -> tuple[str, bool]:
    """Text without ANSI sequences and control characters other than newline and tab, and whether anything was lost.

    Carriage returns become newlines; a lone surrogate becomes U+FFFD. Only NULs and surrogates count as lost: colours do not.
    """
    if text.isprintable():
        return text, False
    lost = _UNSTORABLE.search(text) is not None
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    if lost:
        text = _SURROGATE.sub("\ufffd", text)
    return text, lost


def without_markup(text: str) -> str:
    """Text without loguru's colour tags at its two ends; tags in its midst are the program's own words."""
    if "<" not in text:
        return text
    # Most text has no tag at its ends: look there before a pattern does.
    if "<" in text[:12] and (match := _LEADING_TAGS.match(text)):
        text = text[match.end() :]
    if text.rstrip().endswith(">") and (match := _TRAILING_TAGS.search(text, max(0, len(text) - _EDGE))):
        text = text[: match.start()]
    return text


def word(value: object, limit: int = 200) -> str:
    """A short text that can be stored, of a value that should be a string; empty where it is none."""
    if not isinstance(value, str):
        return ""
    if len(value) <= limit and value.isprintable():
        return value
    return clean(value[: limit * 2])[0].strip()[:limit]


def storable(text: str) -> str:
    """The text with U+FFFD for every character that PostgreSQL cannot keep."""
    if "\x00" not in text and (text.isascii() or _encodable(text)):
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def _encodable(text: str) -> bool:
    """Whether a text is free of surrogates; encoding it is many times faster than searching it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shortened(text: str, limit: int) -> str:
    """The text itself, or its beginning and a digest that keeps it apart from others of the same beginning."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{text[: limit - 17]}~{digest}"
