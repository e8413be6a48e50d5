"""The rows that the calls of an iteration give, as CONTRACT words them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.actions.statements import check_pattern
from audits.models import (
    Closure,
    Contradiction,
    Finding,
    Fix,
    Iteration,
    Judgement,
    PhaseSpan,
    PlannedTest,
    Result,
    Review,
    RootCause,
    Run,
    TestFile,
    TestPlan,
    Waiver,
    Why,
)
from incidents.api.serializers import ActorSerializer


class Signed(serializers.ModelSerializer):
    """A row that names who it is from."""

    actor = ActorSerializer(source="*", read_only=True)


class WhyRowSerializer(serializers.ModelSerializer):
    evidence = serializers.ListField(read_only=True)

    class Meta:
        model = Why
        fields = ("question", "answer", "evidence")


class ScopeSerializer(serializers.Serializer):
    file = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class PatternCheckSerializer(serializers.Serializer):
    """A proposed expression, and those of its values that it does not match."""

    regex = serializers.CharField()
    must_match = serializers.ListField(child=serializers.CharField())
    does_not_match = serializers.ListField(child=serializers.CharField())


class RootCauseSerializer(Signed):
    whys = WhyRowSerializer(many=True, read_only=True)
    scope = ScopeSerializer(many=True, read_only=True)
    proposed_pattern = serializers.SerializerMethodField()

    class Meta:
        model = RootCause
        fields = ("version", "whys", "statement", "impact", "fix", "scope", "proposed_pattern", "actor", "at")

    @extend_schema_field(PatternCheckSerializer(allow_null=True))
    def get_proposed_pattern(self, cause: RootCause) -> dict[str, Any] | None:
        if not cause.pattern_regex:
            return None
        missed = check_pattern(cause.pattern_regex, cause.pattern_must_match)
        return {"regex": cause.pattern_regex, "must_match": cause.pattern_must_match, "does_not_match": missed}


class PlannedTestSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlannedTest
        fields = ("level", "file", "name", "expectation", "purpose", "expected_failure")


class TestPlanSerializer(Signed):
    __test__ = False

    tests = PlannedTestSerializer(many=True, read_only=True)
    success_metrics = serializers.ListField(child=serializers.CharField(), read_only=True)
    declared = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = TestPlan
        fields = ("version", "strategy", "success_metrics", "declared", "tests", "actor", "at")


class TestFileRowSerializer(serializers.ModelSerializer):
    class Meta:
        model = TestFile
        fields = ("path", "level", "tests", "sha256")


class TestFilesSerializer(serializers.Serializer):
    __test__ = False

    files = TestFileRowSerializer(many=True)


class MetricRowSerializer(serializers.Serializer):
    text = serializers.CharField()
    met = serializers.BooleanField(allow_null=True)
    evidence = serializers.CharField(allow_blank=True)


class JudgementSerializer(Signed):
    metrics = MetricRowSerializer(many=True, read_only=True)

    class Meta:
        model = Judgement
        fields = ("version", "metrics", "actor", "at")


class ReportRemarkSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class CountsSerializer(serializers.ModelSerializer):
    """How many results of each outcome; `tests` is all of them, attempts counted each."""

    tests = serializers.IntegerField(source="cases")

    class Meta:
        model = Run
        fields = ("tests", "passed", "failed", "errors", "skipped", "xfailed", "xpassed")


class RunSerializer(Signed):
    counts = CountsSerializer(source="*", read_only=True)
    warnings = ReportRemarkSerializer(source="remarks", many=True, read_only=True)
    files = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Run
        fields = (
            "id",
            "stage",
            "commit",
            "run_group",
            "report_id",
            "report_hash",
            "size",
            "tool",
            "command",
            "environment",
            "exit_status",
            "counts",
            "seconds",
            "collected",
            "runner_warnings",
            "files",
            "warnings",
            "actor",
            "at",
        )


class ResultSerializer(serializers.ModelSerializer):
    class Meta:
        model = Result
        fields = ("ordinal", *Result.READ)


class ClosureSerializer(Signed):
    class Meta:
        model = Closure
        fields = ("how", "commit", "actor", "at")


class FindingSerializer(serializers.ModelSerializer):
    closure = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields = ("id", "severity", "text", "file", "closure")

    @extend_schema_field(ClosureSerializer(allow_null=True))
    def get_closure(self, finding: Finding) -> Any:
        closure = getattr(finding, "closure", None)
        return ClosureSerializer(closure).data if closure else None


class CheckRowSerializer(serializers.Serializer):
    name = serializers.CharField()
    weight = serializers.FloatField()
    score = serializers.FloatField()
    evidence = serializers.CharField(allow_blank=True)


class ReviewSerializer(Signed):
    score = serializers.FloatField(read_only=True)
    checks = CheckRowSerializer(many=True, read_only=True)
    strengths = serializers.ListField(child=serializers.CharField(), read_only=True)
    approved_files = serializers.ListField(child=serializers.CharField(), read_only=True)
    findings = FindingSerializer(many=True, read_only=True)
    unchecked = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = (
            "id",
            "version",
            "score",
            "threshold",
            "verdict",
            "checks",
            "strengths",
            "approved_files",
            "findings",
            "unchecked",
            "actor",
            "at",
        )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_unchecked(self, review: Review) -> list[str]:
        """The project's policies that the review did not check."""
        checked = {check["name"].casefold() for check in review.checks}
        return [policy.name for policy in review.iteration.project.rules.policies if policy.name.casefold() not in checked]


