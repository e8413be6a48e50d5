"""From fingerprints to patterns: known ones are looked up, new ones are decided once for all workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from incidents.models import Fingerprint, Pattern, PatternJoin, Project
from ingestion import miners, version_1
from ingestion.fingerprints import VERSION, Fingerprinted
from ingestion.formats.pieces import told
from ingestion.miners import ProjectMiner
from ingestion.records import Record

TEMPLATE_LENGTH = 16_000

Wanted = Mapping[str, tuple[Fingerprinted, Record]]


class Grouping:
    """The patterns of one project's fingerprints, remembered while a batch is worked on."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[str, Fingerprint] = {}

    def resolve(self, wanted: Wanted) -> dict[str, Fingerprint]:
        """The fingerprint rows of these digests; for a new digest the miner decides which pattern it belongs to.

        New ones are decided in a short transaction of its own, behind the project's row, and read again there: of two workers
        with the same new fingerprint one finds its pattern, and the other finds that. Where a new one shows that patterns
        are one, that is noted; they are joined when the project's issues are settled.
        """
        self._look_up([digest for digest in wanted if digest not in self._known])
        missing = {digest: wanted[digest] for digest in wanted if digest not in self._known}
        if missing:
            miners.warm(self.project)
            try:
                self._decide(missing)
            except BaseException:
                miners.forget(self.project)
                raise
        return {digest: self._known[digest] for digest in wanted}

    @transaction.atomic
    def _decide(self, missing: Wanted) -> None:
        Project.objects.select_for_update(no_key=True).get(pk=self.project.pk)
        self._look_up(list(missing))
        new = {digest: one for digest, one in missing.items() if digest not in self._known}
        if new:
            with miners.held(self.project) as miner:
                _Decision(self.project, miner).decide(new)
            self._look_up(list(new))

    def _look_up(self, digests: list[str]) -> None:
        if digests:
            found = Fingerprint.objects.filter(project=self.project, version=VERSION, digest__in=digests).defer("masked", "context")
            self._known.update({fingerprint.digest: fingerprint for fingerprint in found})


@dataclass(frozen=True, slots=True)
class _Known:
    """What has to be known of a pattern to decide whether another one is the same."""

    set_apart: bool
    continues: int | None


class _Decision:
    """Which patterns new fingerprints belong to. The caller holds the project's row."""

    def __init__(self, project: Project, miner: ProjectMiner) -> None:
        self._project = project
        self._miner = miner

    def decide(self, new: Wanted) -> None:
        """Store the new fingerprints, each with its pattern, and note which patterns they join."""
        numbers = {digest: self._miner.add(one.masked, one.context) for digest, (one, _) in new.items()}
        grown = self._miner.join()
        groups = {digest: self._miner.group(number) for digest, number in numbers.items()}
        known = self._follow({pattern for group in {*groups.values(), *grown} for pattern in self._miner.patterns(group)})
        earlier = self._earlier(new)
        homes = {digest: self._at(group, earlier.get(digest), known) for digest, group in groups.items()}
        made: dict[tuple[int, int | None], Pattern] = {}
        opened: dict[str, Pattern] = {}
        for digest in (digest for digest, home in homes.items() if home is None):
            before = earlier.get(digest)
            apart = before.pk if before and before.set_apart else None
            opened[digest] = made.setdefault((groups[digest], apart), self._pattern(*new[digest], before))
        Pattern.objects.bulk_create(made.values())
        for (group, _), pattern in made.items():
            known[pattern.pk] = _Known(pattern.set_apart, pattern.continues_id)
            self._miner.name(group, {*self._miner.patterns(group), pattern.pk})
        stored = Fingerprint.objects.bulk_create(
            Fingerprint(
                project=self._project,
                version=VERSION,
                digest=digest,
                masked=one.masked,
                context=one.context,
                pattern_id=homes[digest] or opened[digest].pk,
                told=False,
            )
            for digest, (one, _) in new.items()
        )
        self._miner.newest = stored[-1].pk, stored[-1].digest
        self._note_joins(grown, known)

    def _follow(self, patterns: set[int]) -> dict[int, _Known]:
        """What is known of these patterns; those that joined another one are replaced by it in the miner."""
        now = Pattern.objects.as_they_are_now(patterns)
        self._miner.rename({pk: into for pk, into in now.items() if into != pk})
        rows = Pattern.objects.filter(pk__in=set(now.values()))
        return {pk: _Known(set_apart, continues) for pk, set_apart, continues in rows.values_list("pk", "set_apart", "continues")}

    def _at(self, group: int, before: Pattern | None, known: Mapping[int, _Known]) -> int | None:
        """The pattern that a message of the group belongs to.

        What a person set apart in an earlier version stays apart; else it is the oldest that nobody set apart, and where
        all were, the oldest.
        """
        patterns = sorted(self._miner.patterns(group))
        if before is not None and before.set_apart:
            return next((pk for pk in patterns if known[pk].continues == before.pk), None)
        return next((pk for pk in patterns if not known[pk].set_apart), patterns[0] if patterns else None)

    def _note_joins(self, grown: list[int], known: Mapping[int, _Known]) -> None:
        joins = []
        for group in grown:
            free = sorted(pk for pk in self._miner.patterns(group) if not known[pk].set_apart)
            joins += [PatternJoin(project=self._project, one_id=free[0], other_id=other) for other in free[1:]]
            self._miner.name(group, self._miner.patterns(group).difference(free[1:]))
        PatternJoin.objects.bulk_create(joins)

    def _earlier(self, new: Wanted) -> dict[str, Pattern]:
        """The patterns that these messages had in the version before, by their digest in this one."""
        if not Fingerprint.objects.filter(project=self._project, version=1).exists():
            return {}
        digests = {digest: version_1.digest_of(record) for digest, (_, record) in new.items()}
        rows = Fingerprint.objects.filter(project=self._project, version=1, digest__in=set(digests.values())).select_related("pattern")
        found = {row.digest: row.pattern for row in rows}
        return {digest: found[old] for digest, old in digests.items() if old in found}

    def _pattern(self, fingerprinted: Fingerprinted, record: Record, before: Pattern | None) -> Pattern:
        """A new pattern, shaped after a record of it. It goes on with what an earlier version's pattern had grown into."""
        piece, exception = told(record.message)
        return Pattern(
            project=self._project,
            version=VERSION,
            template=fingerprinted.masked[:TEMPLATE_LENGTH],
            severity=record.severity,
            module=record.location.module,
            function=record.location.function,
            labels=record.labels,
            piece=piece,
            exception=exception[:200],
            continues=before,
            issue_id=before.issue_id if before else None,
            set_apart=before.set_apart if before else False,
        )
