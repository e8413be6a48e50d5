"""What part of an exception's tale a message is, and which exception stands at the bottom of it. Pure."""

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum, auto
from typing import Final, NamedTuple

from incidents.pieces import Piece, Told
from ingestion.formats.text import MESSAGE_LIMIT
from ingestion.formats.traceback import HEADER

LENGTH: Final = 200
# Of more lines the first and the last are looked at, and of a line its beginning: a bound on the work.
_FIRST_LINES: Final = 300
_LAST_LINES: Final = 60
_LINE: Final = 1000
# An exception's message may go on for some lines; what goes on for longer is a report that begins with one.
_FEW_LINES: Final = 12
# How far above its first frame an exception's line is looked for: its message may have lines of its own.
_ABOVE: Final = 20
# A frame's own lines of code.
_CODE_LINES: Final = 3


class _Kind(IntEnum):
    BLANK = auto()
    WORDS = auto()
    # What may be a frame's code or call, where frames stand beside it.
    CODE = auto()
    HEADER = auto()
    PYTHON_FRAME = auto()
    FRAME = auto()
    # Marks under code, `... 12 more`, and other lines that only a stack trace has.
    CLOSING = auto()
    # The ruler before one exception of a group.
    RULER = auto()
    JOIN = auto()
    RAISED = auto()


class _Line(NamedTuple):
    """A line's kind, and the exception that it names. `inner` says that this caused what stands above it."""

    kind: _Kind
    named: str = ""
    inner: bool = False


# Most lines name nothing: one object for each kind of them.
_PLAIN: Final = {kind: _Line(kind) for kind in _Kind}
_BLANK: Final = _PLAIN[_Kind.BLANK]
_TRACE_LINES: Final = {_Kind.PYTHON_FRAME, _Kind.FRAME, _Kind.CLOSING, _Kind.RULER}

_SUFFIXES: Final = (
    *("Error", "Exception", "Throwable", "Failure", "Fault", "Exit", "Interrupt", "Warning", "Timeout", "Violation"),
    *("ExceptionGroup", "StopIteration", "StopAsyncIteration", "DoesNotExist", "NotFound", "Denied", "Refused"),
)
# Whole names among the suffixes.
_WHOLE: Final = {"ExceptionGroup", "StopIteration", "StopAsyncIteration"}
_IDENTIFIER: Final = re.compile(r"((?:[^\W\d][\w$]{0,100}(?:\.|::|\\)){0,16})([^\W\d][\w$]{0,100})")
_OF_EXCEPTIONS: Final = re.compile(r"(?:\A|[.:\\])(?:exceptions?|errors?|exc)[.:\\]", re.IGNORECASE)
# .NET writes a number after the type of some exceptions.
_NUMBER: Final = re.compile(r" \((?:-?\d{1,12}|0x[0-9A-Fa-f]{1,16})\)\Z")
# `ConnectTimeout: 30` is a setting.
_SETTING: Final = re.compile(r"[\d.]{1,20} ?(?:m?s|seconds)?\Z|(?:true|false|yes|no|on|off|null|none)\Z", re.IGNORECASE)

_JOINS: Final = {
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
}
# After these comes what caused the exception above, and after those what wrapped it.
_CAUSES: Final = ("Caused by: ", "[cause]: ", "---> ")
_LINKS: Final = (*_CAUSES, "Suppressed: ", "Wrapped by: ", "Next ")
_LEADS: Final = re.compile(
    r"Exception in thread \"[^\"\n]{0,100}\" |(?:PHP )?Fatal error: {1,2}Uncaught |Uncaught (?:\(in promise\) |exception: )?"
    r"|Unhandled [Ee]xception[.:] {1,2}|Unhandled (?:[Pp]romise )?[Rr]ejection:? |\(node:\d{1,9}\) UnhandledPromiseRejectionWarning: "
)
_PHP_PLACE: Final = re.compile(r"\S{1,400}:\d{1,9}\Z")

