"""Who we are on GitHub: the owner of a token, or an App with a token for each installation, renewed before it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import jwt
import requests
from django.conf import settings
from django.utils import timezone
from github import Auth, GithubException, GithubIntegration

from incidents.github.failures import NotConfigured, Unavailable, of_answer

# An installation's token lives for an hour.
RENEWED_BEFORE_ITS_END: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Credentials:
    """A token, and whom it acts for; an empty login where only GitHub knows."""

    token: str
    login: str = ""
    expires_at: datetime | None = None


# Of this process, by repository: tokens of installations that still hold.
_held: dict[str, Credentials] = {}


def are_given() -> bool:
    """Whether this installation may speak to GitHub at all."""
    return bool(settings.GITHUB_TOKEN or settings.GITHUB_APP_ID)


def of(repository: str) -> Credentials:
    """What to speak with about the repository (OWNER/NAME). Raises a GitHubFailure."""
    if settings.GITHUB_TOKEN:
        return Credentials(settings.GITHUB_TOKEN)
    if not settings.GITHUB_APP_ID:
        raise NotConfigured("GitHub is not set up: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY. See docs/github.md.")
    held = _held.get(repository.lower())
    if held is None or held.expires_at is None or held.expires_at - RENEWED_BEFORE_ITS_END < timezone.now():
        held = _held[repository.lower()] = _of_installation(repository)
    return held


def forget(credentials: Credentials) -> None:
    """GitHub does not take this token any more: whoever asks next gets a new one."""
    for repository in [name for name, held in _held.items() if held == credentials]:
        del _held[repository]


def _of_installation(repository: str) -> Credentials:
    owner, _, name = repository.partition("/")
    auth = Auth.AppAuth(settings.GITHUB_APP_ID, settings.GITHUB_APP_PRIVATE_KEY)
    try:
        with GithubIntegration(
            auth=auth,
            base_url=settings.GITHUB_API_URL,
            timeout=10,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            user_agent="Fixproof",
        ) as app:
            installation = app.get_repo_installation(owner, name)
            granted = app.get_access_token(installation.id)
            slug = installation.raw_data.get("app_slug") or app.get_app().slug
    except GithubException as error:
        if error.status == 404:
            raise Unavailable(f"The GitHub App is not installed for {repository}.") from error
        # Asking for a token changes nothing: it may be asked for again.
        headers = {key.lower(): value for key, value in (error.headers or {}).items()}
        raise of_answer(error.status, headers, error.data, is_write=False, now=timezone.now()) from error
    except requests.RequestException as error:
        raise Unavailable(f"GitHub cannot be reached: {error}") from error
    except (ValueError, jwt.PyJWTError) as error:
        raise NotConfigured(f"GITHUB_APP_PRIVATE_KEY cannot be read: {error}") from error
    return Credentials(granted.token, f"{slug}[bot]" if slug else "", granted.expires_at)
