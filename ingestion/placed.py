"""A record that has found its place."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.models import Fingerprint, Release
from ingestion.records import Record


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with its number in the batch and all that is needed to store it."""

    number: int
    record: Record
    time_ns: int
    insert_id: str
    fingerprint: Fingerprint
    release: Release
