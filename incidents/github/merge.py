"""Bringing an issue and its twin together, field by field, against what both agreed on last. Pure.

Ours are the labels with our prefix and the marked part of the body; theirs is everything else that a human wrote: the
title, other labels, the text around our part. A title may be changed on both sides; changed on both at once, GitHub's stays
and ours is told, so that a machine's line never takes the place of a person's words.

The base keeps, for each field, what we wrote and what was seen there afterwards. Both are needed: GitHub may keep a thing
otherwise than it was written (labels that we may not set are dropped silently), and asking for it again and again
would help nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from incidents.github.body import ours, replaced, same

# GitHub takes no more for a title.
LONGEST_TITLE: Final = 256
PREFIX: Final = "fixproof"


@dataclass(frozen=True, slots=True)
class Here:
    """What the twin ought to say by us: the title as GitHub takes it, our labels, our part of the body."""

    title: str
    labels: frozenset[str]
    part: str


@dataclass(frozen=True, slots=True)
class There:
    """What the twin says: all labels, the whole body."""

    title: str
    labels: frozenset[str]
    body: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What to do on either side. `title_here` is a title that was given there; the fields with `there` are to be written,
    None or empty where nothing is. `overruled` is our title where both had changed."""

    title_here: str | None = None
    overruled: str | None = None
    title_there: str | None = None
    body_there: str | None = None
    add_labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether anything is to be written there."""
        return self.title_there is not None or self.body_there is not None or bool(self.add_labels or self.remove_labels)


def is_ours(label: str) -> bool:
    """Whether a label is one of those that we set and take away. GitHub tells labels apart without regard to case."""
    return label.lower() == PREFIX or label.lower().startswith(f"{PREFIX}: ")


def outgoing_title(title: str) -> str:
    """A title as GitHub takes it: one line, not longer than allowed."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def merge(base: Mapping[str, Any], here: Here, there: There) -> Merged:
    """What is to be done so that both say the same. `base` is what `agreed` gave last; empty for an issue that was linked just now."""
    written, seen = base.get("written", {}), base.get("seen", {})
    there_changed = bool(base) and there.title != seen.get("title")
    here_changed = bool(base) and here.title != written.get("title")
    takes_title = there_changed and there.title.strip() != ""
    add, remove = _labels(written, seen, here, there)
    return Merged(
        title_here=there.title if takes_title and there.title != here.title else None,
        overruled=here.title if takes_title and here_changed and there.title != here.title else None,
        title_there=here.title if not takes_title and (here_changed or there_changed) and here.title != there.title else None,
        body_there=_body(written, seen, here, there),
        add_labels=add,
        remove_labels=remove,
    )


def agreed(here: Here, there: There) -> dict[str, Any]:
    """The new base, when everything that `merge` asked for has been done and `there` is what GitHub shows then."""
    return {
        "written": {"title": here.title, "labels": sorted(here.labels), "part": here.part},
        "seen": {"title": there.title, "labels": sorted(_ours(there)), "part": ours(there.body)},
    }


def is_told(base: Mapping[str, Any], here: Here) -> bool:
    """Whether what we have to say was written already; then there is nothing to ask GitHub for on our account."""
    written = base.get("written", {})
    return bool(base) and written == {"title": here.title, "labels": sorted(here.labels), "part": here.part}


def _labels(written: Mapping[str, Any], seen: Mapping[str, Any], here: Here, there: There) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ours_there = _ours(there)
    if sorted(here.labels) == written.get("labels") and sorted(ours_there) == seen.get("labels"):
        return (), ()
    # What was asked for and never appeared is not asked for again.
    refused = frozenset(written.get("labels", ())) - frozenset(seen.get("labels", ()))
    return tuple(sorted(here.labels - ours_there - refused)), tuple(sorted(ours_there - here.labels))


def _body(written: Mapping[str, Any], seen: Mapping[str, Any], here: Here, there: There) -> str | None:
    standing = ours(there.body)
    if same(standing, here.part) or (same(here.part, written.get("part")) and same(standing, seen.get("part"))):
        return None
    return replaced(there.body, here.part)


def _ours(there: There) -> frozenset[str]:
    return frozenset(label.lower() for label in there.labels if is_ours(label))
