"""Parting what the miner joined wrongly: counts follow the messages, the machine leaves them apart, and taken back all is as before."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.actors import Actor
from incidents.errors import DomainError, InvalidInput
from incidents.models import (
    Affected,
    Fingerprint,
    GroupingDecision,
    HourCount,
    Issue,
    Pattern,
    Project,
    Sighting,
    Source,
)
from ingestion import miners, parting, pipeline
from ingestion.models import Entry
from tests.crashing import START
from tests.factories import a_user, an_entry, ingest, somebody, store
from tests.ingestion.parted import PEOPLE, counted, digests, expected, login, part, picture, take_back, told
from tests.ingestion.pictures import issues_of, patterns_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


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
