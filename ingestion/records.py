"""What a log entry is to us, whatever wrote it. Pure."""

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that could not be taken, and why; the rest of its batch goes through."""

    code: str
    reason: str