_PYTHON_FRAME: Final = re.compile(r'File "[^"\n]{1,500}", line \d{1,9}(, in \S{1,200})?\Z')
# Whatever stands in a Python traceback's last line is an exception: local classes and those of no telling name too.
_PYTHON_RAISED: Final = re.compile(r"(?:[ \t]{0,64}\| )?([^\W\d][\w.<>]{0,200})(?:: (.{0,1000})|:?\Z)")
_SUB_EXCEPTIONS: Final = re.compile(r"\(\d{1,9} sub-exceptions?\)\Z")
_RULER: Final = re.compile(r"\+(?:-\+)?-{16} (?:\d{1,6}|\.\.\.) -{16}\Z|\+-{36}\Z")
_AT: Final = re.compile(
    r"at (?:async |new )?(?:[^\s(]{1,300}\(|[^\n(]{1,200} \([^\n()]{0,400}(?::\d{1,9}|<anonymous>|native|index \d{1,9})\)"
    r"|[^\s(]{1,400}:\d{1,9}(?: \{)?\Z|<anonymous>\Z)"
)
_AT_JAVA: Final = re.compile(r"at [^\s(]{1,300}\((?:[^\s():]{1,200}\.(?:java|kt|scala|groovy|clj):\d{1,9}|Native Method|Unknown Source)\)")
_GO_PLACE: Final = re.compile(r"\S{1,400}\.go:\d{1,9}(?: \+0x[0-9a-f]{1,16})?\Z")
_GOROUTINE: Final = re.compile(r"goroutine \d{1,9} [^\n]{0,120}\]:\Z")
_GO_CALL: Final = re.compile(r"(?:created by )?[\w.*()\[\]/-]{1,400}(?:\([^()\n]{0,400}\)| in goroutine \d{1,9})\Z")
_GO_SERVING: Final = re.compile(r"http: panic serving \S{1,100}: ")
_PHP_FRAME: Final = re.compile(r"#\d{1,4} (?:\{main\}\Z|\[internal function\]: |[^\n]{1,400}?\(\d{1,9}\): )")
_RUBY_FRAME: Final = re.compile(r"(?:\d{1,4}: )?(?:from )?[^\s:]{1,300}:\d{1,9}:in [`'][^\n]{1,200}'\Z")
_RUBY_RAISED: Final = re.compile(r"[^\s:]{1,300}:\d{1,9}:in [`'][^'\n]{1,200}': (.{0,1000}) \(((?:[A-Z]\w{0,80}::){0,8}[A-Z]\w{0,80})\)\Z")
_RUST_PANICKED: Final = re.compile(
    r"thread '[^'\n]{0,100}' (?:\(\d{1,20}\) )?panicked at (?:'(.{0,1000})', )?\S{1,400}:\d{1,9}:\d{1,9}(:?)\Z"
)
_CLOSING: Final = re.compile(
    r"\.\.\. \d{1,6} (?:more|common frames omitted|lines matching [^\n]{1,60})\Z|\[Previous line repeated \d{1,9} more times?\]\Z"
    r"|--- End of (?:inner exception )?stack trace[^\n]{0,60}---\Z|thrown in \S{1,400} on line \d{1,9}\Z|(?:PHP )?Stack trace:\Z"
    r"|stack backtrace:\Z|note: run with `RUST_BACKTRACE|\[signal SIG[^\n]{1,200}\]\Z"
)


def told(message: str) -> Told:
    """The piece that a message is, and the exception at the bottom of it; where it is no piece, the exception that it mentions.

    Python prints what caused an exception above it, and PHP does; elsewhere it stands below.
    """
    lines = _lines(message)
    read = [_read(line) for line in lines]
    _panics(lines, read)
    kinds = {line.kind for line in read}
    opening = _opening(read)
    goes_on = opening.kind in _TRACE_LINES or (opening.kind is _Kind.RAISED and _is_joined_to_header(read))
    if _Kind.HEADER in kinds or _Kind.PYTHON_FRAME in kinds:
        bottom = _bottom_of_python(lines, read, within=goes_on)
    else:
        bottom = _bottom_of_stack(lines, read)
    piece = _piece(opening.kind, kinds, bottom, goes_on=goes_on, short=len(lines) <= _FEW_LINES)
    if not bottom and piece in (Piece.NONE, Piece.CUT):
        bottom = _mentioned(lines, to_the_end=piece is Piece.NONE)
    return Told(piece, bottom)


