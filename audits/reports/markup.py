"""The pieces of Markdown that the parts of a log are made of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from audits.dossier import Signature
from incidents.clock import iso
from incidents.quoting import cell, code, inline

NOTHING: Final = "Not recorded."


class Versioned(Protocol):
    """A statement of which every version is kept."""

    @property
    def version(self) -> int: ...

    @property
    def by(self) -> Signature: ...


def field(key: str, markdown: str) -> str:
    """A key and its value, or plainly that there is none."""
    return f"**{key}**: {markdown or NOTHING}"


def bullets(lines: Iterable[str]) -> str:
    """A list, one entry a line."""
    return "\n".join(f"- {line or NOTHING}" for line in lines)


def numbered(lines: Iterable[str]) -> str:
    """A numbered list; what stands under an entry is in the entry's own further lines, indented."""
    return "\n".join(f"{number}. {line or NOTHING}" for number, line in enumerate(lines, start=1))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of finished Markdown; a cell without content says so by a dash."""
    written = [columns, ["---"] * len(columns), *([cell(text) or "-" for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in written)


def listed(title: str, entries: Sequence[str]) -> Iterator[str]:
    """A list under a title, or plainly that there is none."""
    yield f"**{title}**:" if entries else field(title, "")
    if entries:
        yield bullets(entries)


def place(file: str, line: int | None) -> str:
    """A place in code; empty without a file."""
    return code(f"{file}:{line}" if file and line is not None else file)


def coded(what: str, subject: str, detail: str) -> str:
    """A code, what it is about, and a sentence on it."""
    return f"{' '.join(filter(None, [code(what), code(subject)]))}: {inline(detail)}"


def signed(by: Signature) -> str:
    """Who did something, and when."""
    return f"{inline(by.name) or 'unnamed'} ({by.kind}), {iso(by.at)}"


def versions(kind: str, rows: Sequence[Versioned]) -> str:
    """Which version counts, by whom it is, and which came before it; from the oldest to the newest."""
    *earlier, newest = rows
    said = f"{kind}, version {newest.version}, by {signed(newest.by)}."
    if not earlier:
        return said
    before = "; ".join(f"version {row.version} by {signed(row.by)}" for row in earlier)
    return f"{said} Earlier, and kept: {before}."
