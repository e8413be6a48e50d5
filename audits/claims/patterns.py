"""Regular expressions that the log proposes as the fix, with the values that it says they are for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.blocks import Item, Kind
from audits.claims.found import Found
from audits.claims.names import CODE_SPAN, is_path
from audits.claims.shapes import Lines, ProposedPattern
from audits.claims.topic_words import Topic
from audits.claims.wording import one_of

_RAW_STRING: Final = re.compile(r"(?<!\w)[rR][bB]?(['\"])((?:(?!\1)[^\\]|\\.){2,500})\1")
_SLASHED: Final = re.compile(r"(?<![\w/.:)])/((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\]){2,300})/(?P<flags>[dgimsuvy]{0,7})(?![\w/])")
_COMPILED: Final = re.compile(
    r"(?:re\.compile|re\.(?:full)?match|re\.search|MustCompile|regexp\.Compile|RegExp|Pattern\.compile|Regex"
    r"|preg_match)\(\s*@?[rR]?([\"'`])((?:(?!\1)[^\\\n]|\\.){2,500})\1"
)
# Flags behind a compiled string: `, "i")` or `, re.IGNORECASE | re.M)`; the letters are those that stand for the same in an expression.
_FLAGS_BEHIND: Final = re.compile(r"\s*,\s*(?:[\"'](?P<letters>[dgimsuvy]{1,7})[\"']|(?P<words>[\w.:| ]{1,200}))")
_FLAG_WORDS: Final = (
    ("i", re.compile(r"\bre\.I\b|IGNORE_?CASE|CASE_INSENSITIVE", re.IGNORECASE)),
    ("m", re.compile(r"\bre\.M\b|MULTI_?LINE", re.IGNORECASE)),
    ("s", re.compile(r"\bre\.S\b|DOT_?ALL|SINGLELINE|MATCHES_ALL", re.IGNORECASE)),
)
_INLINE_FLAGS: Final = re.compile(r"\A\(\?[ims]+\)")
_QUOTED: Final = re.compile(r"([\"'])((?:(?!\1)[^\\\n]|\\.){2,500})\1")
# What makes a string a regular expression rather than words: an anchor with something special, a class with a quantifier, an escape.
_SPECIAL: Final = re.compile(
    r"\[[^\]\s]{1,100}\][+*?{]|\\[dwsbDWSB]|\(\?[:=!<P]|\.\*|\.\+|\{\d{1,3},?\d{0,3}\}|\[\^?[a-zA-Z0-9]-[a-zA-Z0-9]"
)
_ANCHORED: Final = re.compile(r"\^.{2,}|.{2,}\$")
_SPOKEN_OF: Final = one_of(r"regex(?:es|p)?", r"patterns?", r"reg\w*\s+expressions?", r"validat\w+", r"match(?:es|ing|er)?")
_OLD: Final = one_of(
    r"current(?:ly)?",
    r"existing",
    r"old",
    r"original",
    r"previous(?:ly)?",
    r"before",
    r"today'?s?",
    r"buggy",
    r"broken",
    r"wrong",
    r"faulty",
    r"was",
    r"removed?",
    r"instead\s+of",
    r"replac(?:e|ed|es|ing)",
    r"failing",
)
_NEW: Final = one_of(
    r"add(?:ed|ing|s)?",
    r"new",
    r"missing",
    r"propos\w+",
    r"should\s+be",
    r"fix(?:ed|es)?",
    r"after",
    r"change[ds]?\s+to",
    r"with",
    r"to",
    r"recommend\w*",
    r"required",
    r"suggest\w*",
)
_FOR: Final = one_of(
    r"match(?:es|ing)?",
    r"accept(?:s|ed|ing)?",
    r"support(?:s|ed|ing)?",
    r"allow(?:s|ed|ing)?",
    r"cover(?:s|ed|ing)?",
    r"for",
    r"like",
    r"such\s+as",
    r"e\.g\.?",
    r"handle[sd]?",
    r"recogni[sz]e[sd]?",
    r"valid",
    r"pass(?:es)?",
    r"examples?",
    r"values?",
)
_NOT_FOR: Final = one_of(
    r"reject(?:s|ed|ing)?",
    r"not",
    r"never",
    r"doesn'?t",
    r"don'?t",
    r"fails?",
    r"invalid",
    r"exclud\w+",
    r"refus\w+",
    r"without",
    r"no\s+longer",
    r"instead",
    r"block(?:s|ed)?",
    r"mismatch\w*",
    r"unlike",
    r"but",
    r"except",
)
_COMMENT: Final = re.compile(r"(?:\s#|\s//|\s--|<!--)\s*(.{1,500})")
_LEAD_WORDS: Final = re.compile(
    r"\A(?:(?:matches|match|for|accepts?|supports?|allows?|covers?|handles?|e\.g\.?|i\.e\.|like|such as|now|also|both"
    r"|must match|should match|values?|examples?|ids?|and)\s*[:,]?\s+)+",
    re.IGNORECASE,
)
_VALUE_KEY: Final = re.compile(
    r"(?:(?:must|should|has to|needs to|to)\s+(?:now\s+)?(?:match|accept)|must[_ ]match|examples?(?:\s+values?)?"
    r"|(?:test\s+|example\s+|sample\s+|valid\s+|failing\s+)?(?:values?|inputs?|ids?|strings?)"
    r"(?:\s+(?:to\s+match|that\s+must\s+match|covered|supported))?|matches|accepts|for|purpose|supports|covers)\Z",
    re.IGNORECASE,
)
# A comma within a value is the value's own: "a=1,b=2" is one.
_PARTS: Final = re.compile(r",\s+|;\s+|\s+(?:and|or|&)\s+")
_ABBREVIATED: Final = re.compile(r"…|\.\.\.")
_PLAIN_VALUE: Final = re.compile(r"(?=.*[\d\-_.:/@+#])[^\s`\"'<>(){}\[\]|*^$\\]{3,200}\Z")
_QUOTED_VALUE: Final = re.compile(r"[\"'“`‘]([^\"'”`’\n]{1,200})[\"'”`’]")
_PROPOSED_IN: Final = frozenset(
    {None, Topic.WHYS, Topic.CAUSE, Topic.PLAN, Topic.FIX_PLAN, Topic.FIX, Topic.IMPLEMENTATION, Topic.RUN, Topic.AHEAD}
)
_NEAR: Final = 3


def read_patterns(items: list[Item]) -> Found:
    """The proposed expressions in the file's order; one that stands twice with the same values is given once."""
    known: set[tuple[str, tuple[str, ...]]] = set()
    for place, item in enumerate(items):
        if item.quoted or item.topic not in _PROPOSED_IN:
            continue
        for pattern in _in_code(items, place) if item.kind is Kind.CODE else _in_text(items, place):
            if (pattern.regex, pattern.must_match) not in known:
                known.add((pattern.regex, pattern.must_match))
                yield pattern


