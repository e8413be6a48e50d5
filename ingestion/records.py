"""What a log entry is to us, whatever wrote it. Pure."""

from dataclasses import dataclass, field, replace
from typing import Final

from incidents.severity import Severity


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the code an entry was written; empty parts are not known."""

    module: str = ""
    function: str = ""
    file: str = ""
    line: int | None = None

    def __bool__(self) -> bool:
        return bool(self.module or self.function or self.file or self.line is not None)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say of an entry: a stable code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Record:
    """One log entry, normalised.

    `time_ns` counts nanoseconds since 1970, None where the entry gives no usable time; `insert_id` is empty where it
    gives none. `message` is free of control sequences; `raw` is the entry as it came, as text without NUL.
    """

    message: str
    raw: str
    severity: Severity = Severity.DEFAULT
    time_ns: int | None = None
    insert_id: str = ""
    location: Location = field(default_factory=Location)
    stream: str = ""
    instance: str = ""
    trace: str = ""
    user: str = ""
    release: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    notes: tuple[Remark, ...] = ()


# What the database has room for. The readers keep within it as a rule; this is for the text that they did not think of.
_LONGEST: Final = {"stream": 400, "instance": 400, "trace": 200, "user": 400, "release": 200, "insert_id": 128}
_LONGEST_IN_LOCATION: Final = {"module": 300, "function": 300, "file": 500}
_LARGEST_LINE: Final = 2**31 - 1


def fitted(record: Record) -> Record:
    """The record with what is too long for the database cut: one odd entry must not fail all that came with it."""
    place = record.location
    cut_place = {name: getattr(place, name)[:most] for name, most in _LONGEST_IN_LOCATION.items() if len(getattr(place, name)) > most}
    line = place.line if place.line is not None and 0 <= place.line <= _LARGEST_LINE else None
    cut = {name: getattr(record, name)[:most] for name, most in _LONGEST.items() if len(getattr(record, name)) > most}
    if not cut and not cut_place and line == place.line:
        return record
    return replace(record, **cut, location=replace(place, **cut_place, line=line))


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that could not be taken, and why; the rest of its batch goes through."""

    code: str
    reason: str
