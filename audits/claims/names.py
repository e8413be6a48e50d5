"""The names that a log drops: tests, files, places in code, commits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audits.claims.shapes import Place
from audits.claims.wording import behind, one_of
from audits.terms import Level

CODE_SPAN: Final = re.compile(r"(?<!`)`([^`\n]{1,500})`(?!`)")

_EXTENSIONS: Final = (
    "py|pyi|ts|tsx|js|jsx|mjs|cjs|vue|svelte|go|rs|java|kt|kts|scala|groovy|rb|php|cs|fs|swift|m|c|cc|cpp|cxx|h|hpp"
    "|ex|exs|erl|clj|lua|pl|sh|bash|sql"
    "|ya?ml|toml|ini|cfg|conf|json|xml|gradle|tf|proto|graphql|html|css|scss|dart|r|jl|hs|ml|properties|env|lock|txt"
    "|md|feature"
)
PATH: Final = re.compile(
    rf"(?<![\w/\\.@:-])((?:[A-Za-z]:)?[\w.@~/\\-]{{0,300}}[\w@)\]-]\.(?:{_EXTENSIONS})|Dockerfile|Makefile"
    rf"|Jenkinsfile)(?![\w/\\-]|\.\w)",
)
_AFTER_PATH: Final = re.compile(
    r"[`*\"']{0,3}(?::(\d{1,7})(?!\d)|(?:::|#|\s*\()?(?:,?\s*(?:at\s+|on\s+|@\s*)?\(?lines?\s*:?\s*~?|\s*#?L)(\d{1,7}))", re.IGNORECASE
)
_LINE_BEFORE: Final = re.compile(r"lines?\s+~?(\d{1,7})(?:\s*[-–]\s*\d+)?\s+(?:of|in)\s+[`*\"']{0,3}\Z", re.IGNORECASE)
_FUNCTION_AFTER: Final = re.compile(
    r"[`*\"']{0,3}(?::\d+(?:-\d+)?)?[`*\"'\s]{0,5}(?:(?:[(,:–-]|in\b|at\b|→|->)[\s`]{0,3}){0,3}([A-Za-z_]\w*(?:\.\w+){0,4})\(\)"
)
_DOTTED: Final = re.compile(
    r"(?<![\w./\\@:-])([A-Za-z_]\w*(?:(?:\.|::)\w+){1,12})(?::([A-Za-z_<]\w*>?))?(?::(\d{1,7}))?(\(\))?(?![\w/\\@]|\.\w)"
)
_LINE: Final = re.compile(r"(?:\bline(?:\s+(?:number|no\.?))?|\bL)\s*:?\s*~?#?(\d{1,7})\b", re.IGNORECASE)

# --- Tests ------------------------------------------------------------------------------------------
_SNAKE: Final = r"(?:test_\w{1,200}|\w{1,200}_tests?)"
_CAMEL: Final = r"(?:Test[A-Z_]\w{1,200}|test[A-Z]\w{1,200})"
_TEST: Final = re.compile(
    rf"(?<![\w/\\.$-])(?:[\w.]{{1,200}}::)*({_SNAKE}|{_CAMEL}(?:/[\w#=,.-]{{1,200}}){{0,4}})(?![\w/\\-]|\.\w|\*(?!\*)|::)"
)
_QUALIFIED: Final = re.compile(r"[\w./\\-]{0,300}(?:::|#|\.)([A-Za-z_]\w{1,200})(?:\(\))?\Z")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w{2,200}(?:\(\))?\Z")
_WORDS_IN_IDENTIFIER: Final = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])")
_PARAMETERS: Final = re.compile(r"(?:\[[^\[\]]{0,300}\]|\(\))\Z")
_CALL: Final = re.compile(r"(?:it|test|specify|scenario|describe)\s*(?:\.\w+)?\(\s*(['\"`])(.{1,300}?)\1", re.IGNORECASE)
_NOT_TESTS: Final = one_of(
    r"test_(?:framework|data|utils?|helpers?|results?|runner|db|database|suite|env|config|client|patterns|cases?|mode"
    r"|files?)",
    r"Test(?:Client|Case|Runner|Suite|Container|Data)s?",
    r"(?:unified|run|unit|integration|e2e|pre|post)_tests?",
    r"pytest",
)
_LEAD: Final = re.compile(r"(?:[^\w`*\"'(]|\*\*|__)*")
_QUOTED_LEAD: Final = re.compile(r"(?:\*\*|__)?[\"“']([^\"”\n]{6,200})[\"”'](?=[\s*,:–—-]|\Z)")


def is_path(token: str) -> bool:
    """Whether a token is a file's path or name and nothing more."""
    match = PATH.fullmatch(token)
    return match is not None


