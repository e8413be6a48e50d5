"""JSON from outside, with the limits that the database has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework.parsers import JSONParser

from incidents.api.errors import Refusal

LARGEST = 2 * 1024 * 1024


class StrictJSONParser(JSONParser):
    """JSON in UTF-8, of bounded size and depth, whose strings a database can store."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        body = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise Refusal(413, "too_large", f"The body is larger than {LARGEST:,} bytes.")
        try:
            # JSON is UTF-8 whatever a charset says (RFC 8259).
            parsed = super().parse(BytesIO(body), media_type, {"encoding": "utf-8"})
            texts = list(_texts(parsed))
        except RecursionError:
            raise Refusal(400, "too_deep", "The JSON is nested too deep.") from None
        if any("\0" in text for text in texts):
            raise Refusal(400, "nul", "A string holds a NUL character.")
        try:
            "".join(texts).encode()
        except UnicodeEncodeError:
            raise Refusal(400, "surrogate", "A string holds half of a surrogate pair.") from None
        return parsed


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
