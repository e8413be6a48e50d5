"""Whether a pattern below the severity of an issue repeats oddly enough to be one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count

from incidents.clock import HOUR_NS, NANOSECONDS
from incidents.models import Affected, Fingerprint, Pattern, Project, Stream
from incidents.project_settings import ProjectSettings
from incidents.severity import Severity
from ingestion import repetition
from ingestion.models import Entry

# DEBUG says all sorts of things on purpose, and an unstated severity says nothing.
_ODD_SEVERITIES = (Severity.INFO, Severity.NOTICE)
# So many entries around a batch are looked at; a pattern that repeats oddly shows it in far fewer.
_MOST_ENTRIES = 50_000


def may_be_odd(pattern: Pattern, rules: ProjectSettings) -> bool:
    """Whether the pattern's severity and words make its repetition worth counting."""
    return pattern.severity in _ODD_SEVERITIES and repetition.speaks_of(rules.odd_repetition.words, pattern.template)


def touched_by(project: Project, older_instances: Collection[str]) -> set[int]:
    """The ids of patterns that may have become odd because these instances prove older than they were known to be."""
    if not older_instances:
        return set()
    candidates = Pattern.objects.filter(project=project, reports_a_fault=False, merged_into=None, severity__in=_ODD_SEVERITIES)
    instances = Affected.objects.filter(pattern__in=candidates, kind=Affected.Kind.INSTANCE)
    seen_on = instances.filter(value__in=older_instances).values_list("pattern", flat=True)
    # Of a pattern on very many instances it is no longer known which.
    uncounted = instances.values("pattern").annotate(n=Count("pk")).filter(n__gte=Affected.LIMIT).values_list("pattern", flat=True)
    return {*seen_on, *uncounted}


def judged_anew(births_ns: Iterable[int], rules: ProjectSettings) -> list[int]:
    """The moments between which entries may begin to count when instances were not born then, but earlier."""
    skipped = rules.odd_repetition.skip_first_seconds * NANOSECONDS
    return [moment for born in births_ns for moment in (born, born + skipped)]


def is_odd(pattern: Pattern, rules: ProjectSettings, times_ns: Sequence[int]) -> bool:
    """Whether the pattern comes often enough in some hour around these times, outside the first minute of instances' lives.

    Entries are counted from the table, not along the way: an instance's beginning may arrive after its later entries.
    """
    odd = rules.odd_repetition
    if pattern.entries < odd.per_hour:
        return False
    fingerprints = list(Fingerprint.objects.filter(pattern=pattern).values_list("pk", flat=True))
    around = Entry.objects.filter(
        fingerprint_id__in=fingerprints, time_ns__gt=min(times_ns) - HOUR_NS, time_ns__lt=max(times_ns) + HOUR_NS
    ).order_by("time_ns")
    entries = list(around.values_list("time_ns", "stream")[:_MOST_ENTRIES])
    births = dict(
        Stream.objects.filter(project=pattern.project_id, name__in={stream for _, stream in entries}).values_list("name", "first_ns")
    )
    grown_up = odd.skip_first_seconds * NANOSECONDS
    times = [time_ns for time_ns, stream in entries if stream not in births or time_ns - births[stream] >= grown_up]
    return repetition.comes_often(times, per_hour=odd.per_hour)
