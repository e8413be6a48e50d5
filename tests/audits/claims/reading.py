"""What the tests of the claims reader share."""

from typing import TypeVar

from audits.claims.blocks import Item
from audits.claims.lines import scan
from audits.claims.outline import outline
from audits.claims.reader import read
from audits.claims.shapes import AuditLog, Claim, Incident

Kind = TypeVar("Kind", bound=Claim)


def items_of(text: str) -> list[Item]:
    """The items of a log."""
    return outline(scan(text))


def first_incident(text: str) -> Incident:
    """The fault that a log is about."""
    return read(text).iterations[0].incidents[0]


def said(text: str, kind: type[Kind]) -> list[Kind]:
    """The claims of one kind that a log makes of its first fault, in order."""
    return claims_of(first_incident(text), kind)


def claims_of(incident: Incident, kind: type[Kind]) -> list[Kind]:
    """An incident's claims of one kind."""
    return [claim for claim in incident.claims if isinstance(claim, kind)]


def all_claims(log: AuditLog, kind: type[Kind]) -> list[Kind]:
    """A whole log's claims of one kind."""
    return [claim for iteration in log.iterations for incident in iteration.incidents for claim in claims_of(incident, kind)]
