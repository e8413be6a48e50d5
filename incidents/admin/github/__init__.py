"""The pages of the two-way sync: what is written to GitHub, what came from there, and how both fare."""

from incidents.admin.github.deliveries import DeliveryAdmin
from incidents.admin.github.writes import OutboxAdmin

__all__ = ["DeliveryAdmin", "OutboxAdmin"]
