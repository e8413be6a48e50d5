"""How single values look in the API."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.severity import Severity, by_name

LARGEST_ID = 2**63 - 1
SEVERITY_NAMES = [severity.name for severity in Severity]


@extend_schema_field({"type": "string", "enum": SEVERITY_NAMES})
class SeverityField(serializers.Field):
    """A severity by its name in Cloud Logging; its number inside."""

    default_error_messages = {"unknown": "A severity is one of: {names}."}

    def to_representation(self, value: int) -> str:
        return Severity(value).name

    def to_internal_value(self, data: Any) -> Severity:
        severity = by_name(data) if isinstance(data, str) else None
        if severity is None:
            self.fail("unknown", names=", ".join(Severity.__members__))
        return severity


@extend_schema_field({"type": "string"})
class UserField(serializers.Field):
    """A person by their user name."""

    default_error_messages = {"unknown": "There is no active user of this name."}

    def to_representation(self, value: User) -> str:
        return value.get_username()

    def to_internal_value(self, data: Any) -> User:
        user = User.objects.filter(username=data, is_active=True).first() if isinstance(data, str) else None
        if user is None:
            self.fail("unknown")
        return user
