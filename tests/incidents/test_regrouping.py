"""Merge and split by people: they win over the machine for ever, counts follow, and either can be taken back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.actions import folding, intake, issues, regrouping, settling, taking_back
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput
from incidents.models import Fingerprint, GroupingDecision, Issue, IssueState, Pattern, Release, Resolution, Sighting
from incidents.severity import Severity
from ingestion import version_1
from ingestion.formats.logentry import read_logentry
from ingestion.records import fitted
from tests.factories import a_project, a_source, a_user, an_entry, ingest

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

START = datetime(2025, 9, 9, 1, tzinfo=UTC)
CAUSE = "Traceback (most recent call last):\n  File \"/app/shop/pay.py\", line 7, in charge\n    go()\nKeyError: 'card'\n"
EXITED = "Container called exit(3)."


def at(seconds: float, message: str, *, instance: str = "i-0", severity: str = "ERROR") -> dict[str, Any]:
    moment = (START + timedelta(seconds=seconds)).isoformat()
    return an_entry(message, timestamp=moment, severity=severity, labels={"instanceId": instance})


def crashes(numbers) -> list[dict[str, Any]]:
    return [
        entry
        for number in numbers
        for entry in (
            at(number * 60, CAUSE, instance=f"i-{number}"),
            at(number * 60 + 0.3, EXITED, instance=f"i-{number}", severity="WARNING"),
        )
    ]


@pytest.fixture
def source(db):
    return a_source(a_project())


@pytest.fixture
def ada(db) -> Actor:
    return Actor.person(a_user())


def named(title: str) -> Issue:
    return Issue.objects.select_related("project").get(title=title)


def counts(title: str) -> tuple[int, int, str]:
    issue = named(title)
    return issue.occurrence_count, issue.entries, issue.state


def pattern_of(text: str) -> Pattern:
    return Pattern.objects.standing().get(template__startswith=text)


@pytest.fixture
def two(source) -> tuple[Issue, Issue]:
    """Two issues, the first with two entries a minute apart, the other with one beside the first of those."""
    ingest(source, [at(0, "Mail refused"), at(60, "Mail refused"), at(5, "Queue is full")])
    return named("Mail refused"), named("Queue is full")


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


# --- Undo ------------------------------------------------------------------------------------------------------------------


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


def counts_of(issue: Issue) -> tuple[int, int, str]:
    issue.refresh_from_db()
    return issue.occurrence_count, issue.entries, issue.state


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


@pytest.fixture
def three(source, ada) -> tuple[Issue, Issue, Issue]:
    """Three issues of one entry each."""
    ingest(source, [at(0, "Mail refused"), at(100, "Queue is full"), at(200, "Disk broken")])
    return named("Mail refused"), named("Queue is full"), named("Disk broken")


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


@pytest.fixture
def parted(three, ada) -> GroupingDecision:
    """The second of three issues, merged into the first and split off again."""
    mail, queue, _ = three
    regrouping.merge(queue, actor=ada, into=mail)
    return regrouping.split(mail, actor=ada, patterns=[pattern_of("Queue").pk])


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


def test_a_merge_is_refused_while_something_comes_to_its_issues(three, ada, source, monkeypatch):
    mail, queue, disk = three
    long_after(source)
    before_holding(monkeypatch, lambda: regrouping.merge(disk, actor=ada, into=queue))

    with pytest.raises(DomainError, match="try again"):
        regrouping.merge(queue, actor=ada, into=mail)


def long_after(source) -> None:
    """Something comes so much later that the patterns before it are no longer held against each other."""
    ingest(source, [at(20 * 86400, "Heart is weak")])


def before_holding(monkeypatch, happens: Callable[[], Any]) -> None:
    """Let something happen between the moment at which a verb looks patterns up and the one at which it has locked them."""
    hold = settling.hold

    def late(*given):
        monkeypatch.setattr(settling, "hold", hold)
        happens()
        return hold(*given)

    monkeypatch.setattr(settling, "hold", late)


def test_a_split_is_not_taken_back_while_an_iteration_walks_what_it_opened(source, ada):
    ingest(source, crashes(range(4)))
    decision = regrouping.split(named("KeyError: 'card'"), actor=ada, patterns=[pattern_of("Container").pk])
    record(decision.target, ada, "iteration_begun", {"iteration": 1, "number": 1})

    with pytest.raises(DomainError, match="iteration"):
        taking_back.undo(decision, actor=ada)

    assert counts_of(decision.target) == (4, 4, "open")
