"""What reviewers said, and what is unmet."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.api.outputs.stated import Signed
from audits.models import Closure, Finding, Review, Waiver


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


class UnmetSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
