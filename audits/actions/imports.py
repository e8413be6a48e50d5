"""Taking in an audit log that was kept elsewhere. What it says stays a claim: nothing in it is evidence."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any, Final

import msgspec
from django.db import transaction

from audits.actions import chain
from audits.actions.iterations import take_number
from audits.actions.refresh import keep_contradictions
from audits.actions.statements import planned_tests
from audits.claims import shapes
from audits.claims.reader import read
from audits.contradictions.log import of_log
from audits.models import Claim, Import, Iteration, IterationState, RootCause, TestFile, TestPlan, Why
from audits.reports.imported import original
from incidents.actions import audited, issues
from incidents.actors import Actor
from incidents.errors import InvalidInput
from incidents.models import Issue, IssueState, Project
from incidents.severity import Severity, by_name

LARGEST: Final = 4 * 1024 * 1024
_TITLE: Final = 300
_PATH: Final = 500
_NAME: Final = 1000


def import_log(project: Project, *, actor: Actor, raw: bytes) -> tuple[Import, bool]:
    """Read a log and keep it with all that was read; also tells whether it is new. Raises InvalidInput for what is no text.

    An export of an import is the same log again. Each of its process iterations becomes an iteration in the state
    `imported`; a second fault within one becomes a child issue.
    """
    raw = original(raw)
    text = _text(raw)
    digest = hashlib.sha256(raw).hexdigest()
    known = Import.objects.filter(project=project, digest=digest).first()
    if known is not None:
        return known, False
    # Before anything is locked: reading a long log takes its time.
    log = read(text)
    contradictions = [of_log(stated) for stated in log.iterations]
    with transaction.atomic():
        # Two that import together take turns, and the second finds what the first has made.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        known = Import.objects.filter(project=project, digest=digest).first()
        if known is not None:
            return known, False
        return _keep(project, log, contradictions, raw=raw, digest=digest, actor=actor), True


def _keep(
    project: Project, log: shapes.AuditLog, contradictions: list[list[shapes.Contradiction]], *, raw: bytes, digest: str, actor: Actor
) -> Import:
    made = Import.objects.create(
        project=project,
        digest=digest,
        title=log.title[:_TITLE],
        raw=gzip.compress(raw, mtime=0),
        sections=msgspec.to_builtins(log.sections),
        **actor.signature(),
    )
    for stated, found in zip(log.iterations, contradictions, strict=True):
        keep_contradictions(_import_iteration(made, log, stated, actor=actor), found)
    return made


def _text(raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise InvalidInput("log_too_large", f"An audit log has at most {LARGEST:,} bytes.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("log_not_utf8", f"The log is not UTF-8: byte {error.start} cannot be read.") from error
    if "\0" in text:
        raise InvalidInput("log_nul", "The log holds a NUL character.")
    if not text.strip():
        raise InvalidInput("log_empty", "The log is empty.")
    return text


def _import_iteration(made: Import, log: shapes.AuditLog, stated: shapes.StatedIteration, *, actor: Actor) -> Iteration:
    project, number = made.project, take_number(made.project)
    issue = _issue(project, stated.incidents[0], fallback=log.title, actor=actor)
    iteration = Iteration.objects.create(
        project=project,
        number=number,
        issue=issue,
        state=IterationState.IMPORTED,
        focus=stated.focus[:200],
        reasons=[reason for choice in _of(stated.incidents[0], shapes.StatedChoice) for reason in choice.reasons],
        source=made,
        source_lines=[stated.lines.first, stated.lines.last],
        **actor.signature(),
    )
    _keep_claims(iteration, stated)
    _keep_causes(iteration, stated.incidents[0], actor=actor)
    _keep_plan(iteration, stated.incidents[0], actor=actor)
    _keep_files(iteration, stated)
    for incident in stated.incidents[1:]:
        _issue(project, incident, fallback=f"A second fault in {made}", actor=actor, parent=issue)
    audited.tell(issue, actor=actor, verb="iteration_imported", iteration=iteration.pk, number=number)
    return iteration


def _issue(project: Project, incident: shapes.Incident, *, fallback: str, actor: Actor, parent: Issue | None = None) -> Issue:
    """The issue that the incident is about: one that is known by this title or message, else a new one."""
    named = _of(incident, shapes.StatedIssue)
    stated = next((issue for issue in named if issue.chosen), named[0] if named else None)
    choice = next(iter(_of(incident, shapes.StatedChoice)), None)
    title = (stated.title if stated else "") or (choice.title if choice else "") or fallback or "An imported audit log"
    titles = {text[:_TITLE] for text in (title, stated.message if stated else "") if text}
    known = Issue.objects.filter(project=project, title__in=titles).exclude(state=IssueState.MERGED)
    if (found := known.order_by("pk").first()) is not None and found != parent:
        return found
    texts = {name: getattr(stated, name) for name in ("impact", "context", "symptoms")} if stated else {}
    severity = by_name(stated.severity) if stated else None
    return issues.create(
        project,
        actor=actor,
        title=title[:_TITLE],
        severity=severity or Severity.ERROR,
        parent=parent,
        by="import",
        stated_location=_location(stated.place) if stated else None,
        **texts,
    )


def _location(place: shapes.Place) -> dict[str, Any]:
    found = {"module": place.module, "function": place.function, "file": place.file, "line": place.line}
    return found if any(found.values()) else {}


def _of(incident: shapes.Incident, kind: type[Any]) -> list[Any]:
    return [claim for claim in incident.claims if isinstance(claim, kind)]


def _keep_claims(iteration: Iteration, stated: shapes.StatedIteration) -> None:
    claims = ((number, claim) for number, incident in enumerate(stated.incidents) for claim in incident.claims)
    rows = []
    for ordinal, (number, claim) in enumerate(claims, start=1):
        value = msgspec.to_builtins(claim)
        kind, lines = value.pop("kind"), value.pop("lines")
        first, last = lines["first"], lines["last"]
        rows.append(Claim(iteration=iteration, ordinal=ordinal, incident=number, kind=kind, first_line=first, last_line=last, value=value))
    Claim.objects.bulk_create(rows, batch_size=500)


def _keep_causes(iteration: Iteration, incident: shapes.Incident, *, actor: Actor) -> None:
    """Every root cause as a version, the whys with each: the newest counts, and the first is kept."""
    whys = _of(incident, shapes.StatedWhy)
    causes = _of(incident, shapes.StatedRootCause)
    if whys and not causes:
        causes = [shapes.StatedRootCause(lines=whys[0].lines, statement="")]
    pattern = next(iter(_of(incident, shapes.ProposedPattern)), None)
    for version, cause in enumerate(causes, start=1):
        row = RootCause(
            iteration=iteration,
            version=version,
            statement=cause.statement,
            impact=cause.impact,
            fix=cause.fix,
            scope=[{"file": place.file or place.module, "line": place.line} for place in cause.scope],
            pattern_regex=pattern.regex if pattern else "",
            pattern_must_match=list(pattern.must_match) if pattern else [],
            **actor.signature(),
        )
        parts = [Why(position=position, question=why.question, answer=why.answer) for position, why in enumerate(whys, start=1)]
        chain.add(iteration, row, parts=parts, part_of="cause")


def _keep_plan(iteration: Iteration, incident: shapes.Incident, *, actor: Actor) -> None:
    tests = {(test.file[:_PATH], test.name[:_NAME]): test for test in reversed(_of(incident, shapes.StatedTest))}
    if not tests:
        return
    declared: dict[str, int] = {}
    for count in _of(incident, shapes.StatedCount):
        if count.of == "planned" and count.exact and count.level:
            declared[count.level.value] = declared.get(count.level.value, 0) + count.count
    given = [
        {
            "file": file,
            "name": name,
            "level": test.level.value if test.level else "",
            "expectation": test.expectation.value,
            "purpose": test.purpose,
        }
        for (file, name), test in reversed(tests.items())
    ]
    plan = TestPlan(iteration=iteration, version=1, declared=declared, **actor.signature())
    chain.add(iteration, plan, parts=planned_tests(given), part_of="plan")


def _keep_files(iteration: Iteration, stated: shapes.StatedIteration) -> None:
    files: dict[str, shapes.StatedFile] = {}
    for incident in stated.incidents:
        for file in _of(incident, shapes.StatedFile):
            if file.path[:_PATH] not in files or file.count is not None:
                files[file.path[:_PATH]] = file
    TestFile.objects.bulk_create(
        [
            TestFile(iteration=iteration, path=path, level=file.level.value if file.level else "", tests=file.count)
            for path, file in files.items()
        ]
    )
