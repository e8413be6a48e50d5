"""Patterns that prove to be one later: they end as if they had been one from the beginning, and never against what a person decided."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from incidents import priorities
from incidents.actions import issues, regrouping, taking_back
from incidents.actors import Actor
from incidents.models import Issue, Pattern, PatternJoin, Sighting, Source
from incidents.models.pattern import PatternQuerySet
from incidents.pieces import Piece
from ingestion import describing, joining, miners, pipeline
from tests.factories import a_project, a_source, a_user, an_entry, ingest, store
from tests.ingestion.pictures import issues_of
from tests.waiting import until

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PEOPLE = ("ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan", "radia", "tony", "leslie", "frances")
START = datetime(2025, 9, 9, 1, tzinfo=UTC)

Batches = list[list[dict[str, Any]]]


def at(seconds: float, message: str, **given: Any) -> dict[str, Any]:
    return an_entry(message, timestamp=(START + timedelta(seconds=seconds)).isoformat(), labels={"instanceId": "i-0"}, **given)


def login(name: str, seconds: float = 0) -> dict[str, Any]:
    return at(seconds, f"Login of {name} from 10.0.0.7 refused")


def retry(name: str, seconds: float) -> dict[str, Any]:
    return at(seconds, f"Retrying login of {name} from 10.0.0.7", severity="INFO")


def named(title: str) -> Issue:
    return Issue.objects.select_related("project").get(title=title)


def logins_prove_to_be_one(source: Source) -> None:
    ingest(source, [login(name, 300 + number) for number, name in enumerate(PEOPLE[2:])])


@pytest.fixture(autouse=True)
def forgetful(request: pytest.FixtureRequest) -> None:
    """No miner is left from another test's database."""
    miners._kept.clear()


@pytest.fixture
def ada(db: None) -> Actor:
    return Actor.person(a_user())


# --- Whose issue it is -----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(source: Source) -> Source:
    """Two patterns that will prove to be one, and another one."""
    ingest(source, [login("grace", 0)])
    ingest(source, [at(100, "Mail refused")])
    ingest(source, [login("ada", 200)])
    return source


GRACE, ADA = "Login of grace from 10.0.0.7 refused", "Login of ada from 10.0.0.7 refused"


def test_the_issue_into_which_a_person_merged_one_pattern_is_that_of_both(three: Source, ada: Actor) -> None:
    issues.comment(named(GRACE), actor=ada, text="Hm")
    regrouping.merge(named(ADA), actor=ada, into=named("Mail refused"))

    logins_prove_to_be_one(three)

    assert Pattern.objects.standing().get(template__startswith="Login").issue == named("Mail refused")
    assert named("Mail refused").entries == 13


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one after the other"])
def test_a_merge_goes_on_to_decide_when_its_pattern_has_joined_another_one(three: Source, ada: Actor, at_once: bool) -> None:
    ingest(three, [at(250, "Queue is full")])
    issues.comment(named(GRACE), actor=ada, text="Hm")
    regrouping.merge(named("Queue is full"), actor=ada, into=named("Mail refused"))
    grace, mail, other, queue = Pattern.objects.order_by("pk")
    for one, another in ((other, queue), (grace, other)):
        PatternJoin.objects.create(project=three.project, one=one, other=another)
        if not at_once:
            pipeline.settle(three.project)

    pipeline.settle(three.project)

    grace.refresh_from_db()
    assert (grace.issue, named("Mail refused").entries) == (mail.issue, 4)


def test_a_merge_that_was_taken_back_decides_nothing(three: Source, ada: Actor) -> None:
    taking_back.undo(regrouping.merge(named(ADA), actor=ada, into=named("Mail refused")), actor=ada)
    issues.comment(named(GRACE), actor=ada, text="Hm")
    grace, mail, other = Pattern.objects.order_by("pk")
    # With the other one it comes into the issue again, by no decision.
    PatternJoin.objects.create(project=three.project, one=mail, other=other)
    PatternJoin.objects.create(project=three.project, one=grace, other=mail)

    pipeline.settle(three.project)

    assert named(GRACE).entries == 3


def test_patterns_that_people_put_in_different_issues_are_not_joined(three: Source, ada: Actor) -> None:
    ingest(three, [at(250, "Queue is full")])
    regrouping.merge(named(GRACE), actor=ada, into=named("Queue is full"))
    regrouping.merge(named(ADA), actor=ada, into=named("Mail refused"))

    logins_prove_to_be_one(three)

    assert Pattern.objects.standing().filter(template__startswith="Login").count() == 2
    assert not PatternJoin.objects.exists()
    assert (named("Queue is full").entries, named("Mail refused").entries) == (12, 2)


def test_of_two_issues_that_people_worked_on_the_older_one_stays(source: Source, ada: Actor) -> None:
    ingest(source, [login("grace", 0)])
    ingest(source, [login("ada", 200)])
    for issue in Issue.objects.all():
        issues.comment(issue, actor=ada, text="Hm")

    logins_prove_to_be_one(source)

    assert named(GRACE).entries == 12


# --- As if it had been one -------------------------------------------------------------------------------------------------