class WaiverSerializer(Signed):
    class Meta:
        model = Waiver
        fields = ("id", "code", "subject", "reason", "actor", "at")


class FixSerializer(Signed):
    location = ScopeSerializer(source="*", read_only=True)
    residual = serializers.ListField(child=serializers.CharField(), read_only=True, allow_null=True)
    documentation = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Fix
        fields = ("version", "commit", "location", "change", "purpose", "pull_request", "residual", "documentation", "actor", "at")


class PhaseSpanSerializer(Signed):
    let_through = serializers.ListField(child=serializers.DictField(child=serializers.CharField()), read_only=True)

    class Meta:
        model = PhaseSpan
        fields = ("seq", "phase", "at", "left", "actor", "reason", "let_through")


class UnmetSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)


class ContradictionSerializer(serializers.ModelSerializer):
    where = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Contradiction
        fields = ("code", "detail", "where", "subject")


class IterationSerializer(Signed):
    """An iteration as a row of a list. `unmet` and `contradictions` are as of its last change; the detail works them out anew."""

    project: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    issue_key = serializers.CharField(source="issue.key", read_only=True)
    issue_title = serializers.CharField(source="issue.title", read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)
    unmet = UnmetSerializer(many=True, read_only=True)
    root_cause = serializers.SerializerMethodField()
    review_score = serializers.SerializerMethodField()
    contradictions = serializers.IntegerField(source="contradiction_count", read_only=True)
    # They show wherever the verdict does.
    waivers = WaiverSerializer(many=True, read_only=True)
    previous = serializers.IntegerField(source="previous_id", read_only=True, allow_null=True)

    class Meta:
        model = Iteration
        fields: tuple[str, ...] = (
            "id",
            "number",
            "project",
            "issue",
            "issue_key",
            "issue_title",
            "focus",
            "reasons",
            "state",
            "phase",
            "phase_number",
            "unmet",
            "root_cause",
            "verdict",
            "waivers",
            "review_score",
            "contradictions",
            "previous",
            "actor",
            "at",
            "ended_at",
        )
        read_only_fields = fields

    @extend_schema_field(RootCauseSerializer(allow_null=True))
    def get_root_cause(self, iteration: Iteration) -> Any:
        newest = next(iter(iteration.root_causes.all()), None)
        return RootCauseSerializer(newest).data if newest else None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_review_score(self, iteration: Iteration) -> float | None:
        newest = next(iter(iteration.reviews.all()), None)
        return float(newest.score) if newest else None


class IterationDetailSerializer(IterationSerializer):
    """An iteration with everything that is recorded of it but the results of its runs."""

    test_plan = serializers.SerializerMethodField()
    test_files = TestFileRowSerializer(many=True, read_only=True)
    success_metrics = serializers.SerializerMethodField()
    reviews = ReviewSerializer(many=True, read_only=True)
    fixes = FixSerializer(many=True, read_only=True)
    phases = PhaseSpanSerializer(source="spans", many=True, read_only=True)
    children: Any = serializers.SerializerMethodField()

    class Meta(IterationSerializer.Meta):
        fields = (
            *IterationSerializer.Meta.fields,
            "test_plan",
            "test_files",
            "success_metrics",
            "reviews",
            "fixes",
            "phases",
            "children",
        )
        read_only_fields = fields

    @extend_schema_field(TestPlanSerializer(allow_null=True))
    def get_test_plan(self, iteration: Iteration) -> Any:
        newest = next(iter(iteration.test_plans.all()), None)
        return TestPlanSerializer(newest).data if newest else None

    @extend_schema_field(JudgementSerializer(allow_null=True))
    def get_success_metrics(self, iteration: Iteration) -> Any:
        newest = next(iter(iteration.judgements.all()), None)
        return JudgementSerializer(newest).data if newest else None

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_children(self, iteration: Iteration) -> list[int]:
        """The issues that are children of this iteration's issue: faults found on the way."""
        return sorted(child.pk for child in iteration.issue.children.all())