def _lines(message: str) -> list[str]:
    message = message[:MESSAGE_LIMIT]
    if f"{HEADER}\\n" in message:
        # A traceback within a value: its line ends are escaped.
        message = message.replace("\\n", "\n")
    lines = message.split("\n", _FIRST_LINES)
    if len(lines) > _FIRST_LINES:
        lines += lines.pop().rsplit("\n", _LAST_LINES)[-_LAST_LINES:]
    return [_bounded(line) for line in lines] if len(message) > _LINE else lines


def _bounded(line: str) -> str:
    if len(line) <= _LINE:
        return line
    # A header may stand at the end of many words.
    return HEADER if line.endswith(HEADER) else line[:_LINE]


def _piece(opening: _Kind, kinds: set[_Kind], bottom: str, *, goes_on: bool, short: bool) -> Piece:
    """How a text begins tells which piece it is; what goes on with an earlier entry does so whatever follows."""
    if opening is _Kind.JOIN:
        return Piece.CONNECTIVE
    if goes_on:
        # Below Python's frames stands what was raised; elsewhere that came before, and this is its cause.
        return Piece.EXCEPTION if bottom and _Kind.FRAME not in kinds else Piece.FRAGMENT
    if _Kind.HEADER in kinds:
        return Piece.TRACEBACK if bottom else Piece.CUT
    if bottom and (_Kind.FRAME in kinds or _Kind.PYTHON_FRAME in kinds):
        return Piece.TRACEBACK
    return Piece.EXCEPTION if opening is _Kind.RAISED and short else Piece.NONE


def _opening(read: Sequence[_Line]) -> _Line:
    """The first line that says something; code counts as a frame's where a line of a traceback follows."""
    said = [line for line in read[: _ABOVE + _CODE_LINES] if line.kind is not _Kind.BLANK]
    if not said or said[0].kind is not _Kind.CODE:
        return said[0] if said else _BLANK
    following = next((line.kind for line in said[1 : _CODE_LINES + 1] if line.kind is not _Kind.CODE), _Kind.CODE)
    return _PLAIN[_Kind.CLOSING if following in _TRACE_LINES or following is _Kind.RAISED else _Kind.WORDS]


def _is_joined_to_header(read: Iterable[_Line]) -> bool:
    """Whether a connective comes first and a header after it, so that what stands above them ends a traceback."""
    joints = [line.kind for line in read if line.kind in (_Kind.JOIN, _Kind.HEADER)]
    return _Kind.HEADER in joints and joints[0] is _Kind.JOIN


def _bottom_of_python(lines: Sequence[str], read: Sequence[_Line], *, within: bool) -> str:
    """The first exception that ends a traceback and is no group of others; `within` says that the text begins in one."""
    group, column = "", 0
    for line, (kind, named, _) in zip(lines, read, strict=True):
        if kind is _Kind.HEADER:
            within, column = True, len(line) - len(line.lstrip())
        elif kind in (_Kind.PYTHON_FRAME, _Kind.RULER):
            within = True
        elif within and (column or kind is not _Kind.CODE) and (raised := named or _raised_by_python(line, column)):
            if _SUB_EXCEPTIONS.search(line) is None:
                return raised
            within, group = False, group or raised
    return group


def _raised_by_python(line: str, column: int) -> str:
    """The exception of a traceback's last line, where that stands no deeper than the traceback's header."""
    match = _PYTHON_RAISED.match(line if line[:column].strip() else line[column:])
    return _shown(match[1], match[2] or "") if match is not None else ""


