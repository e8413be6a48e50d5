from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_view

from audits.api.views.evidence import Evidence
from audits.api.views.logs import Logs
from audits.api.views.reviews import Reviews
from audits.api.views.statements import Statements
from audits.api.views.walking import Walking


@extend_schema_view(list=extend_schema(summary="Iterations, the newest first"))
class IterationViewSet(Walking, Statements, Evidence, Reviews, Logs):
    """Every call of an iteration."""
