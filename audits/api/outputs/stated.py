"""What people and agents stated."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.actions.statements import check_pattern
from audits.models import Fix, Judgement, PlannedTest, RootCause, TestFile, TestPlan, Why
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


class FixSerializer(Signed):
    location = ScopeSerializer(source="*", read_only=True)
    residual = serializers.ListField(child=serializers.CharField(), read_only=True, allow_null=True)
    documentation = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Fix
        fields = ("version", "commit", "location", "change", "purpose", "pull_request", "residual", "documentation", "actor", "at")
