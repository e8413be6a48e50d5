from __future__ import annotations

import pytest

from incidents.actions import regrouping
from incidents.actors import Actor
from incidents.models import GroupingDecision, Issue
from tests.crashing import at
from tests.factories import a_project, a_source, a_user, ingest
from tests.incidents.regrouped import named, pattern_of


@pytest.fixture
def source(db):
    return a_source(a_project())


@pytest.fixture
def ada(db) -> Actor:
    return Actor.person(a_user())


@pytest.fixture
def two(source) -> tuple[Issue, Issue]:
    """Two issues, the first with two entries a minute apart, the other with one beside the first of those."""
    ingest(source, [at(0, "Mail refused"), at(60, "Mail refused"), at(5, "Queue is full")])
    return named("Mail refused"), named("Queue is full")


@pytest.fixture
def three(source, ada) -> tuple[Issue, Issue, Issue]:
    """Three issues of one entry each."""
    ingest(source, [at(0, "Mail refused"), at(100, "Queue is full"), at(200, "Disk broken")])
    return named("Mail refused"), named("Queue is full"), named("Disk broken")


@pytest.fixture
def parted(three, ada) -> GroupingDecision:
    """The second of three issues, merged into the first and split off again."""
    mail, queue, _ = three
    regrouping.merge(queue, actor=ada, into=mail)
    return regrouping.split(mail, actor=ada, patterns=[pattern_of("Queue").pk])
