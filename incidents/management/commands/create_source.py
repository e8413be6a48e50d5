from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.actions.projects import create_source
from incidents.errors import InvalidInput
from incidents.management.lookup import named_project
from incidents.models import SourceKind


class Command(BaseCommand):
    help = "Make a source: a place that a project's log entries come from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="part of the address that entries are posted to; unique over all projects")
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--kind", choices=SourceKind.values, default=SourceKind.HTTP.value)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = create_source(named_project(options["project"]), slug=options["slug"], kind=options["kind"])
        except InvalidInput as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Source {source.slug} made. Post entries to /api/v1/sources/{source.slug}/entries/ or use manage.py ingest.")
