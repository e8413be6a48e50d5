"""From messages to patterns, through the database: the same whatever came first, in which batches, by which process."""

import itertools
import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.actions import issues
from incidents.actors import Actor
from incidents.models import Affected, Fingerprint, HourCount, Issue, IssueState, Pattern, PatternJoin, Project, Sample
from ingestion import miners, pipeline, version_1
from ingestion.fingerprints import VERSION
from ingestion.formats.logentry import read_logentry
from ingestion.records import Record, fitted
from tests.factories import a_project, a_source, an_entry, ingest, store
from tests.ingestion.pictures import issues_of, patterns_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PEOPLE = ("ada", "grace", "linus", "ken", "barbara", "edsger", "donald", "alan", "radia", "tony", "leslie", "frances")


def logins(names=PEOPLE, **given_) -> list[dict]:
    return [an_entry(f"Login of {name} from 10.0.0.7 refused", **given_) for name in names]


def test_words_that_vary_at_one_place_become_one_pattern_with_a_named_variable(source):
    ingest(source, logins())

    pattern = Pattern.objects.standing().get()
    assert (pattern.template, pattern.entries) == ("Login of <WORD> from <IP> refused", 12)
    word, address = pattern.variables
    assert word["name"] == "<WORD>"
    assert set(word["values"]) <= set(PEOPLE)
    assert "different words stand here" in word["why"]
    assert address == {"name": "<IP>", "values": ["10.0.0.7"], "why": "<IP>: a value by its looks"}


def test_patterns_that_prove_to_be_one_are_joined_with_all_that_was_counted(source):
    for name in PEOPLE:
        ingest(source, logins([name]))

    pattern = Pattern.objects.standing().get()
    assert pattern.entries == 12
    assert HourCount.objects.get().entries == 12
    assert Sample.objects.filter(pattern=pattern).count() == 12
    assert set(Fingerprint.objects.values_list("pattern", flat=True)) == {pattern.pk}
    assert not PatternJoin.objects.exists()
    assert not Pattern.objects.exclude(merged_into=None).filter(entries__gt=0).exists()
    issue = Issue.objects.exclude(state=IssueState.MERGED).get()
    assert (issue.entries, issue.occurrence_count) == (12, 1)
    assert issue.number == 1


def test_whom_joined_patterns_touched_is_counted_once_each(source):
    for name in PEOPLE:
        ingest(source, logins([name], trace=f"projects/p/traces/{name[0]}"))

    assert Affected.objects.count() == len({name[0] for name in PEOPLE})


def test_a_joined_pattern_is_followed_by_entries_that_were_looked_up_before_it_joined(source):
    ingest(source, logins(PEOPLE[:1]))
    waiting = store(source, logins(PEOPLE[:1]))
    claimed = pipeline._claim(waiting.pk)
    assert claimed is not None
    body = pipeline.bodies.split(pipeline.gzip.decompress(claimed.raw), pipeline.Form(claimed.form))
    part = pipeline.PartReader(claimed, body).read()
    for name in reversed(PEOPLE):
        ingest(source, logins([name]))

    pipeline.parts.commit(claimed, part)

    assert Pattern.objects.standing().get().entries == 14


def test_error_and_info_and_two_places_in_the_code_are_never_one_pattern(source):
    place = {"file": "a.py", "function": "f"}
    ingest(source, logins() + logins(severity="INFO") + logins(sourceLocation=place))

    assert sorted(Pattern.objects.standing().values_list("severity", "function", "entries")) == [
        (200, "", 12),
        (500, "", 12),
        (500, "f", 12),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_any_split_end_with_the_same_patterns_and_issues(seed):
    chance = random.Random(seed)
    entries = [
        *logins(),
        *(an_entry(f"Worker {name} gave job {number} up after {number} s") for number, name in enumerate(PEOPLE)),
        *(an_entry(f"Cache {one} of {other} is cold", severity="WARNING") for one in PEOPLE[:6] for other in PEOPLE[6:]),
        an_entry("Disk full"),
        an_entry("Disk fool"),
    ]
    whole = a_project("whole")
    ingest(a_source(whole, "whole"), entries)
    parted = a_project("parted")
    source = a_source(parted, "parted")
    chance.shuffle(entries)
    while entries:
        count = chance.randint(1, 20)
        ingest(source, entries[:count])
        del entries[:count]
        if chance.random() < 0.3:
            miners.forget(parted)

    assert patterns_of(parted) == patterns_of(whole)
    assert issues_of(parted, titles=False) == issues_of(whole, titles=False)


_runs = itertools.count()


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(range(12)), st.sets(st.integers(1, 11)))
def test_hypothesis_finds_no_order_that_groups_otherwise(db, order, cuts):
    project = a_project(f"p-{next(_runs)}")
    source = a_source(project, f"s-{next(_runs)}")
    entries = [logins([PEOPLE[number]])[0] for number in order]
    bounds = [0, *sorted(cuts), 12]
    for start, end in itertools.pairwise(bounds):
        ingest(source, entries[start:end])

    assert Pattern.objects.standing().filter(project=project).count() == 1