def paths(raw: str) -> list[str]:
    """The files that a text names, with forward slashes, in its order; those inside of addresses are none."""
    if "." not in raw and "file" not in raw:
        return []
    return [match[1].replace("\\", "/") for match in PATH.finditer(raw) if "//" not in match[1]]


def is_test_file(path: str) -> bool:
    """Whether a path looks like a file of tests."""
    return bool(_TEST_FILE.search(path)) and not path.lower().endswith(
        (".md", ".txt", ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".sh")
    )


_TEST_FILE: Final = re.compile(
    r"(?:\A|[/_.-])(?:tests?|specs?|e2e|__tests__|cypress)(?:[/_.-]|\Z)|Tests?\.\w+\Z|Spec\.\w+\Z|IT\.\w+\Z", re.IGNORECASE
)


def test_files(raw: str) -> list[str]:
    """The files of tests that a text names."""
    return [path for path in paths(raw) if is_test_file(path)]


def places(raw: str) -> list[Place]:
    """The places in code that a text names: files with their lines, else dotted modules with theirs."""
    found = list(_file_places(raw))
    return found or list(_module_places(raw))


def _file_places(raw: str) -> Iterator[Place]:
    if "." not in raw:
        return
    lone = _LINE.findall(raw)
    matches = [match for match in PATH.finditer(raw) if "//" not in match[1]]
    for match in matches:
        after = _AFTER_PATH.match(raw, match.end())
        before = _LINE_BEFORE.search(raw, max(0, match.start() - 60), match.start())
        number = next((int(group) for group in (*(after.groups() if after else ()), before[1] if before else None) if group), None)
        if number is None and len(matches) == 1 and len(lone) == 1:
            number = int(lone[0])
        function = _FUNCTION_AFTER.match(raw, match.end())
        yield Place(file=match[1].replace("\\", "/"), line=number, function=function[1] if function else "")


def _module_places(raw: str) -> Iterator[Place]:
    lone = _LINE.findall(raw)
    for match in _DOTTED.finditer(raw):
        module, function, number, called = match.groups()
        last = re.split(r"\.|::", module)[-1]
        if not function and (called or last.startswith("_")):
            module, function = module[: -len(last)].rstrip(".:"), last
        line = int(number) if number else int(lone[0]) if len(lone) == 1 else None
        yield Place(module=module, line=line, function=function or "")


def test_name(token: str) -> str:
    """A test's name without parameters, call marks, file and class: "a.py::C::test_x[1]" and "test_x()" are "test_x"."""
    name = _PARAMETERS.sub("", token.strip().strip("`*\"'"))
    name = _PARAMETERS.sub("", name)
    return name.rsplit("::", 1)[-1] if "::" in name and " " not in name else name


def tests_in(raw: str) -> list[str]:
    """The tests that a text names by the customs of their languages (test_…, TestX, testX), in its order, each once."""
    if "est" not in raw:
        return []
    names = (match[1] for match in _TEST.finditer(raw))
    return list(dict.fromkeys(name for name in names if _is_test(name)))


def _is_test(name: str) -> bool:
    return not _NOT_TESTS.fullmatch(name)


