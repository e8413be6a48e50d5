"""What a line of Markdown says once its marks are taken off: its words, its key and value, its sign. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Sign(StrEnum):
    """What a mark beside a text suggests; what it means only the section tells."""

    TICK = "tick"
    CROSS = "cross"
    NONE = ""


_TICKS: Final = "✅✔☑✓🟢"
_CROSSES: Final = "❌✗✘✖✕🔴⛔🚫×"
_SIGN: Final = re.compile(f"[{_TICKS}{_CROSSES}]|:(?:white_check_mark|heavy_check_mark|x|red_circle):")
_PICTURE: Final = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200d\u20e3]+|:[a-z_]{1,30}:(?!\\S)")
_PICTURE_IN_BOLD: Final = re.compile("(?<=[*_])[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]+\\s*")
_ARROWS: Final = re.compile(r"(?:(?:→|⇒|➜|=>|-->|->|▶|►)\s*)*")
_LINK: Final = re.compile(r"!?\[([^\[\]\n]{0,500})\]\(<?([^()<>\s]{0,1000})>?(?: [^()\n]{0,200})?\)")
_TAG: Final = re.compile(
    r"</?(?:details|summary|br|b|strong|i|em|u|code|pre|p|div|span|ul|ol|li|h[1-6]|table|tr|td|th|tbody|thead|sub|sup"
    r"|kbd)\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_BOLD: Final = re.compile(r"\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)|~~")
_SPACES: Final = re.compile(r"\s+")
_BACKTICKS: Final = re.compile(r"(`+)")
# Stands for a span of code while the marks around it are taken off; nobody writes it.
_CODE: Final = "\ue000"

_BOLD_KEY: Final = re.compile(
    r"(\*\*|__|\*(?!\*))(?P<key>[^*_:\n](?:[^*:\n]|:(?!\1|\s)){0,100}?)(?::\s*\1|\.\s?\1(?=\s+\S)|\1\s*(?::"
    r"|\s[-–—=](?=\s)))\s*(?P<value>.*)\Z",
    re.DOTALL,
)
_PLAIN_KEY: Final = re.compile(r"(?P<key>`[^`\n]{1,100}`|[A-Za-z][^:*`|\n.?!;,\"]{0,59}?)\s?:(?=\s|\Z|\*\*|`)\s*(?P<value>.*)\Z", re.DOTALL)
_SHORT_KEY: Final = re.compile(r"[^\W\d]+(?: [^\W\d]+){0,2}")
_MOST_WORDS_OF_KEY: Final = 6
_NOT_KEYS: Final = re.compile(r"https?\Z|note that\b", re.IGNORECASE)
_EMPTY_VALUE: Final = re.compile(r"[\s*_:\-–—]*\Z")

_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "`": "`", "«": "»"}
_SHORT: Final = 3
_SIMILAR: Final = 0.6
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;])\s+(?=[^a-z\s])")


@lru_cache(maxsize=4096)
def plain(raw: str) -> str:
    """The words of a text without emphasis, links, pictures and tags; what stands in backticks loses only those."""
    code: list[str] = []
    text = raw if "`" not in raw else "".join(_CODE if is_code else part for is_code, part in _pieces(raw.replace(_CODE, " "), code))
    if "](" in text:
        text = _LINK.sub(_link, text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = _words(text)
    if code:
        spans = iter(code)
        text = "".join(next(spans, "") if char == _CODE else char for char in text)
    return _SPACES.sub(" ", text).strip()


def _pieces(raw: str, code: list[str]) -> Iterator[tuple[bool, str]]:
    """A text in pieces, of which those in backticks are taken into `code`; a run of backticks is closed by the next of its length."""
    parts = _BACKTICKS.split(raw)
    closers: list[int | None] = [None] * len(parts)
    last: dict[int, int] = {}
    for place in range(len(parts) - 2, 0, -2):
        closers[place] = last.get(len(parts[place]))
        last[len(parts[place])] = place
    place = 0
    while place < len(parts):
        closer = closers[place]
        if closer is None:
            yield False, parts[place]
            place += 1
        else:
            code.append("".join(parts[place + 1 : closer]))
            yield True, ""
            place = closer + 1


def _link(match: re.Match[str]) -> str:
    return match[1] or match[2]


def _words(text: str) -> str:
    if not text.isascii():
        text = _PICTURE.sub(" ", _PICTURE_IN_BOLD.sub("", text))
    return _BOLD.sub("", text) if "*" in text or "_" in text or "~" in text else text


def sign_of(raw: str) -> Sign:
    """The first tick or cross of a text."""
    match = _SIGN.search(raw) if not raw.isascii() or ":" in raw else None
    if match is None:
        return Sign.NONE
    return Sign.TICK if match[0] in _TICKS or "check" in match[0] else Sign.CROSS


def without_signs(raw: str) -> str:
    """The text from its first letter, digit or mark of Markdown on: pictures that lead it are taken off."""
    text = _PICTURE.sub("", raw[:20]).lstrip() + raw[20:] if not raw[:20].isascii() else raw.lstrip()
    return behind(_ARROWS, text)


@lru_cache(maxsize=4096)
def key_value(raw: str) -> tuple[str, str] | None:
    """Key (plain) and value (as written) of a line such as "**Key**: value"; None where it is no such line.

    The value is empty where the line only opens what follows.
    """
    text = without_signs(raw)
    if not text[:1] or (":" not in text[:140] and "**" not in text[:2] and "__" not in text[:2]):
        return None
    match = _BOLD_KEY.match(text) or _PLAIN_KEY.match(text)
    if match is None:
        return None
    key = plain(match["key"]).strip(" :")
    if text[match.end("key") :].startswith(".") and not _SHORT_KEY.fullmatch(key):
        return None
    if not key or (not text.startswith(("**", "__")) and (len(key.split()) > _MOST_WORDS_OF_KEY or _NOT_KEYS.match(key))):
        return None
    value = match["value"].strip()
    return key, "" if _EMPTY_VALUE.match(plain(value)) and "`" not in value else value


def unquoted(text: str) -> str:
    """The text without the quotation marks around the whole of it."""
    text = text.strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] == _QUOTES[text[0]] and text[-1] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def behind(lead: re.Pattern[str], text: str) -> str:
    """The text behind what a pattern matches at its start; the whole where it matches nothing there."""
    match = lead.match(text)
    return text[match.end() :] if match else text


def sentences(text: str) -> list[str]:
    """A plain text in its sentences, roughly: parted behind a full stop before a capital letter."""
    return [part for part in _SENTENCE_END.split(text) if part]


def one_of(*families: str) -> re.Pattern[str]:
    """A pattern that finds any of the word families (regular expressions) as whole words, in any case."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(families)})(?!\w)", re.IGNORECASE)


def alike(one: str, other: str) -> float:
    """How much two statements have in common, 0 to 1: the share of the shorter one's words that the other has, by their length."""
    shorter, longer = sorted((_long_words(one), _long_words(other)), key=_weight)
    return _weight(shorter & longer) / _weight(shorter) if shorter else 0.0


def _weight(words: frozenset[str]) -> int:
    return sum(len(word) - _SHORT for word in words)


def similar(one: str, other: str) -> bool:
    """Whether two statements are the same thing said twice."""
    return alike(one, other) >= _SIMILAR


def _long_words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if len(word) > _SHORT)
