import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingestion.formats.cleaning import clean
from ingestion.mining.explaining import explain
from ingestion.mining.miner import Miner

# A field may hold a whole traceback, or a dump of data.
csv.field_size_limit(32 * 1024 * 1024)


class Command(BaseCommand):
    help = (
        "Group the lines of a text file, or the Content of each row of a .csv, by log template, and print the pattern's number "
        "of each, one a line in the file's order. Nothing is stored, and no database is needed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="- is standard input")
        parser.add_argument("--templates", action="store_true", help="print each pattern's template behind its number, after a tab")

    def handle(self, *args: Any, **options: Any) -> None:
        miner = Miner()
        numbers = [miner.add(clean(message)[0]) for message in _messages(options["file"])]
        patterns = [miner.pattern(number) for number in numbers]
        # Patterns are numbered as they first appear.
        names = {pattern: str(name) for name, pattern in enumerate(dict.fromkeys(patterns), 1)}
        if options["templates"]:
            members = miner.members()
            names = {
                pattern: f"{name}\t{explain(miner.masked(one) for one in members[pattern]).template}" for pattern, name in names.items()
            }
        for pattern in patterns:
            self.stdout.write(names[pattern])


def _messages(name: str) -> Iterator[str]:
    """The messages of a file, in its order."""
    try:
        if name == "-":
            yield from _lines(sys.stdin.buffer.read())
        elif name.lower().endswith(".csv"):
            yield from _contents(Path(name))
        else:
            yield from _lines(Path(name).read_bytes())
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: {error}") from error


def _lines(data: bytes) -> Iterator[str]:
    # Not splitlines(): that also parts at form feeds and the like, and the numbers would no longer be those of the file's lines.
    lines = data.decode(errors="replace").split("\n")
    yield from (line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines))


def _contents(path: Path) -> Iterator[str]:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = csv.DictReader(file)
        if "Content" not in (rows.fieldnames or ()):
            raise CommandError(f"{path}: there is no column Content.")
        yield from (row["Content"] or "" for row in rows)
