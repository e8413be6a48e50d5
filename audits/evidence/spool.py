"""A report read once and kept on disk while it waits to be stored: memory does not grow with it. Pure.

It is read outside of any transaction, so that nobody waits for a parser; what was read is then stored quickly.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final

import msgspec

from audits.evidence.reading import open_report
from audits.evidence.shapes import Case, Readable, Totals

# Up to here it stays in memory.
_IN_MEMORY: Final = 1024 * 1024
_LENGTH: Final = 4


class ResultsHash:
    """SHA-256 over results in their order, whatever they are kept in."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._encode = msgspec.json.Encoder().encode

    def add(self, *fields: Any) -> None:
        self._hash.update(self._encode(fields))
        self._hash.update(b"\n")

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class Spool:
    """The cases of a report in a temporary file; `totals` and `results_hash` tell of all of them."""

    file: IO[bytes]
    totals: Totals
    results_hash: str

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Each case as its fields, in the order in which ResultsHash takes them."""
        decode = msgspec.msgpack.Decoder(Case).decode
        self.file.seek(0)
        while length := self.file.read(_LENGTH):
            yield _fields(decode(self.file.read(int.from_bytes(length, "big"))))


@contextmanager
def spooled(report: Readable) -> Iterator[Spool]:
    """Read the whole report into a spool, which is gone when the block ends. Raises Unreadable."""
    hashed, encode = ResultsHash(), msgspec.msgpack.Encoder().encode
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        reader = open_report(report)
        for case in reader:
            hashed.add(*_fields(case))
            data = encode(case)
            file.write(len(data).to_bytes(_LENGTH, "big") + data)
        yield Spool(file, reader.totals, hashed.hexdigest())


def _fields(case: Case) -> tuple[Any, ...]:
    at = case.identity
    texts = (case.failure_type, case.message, case.text)
    return (at.file, at.classname, at.name, at.parameters, case.outcome.value, case.seconds, case.line, *texts)
