"""The bodies that the calls of an iteration take, as CONTRACT words them."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.api.fields import CommitField, PathField, TextField, TextsField
from audits.models import Finding
from audits.terms import Expectation, Level, Phase, Stage
from incidents.api.filters import LONGEST_FOCUS

LARGEST_LINE: Final = 2**31 - 1
MOST_FILES: Final = 10_000
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}\Z")
LEVELS: Final = [level.value for level in Level]


class Strict(serializers.Serializer):
    """Refuses what it does not know: a misspelt field would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        known = set(self.fields)
        if isinstance(data, dict) and (unknown := sorted(set(data) - known)):
            raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such field here."))
        return super().to_internal_value(data)


class NewIterationSerializer(Strict):
    project = serializers.CharField()
    focus = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_FOCUS)
    issue = serializers.IntegerField(required=False, allow_null=True, default=None)
    reasons = TextsField()


class PlaceSerializer(Strict):
    file = PathField()
    line = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=LARGEST_LINE)


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"kind": {"type": "string"}, "ref": {"type": "string"}}}]}
)
class ReferenceField(serializers.Field):
    """A reference to an entry, a pattern, a file and line, a commit, a test or an address: a text, or {"kind", "ref"}."""

    default_error_messages = {"invalid": "A reference is a text, or an object of texts with “kind” and “ref”."}

    def to_representation(self, value: Any) -> Any:
        return value

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and 0 < len(data) <= 2_000:
            return data
        if (
            isinstance(data, dict)
            and {"kind", "ref"} <= set(data)
            and all(isinstance(value, str) and len(value) <= 2_000 for value in data.values())
        ):
            return data
        return self.fail("invalid")


class WhySerializer(Strict):
    question = serializers.CharField(max_length=10_000)
    answer = TextField()
    evidence = serializers.ListField(child=ReferenceField(), required=False, default=list, max_length=100)


class ProposedPatternSerializer(Strict):
    regex = serializers.CharField(trim_whitespace=False, max_length=10_000)
    must_match = serializers.ListField(child=serializers.CharField(trim_whitespace=False, max_length=100_000), required=False, default=list)


class RootCauseInputSerializer(Strict):
    whys = serializers.ListField(child=WhySerializer(), max_length=20)
    statement = TextField()
    impact = TextField()
    fix = TextField()
    scope = serializers.ListField(child=PlaceSerializer(), required=False, default=list, max_length=200)
    proposed_pattern = ProposedPatternSerializer(required=False, allow_null=True, default=None)


class PlannedTestInputSerializer(Strict):
    level = serializers.ChoiceField(choices=LEVELS, required=False, allow_blank=True, default="")
    file = PathField(required=False, allow_blank=True, default="")
    name = serializers.CharField(max_length=1000)
    expectation = serializers.ChoiceField(choices=[one.value for one in Expectation], required=False, default=Expectation.UNSTATED.value)
    purpose = TextField()
    expected_failure = TextField(trim_whitespace=False)


class DeclaredField(serializers.DictField):
    """How many tests of each level the plan says that it has."""

    child = serializers.IntegerField(min_value=0, max_value=1_000_000)

    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(data)
        if unknown := sorted(set(given) - set(LEVELS)):
            raise serializers.ValidationError(f"A level is one of: {', '.join(LEVELS)}; given: {', '.join(unknown)}.")
        return given


class TestPlanInputSerializer(Strict):
    __test__ = False

    strategy = TextField()
    success_metrics = TextsField()
    declared = DeclaredField(required=False, default=dict)
    tests = serializers.ListField(child=PlannedTestInputSerializer(), max_length=5_000)


class MetricSerializer(Strict):
    text = serializers.CharField(max_length=10_000)
    met = serializers.BooleanField(allow_null=True)
    evidence = TextField()


class MetricsInputSerializer(Strict):
    metrics = serializers.ListField(child=MetricSerializer(), max_length=500)


