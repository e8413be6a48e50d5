"""What each webhook event is a hint to. Nothing is taken from a payload that can be asked of GitHub instead.

The exceptions are what cannot be asked afterwards: that something was deleted or transferred, and which commits a push
brought to the default branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from incidents.actions import audited, mirrors
from incidents.actions.history import record
from incidents.actors import Actor
from incidents.github import health, pull, remote, repositories, texts
from incidents.github.client import GitHub
from incidents.github.failures import Gone
from incidents.github.merge import is_ours
from incidents.github.people import GITHUB, name_of
from incidents.github.references import closing_references
from incidents.github.remote import mapping, text, whole
from incidents.models import CommitCheck, Issue, Mirror, Project
from incidents.models.github import COMMIT

Payload = Mapping[str, Any]
# Of one push; GitHub sends at most 2,048 commits with it.
MOST_COMMITS: Final = 2_048


@dataclass(frozen=True)
class Outcome:
    """What came of a delivery; `done` is whether it was about anything of ours."""

    said: str
    done: bool = True


NOT_OURS: Final = Outcome("About nothing that is linked here.", done=False)


def handle(event: str, payload: Payload, *, received_at: datetime) -> Outcome:
    """Do what the event is a hint to. Raises a GitHubFailure, Unreadable or DomainError; then it is tried again later."""
    handler = HANDLERS.get(event)
    if handler is None:
        return Outcome("An event that nothing follows from.", done=False)
    return handler(payload, received_at)


# --- Issues and comments ---------------------------------------------------------------------


def _issues(payload: Payload, received_at: datetime) -> Outcome:
    said = mapping(payload.get("issue"))
    mirror = Mirror.objects.filter(node_id=text(said, "node_id") or None).select_related("issue__project").first()
    if mirror is None:
        return _found_by_marker(payload)
    action = text(payload, "action")
    if action == "transferred":
        return _transferred(mirror, payload)
    return _look_at(mirror, by=remote.person(payload.get("sender")), received_at=received_at, deleted=action == "deleted")


def _look_at(mirror: Mirror, *, by: remote.Person | None, received_at: datetime, deleted: bool) -> Outcome:
    """Fetch the twin unless a fetch has begun since the hint came: that one has seen what it is about."""
    if not mirror.is_linked:
        return Outcome(f"The twin is {mirror.get_standing_display()}.", done=False)
    if mirror.fetched_at is not None and mirror.fetched_at > received_at:
        return Outcome(f"{mirror} was looked at since.")
    with GitHub(mirror.repository) as github:
        try:
            mirror, _ = pull.fetch(mirror, github, by=by)
        except Gone:
            if not pull.is_deleted(mirror, github, told=deleted):
                raise
            pull.bury_twin(mirror)
            return Outcome(f"{mirror} was deleted.")
    return Outcome(f"{mirror} was looked at.")


def _found_by_marker(payload: Payload) -> Outcome:
    """The hint may come before the answer to our own creation: then the issue is known by its marker alone."""
    issue = _marked(text(mapping(payload.get("issue")), "body"))
    mirror = Mirror.objects.filter(issue=issue, standing=Mirror.Standing.ASKED).first() if issue else None
    number = whole(mapping(payload.get("issue")), "number")
    if mirror is None or not number:
        return NOT_OURS
    began = timezone.now()
    with GitHub(mirror.repository) as github:
        found = github.issue(mirror.repository, number)
        login = github.login()
        repositories.known(found.repository, github)
    ours = found.author.login.lower() == login.lower() and texts.issue_subject(mirror.issue) in texts.subjects(found.body)
    if not ours or found.is_pull_request:
        return NOT_OURS
    with transaction.atomic():
        held, mirror = pull.held(mirror)
        if mirror.standing == Mirror.Standing.ASKED:
            pull.become_twin(held, mirror, found, began, by="created")
    return Outcome(f"{mirror} was found by its marker.")


def _marked(body: str) -> Issue | None:
    for subject in texts.subjects(body):
        kind, _, rest = subject.partition("/")
        pk = rest.partition("/")[0]
        if kind == "issue" and pk.isdecimal():
            issue = Issue.objects.filter(pk=int(pk[:18])).first()
            return issue if issue is not None and texts.issue_subject(issue) == subject else None
    return None


def _transferred(mirror: Mirror, payload: Payload) -> Outcome:
    """The old address leads to the new one only for whoever may read there, so the payload's own word is taken."""
    changes = mapping(payload.get("changes"))
    place = remote.repository(changes.get("new_repository"))
    moved = remote.issue({**mapping(changes.get("new_issue")), "repository_url": f"/repos/{place.name}"})
    with transaction.atomic():
        issue, mirror = pull.held(mirror)
        mirror = pull.transferred(issue, mirror, moved, repository_id=place.id)
    return Outcome(f"Now {mirror}, {mirror.get_standing_display()}.")


