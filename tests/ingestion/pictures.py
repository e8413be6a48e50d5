"""What a project looks like, up to the names of things: to hold what different orders of the same entries end with against each other."""

from __future__ import annotations

from typing import Any

from incidents.models import Fingerprint, Issue, IssueState, Pattern, Project
from ingestion.models import Entry


def patterns_of(project: Project) -> set[frozenset[str]]:
    """The patterns, each as the insert ids of its entries."""
    pattern_of = dict(Fingerprint.objects.filter(project=project).values_list("pk", "pattern"))
    groups: dict[int, set[str]] = {}
    for fingerprint, insert_id in Entry.objects.filter(fingerprint_id__in=pattern_of).values_list("fingerprint_id", "insert_id"):
        groups.setdefault(pattern_of[fingerprint], set()).add(insert_id)
    counted = dict(Pattern.objects.filter(project=project, merged_into=None).values_list("pk", "entries"))
    assert {pk: len(ids) for pk, ids in groups.items()} == {pk: entries for pk, entries in counted.items() if entries}
    return {frozenset(ids) for ids in groups.values()}


def issues_of(project: Project, *, titles: bool = True) -> list[dict[str, Any]]:
    """The issues that stand for themselves, with all that their entries say of them; titles are of the entry that came first."""
    told = [_issue(issue) for issue in Issue.objects.filter(project=project).exclude(state=IssueState.MERGED)]
    return sorted((one if titles else {**one, "title": ""} for one in told), key=repr)


def _issue(issue: Issue) -> dict[str, Any]:
    occurrences = sorted(issue.occurrences.values_list("stream", "start_ns", "end_ns", "entries"))
    assert issue.occurrence_count == len(occurrences)
    assert issue.entries == sum(one[-1] for one in occurrences) == sum(issue.parts.values_list("entries", flat=True))
    return {
        "title": issue.title,
        "occurrences": occurrences,
        "parts": sorted((part.pattern.template, part.entries) for part in issue.parts.select_related("pattern")),
        "seen": (issue.first_seen, issue.last_seen),
        "severity": issue.severity,
    }