class VerifiedTestSerializer(serializers.Serializer):
    name = serializers.CharField()
    level = serializers.CharField(allow_null=True)
    file = serializers.CharField(allow_blank=True)
    expectation = serializers.CharField()
    base = serializers.CharField(allow_blank=True)
    fix = serializers.CharField(allow_blank=True)
    result = serializers.CharField()
    detail = serializers.CharField()
    matched = serializers.CharField()
    matched_to = serializers.ListField(child=serializers.CharField())


class UnplannedSerializer(serializers.Serializer):
    name = serializers.CharField()
    file = serializers.CharField(allow_blank=True)
    base = serializers.CharField()
    fix = serializers.CharField()
    result = serializers.CharField()
    detail = serializers.CharField()


class VerificationSerializer(serializers.Serializer):
    verdict = serializers.CharField()
    base_commit = serializers.CharField(allow_blank=True)
    fix_commit = serializers.CharField(allow_blank=True)
    runs_at_fix = serializers.IntegerField()
    tests = VerifiedTestSerializer(many=True)
    unplanned = UnplannedSerializer(many=True)
    unplanned_count = serializers.IntegerField()
    reasons = UnmetSerializer(many=True)
    waivers = WaiverSerializer(many=True)


class SignalSerializer(serializers.Serializer):
    code = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class SignalsSerializer(serializers.Serializer):
    results = SignalSerializer(many=True)


class ContradictionsSerializer(serializers.Serializer):
    results = ContradictionSerializer(many=True)


class FaultSerializer(serializers.Serializer):
    row = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ChainSerializer(serializers.Serializer):
    """Whether the evidence is as it was recorded (`intact` or `broken`), the chain's length and head, and what is wrong where."""

    state = serializers.CharField()
    length = serializers.IntegerField()
    head = serializers.CharField(allow_blank=True)
    faults = FaultSerializer(many=True)


class SectionSerializer(serializers.Serializer):
    heading = serializers.CharField(allow_blank=True)
    read_as = serializers.ListField(child=serializers.CharField())
    verbatim = serializers.CharField(allow_blank=True)
    level = serializers.IntegerField()
    lines = serializers.DictField(child=serializers.IntegerField())


class ClaimSerializer(serializers.Serializer):
    """What an imported log says, in its own lines; `value` has a shape for each kind."""

    kind = serializers.CharField()
    incident = serializers.IntegerField()
    first_line = serializers.IntegerField()
    last_line = serializers.IntegerField()
    value = serializers.DictField()


class ImportedIterationSerializer(IterationSerializer):
    tests = serializers.SerializerMethodField()
    declared = serializers.SerializerMethodField()
    test_files = TestFileRowSerializer(many=True, read_only=True)
    claims = ClaimSerializer(many=True, read_only=True)
    children: Any = serializers.SerializerMethodField()

    class Meta(IterationSerializer.Meta):
        fields = (*IterationSerializer.Meta.fields, "tests", "declared", "test_files", "claims", "children")
        read_only_fields = fields

    @extend_schema_field(PlannedTestSerializer(many=True))
    def get_tests(self, iteration: Iteration) -> Any:
        plan = next(iter(iteration.test_plans.all()), None)
        return PlannedTestSerializer(plan.tests.all(), many=True).data if plan else []

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_declared(self, iteration: Iteration) -> dict[str, int]:
        plan = next(iter(iteration.test_plans.all()), None)
        return plan.declared if plan else {}

    get_children = IterationDetailSerializer.get_children


class ImportSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True)
    iterations = ImportedIterationSerializer(many=True)
    sections = SectionSerializer(many=True)
    contradictions = ContradictionSerializer(many=True)
