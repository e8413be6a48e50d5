"""Stating the cause, the plan, the test files, and whether the success metrics were met."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from audits.actions import chain
from audits.actions.iterations import held
from audits.actions.refresh import refresh
from audits.contradictions.patterns import PatternInvalid, failures
from audits.models import Iteration, Judgement, PlannedTest, RootCause, TestFile, TestPlan, Why
from audits.terms import Expectation
from incidents.actors import Actor
from incidents.errors import InvalidInput, Unmet


@transaction.atomic
def set_root_cause(
    iteration: Iteration,
    *,
    actor: Actor,
    whys: Sequence[Mapping[str, Any]],
    statement: str = "",
    impact: str = "",
    fix: str = "",
    scope: Sequence[Mapping[str, Any]] = (),
    proposed_pattern: Mapping[str, Any] | None = None,
) -> RootCause:
    """A new version of the root cause. Raises InvalidInput or DomainError.

    `whys` are {"question", "answer", "evidence"?}, `scope` {"file", "line"?}, `proposed_pattern` {"regex", "must_match"}.
    """
    iteration = held(iteration)
    pattern = proposed_pattern or {}
    check_pattern(pattern.get("regex", ""), pattern.get("must_match", ()))
    cause = RootCause(
        iteration=iteration,
        version=iteration.root_causes.count() + 1,
        statement=statement,
        impact=impact,
        fix=fix,
        scope=[{"file": place["file"], "line": place.get("line")} for place in scope],
        pattern_regex=pattern.get("regex", ""),
        pattern_must_match=list(pattern.get("must_match", ())),
        **actor.signature(),
    )
    parts = [
        Why(position=position, question=why["question"], answer=why.get("answer", ""), evidence=list(why.get("evidence") or ()))
        for position, why in enumerate(whys, start=1)
    ]
    chain.add(iteration, cause, parts=parts, part_of="cause")
    refresh(iteration)
    return cause


def check_pattern(regex: str, must_match: Sequence[str]) -> list[str]:
    """The values that a proposed expression does not match. Raises InvalidInput where it is no expression of RE2."""
    if not regex:
        return []
    try:
        return failures(regex, must_match)
    except PatternInvalid as error:
        raise InvalidInput("pattern_invalid", str(error), [Unmet("invalid", str(error), "proposed_pattern.regex")]) from error


@transaction.atomic
def set_test_plan(
    iteration: Iteration,
    *,
    actor: Actor,
    tests: Sequence[Mapping[str, Any]],
    strategy: str = "",
    success_metrics: Sequence[str] = (),
    declared: Mapping[str, int] | None = None,
) -> TestPlan:
    """A new version of the plan; `tests` are {"level", "file", "name", "expectation", "purpose"?, "expected_failure"?}.

    Raises InvalidInput where a test stands twice, or DomainError.
    """
    iteration = held(iteration)
    plan = TestPlan(
        iteration=iteration,
        version=iteration.test_plans.count() + 1,
        strategy=strategy,
        success_metrics=list(success_metrics),
        declared=dict(declared or {}),
        **actor.signature(),
    )
    chain.add(iteration, plan, parts=planned_tests(tests), part_of="plan")
    refresh(iteration, judge=True)
    return plan


def planned_tests(tests: Sequence[Mapping[str, Any]]) -> list[PlannedTest]:
    """The rows of a plan, not saved. Raises InvalidInput where a test stands twice."""
    rows = [
        PlannedTest(
            position=position,
            identity=identity_of(test.get("file", ""), test["name"]),
            level=test.get("level", ""),
            file=test.get("file", ""),
            name=test["name"],
            expectation=test.get("expectation") or Expectation.UNSTATED.value,
            purpose=test.get("purpose", ""),
            expected_failure=test.get("expected_failure", ""),
        )
        for position, test in enumerate(tests, start=1)
    ]
    twice = [name for name, count in Counter((row.file, row.name) for row in rows).items() if count > 1]
    if twice:
        named = ", ".join(f"{name} in {file}" if file else name for file, name in twice[:5])
        raise InvalidInput("test_twice", f"Planned more than once: {named}.", [Unmet("unique", "A test is planned once.", "tests")])
    return rows


def identity_of(file: str, name: str) -> str:
    """A planned test's identity within its plan; a digest, since names may be longer than an index takes."""
    return hashlib.sha256(f"{file}\n{name}".encode()).hexdigest()


@transaction.atomic
def set_test_files(iteration: Iteration, *, actor: Actor, files: Sequence[Mapping[str, Any]]) -> list[TestFile]:
    """Replace the list of test files; each {"path", "level"?, "tests"?, "sha256"?}. Raises InvalidInput or DomainError."""
    iteration = held(iteration)
    if len({file["path"] for file in files}) < len(files):
        raise InvalidInput("path_twice", "A path stands twice in the list.", [Unmet("unique", "A path stands once.", "files")])
    rows = [
        TestFile(
            iteration=iteration,
            path=file["path"],
            level=file.get("level", ""),
            tests=file.get("tests"),
            sha256=file.get("sha256", ""),
        )
        for file in files
    ]
    iteration.test_files.all().delete()
    TestFile.objects.bulk_create(rows)
    listed = [{"path": row.path, "level": row.level, "tests": row.tests, "sha256": row.sha256} for row in rows]
    chain.append(iteration, "test_files", {"files": listed, "by": actor.name, "user": actor.user.pk if actor.user else None})
    refresh(iteration, judge=True)
    return rows


@transaction.atomic
def judge_metrics(iteration: Iteration, *, actor: Actor, metrics: Sequence[Mapping[str, Any]]) -> Judgement:
    """Say of each success metric whether it was met; {"text", "met", "evidence"?}. Raises InvalidInput or DomainError.

    Only metrics of the newest plan can be judged; one that is left out counts as not judged.
    """
    iteration = held(iteration)
    plan = iteration.test_plans.order_by("-version").first()
    known = set(plan.success_metrics) if plan else set()
    unknown = [metric["text"] for metric in metrics if metric["text"] not in known]
    if unknown:
        raise InvalidInput(
            "metric_unknown",
            f"No success metric of the plan: {'; '.join(unknown[:5])}.",
            [Unmet("unknown", f"The plan has no metric “{text}”.", "metrics") for text in unknown[:20]],
        )
    judgement = Judgement(
        iteration=iteration,
        version=iteration.judgements.count() + 1,
        metrics=[{"text": metric["text"], "met": metric.get("met"), "evidence": metric.get("evidence", "")} for metric in metrics],
        **actor.signature(),
    )
    chain.add(iteration, judgement)
    refresh(iteration)
    return judgement
