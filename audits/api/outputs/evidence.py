"""What runners reported, and what follows from it."""

from __future__ import annotations

from rest_framework import serializers

from audits.api.outputs.reviewed import UnmetSerializer, WaiverSerializer
from audits.api.outputs.stated import Signed
from audits.models import Contradiction, Result, Run


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


class ContradictionSerializer(serializers.ModelSerializer):
    where = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Contradiction
        fields = ("code", "detail", "where", "subject")


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