def leading_test(raw: str, *, listed: bool) -> str:
    """The test that a list entry or row begins with, empty where it begins with none.

    `listed` says that it stands in a list of tests: there a name in backticks needs no "test" in it, and may be a sentence.
    """
    text = behind(_LEAD, raw) if not raw[:1].isalnum() else raw
    call = _CALL.match(text.lstrip("`"))
    if call:
        return call[2]
    span = CODE_SPAN.match(text)
    token = span[1].strip() if span else ""
    if not span:
        match = _TEST.match(text)
        if match and _is_test(match[1]):
            return match[1]
        quoted = _QUOTED_LEAD.match(text) if listed else None
        return quoted[1].strip() if quoted else ""
    return _of_token(token, listed)


def _of_token(token: str, listed: bool) -> str:
    call = _CALL.match(token)
    if call:
        return call[2]
    names = tests_in(token)
    if names and " " not in token.strip():
        return names[-1]
    if not listed or is_path(token) or ("/" in token and "." in token.rsplit("/", 1)[-1]):
        return ""
    qualified = _QUALIFIED.match(token)
    if qualified and re.search(r"test|spec", token, re.IGNORECASE):
        return qualified[1]
    if _IDENTIFIER.match(token):
        return test_name(token) if len(_WORDS_IN_IDENTIFIER.split(token)) >= 3 else ""
    return token if len(token.split()) >= 3 and token[0].isalnum() and not re.search(r"[=;{}$|]|--", token) else ""


# --- Levels -----------------------------------------------------------------------------------------
_LEVEL_WORDS: Final = (
    (Level.E2E, r"e2e|end[\s-]?(?:to|2)[\s-]?end"),
    (Level.INTEGRATION, r"integration|integ"),
    (Level.UNIT, r"unit"),
)
_LEVEL: Final = one_of("|".join(f"(?P<{level.name}>{words})" for level, words in _LEVEL_WORDS))
_LEVEL_OF_TESTS: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(words for _, words in _LEVEL_WORDS)})[\s-]+(?:level\b|(?:\w+\s+)?(?:tests?|specs?|suites?)\b)", re.IGNORECASE
)
_LEVEL_FOLDER: Final = re.compile(r"(?:\A|[/_.-])(unit|integration|e2e|end[_-]to[_-]end)s?(?:[/_.-]|tests?\b)", re.IGNORECASE)


def level_of(text: str) -> Level | None:
    """The level that a plain text names; None where it names none, or several."""
    direct = {level for match in _LEVEL_OF_TESTS.finditer(text) for level in _levels(match[0])}
    named = direct if len(direct) == 1 else set(_levels(text))
    return named.pop() if len(named) == 1 else None


def _levels(text: str) -> Iterator[Level]:
    for match in _LEVEL.finditer(text):
        yield Level[str(match.lastgroup)]


def level_of_path(path: str) -> Level | None:
    """The level that a file's folders or name tell."""
    found = _LEVEL_FOLDER.search(path)
    if found is None:
        return None
    return Level.E2E if found[1].lower().startswith("e") else Level(found[1].lower())


# --- Commits ----------------------------------------------------------------------------------------
_HEX: Final = re.compile(r"(?<![\w/#.-])(?=[0-9a-f]{0,39}[0-9])(?=[0-9a-f]{0,39}[a-f])([0-9a-f]{7,40})(?![\w-])")
_NUMERIC_HEX: Final = re.compile(r"(?:commit|sha|hash|revision)\b[\s:`*#()]{0,6}([0-9a-f]{7,40})(?![\w-])", re.IGNORECASE)


def commits(raw: str) -> list[str]:
    """The commit ids that a text names: seven to forty hexadecimal digits, with letters unless they are called a commit."""
    found = [match[1] for match in _HEX.finditer(raw)]
    return list(dict.fromkeys(found + [match[1] for match in _NUMERIC_HEX.finditer(raw)]))
