"""What GitHub is told of an iteration, for tests."""

from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from audits import gates
from audits.dossier import Dossier, Waiver
from audits.reports.github import Section, evidence_comment, missing_comment, sections, verdict_comment
from audits.terms import Phase
from incidents.errors import Unmet
from tests.audits.dossiers import RED, REVIEWER, RUNS, a_complete_dossier, as_run, by, verified

RENDERER = MarkdownIt("commonmark").enable("table")
WAIVER = Waiver(by(REVIEWER), "still_red", RED, "The runner is known to be broken")


def told(dossier: Dossier) -> list[Section]:
    return sections(dossier, unmet=gates.still_unmet(dossier))


def section(name: str, dossier: Dossier) -> str:
    return next(each.markdown for each in told(dossier) if each.name == name)


def missing(dossier: Dossier) -> str:
    return missing_comment(dossier, unmet=gates.still_unmet(dossier))


def texts(dossier: Dossier, unmet: list[Unmet]) -> Iterator[str]:
    """All that GitHub is told of an iteration."""
    yield from (each.markdown for each in sections(dossier, unmet=unmet))
    yield evidence_comment(dossier)
    yield verdict_comment(dossier)
    yield missing_comment(dossier, unmet=unmet)


def incomplete() -> Dossier:
    """An iteration with a red run and none at the fix."""
    runs = [RUNS[0]]
    return a_complete_dossier(runs=[as_run(run) for run in runs], verification=verified(runs), phase=Phase.GREEN_RUN)


def rows(markdown: str) -> list[list[str]]:
    """The cells of each row of the first table, heading left out, as they show."""
    tokens = RENDERER.parse(markdown)
    body = tokens[next(at for at, token in enumerate(tokens) if token.type == "tbody_open") :]
    found: list[list[str]] = []
    for token, inner in pairwise(body):
        if token.type == "tbody_close":
            break
        if token.type == "tr_open":
            found.append([])
        if token.type == "td_open":
            found[-1].append("".join(child.content for child in inner.children or ()))
    return found
