from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from incidents.management.lookup import named_source
from incidents.models import Issue, Source
from ingestion import actions, files, pipeline
from ingestion.formats.bodies import Malformed
from ingestion.intake import BadCompression, TooLarge
from ingestion.models import Batch, BatchState


class Command(BaseCommand):
    help = (
        "Read log files into a source: JSON arrays as `gcloud logging read --format=json` prints them, NDJSON, or plain "
        "lines, gzipped or not. Takes the ordinary way: the file is stored as batches, which are processed here at once. "
        "Entries that were read before are not counted again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="- is standard input")
        parser.add_argument("--source", required=True, metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        source = named_source(options["source"])
        batches = [batch for name in options["files"] for batch in self._ingest(source, name)]
        count = {what: sum(getattr(batch, what) for batch in batches) for what in ("entries", "duplicates", "rejected", "noted")}
        opened = [issue for batch in batches for issue in batch.issues_opened]
        self.stdout.write(
            f"{count['entries']} entries, {count['duplicates']} of them known before; "
            f"{count['rejected']} rejected, {count['noted']} notes; {len(opened)} issues opened"
        )
        for issue in Issue.objects.filter(pk__in=opened).select_related("project")[:10]:
            self.stdout.write(f"  {issue.key}  {issue.severity_name}  {issue.title}")

    def _ingest(self, source: Source, name: str) -> Iterator[Batch]:
        """Store and process a file piece by piece."""
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            for form, body in files.bodies_of(data, limit=settings.MAX_DECOMPRESSED_BYTES):
                batch, _ = actions.accept(source, body=body, form=form, process_soon=False)
                yield self._process(batch, name)
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from error
        except (Malformed, BadCompression) as error:
            raise CommandError(f"{name}: {error.detail}") from error
        except TooLarge as error:
            raise CommandError(f"{name}: {error} Write one entry a line (jq -c '.[]') and it is read in pieces.") from error
        except actions.TooMuchWaiting:
            raise CommandError("Too much is waiting to be processed (MAX_WAITING_MB). Let the worker come after.") from None

    def _process(self, batch: Batch, name: str) -> Batch:
        with tqdm(desc=name, unit=" entries", total=batch.items, disable=None) as bar:

            def show(now: Batch) -> None:
                bar.total = now.items
                bar.update(now.next_offset - bar.n)

            pipeline.process(batch.pk, on_part=show)
        batch.refresh_from_db()
        if batch.state != BatchState.DONE:
            raise CommandError(f"{name}: another worker has taken batch {batch.pk} and goes on with it; see its page in the admin.")
        return batch
