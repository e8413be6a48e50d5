"""Decisions about grouping are taken back whole, or it is said why not."""

import json
from typing import Any

import pytest

from incidents.actions import folding, intake, regrouping, settling, taking_back
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.errors import DomainError
from incidents.models import Fingerprint, GroupingDecision, Issue, Pattern, Release, Sighting
from ingestion import version_1
from ingestion.formats.logentry import read_logentry
from ingestion.records import fitted
from tests.crashing import START, at
from tests.factories import ingest
from tests.incidents.regrouped import before_holding, counts, counts_of, crashes, long_after, named, pattern_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_decision_is_taken_back_once(two, ada):
    mail, queue = two
    decision = regrouping.merge(queue, actor=ada, into=mail)
    taking_back.undo(decision, actor=ada)

    with pytest.raises(DomainError, match="already"):
        taking_back.undo(decision, actor=ada)


def test_a_decision_that_a_later_one_built_on_is_not_taken_back_first(two, ada):
    mail, queue = two
    decision = regrouping.merge(queue, actor=ada, into=mail)
    later = regrouping.split(mail, actor=ada, patterns=[pattern_of("Queue").pk])
    with pytest.raises(DomainError, match="later decision"):
        taking_back.undo(decision, actor=ada)

    taking_back.undo(later, actor=ada)
    taking_back.undo(decision, actor=ada)

    assert counts("Mail refused") == (2, 2, "open")
    assert counts_of(queue) == (1, 1, "open")


def test_a_merge_of_patterns_that_joined_since_can_be_taken_back(source, ada):
    people = ("ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan")
    ingest(source, [at(0, f"Login of {people[0]} from 10.0.0.7 refused"), at(1, "Mail refused")])
    login, mail = named(f"Login of {people[0]} from 10.0.0.7 refused"), named("Mail refused")
    decision = regrouping.merge(login, actor=ada, into=mail)
    ingest(source, [at(2, f"Login of {name} from 10.0.0.7 refused") for name in people[1:]])
    assert counts("Mail refused")[1] == 9

    taking_back.undo(decision, actor=ada)

    assert counts_of(login)[1] == 8


def test_decisions_that_stand_are_listed_and_undone_ones_are_kept(two, ada):
    mail, queue = two
    first = regrouping.merge(queue, actor=ada, into=mail)
    taking_back.undo(first, actor=ada)
    second = regrouping.merge(named("Queue is full"), actor=ada, into=mail)

    assert regrouping.standing(mail) == [second]
    assert GroupingDecision.objects.count() == 2


def test_a_decision_of_whose_patterns_one_was_moved_on_is_not_taken_back_in_part(three, ada):
    mail, queue, disk = three
    regrouping.merge(disk, actor=ada, into=queue)
    decision = regrouping.merge(queue, actor=ada, into=mail)
    later = regrouping.split(mail, actor=ada, patterns=[pattern_of("Disk").pk])
    with pytest.raises(DomainError, match="later decision"):
        taking_back.undo(decision, actor=ada)

    taking_back.undo(later, actor=ada)
    taking_back.undo(decision, actor=ada)

    assert counts("Queue is full") == (2, 2, "open")
    assert counts("Mail refused") == (1, 1, "open")


def test_a_split_is_not_taken_back_into_an_issue_that_was_merged_since(three, parted, ada):
    mail, _, disk = three
    regrouping.merge(mail, actor=ada, into=disk)

    with pytest.raises(DomainError, match="was merged into"):
        taking_back.undo(parted, actor=ada)


def test_a_split_is_taken_back_into_an_issue_that_the_machine_has_let_go_into_another_one(three, parted, ada):
    mail, _, disk = three
    folding.fold(mail, into=disk, actor=Actor.machine("grouping"))

    taking_back.undo(parted, actor=ada)

    assert counts("Mail refused") == (2, 2, "open")


def test_what_the_machine_has_let_go_elsewhere_since_returns_all_the_same(three, ada):
    mail, queue, disk = three
    decision = regrouping.merge(queue, actor=ada, into=mail)
    Pattern.objects.filter(issue=mail, template__startswith="Queue").update(issue=disk)

    taking_back.undo(decision, actor=ada)

    assert counts("Queue is full") == (1, 1, "open")


def test_what_a_later_grouping_version_goes_on_with_returns_too(two, ada, source):
    mail, _ = two
    entry = at(500, "Heart is weak")
    heart = of_the_first_version(source, entry)
    decision = regrouping.merge(heart, actor=ada, into=mail)
    ingest(source, [entry])
    assert counts("Mail refused") == (4, 4, "open")

    taking_back.undo(decision, actor=ada)

    assert counts("Mail refused") == (2, 2, "open")
    assert counts_of(heart) == (2, 2, "open")


def test_what_was_split_off_of_a_later_grouping_version_stands_in_the_way(two, ada, source):
    mail, _ = two
    entry = at(500, "Heart is weak")
    decision = regrouping.merge(of_the_first_version(source, entry), actor=ada, into=mail)
    ingest(source, [entry])
    regrouping.split(mail, actor=ada, patterns=[Pattern.objects.exclude(continues=None).get().pk])

    with pytest.raises(DomainError, match="later decision"):
        taking_back.undo(decision, actor=ada)


def of_the_first_version(source, entry: dict[str, Any]) -> Issue:
    """The issue of a pattern as the first grouping version made it of an entry, seen once."""
    logged = fitted(read_logentry(json.dumps(entry)))
    pattern = Pattern.objects.create(
        project=source.project,
        version=1,
        template=logged.message,
        severity=logged.severity,
        reports_a_fault=True,
        entries=1,
        first_seen=START,
        last_seen=START,
    )
    Fingerprint.objects.create(project=source.project, version=1, digest=version_1.digest_of(logged), pattern=pattern)
    [issue] = intake.open_for(source.project, [pattern], actor=Actor.machine("logs"))
    Sighting.objects.create(
        project=source.project,
        pattern=pattern,
        release=Release.objects.filter(project=source.project).earliest("pk"),
        start_ns=1,
        end_ns=1,
        entries=1,
        lead_source_id=source.pk,
        lead_insert_id="x",
        issue=issue,
    )
    settling.settle(source.project, actor=Actor.machine("logs"))
    return issue


def test_an_undo_is_refused_while_its_patterns_are_joined(three, ada, source, monkeypatch):
    mail, queue, _ = three
    long_after(source)
    decision = regrouping.merge(queue, actor=ada, into=mail)
    joined = pattern_of("Queue")
    before_holding(monkeypatch, lambda: Pattern.objects.filter(pk=joined.pk).update(merged_into=pattern_of("Mail")))

    with pytest.raises(DomainError, match="try again"):
        taking_back.undo(decision, actor=ada)

    assert counts_of(queue)[2] == "merged"


def test_a_split_is_not_taken_back_while_an_iteration_walks_what_it_opened(source, ada):
    ingest(source, crashes(range(4)))
    decision = regrouping.split(named("KeyError: 'card'"), actor=ada, patterns=[pattern_of("Container").pk])
    record(decision.target, ada, "iteration_begun", {"iteration": 1, "number": 1})

    with pytest.raises(DomainError, match="iteration"):
        taking_back.undo(decision, actor=ada)

    assert counts_of(decision.target) == (4, 4, "open")
