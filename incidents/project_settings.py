"""What a project may set, with the defaults. Pure."""

from typing import Any, TypeVar

import msgspec

from incidents.errors import InvalidInput, Unmet
from incidents.severity import Severity, by_name

T = TypeVar("T")


class OddRepetition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When something below WARNING is odd enough to open an issue: a text that speaks of mending, too often.

    `skip_first_seconds` of an instance's life do not count: whoever starts up creates things.
    """

    words: list[str] = msgspec.field(
        default_factory=lambda: [
            "creating",
            "recreating",
            "re-creating",
            "retry",
            "retrying",
            "fallback",
            "falling back",
            "fell back",
            "missing",
        ]
    )
    per_hour: int = 10
    skip_first_seconds: int = 60


class ProjectSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Thresholds and words of one project."""

    issue_severity: str = "WARNING"
    odd_repetition: OddRepetition = msgspec.field(default_factory=OddRepetition)

    def __post_init__(self) -> None:
        if by_name(self.issue_severity) is None:
            raise ValueError(f"issue_severity: {self.issue_severity!r} is no severity")
        if not 2 <= self.odd_repetition.per_hour <= 10_000:
            raise ValueError("odd_repetition.per_hour must be from 2 to 10,000")
        if not 0 <= self.odd_repetition.skip_first_seconds <= 86_400:
            raise ValueError("odd_repetition.skip_first_seconds must be from 0 to 86,400")
        if len(self.odd_repetition.words) > 200 or not all(word.strip() for word in self.odd_repetition.words):
            raise ValueError("odd_repetition.words must be at most 200, none of them blank")

    @property
    def opens_issues_from(self) -> Severity:
        """The severity from which on an entry opens an issue."""
        return by_name(self.issue_severity) or Severity.WARNING


class CriticalArea(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of the system that must not break: issues whose place or text contain `match` weigh more."""

    match: str
    weight: int
    reason: str

    def __post_init__(self) -> None:
        if not self.match.strip() or not self.reason.strip():
            raise ValueError("match and reason must not be empty")
        if not 1 <= self.weight <= 100:
            raise ValueError("weight must be from 1 to 100")


def read_settings(given: Any) -> ProjectSettings:
    """The settings that a project was given, defaults filled in. Raises InvalidInput that names what is wrong."""
    return _convert(given, ProjectSettings, "settings")


def read_critical_areas(given: Any) -> list[CriticalArea]:
    """The critical areas that a project was given. Raises InvalidInput that names what is wrong."""
    return _convert(given, list[CriticalArea], "critical_areas")


def _convert(given: Any, kind: type[T], field: str) -> T:
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidInput(f"{field}_invalid", f"{field}: {error}", [Unmet("invalid", str(error), field)]) from error
