"""Who may do what: roles of people, scopes of tokens, and how one bounds the other. Pure."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is in one project; each role may do all that the ones before it may."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Scope(StrEnum):
    """One kind of thing that a token may be used for."""

    INGEST = "ingest"
    EVIDENCE = "evidence"
    READ = "read"
    WRITE = "write"
    REVIEW = "review"
    MANAGE = "manage"


_VIEWER: Final = frozenset({Scope.READ})
_ENGINEER: Final = _VIEWER | {Scope.INGEST, Scope.EVIDENCE, Scope.WRITE}
_REVIEWER: Final = _ENGINEER | {Scope.REVIEW}

SCOPES_OF_ROLE: Final[dict[Role, frozenset[Scope]]] = {
    Role.VIEWER: _VIEWER,
    Role.ENGINEER: _ENGINEER,
    Role.REVIEWER: _REVIEWER,
    Role.ADMIN: _REVIEWER | {Scope.MANAGE},
}


def roles_with(scope: Scope) -> list[Role]:
    """The roles that may do what the scope stands for."""
    return [role for role, scopes in SCOPES_OF_ROLE.items() if scope in scopes]
