"""Stack traces of the Java and JavaScript worlds, whole or line by line. Pure."""

from typing import Final

from ingestion.records import Location

# Frames of a language's own runtime, and of the frameworks that stand under most services.
_RUNTIME: Final = ("java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "scala.", "org.springframework.", "org.apache.")
_RUNTIME_FILES: Final = ("node:", "internal/", "<anonymous>")
_JAVA_FILES: Final = (".java", ".kt", ".scala", ".groovy", ".clj")
_NO_FILE: Final = ("Native Method", "Unknown Source", "<generated>")
_LEADS: Final = ("Exception in thread ", "Caused by: ", "panic: ", "fatal error: ")
# Deep enough for any frame of interest, and a bound on the work.
_MOST_LINES: Final = 400


def leads_in(text: str) -> bool:
    """Whether a text begins as stack traces do."""
    return text.startswith(_LEADS) and (text[0] in "EC" or "\ngoroutine " in text)


def read_stack(text: str) -> Location | None:
    """The innermost frame outside of the runtime (where there is none, the innermost); None where no frame stands."""
    if "at " not in text:
        return None
    first: Location | None = None
    for line in text.split("\n", _MOST_LINES):
        if line[:1] not in (" ", "\t"):
            continue
        located = _frame(line.strip())
        if located is None:
            continue
        if not _is_runtime(located):
            return located
        first = first or located
    return first


def _frame(line: str) -> Location | None:
    if not line.startswith("at ") or len(line) > 1000:
        return None
    called = line[3:].removeprefix("async ").removeprefix("new ")
    # Logback and log4j append the jar: `~[app.jar:1.0]`.
    called = called.partition(" ~[")[0].partition(" [")[0] if called.endswith("]") else called
    if called.endswith(")"):
        name, bracket, place = called[:-1].rpartition("(")
        return _java(name, place) or _javascript(name.strip(), place) if bracket else None
    return _javascript("", called)


def _java(name: str, place: str) -> Location | None:
    file, _, line = place.partition(":")
    if place not in _NO_FILE and not file.endswith(_JAVA_FILES):
        return None
    module, _, function = name.rpartition(".")
    known = place not in _NO_FILE
    return Location(module.rpartition("/")[2], function, file if known else "", _number(line))


def _javascript(name: str, place: str) -> Location | None:
    file, _, column = place.rpartition(":")
    file, _, line = file.rpartition(":")
    if not file or _number(line) is None or _number(column) is None:
        return None
    return Location("", name.partition(" [as ")[0], file, _number(line))


def _is_runtime(located: Location) -> bool:
    if located.module:
        return located.module.startswith(_RUNTIME)
    return located.file.startswith(_RUNTIME_FILES) or "node_modules/" in located.file or not located.file


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None
