"""What a value looks like: one blank-free token of a message, its values replaced by named place-holders. Pure.

Digits come flattened: every digit is a 0, so that what repeats with fresh numbers is worked out once.
"""

import re
from typing import Final, NamedTuple

# Names at the top of the Internet, without those that are words or the endings of files.
_TOP_LEVEL: Final = (
    "com|org|net|edu|gov|mil|int|info|biz|io|local|lan|internal|localdomain|arpa|corp"
    "|ar|at|au|bd|be|bg|br|by|ca|ch|cl|cn|co|cz|de|dk|eg|es|eu|fi|fr|gr|hk|hr|hu|ie|il|ir|it|jp|ke|kr|kz|lt|lv|ma|mx|ng|nl|no|nz"
    "|pe|ph|pk|pt|ro|ru|sa|se|sg|si|sk|th|tr|tw|ua|ug|uk|us|uy|uz|ve|vn|za"
)
_HEX: Final = "0a-f"
# What a value may stand behind and before: no word goes on there.
_START: Final = r"(?<![A-Za-z0_])"
_END: Final = r"(?![A-Za-z0_])"
_SOURCE: Final = "(?:py|js|ts|c|h|cc|cpp|go|java|rb|rs|kt|m|mm|cs|php|scala|swift)"
_SEGMENT: Final = r"[\w.@%+~:#$&?!=-]"


class _Kind(NamedTuple):
    """A kind of value: its name, the signs of which one has to be there for each set, and what it looks like."""

    name: str
    signs: tuple[str, ...]
    pattern: str


# The first kind that fits at a place wins. All quantifiers are bounded, and so is a token's length.
_KINDS: Final = (
    _Kind("URL", (":", "/"), rf"{_START}[A-Za-z][A-Za-z0+.-]{{1,80}}://[^\s\"'<>|\\)\]}},;]{{1,512}}(?<![:.!?])"),
    _Kind("EMAIL", ("@", "."), rf"{_START}[\w.+-]{{1,64}}@(?:[\w-]{{1,63}}\.){{1,8}}[A-Za-z][\w-]{{1,63}}"),
    _Kind("UUID", ("-",), rf"{_START}\{{?[{_HEX}]{{8}}-(?:[{_HEX}]{{4}}-){{3}}[{_HEX}]{{12}}\}}?{_END}"),
    _Kind("MAC", (":-",), rf"{_START}(?:[{_HEX}A-F]{{1,2}}[:-]){{5,15}}[{_HEX}A-F]{{1,2}}{_END}"),
    _Kind("TIME", ("0", ":-/"), rf"{_START}0000[-/]00?[-/]00?(?:[T:_ -]00?:00(?::00(?:[.,]0{{1,9}})?)?(?:Z|[+-]00:?00)?)?{_END}"),
    _Kind("TIME", ("0", "/"), rf"{_START}00?/00?/00(?:00)?{_END}"),
    _Kind("TIME", ("0", ":"), rf"{_START}00?:00:00(?:[.,:]0{{1,9}})?(?:Z|[+-]00:?00)?{_END}|(?<![\w:.])00:00(?![\w:.])"),
    _Kind(
        "IP",
        ("0", ":"),
        rf"(?<![\w:])(?=[{_HEX}:]{{0,30}}0)(?:(?:[{_HEX}]{{1,4}}:){{3,7}}(?::[{_HEX}]{{1,4}}){{0,4}}[{_HEX}]{{0,4}}"
        rf"|(?:[{_HEX}]{{1,4}}:){{1,6}}:[{_HEX}]{{1,4}}(?::[{_HEX}]{{1,4}}){{0,5}}|::[{_HEX}]{{1,4}}(?::[{_HEX}]{{1,4}}){{0,6}})(?![\w:])",
    ),
    _Kind("IP", ("0", "."), rf"/?{_START}(?<![.])0{{1,3}}(?:\.0{{1,3}}){{3}}(?:[:/]0{{1,5}})?(?!\w|\.\w)"),
    # Names of the Internet; a package's name begins at the top, a host's ends there.
    _Kind(
        "HOST",
        (".",),
        r"(?<![\w.@$-])/?(?!(?:com|org|net|java|javax|android|io|edu|gov|sun|cn|de|uk)\.[a-z])"
        rf"(?:[A-Za-z0][\w-]{{0,62}}\.){{1,8}}(?:{_TOP_LEVEL})\.?(?::0{{1,5}})?(?![\w-]|[.@(][A-Za-z0])",
    ),
    # Any dotted name with a port, unless it is a file with a line.
    _Kind(
        "HOST",
        ("0", ".", ":"),
        rf"{_START}(?<![./-])(?:[a-z0][a-z0-]{{0,62}}\.){{1,8}}(?!{_SOURCE}:)[a-z][a-z0-]{{1,62}}:0{{2,5}}(?!\w|\.\w)",
    ),
    _Kind("HOST", ("0", "-", ":"), rf"{_START}(?<![./-])[a-z][a-z0]{{0,30}}(?:-[a-z0]{{1,30}}){{1,6}}:0{{2,5}}(?!\w|\.\w)"),
    _Kind(
        "PATH",
        ("/",),
        rf"(?<![\w./\\<>$*-])(?:~|\.{{1,2}})?/(?![/*]){_SEGMENT}{{1,255}}(?:/{_SEGMENT}{{0,255}}){{0,32}}(?<![:.!?])"
        rf"|{_START}(?:[\w.@+~-]{{1,64}}/){{1,16}}[\w@+~-]{{0,64}}\.[A-Za-z]{{1,5}}{_END}"
        rf"|{_START}(?:[\w-]{{1,64}}\.){{1,16}}[\w-]{{1,64}}/[\w.$/-]{{1,255}}"
        rf"|{_START}(?=[0@./-]{{0,64}}[A-Za-z])(?:[\w.@+~$-]{{1,64}}/){{2,16}}[\w.@+~$-]{{0,64}}",
    ),
    _Kind("PATH", ("\\/", ":"), rf"{_START}[A-Za-z]:[\\/][^\s\"'<>|*?,;)\]]{{1,512}}"),
    _Kind("PATH", ("\\",), r"(?<![\w\\])\\[\\?][^\s\"'<>|*,;)\]]{2,512}"),
    _Kind("HEX", ("0",), rf"{_START}0[xX][{_HEX}A-F]{{1,64}}(?!\w)"),
    _Kind("MIXED", ("0",), r"(?<![A-Za-z0_])(?=[A-Za-z_-]{0,128}0)[0_-]{0,64}[A-Za-z][A-Za-z0_-]{0,256}"),
    _Kind("NUM", ("0",), r"(?:(?<![\w.)\]])[+-]|(?<=_)-)?0{1,60}(?:[.,]0{1,40}){0,8}(?:[eE][+-]?0{1,4}(?!\w))?%?"),
)
_SIGNS: Final = "0:/.@-\\"
_LONGEST: Final = 512
_NEVER: Final = re.compile(r"(?!)")
_SEARCH: Final[dict[str, re.Pattern[str]]] = {}


