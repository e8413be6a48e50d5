import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.exporting import as_json, as_markdown
from audits.models import Iteration


class Command(BaseCommand):
    help = "Write an iteration's audit log to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("iteration", type=int, help="its id")
        parser.add_argument("--json", action="store_true", help="as JSON instead of Markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        iteration = Iteration.objects.select_related("project", "issue__project").filter(pk=options["iteration"]).first()
        if iteration is None:
            raise CommandError(f"There is no iteration {options['iteration']}.")
        text = json.dumps(as_json(iteration), indent=2, ensure_ascii=False) if options["json"] else as_markdown(iteration)
        self.stdout.write(text, ending="" if text.endswith("\n") else "\n")
