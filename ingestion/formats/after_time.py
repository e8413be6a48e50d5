"""What loggers write between a time and the message: level, names, place. Pure.

Every pattern is anchored and every repetition bounded, so that hostile lines cost no more than honest ones.
"""

import re
from typing import Final, NamedTuple

from incidents.severity import Severity
from ingestion.formats.levels import after_level, is_name, level_of
from ingestion.records import Location


class Header(NamedTuple):
    """What stands before a message, which begins at `start` of `text`."""

    text: str
    start: int = 0
    severity: Severity | None = None
    location: Location = Location()
    time_ns: int | None = None


_LOGURU: Final = re.compile(
    r" ?\| {0,4}([A-Za-z]{2,20}) {0,12}\| {0,2}(?:[^|\n:]{1,80} \| )?"
    r"([^\s|]{1,300}?):([^\s|:]{1,200}):(\d{1,9})(?: {0,4}\| ?| - ?|\Z)"
)
_PIPES: Final = re.compile(r" ?\| {0,4}([A-Za-z]{2,20}) {0,12}\|(?: {0,2}([A-Za-z_][\w.]{0,200}) {0,60}\|)? ?")
_BARE: Final = re.compile(r"(?:\[([A-Za-z]{3,11}) {0,8}\]|([A-Za-z]{3,11}))(:?)([ \t]{0,12})")
_BRACKET: Final = re.compile(r"[ \t]{0,4}\[([^\[\]\n]{0,120})\]")
_PID: Final = re.compile(r"(?:pid |tid )?[\d:#-]{1,24}\Z", re.ASCII)
_LEVEL: Final = re.compile(
    r"[ \t]{1,4}(?:\d{1,10} (?=\[))?(?:\[(?P<boxed>[A-Za-z]{3,11}) {0,8}\]|(?P<word>[A-Za-z]{3,11}))(?P<colon>:?)(?=(?P<gap>[ \t])|\Z)"
)
_NAME_LEVEL: Final = re.compile(
    r"[ \t]{1,4}\[?(?P<name>[A-Za-z_][\w.$/:-]{0,200}?)\]?(?P<pid>\[\d{1,10}\])?:?[ \t]{1,40}"
    r"(?:\[(?P<boxed>[A-Z]{3,11})\]|(?P<word>[A-Z]{3,11}))(?=(?P<colon>:?)[ \t])"
)
_NAME: Final = re.compile(r"[A-Za-z_][\w.]{0,200}\Z")
_SHORTFILE: Final = re.compile(r" ([\w./-]{1,200}\.go):(\d{1,9}): ")


def read_after_time(text: str, start: int, time_ns: int | None) -> Header:
    """The header of a line whose time ends at `start`; where it says nothing more, the message follows at once."""
    head = text[start : start + 3]
    found: Header | None
    if "|" in head:
        found = _piped(text, start, time_ns)
    elif head.lstrip(" ").startswith("- "):
        found = _dashed(text, text.index("-", start), time_ns)
    elif "[" in head.strip()[:1]:
        found = _bracketed(text, start, time_ns)
    else:
        found = _spaced(text, start, time_ns)
    return found or Header(text, skip_separators(text, start), None, Location(), time_ns)


def skip_separators(text: str, start: int) -> int:
    """Past the separators that a time leaves before a message."""
    end = start
    while end < start + 4 and text[end : end + 1] in (" ", "\t", "-", "|", ":"):
        end += 1
    return end


def _piped(text: str, start: int, time_ns: int | None) -> Header | None:
    """loguru and its like: `time | LEVEL | module:function:line | message`."""
    if match := _LOGURU.match(text, start):
        level, module, function, line = match.groups()
        return Header(text, match.end(), level_of(level), Location(module, function, "", int(line) or None), time_ns)
    match = _PIPES.match(text, start)
    if match is None or (severity := level_of(match[1])) is None:
        return None
    name = match[2] or ""
    if name and not is_name(name):
        return Header(text, match.end(1) + text[match.end(1) :].index("|") + 1, severity, Location(), time_ns)
    return Header(text, match.end(), severity, Location(module=name), time_ns)


