from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.actions.projects import create_project
from incidents.errors import InvalidInput


class Command(BaseCommand):
    help = "Make a project: a watched system with its sources, members and issues."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="small letters, digits, hyphens; part of every issue's key")
        parser.add_argument("--name", help="what people call it (default: the slug)")
        parser.add_argument("--github-repository", default="", metavar="OWNER/NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            project = create_project(
                slug=options["slug"], name=options["name"] or options["slug"], github_repository=options["github_repository"]
            )
        except InvalidInput as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Project {project.slug} made. Next: manage.py create_source SLUG --project {project.slug}")