def _in_code(items: list[Item], place: int) -> Iterator[ProposedPattern]:
    item = items[place]
    around = " ".join(title.text for title in item.titles()) + " " + (items[place - 1].text if place else "")
    spoken = bool(_SPOKEN_OF.search(around))
    for position, (number, line) in enumerate(item.lines):
        code, comment = _split_comment(line)
        above = item.lines[position - 1][1].strip() if position else ""
        if (
            not (spoken or _COMPILED.search(code))
            or line.lstrip().startswith(("-", "<"))
            or _is_old(comment)
            or _is_old(above if _is_comment(above) else "")
        ):
            continue
        for regex in _regexes(code):
            values = _values_of_comment(comment) or _values_of_comment(above.lstrip("#/ ") if _is_comment(above) else "")
            yield ProposedPattern(lines=Lines(number, number), regex=regex, must_match=values or tuple(_values_near(items, place)))


def _split_comment(line: str) -> tuple[str, str]:
    """Code and comment of a line; a mark inside of the expression itself is none."""
    strings = [match.end() for pattern in (_RAW_STRING, _COMPILED, _QUOTED) for match in pattern.finditer(line)]
    start = max(strings, default=0)
    match = _COMMENT.search(line, start)
    return (line[: match.start()], match[1].strip()) if match else (line, "")


def _is_comment(line: str) -> bool:
    return line.startswith(("#", "//", "--"))


def _is_old(comment: str) -> bool:
    return bool(_OLD.search(comment)) and not _NEW.search(comment)


def _regexes(code: str) -> Iterator[str]:
    """The regular expressions of a piece of code: raw strings, compiled strings, slashed ones, else any string that must be one."""
    seen: set[str] = set()
    for pattern in (_COMPILED, _RAW_STRING, _QUOTED, _SLASHED):
        for match in pattern.finditer(code):
            regex = _expression(match)
            if regex not in seen and not any(regex in other for other in seen) and is_regex(regex):
                seen.add(regex)
                yield _flags_of(match, code) + regex
    bare = code.strip()
    if not seen and bare.startswith("^") and " " not in bare and is_regex(bare):
        yield bare


def _expression(match: re.Match[str]) -> str:
    if "flags" in match.re.groupindex:
        return str(match[1])
    string = str(match[2])
    # In most languages a string without a mark of its own holds each backslash twice.
    as_written = match.re is _RAW_STRING or match[1] == "`" or match.string[match.start(1) - 1 : match.start(1)] in tuple("rR@")
    return string if as_written else string.replace("\\\\", "\\")


