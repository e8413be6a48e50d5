"""From rows to the ranking and back: gathers the facts of issues and stores their priority and reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count as CountRows
from django.db.models import Exists, OuterRef, Sum

from incidents import ranking
from incidents.actions import mirrors
from incidents.bulk import save_columns
from incidents.github import texts
from incidents.models import Affected, Confirmation, HourCount, Issue, IssuePattern, Pattern, Project, Sighting, Stream
from incidents.project_settings import CriticalArea, read_critical_areas
from incidents.severity import Severity

# Issues are read, ranked and written this many at a time.
CHUNK = 500


@dataclass
class _Counts:
    recent: float = 0
    day_before: float = 0
    affected: dict[str, ranking.Count] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def rank_project(project: Project) -> None:
    """Rank all open issues of the project anew."""
    rank_issues(project, Issue.objects.open().filter(project=project).order_by("pk").values_list("pk", flat=True))
    Project.objects.filter(pk=project.pk).update(ranked_as_of=project.present())


def rank_issues(project: Project, issue_ids: Iterable[int]) -> None:
    """Store the priority of these issues of the project, and the reasons for it; in chunks, so that nobody waits for long."""
    project = Project.objects.get(pk=project.pk)
    ids = sorted(issue_ids)
    for start in range(0, len(ids), CHUNK):
        _rank(project, ids[start : start + CHUNK])


@transaction.atomic
def _rank(project: Project, issue_ids: list[int]) -> None:
    if len(issue_ids) > 1:
        # Whoever locks several issues holds the project first. A verb that holds one ranks that one alone.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    issues = list(Issue.objects.filter(pk__in=issue_ids, project=project).order_by("pk").select_for_update(no_key=True))
    present = project.present()
    recent_since = present.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    since = project.since or project.created_at
    areas = read_critical_areas(project.critical_areas)
    counts = _count(issues, recent_since)
    bands = {issue.pk: texts.band(issue.priority) for issue in issues}
    for issue in issues:
        facts = _facts(issue, counts[issue.pk], areas, present=present, recent_since=recent_since, project_since=since)
        reasons = ranking.rank(facts)
        issue.priority = ranking.priority(reasons)
        issue.reasons = [reason.as_row() for reason in reasons]
    save_columns(issues, "priority", "reasons")
    mirrors.touch([issue.pk for issue in issues if texts.band(issue.priority) != bands[issue.pk]])


def _facts(
    issue: Issue, counts: _Counts, areas: list[CriticalArea], *, present: datetime, recent_since: datetime, project_since: datetime
) -> ranking.Facts:
    text = "\n".join([issue.title, *counts.texts]).casefold()
    return ranking.Facts(
        severity=Severity(issue.effective_severity),
        severity_by_person=issue.severity_override is not None or issue.lead_pattern_id is None,
        from_logs=issue.lead_pattern_id is not None,
        first_seen=issue.first_seen,
        present=present,
        project_since=project_since,
        recent_since=recent_since,
        recent=round(counts.recent),
        day_before=round(counts.day_before),
        users=counts.affected.get(Affected.Kind.USER, ranking.Count()),
        instances=counts.affected.get(Affected.Kind.INSTANCE, ranking.Count()),
        traces=counts.affected.get(Affected.Kind.TRACE, ranking.Count()),
        areas=[ranking.Area(area.match, area.weight, area.reason) for area in areas if area.match.casefold() in text],
        regressed=issue.confirmation == Confirmation.REGRESSED,
    )


def _count(issues: list[Issue], recent_since: datetime) -> dict[int, _Counts]:
    counts: dict[int, _Counts] = defaultdict(_Counts)
    parts: dict[int, list[tuple[int, float]]] = defaultdict(list)
    rows = IssuePattern.objects.filter(issue__in=issues, pattern__entries__gt=0).values_list(
        "issue", "pattern", "entries", "pattern__entries"
    )
    for issue, pattern, mine, all_of_it in rows:
        parts[pattern].append((issue, min(1.0, mine / all_of_it)))
    for pattern, hour, entries in (
        HourCount.objects.filter(hour__gte=recent_since - timedelta(hours=24), pattern__in=parts)
        .values_list("pattern", "hour")
        .annotate(total=Sum("entries"))
        .values_list("pattern", "hour", "total")
    ):
        # Of a pattern that several issues share each has its part; which entries of an hour those are is not kept.
        for issue, share in parts[pattern]:
            if hour >= recent_since:
                counts[issue].recent += entries * share
            else:
                counts[issue].day_before += entries * share
    _count_affected(counts, parts)
    for issue, *said in Pattern.objects.filter(issues__in=issues).values_list("issues", "module", "function", "file", "template"):
        counts[issue].texts += said
    return counts


def _count_affected(counts: Mapping[int, _Counts], parts: Mapping[int, Sequence[tuple[int, float]]]) -> None:
    """Whom and what the issues touched. Which of those that a shared pattern touched are which issue's is not kept."""
    rows = IssuePattern.objects.filter(pattern__in=parts).values("pattern").annotate(n=CountRows("pk")).filter(n__gt=1)
    shared = set(rows.values_list("pattern", flat=True))
    sharing = {issue for pattern in shared for issue, _ in parts[pattern]}
    for issue, kind, number in (
        Affected.objects.filter(pattern__in=parts.keys() - shared)
        .values("pattern__parts__issue", "kind")
        .annotate(n=CountRows("value", distinct=True))
        .values_list("pattern__parts__issue", "kind", "n")
    ):
        counts[issue].affected[kind] = ranking.Count(number, more=number >= Affected.LIMIT or issue in sharing)
    for issue, number in _instances(sharing):
        counts[issue].affected[Affected.Kind.INSTANCE] = ranking.Count(number)


def _instances(issue_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    """On how many instances each of these issues was seen."""
    born = Stream.objects.filter(project=OuterRef("project"), name=OuterRef("stream"))
    rows = Sighting.objects.filter(Exists(born), issue__in=issue_ids).order_by()
    return rows.values("issue").annotate(n=CountRows("stream", distinct=True)).values_list("issue", "n")
