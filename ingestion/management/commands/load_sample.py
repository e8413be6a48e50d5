from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand

import ingestion
from incidents.actions.projects import create_project, create_source
from incidents.models import Project, SourceKind
from ingestion import actions
from ingestion.formats.bodies import Form

SAMPLE: Final = Path(ingestion.__file__).parent / "sample" / "staging.json"


class Command(BaseCommand):
    help = (
        "Fill an empty database with a project and two hours of its log, through the ordinary ingest path. "
        "Does nothing where there is a project."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if Project.objects.exists():
            self.stdout.write("There are projects already; the sample is not loaded.")
            return
        project = create_project(
            slug="sample",
            name="Chat backend (sample)",
            critical_areas=[
                {"match": "websocket", "weight": 15, "reason": "Chat is delivered over it"},
                {"match": "auth", "weight": 10, "reason": "Nobody gets in without it"},
            ],
        )
        source = create_source(project, slug="sample-staging", kind=SourceKind.FILE)
        batch, _ = actions.accept(source, body=SAMPLE.read_bytes(), form=Form.JSON)
        self.stdout.write(f"Sample stored as batch {batch.pk}; the worker reads it now.")
