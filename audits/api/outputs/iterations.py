"""Iterations, and imported logs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.api.outputs.evidence import ContradictionSerializer
from audits.api.outputs.reviewed import ReviewSerializer, UnmetSerializer, WaiverSerializer
from audits.api.outputs.stated import (
    FixSerializer,
    JudgementSerializer,
    PlannedTestSerializer,
    RootCauseSerializer,
    Signed,
    TestFileRowSerializer,
    TestPlanSerializer,
)
from audits.models import Iteration, PhaseSpan


class PhaseSpanSerializer(Signed):
    let_through = serializers.ListField(child=serializers.DictField(child=serializers.CharField()), read_only=True)

    class Meta:
        model = PhaseSpan
        fields = ("seq", "phase", "at", "left", "actor", "reason", "let_through")


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