class TestFileSerializer(Strict):
    __test__ = False

    path = PathField()
    level = serializers.ChoiceField(choices=LEVELS, required=False, allow_blank=True, default="")
    tests = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=1_000_000)
    sha256 = serializers.RegexField(_SHA256, required=False, allow_blank=True, default="")


class TestFilesInputSerializer(Strict):
    __test__ = False

    files = serializers.ListField(child=TestFileSerializer(), max_length=5_000)


@extend_schema_field({"type": "string", "description": "A JSON object from paths to SHA-256."})
class FileHashesField(serializers.Field):
    """Paths and their SHA-256, as JSON in a field of the form."""

    default_error_messages = {
        "json": "This is no JSON.",
        "shape": "It must be an object from paths to SHA-256 in 64 hexadecimal digits.",
        "many": "At most {most:,} files.",
    }

    def to_representation(self, value: Any) -> Any:
        return value

    def to_internal_value(self, data: Any) -> dict[str, str]:
        try:
            given = json.loads(data) if isinstance(data, str) else None
        except (ValueError, RecursionError):
            self.fail("json")
        if not isinstance(given, dict) or not all(isinstance(value, str) and _SHA256.fullmatch(value) for value in given.values()):
            self.fail("shape")
        if len(given) > MOST_FILES:
            self.fail("many", most=MOST_FILES)
        if any(len(path) > 1_000 or "\0" in path or not path.isprintable() for path in given):
            self.fail("shape")
        return {path: value.lower() for path, value in given.items()}


class NewRunSerializer(serializers.Serializer):
    """The form fields that go with a report; fields of other names are left alone, as clients of forms expect."""

    report = serializers.FileField(allow_empty_file=True)
    stage = serializers.ChoiceField(choices=[stage.value for stage in Stage])
    commit = CommitField()
    command = TextField(max_length=10_000)
    environment = TextField(max_length=65_536)
    exit_status = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=-(2**31), max_value=2**31 - 1)
    report_id = TextField(max_length=200)
    run_group = TextField(max_length=200)
    files = FileHashesField(required=False, default=dict)


class CheckSerializer(Strict):
    name = serializers.CharField(max_length=300)
    weight = serializers.FloatField(min_value=0.01, max_value=1_000)
    score = serializers.FloatField(min_value=0, max_value=100)
    evidence = TextField()


class NewFindingSerializer(Strict):
    severity = serializers.ChoiceField(choices=Finding.Severity.choices)
    text = serializers.CharField(max_length=65_536)
    file = PathField(required=False, allow_blank=True, default="")


class NewReviewSerializer(Strict):
    checks = serializers.ListField(child=CheckSerializer(), max_length=200)
    strengths = TextsField()
    approved_files = TextsField()
    findings = serializers.ListField(child=NewFindingSerializer(), required=False, default=list, max_length=1_000)


class ClosureInputSerializer(Strict):
    how = serializers.CharField(max_length=65_536)
    commit = CommitField(required=False, allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> Any:
        given = {name: value for name, value in data.items() if (name, value) != ("commit", "")} if isinstance(data, dict) else data
        return super().to_internal_value(given)


class NewWaiverSerializer(Strict):
    code = serializers.CharField(max_length=60)
    subject = TextField(max_length=1_000)
    reason = serializers.CharField(max_length=65_536)


class NewFixSerializer(Strict):
    commit = CommitField()
    location = PlaceSerializer()
    change = serializers.CharField(max_length=65_536)
    purpose = TextField()
    pull_request = TextField(max_length=500)
    residual = TextsField(allow_null=True, default=None)
    documentation = TextsField()


class BackSerializer(Strict):
    to = serializers.ChoiceField(choices=[phase.value for phase in Phase])
    reason = serializers.CharField(max_length=65_536)


class ReasonSerializer(Strict):
    reason = serializers.CharField(max_length=65_536)


class StatedCommitSerializer(Strict):
    commit = CommitField()
    branch = serializers.CharField(max_length=255)
