"""What a test runner's command was given to run: files, folders, patterns of packages. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.claims.names import level_of_path, test_files
from audits.terms import Level

# What is behind these belongs to another command, or to where the output goes.
_END_OF_COMMAND: Final = re.compile(r"\s(?:\|\|?|&&|;|2?>>?)(?:\s|&|\Z)")
_NO_TARGET: Final = re.compile(r"[-'\"$]|\w+=|(?:\S*/)?\.?bin/|\./(?:mvnw|gradlew)\b|https?:")


def targets_of(command: str) -> list[str]:
    """The files and folders that a command names, as it names them; empty where it leaves the choice to the runner."""
    words = _END_OF_COMMAND.split(command, maxsplit=1)[0].split()[1:]
    return [word for word in words if ("/" in word or test_files(word)) and not _NO_TARGET.match(word)]


def file_of(command: str) -> str:
    """The one test file that a command runs; empty where it names none, or anything beside it."""
    named, files = targets_of(command), list(dict.fromkeys(test_files(command)))
    return files[0] if len(files) == 1 and len({target.split("::")[0] for target in named}) <= 1 else ""


def level_of_targets(command: str) -> Level | None:
    """The level that the folders and files of a command have in common."""
    levels = {level_of_path(target.split("::")[0].rstrip("/") + "/") for target in targets_of(command)}
    return levels.pop() if len(levels) == 1 else None
