"""Phase 6 of a log: where, what and why something was changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from audits.dossier import Dossier, Fix
from audits.reports.markup import NOTHING, bullets, field, listed, place, versions
from incidents.quoting import code, inline


def fix(dossier: Dossier) -> Iterator[str]:
    """The newest fix; earlier ones are named with their commits."""
    yield "## 6) FIX"
    found = dossier.fix
    if found is None:
        yield NOTHING
        return
    yield bullets(_particulars(found))
    yield from _residual(found.residual)
    yield from listed("Documentation", [inline(text) for text in found.documentation])
    yield versions("Fix", dossier.fixes)


def _particulars(found: Fix) -> Iterator[str]:
    yield field("Location", place(found.file, found.line))
    yield field("Change", inline(found.change))
    yield field("Purpose", inline(found.purpose))
    yield field("Commit", code(found.commit))
    yield field("Pull request", inline(found.pull_request))


def _residual(residual: list[str] | None) -> Iterator[str]:
    if residual is not None and not residual:
        yield field("Residual work", "nothing is left to do")
    else:
        yield from listed("Residual work", [inline(text) for text in residual or ()])
