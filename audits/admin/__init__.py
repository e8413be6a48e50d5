"""The admin of the audit floor: a door like the API. It shows, and calls the verbs."""

from audits.admin.imports import ImportAdmin
from audits.admin.iterations import IterationAdmin
from audits.admin.runs import RunAdmin

__all__ = ["ImportAdmin", "IterationAdmin", "RunAdmin"]
