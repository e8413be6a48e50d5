"""What the pictures show: the sample, and what a team did with it. `python -m tests.browser.demonstration` prints the keys of its rows.

For an empty database; the settings come from the environment. Nothing in it depends on the day or on chance.
"""

# ruff: noqa: T201 (its output is what it is for)
import json
from datetime import UTC, datetime

import django

from tests.browser import demonstration_audit, demonstration_github, demonstration_grouping

PASSWORD = "only for pictures"
SUPERUSER = "root"
TEAM = {"Ada Byron": "admin", "Grace Murray": "engineer", "Edith Clarke": "reviewer", "Mary Ward": "viewer"}
ODD_BATCH = """\
{"insertId":"p1","timestamp":"2025-09-09T01:45:00Z","severity":"LOUD","textPayload":"Cache warmed"}
{"insertId":"p2","timestamp":"yesterday","textPayload":"Cache warmed"}
no JSON at all
"""
# When people did all that, as far as a page shows it.
THEN = datetime(2025, 9, 9, 1, 50, tzinfo=UTC)


def tell() -> dict[str, int]:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from incidents.actions import issues, projects
    from incidents.actors import Actor
    from incidents.models import Issue, Project, Source
    from ingestion import actions, pipeline
    from ingestion.formats.bodies import Form
    from ingestion.models import Batch

    call_command("load_sample", verbosity=0)
    pipeline.process(Batch.objects.get().pk)
    project, source = Project.objects.get(), Source.objects.get()

    people = {}
    for name, role in TEAM.items():
        first, last = name.split()
        people[first] = User.objects.create_user(first.lower(), password=PASSWORD, first_name=first, last_name=last, is_staff=True)
        projects.set_member(project, user=people[first], role=role)
    User.objects.create_superuser(SUPERUSER, password=PASSWORD)
    grace, edith = Actor.person(people["Grace"]), Actor.person(people["Edith"])

    critical = Issue.objects.get(title__contains="Invalid user_id format")
    known = {
        "impact": "The end-to-end pipeline cannot open a chat; people with an old session may meet the same.",
        "symptoms": "The chat shows “reconnecting” and never connects.",
        "assignee": people["Grace"],
    }
    issues.edit(critical, actor=grace, changes=known)
    issues.comment(critical, actor=edith, text="Only with user ids that the pipeline makes up. Is the pattern too narrow?")
    slow = Issue.objects.get(title__contains="Token validation took")
    issues.resolve(slow, actor=edith, resolution="not_reproduced", reason="Twice in two hours, not since.")

    odd, _ = actions.accept(source, body=ODD_BATCH.encode(), form=Form.NDJSON, process_soon=False)
    pipeline.process(odd.pk)
    projects.create_token(name="CI of the backend", scopes=["ingest", "evidence"], project=project)
    projects.create_token(name="Grace’s laptop", scopes=["read", "write"], project=project, user=people["Grace"])
    with demonstration_audit.at(THEN):
        walked = demonstration_audit.walk(project, critical, engineer=grace, reviewer=edith)
    critical.refresh_from_db()
    other = Issue.objects.open().filter(parent=None).exclude(pk=critical.pk).order_by("-priority", "id")[0]
    synced = demonstration_github.tell(project, critical, other, engineer=grace, now=THEN)
    grouped = demonstration_grouping.tell(source, engineer=grace)
    stop_the_clock()
    known = {"issue": critical.pk, "resolved": slow.pk, "pattern": critical.patterns.get().pk, "batch": odd.pk, "project": project.pk}
    return walked | synced | grouped | known


def stop_the_clock() -> None:
    """Today's time and random secrets differ from run to run; a picture must not."""
    from incidents.models import Comment, Delivery, Event, GroupingDecision, Outbox, Source, Token
    from ingestion.models import Batch

    shown = (
        *(
            (Event, "at"),
            (Comment, "at"),
            (GroupingDecision, "at"),
            (Batch, "received_at"),
            (Batch, "finished_at"),
            (Token, "created_at"),
            (Source, "created_at"),
        ),
        *((Outbox, "created_at"), (Outbox, "not_before"), (Delivery, "received_at")),
    )
    for row, name in shown:
        row.objects.update(**{name: THEN})
    for number, token in enumerate(Token.objects.order_by("pk"), start=1):
        Token.objects.filter(pk=token.pk).update(prefix=f"fxp_{number:08}")


if __name__ == "__main__":
    django.setup()
    print(json.dumps(tell()))
