"""What a project may set, with the defaults. Pure."""

import re
from typing import Any, Final, TypeVar

import msgspec

from incidents.errors import InvalidInput, Unmet
from incidents.severity import Severity, by_name

T = TypeVar("T")

REPOSITORY_NAME: Final = r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+"


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


class Policy(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Something that a review of the tests checks, and how much it weighs."""

    name: str
    weight: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a policy needs a name")
        if not 1 <= self.weight <= 100:
            raise ValueError("a policy's weight must be from 1 to 100")


def _usual_policies() -> list[Policy]:
    return [
        Policy("authentication is real", 2),
        Policy("real services", 2),
        Policy("absolute imports", 1),
        Policy("assertions", 2),
        Policy("target coverage", 2),
        Policy("timing", 1),
    ]


class GitHubSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How issues and their twins on GitHub go together.

    `mirror_new_issues`: every new issue gets a twin unasked. `challenge`: a closing there without proof is answered with
    what is missing. `other_repositories` (OWNER/NAME) are the project's, too: an issue transferred to one is followed.
    """

    mirror_new_issues: bool = False
    challenge: bool = True
    other_repositories: list[str] = []

    def __post_init__(self) -> None:
        if len(self.other_repositories) > 100 or not all(re.fullmatch(REPOSITORY_NAME, name) for name in self.other_repositories):
            raise ValueError("other_repositories must be at most 100 names of the form OWNER/NAME")


class ProjectSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Thresholds and words of one project.

    `whys` is how many whys a root cause needs, `review_threshold` the score (of 100) from which a review approves,
    `stability_runs` how many runs at the fix must agree, `quiet_hours` how long the logs must be quiet after a fix.
    """

    issue_severity: str = "WARNING"
    odd_repetition: OddRepetition = msgspec.field(default_factory=OddRepetition)
    whys: int = 5
    policies: list[Policy] = msgspec.field(default_factory=_usual_policies)
    review_threshold: int = 80
    stability_runs: int = 3
    quiet_hours: int = 24
    github: GitHubSettings = msgspec.field(default_factory=GitHubSettings)

    def __post_init__(self) -> None:
        for name, least, most in (("whys", 1, 20), ("review_threshold", 0, 100), ("stability_runs", 1, 100), ("quiet_hours", 1, 8_760)):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be from {least} to {most:,}")
        if len(self.policies) > 100 or len({policy.name for policy in self.policies}) < len(self.policies):
            raise ValueError("policies must be at most 100, each with a name of its own")
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
