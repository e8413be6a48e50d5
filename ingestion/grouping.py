"""From fingerprints to patterns: known ones are looked up, new ones are decided once for all workers."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from incidents.models import Fingerprint, Pattern, Project
from ingestion.fingerprints import VERSION, Fingerprinted
from ingestion.records import Record

TEMPLATE_LENGTH = 16_000


class Grouping:
    """The patterns of one project's fingerprints, remembered while a batch is worked on."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[str, Fingerprint] = {}

    def resolve(self, wanted: Mapping[str, tuple[Fingerprinted, Record]]) -> dict[str, Fingerprint]:
        """The fingerprint rows of these digests; new digests get a pattern, shaped after the record given with them.

        New ones are decided in a short transaction of its own, behind the project's row, and read again there:
        of two workers with the same new fingerprint one makes the pattern and the other finds it.
        """
        self._look_up([digest for digest in wanted if digest not in self._known])
        missing = {digest: wanted[digest] for digest in wanted if digest not in self._known}
        if missing:
            with transaction.atomic():
                Project.objects.select_for_update(no_key=True).get(pk=self.project.pk)
                self._look_up(list(missing))
                self._make({digest: one for digest, one in missing.items() if digest not in self._known})
        return {digest: self._known[digest] for digest in wanted}

    def _look_up(self, digests: list[str]) -> None:
        found = Fingerprint.objects.filter(project=self.project, version=VERSION, digest__in=digests)
        self._known.update({fingerprint.digest: fingerprint for fingerprint in found})

    def _make(self, new: Mapping[str, tuple[Fingerprinted, Record]]) -> None:
        patterns = Pattern.objects.bulk_create([self._pattern(fingerprinted, record) for fingerprinted, record in new.values()])
        made = Fingerprint.objects.bulk_create(
            Fingerprint(project=self.project, version=VERSION, digest=digest, pattern=pattern)
            for digest, pattern in zip(new, patterns, strict=True)
        )
        self._known.update({fingerprint.digest: fingerprint for fingerprint in made})

    def _pattern(self, fingerprinted: Fingerprinted, record: Record) -> Pattern:
        return Pattern(
            project=self.project,
            version=VERSION,
            template=fingerprinted.template[:TEMPLATE_LENGTH],
            severity=record.severity,
            module=record.location.module,
            function=record.location.function,
            labels=record.labels,
        )
