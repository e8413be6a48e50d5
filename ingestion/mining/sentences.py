"""What only shows across tokens whose values are named already: quantities, dates, `key=value`, quotations, lists. Pure."""

import re
from typing import Final

_QUANTITY: Final = re.compile(
    r"<NUM> ?(?:[KMGTkmg]i?[Bb]|B|[Bb]ytes?)(?![\w/])(?: \(<NUM> ?[KMGT]i?B\))?"
    r"|<?<NUM> (?:ms|msec|us|usec|ns|secs?|mins?|hrs?|s|m|h)(?![\w/])"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE: Final = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:{'|'.join(_MONTHS)})[a-z]*\.? <NUM>,?(?: <NUM>)?(?: <TIME>)?"
    r"(?: [A-Z]{3,4})?(?: <NUM>)?(?!\w)"
)
_QUOTED: Final = re.compile(r"""(?<![\w"])"([^"\s]{0,200})"(?!\w)|(?<![\w'])'([^'\s]{0,200})'(?!\w)""")
# A key, and behind the sign a quotation, `Name{…}`, a plain value, nothing, or brackets.
_PAIR: Final = re.compile(
    r"""(?<=[\w\])"'])(\ ?)=(?!=)(\ ?)
    (?:"[^"]{0,500}"|'[^']{0,500}'
      |[\w.]{1,100}(?:\{[^{}=\s]{0,200}\}|\([^()=\s]{0,200}\))
      |[\w/.~+<*\\-][^\s,;(){}\[\]|"'=&]{0,500}(?![^\s,;)}\]|"'&])
      |(?=[\s,;)}\]|&]|$)
      |\[\]|\{\}|\(\)|(?:\[[^\[\]=]{0,300}\])+)""",
    re.VERBOSE,
)
_TRUTHS: Final = ("true", "false", "True", "False", "TRUE", "FALSE", "null", "None", "NULL", "nil", "NaN", "nan")
_TRUTH: Final = re.compile(r"(?<![\w.'<>?-])(?:true|false|True|False|TRUE|FALSE|null|None|NULL|nil|NaN|nan)(?![\w.'-])")
_COMMAS: Final = re.compile(r"(<IP>|<HOST>)(?:,\1)+|(?<!\S)<NUM>(?:,<NUM>)+(?!\S)|(?<=[\[{(])(<[A-Z]+>)(?:, ?\2){2,}(?=[\]})])")
_ALIKE: Final = re.compile(r"(?<!\S)([\w.-]{1,40}<[A-Z]+>)(?: \1)+(?!\S)")
_RUN: Final = re.compile(r"<NUM>(?:[:/x*|-]<NUM>)+")
_FRAMES: Final = re.compile(r"(?<!\S)(?:[\w$<>-]+\.)+[\w$<>-]+:<NUM>(?: (?:[\w$<>-]+\.)+[\w$<>-]+:<NUM>)+(?!\S)")


def masked_sentence(text: str) -> str:
    """The sentence with its values named, also those that only show across tokens. Each pattern stands behind a cheap test."""
    if "<NUM>" in text:
        text = _RUN.sub("<NUM>", _QUANTITY.sub(_quantity, text))
        if any(map(text.__contains__, _MONTHS)):
            text = _DATE.sub("<TIME>", text)
    if "=" in text:
        text = _PAIR.sub(_pair, text)
    if '"' in text or "'" in text:
        text = _QUOTED.sub(_quoted, text)
    if any(map(text.__contains__, _TRUTHS)):
        text = _TRUTH.sub("<BOOL>", text)
    return _with_lists_folded(text.replace(" ()", " (<NONE>)"))


def _with_lists_folded(text: str) -> str:
    """The sentence with several values, or several frames of a stack, in a row as one."""
    if ">," in text:
        text = _COMMAS.sub(_first, text)
    if "> " in text:
        if ":<NUM> " in text:
            text = _FRAMES.sub("<FRAMES>", text)
        text = _ALIKE.sub(r"\1", text)
    return text


def _quantity(match: re.Match[str]) -> str:
    return "<DURATION>" if match[0].rstrip("c")[-1] in "smh" and "byte" not in match[0] else "<SIZE>"


def _first(match: re.Match[str]) -> str:
    return match[1] or match[2] or "<NUM>"


def _pair(match: re.Match[str]) -> str:
    before, after = match[1], match[2]
    value = match[0][len(before) + 1 + len(after) :]
    if value.startswith("<") and value.endswith(">") and value.count("<") == 1:
        return match[0]
    if not value or value in ("[]", "{}", "()", '""', "''"):
        return f"{before}=<NONE>{after}"
    if ":" in value and value[0] not in "/\"'<":
        return match[0]  # several things in one: `code:0_reason:0` says what it is
    return f"{before}={after}<VALUE>"


def _quoted(match: re.Match[str]) -> str:
    quote, inner = match[0][0], match[0][1:-1]
    if match.string[match.end() : match.end() + 1] == ":" or (inner.startswith("<") and inner.count("<") == 1 and inner.endswith(">")):
        return match[0]
    if inner.isalpha():
        return match[0]
    return f"{quote}<STR>{quote}" if inner else f"{quote}<NONE>{quote}"
