"""Merge and split by people: they win over the machine for ever, counts follow, and either can be taken back."""

from typing import Any

import pytest

from incidents.actions import issues, regrouping, taking_back
from incidents.errors import DomainError, InvalidInput
from incidents.models import Issue, IssueState, Pattern, Resolution
from incidents.severity import Severity
from tests.crashing import EXITED, at
from tests.factories import a_project, ingest
from tests.incidents.regrouped import before_holding, counts, crashes, long_after, named, pattern_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


# --- Merge -----------------------------------------------------------------------------------------------------------------


def test_a_merged_issue_counts_for_the_other_one(two, ada):
    mail, queue = two

    regrouping.merge(queue, actor=ada, into=mail)

    assert counts("Mail refused") == (2, 3, "open")
    assert counts("Queue is full") == (0, 0, "merged")
    assert named("Queue is full").merged_into == mail


def test_later_entries_go_where_a_person_put_them(two, ada, source):
    mail, queue = two
    regrouping.merge(queue, actor=ada, into=mail)

    ingest(source, [at(500, "Queue is full")])

    assert counts("Mail refused") == (3, 4, "open")
    assert counts("Queue is full") == (0, 0, "merged")


def test_a_merge_by_a_person_holds_against_a_burst(source, ada):
    ingest(source, [*crashes(range(2)), at(0.1, "Mail refused")])
    regrouping.merge(named(EXITED), actor=ada, into=named("Mail refused"))

    ingest(source, crashes(range(2, 6)))

    assert counts("Mail refused")[1] == 7
    assert counts("KeyError: 'card'") == (6, 6, "open")


def test_a_merge_can_be_taken_back(two, ada):
    mail, queue = two
    issues.ignore(queue, actor=ada, count=5)
    decision = regrouping.merge(queue, actor=ada, into=mail)

    taking_back.undo(decision, actor=ada)

    assert counts("Mail refused") == (2, 2, "open")
    assert counts("Queue is full") == (1, 1, "ignored")
    assert named("Queue is full").ignored_until_entries == 6


def test_what_came_after_a_merge_returns_with_it(two, ada, source):
    mail, queue = two
    decision = regrouping.merge(queue, actor=ada, into=mail)
    ingest(source, [at(500, "Queue is full")])

    taking_back.undo(decision, actor=ada)

    assert counts("Queue is full") == (2, 2, "open")


def test_a_resolved_issue_is_resolved_again_when_its_merge_is_taken_back(two, ada):
    mail, queue = two
    issues.resolve(queue, actor=ada, resolution="wont_fix", reason="old")
    decision = regrouping.merge(named("Queue is full"), actor=ada, into=mail)

    taking_back.undo(decision, actor=ada)

    queue.refresh_from_db()
    assert (queue.state, queue.resolution) == (IssueState.RESOLVED, Resolution.WONT_FIX)


def test_an_issue_that_no_entry_reports_can_be_merged_and_taken_back(two, ada):
    mail, _ = two
    by_hand = issues.create(mail.project, actor=ada, title="Customers complain", severity=mail.severity)
    decision = regrouping.merge(by_hand, actor=ada, into=mail)
    assert counts("Customers complain") == (0, 0, "merged")

    taking_back.undo(decision, actor=ada)

    assert counts("Customers complain") == (0, 0, "open")


def test_both_histories_tell_of_a_merge(two, ada):
    mail, queue = two
    decision = regrouping.merge(queue, actor=ada, into=mail)

    assert queue.events.first().data == {"into": mail.key, "issue": mail.pk, "decision": decision.pk}
    assert (mail.events.first().verb, mail.events.first().data["key"]) == ("merge_received", queue.key)


@pytest.mark.parametrize("turn", ["itself", "elsewhere", "merged already", "into a merged one"])
def test_what_cannot_be_merged_is_refused_with_a_reason(two, ada, turn):
    mail, queue = two
    if turn in ("merged already", "into a merged one"):
        regrouping.merge(queue, actor=ada, into=mail)
    elsewhere = issues.create(a_project("bank"), actor=ada, title="x", severity=mail.severity)
    pairs = {"itself": (mail, mail), "elsewhere": (mail, elsewhere), "merged already": (queue, mail), "into a merged one": (mail, queue)}
    one, into = pairs[turn]

    with pytest.raises(DomainError):
        regrouping.merge(one, actor=ada, into=into)


@pytest.mark.parametrize("turn", ["alone", "after another one", "before another one"])
def test_an_issue_opened_by_hand_is_what_it_was_when_what_was_merged_into_it_has_gone(two, ada, turn):
    mail, queue = two
    by_hand = issues.create(mail.project, actor=ada, title="Customers complain", severity=Severity.WARNING)
    before = told(by_hand)
    decisions = [regrouping.merge(issue, actor=ada, into=by_hand) for issue in ((mail,) if turn == "alone" else (mail, queue))]
    assert told(by_hand) != before

    for decision in decisions if turn == "before another one" else reversed(decisions):
        taking_back.undo(decision, actor=ada)

    assert told(by_hand) == before


