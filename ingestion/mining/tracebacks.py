"""Tracebacks: what they amount to is the exception's type and the application's frames. Pure.

Line numbers move with every release, and messages carry values: neither is part of the identity.
"""

import re
from itertools import pairwise
from typing import Final

_PYTHON_FRAME: Final = re.compile(r'^\s*File "([^"\n]{1,500})", line \d+(?:, in ([^\s]{1,200}))?', re.MULTILINE)
_OTHER_FRAME: Final = re.compile(r"^\s+at (?:async |new )?([\w$.<>\[\] /-]{1,300}?) ?\(([^()\n]{1,500})\)\s*$", re.MULTILINE)
_EXCEPTION: Final = re.compile(
    r"^(?:Caused by: |Exception in thread [^\n]{1,100}? )?((?:[A-Za-z_][\w$]{0,100}\.){0,12}[A-Z_a-z][\w$]{0,100}"
    r"(?:Error|Exception|Exit|Interrupt|Warning|Failure|Fault|Timeout|Throwable|Group|Refused|NotFound|Denied))(?=:|\s*$)",
    re.MULTILINE,
)
# Whose code a frame is in: what the runtime or an installed package brought along is not the application's.
_FOREIGN: Final = re.compile(
    r"site-packages|dist-packages|/lib/python|^<frozen|node_modules|^node:|^internal/"
    r"|^(?:java|javax|jdk|sun|com\.sun|kotlin|scala|org\.springframework|org\.apache\.(?:catalina|tomcat|coyote))\."
)
# Where a chain of exceptions goes on to the next one.
_NEXT: Final = re.compile(r"^(?:During handling of the above|The above exception was|Caused by: )", re.MULTILINE)
# Which way led to the place that raises is not the fault: the innermost frames are.
_INNERMOST: Final = 2


def masked_traceback(text: str) -> str:
    """`Traceback KeyError in load.py:read > load.py:parse then RuntimeError in …`; empty where the text is no traceback."""
    starts = [0, *(match.start() for match in _NEXT.finditer(text)), len(text)]
    told = [_link(text[start:end]) for start, end in pairwise(starts)]
    links = [link for link in told if link]
    return f"Traceback {' then '.join(links)}" if links else ""


def _link(text: str) -> str:
    """One exception of a chain, with the innermost frames that are the application's own; empty where there are no frames."""
    frames = [(file, f"{_file(file)}:{function or '?'}") for file, function in _PYTHON_FRAME.findall(text)]
    frames = frames or [(named, _named(named)) for named, _ in _OTHER_FRAME.findall(text)]
    if not frames:
        return ""
    own = list(dict.fromkeys([frame for where, frame in frames if not _FOREIGN.search(where)] or [frame for _, frame in frames]))
    # Innermost is last in Python, first elsewhere.
    innermost = own[-_INNERMOST:] if _PYTHON_FRAME.search(text) else own[:_INNERMOST][::-1]
    raised = _EXCEPTION.findall(text)
    return f"{raised[-1] if raised else '(cut)'} in {' > '.join(innermost)}"


def _file(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _named(name: str) -> str:
    return re.sub(r"\d+", "", name).strip()
