from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from incidents.actions.projects import create_token
from incidents.errors import InvalidInput
from incidents.management.lookup import named_project, named_user
from incidents.roles import Scope


class Command(BaseCommand):
    help = "Make a token for a client of the API. Prints the secret, alone, on standard output; it is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who or what uses it: 'CI of the backend'")
        parser.add_argument(
            "--scope", action="append", required=True, choices=[scope.value for scope in Scope], help="may be given several times"
        )
        parser.add_argument("--project", metavar="SLUG", help="bounds the token to one project")
        parser.add_argument("--user", metavar="NAME", help="bounds the token by this person's roles; a token that reviews needs one")
        parser.add_argument("--expires", type=int, metavar="DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            _, secret = create_token(
                name=options["name"],
                scopes=options["scope"],
                project=named_project(options["project"]) if options["project"] else None,
                user=named_user(options["user"]) if options["user"] else None,
                expires_at=timezone.now() + timedelta(days=options["expires"]) if options["expires"] is not None else None,
            )
        except InvalidInput as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