def told(issue: Issue) -> dict[str, Any]:
    names = ("state", "lead_pattern", "severity", "first_seen", "last_seen", "tokens", "priority", "entries")
    return Issue.objects.values(*names).get(pk=issue.pk)


# --- Split -----------------------------------------------------------------------------------------------------------------


def test_patterns_that_are_split_off_get_an_issue_of_their_own(two, ada):
    mail, queue = two
    regrouping.merge(queue, actor=ada, into=mail)

    decision = regrouping.split(mail, actor=ada, patterns=[pattern_of("Queue").pk])

    assert counts("Mail refused") == (2, 2, "open")
    assert (decision.target.title, decision.target.number) == ("Queue is full", 3)
    decision.target.refresh_from_db()
    assert (decision.target.entries, decision.target.occurrence_count) == (1, 1)


def test_a_companion_that_is_split_off_never_comes_back_by_itself(source, ada):
    ingest(source, crashes(range(4)))
    crash = named("KeyError: 'card'")
    decision = regrouping.split(crash, actor=ada, patterns=[pattern_of("Container").pk])
    assert counts("KeyError: 'card'") == (4, 4, "open")

    ingest(source, crashes(range(4, 9)))

    assert counts("KeyError: 'card'") == (9, 9, "open")
    decision.target.refresh_from_db()
    assert (decision.target.entries, decision.target.occurrence_count) == (9, 9)


def test_a_companion_goes_to_the_issue_that_it_has_of_its_own(source, ada):
    ingest(source, [*crashes(range(4)), at(900, EXITED, instance="i-9", severity="WARNING")])

    decision = regrouping.split(named("KeyError: 'card'"), actor=ada, patterns=[pattern_of("Container").pk])

    assert decision.target == named(EXITED)
    assert counts(EXITED) == (5, 5, "open")


def test_a_split_can_be_taken_back(source, ada):
    ingest(source, crashes(range(4)))
    decision = regrouping.split(named("KeyError: 'card'"), actor=ada, patterns=[pattern_of("Container").pk])

    taking_back.undo(decision, actor=ada)

    assert counts("KeyError: 'card'") == (4, 8, "open")
    decision.target.refresh_from_db()
    assert (decision.target.state, decision.target.merged_into.title) == (IssueState.MERGED, "KeyError: 'card'")
    assert not Pattern.objects.filter(set_apart=True).exists()


@pytest.mark.parametrize("wanted", ["nothing", "everything", "what is not its own"])
def test_what_cannot_be_split_is_refused_with_a_reason(two, ada, wanted):
    mail, _ = two
    patterns = {"nothing": [], "everything": [pattern_of("Mail").pk], "what is not its own": [pattern_of("Queue").pk]}[wanted]

    with pytest.raises(InvalidInput):
        regrouping.split(mail, actor=ada, patterns=patterns)


def test_a_companion_goes_to_its_own_issue_again_although_the_machine_has_let_that_go_into_another_one(source, ada):
    ingest(source, crashes(range(2)))
    ingest(source, crashes(range(2, 4)))
    exited = named(EXITED)
    assert exited.state == IssueState.MERGED

    decision = regrouping.split(named("KeyError: 'card'"), actor=ada, patterns=[pattern_of("Container").pk])

    assert (decision.target, counts(EXITED)) == (exited, (4, 4, "open"))
    taking_back.undo(decision, actor=ada)
    assert (counts("KeyError: 'card'"), counts(EXITED)) == ((4, 8, "open"), (0, 0, "merged"))


def test_a_companion_that_is_split_off_time_and_again_gets_one_issue(source, ada):
    ingest(source, crashes(range(4)))
    crash, companion = named("KeyError: 'card'"), pattern_of("Container").pk
    first = regrouping.split(crash, actor=ada, patterns=[companion])
    taking_back.undo(first, actor=ada)

    second = regrouping.split(crash, actor=ada, patterns=[companion])

    assert second.target == first.target
    assert counts(EXITED) == (4, 4, "open")
    taking_back.undo(second, actor=ada)
    assert (counts("KeyError: 'card'"), counts(EXITED)) == ((4, 8, "open"), (0, 0, "merged"))


def test_what_comes_only_with_the_patterns_that_leave_cannot_stay_without_them(source, ada):
    ingest(source, crashes(range(4)))
    crash = named("KeyError: 'card'")

    with pytest.raises(InvalidInput, match="only comes with what leaves"):
        regrouping.split(crash, actor=ada, patterns=[pattern_of("Traceback").pk])

    assert counts("KeyError: 'card'") == (4, 8, "open")
    assert not Pattern.objects.filter(set_apart=True).exists()


def test_a_merge_is_refused_while_something_comes_to_its_issues(three, ada, source, monkeypatch):
    mail, queue, disk = three
    long_after(source)
    before_holding(monkeypatch, lambda: regrouping.merge(disk, actor=ada, into=queue))

    with pytest.raises(DomainError, match="try again"):
        regrouping.merge(queue, actor=ada, into=mail)