def masked_token(token: str) -> str:
    """The token with its values named: `blk_0000,` gives `blk_<NUM>,`. A very long one is cut."""
    token = token[:_LONGEST]
    signs = "".join(filter(token.__contains__, _SIGNS))
    if signs in ("", "-"):
        return token
    if "\\000" in token:
        token = token.replace("\\000", '"')  # a quotation mark, as some loggers escape it
    search = _SEARCH.get(signs)
    if search is None:
        search = _SEARCH[signs] = _search(signs)
    return search.sub(_name, token)


def _search(signs: str) -> re.Pattern[str]:
    """One pattern for the kinds that these signs allow: to look for all kinds everywhere costs three times as much."""
    kinds = [kind for kind in _KINDS if all(any(sign in signs for sign in either) for either in kind.signs)]
    if not kinds:
        return _NEVER
    named = [f"(?P<{kind.name}_{number}>{kind.pattern})" for number, kind in enumerate(kinds)]
    return re.compile("|".join(named))


def _name(match: re.Match[str]) -> str:
    kind = str(match.lastgroup).partition("_")[0]
    return f"<{kind}>" if kind != "MIXED" else _mixed(match[0])


_RUNS: Final = re.compile(r"0+|[A-Za-z]+")
_ALL_HEX: Final = re.compile(r"(?:[0a-f]{6,}|[0A-F]{6,})\Z")
_NUMBER: Final = re.compile(r"(?<=_)-0+|0+")


def _mixed(word: str) -> str:
    """A word of letters and digits: a name with a number (`node-0`), a quantity with its unit (`0ms`), or an identifier."""
    if _ALL_HEX.match(word):
        return "<HEX>"
    runs = _RUNS.findall(word)
    numbers = sum(run[0] == "0" for run in runs)
    if numbers == 1:
        first, last = runs[0], runs[-1]
        if last[0] == "0" and len(runs) == 2 and len(last) > 4 and len(word) == len(first) + len(last):
            return "<ID>"
        if last[0] == "0" or (first[0] == "0" and (len(runs) == 2 and (len(last) <= 3 or "-" in word))):
            return _NUMBER.sub("<NUM>", word)
        if len(word) < 40 and first[0] != "0" and len(first) > 1 and len(last) > 1:
            return _NUMBER.sub("<NUM>", word)
    return "<ID>"
