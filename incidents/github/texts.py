"""What we have to say on GitHub: an issue's title, labels and part of the body, and our comments, from templates/github/."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string

from incidents.clock import iso
from incidents.github import body, markers
from incidents.github.body import Section
from incidents.github.merge import PREFIX, Here, outgoing_title
from incidents.models import AuditReport, Issue, Outbox
from incidents.quoting import inline

# From these priorities on an issue is called so; a label tells the band, as the points move with every hour.
BANDS: Final = ((90, "urgent"), (60, "high"), (30, "medium"))
LOWEST_BAND: Final = "low"


def here(issue: Issue, *, beside: str = "") -> Here:
    """What the issue's twin ought to say by us; `beside` is the body there, whose other text leaves us less room."""
    part = body.part(_sections(issue), marker=issue_marker(issue), link=link(issue), limit=body.room(beside))
    return Here(title=outgoing_title(issue.title), labels=labels(issue), part=part)


def labels(issue: Issue) -> frozenset[str]:
    """Our labels: that it is ours, its severity, how pressing it is, and the verdict on its fix where there is one."""
    said = [issue.severity_name.lower(), f"priority {band(issue.priority)}", *([issue.verdict] if _is_judged(issue) else [])]
    return frozenset([PREFIX, *(f"{PREFIX}: {word}" for word in said)])


def band(priority: int) -> str:
    """How pressing a priority is, in a word."""
    return next((word for least, word in BANDS if priority >= least), LOWEST_BAND)


def link(issue: Issue) -> str:
    """The issue's page here."""
    return f"{settings.PUBLIC_URL}/admin/incidents/issue/{issue.pk}/change/"


def comment(row: Outbox) -> str:
    """The body of a comment in the outbox, with the marker by which it is known again."""
    return body.comment(row.payload.get("text", ""), marker=row_marker(row), link=link(row.issue))


def settled(*, resolution: str, actor: str, reason: str) -> str:
    """Why the twin is closed although no fix was proven."""
    return render("comment-settled", resolution=resolution, actor=actor, reason=reason)


def merged(*, into: Issue, actor: str) -> str:
    """Why the twin of an issue that was merged into another one is closed; without an actor the logs have shown that it is the same."""
    return render("comment-merged", into=into, link=link(into), actor=actor)


def reopened(*, was: str, actor: str = "", reason: str = "", release: str = "", regressed: bool = False, seen_alone: bool = False) -> str:
    """Why the twin is open again."""
    return render("comment-reopened", was=was, actor=actor, reason=reason, release=release, regressed=regressed, seen_alone=seen_alone)


def challenge(issue: Issue) -> str:
    """What is missing for a fix to be proven."""
    report = AuditReport.objects.filter(issue=issue).first()
    return report.missing if report and report.missing else render("comment-challenge")


def issue_marker(issue: Issue) -> str:
    """By what the issue's twin is known, in every place where it was ever created."""
    return markers.marker(issue_subject(issue), secret=settings.SECRET_KEY)


def issue_subject(issue: Issue) -> str:
    # With its birth: in another database, or one that was begun anew, the same number is another issue.
    return f"issue/{issue.pk}/{int(issue.created_at.timestamp() * 1_000_000)}"


def row_marker(row: Outbox) -> str:
    """By what a comment is known to be the one of this row."""
    return markers.marker(row_subject(row), secret=settings.SECRET_KEY)


def row_subject(row: Outbox) -> str:
    return f"write/{row.pk}"


def subjects(text: str) -> list[str]:
    """What the markers in a text stand for, as far as they are ours."""
    return markers.subjects(text, secrets=[settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)])


def render(name: str, **context: Any) -> str:
    return render_to_string(f"github/{name}.md", context).strip()


def _sections(issue: Issue) -> list[Section]:
    place = issue.location or {}
    where = ":".join(str(place[name]) for name in ("module", "function", "line") if place.get(name))
    facts = render(
        "facts",
        issue=issue,
        link=link(issue),
        priority=band(issue.priority),
        place=" ".join(part for part in (where, f"({place['file']})" if place.get("file") else "") if part),
        first_seen=iso(issue.first_seen),
    )
    told = (("Impact", issue.impact), ("Context", issue.context), ("Symptoms", issue.symptoms), ("Fix needed", issue.fix_needed))
    report = AuditReport.objects.filter(issue=issue).first()
    return [
        Section("Fixproof", facts),
        *(Section(title, inline(text)) for title, text in told if text.strip()),
        *(Section(one["title"], one["markdown"]) for one in (report.sections if report else [])),
    ]


def _is_judged(issue: Issue) -> bool:
    return issue.verdict in ("verified", "refuted")
