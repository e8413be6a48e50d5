"""Who does something: a person, an agent with a token of its own, or the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.models.history import ActorKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Token


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, as history will name them."""

    kind: ActorKind
    name: str
    user: User | None = None

    @classmethod
    def person(cls, user: User) -> Actor:
        return cls(ActorKind.PERSON, user.get_full_name() or user.get_username(), user)

    @classmethod
    def token(cls, token: Token) -> Actor:
        """A token of a person acts as that person; one without is an agent with the token's name."""
        return cls.person(token.user) if token.user else cls(ActorKind.AGENT, token.name)

    @classmethod
    def machine(cls, name: str) -> Actor:
        return cls(ActorKind.MACHINE, name)

    def signature(self) -> dict[str, object]:
        """The columns of an authored row."""
        return {"actor_kind": self.kind, "actor_name": self.name, "user": self.user}