def _dashed(text: str, start: int, time_ns: int | None) -> Header | None:
    """Python's usual format, `time - name - LEVEL - message`, with a name more or less, or the place after the level."""
    start += 2
    name = ""
    for _ in range(4):
        end = text.find(" - ", start, start + 200)
        match = _BARE.match(text, start)
        if match and match[3] and (severity := level_of(match[1] or match[2])) and (end < 0 or match.end() < end):
            return Header(text, match.end(), severity, Location(module=name), time_ns)
        if end < 0:
            return None
        part = text[start:end].strip()
        if severity := level_of(part.strip("[]").strip()):
            return _after_dashed_level(text, end, name, severity, time_ns)
        if "\n" in part or part.count(" ") > 4:
            return None
        name = part
        start = end + 3
    return None


def _after_dashed_level(text: str, end: int, name: str, severity: Severity, time_ns: int | None) -> Header:
    """A place or, where no name came before, a name may stand between level and message."""
    start, place = after_level(text, end)
    if start > end and (place.file or not name):
        return Header(text, start, severity, Location(name or place.module, place.function, place.file, place.line), time_ns)
    following = text.find(" - ", end + 3, end + 200)
    following_name = text[end + 3 : following] if following > 0 else ""
    if not name and _NAME.match(following_name) and is_name(following_name):
        return Header(text, following + 3, severity, Location(module=following_name), time_ns)
    return Header(text, end + 3, severity, Location(module=name), time_ns)


def _bracketed(text: str, start: int, time_ns: int | None) -> Header | None:
    """gunicorn's `[pid] [LEVEL]`, `[LEVEL] name:`, nginx, Apache, and threads in brackets before a level."""
    severity: Severity | None = None
    name, numbered = "", False
    while len(name) < 200 and (match := _BRACKET.match(text, start)):
        content = match[1].strip()
        if severity is None and (level := level_of(content) or level_of(content.rpartition(":")[2])):
            severity = level
        elif _PID.match(content):
            numbered = True
        elif severity is not None and ("." not in content or not is_name(content)):
            break
        else:
            name = content
        start = match.end()
    module = name if name and " " not in name and is_name(name) else ""
    if severity is None:
        return _threaded(text, start, module, numbered, time_ns)
    if text[start : start + 1] == ":":
        start += 1
    place = Location(module=module)
    # What numbers its processes, as gunicorn does, writes no place after its level.
    if not numbered and not place:
        start, place = after_level(text, start)
    return Header(text, skip_separators(text, start), severity, place, time_ns)


def _threaded(text: str, start: int, module: str, numbered: bool, time_ns: int | None) -> Header | None:
    found = _levelled(text, start, time_ns, placed=not numbered)
    if found is None:
        # "[ERROR_CODE] text" and the like are words of the message.
        return Header(text, start, None, Location(), time_ns)._replace(start=skip_separators(text, start)) if numbered else None
    return found if found.location or not module else found._replace(location=Location(module=module))


def _spaced(text: str, start: int, time_ns: int | None) -> Header | None:
    """Levels and names with nothing but blanks between them."""
    found = _levelled(text, start, time_ns, placed=True)
    if found is not None:
        return found
    match = _NAME_LEVEL.match(text, start)
    if match and (severity := level_of(match["boxed"] or match["word"])) and _is_named(text, start, match):
        end = match.end() + len(match["colon"])
        return Header(text, skip_separators(text, end), severity, Location(module=match["name"]), time_ns)
    if match := _SHORTFILE.match(text, start):
        return Header(text, match.end(), None, Location(file=match[1], line=int(match[2]) or None), time_ns)
    return None


def _is_named(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether `name LEVEL` is a logger and its level, and not a sentence with a loud word: "got ERROR from …"."""
    if any(match[part] for part in ("boxed", "pid", "colon")) or match["name"] == "root":
        return True
    # Milliseconds after a comma are the mark of Python's logging.
    return is_name(match["name"], "" if text[start - 4 : start - 3] != "," else ":")


def _levelled(text: str, start: int, time_ns: int | None, *, placed: bool) -> Header | None:
    match = _LEVEL.match(text, start)
    if match is None:
        return None
    word = match["boxed"] or match["word"]
    severity = level_of(word)
    # "Error while closing" is a sentence; "ERROR while closing" after a time is a level.
    marked = match["boxed"] or match["colon"] or match["gap"] == "\t" or word.isupper()
    if severity is None or not marked:
        return None
    end, place = after_level(text, match.end()) if placed else (match.end(), Location())
    return Header(text, skip_separators(text, end), severity, place, time_ns)
