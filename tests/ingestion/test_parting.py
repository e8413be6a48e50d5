"""Parting what the miner joined wrongly: counts follow the messages, the machine leaves them apart, and taken back all is as before."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from config.celery import app
from incidents.actions import issues, regrouping, taking_back
from incidents.actors import Actor
from incidents.clock import to_datetime
from incidents.errors import DomainError, InvalidInput
from incidents.models import (
    Affected,
    Fingerprint,
    GroupingDecision,
    HourCount,
    Issue,
    IssueState,
    Pattern,
    PatternJoin,
    Project,
    Sample,
    Sighting,
    Source,
)
from incidents.windows import Window, close_gaps
from ingestion import miners, parting, pipeline, tasks
from ingestion.models import Entry
from tests.factories import a_project, a_source, a_user, an_entry, ingest, somebody, store
from tests.ingestion.pictures import issues_of, patterns_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

START = datetime(2025, 9, 9, 1, tzinfo=UTC)
PEOPLE = ("root", "ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan", "radia")


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """No miner is left from another test's database."""
    miners._kept.clear()


def told(message: str, seconds: float = 0, *, stream: str = "i-0", release: str = "r-1", **given: Any) -> dict[str, Any]:
    moment = (START + timedelta(seconds=seconds)).isoformat()
    place = {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": release}}
    return an_entry(message, **{"timestamp": moment, "labels": {"instanceId": stream}, "resource": place} | given)


def login(name: str, seconds: float = 0, **given: Any) -> dict[str, Any]:
    return told(f"Login of {name} refused", seconds, **given)


def digests(*names: str) -> list[str]:
    found = Fingerprint.objects.filter(masked__in=[f"Login of {name} refused" for name in names])
    return sorted(found.values_list("digest", flat=True))


def part(pattern: Pattern, *names: str, **given: Any) -> GroupingDecision:
    return parting.part(pattern, actor=given.pop("actor", somebody()), fingerprints=digests(*names), **given)


def take_back(decision: GroupingDecision) -> None:
    """As a person and a worker do it one after the other."""
    taking_back.undo(decision, actor=somebody())
    tasks.join_patterns(decision.project_id)


def picture(project: Project) -> dict[str, Any]:
    """All that is counted for the project's patterns that stand, up to ids."""
    patterns = Pattern.objects.standing().filter(project=project)
    fields = ("template", "entries", "first_seen", "last_seen", "file", "line", "severity", "piece", "exception", "reports_a_fault")
    return {
        "groups": patterns_of(project),
        "patterns": sorted(patterns.values_list(*fields, "set_apart"), key=repr),
        "variables": sorted(patterns.values_list("variables", flat=True), key=repr),
        "hours": sorted(HourCount.objects.values_list("pattern__template", "source", "release", "hour", "entries")),
        "samples": sorted(Sample.objects.values_list("pattern__template", "time_ns", "message", "raw")),
        "affected": sorted(Affected.objects.values_list("pattern__template", "kind", "value")),
        "sightings": sorted(
            Sighting.objects.values_list(
                *("pattern__template", "stream", "release", "start_ns", "end_ns", "entries", "lead_insert_id", "issue__title")
            )
        ),
        "issues": issues_of(project),
        "joins": PatternJoin.objects.count(),
    }


@pytest.fixture
def logins(source: Source) -> Pattern:
    """One pattern of ten messages, that of `root` twice, half an hour apart."""
    ingest(source, [*(login(name, number) for number, name in enumerate(PEOPLE)), login("root", 1800)])
    return Pattern.objects.standing().get()


# --- What a parting makes --------------------------------------------------------------------------------------------------


def test_parted_messages_are_a_pattern_with_an_issue_of_its_own(logins: Pattern) -> None:
    decision = part(logins, "root")

    new = Pattern.objects.get(pk=decision.patterns[0]["id"])
    logins.refresh_from_db()
    assert (new.template, new.entries, new.variables, new.set_apart) == ("Login of root refused", 2, [], True)
    assert (logins.template, logins.entries, logins.set_apart) == ("Login of <WORD> refused", 9, False)
    assert "root" not in logins.variables[0]["values"]
    decision.target.refresh_from_db()
    assert (decision.target.title, decision.target.entries, decision.target.occurrence_count) == ("Login of root refused", 2, 2)
    decision.issue.refresh_from_db()
    assert (decision.issue.entries, decision.issue.occurrence_count) == (9, 1)


def test_the_decision_keeps_what_left_which_pattern(logins: Pattern) -> None:
    ada = Actor.person(a_user())

    decision = part(logins, "root", actor=ada)

    assert (decision.kind, decision.actor_name, decision.issue_id) == ("part", "ada", logins.issue_id)
    assert decision.before == {"pattern": logins.pk, "fingerprints": digests("root")}
    assert [(row["issue"], row["set_apart"]) for row in decision.patterns] == [(logins.issue_id, False)]


def test_both_histories_tell_of_a_parting(logins: Pattern) -> None:
    decision = part(logins, "root")

    same = {"patterns": [decision.patterns[0]["id"]], "decision": decision.pk}
    assert decision.issue.events.first().data == {"key": decision.target.key, "issue": decision.target_id, **same}
    event = decision.target.events.get(verb="split_from")
    assert event.data == {"key": decision.issue.key, "issue": decision.issue_id, **same}


def test_the_newest_place_and_the_times_are_those_of_each_patterns_own_entries(source: Source) -> None:
    entries = [
        login(name, number, sourceLocation={"file": f"{name}.py", "line": number + 1}) for number, name in enumerate(reversed(PEOPLE))
    ]
    ingest(source, entries)
    old = Pattern.objects.standing().get()

    decision = part(old, "root", "radia")

    old, new = logins_and_new(decision)
    assert (old.file, old.line) == ("ada.py", 9)
    assert (old.first_seen, old.last_seen) == (START + timedelta(seconds=1), START + timedelta(seconds=8))
    assert (new.file, new.line) == ("root.py", 10)
    assert (new.first_seen, new.last_seen) == (START, START + timedelta(seconds=9))


def test_a_parted_exception_is_told_by_its_own_messages(source: Source) -> None:
    ingest(source, [told(f"ValueError: no card for {name}") for name in reversed(PEOPLE)])
    old = Pattern.objects.standing().get()
    [root] = Fingerprint.objects.filter(masked__endswith="root")

    decision = parting.part(old, actor=somebody(), fingerprints=[root.digest])

    new = Pattern.objects.get(pk=decision.patterns[0]["id"])
    assert (old.exception, new.exception) == ("ValueError: no card for radia", "ValueError: no card for root")
    assert (new.piece, decision.target.title) == ("exception", "ValueError: no card for root")


def test_traces_of_parted_messages_are_known(source: Source) -> None:
    ingest(source, [login(name, trace=f"projects/p/traces/{name}") for name in PEOPLE])

    decision = part(Pattern.objects.standing().get(), "root", "ada")

    traces = Affected.objects.filter(pattern=decision.patterns[0]["id"], kind=Affected.Kind.TRACE).values_list("value", flat=True)
    assert set(traces) == {"root", "ada"}


def test_samples_go_with_their_messages_and_free_slots_of_the_new_pattern_are_filled(source: Source) -> None:
    ingest(source, [login(name, number) for number, name in enumerate([*PEOPLE * 3, *["root"] * 30])])

    decision = part(Pattern.objects.standing().get(), "root")

    old, new = logins_and_new(decision)
    assert list(old.samples.order_by("slot").values_list("slot", flat=True)) == list(range(18))
    assert list(new.samples.order_by("slot").values_list("slot", flat=True)) == list(range(20))
    assert set(new.samples.values_list("message", flat=True)) == {"Login of root refused"}
    assert new.samples.values("time_ns").distinct().count() == 20
    assert not old.samples.filter(message__contains="root").exists()


def test_a_pattern_all_of_whose_samples_left_takes_others(source: Source) -> None:
    ingest(source, [login("root", number) for number in range(20)])
    ingest(source, [login(name, 60) for name in PEOPLE[1:]])

    decision = part(Pattern.objects.standing().get(), "root")

    old, new = logins_and_new(decision)
    assert (old.samples.count(), new.samples.count()) == (9, 20)


def logins_and_new(decision: GroupingDecision) -> tuple[Pattern, Pattern]:
    return Pattern.objects.get(pk=decision.before["pattern"]), Pattern.objects.get(pk=decision.patterns[0]["id"])


def test_hours_before_1970_are_counted_as_they_were(source: Source) -> None:
    ingest(source, [login(name, timestamp="1969-12-31T23:30:00Z") for name in PEOPLE])

    decision = part(Pattern.objects.standing().get(), "root")

    names = {decision.before["pattern"]: "old", decision.patterns[0]["id"]: "new"}
    hours = {(names[row.pattern_id], row.hour): row.entries for row in HourCount.objects.all()}
    hour = datetime(1969, 12, 31, 23, tzinfo=UTC)
    assert hours == {("new", hour): 1, ("old", hour): 9}


# --- Counts, against what the entries say ----------------------------------------------------------------------------------


def many(chance: random.Random, count: int = 150) -> list[dict[str, Any]]:
    """Entries over three hours, close together here and far apart there, on three streams and two releases."""
    return [
        login(
            chance.choice(PEOPLE),
            chance.choice([chance.uniform(0, 300), chance.uniform(0, 10_800)]),
            stream=chance.choice(["i-0", "i-1", "i-2"]),
            release=chance.choice(["r-1", "r-2"]),
            trace=chance.choice(["", "projects/p/traces/a", "projects/p/traces/b"]),
        )
        for _ in range(count)
    ] + [login(name) for name in PEOPLE]


def counted(pattern: Pattern) -> tuple[Any, ...]:
    hours = HourCount.objects.filter(pattern=pattern).values_list("source", "release", "hour", "entries")
    seen = [((row.stream, row.release_id), parting.sightings.window_of(row)) for row in Sighting.objects.filter(pattern=pattern)]
    return pattern.entries, pattern.first_seen, pattern.last_seen, sorted(hours), sorted(seen)


def expected(pattern: Pattern) -> tuple[Any, ...]:
    """The same, from the entries alone."""
    entries = list(Entry.objects.filter(fingerprint_id__in=pattern.fingerprints.values("pk")))
    hours: Counter[tuple[Any, ...]] = Counter()
    windows: dict[tuple[str, int], list[Window]] = defaultdict(list)
    for one in entries:
        hours[one.source_id, one.release_id, to_datetime(one.time_ns).replace(minute=0, second=0, microsecond=0)] += 1
        windows[one.stream, one.release_id].append(Window.around(one.time_ns, one.source_id, one.insert_id))
    times = [to_datetime(one.time_ns) for one in entries]
    seen = [(place, window) for place, found in windows.items() for window in close_gaps(found)]
    return len(entries), min(times), max(times), sorted((*key, total) for key, total in hours.items()), sorted(seen)


@pytest.mark.parametrize("seed", range(4))
def test_all_that_is_counted_follows_the_messages_and_comes_back_with_them(source: Source, seed: int) -> None:
    chance = random.Random(seed)
    entries = many(chance)
    for start in range(0, len(entries), 50):
        ingest(source, entries[start : start + 50])
    before = picture(source.project)

    decision = part(Pattern.objects.standing().get(), *chance.sample(PEOPLE, chance.randint(1, 9)))

    for pattern in logins_and_new(decision):
        assert counted(pattern) == expected(pattern)
    assert sorted(len(group) for group in patterns_of(source.project)) == sorted(pattern.entries for pattern in logins_and_new(decision))
    assert sum(issue["parts"][0][1] for issue in issues_of(source.project)) == len(entries)

    take_back(decision)

    assert picture(source.project) == before


@pytest.mark.parametrize("seed", range(4))
def test_what_retention_has_dropped_stays_with_the_old_pattern(source: Source, seed: int) -> None:
    chance = random.Random(seed)
    ingest(source, many(chance))
    before = picture_without_groups(source.project)
    old = Pattern.objects.standing().get()
    was = old.entries
    # Within the sightings that are close together, or somewhere.
    dropped_until = chance.uniform(100, 250) if seed % 2 else chance.uniform(0, 10_000)
    gone, _ = Entry.objects.filter(time_ns__lt=int((START + timedelta(seconds=dropped_until)).timestamp() * 10**9)).delete()

    decision = part(old, *chance.sample(PEOPLE, chance.randint(1, 9)))

    old, new = logins_and_new(decision)
    assert counted(new) == expected(new)
    assert old.entries == was - new.entries
    for pattern in (old, new):
        assert sum(HourCount.objects.filter(pattern=pattern).values_list("entries", flat=True)) == pattern.entries
        assert sum(Sighting.objects.filter(pattern=pattern).values_list("entries", flat=True)) == pattern.entries
    assert gone <= old.entries

    take_back(decision)

    assert picture_without_groups(source.project) == before


def picture_without_groups(project: Project) -> dict[str, Any]:
    """What does not need the entries themselves. Samples and what is told by them may be other ones."""
    patterns = Pattern.objects.standing().filter(project=project).values_list("template", "entries", "first_seen", "last_seen")
    seen = Sighting.objects.values_list("pattern__template", "stream", "release", "start_ns", "end_ns", "entries", "lead_insert_id")
    hours = HourCount.objects.values_list("pattern__template", "source", "release", "hour", "entries")
    return {"patterns": list(patterns), "sightings": sorted(seen), "hours": sorted(hours), "issues": issues_of(project)}


# --- What comes afterwards -------------------------------------------------------------------------------------------------


def test_what_comes_later_goes_where_its_message_is(logins: Pattern, source: Source) -> None:
    decision = part(logins, "root")
    before = [pattern.entries for pattern in logins_and_new(decision)]

    ingest(source, [login("root", 5000), login("ada", 5000), login("leslie", 5000)])
    miners._kept.clear()
    ingest(source, [login("root", 5001), login("frances", 5001)])

    old, new = logins_and_new(decision)
    assert [old.entries - before[0], new.entries - before[1]] == [3, 2]
    assert Pattern.objects.standing().count() == 2


def test_a_replay_counts_nothing_again(source: Source) -> None:
    entries = [login(name, number) for number, name in enumerate(PEOPLE)]
    ingest(source, entries)
    decision = part(Pattern.objects.standing().get(), "root")
    before = picture(source.project)

    ingest(source, entries)

    assert picture(source.project) == before
    assert [pattern.entries for pattern in logins_and_new(decision)] == [9, 1]


def crashes(numbers: range) -> list[dict[str, Any]]:
    cause = "Traceback (most recent call last):\n  File \"/app/shop/pay.py\", line 7, in charge\n    go()\nKeyError: 'card'\n"
    return [
        entry
        for number in numbers
        for entry in (
            told(cause, number * 60, stream=f"c-{number}"),
            login(PEOPLE[number % 10], number * 60 + 1, stream=f"c-{number}", severity="WARNING"),
        )
    ]


def test_a_burst_does_not_take_what_was_parted_from_a_companion(source: Source) -> None:
    ingest(source, crashes(range(20)))
    crash = Issue.objects.get(title="KeyError: 'card'")
    assert crash.entries == 40

    decision = part(Pattern.objects.get(template="Login of <WORD> refused"), "root", issue=crash)
    ingest(source, crashes(range(20, 40)))

    crash.refresh_from_db()
    decision.target.refresh_from_db()
    assert (crash.entries, decision.target.entries) == (76, 4)


def test_a_companion_that_was_parted_comes_back_into_the_burst(source: Source) -> None:
    ingest(source, crashes(range(20)))
    before = picture(source.project)
    crash = Issue.objects.get(title="KeyError: 'card'")
    decision = part(Pattern.objects.get(template="Login of <WORD> refused"), "root", issue=crash)

    take_back(decision)

    assert picture(source.project) == before


def test_a_batch_whose_fingerprints_were_looked_up_before_the_parting_counts_for_the_new_pattern(logins: Pattern, source: Source) -> None:
    waiting = store(source, [login("root", 5000), login("ada", 5000)])
    claimed = pipeline._claim(waiting.pk)
    assert claimed is not None
    body = pipeline.bodies.split(pipeline.gzip.decompress(claimed.raw), pipeline.Form(claimed.form))
    read = pipeline.PartReader(claimed, body).read()
    decision = part(logins, "root")

    pipeline.parts.commit(claimed, read)
    pipeline.settle(source.project)

    assert [pattern.entries for pattern in logins_and_new(decision)] == [10, 3]
    for pattern in logins_and_new(decision):
        assert counted(pattern) == expected(pattern)


# --- What is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [[], ["0" * 32], "all", "of another pattern"])
def test_what_cannot_be_parted_is_refused_with_a_reason(logins: Pattern, source: Source, wanted: Any) -> None:
    ingest(source, [an_entry("Disk full")])
    given = {"all": digests(*PEOPLE), "of another pattern": [Fingerprint.objects.get(masked="Disk full").digest]}

    with pytest.raises(InvalidInput):
        parting.part(logins, actor=somebody(), fingerprints=given[wanted] if isinstance(wanted, str) else wanted)

    assert not GroupingDecision.objects.exists()


def test_messages_that_are_all_of_the_patterns_entries_are_not_parted(logins: Pattern) -> None:
    known = Fingerprint.objects.get(digest=digests("root")[0])
    Fingerprint.objects.create(project=logins.project, version=known.version, digest="1" * 32, masked="Login of x refused", pattern=logins)

    with pytest.raises(InvalidInput, match="with entries"):
        part(logins, *PEOPLE)


def test_a_pattern_that_reports_no_fault_has_nothing_to_leave(source: Source) -> None:
    ingest(source, [login(name, severity="INFO") for name in PEOPLE])

    with pytest.raises(DomainError, match="no fault"):
        part(Pattern.objects.standing().get(), "root")


def test_a_pattern_that_has_joined_another_one_is_not_parted(source: Source) -> None:
    for name in PEOPLE:
        ingest(source, [login(name)])
    joined = Pattern.objects.exclude(merged_into=None).first()
    assert joined is not None

    with pytest.raises(DomainError, match="joined"):
        part(joined, "root")


def test_a_pattern_is_parted_in_no_issue_that_it_is_no_part_of(logins: Pattern, source: Source) -> None:
    ingest(source, [an_entry("Disk full")])

    with pytest.raises(InvalidInput, match="No pattern of this issue"):
        part(logins, "root", issue=Issue.objects.get(title="Disk full"))


# --- Taking it back --------------------------------------------------------------------------------------------------------


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


# --- Others at work meanwhile ----------------------------------------------------------------------------------------------


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