def _bottom_of_stack(lines: Sequence[str], read: Sequence[_Line]) -> str:
    """The exception above the first frame, or the last of those that caused it."""
    first_frame = next((at for at, line in enumerate(read) if line.kind is _Kind.FRAME), len(read))
    above = slice(max(0, first_frame - _ABOVE), first_frame)
    bottom = _above_frames(lines[above], read[above]) if first_frame < len(read) else ""
    for kind, named, inner in read:
        if named and (inner or (not bottom and kind in (_Kind.RAISED, _Kind.JOIN))):
            bottom = named
    return bottom


def _above_frames(lines: Sequence[str], read: Sequence[_Line]) -> str:
    """The exception whose frames follow: the nearest line that surely is one, else the nearest that is one as frames follow."""
    sure = next((line.named for line in reversed(read) if line.kind is _Kind.RAISED), "")
    return sure or next((named for line in reversed(lines) if (named := _thrown(line))), "")


def _thrown(line: str) -> str:
    if line.startswith("fatal error: "):
        return _shown("fatal error", line[13:])
    return _named(line, trusted=True) or _named_within(line)


def _panics(lines: Sequence[str], read: list[_Line]) -> None:
    """Rust prints a panic's place, and what it says in the line below."""
    for at, line in enumerate(lines):
        if line.startswith("thread '") and (match := _RUST_PANICKED.match(line)) is not None:
            says = match[1] or (lines[at + 1] if at + 1 < len(lines) else "")
            read[at] = _Line(_Kind.RAISED, _shown("panic", says)) if says else _PLAIN[_Kind.HEADER]


def _read(line: str) -> _Line:
    text = line.strip()
    if not text:
        return _BLANK
    indented = line[0].isspace()
    if text[0] in "|+":
        return _in_margin(text, indented)
    if text[-1] == ":" and (text.endswith(HEADER) or text in _JOINS):
        return _PLAIN[_Kind.JOIN if text in _JOINS else _Kind.HEADER]
    if (kind := _trace_line(text, indented)) is not None:
        return _PLAIN[kind]
    if text[0] in "CSWN[-" and (joined := _joined(text, indented)) is not None:
        return joined
    return _PLAIN[_Kind.CODE] if indented else _unindented(text)


def _in_margin(text: str, indented: bool) -> _Line:
    """A line of an exception group, which has a margin."""
    if _RULER.match(text):
        return _PLAIN[_Kind.RULER]
    if text.endswith(HEADER):
        return _PLAIN[_Kind.HEADER]
    within = text[2:] if indented and text.startswith("| ") else ""
    return _read(within) if within and within.lstrip()[:1] not in ("|", "+") else _PLAIN[_Kind.WORDS]


def _trace_line(text: str, indented: bool) -> _Kind | None:
    """The kind of a line that only stack traces have; None for others."""
    if text.startswith("File ") and (match := _PYTHON_FRAME.match(text)) is not None:
        return _Kind.PYTHON_FRAME if indented or match[1] else None
    if _is_frame(text, indented):
        return _Kind.FRAME
    if text[0] in "~^":
        return _Kind.CLOSING if indented and "^" in text and not text.strip("~^ ") else None
    return _Kind.CLOSING if text[0] in ".[-tPSsn" and _CLOSING.match(text) is not None else None


def _is_frame(text: str, indented: bool) -> bool:
    if text.startswith("at "):
        return (_AT if indented else _AT_JAVA).match(text) is not None
    if text[0] == "#":
        return _PHP_FRAME.match(text) is not None
    if ".go:" in text and _GO_PLACE.match(text) is not None:
        return indented or " +0x" in text
    if text[-1] == "'":
        return _RUBY_FRAME.match(text) is not None
    return text[-1] == ":" and _GOROUTINE.match(text) is not None


