import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.actions.imports import import_log
from audits.models import Import
from incidents.actors import Actor
from incidents.errors import DomainError
from incidents.management.lookup import named_project


class Command(BaseCommand):
    help = "Take in an audit log that was kept as Markdown. What it says stays a claim; says what was read and what contradicts itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the log; - is standard input")
        parser.add_argument("--project", metavar="SLUG", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        project = named_project(options["project"])
        try:
            raw = sys.stdin.buffer.read() if options["file"] == "-" else Path(options["file"]).read_bytes()
            made, new = import_log(project, actor=Actor.machine("command line"), raw=raw)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(error.detail) from error
        self._tell(made, new)

    def _tell(self, made: Import, new: bool) -> None:
        self.stdout.write(f"{'Imported' if new else 'Known already'}: {made}")
        for iteration in made.iterations.order_by("number").select_related("issue__project"):
            self.stdout.write(f"  iteration {iteration.number} (id {iteration.pk}) on {iteration.issue}")
            self.stdout.write(f"  {iteration.claims.count()} claims were read")
            for found in iteration.contradictions.order_by("pk"):
                self.stdout.write(f"  {found.code}: {found.detail} ({', '.join(found.where)})")
        unread = sum(not section["read_as"] for section in made.sections)
        self.stdout.write(f"  {len(made.sections)} sections, {unread} of them kept without being understood")