def test_a_process_that_knows_nothing_yet_goes_on_where_another_one_stood(source):
    ingest(source, logins(PEOPLE[:8]))
    miners._kept.clear()

    ingest(source, logins(PEOPLE[8:]))

    assert Pattern.objects.standing().get().entries == 12


def test_a_miner_that_was_told_what_was_rolled_back_is_given_up(source, monkeypatch):
    ingest(source, logins(PEOPLE[:3]))
    monkeypatch.setattr(PatternJoin.objects, "bulk_create", _broken)
    batch = store(source, logins(PEOPLE[3:]))
    with pytest.raises(RuntimeError):
        pipeline.process(batch.pk)
    monkeypatch.undo()
    batch.lease_until = None
    batch.save()

    pipeline.process(batch.pk)

    assert Pattern.objects.standing().get().entries == 12


def _broken(rows):
    raise RuntimeError("the disk is full")


def test_a_process_keeps_the_miners_of_few_projects(source, monkeypatch):
    monkeypatch.setattr(miners, "MOST_FORMS", 3)
    ingest(source, logins(PEOPLE[:4]))
    ingest(a_source(a_project("bank"), "bank"), logins(PEOPLE[:4]))

    assert len(miners._kept) == 1


def test_what_a_person_set_apart_is_joined_to_nothing_and_takes_its_own_messages(source):
    ingest(source, logins(PEOPLE[:2]))
    Pattern.objects.filter(template__contains="ada").update(set_apart=True)

    ingest(source, logins())

    apart, rest = Pattern.objects.standing().order_by("entries")
    assert (apart.entries, rest.entries) == (2, 12)


def test_two_issues_whose_patterns_join_are_one_although_people_commented_on_both(source):
    ingest(source, [an_entry("Login of ada from 10.0.0.7 refused")])
    ingest(source, [an_entry("Login of grace from 10.0.0.7 refused", timestamp="2025-09-09T02:00:00Z")])
    for issue in Issue.objects.all():
        issues.comment(issue, actor=Actor.person(User.objects.get_or_create(username="ada")[0]), text="hm")

    ingest(source, logins(PEOPLE[2:]))

    assert Issue.objects.exclude(state=IssueState.MERGED).get().entries == 12


# --- Two workers at once ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("postgres")
@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_end_with_one_pattern_and_one_issue():
    source = a_source(a_project())
    batches = [store(source, logins([name] * 3)) for name in PEOPLE]

    def work(mine) -> None:
        try:
            for batch in mine:
                pipeline.process(batch.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, [batches[number::4] for number in range(4)]))

    pattern = Pattern.objects.standing().get()
    assert pattern.entries == HourCount.objects.get().entries == 36
    assert Issue.objects.exclude(state=IssueState.MERGED).get().entries == 36


# --- Another version -------------------------------------------------------------------------------------------------------


def of_version_1(project: Project, entry: dict, **pattern) -> Pattern:
    """What the first version had made of an entry."""
    record = read_logentry(json.dumps(entry))
    assert isinstance(record, Record)
    made = Pattern.objects.create(project=project, version=1, template=version_1.mask(record.message), severity=record.severity, **pattern)
    Fingerprint.objects.create(project=project, version=1, digest=version_1.digest_of(fitted(record)), pattern=made)
    return made


def an_issue(project: Project, number: int, title: str, **given_) -> Issue:
    at = project.present()
    return Issue.objects.create(project=project, number=number, title=title, severity=500, first_seen=at, last_seen=at, **given_)


def test_after_an_upgrade_new_entries_go_on_with_the_issue_of_the_old_version(project, source):
    entry = an_entry("took 5 s")
    issue = an_issue(project, 1, "slow")
    old = of_version_1(project, entry, issue=issue)

    ingest(source, [entry, an_entry("took 7 s")])

    new = Pattern.objects.get(version=VERSION)
    issue.refresh_from_db()
    assert (new.continues, new.issue, new.entries) == (old, issue, 2)
    assert (Issue.objects.count(), issue.entries, issue.occurrence_count) == (1, 2, 1)


def test_a_merge_by_a_person_survives_an_upgrade(project, source):
    entry = an_entry("took 5 s")
    into = an_issue(project, 1, "everything slow")
    of_version_1(project, entry, issue=into)
    of_version_1(project, an_entry("timed out after 5 s"), issue=into)

    ingest(source, [entry, an_entry("timed out after 5 s")])

    assert (Issue.objects.get().entries, Issue.objects.get().parts.count()) == (2, 2)


def test_a_split_by_a_person_survives_an_upgrade_although_the_new_version_groups_both(project, source):
    one, other = an_issue(project, 1, "ada"), an_issue(project, 2, "the others")
    of_version_1(project, logins(["ada"])[0], issue=one, set_apart=True)
    for name in PEOPLE[1:]:
        of_version_1(project, logins([name])[0], issue=other)

    ingest(source, logins())

    assert Pattern.objects.standing().filter(version=VERSION).count() == 2
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.entries, other.entries) == (1, 11)
