from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from audits.actions import chain
from audits.models import Iteration
from incidents.management.lookup import named_project


class Command(BaseCommand):
    help = "Check that all evidence is as it was recorded. Names every row that is not, and fails if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("iteration", nargs="?", type=int, help="the id of one iteration; all of them where none is given")
        parser.add_argument("--project", metavar="SLUG", help="only the iterations of this project")

    def handle(self, *args: Any, **options: Any) -> None:
        iterations = Iteration.objects.select_related("project").order_by("pk")
        if options["project"]:
            iterations = iterations.filter(project=named_project(options["project"]))
        if options["iteration"] is not None:
            iterations = iterations.filter(pk=options["iteration"])
            if not iterations.exists():
                raise CommandError(f"There is no iteration {options['iteration']}.")
        broken = records = 0
        for iteration in tqdm(iterations.iterator(chunk_size=100), total=iterations.count(), unit=" iterations", disable=None):
            records += iteration.chain_length
            for fault in chain.faults(iteration):
                broken += 1
                self.stdout.write(f"{iteration}: {fault.row}: {fault.detail} [{fault.code}]")
        if broken:
            raise CommandError(f"{broken} {'row is' if broken == 1 else 'rows are'} not as recorded.")
        self.stdout.write(f"All as recorded: {iterations.count()} iterations, {records:,} records.")