def both(first: Batches, second: Batches) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The issues that two ways to send the same entries end with."""
    ends = []
    for number, batches in enumerate((first, second)):
        project = a_project(f"p{number}")
        source = a_source(project, f"s{number}")
        for batch in batches:
            ingest(source, batch)
        ends.append(issues_of(project, titles=False))
    return ends[0], ends[1]


def test_entries_of_what_did_not_report_before_it_joined_count_as_well() -> None:
    few = [at(0, "hello", severity="INFO"), *(retry("ada", 900 + number) for number in range(5))]
    odd = [retry("grace", 1000 + number) for number in range(20)]
    rest = [retry(name, 1300 + number) for number, name in enumerate(PEOPLE[2:5])]

    one, other = both([few + odd + rest], [few, odd, rest])

    assert one
    assert one == other


def test_an_older_pattern_that_reported_counts_what_a_newer_one_told_before() -> None:
    odd = [at(0, "hello", severity="INFO"), *(retry("grace", 1000 + number) for number in range(20))]
    few = [retry("ada", 9000 + number) for number in range(5)]
    rest = [retry(name, 1300 + number) for number, name in enumerate(PEOPLE[2:5])]

    one, other = both([odd + few + rest], [odd, few, rest])

    assert one
    assert one == other


def test_what_is_odd_only_together_begins_to_report_when_it_proves_to_be_one() -> None:
    hello = [at(0, "hello", severity="INFO")]
    seldom = [retry(name, 1000 + number) for number, name in enumerate(("ada", "grace") * 5)]
    much_later = [retry("linus", 90_000)]

    one, other = both([hello + seldom + much_later], [hello, seldom, much_later])

    assert one
    assert one == other


def test_entry_by_entry_ends_as_one_batch_does() -> None:
    entries = [at(0, "hello", severity="INFO"), *(retry(name, 1000 + number) for number, name in enumerate(PEOPLE))]

    one, other = both([entries], [[entry] for entry in entries])

    assert one
    assert one == other


def test_a_piece_of_a_traceback_and_what_was_not_watched_count_together(source: Source) -> None:
    ingest(source, [at(0, "Alpha", severity="INFO")])
    ingest(source, [at(10, "Beta", severity="INFO")])
    alpha, beta = Pattern.objects.order_by("pk")
    Pattern.objects.filter(pk=beta.pk).update(piece=Piece.FRAGMENT)
    ingest(source, [at(100, "Beta", severity="INFO")])
    PatternJoin.objects.create(project=source.project, one=alpha, other=beta)

    joining.join_patterns(source.project)

    assert list(Sighting.objects.order_by("start_ns").values_list("pattern", "entries")) == [(alpha.pk, 1), (alpha.pk, 1)]


# --- What a template is told from ------------------------------------------------------------------------------------------


def test_a_template_is_told_from_the_oldest_messages_of_each_pattern(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "FORMS", 2)
    ingest(source, [login(name) for name in PEOPLE] + [at(0, f"Mail to {name} lost") for name in PEOPLE])

    forms = describing._forms(Pattern.objects.standing().values_list("pk", flat=True))

    logins, mails = sorted(forms.values())
    assert logins == [f"Login of {name} from <IP> refused" for name in PEOPLE[:2]]
    assert mails == [f"Mail to {name} lost" for name in PEOPLE[:2]]


# --- Locks -----------------------------------------------------------------------------------------------------------------


@contextmanager
def a_connection_of_its_own() -> Iterator[Callable[[Callable[[], object]], Future[None]]]:
    """Gives what begins a piece of work on another connection, and comes back when the work waits for a lock or is done."""
    with ThreadPoolExecutor(1) as worker:

        def run(work: Callable[[], object]) -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET deadlock_timeout = '300ms'")
                work()
            finally:
                connection.close()

        def begin(work: Callable[[], object]) -> Future[None]:
            future = worker.submit(run, work)
            until(lambda: future.done() or somebody_waits(), within=10, what="the other one to wait")
            return future

        yield begin


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction the view shows what it showed first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return bool(cursor.fetchone()[0])


@pytest.mark.usefixtures("postgres")
@pytest.mark.django_db(transaction=True)
def test_joins_and_a_ranking_do_not_wait_for_each_other_for_ever() -> None:
    source = a_source(a_project())
    ingest(source, [at(0, "Alpha"), at(100, "Beta"), at(200, "Gamma"), at(300, "Delta")])
    alpha, beta, gamma, delta = Pattern.objects.order_by("pk")
    PatternJoin.objects.create(project=source.project, one=alpha, other=delta)
    PatternJoin.objects.create(project=source.project, one=beta, other=gamma)
    real = joining._join
    ranking: list[Future[None]] = []

    def join(*given: Any) -> None:
        real(*given)
        if not ranking:
            ranking.append(begin(lambda: priorities.rank_project(source.project)))

    with a_connection_of_its_own() as begin, patch.object(joining, "_join", join):
        joining.join_patterns(source.project)

    assert ranking[0].exception() is None


@pytest.mark.usefixtures("postgres")
@pytest.mark.django_db(transaction=True)
def test_a_join_that_meets_what_has_joined_already_keeps_to_everybodys_order() -> None:
    """It holds the oldest pattern, and finds that the newest has become a part of the one between."""
    source = a_source(a_project())
    ingest(source, [at(0, "Alpha"), at(100, "Beta"), at(200, "Gamma")])
    alpha, beta, gamma = Pattern.objects.order_by("pk")
    PatternJoin.objects.create(project=source.project, one=beta, other=gamma)
    pipeline.settle(source.project)
    PatternJoin.objects.create(project=source.project, one=alpha, other=gamma)
    batch = store(source, [at(1000, "Alpha"), at(1000, "Beta")])
    real, mine = PatternQuerySet.held, threading.current_thread()
    working: list[Future[None]] = []

    def held(rows: PatternQuerySet) -> PatternQuerySet:
        rows = real(rows)
        if threading.current_thread() is mine and not working:
            list(rows)
            working.append(begin(lambda: pipeline.process(batch.pk)))
        return rows

    with a_connection_of_its_own() as begin, patch.object(PatternQuerySet, "held", held):
        joining.join_patterns(source.project)

    assert working[0].exception() is None