def _comments(payload: Payload, received_at: datetime) -> Outcome:
    mirror = Mirror.objects.filter(node_id=text(mapping(payload.get("issue")), "node_id") or None).select_related("issue__project").first()
    said = mapping(payload.get("comment"))
    if mirror is None or not mirror.is_linked:
        return NOT_OURS
    node_id, pk = text(said, "node_id"), whole(said, "id")
    with GitHub(mirror.repository) as github:
        try:
            found = github.comment(mirror.repository, pk)
        except Gone:
            # Hidden from us, the issue would be so, too.
            github.issue(mirror.repository, mirror.number or 0)
            dropped = pull.drop_comment(node_id, by=remote.person(payload.get("sender")))
            return Outcome("The comment was deleted." if dropped else "The comment is gone.", done=dropped)
        new = pull.take_comment(mirror, found, login=github.login())
    return Outcome("The comment was kept." if new else "Nothing new.")


def _label(payload: Payload, received_at: datetime) -> Outcome:
    """A label of ours that was renamed or deleted is missing on the open twins; no other event tells of that."""
    name = text(mapping(payload.get("label")), "name")
    old = text(mapping(mapping(mapping(payload.get("changes")).get("name"))), "from")
    repository = text(mapping(payload.get("repository")), "full_name")
    if not (is_ours(name) or is_ours(old)) or text(payload, "action") == "created":
        return Outcome("A label of others.", done=False)
    linked = Mirror.objects.filter(repository__iexact=repository, standing=Mirror.Standing.LINKED, state=Mirror.State.OPEN)
    with transaction.atomic():
        mirrors.touch(linked.values_list("issue", flat=True), restore=True)
    return Outcome(f"“{old or name}” is one of ours: the open twins are looked at.")


# --- Commits ---------------------------------------------------------------------------------


def _push(payload: Payload, received_at: datetime) -> Outcome:
    place = mapping(payload.get("repository"))
    branch = text(place, "default_branch")
    concerned = repositories.projects(text(place, "full_name"))
    if not concerned or not branch or text(payload, "ref") != f"refs/heads/{branch}":
        return Outcome("Not to the default branch of a project's repository.", done=False)
    said = payload.get("commits")
    commits = [mapping(one) for one in (said if isinstance(said, list) else [])][:MOST_COMMITS]
    hashes = dict.fromkeys([*(text(one, "id") for one in commits), text(payload, "after")])
    brought = _note_commits(concerned, hashes, branch, by=remote.person(payload.get("sender")))
    message = "\n".join(text(one, "message") for one in commits)
    for number in closing_references(message, repository=text(place, "full_name")):
        _note_mention(text(place, "full_name"), number, "github_commit_fixes", {"commit": text(payload, "after"), "branch": branch})
    return Outcome(f"{brought} commits on {branch}.")


def _note_commits(concerned: list[Project], hashes: Mapping[str, Any], branch: str, *, by: remote.Person | None) -> int:
    actor = Actor.machine(name_of(by)) if by else GITHUB
    brought = [commit.lower() for commit in hashes if COMMIT.fullmatch(commit.lower()) and commit.strip("0")]
    for project in concerned:
        audited.note_branch_commits(project, actor=actor, commits=brought, branch=branch[:255])
    return len(brought)


def _pull_request(payload: Payload, received_at: datetime) -> Outcome:
    """Which issues it says that it fixes; merged, its commit stands on the default branch."""
    place, said = mapping(payload.get("repository")), mapping(payload.get("pull_request"))
    repository = text(place, "full_name")
    concerned = repositories.projects(repository)
    if not concerned:
        return NOT_OURS
    merged = said.get("merged") is True and text(mapping(said.get("base")), "ref") == text(place, "default_branch")
    if merged:
        _note_commits(
            concerned, {text(said, "merge_commit_sha"): None}, text(place, "default_branch"), by=remote.person(said.get("merged_by"))
        )
    data = {"number": whole(said, "number"), "url": text(said, "html_url"), "state": "merged" if merged else text(said, "state")}
    for number in closing_references(f"{text(said, 'title')}\n{text(said, 'body')}", repository=repository):
        _note_mention(repository, number, "github_pull_request_fixes", data)
    return Outcome(f"Pull request {data['number']} is {data['state']}.")


