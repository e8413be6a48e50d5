from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.api.fields import LARGEST_ID, SeverityField
from incidents.api.serializers import LocationSerializer
from incidents.clock import iso_ns
from incidents.models import Fingerprint, Occurrence
from ingestion.models import Batch, Entry

# The whole list can be long; all of it is in the admin.
SHOWN = 100
SHOWN_TEMPLATE = 500
# A traceback may be long; fingerprints are named by their digests.
SHOWN_MASKED = 2_000


class RemarkSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    code = serializers.CharField()
    reason = serializers.CharField()


class AcceptedSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = ("id", "state", "url")

    def get_url(self, batch: Batch) -> str:
        return f"/api/v1/batches/{batch.pk}/"


class BatchSerializer(serializers.ModelSerializer):
    """A batch and how far it has come; the first hundred rejections and notes, and how many there are of each."""

    source: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    rejections = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = (
            "id",
            "source",
            "state",
            "entries",
            "duplicates",
            "rejected",
            "rejections",
            "noted",
            "notes",
            "issues_opened",
            "error",
            "received_at",
            "finished_at",
        )

    @extend_schema_field(RemarkSerializer(many=True))
    def get_rejections(self, batch: Batch) -> Any:
        return RemarkSerializer(batch.rejections.all()[:SHOWN], many=True).data

    @extend_schema_field(RemarkSerializer(many=True))
    def get_notes(self, batch: Batch) -> Any:
        return RemarkSerializer(batch.notes.all()[:SHOWN], many=True).data


class EntrySerializer(serializers.ModelSerializer):
    """An entry. The context's `patterns` maps fingerprint ids to patterns, its `issues` keys of entries to issues or None."""

    time = serializers.SerializerMethodField()
    severity = SeverityField()
    location = serializers.SerializerMethodField()
    pattern = serializers.SerializerMethodField()
    issue = serializers.SerializerMethodField()

    class Meta:
        model = Entry
        fields = ("insert_id", "time", "severity", "message", "location", "stream", "trace", "release", "pattern", "issue")

    release = serializers.SerializerMethodField()

    def get_time(self, entry: Entry) -> str:
        return iso_ns(entry.time_ns)

    @extend_schema_field(LocationSerializer)
    def get_location(self, entry: Entry) -> dict[str, Any]:
        return {"module": entry.module, "function": entry.function, "file": entry.file, "line": entry.line}

    def get_release(self, entry: Entry) -> str:
        return self.context["releases"].get(entry.release_id, "")

    @extend_schema_field({"type": "integer"})
    def get_pattern(self, entry: Entry) -> int:
        return self.context["patterns"][entry.fingerprint_id]

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_issue(self, entry: Entry) -> int | None:
        return self.context["issues"].get(entry.pk)


class CompanionSerializer(serializers.Serializer):
    pattern = serializers.IntegerField()
    template = serializers.CharField()
    start = serializers.CharField()
    entries = serializers.IntegerField()


class OccurrenceSerializer(serializers.ModelSerializer):
    """One time that an issue showed. The context's `templates` maps the ids of the patterns that came in it to their templates."""

    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    companions = serializers.SerializerMethodField()

    class Meta:
        model = Occurrence
        fields = ("id", "stream", "start", "end", "entries", "lead_insert_id", "companions")

    def get_start(self, occurrence: Occurrence) -> str:
        return iso_ns(occurrence.start_ns)

    def get_end(self, occurrence: Occurrence) -> str:
        return iso_ns(occurrence.end_ns)

    @extend_schema_field(CompanionSerializer(many=True))
    def get_companions(self, occurrence: Occurrence) -> list[dict[str, Any]]:
        """What came in it, the leading pattern among it, the first first."""
        return [
            {
                "pattern": one["pattern"],
                "template": self.context["templates"].get(one["pattern"], "")[:SHOWN_TEMPLATE],
                "start": iso_ns(one["start_ns"]),
                "entries": one["entries"],
            }
            for one in occurrence.companions
        ]


class FingerprintSerializer(serializers.ModelSerializer):
    """A masked message of a pattern. The context's `kept` maps the ids of fingerprints to how many of their entries are kept."""

    masked = serializers.SerializerMethodField()
    entries = serializers.SerializerMethodField()

    class Meta:
        model = Fingerprint
        fields = ("digest", "masked", "entries")

    def get_masked(self, fingerprint: Fingerprint) -> str:
        return fingerprint.masked[:SHOWN_MASKED]

    def get_entries(self, fingerprint: Fingerprint) -> int:
        return int(self.context["kept"].get(fingerprint.pk, 0))


class PartSerializer(serializers.Serializer):
    pattern = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="A pattern of the issue.")
    fingerprints = serializers.ListField(
        child=serializers.CharField(max_length=32),
        allow_empty=False,
        max_length=10_000,
        help_text="The digests of the masked messages that leave it.",
    )
