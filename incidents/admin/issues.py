from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from incidents.actions import issues, mirrors, taking_back
from incidents.actions import regrouping as decide
from incidents.actors import Actor
from incidents.admin import columns, panels, regrouping
from incidents.admin.asking import Question, ask
from incidents.admin.filters import ALL, MinimumSeverityFilter, OwnFilter, StateFilter, state_links
from incidents.admin.forms import CommentForm, IgnoreForm, LinkForm, ReopenForm, ResolveForm
from incidents.admin.github import twins
from incidents.admin.scoped import ProjectScopedAdmin, person
from incidents.models import Issue, IssueState, Mirror
from incidents.roles import Scope
from incidents.severity import Severity

# Where a verb makes sense, so that its button shows. Whether it is allowed, the verb itself says.
SENSIBLE_IN: Final = {
    "resolve": (IssueState.OPEN, IssueState.IGNORED),
    "ignore": (IssueState.OPEN,),
    "reopen": (IssueState.RESOLVED, IssueState.IGNORED),
}

STATE: Final = columns.state()


@admin.register(Issue)
class IssueAdmin(ProjectScopedAdmin):
    change_scope = Scope.WRITE
    add_scope = Scope.WRITE
    when_empty = "Issues are opened by the logs, from WARNING upwards, or by hand."

    list_display = (
        "headline",
        columns.severity("effective_severity"),
        "priority",
        columns.number("occurrence_count", "Occurrences"),
        columns.number("entries", "Entries"),
        columns.moment("last_seen", "Last seen"),
        "audit",
        "assignee",
        STATE,
    )
    list_filter = (StateFilter, MinimumSeverityFilter, ("project", OwnFilter))
    list_before_template = "admin/incidents/issue/states.html"
    search_fields = ("title", "impact", "symptoms", "lead_pattern__template", "lead_pattern__module")
    search_help_text = "Title, key, impact, symptoms, message or module"
    ordering = ("-priority", "id")
    list_select_related = ("project", "lead_pattern", "assignee")

    fieldsets = ((None, {"fields": ("title", ("severity_override", "assignee"), "impact", "context", "symptoms", "fix_needed")}),)
    add_fieldsets = ((None, {"fields": ("project", "title", "severity", "impact", "fix_needed")}),)

    actions = ("merge_selected",)
    actions_detail = (
        "comment",
        "resolve",
        "ignore",
        "reopen",
        {"title": "Grouping", "icon": "account_tree", "items": ["merge", "split", "undo"]},
        {"title": "GitHub", "icon": "sync", "items": ["create_on_github", "link_to_github", "write_again"]},
    )
    change_form_outer_before_template = "admin/incidents/issue/before.html"
    change_form_outer_after_template = "admin/incidents/issue/after.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        # Where only one state is listed, the link above the list says which.
        every_state = request.GET.get(StateFilter.parameter_name) == ALL
        return [column for column in super().get_list_display(request) if every_state or column is not STATE]

    @display(description="Issue", ordering="title")
    def headline(self, issue: Issue) -> str:
        place = issue.location or {}
        where = ":".join(str(part) for part in (place.get("module"), place.get("line")) if part)
        return columns.two_lines(issue.title, f"{issue.key} · {where}" if where else issue.key)

    @display(description="Audit", ordering="phase")
    def audit(self, issue: Issue) -> str | None:
        if not issue.iteration_id:
            return None
        return format_html('{}<span class="fx-under">{}</span>', columns.badge(issue.verdict), panels.phase_of(issue))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Issue], search_term: str) -> tuple[QuerySet[Issue], bool]:
        found, distinct = super().get_search_results(request, queryset, search_term)
        slug, _, number = search_term.strip().rpartition("-")
        if slug and number.isascii() and number.isdigit():
            found |= queryset.filter(Q(project__slug__iexact=slug, number=int(number[:9])))
        return found, distinct

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "states": state_links(request.GET)})

    def get_form(self, request: HttpRequest, obj: Issue | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "assignee" in form.base_fields and obj:
            people = form.base_fields["assignee"].queryset
            form.base_fields["assignee"].queryset = people.filter(Q(memberships__project=obj.project) | Q(is_superuser=True)).distinct()
        if "severity_override" in form.base_fields and obj:
            who = "The logs say" if obj.lead_pattern_id else "Opened as"
            form.base_fields["severity_override"].help_text = f"{who} {Severity(obj.severity).name}; empty leaves it at that."
        if "severity" in form.base_fields:
            form.base_fields["severity"].label = "Severity"
            form.base_fields["severity"].initial = Severity.ERROR.value
        return form

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: bool) -> None:
        """The verbs save; the form's own copy only has to know the key, so that the admin can go on with it."""
        actor = Actor.person(person(request))
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            issues.edit(obj, actor=actor, changes=given)
            return
        made = issues.create(
            form.cleaned_data["project"],
            actor=actor,
            title=form.cleaned_data["title"],
            severity=Severity(form.cleaned_data["severity"]),
            impact=form.cleaned_data["impact"],
            fix_needed=form.cleaned_data["fix_needed"],
        )
        obj.pk, obj.number = made.pk, made.number

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The issue has a history of its own."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The issue has a history of its own."""

    def response_post_save_add(self, request: HttpRequest, obj: Issue) -> HttpResponseRedirect:
        return redirect("admin:incidents_issue_change", obj.pk)

    response_post_save_change = response_post_save_add

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        issue = self.row(request, object_id)
        extra = {**panels.of_issue(issue), "title": issue.title, "subtitle": issue.key} if issue else {}
        extra["may_act"] = issue is not None and self.has_change_permission(request, issue)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        # Asked once a request: a page wants to know it for each of its buttons.
        known: dict[str, bool] = request.__dict__.setdefault("_may_act_on_issue", {})
        if str(object_id) not in known:
            issue = self.row(request, object_id)
            known[str(object_id)] = issue is not None and self.has_change_permission(request, issue)
        return known[str(object_id)]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        issue = self.row(request, object_id)
        buttons = super().get_actions_detail(request, object_id)
        if not buttons:
            return []
        sensible = {path for path, states in SENSIBLE_IN.items() if issue.state in states}
        sensible |= {"comment"} | regrouping.sensible(issue) | twins.sensible(issue, Mirror.objects.filter(issue=issue).first())
        return [button for button in buttons if button.path in sensible]

    @action(description="Comment", url_path="comment", icon="comment", permissions=["act"])
    def comment(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, Question("Comment", "Comment", "The comment was added.", form=CommentForm), issues.comment)

    @action(description="Resolve", url_path="resolve", icon="task_alt", permissions=["act"], variant=ActionVariant.PRIMARY)
    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = Question("Resolve without proof", "Resolve", "The issue is resolved.", form=ResolveForm)
        return self._ask(request, object_id, question, issues.resolve)

    @action(description="Ignore", url_path="ignore", icon="notifications_off", permissions=["act"])
    def ignore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = "Its entries go on being counted; it leaves the list of open issues and the ranking."
        question = Question("Ignore", "Ignore", "The issue is ignored.", explanation, form=IgnoreForm)
        return self._ask(request, object_id, question, issues.ignore)

    @action(description="Reopen", url_path="reopen", icon="undo", permissions=["act"])
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, Question("Reopen", "Reopen", "The issue is open again.", form=ReopenForm), issues.reopen)

    @action(description="Merge into…", url_path="merge", icon="call_merge", permissions=["act"])
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, regrouping.merging, decide.merge)

    @admin.action(description="Merge into one…", permissions=["change"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Issue]) -> HttpResponse | None:
        # The one with the highest priority comes first, and is proposed as the one that stays.
        chosen = queryset.select_related("project").order_by("-priority", "id")[: regrouping.MOST_TOGETHER + 1]
        return regrouping.together(self, request, list(chosen))

    @action(description="Split…", url_path="split", icon="call_split", permissions=["act"])
    def split(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, object_id, regrouping.splitting, decide.split)

    @action(description="Undo…", url_path="undo", icon="undo", permissions=["act"])
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = partial(regrouping.undoing, asked=request.GET.get("decision", ""))
        return self._ask(request, object_id, question, lambda issue, *, decision, actor: taking_back.undo(decision, actor=actor))

    @action(description="Create on GitHub", url_path="create-on-github", icon="add_circle", permissions=["act"])
    def create_on_github(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = (
            "It gets a twin in the project’s repository, with title, labels, priority and what the audit tells. From then on each follows "
            "the other, and the twin is closed when the fix is proven."
        )
        question = Question("Create on GitHub", "Create", "It is asked for, and made in moments.", explanation)
        return self._ask(request, object_id, question, mirrors.ask)

    @action(description="Link to GitHub…", url_path="link-to-github", icon="link", permissions=["act"])
    def link_to_github(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = "The issue there keeps its title, its text and its labels; ours are added. Its comments come here."
        question = Question("Link to GitHub", "Link", "It is asked for, and linked in moments.", explanation, form=LinkForm)
        return self._ask(request, object_id, question, mirrors.ask)

    @action(description="Write again", url_path="write-again", icon="replay", permissions=["act"])
    def write_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        explanation = "Our labels and our part of the text are written once more, where GitHub has not kept them."
        question = Question("Write again", "Write", "It is written again in moments.", explanation)
        return self._ask(request, object_id, question, mirrors.resync)

    def _ask(self, request: HttpRequest, object_id: str, question: Question | Callable[[Issue], Question], verb: Any) -> HttpResponse:
        """Ask before the verb; a question that depends on the issue is given as what makes it."""
        issue = self.row(request, object_id)
        if issue is None:
            raise Http404
        actor = Actor.person(person(request))
        question = question if isinstance(question, Question) else question(issue)
        return ask(self, request, issue, question, lambda **given: verb(issue, actor=actor, **given))
