"""docs/verdicts.md names every code that a client can meet."""

from __future__ import annotations

import re

import pytest

from audits.verification import Result
from tests.servers import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "verdicts.md").read_text()


def codes_in(path: str, pattern: str) -> set[str]:
    """What the pattern's group finds in the sources at the path, a file or a folder."""
    place = REPOSITORY / path
    sources = [place] if place.is_file() else sorted(place.rglob("*.py"))
    return {code for source in sources for code in re.findall(pattern, source.read_text())}


SOURCES = {
    "results": {result.value for result in Result},
    "gates": codes_in("audits/gates.py", r'Unmet\(\s*"([a-z_]+)"'),
    "reasons": codes_in("audits/verification", r'Reason\(\s*"([a-z_]+)"'),
    "contradictions": codes_in("audits/contradictions", r'Contradiction\(\s*"([a-z_]+)"'),
    "signals": codes_in("audits/signals.py", r'Signal\(\s*"([a-z_]+)"'),
    "remarks": codes_in("audits/evidence", r'note\(\s*"([a-z_]+)"'),
    "chain": codes_in("audits/ledger.py", r'Break\([^"]*"([a-z_]+)"') | codes_in("audits/actions/chain.py", r'Fault\([^,]*, "([a-z_]+)"'),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_code_is_explained(source):
    codes = SOURCES[source] - {"not_verified"}

    assert len(codes) > 3
    assert {code for code in codes if f"`{code}`" not in DOCUMENT} == set()
