"""Between the stand-in's webhooks and ours: makes its deliveries what GitHub's are, and lets a test keep, lose or repeat them.

    hook = relay.connect(github, "acme/shop", f"{stack.url}/…", secret="…")

The stand-in sends integers for delivery ids, no hook id, times in milliseconds and `"changes": {"title": true}`. Here each
event gets a GUID that all hooks which hear of it share, and the body is put right and signed anew.
"""

import json
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.github import payloads
from tests.github.loopback import Answer, Request, send, served
from tests.github.mends import in_whole_seconds
from tests.github.stand_in import GitHub
from tests.waiting import until


@dataclass
class Hook:
    url: str
    secret: str
    hook_id: int = 0


@dataclass
class Delivery:
    """One event for one hook. `statuses` has our server's answer to each time it was sent; 0 where it gave none."""

    hook: Hook
    event: str
    guid: str
    body: bytes
    # As the stand-in sent it.
    original: bytes = field(repr=False)
    statuses: list[int] = field(default_factory=list)

    @property
    def action(self) -> str | None:
        return self.json.get("action")

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def headers(self) -> dict[str, str]:
        return payloads.signed(self.body, self.hook.secret, event=self.event, delivery=self.guid, hook_id=self.hook.hook_id)


class Relay:
    """Passes deliveries on as they come, unless told to `keep` or to `lose` them."""

    def __init__(self) -> None:
        self.url = ""
        self.api_url = ""
        self._passes_on, self._answers = True, 200
        self._lock = threading.Lock()
        self._hooks: list[Hook] = []
        self._deliveries: list[Delivery] = []
        # Title and body of each issue, by hook and address, as last told.
        self._told: dict[tuple[int, str], dict] = {}

    def connect(self, github: GitHub, repository: str, url: str, secret: str, events: Sequence[str] = ("*",)) -> Hook:
        """Subscribe `url`, through here, to the events of the repository. As GitHub does, the next thing it hears is a ping."""
        hook = Hook(url, secret)
        with self._lock:
            self._hooks.append(hook)
            number = len(self._hooks) - 1
        hook.hook_id = github.as_human.add_hook(repository, f"{self.url}/{number}", secret, events)["id"]
        github.as_human.ask("POST", f"/repos/{repository}/hooks/{hook.hook_id}/pings")
        return hook

    # --- What a test may do ---

    def keep(self) -> None:
        """Take what comes without passing it on; GitHub thinks it delivered. The test sends it by `send`."""
        self._passes_on, self._answers = False, 200

    def lose(self) -> None:
        """As if we were down: GitHub gets a 502 and notes a failed delivery."""
        self._passes_on, self._answers = False, 502

    def pass_on(self) -> None:
        """From now on; what was kept stays until it is sent."""
        self._passes_on = True

    @property
    def deliveries(self) -> list[Delivery]:
        """What came, oldest first, whether it was passed on or not."""
        with self._lock:
            return list(self._deliveries)

    def send(self, delivery: Delivery) -> int:
        """Send it once more, or for the first time, with its own GUID; the status of the answer, 0 where none came."""
        to = urlsplit(delivery.hook.url)
        try:
            status = send(delivery.hook.url, "POST", to.path or "/", delivery.body, delivery.headers).status
        except OSError:
            status = 0
        delivery.statuses.append(status)
        return status

    def until_came(self, event: str, action: str | None = None, *, within: float = 20) -> Delivery:
        """Wait for a delivery of this event; the newest one."""
        of_event = lambda: [d for d in self.deliveries if d.event == event and action in (None, d.action)]  # noqa: E731
        return until(of_event, within=within, what=f"a webhook {event}.{action or '*'}")[-1]

    # --- Called by the server ---

    def handle(self, request: Request) -> Answer:
        hook = self._hooks[int(request.path.strip("/"))]
        event = request.headers["X-GitHub-Event"]
        if event == "ping" and request.json["hook_id"] != hook.hook_id:
            # The stand-in pings all hooks of the repository.
            return Answer(200)
        with self._lock:
            delivery = Delivery(hook, event, self._guid(hook, request.body), self._put_right(hook, request.body), request.body)
            self._deliveries.append(delivery)
        if not self._passes_on:
            return Answer(self._answers)
        return Answer(self.send(delivery) or 502)

    def _guid(self, hook: Hook, body: bytes) -> str:
        """That of the same event at another hook; a new one where this hook has heard of it, or nobody."""
        same = [delivery for delivery in self._deliveries if delivery.original == body]
        used = {delivery.guid for delivery in same if delivery.hook is hook}
        return next((delivery.guid for delivery in same if delivery.guid not in used), str(uuid.uuid4()))

    def _put_right(self, hook: Hook, body: bytes) -> bytes:
        content = json.loads(in_whole_seconds(body))
        issue = content.get("issue") or {}
        about = (hook.hook_id, issue.get("url", ""))
        before = self._told.get(about, {})
        if "changes" in content:
            content["changes"] = {name: {"from": before.get(name) or ""} for name, changed in content["changes"].items() if changed}
        if issue:
            self._told[about] = {"title": issue["title"], "body": issue["body"]}
        text = json.dumps(content, separators=(",", ":"))
        upstream = urlsplit(content.get("repository", {}).get("url", ""))
        if self.api_url and upstream.netloc:
            text = text.replace(f"{upstream.scheme}://{upstream.netloc}", self.api_url)
        return text.encode()


@contextmanager
def hook_relay(api_url: str = "") -> Iterator[Relay]:
    """A relay; addresses in the bodies name `api_url` in place of the stand-in, such as a fault proxy in front of it."""
    relay = Relay()
    relay.api_url = api_url
    with served(relay.handle) as relay.url:
        yield relay
