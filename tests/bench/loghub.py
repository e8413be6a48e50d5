"""The labelled logs, what is done to them, and how a grouping of them is scored."""

from __future__ import annotations

import csv
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache

from ingestion.formats.logentry import read_logentry
from ingestion.records import Record, fitted
from tests.shared_data import SHARED_DATA

_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"]


@dataclass(frozen=True)
class Lines:
    """The messages of one set, with the event and the template of each."""

    name: str
    messages: list[str]
    events: list[str]
    templates: list[str]


@cache
def sets() -> tuple[Lines, ...]:
    """The Loghub sets that are there, by their corrected labels: messages are one event where their templates are equal."""
    found = []
    for path in sorted((SHARED_DATA / "loghub").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        templates = [row["EventTemplate"] for row in rows]
        found.append(Lines(path.stem, [row["Content"] for row in rows], templates, templates))
    return tuple(found)


def cloud_events() -> dict[str, dict[str, str]]:
    """For each file of real entries the event of each, by its insert id."""
    events: dict[str, dict[str, str]] = defaultdict(dict)
    with (SHARED_DATA / "gcp" / "events.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            events[row["file"]][row["insertId"]] = row["event"]
    return events


def cloud_entries() -> tuple[list[Record], list[str]]:
    """The labelled entries of Cloud Logging, read as the pipeline reads them, and the event of each."""
    with (SHARED_DATA / "gcp" / "events.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    entries = {name: iter(json.loads((SHARED_DATA / "gcp" / name).read_text())) for name in dict.fromkeys(row["file"] for row in rows)}
    records = []
    for row in rows:
        entry = next(entries[row["file"]])
        assert entry["insertId"] == row["insertId"]
        record = read_logentry(json.dumps(entry))
        assert isinstance(record, Record)
        records.append(fitted(record))
    return records, [row["event"] for row in rows]


def accuracy(events: Sequence[Hashable], groups: Sequence[Hashable]) -> tuple[float, float]:
    """GA and FGA: the share of lines whose group is exactly an event's lines, and the F1 of such groups among groups and events."""
    together = Counter(zip(events, groups, strict=True))
    of_event, of_group = Counter(events), Counter(groups)
    exact = [count for (event, group), count in together.items() if count == of_event[event] == of_group[group]]
    return sum(exact) / len(events), 2 * len(exact) / (len(of_event) + len(of_group))


def perturbed(lines: Lines, *, share: float, whole_places: bool, seed: int) -> list[str]:
    """The messages with this share of their variables replaced by pseudo-words: any of any line, or some places in all lines."""
    chance = random.Random(seed)
    places: dict[tuple[str, int], bool] = defaultdict(lambda: chance.random() < share)

    def new(template: str, place: int, value: str) -> str:
        replaced = places[template, place] if whole_places else chance.random() < share
        return pseudo_word(chance) if replaced else value

    return with_values(lines, new)


def fresh(lines: Lines, chance: random.Random) -> list[str]:
    """The messages with a new value of the same shape in the place of each variable."""
    return with_values(lines, lambda template, place, value: _alike(value, chance))


def with_values(lines: Lines, new: Callable[[str, int, str], str]) -> list[str]:
    """The messages with `new(template, place, value)` for each variable; as they are where the label does not fit."""
    made = []
    for message, template in zip(lines.messages, lines.templates, strict=True):
        match = _pattern(template).fullmatch(message)
        if match is None:
            made.append(message)
            continue
        pieces, end = [], 0
        for place in range(1, match.re.groups + 1):
            pieces += [message[end : match.start(place)], new(template, place, match[place])]
            end = match.end(place)
        made.append("".join(pieces) + message[end:])
    return made


@cache
def _pattern(template: str) -> re.Pattern[str]:
    fixed = [r"\s+".join(map(re.escape, re.split(r"\s+", piece))) for piece in template.split("<*>")]
    return re.compile(r"\s*" + "(.*?)".join(fixed) + r"\s*", re.DOTALL)


def pseudo_word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) + chance.choice(["", "n", "r", "s", "t"])


def _alike(value: str, chance: random.Random) -> str:
    """Another value of the same shape: new digits, and new letters where they are no words."""
    if any(character.isdigit() for character in value):
        hexadecimal = re.fullmatch(r"(?:0x)?[0-9a-fA-F-]+", value) is not None
        return "".join(
            chance.choice("0123456789") if one.isdigit() else chance.choice("abcdef") if hexadecimal and one in "abcdef" else one
            for one in value
        )
    return value
