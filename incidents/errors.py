"""What a verb raises when a move is not allowed. Doors show it; none of them invents words of its own."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unmet:
    """One thing that stands between somebody and a move: a stable code, a sentence, and the field or the thing it is about."""

    code: str
    detail: str
    field: str = ""
    subject: str = ""

    def as_row(self) -> dict[str, str]:
        """As the API tells it."""
        return {"code": self.code, "detail": self.detail, "subject": self.subject}


@dataclass
class DomainError(Exception):
    """A move that the state of things does not allow: 409 in the API, a message in the admin."""

    code: str
    detail: str
    unmet: list[Unmet] = field(default_factory=list)

    def __str__(self) -> str:
        return self.detail


class InvalidInput(DomainError):
    """Something that was given is wrong in itself: 400 in the API."""
