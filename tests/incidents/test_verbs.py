"""What follows from a verb beyond the row that it changes."""

import pytest

from incidents.actions import choices, issues, projects
from incidents.errors import InvalidInput
from incidents.models import Issue
from incidents.roles import Role
from incidents.severity import Severity
from tests.factories import a_project, a_source, a_user, an_entry, ingest, somebody

pytestmark = pytest.mark.django_db


def test_an_issue_by_hand_is_found_by_a_focus():
    issues.create(a_project(), actor=somebody(), title="Invoices are late", severity=Severity.WARNING)

    assert choices.most_critical(Issue.objects.all(), focus="invoice").focus_matched


def test_a_new_title_is_found_by_a_focus():
    issue = issues.create(a_project(), actor=somebody(), title="Something", severity=Severity.WARNING)

    issues.edit(issue, actor=somebody(), changes={"title": "Invoices are late"})

    assert choices.most_critical(Issue.objects.all(), focus="invoice").focus_matched


def test_a_critical_area_counts_as_soon_as_it_is_set_also_on_old_data():
    project = a_project()
    ingest(a_source(project), [an_entry("Payment failed")])
    before = Issue.objects.get().priority

    projects.change_project(project, changes={"critical_areas": [{"match": "payment", "weight": 30, "reason": "It is what we live on"}]})

    assert Issue.objects.get().priority == before + 30


def test_a_focus_of_very_many_words_is_answered():
    issues.create(a_project(), actor=somebody(), title="Invoices are late", severity=Severity.WARNING)

    found = choices.most_critical(Issue.objects.all(), focus=" ".join(f"w{number}" for number in range(500)))

    assert found.issue is not None


def test_a_project_admin_makes_no_token_in_somebody_elses_name():
    project = a_project()
    admin, other = a_user("ada", role=Role.ADMIN, project=project), a_user("grace")

    with pytest.raises(InvalidInput) as refused:
        projects.create_token(name="mine", scopes=["write"], project=project, user=other, maker=admin)

    assert refused.value.code == "token_for_somebody_else"


@pytest.mark.parametrize("role", [None, Role.REVIEWER])
def test_a_token_is_made_by_who_manages_its_project(role):
    project = a_project()
    maker = a_user(role=role, project=project)

    with pytest.raises(InvalidInput) as refused:
        projects.create_token(name="mine", scopes=["write"], project=project, maker=maker)

    assert refused.value.code == "project_needed"


def test_a_choice_is_remembered_however_many_others_follow_for_other_foci():
    project = a_project()
    grave = issues.create(project, actor=somebody(), title="Grave", severity=Severity.ALERT)
    chosen = issues.create(project, actor=somebody(), title="Chosen", severity=Severity.INFO)
    choices.choose(project, actor=somebody(), issue=chosen, reasons=["it blocks us"])

    for number in range(120):
        choices.choose(project, actor=somebody(), issue=grave, reasons=["other"], focus=f"focus{number}")

    assert choices.most_critical(Issue.objects.all(), project=project).issue == chosen


def test_an_issue_that_wakes_is_ranked_as_it_is_now():
    project = a_project()
    ingest(a_source(project), [an_entry("Payment failed")])
    issue = Issue.objects.get()
    issues.ignore(issue, actor=somebody(), count=1)
    projects.change_project(project, changes={"critical_areas": [{"match": "payment", "weight": 30, "reason": "It is what we live on"}]})
    before = Issue.objects.get().priority
    Issue.objects.update(entries=2)

    issues.wake(project)

    assert Issue.objects.get().priority == before + 30


def test_a_project_can_be_deleted_with_all_that_belongs_to_it():
    project = a_project()
    ingest(a_source(project), [an_entry("Payment failed")])

    project.delete()

    assert not Issue.objects.exists()
