"""The rows that the API gives and the bodies that it takes, as CONTRACT words them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.actions import regrouping
from incidents.api.fields import LARGEST_ID, SeverityField, UserField
from incidents.api.filters import LONGEST_FOCUS
from incidents.clock import NANOSECONDS
from incidents.models import Choice, Comment, Companion, Event, GroupingDecision, Issue, Membership, Pattern, Project, Resolution, Source
from incidents.roles import Role


class ReasonSerializer(serializers.Serializer):
    factor = serializers.CharField()
    points = serializers.IntegerField()
    text = serializers.CharField()


class LocationSerializer(serializers.Serializer):
    module = serializers.CharField()
    function = serializers.CharField()
    file = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class IterationSummarySerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    phase = serializers.CharField()
    verdict = serializers.CharField()


class MirrorSummarySerializer(serializers.Serializer):
    number = serializers.IntegerField(allow_null=True)
    url = serializers.URLField()
    state = serializers.CharField()
    closed_unproven = serializers.BooleanField()


class IssueSerializer(serializers.ModelSerializer):
    """An issue as a row of a list."""

    project: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    severity = SeverityField(source="effective_severity", read_only=True)
    reasons = ReasonSerializer(many=True, read_only=True)
    occurrences = serializers.IntegerField(source="occurrence_count", read_only=True)
    patterns = serializers.IntegerField(source="pattern_count", read_only=True)
    location = serializers.SerializerMethodField()
    github = serializers.SerializerMethodField()
    iteration = serializers.SerializerMethodField()

    class Meta:
        model = Issue
        fields: tuple[str, ...] = (
            "id",
            "key",
            "project",
            "title",
            "severity",
            "state",
            "resolution",
            "confirmation",
            "priority",
            "reasons",
            "occurrences",
            "entries",
            "first_seen",
            "last_seen",
            "location",
            "patterns",
            "github",
            "iteration",
        )
        read_only_fields = fields

    @extend_schema_field(LocationSerializer)
    def get_location(self, issue: Issue) -> dict[str, Any]:
        return issue.location or {"module": "", "function": "", "file": "", "line": None}

    @extend_schema_field(MirrorSummarySerializer(allow_null=True))
    def get_github(self, issue: Issue) -> Any:
        """Null as long as the issue has no mirror on GitHub."""
        mirror = getattr(issue, "mirror", None)
        return MirrorSummarySerializer(mirror).data if mirror else None

    @extend_schema_field(IterationSummarySerializer(allow_null=True))
    def get_iteration(self, issue: Issue) -> dict[str, Any] | None:
        if issue.iteration_id is None:
            return None
        return {"id": issue.iteration_id, "number": issue.iteration_number, "phase": issue.phase, "verdict": issue.verdict}


class IssueDetailSerializer(IssueSerializer):
    """An issue with all that is known of it."""

    severity_in_logs = SeverityField(source="severity", read_only=True)
    assignee = UserField(read_only=True, allow_null=True)
    children: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    merged: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    decisions = serializers.SerializerMethodField()

    class Meta(IssueSerializer.Meta):
        fields = (
            *IssueSerializer.Meta.fields,
            "impact",
            "context",
            "symptoms",
            "fix_needed",
            "severity_in_logs",
            "assignee",
            "parent",
            "children",
            "merged_into",
            "merged",
            "decisions",
            "resolved_at",
            "ignored_until",
            "ignored_until_entries",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_decisions(self, issue: Issue) -> Any:
        """What people decided about its grouping and did not take back, the newest first."""
        return DecisionSerializer(regrouping.standing(issue), many=True).data


class NewIssueSerializer(serializers.Serializer):
    project = serializers.CharField()
    title = serializers.CharField(max_length=300)
    severity = SeverityField()
    parent = serializers.IntegerField(required=False)  # type: ignore[assignment]
    impact = serializers.CharField(required=False, allow_blank=True, default="")
    fix_needed = serializers.CharField(required=False, allow_blank=True, default="")


class IssueChangesSerializer(serializers.Serializer):
    title = serializers.CharField(required=False, max_length=300)
    impact = serializers.CharField(required=False, allow_blank=True)
    context = serializers.CharField(required=False, allow_blank=True)  # type: ignore[assignment]
    symptoms = serializers.CharField(required=False, allow_blank=True)
    severity = SeverityField(
        required=False, allow_null=True, source="severity_override", help_text="Null gives the decision back to the logs."
    )
    assignee = UserField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "This cannot be changed here."))
        return attrs


class CriticalSerializer(serializers.Serializer):
    issue = IssueSerializer(allow_null=True)
    reasons = ReasonSerializer(many=True)
    runners_up = IssueSerializer(many=True)
    focus_matched = serializers.BooleanField()


class CriticalQuerySerializer(serializers.Serializer):
    project = serializers.CharField(required=False, allow_blank=True, default="")
    focus = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_FOCUS)


class NewChoiceSerializer(serializers.Serializer):
    project = serializers.CharField()
    focus = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_FOCUS)
    issue = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField(), allow_empty=False)


class ChoiceSerializer(serializers.ModelSerializer):
    project: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Choice
        fields = ("id", "project", "focus", "issue", "reasons", "actor_kind", "actor_name", "at")


class ActorSerializer(serializers.Serializer):
    kind = serializers.CharField(source="actor_kind")
    name = serializers.CharField(source="actor_name")


class EventSerializer(serializers.ModelSerializer):
    actor = ActorSerializer(source="*", read_only=True)

    class Meta:
        model = Event
        fields = ("id", "verb", "actor", "data", "at")


class NewCommentSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=65_536)


class CommentSerializer(serializers.ModelSerializer):
    actor = ActorSerializer(source="*", read_only=True)

    class Meta:
        model = Comment
        fields = ("id", "text", "actor", "at")


class ResolveSerializer(serializers.Serializer):
    resolution = serializers.ChoiceField(choices=Resolution.choices)
    reason = serializers.CharField()


class IgnoreSerializer(serializers.Serializer):
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    count = serializers.IntegerField(required=False, allow_null=True, default=None, max_value=10**12)


class ReasonedSerializer(serializers.Serializer):
    reason = serializers.CharField()


class MergeSerializer(serializers.Serializer):
    into = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="The issue that stays.")


class SplitSerializer(serializers.Serializer):
    patterns = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        allow_empty=False,
        max_length=10_000,
        help_text="The patterns that leave the issue.",
    )


class UndoSerializer(serializers.Serializer):
    decision = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class DecisionSerializer(serializers.ModelSerializer):
    """A merge, split or parting that stands: `issue` is what was merged or split, `target` where its patterns went."""

    patterns = serializers.SerializerMethodField()
    actor = ActorSerializer(source="*", read_only=True)

    class Meta:
        model = GroupingDecision
        fields = ("id", "kind", "issue", "target", "patterns", "actor", "at")

    def get_patterns(self, decision: GroupingDecision) -> list[int]:
        return [row["id"] for row in decision.patterns]


class IssueNumberField(serializers.CharField):
    """A number, given as one or as a text that names an issue."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int):
            self.fail("invalid")
        return super().to_internal_value(str(data))