def _note_mention(repository: str, number: int, verb: str, data: dict[str, Any]) -> None:
    """A commit or a pull request says that it fixes the twin's issue: that goes to the history once, and proves nothing."""
    with transaction.atomic():
        mirror = Mirror.objects.filter(repository__iexact=repository, number=number, standing=Mirror.Standing.LINKED).first()
        if mirror is None:
            return
        issue, _ = pull.held(mirror)
        if not issue.events.filter(verb=verb, data=data).exists():
            record(issue, GITHUB, verb, data)


def _check_run(payload: Payload, received_at: datetime) -> Outcome:
    return _note_check(CommitCheck.Kind.CHECK, mapping(payload.get("check_run")), payload)


def _workflow_run(payload: Payload, received_at: datetime) -> Outcome:
    return _note_check(CommitCheck.Kind.WORKFLOW, mapping(payload.get("workflow_run")), payload)


def _note_check(kind: CommitCheck.Kind, said: Payload, payload: Payload) -> Outcome:
    """Kept as a hint beside the commit. It makes no fix verified: only the planned tests, seen red and then green, do."""
    commit, name, conclusion = text(said, "head_sha").lower(), text(said, "name")[:200], text(said, "conclusion")[:30]
    concerned = repositories.projects(text(mapping(payload.get("repository")), "full_name"))
    if not concerned or not conclusion or not name or not COMMIT.fullmatch(commit):
        return Outcome("Not concluded, or of no project's repository.", done=False)
    for project in concerned:
        with transaction.atomic():
            run_id = whole(said, "id")
            fields: dict[str, Any] = {"conclusion": conclusion, "url": text(said, "html_url")[:500], "run_id": run_id}
            kept, new = CommitCheck.objects.select_for_update(no_key=True).get_or_create(
                project=project, commit=commit, kind=kind, name=name, defaults=fields
            )
            if not new and kept.run_id <= run_id:
                CommitCheck.objects.filter(pk=kept.pk).update(**fields)
    return Outcome(f"{name}: {conclusion} at {commit[:12]}. A hint, no evidence.")


# --- Repositories and the App ----------------------------------------------------------------


def _repository(payload: Payload, received_at: datetime) -> Outcome:
    place = mapping(payload.get("repository"))
    action, name = text(payload, "action"), text(place, "full_name")
    if action in ("renamed", "transferred"):
        row = repositories.row_of(whole(place, "id"))
        old = row.name if row else _old_name(payload, name)
        if old:
            repositories.renamed(old, name, whole(place, "id"))
        return Outcome(f"{old or 'It'} is {name} now.")
    if action in ("deleted", "archived", "privatized"):
        health.failed(name, f"The repository was {action} on GitHub.")
    return Outcome(f"The repository was {action}.", done=bool(repositories.projects(name)))


def _old_name(payload: Payload, name: str) -> str:
    """What the repository was called before, from what the payload says of the change."""
    changes = mapping(payload.get("changes"))
    owner, _, own = name.partition("/")
    was = text(mapping(mapping(changes.get("repository")).get("name")), "from")
    before = mapping(mapping(changes.get("owner")).get("from"))
    owner_was = text(mapping(before.get("user")), "login") or text(mapping(before.get("organization")), "login")
    return f"{owner_was or owner}/{was or own}" if was or owner_was else ""


def _installation(payload: Payload, received_at: datetime) -> Outcome:
    action = text(payload, "action")
    names = list(_names(payload.get("repositories"))) + list(_names(payload.get("repositories_removed")))
    if action in ("deleted", "suspend", "removed"):
        for name in names:
            health.failed(name, f"The GitHub App's installation was {action.replace('suspend', 'suspended')}.")
    return Outcome(f"The App's installation: {action}.")


def _names(rows: Any) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else []:
        if name := text(mapping(row), "full_name"):
            yield name


def _ping(payload: Payload, received_at: datetime) -> Outcome:
    return Outcome("The webhook is set up.")


HANDLERS: Final[Mapping[str, Callable[[Payload, datetime], Outcome]]] = {
    "issues": _issues,
    "issue_comment": _comments,
    "label": _label,
    "push": _push,
    "pull_request": _pull_request,
    "check_run": _check_run,
    "workflow_run": _workflow_run,
    "ping": _ping,
    "installation": _installation,
    "installation_repositories": _installation,
    "repository": _repository,
}
