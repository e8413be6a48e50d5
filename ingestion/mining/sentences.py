"""What only shows across tokens whose values are named already: quantities, dates, `key=value`, quotations, lists. Pure."""

import re
from typing import Final

_QUANTITY: Final = re.compile(
    r"(?P<size><NUM> ?(?:[KMGTkmg]i?[Bb]|B|[Bb]ytes?)(?![\w/])(?: \(<NUM> ?[KMGT]i?B\))?)"
    r"|<?<NUM> (?:ms|msec|us|usec|ns|secs?|mins?|hrs?|s|m|h)(?![\w/])"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ANY_MONTH: Final = re.compile("|".join(_MONTHS))
_MONTH: Final = rf"(?:{_ANY_MONTH.pattern})[a-z]*\.?"
_DATE: Final = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:{_MONTH} <NUM>,?(?: <NUM>)?|<NUM> {_MONTH} <NUM>)(?: <TIME>)?"
    r"(?: [A-Z]{3,4})?(?: <NUM>)?(?!\w)"
)
# An address of IPv6 stands in brackets before its port; an access line ends in `-` where nothing was sent.
_PORT: Final = re.compile(r"\[<IP>\]:<NUM>")
_SENT: Final = re.compile(r'" <NUM> -(?!\S)')
# What fills up base64.
_PADDING: Final = re.compile(r"<ID>==?(?=[\s\"',;)\]}]|\Z)")
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
# What stands behind such a key says what happened, as a sentence does.
_SAYING: Final = ("msg", "message", "event", "action", "error", "err", "reason", "cause", "desc", "description")
_KEY: Final = re.compile(r"\w{1,20}\Z")
# What asks for a page names itself by its product and version, and then by more of them and remarks in brackets.
_AGENT: Final = re.compile(r'(?<!\w)"(?!HTTP/)[\w.+-]{1,60}/<NUM>[^"]{0,1000}"(?!\w)')
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
        if _ANY_MONTH.search(text):
            text = _DATE.sub("<TIME>", text)
        text = _SENT.sub('" <NUM> <NUM>', _PORT.sub("<IP>", text))
    if "=" in text:
        text = _PADDING.sub("<ID>", text)
        text = _PAIR.sub(_pair, text)
    if "/<NUM> " in text and '"' in text:
        text = _AGENT.sub('"<STR>"', text)
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
    return "<SIZE>" if match["size"] else "<DURATION>"


def _first(match: re.Match[str]) -> str:
    return match[1] or match[2] or "<NUM>"


def _pair(match: re.Match[str]) -> str:
    before, after = match[1], match[2]
    value = match[0][len(before) + 1 + len(after) :]
    if value.startswith("<") and value.endswith(">") and value.count("<") == 1:
        return match[0]
    if not value or value in ("[]", "{}", "()", '""', "''"):
        return f"{before}=<NONE>{after}"
    if match.string.endswith(_SAYING, 0, match.start()) and _key_of(match) in _SAYING:
        return match[0]
    if ":" in value and value[0] not in "/\"'<":
        return match[0]  # several things in one: `code:0_reason:0` says what it is
    return f"{before}={after}<VALUE>"


def _key_of(match: re.Match[str]) -> str:
    key = _KEY.search(match.string, max(0, match.start() - 20), match.start())
    return key[0] if key else ""


def _quoted(match: re.Match[str]) -> str:
    quote, inner = match[0][0], match[0][1:-1]
    if match.string[match.end() : match.end() + 1] == ":" or (inner.startswith("<") and inner.count("<") == 1 and inner.endswith(">")):
        return match[0]
    if inner.isalpha():
        return match[0]
    return f"{quote}<STR>{quote}" if inner else f"{quote}<NONE>{quote}"