class NewMirrorSerializer(serializers.Serializer):
    number = IssueNumberField(
        required=False, allow_null=True, max_length=500, help_text="Of an existing issue: 105, OWNER/NAME#105 or its address."
    )


class VariableSerializer(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    why = serializers.CharField()


class TieSerializer(serializers.ModelSerializer):
    """Why a pattern belongs to another one's burst: how often they came together, and how likely that is by chance."""

    lag_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Companion
        fields = ("lead", "together", "seen", "lead_together", "lead_seen", "chance", "lag_seconds")

    def get_lag_seconds(self, tie: Companion) -> float:
        """How long after the lead it comes, in the middle of all cases."""
        return tie.lag_ns / NANOSECONDS


class PatternSerializer(serializers.ModelSerializer):
    """A pattern as a part of an issue: all its entries, and how many of them tell of the issue."""

    severity = SeverityField(read_only=True)
    location = serializers.SerializerMethodField()
    fingerprints = serializers.SerializerMethodField()
    fingerprint_count = serializers.IntegerField(read_only=True)
    variables = VariableSerializer(many=True, read_only=True)
    entries_in_issue = serializers.IntegerField(read_only=True)
    is_lead = serializers.BooleanField(read_only=True)
    issue = serializers.IntegerField(source="part_of", read_only=True)
    own_issue = serializers.IntegerField(
        source="issue_id", read_only=True, allow_null=True, help_text="Where it counts when it comes alone."
    )
    leads = TieSerializer(many=True, read_only=True)

    class Meta:
        model = Pattern
        fields = (
            "id",
            "template",
            "variables",
            "severity",
            "location",
            "entries",
            "entries_in_issue",
            "is_lead",
            "leads",
            "set_apart",
            "first_seen",
            "last_seen",
            "version",
            "fingerprints",
            "fingerprint_count",
            "issue",
            "own_issue",
        )

    def get_fingerprints(self, pattern: Any) -> list[str]:
        """The digests of the oldest ones, a hundred at most: a pattern may have tens of thousands."""
        return [fingerprint.digest for fingerprint in pattern.shown]

    @extend_schema_field(LocationSerializer)
    def get_location(self, pattern: Pattern) -> dict[str, Any]:
        return {"module": pattern.module, "function": pattern.function, "file": pattern.file, "line": pattern.line}


class ProjectSerializer(serializers.ModelSerializer):
    """A project as it is given and taken; the slug is for good."""

    settings = serializers.DictField(required=False)
    critical_areas = serializers.ListField(child=serializers.DictField(), required=False)

    class Meta:
        model = Project
        fields = ("id", "slug", "name", "github_repository", "settings", "critical_areas", "entries", "as_of", "created_at")
        read_only_fields = ("id", "entries", "as_of", "created_at")
        # The verb checks the slug's uniqueness together with everything else.
        extra_kwargs: ClassVar[dict[str, Any]] = {"slug": {"validators": []}, "github_repository": {"required": False}}


class SourceSerializer(serializers.ModelSerializer):
    project = serializers.CharField(source="project.slug")

    class Meta:
        model = Source
        fields = ("id", "slug", "project", "kind", "created_at")
        read_only_fields = ("id", "created_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"slug": {"validators": []}}


class MemberSerializer(serializers.ModelSerializer):
    user = UserField()
    role = serializers.ChoiceField(choices=[role.value for role in Role])

    class Meta:
        model = Membership
        fields = ("user", "role")
        validators: list[Any] = []
