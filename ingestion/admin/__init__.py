"""The admin of this floor: batches, and what only the floor that keeps the entries can do with a pattern."""

from ingestion.admin.batches import BatchAdmin
from ingestion.admin.patterns import PartingPatternAdmin

__all__ = ["BatchAdmin", "PartingPatternAdmin"]
