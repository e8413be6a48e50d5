"""The export of an imported log: what is known of it, and behind a marker the log itself, byte for byte. Pure.

Whoever imports the export again imports the log: what stands above the marker is the record's own and is left off.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from audits.claims.shapes import AnyClaim, Contradiction
from audits.dossier import Dossier
from audits.reports.ending import disagreements_table
from audits.reports.markup import bullets, field, signed, table
from incidents.quoting import code, inline

_MARKER: Final = re.compile(rb"^<!-- fixproof: imported log, sha256=([0-9a-f]{64}), preamble=([0-9a-f]{64}) -->\n", re.MULTILINE)
_CLAIMS: Final = "An imported log. Its statements are claims, kept as they came: none of them is evidence, and no verdict rests on them."


def markdown(
    dossier: Dossier, *, claims: Sequence[AnyClaim], contradictions: Sequence[Contradiction], original: bytes, title: str = ""
) -> str:
    """A preamble from the record, a marker, and the log as it came. `original` is UTF-8; `title` is what the log calls itself."""
    blocks = [*_about(dossier, title), *_read(claims), *_disagreements(contradictions)]
    preamble = "\n\n".join(blocks) + "\n\n"
    marker = f"<!-- fixproof: imported log, sha256={_sha256(original)}, preamble={_sha256(preamble.encode())} -->\n"
    return preamble + marker + original.decode("utf-8")


def original(text: bytes) -> bytes:
    """The log within an export of it; any other text is itself.

    The first marker must agree with what stands before and behind it, so that nothing is lost by one that somebody wrote, or
    where the text was changed since.
    """
    marker = _MARKER.search(text)
    if marker is None:
        return text
    before, behind = text[: marker.start()], text[marker.end() :]
    agrees = (marker[1].decode(), marker[2].decode()) == (_sha256(behind), _sha256(before))
    return behind if agrees else text


def _about(dossier: Dossier, title: str) -> Iterator[str]:
    issue = dossier.issue
    resolution = f" as {issue.resolution}" if issue.resolution else ""
    yield f"# Imported audit log: {inline(dossier.project)} iteration {dossier.number}"
    yield _CLAIMS
    yield bullets(
        [
            field("Title of the log", inline(title)),
            field("Issue", f"{code(issue.key)} {inline(issue.title)} ({issue.severity}, {issue.state}{resolution})"),
            field("Focus", inline(dossier.focus)),
            field("Imported", signed(dossier.by)),
            field("Evidence chain", f"{dossier.chain_length} records, head {code(dossier.chain_head) or 'none'}"),
        ]
    )


def _read(claims: Sequence[AnyClaim]) -> Iterator[str]:
    """How many claims of each kind were read, in the order of their first."""
    yield "## What was read"
    counts = Counter(str(claim.__struct_config__.tag).replace("_", " ") for claim in claims)
    yield (
        table(["Kind of claim", "Number"], [[kind, str(count)] for kind, count in counts.items()]) if counts else "No claim was recognised."
    )


def _disagreements(contradictions: Sequence[Contradiction]) -> Iterator[str]:
    yield "## Contradictions"
    if not contradictions:
        yield "None found."
        return
    yield "Lines are those of the log itself, which begins below the marker."
    yield disagreements_table(contradictions)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
