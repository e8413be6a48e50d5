from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from incidents.github import credentials, inbox, poll, pull, push, repositories
from incidents.github.client import GitHub
from incidents.github.failures import GitHubFailure, Gone
from incidents.management.lookup import named_project
from incidents.models import Mirror, Outbox, Project


class Command(BaseCommand):
    help = "Bring issues and their twins on GitHub together now: process webhooks, read what changed there, write what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", metavar="SLUG", help="only this project's repository is read (default: every one in use)")
        parser.add_argument(
            "--recheck", action="store_true", help="look at every linked issue, one request each: also finds those that were deleted there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not credentials.are_given():
            raise CommandError("GitHub is not set up: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY. See docs/github.md.")
        project = named_project(options["project"]) if options["project"] else None
        names = [project.github_repository.lower()] if project else poll.in_use()
        deliveries = inbox.drain(seconds=float("inf"))
        failed = [name for name in filter(None, names) if not poll.poll(name)]
        if options["recheck"]:
            self._recheck(project)
        written = push.drain(seconds=float("inf"))
        self.stdout.write(
            f"{deliveries} webhooks processed, {len(names) - len(failed)} of {len(names)} repositories read, {written} writes taken up; "
            f"{Outbox.objects.backlog().count()} wait, {Outbox.objects.dead().count()} are dead letters."
        )
        if failed:
            raise CommandError("\n".join(f"{name} could not be read: {_last_error(name)}" for name in failed))

    def _recheck(self, project: Project | None) -> None:
        linked = Mirror.objects.filter(standing=Mirror.Standing.LINKED, issue__project__archived_at=None).select_related("issue__project")
        rows = list(linked.filter(issue__project=project) if project else linked)
        for mirror in tqdm(rows, desc="linked issues", unit="issue", disable=None, file=self.stderr):
            try:
                with GitHub(mirror.repository) as github:
                    self._look_at(mirror, github)
            except GitHubFailure as failure:
                self.stderr.write(f"{mirror}: {failure.detail}")

    def _look_at(self, mirror: Mirror, github: GitHub) -> None:
        try:
            pull.fetch(mirror, github)
        except Gone:
            if pull.is_deleted(mirror, github):
                self.stdout.write(f"{pull.bury_twin(mirror)} was deleted on GitHub.")


def _last_error(name: str) -> str:
    return repositories.row(name).last_error or "another worker reads it just now"