def _flags_of(match: re.Match[str], code: str) -> str:
    """The flags that an expression is compiled with, as it would have them in itself: "(?i)"; empty where it has none."""
    behind = _FLAGS_BEHIND.match(code, match.end())
    stated = match.groupdict().get("flags") or (behind["letters"] if behind else "") or ""
    words = (behind["words"] if behind else "") or ""
    letters = "".join(letter for letter, called in _FLAG_WORDS if letter in stated or called.search(words))
    return f"(?{letters})" if letters else ""


def is_regex(text: str) -> bool:
    """Whether a string can only be meant as a regular expression: a glob, a path or a call is none."""
    if not 3 <= len(text) <= 500 or "\n" in text:
        return False
    return bool(_SPECIAL.search(text)) and (bool(_ANCHORED.match(text)) or bool(re.search(r"\\[dwsb]|\[[^\]]+\][+*{]|\(\?", text)))


def _in_text(items: list[Item], place: int) -> Iterator[ProposedPattern]:
    item = items[place]
    if item.is_label and item.kind is Kind.HEADING:
        return
    spans = list(CODE_SPAN.finditer(item.raw))
    found = [(span, regex) for span in spans if (regex := _regex_of_span(span[1]))]
    for position, (span, regex) in enumerate(found):
        since = found[position - 1][0].end() if position else 0
        lead = item.raw[since : span.start()]
        said = " ".join((lead, item.key, *(title.text for title in item.titles() if not title.is_heading)))
        is_old = _OLD.search(lead) and not _NEW.search(lead.rsplit(".", 1)[-1])
        if is_old or not (
            _INLINE_FLAGS.sub("", regex).startswith("^") or _RAW_STRING.search(span[1]) or _SPOKEN_OF.search(f"{said} {item.raw}")
        ):
            continue
        until = found[position + 1][0].start() if position + 1 < len(found) else len(item.raw)
        values = tuple(_values_beside(item.raw[since : span.start()], item.raw[span.end() : until]))
        written = _INLINE_FLAGS.sub("", regex)
        line = next((number for number, text in item.lines if written in text), item.first)
        yield ProposedPattern(lines=Lines(line, line), regex=regex, must_match=values or tuple(_values_near(items, place)))


def _regex_of_span(span: str) -> str:
    """The expression that a code span is, or names by a raw string or a call."""
    inner = next(_regexes(span), "")
    if inner:
        return inner
    return span.strip() if is_regex(span.strip()) and " " not in span.strip() else ""


def _values_of_comment(comment: str) -> tuple[str, ...]:
    if not comment or _NOT_FOR.search(comment):
        comment = re.split(r"\b(?:but|not|rejects?|except)\b", comment)[0] if comment else ""
    quoted = _QUOTED_VALUE.findall(comment)
    if quoted:
        return tuple(dict.fromkeys(quoted))
    parts = [_LEAD_WORDS.sub("", part.strip(" .")) for part in _PARTS.split(_LEAD_WORDS.sub("", comment))]
    return tuple(dict.fromkeys(part for part in parts if _PLAIN_VALUE.match(part) and not _ABBREVIATED.search(part)))


def _values_beside(before: str, after: str) -> Iterator[str]:
    """Quoted values in the expression's own sentence, behind words that say that it is for them."""
    sentence = re.split(r"(?<=[^\s.])\.\s", after, maxsplit=1)[0]
    yield from _spoken_values(sentence)
    lead = re.split(r"(?<=[^\s.])\.\s", before)[-1]
    yield from _spoken_values(lead)


def _spoken_values(text: str) -> Iterator[str]:
    for match in _QUOTED_VALUE.finditer(text):
        lead = text[max(0, match.start() - 80) : match.start()]
        if _FOR.search(lead) and not _NOT_FOR.search(lead) and _is_value(match[1]):
            yield match[1]


def _is_value(text: str) -> bool:
    return (
        not _ABBREVIATED.search(text)
        and not is_path(text)
        and not text.endswith(("()", "("))
        and not is_regex(text)
        and not re.match(r"[\w.]+\(|test_", text)
    )


def _values_near(items: list[Item], place: int) -> Iterator[str]:
    """Values that the next lines of the same list or section name for what was just proposed: "Must match: …", "Purpose: … like …"."""
    item = items[place]
    for later in items[place + 1 : place + 1 + _NEAR]:
        if later.kind in (Kind.HEADING, Kind.CODE) or later.section != item.section:
            return
        if not later.key or not _VALUE_KEY.match(later.key):
            continue
        if _NOT_FOR.search(later.value):
            return
        called = not later.key.startswith(("purpose", "supports", "for"))
        values = (
            [match[1] for match in _QUOTED_VALUE.finditer(later.value) if _is_value(match[1])]
            if called
            else list(_spoken_values(later.value))
        )
        yield from values
        return
