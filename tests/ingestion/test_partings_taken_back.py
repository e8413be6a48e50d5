"""A parting is taken back with all that was counted, beside whatever else happens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from config.celery import app
from incidents.actions import issues, regrouping, taking_back
from incidents.errors import DomainError
from incidents.models import (
    Issue,
    IssueState,
    Pattern,
    Source,
)
from ingestion import pipeline, tasks
from tests.factories import a_project, a_source, an_entry, ingest, somebody, store
from tests.ingestion.parted import PEOPLE, counted, expected, login, part, picture, take_back
from tests.ingestion.pictures import issues_of, patterns_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_taken_back_a_worker_is_asked_to_join_the_patterns(
    logins: Pattern, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(app, "send_task", lambda *given, **_: sent.append(given))
    decision = part(logins, "root")

    with django_capture_on_commit_callbacks(execute=True):
        taking_back.undo(decision, actor=somebody())

    assert sent == [(tasks.join_patterns.name, [logins.project_id])]


def test_before_the_patterns_are_joined_the_issue_counts_for_both_again(logins: Pattern) -> None:
    decision = part(logins, "root")

    taking_back.undo(decision, actor=somebody())

    decision.issue.refresh_from_db()
    decision.target.refresh_from_db()
    assert (decision.issue.entries, decision.target.entries) == (11, 0)
    assert (decision.target.state, decision.target.merged_into) == (IssueState.MERGED, decision.issue)


def test_what_came_in_the_meantime_comes_back_too(logins: Pattern, source: Source) -> None:
    decision = part(logins, "root")
    ingest(source, [login("root", 5000)])

    take_back(decision)

    pattern = Pattern.objects.standing().get()
    assert (pattern.pk, pattern.entries, pattern.template, pattern.set_apart) == (logins.pk, 12, "Login of <WORD> refused", False)
    assert counted(pattern) == expected(pattern)


def test_the_next_batch_joins_what_no_worker_was_told_to_join(logins: Pattern, source: Source) -> None:
    taking_back.undo(part(logins, "root"), actor=somebody())

    ingest(source, [an_entry("Disk full")])

    assert Pattern.objects.standing().filter(template__startswith="Login").count() == 1


def test_what_was_parted_from_a_pattern_that_is_set_apart_comes_back_to_it(logins: Pattern) -> None:
    Pattern.objects.filter(pk=logins.pk).update(set_apart=True)

    take_back(part(logins, "root"))

    pattern = Pattern.objects.standing().get()
    assert (pattern.pk, pattern.entries, pattern.set_apart) == (logins.pk, 11, True)


def test_what_comes_back_goes_where_its_pattern_was_moved_meanwhile(logins: Pattern, source: Source) -> None:
    ingest(source, [an_entry("Disk full")])
    disk = Issue.objects.get(title="Disk full")
    decision = part(logins, "root")
    regrouping.merge(decision.issue, actor=somebody(), into=disk)

    take_back(decision)

    disk.refresh_from_db()
    assert disk.entries == 12
    assert counts_of(decision.target) == (IssueState.MERGED, disk.pk)


def counts_of(issue: Issue) -> tuple[str, int | None]:
    issue.refresh_from_db()
    return issue.state, issue.merged_into_id


def test_a_parting_that_was_parted_again_is_not_taken_back_first(logins: Pattern, source: Source) -> None:
    before = picture(source.project)
    first = part(logins, "root", "ada")
    second = part(Pattern.objects.get(pk=first.patterns[0]["id"]), "ada")
    with pytest.raises(DomainError, match="later decision"):
        taking_back.undo(first, actor=somebody())

    take_back(second)
    take_back(first)

    assert picture(source.project) == before


def test_two_partings_of_one_pattern_are_taken_back_in_any_order(logins: Pattern, source: Source) -> None:
    before = picture(source.project)
    first, second = part(logins, "root"), part(logins, "ada")

    take_back(first)
    take_back(second)

    assert picture(source.project) == before


def test_a_parting_is_taken_back_once(logins: Pattern) -> None:
    decision = part(logins, "root")
    take_back(decision)

    with pytest.raises(DomainError, match="already"):
        taking_back.undo(decision, actor=somebody())


def test_a_parted_pattern_that_was_merged_elsewhere_is_not_taken_back_before_that(logins: Pattern, source: Source) -> None:
    ingest(source, [an_entry("Disk full")])
    decision = part(logins, "root")
    regrouping.merge(decision.target, actor=somebody(), into=Issue.objects.get(title="Disk full"))

    with pytest.raises(DomainError, match="later decision"):
        taking_back.undo(decision, actor=somebody())


def test_a_resolved_issue_stays_resolved_when_its_pattern_is_parted(logins: Pattern) -> None:
    assert logins.issue is not None
    issues.resolve(logins.issue, actor=somebody(), resolution="wont_fix", reason="old")

    decision = part(logins, "root")

    decision.issue.refresh_from_db()
    assert (decision.issue.state, decision.target.state) == (IssueState.RESOLVED, IssueState.OPEN)


@pytest.mark.usefixtures("postgres")
@pytest.mark.django_db(transaction=True)
def test_partings_beside_workers_lose_nothing_and_nobody_waits_for_ever() -> None:
    source = a_source(a_project())
    ingest(source, [login(name) for name in PEOPLE])
    pattern = Pattern.objects.standing().get()
    batches = [store(source, [login(name, number * 60 + 5) for name in PEOPLE]) for number in range(1, 25)]

    def work(mine: list[Any]) -> None:
        for batch in mine:
            pipeline.process(batch.pk)

    def part_and_take_back() -> None:
        for name in PEOPLE[:4]:
            decision = part(pattern, name)
            if name in PEOPLE[:2]:
                take_back(decision)

    jobs: list[Callable[[], None]] = [lambda mine=batches[number::3]: work(mine) for number in range(3)]  # type: ignore[misc]
    with ThreadPoolExecutor(4) as workers:
        done = [workers.submit(_closing, job) for job in [*jobs, part_and_take_back]]
    for one in done:
        one.result()
    tasks.join_patterns(source.project_id)

    assert Pattern.objects.standing().count() == 3
    assert patterns_of(source.project)
    for one_of_three in Pattern.objects.standing():
        assert counted(one_of_three) == expected(one_of_three)
    assert sum(issue["parts"][0][1] for issue in issues_of(source.project)) == 250


def _closing(job: Callable[[], None]) -> None:
    try:
        job()
    finally:
        connection.close()