def _joined(text: str, indented: bool) -> _Line | None:
    """A line that leads from one exception of a chain to the next; None where it names none."""
    if not text.startswith(_LINKS):
        return None
    lead, _, rest = text.partition(" " if text[0] in "N[-" else ": ")
    trusted = lead in ("[cause]:", "--->") or "." in rest.partition(": ")[0]
    named = _named(_without_place(rest) if lead == "Next" else rest, trusted=trusted)
    if not named:
        return None
    # Indented, a cause is that of an exception which was suppressed.
    if lead == "Suppressed" or (lead == "Caused by" and indented):
        return _PLAIN[_Kind.CLOSING]
    return _Line(_Kind.JOIN, named, inner=text.startswith(_CAUSES))


def _unindented(text: str) -> _Line:
    if text.startswith("panic: "):
        return _Line(_Kind.RAISED, _shown("panic", text[7:]))
    if text[0] == "h" and (match := _GO_SERVING.match(text)) is not None:
        return _Line(_Kind.RAISED, _shown("panic", text[match.end() :]))
    if text[-1] == ")" and ":in " in text and (match := _RUBY_RAISED.match(text)) is not None:
        return _Line(_Kind.RAISED, _shown(match[2], match[1]), inner=True)
    lead = _LEADS.match(text) if text[0] in "EPFU(" else None
    named = _named(_without_place(text[lead.end() :]), trusted=True) if lead is not None else _named(text)
    if named:
        return _Line(_Kind.RAISED, named)
    is_code = text == "}" or (text[-1] in ")0123456789" and _GO_CALL.match(text) is not None)
    return _PLAIN[_Kind.CODE if is_code else _Kind.WORDS]


def _without_place(text: str) -> str:
    """PHP's exception without ` in /srv/shop/cart.php:12`."""
    said, _, place = text.rpartition(" in ")
    return said if said and _PHP_PLACE.match(place) else text


def _named(text: str, *, trusted: bool = False) -> str:
    """The exception, where a text is no more than one; of a chain in .NET's one line the innermost.

    `trusted` says that it stands where an exception stands, so that a bare `Error` is one, and `com.acme.Overflow`.
    """
    name, colon, said = text.partition(": ")
    name = name if colon else name.removesuffix(":")
    if name[-1:] == ")":
        name = _NUMBER.sub("", name)
    if " " in name or not _is_type(name, trusted):
        return ""
    inner = said.rpartition(" ---> ")[2] if " ---> " in said else ""
    return (_named(inner, trusted=True) if inner else "") or ("" if _is_setting(name, said) else _shown(name, said))


def _named_within(line: str) -> str:
    """The first exception that a line names after words, with its message."""
    words = line.split(" ")
    for at, word in enumerate(words[:-1], 1):
        if word[-1:] == ":" and _is_type(word[:-1]) and _says_something(said := " ".join(words[at:])):
            return _shown(word[:-1], said)
    return ""


def _mentioned(lines: Sequence[str], *, to_the_end: bool) -> str:
    """The exception that a text names in its first line, else in its last; the last line of a cut traceback is code."""
    said = [line for line in lines if line]
    asked = [*said[:1], *said[-1:]] if to_the_end else said[:1]
    return next((named for line in asked if (named := _named_within(line))), "")


def _is_type(name: str, trusted: bool = False) -> bool:
    """Whether a name is an exception's; a bare `Error`, or a name that only is dotted, must be trusted."""
    if len(name) > LENGTH or (match := _IDENTIFIER.fullmatch(name)) is None:
        return False
    path, last = match.groups()
    if not last.lstrip("_")[:1].isupper():
        return False
    if not last.endswith(_SUFFIXES):
        return bool(path) and (trusted or _OF_EXCEPTIONS.search(path) is not None)
    return trusted or bool(path) or last in _WHOLE or last not in _SUFFIXES


def _is_setting(name: str, said: str) -> bool:
    return name.endswith("Timeout") and _SETTING.match(said) is not None


def _says_something(said: str) -> bool:
    """Whether this may be an exception's message among other words; a number or a switch is a setting's value."""
    return bool(said.strip()) and _SETTING.match(said.strip()) is None


def _shown(name: str, said: str) -> str:
    said = said.strip()
    text = f"{name}: {said}" if said else name
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 1]}…"
