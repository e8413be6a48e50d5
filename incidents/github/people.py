"""Who acts on GitHub, as history names them: their accounts are none of ours."""

from __future__ import annotations

from typing import Final

from incidents.actors import Actor
from incidents.github.remote import Person
from incidents.models import ActorKind

GITHUB: Final = Actor.machine("GitHub")


def name_of(person: Person) -> str:
    """An account's name as it stands in a history."""
    return f"{person.login} on GitHub"[:200]


def actor_of(person: Person | None) -> Actor:
    """The person or the bot; somebody, where nobody is named."""
    if person is None or not person.login:
        return Actor(ActorKind.PERSON, "somebody on GitHub")
    return Actor(ActorKind.AGENT if person.is_bot else ActorKind.PERSON, name_of(person))
