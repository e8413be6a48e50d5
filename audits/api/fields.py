"""How single values of an audit look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from incidents.models.github import COMMIT


class CommitField(serializers.CharField):
    """A full commit hash, in small letters."""

    default_error_messages = {"commit": "A commit is its full hash: 40 or 64 hexadecimal digits."}

    def to_internal_value(self, data: Any) -> str:
        given: str = super().to_internal_value(data).lower()
        if not COMMIT.fullmatch(given):
            self.fail("commit")
        return given


class PathField(serializers.CharField):
    """A path in the repository, with forward slashes and without a leading `./`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=500, **given)

    def to_internal_value(self, data: Any) -> str:
        path: str = super().to_internal_value(data)
        return path.replace("\\", "/").removeprefix("./")


class TextField(serializers.CharField):
    """A text that may be left out."""

    def __init__(self, **given: Any) -> None:
        usual: dict[str, Any] = {"required": False, "allow_blank": True, "default": "", "max_length": 65_536}
        super().__init__(**(usual | given))


class TextsField(serializers.ListField):
    """A list of sentences that may be left out."""

    def __init__(self, **given: Any) -> None:
        usual: dict[str, Any] = {"required": False, "default": list, "max_length": 500}
        super().__init__(child=serializers.CharField(max_length=10_000), **(usual | given))
